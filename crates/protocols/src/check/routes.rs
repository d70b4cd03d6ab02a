//! The only file of this folder that knows axum.

use super::answer;
use crate::common::http::{Asked, Client, fresh};
use crate::common::reply;
use crate::common::site::Site;
use axum::Router;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::get;
use std::net::IpAddr;
use terrane_model::{Error, Kind};

/// `/check`: a form, and with `url=` the report.
pub fn routes(site: Site) -> Router {
    Router::new().route("/check", get(check)).with_state(site)
}

async fn check(State(site): State<Site>, client: Option<Extension<Client>>, asked: Asked) -> Response {
    let client: Option<IpAddr> = client.map(|Extension(Client(address))| address);
    fresh((site, asked), |site, request| answer::check(site, request, client), status).await
}

/// Who asks too often is told so; others as everywhere.
fn status(error: &Error) -> u16 {
    if error.kind() == Kind::Busy { 429 } else { reply::status(error.kind()) }
}
