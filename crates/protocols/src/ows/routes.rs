//! The only file of this folder that knows axum.

use crate::common::http::{Asked, respond, respond_answer};
use crate::common::reply::Reply;
use crate::common::since::http_date;
use crate::common::site::Site;
use crate::ows::{ask, profile, serve, wfs, wmts};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

/// `/ows?service=…` and its aliases `/wms`, `/wmts` and `/wfs`, which is posted to as well, and the addresses of WMTS.
pub fn routes(site: Site) -> Router {
    Router::new()
        .route("/ows", get(ows).post(posted))
        .route("/wfs", get(wfs).post(wfs_posted))
        .route("/wms", get(wms).post(wms_posted))
        .route("/onegeology/wms", get(onegeology))
        .route("/wmts", get(wmts))
        .route("/wmts/{*rest}", get(wmts_address))
        .with_state(site)
}

async fn ows(site: State<Site>, asked: Asked) -> Response {
    match () {
        () if wmts::is_wmts(&asked.query) => wmts(site, asked).await,
        () if wfs::is_wfs(&asked.query) => wfs(site, asked).await,
        () => wms(site, asked).await,
    }
}

async fn wfs(State(site): State<Site>, asked: Asked) -> Response {
    let asked = asked.at(&site);
    respond_answer(wfs::answer(&site, &asked.query, &client(&asked)).await, &asked)
}

async fn wfs_posted(State(site): State<Site>, asked: Asked, body: Body) -> Response {
    let most = site.engine.limits().request_body_bytes_max;
    match to_bytes(body, most).await {
        Ok(bytes) => respond_answer(wfs::answer_posted(&site, &asked.query, &bytes, &client(&asked)).await, &asked),
        Err(_) => respond(wfs::too_long(most), &asked),
    }
}

async fn wms(State(site): State<Site>, asked: Asked) -> Response {
    let asked = asked.at(&site);
    dated(serve::answer(&site, &asked.query, &client(&asked)).await, &site, &asked)
}

async fn onegeology(State(site): State<Site>, asked: Asked) -> Response {
    let asked = asked.at(&site);
    dated(profile::answer(&site, &asked.query, &client(&asked)).await, &site, &asked)
}

/// What is posted to `/ows` says itself which service it is for.
async fn posted(State(site): State<Site>, asked: Asked, body: Body) -> Response {
    let most = site.engine.limits().request_body_bytes_max;
    match to_bytes(body, most).await {
        Ok(bytes) if ask::post::is_wms(&asked.query, &bytes) => wms_reply(&site, &asked, &bytes).await,
        Ok(bytes) => respond_answer(wfs::answer_posted(&site, &asked.query, &bytes, &client(&asked)).await, &asked),
        Err(_) => respond(wfs::too_long(most), &asked),
    }
}

async fn wms_posted(State(site): State<Site>, asked: Asked, body: Body) -> Response {
    let most = site.engine.limits().request_body_bytes_max;
    match to_bytes(body, most).await {
        Ok(bytes) => wms_reply(&site, &asked, &bytes).await,
        Err(_) => respond(serve::too_long(most), &asked),
    }
}

/// What is posted is no address that others could ask for: nobody on the way keeps the answer.
async fn wms_reply(site: &Site, asked: &Asked, body: &[u8]) -> Response {
    let nobody = serve::Client { accept_language: asked.accept_language.as_deref(), known_tag: None, unchanged: false };
    let reply = serve::answer_posted(site, &asked.query, body, &nobody).await;
    let headers = reply.headers.into_iter().filter(|(name, _)| *name != "cache-control").collect();
    respond(Reply { headers, ..reply }.with_header("cache-control", "no-store"), asked)
}

async fn wmts(State(site): State<Site>, asked: Asked) -> Response {
    let asked = asked.at(&site);
    dated(wmts::answer(&site, &asked.query, &client(&asked)).await, &site, &asked)
}

async fn wmts_address(State(site): State<Site>, asked: Asked) -> Response {
    let asked = asked.at(&site);
    dated(wmts::answer_address(&site, &asked.path, &asked.query, &client(&asked)).await, &site, &asked)
}

fn client(asked: &Asked) -> serve::Client<'_> {
    serve::Client {
        accept_language: asked.accept_language.as_deref(),
        known_tag: asked.if_none_match.as_deref(),
        unchanged: asked.unchanged,
    }
}

/// The answer, with the date of what can be kept.
fn dated(reply: Reply, site: &Site, asked: &Asked) -> Response {
    let is_kept = reply.tag.is_some() && matches!(reply.status, 200 | 204);
    let reply = if is_kept { reply.with_header("last-modified", http_date(site.changed())) } else { reply };
    respond(reply, asked)
}
