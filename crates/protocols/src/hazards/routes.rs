//! The only file of this folder that knows axum.

use super::{answer, around, ask, page, syndicated};
use crate::common::http::{Asked, Names, failure, kept, request_of, resource, respond_answer};
use crate::common::negotiate::{GEOJSON, HTML, JSON};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::answer::json;
use crate::ogcapi::links;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::{get, post};
use terrane_engine::Caller;
use terrane_engine::hazard::feeds::signed::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use terrane_engine::hazard::{EventOrder, EventQuestion};
use terrane_hazard::kind::Kind;
use terrane_hazard::table::Role;
use terrane_model::{DatasetId, Result};

/// Everything below `/hazards`.
pub fn routes(site: Site) -> Router {
    Router::new()
        .route("/hazards", resource(tables))
        .route("/hazards/events", resource(events))
        .route("/hazards/points", resource(points))
        .route("/hazards/charts", kept(charts))
        .route("/hazards/section", resource(section))
        .route("/hazards/events/{collection}/{event}", kept(event))
        .route("/hazards/place", resource(place))
        .route("/hazards/feed.atom", kept(syndicated::atom))
        .route("/hazards/feed.cap/{collection}/{event}", kept(syndicated::warning))
        .route("/hazards/stream", get(stream))
        .route("/hazards/feeds/{feed}", post(receive))
        .with_state(site)
}

async fn tables(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&["f", "lang"])?;
    if request.form(&[JSON, HTML])? == HTML {
        return events(site, request).await;
    }
    let sources = site.engine.event_sources(Caller::Public);
    Ok(json(links::JSON, &answer::tables(&site, &request, &sources)))
}

async fn events(site: Site, request: Request) -> Result<Reply> {
    let form = request.form(&[GEOJSON, HTML])?;
    let question = ask::page(&request, site.engine.limits())?;
    let skip = question.skip;
    let page = site.engine.events(Caller::Public, question, Role::flat().collect(), true).await?;
    if form == HTML {
        return page::events(&site, &request, &page, skip);
    }
    Ok(json(links::GEOJSON, &answer::events(&site, &request, &page, skip)))
}

async fn points(site: Site, request: Request) -> Result<Reply> {
    let question = ask::points(&request, site.engine.limits())?;
    let points = site.engine.event_points(Caller::Public, question).await?;
    Ok(Reply::ok("application/octet-stream", points.to_bytes()))
}

/// Earthquakes that charts name.
const LARGEST: usize = 12;

async fn charts(site: Site, request: Request) -> Result<Reply> {
    request.form(&[JSON])?;
    let (question, options) = ask::charts(&request)?;
    let order = EventOrder { by: Role::Magnitude, descending: true };
    let largest = EventQuestion { order, limit: LARGEST, kinds: vec![Kind::Earthquake], ..question.clone() };
    let largest = site.engine.events(Caller::Public, largest, Role::flat().collect(), false).await?;
    let charts = site.engine.event_charts(Caller::Public, question, options).await?;
    Ok(json(links::JSON, &answer::charts(&request, &charts, &largest)))
}

async fn section(site: Site, request: Request) -> Result<Reply> {
    request.form(&[JSON])?;
    let (question, line) = ask::section(&request)?;
    let section = site.engine.event_section(Caller::Public, question, line.line, line.width_km).await?;
    Ok(json(links::JSON, &answer::section(&section, line.width_km)))
}

async fn event(site: Site, request: Request) -> Result<Reply> {
    request.query.only(&["f", "lang"])?;
    let form = request.form(&[JSON, HTML])?;
    let table = DatasetId::new(request.name(0))?;
    let report = site.engine.event_report(Caller::Public, table, request.name(1).to_owned()).await?;
    match form {
        HTML => page::event(&site, &request, &report),
        _ => Ok(json(links::JSON, &around::event(&site, &request, &report))),
    }
}

async fn place(site: Site, request: Request) -> Result<Reply> {
    let form = request.form(&[JSON, HTML])?;
    let report = site.engine.place_report(Caller::Public, ask::my_place(&request)?).await?;
    match form {
        HTML => page::place(&site, &request, &report),
        _ => Ok(json(links::JSON, &around::place(&site, &request, &report))),
    }
}

/// A header as text; empty when it is not there.
fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map_or("", |value| value.to_str().unwrap_or("-")).to_owned()
}

async fn stream(State(site): State<Site>, headers: HeaderMap, asked: Asked) -> Response {
    let heard = text(&headers, "last-event-id");
    let following = match request_of(&asked) {
        Ok(request) => super::stream::begin(&site, &request, Some(&heard)).await,
        Err(error) => Err(error),
    };
    match following {
        Ok(following) => flowing(Body::from_stream(following.pieces())),
        Err(error) => failure(&site, &asked, &error),
    }
}

fn flowing(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that gather answers would keep the news.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

async fn receive(State(site): State<Site>, names: Names, headers: HeaderMap, asked: Asked, body: Bytes) -> Response {
    let signed = [TIMESTAMP_HEADER, SIGNATURE_HEADER].map(|name| text(&headers, name));
    let taken = match names.all() {
        Ok(names) => super::receive::receive(&site, names.concat(), signed, body).await,
        Err(error) => Err(error),
    };
    match taken {
        Ok(reply) => respond_answer(reply.into(), &asked),
        Err(error) => failure(&site, &asked, &error),
    }
}
