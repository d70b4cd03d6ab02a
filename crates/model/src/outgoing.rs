//! Asking other servers: what is asked and what comes back. Who implements it decides which servers may be asked at all.

use crate::{BoxFuture, Result};
use std::fmt;
use std::time::Duration;

/// The one way out of this program.
pub trait Outgoing: Send + Sync + fmt::Debug {
    /// Asks another server. An answer with any status is an answer; an error is told when the address may not be asked, when nobody
    /// answers, or when the answer passes a limit.
    fn fetch(&self, question: Fetch) -> BoxFuture<'_, Result<Fetched>>;
}

/// What is asked of another server: with GET, or with POST when something is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// The whole address: `https://…`.
    pub url: String,
    /// Forms that are wanted, as in `Accept`.
    pub accept: &'static str,
    /// The web page that would ask, as a browser tells it in `Origin`.
    pub origin: Option<String>,
    /// Bytes of the unpacked answer that are taken at most.
    pub bytes_max: usize,
    /// What is sent. It is sent to the address itself: a redirect is an answer then, not followed.
    pub post: Option<Post>,
}

/// What is sent to another server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Its media type.
    pub media_type: &'static str,
    /// Headers beside it, such as a signature.
    pub headers: Vec<(&'static str, String)>,
    /// All of it.
    pub body: Vec<u8>,
}

impl Fetch {
    /// Asks for anything, up to the limit of the program.
    pub fn new(url: impl Into<String>) -> Self {
        let bytes_max = crate::limits::OUTGOING_UNPACKED_BYTES_MAX;
        Self { url: url.into(), accept: "*/*", origin: None, bytes_max, post: None }
    }
}

/// What another server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The address that answered, after redirects.
    pub url: String,
    /// The HTTP status.
    pub status: u16,
    /// Its headers in order; names in small letters, values that are no text left out.
    pub headers: Vec<(String, String)>,
    /// The bytes, unpacked.
    pub body: Vec<u8>,
    /// From the question to the last byte.
    pub took: Duration,
}

impl Fetched {
    /// The first header of a name, which is in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The media type without its parameters, in small letters; empty when there is none.
    pub fn media_type(&self) -> String {
        let whole = self.header("content-type").unwrap_or("");
        whole.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
    }
}
