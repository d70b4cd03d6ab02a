//! The only file of this folder that knows axum.

use super::{BASE, VERSION, answer, describe};
use crate::common::http::{Asked, resource, respond, respond_answer};
use crate::common::reply::{self, Reply};
use crate::common::request::Request;
use crate::common::site::Site;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use terrane_engine::Caller;
use terrane_model::{Kind, Result};

/// Everything below `/fdsnws/event/1`.
pub fn routes(site: Site) -> Router {
    let below = |path: &str| format!("{BASE}/{path}");
    Router::new()
        .route(BASE, resource(usage))
        .route(&below(""), resource(usage))
        .route(&below("query"), get(query))
        .route(&below("version"), resource(version))
        .route(&below("catalogs"), resource(catalogs))
        .route(&below("contributors"), resource(contributors))
        .route(&below("application.wadl"), resource(wadl))
        .with_state(site)
}

async fn query(State(site): State<Site>, asked: Asked) -> Response {
    match answer::query(&site, &asked).await {
        Ok(answer) => respond_answer(answer, &asked),
        Err(error) => {
            reply::log(&error, &asked.path);
            let status = if error.kind() == Kind::Unsupported { 400 } else { reply::status(error.kind()) };
            respond(answer::failure(&site, &asked, &error, status), &asked)
        }
    }
}

async fn usage(site: Site, request: Request) -> Result<Reply> {
    describe::usage(&site, &request)
}

async fn version(_: Site, _: Request) -> Result<Reply> {
    Ok(Reply::ok("text/plain; charset=utf-8", VERSION))
}

async fn catalogs(site: Site, _: Request) -> Result<Reply> {
    Ok(Reply::ok("application/xml", describe::catalogs(&site.engine.event_sources(Caller::Public))))
}

async fn contributors(site: Site, _: Request) -> Result<Reply> {
    let names = site.engine.event_contributors(Caller::Public).await?;
    Ok(Reply::ok("application/xml", describe::contributors(&names)))
}

async fn wadl(site: Site, _: Request) -> Result<Reply> {
    Ok(Reply::ok("application/xml", describe::wadl(&site)))
}
