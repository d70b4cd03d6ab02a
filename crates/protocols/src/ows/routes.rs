//! The only file of this folder that knows axum.

use crate::common::http::{Asked, respond};
use crate::common::site::Site;
use crate::ows::serve;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

/// `/ows?service=WMS` and its alias `/wms`.
pub fn routes(site: Site) -> Router {
    Router::new().route("/ows", get(wms)).route("/wms", get(wms)).with_state(site)
}

async fn wms(State(site): State<Site>, asked: Asked) -> Response {
    let caller =
        serve::Client { accept_language: asked.accept_language.as_deref(), known_tag: asked.if_none_match.as_deref() };
    respond(serve::answer(&site, &asked.query, &caller).await, &asked)
}
