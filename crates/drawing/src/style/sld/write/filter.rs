//! Conditions as OGC Filter 1.0 and 1.1; `None` where it has no words for one.

use super::xml::Xml;
use crate::style::sld::Version;
use terrane_model::filter::{ArithmeticOp, CompareOp, Expr, Filter, Literal, Pattern, Piece, TemporalOp, TimeExpr};

/// A `Filter` element, so deep.
pub fn written(filter: &Filter, version: Version, depth: usize) -> Option<Xml> {
    let mut writer = Writer { xml: Xml::inside(depth), version };
    writer.xml.open("ogc:Filter", &[]);
    writer.condition(filter)?;
    writer.xml.close();
    Some(writer.xml)
}

struct Writer {
    xml: Xml,
    version: Version,
}

impl Writer {
    fn within(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        write: impl FnOnce(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.xml.open(name, attributes);
        write(self)?;
        self.xml.close();
        Some(())
    }

    fn condition(&mut self, filter: &Filter) -> Option<()> {
        match filter {
            Filter::And(all) => self.joined("ogc:And", all),
            Filter::Or(any) => self.joined("ogc:Or", any),
            Filter::Not(one) => self.within("ogc:Not", &[], |it| it.condition(one)),
            Filter::Compare { op, left, right } => self.compare(*op, left, right),
            Filter::Between { value, low, high } => self.within("ogc:PropertyIsBetween", &[], |it| {
                it.expr(value)?;
                it.within("ogc:LowerBoundary", &[], |it| it.expr(low))?;
                it.within("ogc:UpperBoundary", &[], |it| it.expr(high))
            }),
            Filter::Like { value, pattern } => self.like(value, pattern),
            Filter::In { value, list } => {
                let equal =
                    |item: &Expr| Filter::Compare { op: CompareOp::Equal, left: value.clone(), right: item.clone() };
                let any: Vec<Filter> = list.iter().map(equal).collect();
                self.joined("ogc:Or", &any)
            }
            Filter::IsNull(Expr::Column(column)) => self.within("ogc:PropertyIsNull", &[], |it| it.column(column)),
            Filter::Temporal { op, left: TimeExpr::Moment(left), right: TimeExpr::Moment(right) } => {
                let op = match op {
                    TemporalOp::After => CompareOp::Greater,
                    TemporalOp::Before => CompareOp::Less,
                    TemporalOp::Equals => CompareOp::Equal,
                    _ => return None,
                };
                self.compare(op, left, right)
            }
            _ => None,
        }
    }

    /// Joins need two conditions at least.
    fn joined(&mut self, name: &str, all: &[Filter]) -> Option<()> {
        match all {
            [] => None,
            [one] => self.condition(one),
            _ => self.within(name, &[], |it| all.iter().try_for_each(|one| it.condition(one))),
        }
    }

    fn compare(&mut self, op: CompareOp, left: &Expr, right: &Expr) -> Option<()> {
        let name = match op {
            CompareOp::Equal => "ogc:PropertyIsEqualTo",
            CompareOp::NotEqual => "ogc:PropertyIsNotEqualTo",
            CompareOp::Less => "ogc:PropertyIsLessThan",
            CompareOp::LessOrEqual => "ogc:PropertyIsLessThanOrEqualTo",
            CompareOp::Greater => "ogc:PropertyIsGreaterThan",
            CompareOp::GreaterOrEqual => "ogc:PropertyIsGreaterThanOrEqualTo",
        };
        match (left, right) {
            (Expr::CaseFolded(left), Expr::CaseFolded(right)) if self.version == Version::V110 => {
                self.within(name, &[("matchCase", "false")], |it| it.expr(left).and(it.expr(right)))
            }
            _ => self.within(name, &[], |it| {
                it.expr(left)?;
                it.expr(right)
            }),
        }
    }

    fn like(&mut self, value: &Expr, pattern: &Pattern) -> Option<()> {
        if pattern.fold_case || pattern.fold_accents {
            return None;
        }
        let escape = if self.version == Version::V110 { "escapeChar" } else { "escape" };
        let mut text = String::new();
        for piece in &pattern.pieces {
            match piece {
                Piece::Any => text.push('*'),
                Piece::One => text.push('?'),
                Piece::Text(words) => words.chars().for_each(|character| {
                    if matches!(character, '*' | '?' | '\\') {
                        text.push('\\');
                    }
                    text.push(character);
                }),
            }
        }
        let attributes = [("wildCard", "*"), ("singleChar", "?"), (escape, "\\")];
        let Expr::Column(column) = value else { return None };
        self.within("ogc:PropertyIsLike", &attributes, |it| {
            it.column(column)?;
            it.xml.leaf("ogc:Literal", &[], &text);
            Some(())
        })
    }

    fn column(&mut self, name: &str) -> Option<()> {
        self.xml.leaf("ogc:PropertyName", &[], name);
        Some(())
    }

    fn expr(&mut self, expr: &Expr) -> Option<()> {
        match expr {
            Expr::Column(name) => self.column(name),
            Expr::Literal(literal) => {
                self.xml.leaf("ogc:Literal", &[], &text_of(literal)?);
                Some(())
            }
            Expr::Arithmetic { op, left, right } => {
                let name = match op {
                    ArithmeticOp::Add => "ogc:Add",
                    ArithmeticOp::Subtract => "ogc:Sub",
                    ArithmeticOp::Multiply => "ogc:Mul",
                    ArithmeticOp::Divide => "ogc:Div",
                    _ => return None,
                };
                self.within(name, &[], |it| {
                    it.expr(left)?;
                    it.expr(right)
                })
            }
            _ => None,
        }
    }
}

fn text_of(literal: &Literal) -> Option<String> {
    Some(match literal {
        Literal::Bool(truth) => truth.to_string(),
        Literal::Int(number) => number.to_string(),
        Literal::Float(number) => number.to_string(),
        Literal::Text(text) => text.clone(),
        Literal::Instant(instant) => instant.to_string(),
        Literal::Null | Literal::Day(_) | Literal::List(_) => return None,
    })
}
