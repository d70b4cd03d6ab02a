//! The only file of this folder that knows axum: `/vocabularies`, a vocabulary, a term.

use super::{answer, ask, describe, page};
use crate::common::http::resource;
use crate::common::negotiate::{HTML, JSON};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use axum::Router;
use terrane_model::Result;

/// The list, vocabularies and terms.
pub fn routes(site: Site) -> Router {
    Router::new()
        .route("/vocabularies", resource(list))
        .route("/vocabularies/{id}", resource(vocabulary))
        .route("/vocabularies/{id}/{term}", resource(term))
        .with_state(site)
}

async fn list(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&["f", "lang", "q"])?;
    if request.form(&[JSON, HTML])? == HTML {
        return page::list(&site, &request);
    }
    Ok(Reply::ok(JSON.media_type, describe::list(&site, &request).to_string()))
}

async fn vocabulary(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&["f", "lang", "q", "column", "rank"])?;
    let subject = ask::subject(&request)?;
    let form = match subject {
        ask::Subject::Chart(_) => request.form(&[&ask::FORMS[..], &ask::COLOURS[..]].concat())?,
        ask::Subject::Terms(_) => request.form(&ask::FORMS)?,
    };
    if form == HTML { page::vocabulary(&site, &request, subject) } else { answer::document(&request, subject, form) }
}

async fn term(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&["f", "lang"])?;
    let part = ask::part(&request)?;
    let form = request.form(&ask::FORMS)?;
    if form == HTML { page::term(&site, &request, part) } else { Ok(answer::term(part, form)) }
}
