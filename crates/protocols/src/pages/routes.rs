//! The only file of this folder that knows axum: pages that are not resources of the API.

use super::{files, render};
use crate::common::http::{Asked, download, failure, resource, respond};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::ask;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use std::sync::Arc;
use terrane_engine::Caller;
use terrane_formats::context;
use terrane_model::Result;

/// `/d/{id}`, its files, the style sheet and the icon.
pub fn routes(site: Site) -> Router {
    Router::new()
        .route("/d/{id}", resource(dataset))
        .route("/d/{id}/files/{*name}", download(files::file))
        .route("/assets/site.css", resource(style_sheet))
        .route("/assets/site.svg", resource(icon))
        .route("/context", post(context))
        .route("/robots.txt", resource(robots))
        .with_state(site)
}

async fn dataset(site: Site, request: Request) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    let entry = Arc::clone(catalogue.entry(Caller::Public, &ask::id(request.name(0))?)?);
    super::dataset(&site, &request, &entry).await
}

async fn style_sheet(_: Site, _: Request) -> Result<Reply> {
    let reply = Reply::ok("text/css; charset=utf-8", render::STYLE_SHEET);
    Ok(reply.with_header("cache-control", "public, max-age=31536000, immutable"))
}

async fn icon(_: Site, _: Request) -> Result<Reply> {
    let reply = Reply::ok("image/svg+xml", include_str!("templates/site.svg"));
    Ok(reply.with_header("cache-control", "public, max-age=86400"))
}

/// A Web Map Context or an OWS Context that was sent, as an OWS Context: for viewers, which read JSON. Nothing is kept or fetched.
async fn context(State(site): State<Site>, asked: Asked, body: Bytes) -> Response {
    let now = site.changed().to_string();
    let read =
        site.engine.pool().run(move |_| context::read(&body).map(|context| context::owc::write(&context, &now))).await;
    match read {
        Ok(text) => {
            respond(Reply::ok("application/vnd.ogc.owc+json", text).with_header("cache-control", "no-store"), &asked)
        }
        Err(error) => failure(&site, &asked, &error),
    }
}

/// Programs that follow every link read pages and documents, not pictures and pages of rows without end.
async fn robots(site: Site, _: Request) -> Result<Reply> {
    let root = render::root(&site);
    let text = format!(
        "User-agent: *\nDisallow: {root}/wms\nDisallow: {root}/check?\nDisallow: {root}/wmts\nDisallow: {root}/wfs\nDisallow: {root}/ows\nDisallow: {root}/collections/*/items\nDisallow: {root}/*/tiles/*/\nDisallow: {root}/*/map?\n"
    );
    Ok(Reply::ok("text/plain; charset=utf-8", text))
}
