//! A request for features → everything that is needed to answer it.

use super::Version;
use super::form::Form;
use super::query::{check_id, questions};
use crate::ows::wfs::types::{self, FeatureType};
use terrane_engine::FeatureQuestion;
use terrane_formats::features::gml::{CrsName, Version as Gml};
use terrane_model::limits::{Limits, WFS_FILE_ROWS_MAX, WFS_PAGE_ROWS, WFS_QUERIES_MAX, WFS_ROWS_MAX};
use terrane_model::{Crs, Error, Filter, Result};

/// A form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Format {
    Gml(Gml),
    GeoJson,
    Csv,
    GeoPackage,
    Shapefile,
}

impl Format {
    /// Every name of a form, by the first of which it is advertised.
    pub const NAMES: [(Self, &'static [&'static str]); 6] = [
        (
            Self::Gml(Gml::V321),
            &[
                "application/gml+xml; version=3.2",
                "text/xml; subtype=gml/3.2",
                "text/xml; subtype=gml/3.2.1",
                "gml32",
                "gml3.2",
            ],
        ),
        (
            Self::Gml(Gml::V311),
            &["text/xml; subtype=gml/3.1.1", "text/xml; subtype=gml/3.1.1/profiles/gmlsf/1.0.0/0", "gml3", "gml31"],
        ),
        (Self::GeoJson, &["application/geo+json", "application/json", "geojson", "json"]),
        (Self::Csv, &["text/csv", "csv"]),
        (Self::GeoPackage, &["application/geopackage+sqlite3", "application/x-gpkg", "geopackage", "geopkg", "gpkg"]),
        (
            Self::Shapefile,
            &["application/zip; subtype=shapefile", "shape-zip", "shapezip", "shapefile", "application/zip"],
        ),
    ];

    /// The forms that are written.
    pub fn offered() -> impl Iterator<Item = (Self, &'static [&'static str])> {
        Self::NAMES.into_iter()
    }

    /// The form that a request names, or the usual one of its version. A plus that was not encoded arrives as a blank.
    pub fn read(asked: Option<&str>, version: Version) -> Result<Self> {
        let usual = Self::Gml(if version.is_old() { Gml::V311 } else { Gml::V321 });
        let plain = |text: &str| {
            text.replace('+', " ")
                .to_ascii_lowercase()
                .chars()
                .filter(|it| !matches!(it, ' ' | '"'))
                .collect::<String>()
        };
        let Some(asked) = asked.map(str::trim).filter(|asked| !asked.is_empty()) else { return Ok(usual) };
        match plain(asked).as_str() {
            "text/xml" | "application/xml" | "application/gmlxml" | "gml" | "xmlschema" => return Ok(usual),
            _ => {}
        }
        let named = |names: &[&str]| names.iter().any(|name| plain(name) == plain(asked));
        Self::offered().find(|(_, names)| named(names)).map(|(format, _)| format).ok_or_else(|| {
            let known: Vec<&str> = Self::offered().filter_map(|(_, names)| names.first().copied()).collect();
            let shown: String = asked.chars().take(64).collect();
            Error::invalid(format!("“{shown}” is not written here; there are {}.", known.join(", "))).at("outputFormat")
        })
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Gml(Gml::V321) => "application/gml+xml; version=3.2",
            Self::Gml(Gml::V311) => "text/xml; subtype=gml/3.1.1",
            Self::GeoJson => "application/geo+json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::GeoPackage => "application/geopackage+sqlite3",
            Self::Shapefile => "application/zip",
        }
    }
}

/// One query, ready.
#[derive(Clone)]
pub struct Planned {
    /// The feature type.
    pub feature_type: FeatureType,
    /// The question, but for how many rows.
    pub question: FeatureQuestion,
    /// The CRS of the answer as it is spelled; `None` when the rows have no place.
    pub crs: Option<CrsName>,
    /// Whether the request named that CRS.
    pub srs_named: bool,
    /// Places of the properties that are asked for; all when absent.
    pub chosen: Option<Vec<usize>>,
}

impl Planned {
    /// Only rows that also fulfil this.
    pub fn narrow(&mut self, condition: Option<Filter>) {
        let own = self.question.query.filter.take();
        let all: Vec<Filter> = own.into_iter().chain(condition).collect();
        self.question.query.filter = (!all.is_empty()).then(|| Filter::all(all));
    }
}

/// A request for features or for values of them.
#[derive(Clone)]
pub struct Plan {
    /// The version that is spoken.
    pub version: Version,
    /// The queries, in order.
    pub queries: Vec<Planned>,
    /// Whether the request had one query, so that its features need no collection of their own.
    pub single: bool,
    /// Features at most.
    pub count: usize,
    /// Whether the request said how many.
    pub count_given: bool,
    /// Features to be passed over.
    pub start: usize,
    /// Whether only their number is asked for.
    pub hits: bool,
    /// The form of the answer.
    pub format: Format,
    /// The media type of the answer.
    pub media_type: String,
    /// Whether just one feature is wanted, without a collection around it.
    pub by_id: bool,
}

