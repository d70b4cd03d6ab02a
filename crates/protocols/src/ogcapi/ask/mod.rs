//! A request for items → a question for the engine. Axes are exchanged here and in `answer`, nowhere else.

pub mod bbox;
mod filter;
mod period;

use crate::common::crs;
use crate::common::request::Request;
use terrane_engine::FeatureQuestion;
use terrane_model::cursor::CursorKey;
use terrane_model::limits::Limits;
use terrane_model::query::{Columns, SortKey};
use terrane_model::schema::{Column, ColumnKind, Schema};
use terrane_model::time::Interval;
use terrane_model::{Bbox, Crs, Dataset, DatasetId, Error, Filter, Kind, Result};

/// Parameters of every resource.
pub const EVERYWHERE: [&str; 2] = ["f", "lang"];
/// Parameters of items that are not columns.
pub const OF_ITEMS: [&str; 15] = [
    "f",
    "lang",
    "limit",
    "bbox",
    "bbox-crs",
    "datetime",
    "crs",
    "filter",
    "filter-lang",
    "filter-crs",
    "sortby",
    "properties",
    "skipGeometry",
    "cursor",
    "count",
];
/// Parameters of one item.
pub const OF_ITEM: [&str; 3] = ["f", "lang", "crs"];
/// Languages of `filter-lang`, the default first.
pub const FILTER_LANGUAGES: [&str; 2] = ["cql2-text", "cql2-json"];

/// The id in an address; what cannot be an id is not here.
pub fn id(text: &str) -> Result<DatasetId> {
    let shown: String = text.chars().take(80).collect();
    DatasetId::new(text).map_err(|_| no_collection(&shown))
}

/// The sentence about a collection that is not here.
pub fn no_collection(id: &str) -> Error {
    Error::not_found(format!("There is no collection “{id}” here."))
}

/// `datetime`, when it is given.
pub fn datetime(request: &Request) -> Result<Option<Interval>> {
    parameter(request, "datetime", period::parse)
}

/// A period as `datetime` writes it.
pub fn period(text: &str) -> Result<Interval> {
    period::parse(text)
}

/// `bbox` in a CRS, when it is given.
pub fn bbox(request: &Request, crs: &Crs) -> Result<Option<Bbox>> {
    parameter(request, "bbox", |text| bbox::parse(text, crs))
}

/// A parameter that names a CRS: any that is known, by URI, CURIE (`[EPSG:3857]`) or code.
pub fn any_crs(request: &Request, key: &str) -> Result<Option<Crs>> {
    let read = |text: &str| {
        let plain = text.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        let crs = terrane_projection::parse(plain)?;
        terrane_projection::info(&crs)?;
        Ok(crs)
    };
    parameter(request, key, read).map_err(|error| Error::new(Kind::Invalid, error.say().to_owned()).at(key))
}

/// The CRS of geometry in `filter`: any that is known, of pictures.
pub fn filter_crs(request: &Request) -> Result<Crs> {
    Ok(any_crs(request, "filter-crs")?.unwrap_or_else(Crs::crs84))
}

/// `filter` with its language, when it is given; geometry is in `crs`.
pub fn written_filter(request: &Request, schema: &Schema, crs: &Crs, limits: &Limits) -> Result<Option<Filter>> {
    filter::written(request, schema, crs, limits)
}

/// The rows of a dataset that the box, the period and the conditions of a request leave, all of them. `parameters` are those of the
/// resource; every other name is a column.
pub fn rows(dataset: &Dataset, request: &Request, parameters: &[&str], limits: &Limits) -> Result<FeatureQuestion> {
    let schema = schema_of(dataset)?;
    check_names(request, schema, parameters)?;
    let listed = Listed(crs_list(schema));
    let mut question = FeatureQuestion::new(dataset.about.id.clone());
    question.bbox_crs = listed.crs(request, "bbox-crs")?;
    question.filter_crs = listed.crs(request, "filter-crs")?;
    question.query.bbox = parameter(request, "bbox", |text| bbox::parse(text, &question.bbox_crs))?;
    question.query.time = parameter(request, "datetime", period::parse)?;
    question.query.filter = filter::of(request, (schema, parameters), &question.filter_crs, limits)?;
    Ok(question)
}

/// The page of rows asked for.
pub fn items(dataset: &Dataset, request: &Request, limits: &Limits, key: &CursorKey) -> Result<FeatureQuestion> {
    let mut question = rows(dataset, request, &OF_ITEMS, limits)?;
    let schema = schema_of(dataset)?;
    question.crs = Listed(crs_list(schema)).crs(request, "crs")?;
    question.query.limit = Some(limit(request, limits)?);
    question.query.columns = parameter(request, "properties", |text| columns(text, schema))?.unwrap_or_default();
    if parameter(request, "skipGeometry", truth)?.unwrap_or(false) {
        question.query.columns = without_geometry(question.query.columns, schema);
    }
    question.query.sort = parameter(request, "sortby", |text| sort(text, schema))?.unwrap_or_default();
    question.count = parameter(request, "count", truth)?.unwrap_or(false);
    if let Some((revision, position)) = parameter(request, "cursor", |text| key.open(text))? {
        if position.key.len() != question.query.sort.len() {
            let say = "The cursor belongs to another order; follow the “next” link of a page as it is.";
            return Err(Error::invalid(say).at("cursor"));
        }
        question.revision = Some(revision);
        question.query.after = Some(position);
    }
    Ok(question)
}

