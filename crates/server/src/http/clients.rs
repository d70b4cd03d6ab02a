//! How much one client may ask at once and over time, so that one who asks for everything leaves room for the others.
//!
//! A client is an IP address; of IPv6 the network of 64 bits, which one customer has. Behind a proxy that is trusted it is the address
//! that the proxy tells. A proxy that tells nobody's address is not counted: it would be all people in one.

use crate::config::{ClientsConfig, Networks};
use axum::body::{Body, Bytes, HttpBody};
use axum::http::HeaderMap;
use http_body::{Frame, SizeHint};
use std::net::{IpAddr, Ipv6Addr};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use terrane_model::limits::CLIENTS_COUNTED_MAX;

/// The address that a connection comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// All clients that have asked lately.
pub struct Clients {
    bounds: RwLock<Arc<ClientsConfig>>,
    counted: moka::sync::Cache<IpAddr, Arc<Client>>,
}

/// What one client is doing.
#[derive(Default)]
struct Client {
    requests: AtomicUsize,
    connections: AtomicUsize,
    /// When the bucket of its requests is full again.
    full_at: Mutex<Option<Instant>>,
}

/// Why a client has to wait, and for how long.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// It has as many requests running as it may have.
    AtOnce(usize),
    /// It has asked too often.
    TooOften(Duration),
}

/// A client that has not been heard of for so long is forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(300);

impl Clients {
    /// Nobody has asked yet.
    pub fn new(bounds: ClientsConfig) -> Self {
        let counted = moka::sync::Cache::builder().max_capacity(CLIENTS_COUNTED_MAX).time_to_idle(FORGOTTEN_AFTER);
        Self { bounds: RwLock::new(Arc::new(bounds)), counted: counted.build() }
    }

    /// Other bounds from now on.
    pub fn settle(&self, bounds: ClientsConfig) {
        *self.bounds.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(bounds);
    }

    fn bounds(&self) -> Arc<ClientsConfig> {
        Arc::clone(&self.bounds.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A place for one more request, or why there is none. Whoever is not counted has no place and needs none.
    pub fn admit(&self, peer: IpAddr, headers: &HeaderMap, now: Instant) -> Result<Option<Place>, Refused> {
        let bounds = self.bounds();
        let Some(address) = address_of(peer, headers, &bounds.trusted_proxies) else { return Ok(None) };
        let client = self.client(address);
        let place = Place::of_request(&client, bounds.at_once).ok_or(Refused::AtOnce(bounds.at_once))?;
        client.draw(bounds.per_second, bounds.burst, now).map_err(Refused::TooOften)?;
        Ok(Some(place))
    }

    /// Who asks, when that can be told.
    pub fn who(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        address_of(peer, headers, &self.bounds().trusted_proxies)
    }

    /// A place for one more connection; an error when its address has as many as it may have.
    pub fn connect(&self, peer: IpAddr) -> Result<Option<Place>, ()> {
        let bounds = self.bounds();
        if bounds.trusted_proxies.contains(peer) {
            return Ok(None);
        }
        Place::of_connection(&self.client(network_of(peer)), bounds.connections).map(Some).ok_or(())
    }

    fn client(&self, address: IpAddr) -> Arc<Client> {
        self.counted.get_with(address, Arc::default)
    }
}

impl Client {
    /// Takes one request out of the bucket, or says how long to wait. (The generic cell rate algorithm of ITU-T I.371, annex A: the
    /// time at which the bucket is full again says how much is in it.)
    fn draw(&self, per_second: u64, burst: u64, now: Instant) -> Result<(), Duration> {
        if per_second == 0 {
            return Ok(());
        }
        let each = Duration::from_secs(1).div_f64(per_second as f64);
        let most = each.saturating_mul(u32::try_from(burst.max(1)).unwrap_or(u32::MAX));
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let after = full_at.map_or(now, |at| at.max(now)) + each;
        match after.saturating_duration_since(now).checked_sub(most).filter(|wait| !wait.is_zero()) {
            Some(wait) => Err(wait),
            None => {
                *full_at = Some(after);
                Ok(())
            }
        }
    }
}

/// Who asks; nobody who could be told apart when a trusted proxy does not say.
fn address_of(peer: IpAddr, headers: &HeaderMap, proxies: &Networks) -> Option<IpAddr> {
    if !proxies.contains(peer) {
        return Some(network_of(peer));
    }
    // Each proxy adds whom it heard from at the end; what stands before the last that is not ours anybody may have written.
    let told = told(headers);
    let last = told.iter().rev().find(|address| address.is_none_or(|address| !proxies.contains(address)));
    last.copied().flatten().map(network_of)
}

/// Addresses in `Forwarded` (RFC 7239), else in `X-Forwarded-For`; nothing for what is no address.
fn told(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let all = |name: &str| -> Vec<String> {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).map(|part| part.trim().to_owned()).collect()
    };
    let forwarded = all("forwarded");
    if forwarded.is_empty() {
        return all("x-forwarded-for").iter().map(|text| address(text)).collect();
    }
    let of = |element: &String| {
        let pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(name, _)| name.eq_ignore_ascii_case("for")).find_map(|(_, node)| address(node))
    };
    forwarded.iter().map(of).collect()
}

/// `192.0.2.1`, `192.0.2.1:80`, `"[2001:db8::1]:80"`, `2001:db8::1`.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(address, _)| address);
    let without_port = || text.split_once(':').map(|(address, _)| address);
    text.parse().ok().or_else(|| bare.or_else(without_port)?.parse().ok())
}

