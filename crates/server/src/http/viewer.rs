//! The map viewer: files of the portal, embedded when they were built, a plain page when not.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use terrane_engine::Caller;
use terrane_model::{DatasetId, Error};
use terrane_protocols::Site;
use terrane_protocols::common::http::{Asked, failure};

#[derive(RustEmbed)]
#[folder = "../../portal/dist"]
#[allow_missing = true]
struct Portal;

/// Files with a hash in their name never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The viewer draws layers of services that a reader names, which the browser asks itself (docs/adr/021). Only data is asked there:
/// scripts, styles, frames and addresses of pictures stay with this site.
const MAY_ASK: &str = "connect-src 'self' http: https:";

/// `/p/{map}` and the files it needs.
pub fn routes(site: Site) -> Router {
    Router::new().route("/p/{map}", get(page)).route("/assets/{*file}", get(file)).with_state(site)
}

async fn page(State(site): State<Site>, asked: Asked, map: Option<Path<String>>) -> Response {
    let id = map.and_then(|Path(map)| DatasetId::new(map).ok());
    if id.is_none_or(|id| site.engine.catalogue().map(Caller::Public, &id).is_err()) {
        return failure(&site, &asked, &Error::not_found("There is no such map here; the start page lists them."));
    }
    let Some(index) = Portal::get("index.html") else { return without_portal(&site) };
    let base = format!("<base href=\"{}/\"", super::path_of(&site.about.public_url));
    let html = String::from_utf8_lossy(&index.data).replace("<base href=\"/\"", &base);
    let policy = format!("{}; {MAY_ASK}", super::CONTENT_POLICY);
    ([(header::CACHE_CONTROL, "no-cache".to_owned()), (header::CONTENT_SECURITY_POLICY, policy)], Html(html))
        .into_response()
}

async fn file(Path(file): Path<String>) -> Response {
    let Some(found) = Portal::get(&format!("assets/{file}")) else {
        return (StatusCode::NOT_FOUND, "There is no such file.").into_response();
    };
    let headers = [(header::CONTENT_TYPE, media_type(&file)), (header::CACHE_CONTROL, FOR_EVER)];
    (headers, Bytes::from(found.data.into_owned())).into_response()
}

fn media_type(file: &str) -> &'static str {
    match file.rsplit('.').next().unwrap_or("") {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

/// The program was built without the viewer: say so, and lead to what is there.
fn without_portal(site: &Site) -> Response {
    let home = site.url("/");
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Terrane</title></head><body>\
         <p>This program was built without the map viewer. <a href=\"{home}\">The pages</a> and all services work; \
         “make portal” and a new build add the viewer.</p></body></html>"
    ))
    .into_response()
}
