//! Rows as a table with pages, and one row in full.

use super::preview::{self, Preview};
use super::render::{Page, render};
use super::words::Words;
use super::{dataset, format};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::answer;
use crate::ogcapi::links::below;
use serde_json::{Value, json};
use terrane_engine::FeaturePage;
use terrane_engine::catalogue::Entry;
use terrane_model::batch::Value as Cell;
use terrane_model::filter::Transformer as _;
use terrane_model::schema::{Column, ColumnKind, Schema};
use terrane_model::{Bbox, Crs, Feature, Result};
use terrane_projection::Transform;

const PICTURE_PX: [u32; 2] = [480, 320];
/// Ground around a point, as a share of the width of its dataset.
const POINT_ROOM: f64 = 0.03;
/// Ground around a row at most, degrees.
const ROOM_DEG_MAX: f64 = 5.0;
/// Rows on a page that people choose from.
const PAGE_SIZES: [usize; 4] = [10, 50, 100, 500];

/// A page of rows as a table.
pub fn items(site: &Site, request: &Request, entry: &Entry, page: &FeaturePage) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let about = entry.about();
    let id = about.id.as_str();
    let columns = columns_of(page);
    let rows: Vec<Value> = page
        .batches
        .iter()
        .flat_map(terrane_model::Batch::features)
        .map(|feature| row(&words, id, &columns, &feature))
        .collect();
    let returned = format::count(page.returned() as u64);
    let summary = match page.matched {
        Some(matched) => {
            words.fill("page_of_matched", &[("returned", &returned), ("matched", &format::count(matched))])
        }
        None => words.fill("page_of_rows", &[("returned", &returned)]),
    };
    let asked = |key: &str| request.query.once(key).ok().flatten().unwrap_or("").to_owned();
    let heads: Vec<Value> = columns.iter().map(|column| head(request, column)).collect();
    let next = answer::next_href(site, request, &page.revision, page.next.as_ref());
    let shows = json!({
        "id": id,
        "path": below(id, &["items"]),
        "columns": heads,
        "rows": rows,
        "summary": summary,
        "next": next.and_then(|href| href.strip_prefix(&site.about.public_url).map(str::to_owned)),
        "on_first_page": page_is_first(request),
        "filter": asked("filter"),
        "bbox": asked("bbox"),
        "limit": asked("limit"),
        "page_sizes": PAGE_SIZES,
        "example": example(&page.schema),
        "csv": format!("{}{}", request.path, request.query_with("f", Some("csv"))),
        "json": format!("{}{}", request.path, request.query_with("f", Some("json"))),
        "summary_path": summary_path(request, id),
    });
    let above = vec![
        (words.say("datasets").to_owned(), "/collections".to_owned()),
        (request.say(&about.title).to_owned(), format!("/d/{id}")),
    ];
    render(site, request, Page { template: "items.html", title: request.say(&about.title), above, shows })
}

/// The summary of the rows that the page is of.
fn summary_path(request: &Request, id: &str) -> String {
    let mut kept = request.clone();
    kept.query = kept.query.without(&["cursor", "limit", "sortby", "properties", "skipGeometry", "count", "crs"]);
    format!("{}{}", below(id, &["summary"]), kept.query_with("f", Some("html")))
}

fn page_is_first(request: &Request) -> bool {
    request.query.iter().all(|(key, _)| key != "cursor")
}

/// The columns that the rows have, with their titles and units.
fn columns_of(page: &FeaturePage) -> Vec<Column> {
    let schema = page.batches.first().map_or(&page.schema, |batch| &batch.schema);
    let described = |column: &Column| page.schema.column(&column.name).map_or(column, |(_, known)| known).clone();
    schema.kept().map(described).collect()
}

fn head(request: &Request, column: &Column) -> Value {
    json!({
        "name": column.name,
        "title": request.say(&column.title),
        "unit": column.unit,
        "number": is_number(column.kind),
    })
}

fn is_number(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Int | ColumnKind::Float)
}