/// The address, of IPv6 the network of 64 bits.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(long) => IpAddr::V6(Ipv6Addr::from(u128::from(long) >> 64 << 64)),
        short => short,
    }
}

/// A place that is given back when dropped.
pub struct Place {
    client: Arc<Client>,
    of: fn(&Client) -> &AtomicUsize,
}

impl Place {
    fn of_request(client: &Arc<Client>, most: usize) -> Option<Self> {
        Self::new(client, |client| &client.requests, most)
    }

    fn of_connection(client: &Arc<Client>, most: usize) -> Option<Self> {
        Self::new(client, |client| &client.connections, most)
    }

    fn new(client: &Arc<Client>, of: fn(&Client) -> &AtomicUsize, most: usize) -> Option<Self> {
        let before = of(client).fetch_add(1, Ordering::SeqCst);
        let place = Self { client: Arc::clone(client), of };
        (most == 0 || before < most).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        (self.of)(&self.client).fetch_sub(1, Ordering::SeqCst);
    }
}

/// A body that holds a place until it has been sent or given up.
pub struct Held {
    body: Body,
    _place: Place,
}

impl Held {
    /// The body with the place.
    pub fn new(body: Body, place: Place) -> Self {
        Self { body, _place: place }
    }
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn clients(at_once: usize, per_second: u64, burst: u64) -> Clients {
        let trusted_proxies = Networks::parse("127.0.0.0/8, 10.0.0.1").expect("networks");
        Clients::new(ClientsConfig { at_once, per_second, burst, connections: 2, trusted_proxies })
    }

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let value = HeaderValue::from_str(value).expect("a value");
        HeaderMap::from_iter([(HeaderName::from_static(name), value)])
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn one_client_has_so_many_requests_at_once_and_others_are_not_held_up() {
        let (clients, now, none) = (clients(2, 0, 0), Instant::now(), HeaderMap::new());
        let ask = |from: &str| clients.admit(ip(from), &none, now);
        let (first, second) = (ask("192.0.2.1").expect("room"), ask("192.0.2.1").expect("room"));
        assert_eq!(ask("192.0.2.1").err(), Some(Refused::AtOnce(2)));
        assert!(ask("192.0.2.2").expect("room").is_some());
        drop(first);
        assert!(ask("192.0.2.1").is_ok());
        drop(second);
        let far = [ask("2001:db8::1").expect("room"), ask("2001:db8::2").expect("room")];
        assert!(ask("2001:db8::3").is_err() && ask("2001:db8:0:1::1").is_ok() && far[0].is_some());
    }

    #[test]
    fn a_bucket_empties_with_requests_and_fills_with_time() {
        let (clients, begin, none) = (clients(0, 10, 5), Instant::now(), HeaderMap::new());
        let ask = |at_ms: u64| clients.admit(ip("192.0.2.1"), &none, begin + Duration::from_millis(at_ms));
        assert_eq!((0..8).filter(|_| ask(0).is_ok()).count(), 5);
        assert_eq!(ask(40).err(), Some(Refused::TooOften(Duration::from_millis(60))));
        assert!(ask(100).is_ok() && ask(100).is_err());
        assert_eq!((0..20).filter(|_| ask(10_000).is_ok()).count(), 5, "no more than a bucket is saved up");
    }

    #[test]
    fn who_asks_is_whom_a_trusted_proxy_names_last() {
        let who = |peer: &str, headers: &HeaderMap| {
            let proxies = Networks::parse("127.0.0.0/8, 10.0.0.1").expect("networks");
            address_of(ip(peer), headers, &proxies).map(|address| address.to_string())
        };
        let named = |name, value| who("127.0.0.1", &headers(name, value)).unwrap_or_default();
        assert_eq!(named("x-forwarded-for", "198.51.100.7"), "198.51.100.7");
        assert_eq!(named("x-forwarded-for", "1.1.1.1, 198.51.100.7, 10.0.0.1"), "198.51.100.7");
        assert_eq!(named("x-forwarded-for", "rubbish, 198.51.100.7:4711"), "198.51.100.7");
        assert_eq!(named("forwarded", "for=1.1.1.1, For=\"[2001:db8::5]:80\";proto=http;by=10.0.0.1"), "2001:db8::");
        for (name, value) in
            [("x-forwarded-for", "unknown"), ("forwarded", "for=_hidden"), ("x-forwarded-for", "10.0.0.1")]
        {
            assert_eq!(named(name, value), "", "{value}: nobody is told apart");
        }
        let lie = headers("x-forwarded-for", "1.1.1.1");
        assert_eq!(who("203.0.113.9", &lie).as_deref(), Some("203.0.113.9"), "strangers are not believed");
        assert_eq!(who("127.0.0.1", &HeaderMap::new()), None);
    }

    #[test]
    fn connections_of_one_address_are_bounded_and_those_of_a_proxy_are_not() {
        let clients = clients(0, 0, 0);
        let held: Vec<_> = (0..2).map(|_| clients.connect(ip("192.0.2.1")).expect("room")).collect();
        assert!(clients.connect(ip("192.0.2.1")).is_err() && clients.connect(ip("192.0.2.2")).is_ok());
        assert!((0..9).all(|_| clients.connect(ip("10.0.0.1")).is_ok()));
        drop(held);
        assert!(clients.connect(ip("192.0.2.1")).is_ok());
    }
}
