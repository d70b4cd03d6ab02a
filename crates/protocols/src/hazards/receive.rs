//! A sender of a feed says what is new, signed.

use crate::common::reply::Reply;
use crate::common::site::Site;
use bytes::Bytes;
use serde_json::json;
use std::sync::Arc;
use terrane_engine::hazard::feeds::Taken;
use terrane_engine::hazard::feeds::signed::Signed;
use terrane_engine::publish::now;
use terrane_model::Result;

/// Takes QuakeML or GeoJSON of the USGS for a feed; `signed` are the moment and the signature that come with it.
pub async fn receive(site: &Site, feed: String, signed: [String; 2], body: Bytes) -> Result<Reply> {
    let engine = Arc::clone(&site.engine);
    let task = move |_: &_| {
        let [timestamp, signature] = &signed;
        engine.receive(&feed, Signed { timestamp, signature }, &body, now())
    };
    site.engine.pool().run(task).await.map(|taken| told(&taken))
}

fn told(taken: &Taken) -> Reply {
    let value = json!({
        "told": taken.told, "news": taken.news, "new": taken.new, "put": taken.put, "gone": taken.gone,
        "withdrawn": taken.withdrawn, "future": taken.future,
    });
    Reply::ok("application/json", value.to_string()).with_header("cache-control", "no-store")
}
