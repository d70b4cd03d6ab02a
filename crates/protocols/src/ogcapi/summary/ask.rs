//! A request for a summary → a question for the engine.

use crate::common::request::Request;
use crate::hazards;
use crate::ogcapi::ask::{self, parameter};
use terrane_engine::{Aggregate, GroupBy, SummaryQuestion};
use terrane_hazard::frequency::is_magnitude;
use terrane_model::limits::Limits;
use terrane_model::query::SortKey;
use terrane_model::{Dataset, Error, Result};

/// Parameters of a summary that are not columns.
pub const OF_SUMMARY: [&str; 15] = [
    "f",
    "lang",
    "by",
    "aggregates",
    "sortby",
    "limit",
    "bbox",
    "bbox-crs",
    "datetime",
    "filter",
    "filter-lang",
    "filter-crs",
    "decluster",
    "mc",
    "completeness",
];

/// The summary asked for: without anything, how many rows there are.
pub fn summary(dataset: &Dataset, request: &Request, limits: &Limits) -> Result<SummaryQuestion> {
    let rows = ask::rows(dataset, request, &OF_SUMMARY, limits)?;
    let schema = ask::schema_of(dataset)?;
    let mut question = SummaryQuestion::new(dataset.about.id.clone());
    question.rows = rows;
    question.by = list(request, "by", |text| GroupBy::parse(text, schema))?;
    let aggregates = list(request, "aggregates", |text| Aggregate::parse(text, schema))?;
    if !aggregates.is_empty() {
        question.aggregates = aggregates;
    }
    question.order = list(request, "sortby", |text| Ok(order(text)))?;
    question.limit = parameter(request, "limit", |text| limit(text, limits))?.unwrap_or(limits.summary_groups_max);
    question.declustered = hazards::ask::declustered(request)?;
    question.mc = parameter(request, "mc", magnitude)?;
    question.completeness = hazards::ask::completeness(request)?;
    Ok(question)
}

/// Parts of a parameter that are separated by commas; forms send it also when nothing is chosen.
fn list<T>(request: &Request, key: &str, read: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
    let text = request.query.once(key)?.unwrap_or("");
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| read(part).map_err(|error| error.at(key))).collect()
}

fn magnitude(text: &str) -> Result<f64> {
    text.trim().parse().ok().filter(is_magnitude).ok_or_else(|| {
        Error::invalid("The magnitude from which earthquakes are complete is a number from -10 to 12, such as mc=4.5.")
    })
}

/// `count` or `-count`; the engine knows the columns of the answer.
fn order(text: &str) -> SortKey {
    let column = text.trim_start_matches(['+', '-']).to_owned();
    SortKey { column, descending: text.starts_with('-') }
}

fn limit(text: &str, limits: &Limits) -> Result<usize> {
    text.trim().parse().ok().filter(|groups| (1..=limits.summary_groups_max).contains(groups)).ok_or_else(|| {
        Error::invalid(format!("“limit” is a whole number of groups from 1 to {}.", limits.summary_groups_max))
    })
}
