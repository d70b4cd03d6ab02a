//! How it is asked: each protocol turns a request into a question for the engine and the answer into bytes.
//!
//! Every protocol folder has the same four files: `ask` (request → question, pure), `answer` (answer → document or bytes,
//! pure), `describe` (catalogue → capabilities, pure), `routes` (the only one that knows axum).

pub mod check;
pub mod common;
pub mod fdsn;
pub mod geology;
pub mod hazards;
pub mod ogcapi;
pub mod ows;
pub mod pages;
pub mod vocabularies;

pub use common::site::Site;

use axum::Router;
use common::http::{alive, ready, resource, with_fallbacks};

/// Everything that is asked over HTTP, apart from the viewer and what the server puts around it.
pub fn router(site: Site) -> Router {
    let health =
        Router::new().route("/healthz", resource(alive)).route("/readyz", resource(ready)).with_state(site.clone());
    let all = health
        .merge(check::routes(site.clone()))
        .merge(fdsn::routes(site.clone()))
        .merge(geology::routes(site.clone()))
        .merge(hazards::routes(site.clone()))
        .merge(ogcapi::routes(site.clone()))
        .merge(ows::routes(site.clone()))
        .merge(pages::routes(site.clone()))
        .merge(vocabularies::routes(site.clone()));
    with_fallbacks(all, site)
}
