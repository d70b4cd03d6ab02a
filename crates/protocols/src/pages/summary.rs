//! A summary as a table with bars, and a form to ask for another one.

use super::render::{Page, render};
use super::words::Words;
use super::{format, table};
use crate::common::kvp::encode;
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::common::values::figures;
use crate::ogcapi::links::below;
use serde_json::{Value, json};
use terrane_engine::catalogue::Entry;
use terrane_engine::{GroupBy, Measure, Summary};
use terrane_hazard::table::{EventTable, Role};
use terrane_model::Result;
use terrane_model::batch::Value as Cell;
use terrane_model::schema::{Column, ColumnKind, Schema};

/// Columns that are proposed to group by.
const PROPOSED_MAX: usize = 6;

/// The page; `schema` is that of the rows.
pub fn summary(site: &Site, request: &Request, entry: &Entry, (summary, schema): (&Summary, &Schema)) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let about = entry.about();
    let id = about.id.as_str();
    let path = below(id, &["summary"]);
    let asked = |key: &str| request.query.once(key).ok().flatten().unwrap_or("").to_owned();
    let events = entry.events().map(|(table, _)| &**table);
    let proposed = proposals(schema, events);
    let kept = request.query.without(&["by", "aggregates", "sortby", "limit", "f", "lang"]);
    let narrowed: String = kept.iter().map(|(key, value)| format!("&{}={}", encode(key), encode(value))).collect();
    let link = |query: &(String, String)| json!({"text": query.0, "path": format!("{path}?{}{narrowed}", query.1)});
    let hidden = request.query.without(&["by", "aggregates", "filter", "f", "lang"]);
    let form = |name: &str| format!("{}{}", request.path, request.query_with("f", Some(name)));
    let shows = json!({
        "path": path,
        "by": asked("by"),
        "aggregates": asked("aggregates"),
        "filter": asked("filter"),
        "hidden": hidden.iter().map(|(key, value)| json!({"key": key, "value": value})).collect::<Vec<_>>(),
        "example": table::example(schema),
        "columns": heads(request, summary),
        "groups": rows(&words, summary),
        "told": told(&words, summary),
        "left_out": (summary.left_out > 0)
            .then(|| words.fill("summary_left_out", &[("count", &format::count(summary.left_out))])),
        "proposed": proposed.iter().map(link).collect::<Vec<_>>(),
        "measures": Measure::names().collect::<Vec<_>>().join(", "),
        "csv": form("csv"),
        "json": form("json"),
        "geojson": has_cells(summary).then(|| form("geojson")),
    });
    let above = vec![
        (words.say("datasets").to_owned(), "/collections".to_owned()),
        (request.say(&about.title).to_owned(), format!("/d/{id}")),
    ];
    render(site, request, Page { template: "summary.html", title: request.say(&about.title), above, shows })
}

fn has_cells(summary: &Summary) -> bool {
    summary.by.iter().any(|by| matches!(by, GroupBy::Cell { .. }))
}

fn told(words: &Words, summary: &Summary) -> String {
    let [returned, groups] = [summary.batch.len(), summary.groups].map(|number| format::count(number as u64));
    let rows = format::count(summary.rows);
    words.fill("summary_told", &[("returned", &returned), ("groups", &groups), ("rows", &rows)])
}

fn heads(request: &Request, summary: &Summary) -> Vec<Value> {
    let by = summary.batch.schema.columns.len() - summary.aggregates.len();
    let head = |(at, column): (usize, &Column)| {
        let title = request.say(&column.title);
        json!({
            "title": if title.is_empty() { &column.name } else { title },
            "unit": column.unit,
            "number": at >= by || is_number(column.kind),
        })
    };
    summary.batch.schema.columns.iter().enumerate().map(head).collect()
}

fn is_number(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Int | ColumnKind::Float)
}

/// Each group with a bar for the first thing that is told of it, where that is a number.
fn rows(words: &Words, summary: &Summary) -> Vec<Value> {
    let columns = &summary.batch.schema.columns;
    let first = columns.len() - summary.aggregates.len();
    let measured = |row: &terrane_model::Feature<'_>| row.value(first).as_f64().filter(|_| columns.len() > first);
    let most = summary.batch.features().filter_map(|row| measured(&row)).fold(0.0, f64::max);
    let groups: Vec<&GroupBy> = summary.by.iter().flat_map(|by| vec![by; by.columns_told()]).collect();
    let row = |row: terrane_model::Feature<'_>| {
        let cells = (0..columns.len()).map(|at| {
            let value = row.value(at);
            let text = match groups.get(at) {
                Some(GroupBy::Bin { width, .. }) => step(words, &value, *width),
                _ => shown(words, &value, at < first),
            };
            json!({"text": text, "number": at >= first || is_number(columns[at].kind)})
        });
        let share =
            measured(&row).filter(|_| most > 0.0).map(|number| (number.max(0.0) / most * 1000.0).round() / 10.0);
        json!({"cells": cells.collect::<Vec<_>>(), "share": share})
    };
    summary.batch.features().map(row).collect()
}

/// From where to where a step of numbers goes.
fn step(words: &Words, from: &Cell<'_>, width: f64) -> String {
    match from.as_f64() {
        Some(from) => format!("{} – {}", figures(from), figures(from + width)),
        None => shown(words, from, true),
    }
}

fn shown(words: &Words, value: &Cell<'_>, is_by: bool) -> String {
    match value {
        Cell::Null if is_by => words.say("summary_none").to_owned(),
        Cell::Null => "–".to_owned(),
        Cell::Int(number) if !is_by && *number >= 0 => format::count(*number as u64),
        Cell::Float(number) if !is_by => figures(*number),
        other => format::cell(words, other),
    }
}

/// Summaries that could be asked: what is written, and the query.
fn proposals(schema: &Schema, events: Option<&EventTable>) -> Vec<(String, String)> {
    let magnitude = events.and_then(|table| table.column(Role::Magnitude));
    let law = |by: &str| {
        magnitude.map(encode).map(|name| format!("by={by}&aggregates=count,mc({name}),b({name}),b_error({name})"))
    };
    let mut all = Vec::new();
    if let Some(time) = &schema.time {
        let by = format!("{}:decade", time.start);
        all.push((by.clone(), law(&encode(&by)).unwrap_or_else(|| format!("by={}", encode(&by)))));
    }
    if schema.geometry.is_some() {
        all.push(("geometry:5".to_owned(), law("geometry:5").unwrap_or_else(|| "by=geometry:5".to_owned())));
    }
    if let Some(name) = magnitude {
        all.push((format!("{name}:0.5"), format!("by={}:0.5", encode(name))));
    }
    let identifier = events.and_then(|table| table.column(Role::Id)).or(schema.key.as_deref());
    let is_word = |column: &&Column| matches!(column.kind, ColumnKind::Text | ColumnKind::Bool);
    let texts = schema.kept().filter(is_word).filter(|column| identifier != Some(column.name.as_str()));
    let numbers = schema.kept().filter(|column| is_number(column.kind) && magnitude != Some(column.name.as_str()));
    all.extend(texts.map(|column| (column.name.clone(), format!("by={}", encode(&column.name)))));
    all.extend(numbers.map(|column| (format!("{}:10", column.name), format!("by={}:10", encode(&column.name)))));
    all.truncate(PROPOSED_MAX);
    all
}
