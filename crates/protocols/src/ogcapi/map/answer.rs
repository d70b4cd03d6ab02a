//! Maps → answers, with what they show in their heads.

use super::ask::MapAsk;
use crate::common::crs::{self, swapped, y_first};
use crate::common::reply::Reply;
use crate::ogcapi::answer::with_crs;
use crate::ogcapi::tiles::answer::{CACHE, ENCODER};
use terrane_model::time::Interval;
use terrane_model::{Instant, Result};

/// The head of the answer: its tag, how long it may be kept, the ground, the CRS and the time that are shown.
pub fn head(asked: &MapAsk) -> Result<Reply> {
    let shown = asked.question.as_ref().map(|question| (&question.view, question.background, asked.format, asked.void));
    let reply = Reply::ok("", "").with_tag(&[ENCODER, &asked.state, &format!("{shown:?}"), &crs::uri(&asked.crs)]);
    let reply = reply
        .with_header("cache-control", CACHE)
        .with_header("vary", if asked.fixed { "accept-encoding" } else { "accept" });
    let Some(question) = &asked.question else { return Ok(reply.with_status(204)) };
    let bbox = question.view.bbox;
    let ordered = if y_first(&asked.crs)? { swapped(bbox) } else { bbox };
    let corners: Vec<String> = ordered.to_array().iter().map(f64::to_string).collect();
    let reply = with_crs(reply, &asked.crs).with_header("content-bbox", corners.join(","));
    Ok(match &asked.period {
        Some(period) => reply.with_header("content-datetime", datetime(period)),
        None => reply,
    })
}

/// A moment, or a period from one to another.
fn datetime(period: &Interval) -> String {
    let bound = |instant: Option<Instant>| instant.map_or_else(|| "..".to_owned(), |instant| instant.to_string());
    match (period.start, period.end) {
        (Some(start), Some(end)) if start == end => start.to_string(),
        (start, end) => format!("{}/{}", bound(start), bound(end)),
    }
}
