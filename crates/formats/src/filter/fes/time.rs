//! Times in a filter.

use super::Context;
use super::operand::{self, Operand};
use crate::features::gml::{Period, children, period};
use roxmltree::Node;
use terrane_model::filter::{Expr, Filter, Literal, TemporalOp, TimeExpr};
use terrane_model::schema::ColumnKind;
use terrane_model::{Error, Result, When};

/// Reads the two sides of a temporal operator.
pub(super) fn temporal(node: Node<'_, '_>, op: TemporalOp, context: &Context<'_>) -> Result<Filter> {
    let sides = children(node).map(|side| time(side, context)).collect::<Result<Vec<_>>>()?;
    match <[TimeExpr; 2]>::try_from(sides) {
        Ok([left, right]) => Ok(Filter::Temporal { op, left, right }),
        Err(_) => Err(Error::invalid(format!("{} compares two times.", node.tag_name().name()))),
    }
}

fn time(node: Node<'_, '_>, context: &Context<'_>) -> Result<TimeExpr> {
    // GML stands by itself, or in a literal.
    let inner = match node.tag_name().name() {
        "Literal" => children(node).next().unwrap_or(node),
        _ => node,
    };
    if let Some(period) = period(inner)? {
        return Ok(given(&period));
    }
    match operand::operand(node, context)? {
        Operand::Literal(text) => literal(&text),
        Operand::Typed(expr, Some(ColumnKind::Time)) => Ok(TimeExpr::Moment(expr)),
        Operand::Typed(..) | Operand::Identity => {
            let what = operand::shortened(operand::text_of(node).trim());
            Err(Error::invalid(format!("“{what}” holds no times.")))
        }
    }
}

/// A moment, or a period written `start/end`.
fn literal(text: &str) -> Result<TimeExpr> {
    let text = text.trim();
    match text.split_once('/') {
        Some((start, end)) => Ok(given(&Period::Between(Some(When::parse(start)?), Some(When::parse(end)?)))),
        None => operand::time(text).map(|time| TimeExpr::Moment(Expr::Literal(time))),
    }
}

fn given(period: &Period) -> TimeExpr {
    let at = |instant| Expr::Literal(Literal::Instant(instant));
    match period {
        Period::Moment(when) => TimeExpr::Moment(Expr::Literal(operand::moment(when))),
        Period::Between(start, end) => {
            TimeExpr::Period(start.as_ref().map(|when| at(when.earliest)), end.as_ref().map(|when| at(when.latest)))
        }
    }
}
