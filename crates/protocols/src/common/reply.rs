//! An answer before axum: status, media type, bytes, and what caches may do. Errors as HTTP statuses.

use bytes::Bytes;
use terrane_model::{Error, Kind};

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The media type, with its character set for text.
    pub media_type: String,
    /// The bytes.
    pub body: Bytes,
    /// Names the state of the answer, for `ETag`.
    pub tag: Option<String>,
    /// Further headers: lower-case names.
    pub headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// A good answer.
    pub fn ok(media_type: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { status: 200, media_type: media_type.into(), body: body.into(), tag: None, headers: Vec::new() }
    }

    /// The same answer with another status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same answer with a name for its state: the parts are hashed together.
    #[must_use]
    pub fn with_tag(mut self, parts: &[&str]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        self.tag = Some(hasher.finalize().to_hex()[..24].to_owned());
        self
    }
}

/// Whether an `If-None-Match` names a tag; weak comparison (RFC 9110, 13.1.2).
pub fn names_tag(header: &str, tag: &str) -> bool {
    header.split(',').any(|entry| entry.trim().trim_start_matches("W/").trim_matches('"') == tag)
}

/// The HTTP status of a kind of error.
pub fn status(kind: Kind) -> u16 {
    match kind {
        Kind::Invalid | Kind::Unsupported => 400,
        Kind::Unauthenticated => 401,
        Kind::Forbidden => 403,
        Kind::NotFound => 404,
        Kind::Gone => 410,
        Kind::Conflict => 409,
        Kind::TooLarge => 413,
        Kind::Busy => 503,
        Kind::Internal => 500,
    }
}

/// Seconds that a client should wait when this node is busy.
pub const RETRY_AFTER_S: u32 = 5;

/// Writes the cause of an error to the log; nothing of it is ever sent.
pub fn log(error: &Error, request: &str) {
    match error.kind() {
        Kind::Internal => tracing::error!(request, ?error, "a request failed"),
        _ => tracing::debug!(request, ?error, "a request was refused"),
    }
}