/// The CRS that one item is asked in.
pub fn item_crs(dataset: &Dataset, request: &Request) -> Result<Crs> {
    request.query.only(&OF_ITEM)?;
    Listed(crs_list(schema_of(dataset)?)).crs(request, "crs")
}

/// The columns of a dataset, or a sentence that says it has no rows.
pub fn schema_of(dataset: &Dataset) -> Result<&Schema> {
    dataset.features.as_ref().map(|source| &**source.schema()).ok_or_else(|| {
        let id = &dataset.about.id;
        Error::not_found(format!(
            "“{id}” is a grid: it has no items to list. Its pictures and values are asked by WMS."
        ))
    })
}

/// The CRSs that rows can be asked in, CRS84 first; the CRS of the data among them when an authority names it.
pub fn crs_list(schema: &Schema) -> Vec<Crs> {
    crs_list_with(schema.crs())
}

/// The usual CRSs and one of one's own.
pub fn crs_list_with(own: Option<&Crs>) -> Vec<Crs> {
    let mut list = vec![Crs::crs84(), Crs::epsg(4326), Crs::web_mercator()];
    let own = own.filter(|crs| crs.authority_code().is_some() && !list.contains(crs)).cloned();
    list.extend(own);
    list
}

/// Whether a column can be asked for by filters.
pub fn is_queryable(column: &Column) -> bool {
    !matches!(column.kind, ColumnKind::Bytes | ColumnKind::Nested)
}

struct Listed(Vec<Crs>);

impl Listed {
    fn crs(&self, request: &Request, key: &str) -> Result<Crs> {
        let Some(text) = request.query.once(key)? else { return Ok(Crs::crs84()) };
        let known = terrane_projection::parse(text).ok().filter(|asked| self.0.contains(asked));
        known.ok_or_else(|| {
            let names: Vec<String> = self.0.iter().map(crs::uri).collect();
            let say = format!("This collection can be asked in {}.", names.join(", "));
            Error::invalid(say).at(key)
        })
    }
}

/// Reads a parameter that may be absent; an error names it.
pub fn parameter<T>(request: &Request, key: &str, read: impl FnOnce(&str) -> Result<T>) -> Result<Option<T>> {
    request.query.once(key)?.map(|text| read(text).map_err(|error| error.at(key))).transpose()
}

/// Refuses names that are neither parameters nor queryable columns.
fn check_names(request: &Request, schema: &Schema, parameters: &[&str]) -> Result<()> {
    let columns = schema.columns.iter().filter(|column| is_queryable(column)).map(|column| column.name.as_str());
    let names: Vec<&str> = parameters.iter().copied().chain(columns).collect();
    request.query.only(&names)
}

fn limit(request: &Request, limits: &Limits) -> Result<usize> {
    let Some(text) = request.query.once("limit")? else { return Ok(limits.page_rows_default) };
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // More digits than a number can hold are still a number, larger than the largest page.
    let asked = if digits { text.parse().unwrap_or(usize::MAX) } else { 0 };
    if asked == 0 {
        let say = format!("“limit” is a whole number from 1 to {}.", limits.page_rows_max);
        return Err(Error::invalid(say).at("limit"));
    }
    Ok(asked.min(limits.page_rows_max))
}

/// `true` or `false`.
pub fn truth(text: &str) -> Result<bool> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Error::invalid("Write true or false.")),
    }
}

fn columns(text: &str, schema: &Schema) -> Result<Columns> {
    let names: Vec<String> =
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    match names.iter().find(|name| schema.column(name).is_none()) {
        None => Ok(Columns::These { names, geometry: true }),
        Some(name) => Err(no_column(name, schema)),
    }
}

/// The same columns without where the rows are: `skipGeometry` of OGC API - Features - Part 6, for tables on slow lines.
fn without_geometry(columns: Columns, schema: &Schema) -> Columns {
    let names = match columns {
        Columns::These { names, .. } => names,
        Columns::All => schema.kept().map(|column| column.name.clone()).collect(),
    };
    Columns::These { names, geometry: false }
}

/// `name`, `+name` or `-name`, separated by commas; a plus that was not encoded arrives as a space.
fn sort(text: &str, schema: &Schema) -> Result<Vec<SortKey>> {
    let key = |part: &str| {
        let descending = part.trim_start().starts_with('-');
        let column = part.trim().trim_start_matches(['+', '-']).to_owned();
        match schema.column(&column) {
            Some(_) => Ok(SortKey { column, descending }),
            None => Err(no_column(&column, schema)),
        }
    };
    text.split(',').map(key).collect()
}

fn no_column(name: &str, schema: &Schema) -> Error {
    let shown: String = name.chars().take(64).collect();
    let known: Vec<&str> = schema.columns.iter().map(|column| column.name.as_str()).collect();
    Error::invalid(format!("There is no column “{shown}”; the columns are {}.", known.join(", ")))
}

#[cfg(test)]
mod tests;
