//! An answer of a feed as messages: read whole or refused whole.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use terrane_formats::about::Feed;
use terrane_formats::events::{EventRow, event_id, quakeml, usgs_geojson};
use terrane_formats::features::encoding::Charset;
use terrane_hazard::event::{Event, Made, words};
use terrane_hazard::live::{self, Message};
use terrane_model::limits::{FEED_BYTES_MAX, FEED_EVENTS_MAX, FEED_SKEW_SECONDS_MAX};
use terrane_model::{Error, Instant, Result};

/// The messages of an answer that came at a moment. QuakeML and the GeoJSON of the USGS are told apart by their content. An answer
/// that is cut off, too long or something else is refused, and says why.
pub fn read_answer(feed: &Feed, body: &[u8], at: Instant) -> Result<Vec<Message>> {
    if body.len() > FEED_BYTES_MAX {
        return Err(Error::too_large(format!("The answer has more than {FEED_BYTES_MAX} bytes.")));
    }
    let head = &body[..body.len().min(4_096)];
    let messages = if body.iter().all(u8::is_ascii_whitespace) {
        Vec::new()
    } else if quakeml::looks_like_quakeml(head) {
        of_quakeml(feed, body, at)?
    } else if head.trim_ascii_start().starts_with(b"{") {
        of_geojson(feed, body, at)?
    } else {
        let say = "The answer is neither QuakeML nor GeoJSON of the USGS; look at what the address answers.";
        return Err(Error::unsupported(say));
    };
    Ok(messages)
}

fn of_quakeml(feed: &Feed, body: &[u8], at: Instant) -> Result<Vec<Message>> {
    let charset = Charset::by_name("utf-8").ok_or_else(|| Error::internal("UTF-8 is not known"))?;
    let mut messages = Vec::new();
    for event in quakeml::QuakemlReader::new(body, charset) {
        bounded(messages.len())?;
        let tree = event?.tree;
        let id = event_id(&tree);
        let names = [tree["publicID"].as_str().unwrap_or_default().to_owned()];
        messages.push(message(feed, (id, &names), tree, at)?);
    }
    Ok(messages)
}

fn of_geojson(feed: &Feed, body: &[u8], at: Instant) -> Result<Vec<Message>> {
    let names = names_of(body)?;
    let mut messages = Vec::new();
    for record in usgs_geojson::Reader::new(body) {
        bounded(messages.len())?;
        let record = record?;
        let id = record.row.id.to_string();
        let names = names.get(&id).map_or(&[][..], Vec::as_slice);
        let is_withdrawn = record.row.status.eq_ignore_ascii_case(live::DELETED);
        let tree = record.tree.unwrap_or_else(|| tree_of(&record.row, &feed.agency));
        let mut message = message(feed, (id, names), tree, at)?;
        message.is_withdrawn |= is_withdrawn;
        messages.push(message);
    }
    Ok(messages)
}

fn bounded(so_far: usize) -> Result<()> {
    if so_far < FEED_EVENTS_MAX {
        return Ok(());
    }
    Err(Error::too_large(format!("The answer has more than {FEED_EVENTS_MAX} events; ask for less at once.")))
}

/// What events are called beside their ids: the USGS lists the names that networks gave them.
fn names_of(body: &[u8]) -> Result<HashMap<String, Vec<String>>> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(default)]
        features: Vec<Feature>,
    }
    #[derive(Deserialize)]
    struct Feature {
        #[serde(default)]
        id: Value,
        properties: Option<Properties>,
    }
    #[derive(Deserialize)]
    struct Properties {
        #[serde(default)]
        ids: Value,
    }
    let answer: Answer = serde_json::from_slice(body)
        .map_err(|error| Error::invalid("The answer is not whole JSON of a feed.").because(error))?;
    let names = |ids: &Value| -> Vec<String> {
        let all = ids.as_str().unwrap_or_default().split(',').map(str::trim);
        all.filter(|id| !id.is_empty()).map(str::to_owned).collect()
    };
    let named =
        answer.features.iter().filter_map(|it| Some((it.id.as_str()?.to_owned(), names(&it.properties.as_ref()?.ids))));
    Ok(named.collect())
}