/// Everything that a request for features asks.
pub fn plan(form: &Form<'_>, version: Version, types: &[FeatureType], limits: &Limits) -> Result<Plan> {
    check_resolve(form)?;
    let hits = hits(form)?;
    let format = Format::read(form.output_format.as_deref(), version)?;
    if form.queries.is_empty() {
        return Err(crate::ows::codes::missing("typeNames"));
    }
    if form.queries.len() > WFS_QUERIES_MAX {
        return Err(Error::invalid(format!("A request has at most {WFS_QUERIES_MAX} queries.")).at("typeNames"));
    }
    check_ids(form, types)?;
    let mut queries = Vec::new();
    for query in &form.queries {
        queries.extend(questions(query, types, limits)?);
    }
    // These are in degrees unless somebody asks for something else.
    if matches!(format, Format::GeoJson | Format::Csv) {
        let silent = queries.iter_mut().filter(|query: &&mut Planned| !query.srs_named);
        silent.for_each(|query| query.question.crs = Crs::crs84());
    }
    let given = number(form.count.as_deref(), "count")?;
    let is_file = matches!(format, Format::GeoPackage | Format::Shapefile);
    let most = if is_file { WFS_FILE_ROWS_MAX } else { WFS_ROWS_MAX };
    // WFS 1.1.0 has no pages, so everything comes at once; and a file is wanted whole.
    let usual = if version.is_old() || is_file || format == Format::Csv { most } else { WFS_PAGE_ROWS };
    let plan = Plan {
        version,
        single: form.queries.len() == 1 && queries.len() == 1,
        count: given.unwrap_or(usual).min(most),
        count_given: given.is_some(),
        start: number(form.start_index.as_deref(), "startIndex")?.unwrap_or(0),
        hits,
        format,
        media_type: media_type(format, form.output_format.as_deref()),
        by_id: matches!(form.queries.as_slice(), [only] if only.stored.is_some()),
        queries,
    };
    check_order(&plan, limits)?;
    check_one_type(&plan)?;
    Ok(plan)
}

/// Ids go with all the feature types that a request names.
fn check_ids(form: &Form<'_>, types: &[FeatureType]) -> Result<()> {
    let named = form.queries.iter().flat_map(|query| &query.types).filter_map(|name| types::find(types, name).ok());
    let named: Vec<&FeatureType> = named.collect();
    let mut ids = form.queries.iter().flat_map(|query| &query.ids);
    if named.is_empty() { Ok(()) } else { ids.try_for_each(|id| check_id(id, &named, types)) }
}

/// The media type of a form, as clients of GML have asked for it.
fn media_type(format: Format, asked: Option<&str>) -> String {
    let as_text = asked.is_some_and(|asked| asked.trim().to_ascii_lowercase().starts_with("text/xml"));
    match format {
        Format::Gml(Gml::V321) if as_text => "text/xml; subtype=gml/3.2".to_owned(),
        other => other.media_type().to_owned(),
    }
}

/// Tables are of one shape.
fn check_one_type(plan: &Plan) -> Result<()> {
    if plan.queries.len() > 1 && !matches!(plan.format, Format::Gml(_) | Format::GeoJson) {
        let say = "A table or file holds one feature type; ask for one at a time, or for GML or GeoJSON.";
        return Err(Error::invalid(say).at("outputFormat"));
    }
    Ok(())
}

/// Rows that are put in order are kept until the last is known.
fn check_order(plan: &Plan, limits: &Limits) -> Result<()> {
    let sorted = plan.queries.iter().any(|query| !query.question.query.sort.is_empty());
    if sorted && plan.start >= limits.sort_rows_max {
        let say = format!(
            "Rows can be sorted up to number {}; narrow the question or leave sortBy out.",
            limits.sort_rows_max
        );
        return Err(Error::invalid(say).at("startIndex"));
    }
    Ok(())
}

fn check_resolve(form: &Form<'_>) -> Result<()> {
    match form.resolve.as_deref() {
        None | Some("" | "local" | "none") => Ok(()),
        Some(_) => Err(Error::invalid("References are resolved as “local” or “none”.").at("resolve")),
    }
}

fn hits(form: &Form<'_>) -> Result<bool> {
    match form.result_type.as_deref().map(str::to_ascii_lowercase).as_deref() {
        None | Some("results" | "") => Ok(false),
        Some("hits") => Ok(true),
        Some(_) => Err(Error::invalid("The type of result is “results” or “hits”.").at("resultType")),
    }
}

/// A whole number; one with more digits than fit is as good as the largest.
fn number(text: Option<&str>, what: &str) -> Result<Option<usize>> {
    let Some(text) = text.map(str::trim) else { return Ok(None) };
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::invalid(format!("{what} is a whole number, not less than 0.")).at(what));
    }
    Ok(Some(text.parse().unwrap_or(usize::MAX).min(usize::MAX / 4)))
}
