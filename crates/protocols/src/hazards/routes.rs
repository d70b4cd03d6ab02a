//! The only file of this folder that knows axum.

use super::{answer, ask};
use crate::common::http::resource;
use crate::common::negotiate::{GEOJSON, JSON};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::answer::json;
use crate::ogcapi::links;
use axum::Router;
use terrane_engine::Caller;
use terrane_model::Result;

/// Everything below `/hazards`.
pub fn routes(site: Site) -> Router {
    Router::new()
        .route("/hazards", resource(tables))
        .route("/hazards/events", resource(events))
        .route("/hazards/points", resource(points))
        .with_state(site)
}

async fn tables(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&["f", "lang"])?;
    request.form(&[JSON])?;
    let sources = site.engine.event_sources(Caller::Public);
    Ok(json(links::JSON, &answer::tables(&site, &request, &sources)))
}

async fn events(site: Site, request: Request) -> Result<Reply> {
    request.form(&[GEOJSON])?;
    let question = ask::page(&request, site.engine.limits())?;
    let skip = question.skip;
    let page = site.engine.events(Caller::Public, question, answer::LISTED.to_vec(), true).await?;
    Ok(json(links::GEOJSON, &answer::events(&site, &request, &page, skip)))
}

async fn points(site: Site, request: Request) -> Result<Reply> {
    let question = ask::points(&request, site.engine.limits())?;
    let points = site.engine.event_points(Caller::Public, question).await?;
    Ok(Reply::ok("application/octet-stream", points.to_bytes()))
}
