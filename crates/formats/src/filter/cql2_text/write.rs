//! Writes filters as CQL2 text.

use super::parse::RESERVED;
use crate::filter::lexer::{is_name_part, is_name_start};
use crate::filter::names::{self, ARITHMETIC, ARRAY, COMPARE, SPATIAL, Spelled, TEMPORAL, name_of, unsupported};
use crate::filter::wkt;
use terrane_model::Result;
use terrane_model::filter::{Expr, Filter, GeometryExpr, Literal, Pattern, TimeExpr};

/// Writes a filter. Refuses what CQL2 cannot say: identities, words, distances, a row's box, nothing as a value.
pub fn write(filter: &Filter) -> Result<String> {
    Ok(match filter {
        Filter::Literal(truth) => truth_text(*truth).to_owned(),
        Filter::And(all) => joined(all, " AND ", true)?,
        Filter::Or(all) => joined(all, " OR ", false)?,
        Filter::Not(inner) => negated(inner)?,
        Filter::Compare { op, left, right } => format!("{} {} {}", value(left)?, name_of(&COMPARE, op), value(right)?),
        Filter::Between { .. } | Filter::Like { .. } | Filter::In { .. } | Filter::IsNull(_) => worded(filter, false)?,
        Filter::Spatial { op, left, right } => {
            format!("{}({},{})", name_of(&SPATIAL, op).to_uppercase(), place(left), place(right))
        }
        Filter::Temporal { op, left, right } => {
            format!("{}({},{})", name_of(&TEMPORAL, op).to_uppercase(), time(left)?, time(right)?)
        }
        Filter::Array { op, left, right } => {
            format!("{}({},{})", name_of(&ARRAY, op).to_uppercase(), value(left)?, value(right)?)
        }
        Filter::Holds(holds) => value(holds)?,
        Filter::Bbox(_) => return Err(unsupported("that the box of a row meets a box")),
        Filter::Ids(_) => return Err(unsupported("a list of identities")),
        Filter::Text(_) => return Err(unsupported("a search for words")),
        Filter::Within { .. } | Filter::Near { .. } => return Err(unsupported("a distance")),
    })
}

fn joined(all: &[Filter], word: &str, empty: bool) -> Result<String> {
    match all {
        [] => Ok(truth_text(empty).to_owned()),
        [one] => write(one),
        all => Ok(all.iter().map(bracketed).collect::<Result<Vec<_>>>()?.join(word)),
    }
}

fn bracketed(filter: &Filter) -> Result<String> {
    let text = write(filter)?;
    let loose = matches!(filter, Filter::And(all) | Filter::Or(all) if !all.is_empty());
    Ok(if loose { format!("({text})") } else { text })
}

fn negated(inner: &Filter) -> Result<String> {
    match inner {
        Filter::Between { .. } | Filter::Like { .. } | Filter::In { .. } | Filter::IsNull(_) => worded(inner, true),
        other => Ok(format!("NOT ({})", write(other)?)),
    }
}

/// The predicates that are words, with “NOT” among them when they are negated.
fn worded(filter: &Filter, negative: bool) -> Result<String> {
    let not = if negative { "NOT " } else { "" };
    Ok(match filter {
        Filter::Between { value: of, low, high } => {
            format!("{} {not}BETWEEN {} AND {}", value(of)?, value(low)?, value(high)?)
        }
        Filter::Like { value: of, pattern } => like(of, pattern, not)?,
        Filter::In { value: of, list } if !list.is_empty() => {
            format!("{} {not}IN ({})", value(of)?, list.iter().map(value).collect::<Result<Vec<_>>>()?.join(","))
        }
        Filter::IsNull(of) => format!("{} IS {not}NULL", value(of)?),
        _ => return Err(unsupported("an empty list")),
    })
}

fn like(of: &Expr, pattern: &Pattern, not: &str) -> Result<String> {
    let (mut left, mut right) = (value(of)?, quoted(&names::like_text(pattern)));
    for (folded, name) in [(pattern.fold_accents, "ACCENTI"), (pattern.fold_case, "CASEI")] {
        if folded {
            left = format!("{name}({left})");
            right = format!("{name}({right})");
        }
    }
    Ok(format!("{left} {not}LIKE {right}"))
}

fn value(expr: &Expr) -> Result<String> {
    Ok(match expr {
        Expr::Column(name) => column(name),
        Expr::Literal(literal) => literal_text(literal)?,
        Expr::Arithmetic { op, left, right } => {
            format!("({} {} {})", value(left)?, name_of(&ARITHMETIC, op), value(right)?)
        }
        Expr::Call { name, arguments } => {
            format!("{name}({})", arguments.iter().map(value).collect::<Result<Vec<_>>>()?.join(","))
        }
        Expr::CaseFolded(inner) => format!("CASEI({})", value(inner)?),
        Expr::AccentFolded(inner) => format!("ACCENTI({})", value(inner)?),
    })
}

fn literal_text(literal: &Literal) -> Result<String> {
    Ok(match literal {
        Literal::Null => return Err(unsupported("nothing as a value")),
        Literal::Bool(truth) => truth_text(*truth).to_owned(),
        Literal::Int(number) => number.to_string(),
        Literal::Float(number) if number.is_finite() => format!("{number:?}"),
        Literal::Float(_) => return Err(unsupported("a number that is not finite")),
        Literal::Text(text) => quoted(text),
        Literal::Instant(_) | Literal::Day(_) => match names::spell_time(literal)? {
            Spelled::Date(text) => format!("DATE('{text}')"),
            Spelled::Timestamp(text) => format!("TIMESTAMP('{text}')"),
        },
        Literal::List(list) => format!("({})", list.iter().map(literal_text).collect::<Result<Vec<_>>>()?.join(",")),
    })
}

fn place(geometry: &GeometryExpr) -> String {
    match geometry {
        GeometryExpr::Column(name) => column(name),
        GeometryExpr::Literal(geometry) => wkt::write(geometry),
        GeometryExpr::Bbox(bbox) => format!("BBOX({},{},{},{})", bbox.min[0], bbox.min[1], bbox.max[0], bbox.max[1]),
    }
}

fn time(time: &TimeExpr) -> Result<String> {
    match time {
        TimeExpr::Moment(moment) => value(moment),
        TimeExpr::Period(start, end) => Ok(format!("INTERVAL({},{})", interval_end(start)?, interval_end(end)?)),
    }
}

fn interval_end(end: &Option<Expr>) -> Result<String> {
    match end {
        None => Ok("'..'".to_owned()),
        Some(Expr::Literal(literal @ (Literal::Instant(_) | Literal::Day(_)))) => {
            let (Spelled::Date(text) | Spelled::Timestamp(text)) = names::spell_time(literal)?;
            Ok(format!("'{text}'"))
        }
        Some(other) => value(other),
    }
}

fn truth_text(truth: bool) -> &'static str {
    if truth { "TRUE" } else { "FALSE" }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name as it is, or between double quotes when it could be taken for something else.
fn column(name: &str) -> String {
    let plain = name.starts_with(is_name_start)
        && name.chars().all(is_name_part)
        && !RESERVED.iter().any(|word| word.eq_ignore_ascii_case(name));
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
