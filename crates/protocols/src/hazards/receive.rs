//! A sender of a feed says what is new, signed.

use crate::common::http::{Asked, Names, failure, respond_answer};
use crate::common::reply::Reply;
use crate::common::site::Site;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;
use terrane_engine::hazard::feeds::Taken;
use terrane_engine::hazard::feeds::signed::{SIGNATURE_HEADER, Signed, TIMESTAMP_HEADER};
use terrane_engine::publish::now;
use terrane_model::Result;

/// `POST /hazards/feeds/{feed}`: QuakeML or GeoJSON of the USGS.
pub async fn receive(
    State(site): State<Site>,
    names: Names,
    headers: HeaderMap,
    asked: Asked,
    body: Bytes,
) -> Response {
    match take(&site, names, (&headers, body)).await {
        Ok(taken) => respond_answer(told(&taken).into(), &asked),
        Err(error) => failure(&site, &asked, &error),
    }
}

async fn take(site: &Site, names: Names, (headers, body): (&HeaderMap, Bytes)) -> Result<Taken> {
    let id = names.all()?.into_iter().next().unwrap_or_default();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (timestamp, signature) = (text(TIMESTAMP_HEADER), text(SIGNATURE_HEADER));
    let engine = Arc::clone(&site.engine);
    let task = move |_: &_| {
        let signed = Signed { timestamp: &timestamp, signature: &signature };
        engine.receive(&id, signed, &body, now())
    };
    site.engine.pool().run(task).await
}

fn told(taken: &Taken) -> Reply {
    let value = json!({
        "told": taken.told, "news": taken.news, "new": taken.new, "put": taken.put, "gone": taken.gone,
        "withdrawn": taken.withdrawn, "future": taken.future,
    });
    Reply::ok("application/json", value.to_string()).with_header("cache-control", "no-store")
}