fn row(words: &Words, id: &str, columns: &[Column], feature: &Feature<'_>) -> Value {
    let name = feature.id().to_string();
    let cells: Vec<Value> = columns
        .iter()
        .enumerate()
        .map(|(place, column)| {
            let value = feature.value(place);
            json!({
                "text": format::cell(words, &value),
                "href": format::web_address(&value),
                "number": is_number(column.kind),
            })
        })
        .collect();
    json!({"name": format::shortened(&name, 40), "path": below(id, &["items", &name]), "cells": cells})
}

/// A condition that could be asked of such rows.
pub(super) fn example(schema: &Schema) -> String {
    let text = schema.columns.iter().find(|column| column.kind == ColumnKind::Text);
    let number = schema.columns.iter().find(|column| is_number(column.kind));
    let quoted = |name: &str| {
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if plain { name.to_owned() } else { format!("\"{name}\"") }
    };
    match (number, text) {
        (Some(number), _) => format!("{} > 5", quoted(&number.name)),
        (None, Some(text)) => format!("{} LIKE 'A%'", quoted(&text.name)),
        (None, None) => String::new(),
    }
}

/// One row in full.
pub fn item(site: &Site, request: &Request, entry: &Entry, page: &FeaturePage) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let about = entry.about();
    let id = about.id.as_str();
    let columns = columns_of(page);
    let feature = page.batches.iter().find_map(|batch| batch.features().next());
    let values: Vec<Value> = feature.iter().flat_map(|feature| values(&words, request, &columns, feature)).collect();
    let ground = feature.as_ref().and_then(|feature| ground(feature, &page.crs));
    let shows = json!({
        "id": id,
        "values": values,
        "position": ground.map(|bbox| format::position(&words, bbox.centre())),
        "geometry": dataset::geometry_words(&words, feature.and_then(|feature| feature.geometry()).map(|it| it.kind())),
        "picture": ground.and_then(|ground| picture(site, entry, ground)),
        "picture_size": PICTURE_PX,
        "items_path": below(id, &["items"]),
    });
    let name = feature.map(|feature| feature.id().to_string()).unwrap_or_default();
    let above = vec![
        (request.say(&about.title).to_owned(), format!("/d/{id}")),
        (words.say("items").to_owned(), below(id, &["items"])),
    ];
    render(site, request, Page { template: "item.html", title: &name, above, shows })
}

fn values(words: &Words, request: &Request, columns: &[Column], feature: &Feature<'_>) -> Vec<Value> {
    let one = |(place, column): (usize, &Column)| {
        let value = feature.value(place);
        let title = request.say(&column.title);
        json!({
            "name": column.name,
            "title": if title.is_empty() { &column.name } else { title },
            "text": if value == Cell::Null { "—".to_owned() } else { format::value(words, &value) },
            "unit": column.unit.as_deref().filter(|_| value != Cell::Null),
            "href": format::web_address(&value),
        })
    };
    columns.iter().enumerate().map(one).collect()
}

/// The box of a row in degrees.
fn ground(feature: &Feature<'_>, crs: &Crs) -> Option<Bbox> {
    let bbox = feature.geometry()?.bbox();
    let moved = Transform::new(crs, &Crs::crs84()).ok()?.bbox(&bbox).ok()?;
    (!moved.is_empty()).then_some(moved)
}

fn picture(site: &Site, entry: &Entry, ground: Bbox) -> Option<String> {
    let id = &entry.about().id;
    entry.default_style()?;
    let base = preview::base(&site.engine.catalogue(), id);
    let layers = base.iter().map(terrane_model::DatasetId::as_str).chain([id.as_str()]).collect();
    // Some ground around, so that one sees where it is: half of itself, or for a point a share of the whole dataset.
    let whole = entry.about().extent.map_or(0.0, |extent| extent.width());
    let room = (ground.width().max(ground.height()) * 0.5).max(whole * POINT_ROOM).min(ROOM_DEG_MAX);
    Preview { layers, ground: ground.grown(room), size: PICTURE_PX }.path()
}
