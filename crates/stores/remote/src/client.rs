//! The client: one question after another over connections of their own, redirects judged as if they were asked anew.

use crate::address::Address;
use crate::body;
use crate::connect::{Resolve, SystemNames, connect};
use crate::rules::Rules;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};
use terrane_model::limits::{
    OUTGOING_AT_ONCE_MAX, OUTGOING_CONNECT_SECONDS_MAX, OUTGOING_HEAD_BYTES_MAX, OUTGOING_HEADERS_MAX,
    OUTGOING_REDIRECTS_MAX, OUTGOING_SECONDS_MAX,
};
use terrane_model::outgoing::{Fetch, Fetched, Outgoing};
use terrane_model::{BoxFuture, Error, Kind, Result};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Asks other servers, within the rules and the limits.
#[derive(Debug)]
pub struct Client {
    rules: RwLock<Arc<Rules>>,
    names: Box<dyn Resolve>,
    agent: String,
    trust: OnceLock<Arc<ClientConfig>>,
    places: Semaphore,
    most: Duration,
}

impl Client {
    /// A client that says who it is: `contact` is where the people behind it are found, such as the node's public address.
    pub fn new(rules: Rules, contact: &str) -> Self {
        let contact: String = contact.chars().filter(|it| it.is_ascii_graphic() && !"()".contains(*it)).collect();
        let about = if contact.is_empty() { String::new() } else { format!(" (+{contact})") };
        Self {
            rules: RwLock::new(Arc::new(rules)),
            names: Box::new(SystemNames),
            agent: format!("Terrane/{}{about}", env!("CARGO_PKG_VERSION")),
            trust: OnceLock::new(),
            places: Semaphore::new(OUTGOING_AT_ONCE_MAX),
            most: Duration::from_secs(OUTGOING_SECONDS_MAX),
        }
    }

    /// The same client that learns addresses elsewhere.
    #[must_use]
    pub fn with_names(self, names: Box<dyn Resolve>) -> Self {
        Self { names, ..self }
    }

    /// The same client that believes these certificates and no others.
    pub fn with_roots(self, certificates: Vec<CertificateDer<'static>>) -> Result<Self> {
        Ok(Self { trust: OnceLock::from(trusting(certificates)?), ..self })
    }

    /// The same client with another bound for the time of a question.
    #[must_use]
    pub fn within(self, most: Duration) -> Self {
        Self { most, ..self }
    }

    /// Other rules from now on.
    pub fn settle(&self, rules: Rules) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
    }

    fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What TLS believes: the certificates of the system, read when first needed.
    fn trust(&self) -> Result<Arc<ClientConfig>> {
        match self.trust.get() {
            Some(trust) => Ok(Arc::clone(trust)),
            None => {
                let trust = trusting(rustls_native_certs::load_native_certs().certs)?;
                Ok(Arc::clone(self.trust.get_or_init(|| trust)))
            }
        }
    }

    async fn follow(&self, question: &Fetch) -> Result<Fetched> {
        let _place = self.places.acquire().await.map_err(Error::internal)?;
        let began = Instant::now();
        let mut address = Address::parse(&question.url)?;
        for _ in 0..=OUTGOING_REDIRECTS_MAX {
            let asked = self.ask(&address, question).await?;
            match location(asked.response()).filter(|_| question.post.is_none()) {
                Some(location) => address = address.redirect(&location)?,
                None => return asked.finish(address.url(), question.bytes_max, began).await,
            }
        }
        Err(Error::unsupported(format!("There are more than {OUTGOING_REDIRECTS_MAX} redirects one after another.")))
    }

    async fn ask(&self, address: &Address, question: &Fetch) -> Result<Asked> {
        let rules = self.rules();
        // Certificates are read only when there is something to believe.
        let trust = address.is_secure.then(|| self.trust()).transpose()?;
        let connecting = connect(address, &rules, &*self.names, trust);
        let most = Duration::from_secs(OUTGOING_CONNECT_SECONDS_MAX).min(self.most);
        let stream = timeout(most, connecting).await.map_err(|_| late(&address.authority(), most))??;
        let mut builder = http1::Builder::new();
        builder.max_buf_size(OUTGOING_HEAD_BYTES_MAX).max_headers(OUTGOING_HEADERS_MAX);
        let (mut sender, connection) = builder.handshake(stream).await.map_err(|error| broken(address, error))?;
        let driver = Driver(tokio::spawn(async move { drop(connection.await) }));
        let request = self.request(address, question)?;
        let response = sender.send_request(request).await.map_err(|error| broken(address, error))?;
        Ok(Asked { response, _driver: driver })
    }

    fn request(&self, address: &Address, question: &Fetch) -> Result<Request<Full<Bytes>>> {
        let method = if question.post.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder()
            .method(method)
            .uri(&address.target)
            .header(header::HOST, address.authority())
            .header(header::USER_AGENT, &self.agent)
            .header(header::ACCEPT, question.accept)
            .header(header::ACCEPT_ENCODING, "gzip")
            .header(header::CONNECTION, "close");
        if let Some(origin) = &question.origin {
            request = request.header(header::ORIGIN, origin);
        }
        let mut body = Full::default();
        if let Some(post) = &question.post {
            request = request.header(header::CONTENT_TYPE, post.media_type);
            request = post.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
            body = Full::from(post.body.clone());
        }
        request.body(body).map_err(|error| Error::invalid("The address cannot be asked.").because(error))
    }
}

impl Outgoing for Client {
    fn fetch(&self, question: Fetch) -> BoxFuture<'_, Result<Fetched>> {
        Box::pin(async move {
            let answered = timeout(self.most, self.follow(&question)).await;
            answered.unwrap_or_else(|_| Err(late(&question.url, self.most)))
        })
    }
}

/// An answer whose body has not been read; the connection ends with it.
struct Asked {
    response: Response<Incoming>,
    _driver: Driver,
}

impl Asked {
    fn response(&self) -> &Response<Incoming> {
        &self.response
    }

    async fn finish(self, url: String, most: usize, began: Instant) -> Result<Fetched> {
        let (head, incoming) = self.response.into_parts();
        let packed = body::take(incoming, most).await?;
        let encoding = head.headers.get(header::CONTENT_ENCODING).and_then(|it| it.to_str().ok()).unwrap_or("");
        let body = body::unpack(packed, encoding, most)?;
        let headers = texts(&head.headers);
        Ok(Fetched { url, status: head.status.as_u16(), headers, body, took: began.elapsed() })
    }
}

/// The task that moves the bytes of a connection; it ends when nobody waits for them.
struct Driver(tokio::task::JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn location(response: &Response<Incoming>) -> Option<String> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    response.headers().get(header::LOCATION).map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned())
}

fn texts(headers: &HeaderMap<HeaderValue>) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    headers.iter().filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?))).collect()
}

fn trusting(certificates: Vec<CertificateDer<'static>>) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(Error::internal)?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

fn late(whom: &str, most: Duration) -> Error {
    let shown: String = whom.chars().take(100).collect();
    Error::new(Kind::Busy, format!("“{shown}” did not answer within {} seconds.", most.as_secs_f64()))
}

fn broken(address: &Address, error: hyper::Error) -> Error {
    let say = format!("“{}” does not answer as a web server does.", address.authority());
    Error::new(Kind::Busy, say).because(error)
}
