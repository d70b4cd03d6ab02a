//! Errors as problem documents (RFC 9457), with the older `code` and `description` that OGC API clients read.

use super::reply::{RETRY_AFTER_S, Reply};
use serde_json::json;
use terrane_model::{Error, Kind};

/// The error as a problem document.
pub fn reply(error: &Error, status: u16) -> Reply {
    let mut document = json!({
        "type": "about:blank",
        "title": title(error.kind()),
        "status": status,
        "detail": error.say(),
        "code": code(error.kind()),
        "description": error.say(),
    });
    if let Some(place) = error.place() {
        document["parameter"] = place.into();
    }
    with_wait(Reply::ok("application/problem+json", document.to_string()).with_status(status), error)
}

/// The answer with the time after which to ask again, when the node is busy.
pub fn with_wait(reply: Reply, error: &Error) -> Reply {
    match error.kind() {
        Kind::Busy => reply.with_header("retry-after", RETRY_AFTER_S.to_string()),
        _ => reply,
    }
}

/// The kind of error in a few words.
pub fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "The request cannot be understood",
        Kind::Unsupported => "This is not offered here",
        Kind::Unauthenticated => "Signing in is needed",
        Kind::Forbidden => "This is not allowed",
        Kind::NotFound => "There is no such thing here",
        Kind::Gone => "This is gone",
        Kind::Conflict => "This clashes with what is there",
        Kind::TooLarge => "This is too large",
        Kind::Busy => "This node is busy",
        Kind::Internal => "Something failed on this server",
    }
}

/// The kind of error in one word for programs.
fn code(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "InvalidParameterValue",
        Kind::Unsupported => "Unsupported",
        Kind::Unauthenticated => "Unauthenticated",
        Kind::Forbidden => "Forbidden",
        Kind::NotFound => "NotFound",
        Kind::Gone => "Gone",
        Kind::Conflict => "Conflict",
        Kind::TooLarge => "TooLarge",
        Kind::Busy => "Busy",
        Kind::Internal => "InternalError",
    }
}
