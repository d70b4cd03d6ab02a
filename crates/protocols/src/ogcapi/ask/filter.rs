//! `filter` with its language and CRS, and columns given as parameters, as one filter.

use super::{FILTER_LANGUAGES, is_queryable};
use crate::common::crs::y_first;
use crate::common::request::Request;
use terrane_engine::geology::understood;
use terrane_formats::filter::{cql2_json, cql2_text};
use terrane_model::filter::{ExchangedAxes, Expr, Literal, TemporalOp, TimeExpr};
use terrane_model::limits::Limits;
use terrane_model::schema::{Column, ColumnKind, Schema};
use terrane_model::{Crs, Error, Filter, Kind, Result, When};

/// Everything that the request asks of values; `None` when it asks nothing. Parameters of the resource are no columns.
pub(super) fn of(
    request: &Request,
    (schema, parameters): (&Schema, &[&str]),
    crs: &Crs,
    limits: &Limits,
) -> Result<Option<Filter>> {
    let written = written(request, schema, crs, limits)?;
    let by_column = request.query.iter().filter(|(key, _)| !parameters.contains(key));
    let by_column = by_column.filter_map(|(key, value)| schema.column(key).map(|(_, column)| (column, value)));
    let mut parts: Vec<Filter> = written.into_iter().collect();
    for (column, value) in by_column.filter(|(column, _)| is_queryable(column)) {
        request.query.once(&column.name)?;
        parts.push(equals(column, value).map_err(|error| error.at(&column.name))?);
    }
    Ok((!parts.is_empty()).then(|| Filter::all(parts)))
}

/// The filter that is written in a language, with its axes in order and its names checked.
pub(super) fn written(request: &Request, schema: &Schema, crs: &Crs, limits: &Limits) -> Result<Option<Filter>> {
    let language = request.query.once("filter-lang")?.unwrap_or(FILTER_LANGUAGES[0]);
    if !FILTER_LANGUAGES.contains(&language) {
        let say = format!("Filters are written in {}.", FILTER_LANGUAGES.join(" or "));
        return Err(Error::invalid(say).at("filter-lang"));
    }
    // Forms send the field also when nothing is written in it.
    let Some(text) = request.query.once("filter")?.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let read = || {
        let filter = parse(text, language, limits)?;
        let filter = if y_first(crs)? { filter.transformed(&ExchangedAxes)? } else { filter };
        understood(&filter, schema)
    };
    read().map(Some).map_err(|error| refused(error).at("filter"))
}

/// A filter past a limit is a wrong question like any other: nothing of the request's body is too large.
fn refused(error: Error) -> Error {
    if error.kind() == Kind::TooLarge { Error::invalid(error.say()) } else { error }
}

fn parse(text: &str, language: &str, limits: &Limits) -> Result<Filter> {
    match language {
        "cql2-json" => cql2_json::parse(text, limits),
        _ => cql2_text::parse(text, limits),
    }
}

/// The column has the value that the text spells.
fn equals(column: &Column, text: &str) -> Result<Filter> {
    let refused = |what: &str| Error::invalid(format!("“{}” holds {what}.", column.name));
    let literal = match column.kind {
        ColumnKind::Bool => Literal::Bool(text.parse().map_err(|_| refused("true or false"))?),
        ColumnKind::Int | ColumnKind::Float => number(text).ok_or_else(|| refused("numbers"))?,
        ColumnKind::Time => return at_time(column, text),
        _ => Literal::Text(text.to_owned()),
    };
    Ok(Filter::equals(&column.name, literal))
}

fn number(text: &str) -> Option<Literal> {
    let whole = text.parse().ok().map(Literal::Int);
    whole.or_else(|| text.parse().ok().filter(|number: &f64| number.is_finite()).map(Literal::Float))
}

/// The moment meets the one that the text spells, as fine as it is spelled.
fn at_time(column: &Column, text: &str) -> Result<Filter> {
    let when = When::parse(text)?;
    let bound = |instant| Some(Expr::Literal(Literal::Instant(instant)));
    Ok(Filter::Temporal {
        op: TemporalOp::Intersects,
        left: TimeExpr::Moment(Expr::Column(column.name.clone())),
        right: TimeExpr::Period(bound(when.earliest), bound(when.latest)),
    })
}
