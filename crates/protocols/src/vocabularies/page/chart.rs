//! The chart as a page: columns of ranks in their colours, and a list where there is no room for columns.

use super::super::ask::{self, CHART};
use super::{label_languages, unit_names};
use crate::common::request::Request;
use crate::pages::Words;
use serde_json::{Value, json};
use terrane_geology::time::{Chart, Rank, Ratified, Unit, chart, read_age};
use terrane_model::Result;

/// Columns of the chart.
const COLUMNS: [Rank; 5] = [Rank::Eon, Rank::Era, Rank::Period, Rank::Epoch, Rank::Age];

/// What the page of the chart shows.
pub fn shows(words: &Words, request: &Request, of: &'static Chart) -> Result<Value> {
    let language = ask::language(request);
    let word = ask::word(request)?;
    let found: Vec<Value> = hits(word, language).into_iter().map(|(_, hit)| hit).collect();
    let ranks: Vec<&str> = COLUMNS.iter().map(|rank| words.say(rank_key(*rank))).collect();
    Ok(json!({
        "id": CHART,
        "uri": of.uri(),
        "version": of.version(),
        "licence": of.licence(),
        "attribution": of.attribution(),
        "terms": of.units().len(),
        "q": word,
        "hits": found,
        "ranks": ranks,
        "rows": rows(of, language),
        "tree": of.units().iter().filter(|unit| unit.parent.is_none()).map(|unit| branch(unit, language)).collect::<Vec<_>>(),
        "label_languages": label_languages(request, of.units().iter().flat_map(|unit| unit.labels().iter().map(|(tag, _)| tag.as_str()))),
        "path": format!("/vocabularies/{CHART}"),
        "colours": format!("/vocabularies/{CHART}?f=css"),
    }))
}

/// The units that a word or an age names, and how surely.
pub fn hits(word: &str, language: &str) -> Vec<(f32, Value)> {
    let Some(read) = read_age(word).filter(|read| read.score >= 0.5) else {
        return Vec::new();
    };
    let mut units: Vec<&'static Unit> = read.age.unit().into_iter().collect();
    if units.is_empty() {
        units.extend([read.age.older, read.age.younger].into_iter().flatten());
    }
    if units.is_empty() {
        units.push(read.age.smallest_containing());
    }
    units.dedup_by_key(|unit| &unit.id);
    units.into_iter().map(|unit| (read.score, hit(unit, language))).collect()
}

fn hit(unit: &'static Unit, language: &str) -> Value {
    let mut shown = short(unit, language);
    shown["of"] = "ICS".into();
    shown["definition"] =
        format!("{} – {} Ma", age(unit.older_ma, unit.older_error_ma), age(unit.younger_ma, unit.younger_error_ma))
            .into();
    shown
}

fn short(unit: &Unit, language: &str) -> Value {
    let (label, english) = (unit.label(language), unit.label("en"));
    json!({
        "id": unit.id,
        "label": label,
        "second": (label != english).then_some(english),
        "path": format!("/vocabularies/{CHART}/{}", unit.id),
        "older": age(unit.older_ma, unit.older_error_ma),
        "colour": unit.colour_hex(),
    })
}

fn branch(unit: &'static Unit, language: &str) -> Value {
    let mut node = short(unit, language);
    let mut below: Vec<&'static Unit> = unit.children().collect();
    below.sort_by(|a, b| a.younger_ma.total_cmp(&b.younger_ma));
    node["below"] = below.into_iter().map(|child| branch(child, language)).collect();
    node
}

/// An age with its uncertainty, as the chart prints it.
fn age(age_ma: f64, error_ma: Option<f64>) -> String {
    match error_ma {
        Some(error_ma) => format!("{age_ma} ± {error_ma}"),
        None => age_ma.to_string(),
    }
}

/// Rows of the chart: one for each unit that has none below it, with the cells that begin there.
fn rows(of: &'static Chart, language: &str) -> Vec<Value> {
    let mut leaves: Vec<&'static Unit> = of.units().iter().filter(|unit| unit.children().next().is_none()).collect();
    leaves.sort_by(|a, b| a.younger_ma.total_cmp(&b.younger_ma));
    let mut begun: Vec<&str> = Vec::new();
    let mut rows = Vec::new();
    for leaf in &leaves {
        let mut line: Vec<&'static Unit> = std::iter::successors(Some(*leaf), |unit| unit.parent_unit())
            .filter(|unit| column(unit).is_some())
            .collect();
        line.reverse();
        let mut cells = Vec::new();
        for (place, unit) in line.iter().enumerate() {
            if begun.contains(&unit.id.as_str()) {
                continue;
            }
            begun.push(&unit.id);
            let next = line.get(place + 1).and_then(|next| column(next)).unwrap_or(COLUMNS.len());
            let mut cell = short(unit, language);
            cell["rows"] = leaves.iter().filter(|leaf| is_within(leaf, unit)).count().into();
            cell["columns"] = next.saturating_sub(column(unit).unwrap_or(0)).max(1).into();
            cells.push(cell);
        }
        rows.push(json!({"cells": cells, "older": age(leaf.older_ma, leaf.older_error_ma), "fixed": fixed(leaf)}));
    }
    rows
}

/// The column a unit stands in; the Precambrian and sub-periods have none.
fn column(unit: &Unit) -> Option<usize> {
    COLUMNS.iter().position(|rank| unit.is(*rank))
}

fn is_within(leaf: &'static Unit, unit: &Unit) -> bool {
    std::iter::successors(Some(leaf), |unit| unit.parent_unit()).any(|above| above.id == unit.id)
}

fn fixed(unit: &Unit) -> &'static str {
    match unit.gssp {
        Some(Ratified::Gssp) => "GSSP",
        Some(Ratified::Gssa) => "GSSA",
        None => "",
    }
}

/// What the page of a unit shows.
pub fn unit(words: &Words, unit: &'static Unit, language: &str) -> Value {
    let mut below: Vec<&'static Unit> = unit.children().collect();
    below.sort_by(|a, b| a.younger_ma.total_cmp(&b.younger_ma));
    let [red, green, blue] = unit.colour;
    json!({
        "second": (unit.label(language) != unit.label("en")).then(|| unit.label("en")),
        "rank": words.say(rank_key(unit.rank)),
        "older": age(unit.older_ma, unit.older_error_ma),
        "younger": age(unit.younger_ma, unit.younger_error_ma),
        "duration": (unit.duration_ma() * 1e4).round() / 1e4,
        "colour": unit.colour_hex(),
        "rgb": format!("{red}, {green}, {blue}"),
        "fixed": fixed(unit),
        "symbol": unit.symbol,
        "uri": unit.uri(),
        "broader": unit.parent_unit().map(|unit| short(unit, language)),
        "narrower": below.into_iter().map(|unit| short(unit, language)).collect::<Vec<_>>(),
        "names": unit_names(unit),
        "path": format!("/vocabularies/{CHART}/{}", unit.id),
        "version": chart().version(),
        "licence": chart().licence(),
        "attribution": chart().attribution(),
    })
}

fn rank_key(rank: Rank) -> &'static str {
    match rank {
        Rank::SuperEon => "rank_super_eon",
        Rank::Eon => "rank_eon",
        Rank::Era => "rank_era",
        Rank::Period => "rank_period",
        Rank::SubPeriod => "rank_sub_period",
        Rank::Epoch => "rank_epoch",
        Rank::Age => "rank_age",
    }
}
