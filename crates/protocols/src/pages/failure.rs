//! Errors as pages: what, where, why, what to do next.

use super::render::{Page, render};
use super::words::Words;
use crate::common::problem;
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use serde_json::json;
use terrane_model::Error;

/// The error as a page; as a problem document when even that fails.
pub fn failure(site: &Site, request: &Request, error: &Error, status: u16) -> Reply {
    let words = Words::of(&request.languages);
    let key = format!("problem_{:?}", error.kind());
    let title = words.say(&key);
    let shows = json!({"status": status, "say": error.say(), "place": error.place()});
    let page = Page { template: "failure.html", title, above: Vec::new(), shows };
    match render(site, request, page) {
        Ok(reply) => problem::with_wait(reply.with_status(status), error),
        Err(_) => problem::reply(error, status),
    }
}