/// A message of an event's tree.
fn message(feed: &Feed, (id, names): (String, &[String]), mut tree: Value, at: Instant) -> Result<Message> {
    if id.is_empty() || id.len() > 512 || id.contains('|') {
        return Err(Error::invalid("An event of the answer has no id, or one with a bar or more than 512 bytes."));
    }
    if let Some(tree) = tree.as_object_mut() {
        tree.remove(live::KEY);
    }
    let event = Event(&tree);
    let told = [Some(event.made()), event.origin().map(|it| it.made()), event.magnitude().map(|it| it.made())];
    let told = told.into_iter().flatten().filter_map(|made: Made<'_>| made.time).max();
    // A clock that runs ahead must not make an agency's word the last one for ever.
    let updated = told.map(|told| told.min(latest(at)));
    let is_withdrawn =
        event.event_type() == "not existing" || event.origin().is_some_and(|it| it.made().status == "rejected");
    let is_future = event.time().is_some_and(|when| when.earliest > latest(at));
    let is_plain = |name: &&String| !name.is_empty() && name.len() <= 512 && !name.contains('|') && **name != id;
    Ok(Message {
        agency: feed.agency.clone(),
        ids: names.iter().filter(is_plain).cloned().collect(),
        id,
        updated: updated.unwrap_or(at),
        is_dated: updated.is_some(),
        is_withdrawn,
        is_future,
        event: tree,
    })
}

/// The last moment that is believed at a moment.
fn latest(at: Instant) -> Instant {
    Instant(at.0.saturating_add(FEED_SKEW_SECONDS_MAX * 1_000_000))
}

/// The tree of a row, for formats that have no solutions.
fn tree_of(row: &EventRow<'_>, agency: &str) -> Value {
    let id = &row.id;
    let quantity = |value: Option<f64>, uncertainty: Option<f64>| match (value, uncertainty) {
        (Some(value), Some(uncertainty)) => json!({"value": value, "uncertainty": uncertainty}),
        (Some(value), None) => json!({"value": value}),
        (None, _) => Value::Null,
    };
    let metres = |km: Option<f64>| km.map(|km| (km * 1e6).round() / 1e3);
    let text = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
    let made = plain([
        ("agencyID", text(agency)),
        ("author", text(&row.contributor)),
        ("creationTime", row.updated.as_ref().map_or(Value::Null, |when| when.earliest.to_string().into())),
    ]);
    let (mode, status) = (words::mode_of(&row.status), words::status_of(&row.status));
    let (mode, status) = (json!(mode), json!(status));
    let origin = plain([
        ("publicID", format!("smi:{agency}/origin/{id}").into()),
        ("time", row.time.as_ref().map_or(Value::Null, |when| json!({"value": when.earliest.to_string()}))),
        ("longitude", quantity(row.lon_deg, None)),
        ("latitude", quantity(row.lat_deg, None)),
        ("depth", quantity(metres(row.depth_km), metres(row.depth_error_km))),
        (
            "quality",
            plain([
                ("usedStationCount", json!(row.stations)),
                ("azimuthalGap", json!(row.gap_deg)),
                ("standardError", json!(row.rms_s)),
            ]),
        ),
        ("evaluationMode", mode.clone()),
        ("evaluationStatus", status.clone()),
        ("creationInfo", made.clone()),
    ]);
    let magnitude = plain([
        ("publicID", format!("smi:{agency}/magnitude/{id}").into()),
        ("mag", quantity(row.magnitude, row.magnitude_error)),
        ("type", text(&row.magnitude_type)),
        ("evaluationMode", mode),
        ("creationInfo", made.clone()),
    ]);
    let list = |it: Value, told: bool| if told { json!([it]) } else { Value::Null };
    plain([
        ("publicID", format!("smi:{agency}/event/{id}").into()),
        ("type", words::event_type_of(&row.event_type).map_or(Value::Null, Value::from)),
        ("description", list(json!({"text": row.place, "type": "earthquake name"}), !row.place.is_empty())),
        ("creationInfo", made),
        ("origin", list(origin, row.time.is_some() && row.lon_deg.is_some())),
        ("magnitude", list(magnitude, row.magnitude.is_some())),
    ])
}

/// A tree of those members that say something.
fn plain<const N: usize>(members: [(&str, Value); N]) -> Value {
    let says = |value: &Value| !value.is_null() && value.as_object().is_none_or(|tree| !tree.is_empty());
    let told = members.into_iter().filter(|(_, value)| says(value));
    Value::Object(told.map(|(name, value)| (name.to_owned(), value)).collect::<Map<String, Value>>())
}
