//! Answers → bytes: pictures, legends, and errors in the form that was asked for.

use crate::common::reply::{Reply, status};
use crate::ows::ask::{Exceptions, Version};
use crate::ows::codes;
use terrane_formats::picture::png;
use terrane_model::picture::Picture;
use terrane_model::{Error, Result};

/// A picture as PNG.
pub fn picture(picture: &Picture) -> Result<Reply> {
    png::write(picture).map(|bytes| Reply::ok("image/png", bytes))
}

/// An error as XML, or as a picture for clients that show nothing else.
pub fn error(error: &Error, version: Version, wanted: Exceptions, size: Option<[u32; 2]>) -> Reply {
    let Some([width, height]) = size.filter(|_| wanted != Exceptions::Xml) else {
        return codes::document(error, version);
    };
    let background = if wanted == Exceptions::InImage { [255, 235, 230, 255] } else { [255, 255, 255, 0] };
    match picture(&Picture::filled(width, height, background)) {
        // The picture tells the eye, the header tells the program.
        Ok(reply) => reply.with_header("x-service-exception", codes::code(error, version)),
        Err(failed) => {
            Reply::ok("text/plain; charset=utf-8", failed.say().to_owned()).with_status(status(failed.kind()))
        }
    }
}
