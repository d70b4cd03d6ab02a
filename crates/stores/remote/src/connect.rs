//! From a name to a connection: every address that a name has is judged, and the connection goes to one that was judged.

use crate::address::Address;
use crate::rules::Rules;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use terrane_model::limits::OUTGOING_ADDRESSES_MAX;
use terrane_model::{BoxFuture, Error, Kind, Result};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// What tells the addresses of a name.
pub trait Resolve: Send + Sync + fmt::Debug {
    /// All addresses of a name.
    fn addresses<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, std::io::Result<Vec<SocketAddr>>>;
}

/// Names as the system knows them.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemNames;

impl Resolve for SystemNames {
    fn addresses<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, std::io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { tokio::net::lookup_host((host, port)).await.map(Iterator::collect) })
    }
}

/// Bytes to and from another server.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects to an address of the server that the rules permit; `trust` is what TLS believes, nothing for a connection without.
pub async fn connect(
    address: &Address,
    rules: &Rules,
    names: &dyn Resolve,
    trust: Option<Arc<ClientConfig>>,
) -> Result<TokioIo<Box<dyn Stream>>> {
    let places = permitted(address, rules, names).await?;
    let plain = first_that_answers(address, &places).await?;
    let Some(trust) = trust else { return Ok(TokioIo::new(Box::new(plain))) };
    let name = server_name(&address.host)
        .ok_or_else(|| Error::invalid(format!("“{}” is no name that a certificate could be for.", address.host)))?;
    let secured = TlsConnector::from(trust).connect(name, plain).await.map_err(|error| {
        let say = format!("“{}” cannot be trusted: {error}. Its certificate or TLS is to be put right.", address.host);
        Error::new(Kind::Busy, say).because(error)
    })?;
    Ok(TokioIo::new(Box::new(secured)))
}

fn server_name(host: &str) -> Option<ServerName<'static>> {
    match host.parse::<IpAddr>() {
        Ok(address) => Some(ServerName::from(address)),
        Err(_) => ServerName::try_from(host.to_owned()).ok(),
    }
}

/// The addresses of a server, when all of them may be asked: a name that has one that may not is not asked at all.
async fn permitted(address: &Address, rules: &Rules, names: &dyn Resolve) -> Result<Vec<SocketAddr>> {
    let host = &address.host;
    let found = match host.parse::<IpAddr>() {
        Ok(literal) => vec![SocketAddr::new(literal, address.port)],
        Err(_) => names.addresses(host, address.port).await.map_err(|error| {
            Error::new(Kind::Busy, format!("The name “{host}” has no address; look how it is spelled.")).because(error)
        })?,
    };
    if found.is_empty() {
        return Err(Error::new(Kind::Busy, format!("The name “{host}” has no address; look how it is spelled.")));
    }
    match found.iter().find(|place| !rules.permits(**place)) {
        None => Ok(found),
        Some(refused) => {
            let say = format!(
                "“{}” is not asked: only public addresses are, at the ports 80, 443 and 8000 to 8999. The operator can allow others with “allow” in [outgoing] of terrane.toml.",
                address.authority()
            );
            Err(Error::new(Kind::Forbidden, say).because(format!("{host} is at {refused}")))
        }
    }
}

async fn first_that_answers(address: &Address, places: &[SocketAddr]) -> Result<TcpStream> {
    let mut why = None;
    for place in places.iter().take(OUTGOING_ADDRESSES_MAX) {
        match TcpStream::connect(place).await {
            Ok(stream) => return Ok(stream),
            Err(error) => why = Some(error),
        }
    }
    let told = why.as_ref().map_or_else(String::new, |error| format!(": {}", error.kind()));
    let error = Error::new(Kind::Busy, format!("“{}” takes no connection{told}.", address.authority()));
    Err(why.map_or_else(|| Error::internal("no address was tried"), |why| error.because(why)))
}
