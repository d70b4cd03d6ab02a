//! Writes filters as CQL2 JSON.

use super::geometry;
use crate::filter::names::{self, ARITHMETIC, ARRAY, COMPARE, SPATIAL, Spelled, TEMPORAL, name_of, unsupported};
use serde_json::{Value, json};
use terrane_model::Result;
use terrane_model::filter::{Expr, Filter, GeometryExpr, Literal, Pattern, TimeExpr};

/// Writes a filter. Refuses what CQL2 cannot say: identities, words, distances, a row's box, nothing as a value.
pub fn write(filter: &Filter) -> Result<String> {
    to_value(filter).map(|value| value.to_string())
}

/// A filter as a part of a larger JSON document.
pub fn to_value(filter: &Filter) -> Result<Value> {
    Ok(match filter {
        Filter::Literal(truth) => Value::Bool(*truth),
        Filter::And(all) => joined("and", all, true)?,
        Filter::Or(all) => joined("or", all, false)?,
        Filter::Not(inner) => op("not", [to_value(inner)?]),
        Filter::Compare { op: how, left, right } => op(name_of(&COMPARE, how), [value(left)?, value(right)?]),
        Filter::Between { value: of, low, high } => op("between", [value(of)?, value(low)?, value(high)?]),
        Filter::Like { value: of, pattern } => like(of, pattern)?,
        Filter::In { list, .. } if list.is_empty() => return Err(unsupported("an empty list")),
        Filter::In { value: of, list } => {
            op("in", [value(of)?, list.iter().map(value).collect::<Result<Vec<_>>>()?.into()])
        }
        Filter::IsNull(of) => op("isNull", [value(of)?]),
        Filter::Spatial { op: how, left, right } => op(name_of(&SPATIAL, how), [place(left), place(right)]),
        Filter::Temporal { op: how, left, right } => op(name_of(&TEMPORAL, how), [time(left)?, time(right)?]),
        Filter::Array { op: how, left, right } => op(name_of(&ARRAY, how), [value(left)?, value(right)?]),
        Filter::Holds(holds) => value(holds)?,
        Filter::Bbox(_) => return Err(unsupported("that the box of a row meets a box")),
        Filter::Ids(_) => return Err(unsupported("a list of identities")),
        Filter::Text(_) => return Err(unsupported("a search for words")),
        Filter::Within { .. } | Filter::Near { .. } => return Err(unsupported("a distance")),
    })
}

fn op<const N: usize>(name: &str, arguments: [Value; N]) -> Value {
    Value::Object(
        [("op".to_owned(), name.into()), ("args".to_owned(), Vec::from(arguments).into())].into_iter().collect(),
    )
}

fn joined(name: &str, all: &[Filter], empty: bool) -> Result<Value> {
    match all {
        [] => Ok(Value::Bool(empty)),
        [one] => to_value(one),
        all => Ok(json!({"op": name, "args": all.iter().map(to_value).collect::<Result<Vec<_>>>()?})),
    }
}

fn like(of: &Expr, pattern: &Pattern) -> Result<Value> {
    let (mut left, mut right) = (value(of)?, Value::String(names::like_text(pattern)));
    for (folded, name) in [(pattern.fold_accents, "accenti"), (pattern.fold_case, "casei")] {
        if folded {
            (left, right) = (op(name, [left]), op(name, [right]));
        }
    }
    Ok(op("like", [left, right]))
}

fn value(expr: &Expr) -> Result<Value> {
    Ok(match expr {
        Expr::Column(name) => json!({"property": name}),
        Expr::Literal(literal) => literal_value(literal)?,
        Expr::Arithmetic { op: how, left, right } => op(name_of(&ARITHMETIC, how), [value(left)?, value(right)?]),
        Expr::Call { name, arguments } => {
            json!({"op": name, "args": arguments.iter().map(value).collect::<Result<Vec<_>>>()?})
        }
        Expr::CaseFolded(inner) => op("casei", [value(inner)?]),
        Expr::AccentFolded(inner) => op("accenti", [value(inner)?]),
    })
}

fn literal_value(literal: &Literal) -> Result<Value> {
    Ok(match literal {
        Literal::Null => return Err(unsupported("nothing as a value")),
        Literal::Bool(truth) => Value::Bool(*truth),
        Literal::Int(number) => json!(number),
        Literal::Float(number) if number.is_finite() => json!(number),
        Literal::Float(_) => return Err(unsupported("a number that is not finite")),
        Literal::Text(text) => json!(text),
        Literal::Instant(_) | Literal::Day(_) => match names::spell_time(literal)? {
            Spelled::Date(text) => json!({"date": text}),
            Spelled::Timestamp(text) => json!({"timestamp": text}),
        },
        Literal::List(list) => list.iter().map(literal_value).collect::<Result<Vec<_>>>()?.into(),
    })
}

fn place(geometry: &GeometryExpr) -> Value {
    match geometry {
        GeometryExpr::Column(name) => json!({"property": name}),
        GeometryExpr::Literal(geometry) => geometry::write(geometry),
        GeometryExpr::Bbox(bbox) => json!({"bbox": [bbox.min[0], bbox.min[1], bbox.max[0], bbox.max[1]]}),
    }
}

fn time(time: &TimeExpr) -> Result<Value> {
    match time {
        TimeExpr::Moment(moment) => value(moment),
        TimeExpr::Period(start, end) => Ok(json!({"interval": [interval_end(start)?, interval_end(end)?]})),
    }
}

fn interval_end(end: &Option<Expr>) -> Result<Value> {
    match end {
        None => Ok(json!("..")),
        Some(Expr::Literal(literal @ (Literal::Instant(_) | Literal::Day(_)))) => {
            let (Spelled::Date(text) | Spelled::Timestamp(text)) = names::spell_time(literal)?;
            Ok(Value::String(text))
        }
        Some(other) => value(other),
    }
}
