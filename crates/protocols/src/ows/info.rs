//! Feature-info answers as text, HTML, JSON and GML.

use crate::common::reply::Reply;
use crate::common::values;
use crate::common::xml::escape;
use crate::ows::gml;
use serde_json::{Map, Value as Json, json};
use std::fmt::Write as _;
use terrane_engine::InfoHit;
use terrane_engine::info::Found;
use terrane_formats::features::geojson;
use terrane_model::{Batch, Feature, Schema};

/// The answer in the form asked; `form` is one of [`super::describe::INFO_FORMATS`].
pub fn reply(hits: &[InfoHit], form: &str, languages: &[&str]) -> Reply {
    match form {
        "application/json" => Reply::ok("application/json", json_text(hits, languages)),
        "text/html" => Reply::ok("text/html; charset=utf-8", html(hits, languages)),
        "application/vnd.ogc.gml" => Reply::ok("application/vnd.ogc.gml; charset=utf-8", gml::collection(hits)),
        _ => Reply::ok("text/plain; charset=utf-8", plain(hits, languages)),
    }
}

/// The rows of all batches of a hit.
pub(super) fn rows(batches: &[Batch]) -> impl Iterator<Item = Feature<'_>> {
    batches.iter().flat_map(Batch::features)
}

fn json_text(hits: &[InfoHit], languages: &[&str]) -> String {
    let features: Vec<Json> = hits.iter().flat_map(|hit| json_features(hit, languages)).collect();
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

fn json_features(hit: &InfoHit, languages: &[&str]) -> Vec<Json> {
    let (id, title) = (hit.about.id.as_str(), hit.about.title.get(languages));
    let common = json!({"layer": hit.layer, "layerTitle": title, "attribution": hit.about.attribution});
    let feature = |own_id: String, geometry: Json, properties: Json| {
        let mut feature = Map::from_iter([("type".to_owned(), json!("Feature")), ("id".to_owned(), json!(own_id))]);
        feature.extend(common.as_object().cloned().unwrap_or_default());
        feature.insert("geometry".to_owned(), geometry);
        feature.insert("properties".to_owned(), properties);
        Json::Object(feature)
    };
    match &hit.found {
        Found::Rows { batches, .. } => rows(batches)
            .map(|row| feature(format!("{id}.{}", row.id()), geometry_json(&row), values::object(&row)))
            .collect(),
        Found::Samples { position, values } => {
            let properties = values.iter().map(|(band, value)| (band.name.clone(), json!(value))).collect();
            let point = json!({"type": "Point", "coordinates": position});
            vec![feature(id.to_owned(), point, Json::Object(properties))]
        }
    }
}

fn geometry_json(row: &Feature<'_>) -> Json {
    let Some(geometry) = row.geometry() else { return Json::Null };
    let mut bytes = Vec::new();
    geojson::write_geometry(&geometry, geojson::DEGREE_DECIMALS, &mut bytes);
    serde_json::from_slice(&bytes).unwrap_or(Json::Null)
}

/// What a person is shown for each row: names for people, values as read, units behind them.
fn facts(row: &Feature<'_>, schema: &Schema, languages: &[&str]) -> Vec<(String, String)> {
    let columns = row.batch().schema.columns.iter().enumerate();
    let known = columns.map(|(at, column)| {
        let about = schema.column(&column.name).map_or(column, |(_, about)| about);
        let title = about.title.get(languages);
        let unit = about.unit.as_deref().map_or(String::new(), |unit| format!(" {unit}"));
        let value = row.value(at);
        let text = if value.is_null() { String::new() } else { format!("{value}{unit}") };
        (if title.is_empty() { column.name.clone() } else { title.to_owned() }, text)
    });
    known.collect()
}

/// Each hit as rows of named facts.
fn tables(hit: &InfoHit, languages: &[&str]) -> Vec<(String, Vec<(String, String)>)> {
    match &hit.found {
        Found::Rows { schema, batches } => {
            rows(batches).map(|row| (row.id().to_string(), facts(&row, schema, languages))).collect()
        }
        Found::Samples { values, .. } => {
            let text = |value: &Option<f64>, unit: &Option<String>| match (value, unit) {
                (None, _) => String::new(),
                (Some(value), None) => value.to_string(),
                (Some(value), Some(unit)) => format!("{value} {unit}"),
            };
            vec![(
                String::new(),
                values.iter().map(|(band, value)| (band.name.clone(), text(value, &band.unit))).collect(),
            )]
        }
    }
}

fn plain(hits: &[InfoHit], languages: &[&str]) -> String {
    let mut text = String::new();
    for hit in hits {
        for (id, facts) in tables(hit, languages) {
            let _ = writeln!(text, "Layer {} ({})", hit.about.id, hit.about.title.get(languages));
            if !id.is_empty() {
                let _ = writeln!(text, "  Feature {id}");
            }
            for (name, value) in &facts {
                let _ = writeln!(text, "    {name} = {}", value.replace('\n', " "));
            }
        }
    }
    if text.is_empty() { "Nothing is here.\n".to_owned() } else { text }
}

/// A page that can also be put into another: what it looks like is said by attributes, since style sheets within pages are
/// refused by many.
fn html(hits: &[InfoHit], languages: &[&str]) -> String {
    let mut text = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
        <title>Feature info</title></head><body>\n"
        .to_owned();
    for hit in hits {
        let _ = writeln!(text, "<h2>{}</h2>", escape(hit.about.title.get(languages)));
        for (_, facts) in tables(hit, languages) {
            text.push_str("<table border=\"0\" cellpadding=\"3\">\n");
            for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
                let (name, value) = (escape(name), escape(value));
                let _ = writeln!(text, "<tr><th align=\"left\" valign=\"top\">{name}</th><td>{value}</td></tr>");
            }
            text.push_str("</table>\n");
        }
        if !hit.about.attribution.is_empty() {
            let _ = writeln!(text, "<p><small>{}</small></p>", escape(&hit.about.attribution));
        }
    }
    if hits.is_empty() {
        text.push_str("<p>Nothing is here.</p>\n");
    }
    text.push_str("</body></html>\n");
    text
}
