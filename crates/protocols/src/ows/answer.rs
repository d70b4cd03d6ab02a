//! Answers → bytes: pictures, and errors in the form that was asked for.

use crate::common::reply::Reply;
use crate::ows::ask::Version;
use crate::ows::codes;
use terrane_formats::picture::png;
use terrane_model::picture::Picture;
use terrane_model::{Error, Result};

/// A picture as PNG.
pub fn picture(picture: &Picture) -> Result<Reply> {
    png::write(picture).map(|bytes| Reply::ok("image/png", bytes).with_header("vary", "accept-encoding"))
}

/// An error as XML.
pub fn error(error: &Error, version: Version) -> Reply {
    codes::document(error, version)
}

/// An error as the picture that was drawn of it: that tells the eye, the header tells the program.
pub fn error_picture(drawn: &Picture, error: &Error, version: Version) -> Result<Reply> {
    let reply = picture(drawn)?.with_header("cache-control", "no-store");
    Ok(reply.with_header("x-service-exception", codes::code(error, version)))
}

/// What the picture of an error says.
pub fn sentence(error: &Error, version: Version) -> String {
    let place = error.place().map_or(String::new(), |place| format!("{}: ", place.to_uppercase()));
    format!("{} – {place}{}", codes::code(error, version), error.say())
}
