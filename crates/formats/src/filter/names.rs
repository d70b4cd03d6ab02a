//! The names of CQL2's operators, shared by its two spellings, and the parts that both build in the same way.

use terrane_model::filter::{
    ArithmeticOp, ArrayOp, CompareOp, Expr, Filter, Literal, Pattern, Piece, SpatialOp, TemporalOp, fold_accents,
    fold_case,
};
use terrane_model::time::{Precision, When};
use terrane_model::{Error, Result};

/// Comparisons.
pub(super) const COMPARE: [(&str, CompareOp); 6] = [
    ("=", CompareOp::Equal),
    ("<>", CompareOp::NotEqual),
    ("<", CompareOp::Less),
    ("<=", CompareOp::LessOrEqual),
    (">", CompareOp::Greater),
    (">=", CompareOp::GreaterOrEqual),
];

/// Arithmetic.
pub(super) const ARITHMETIC: [(&str, ArithmeticOp); 7] = [
    ("+", ArithmeticOp::Add),
    ("-", ArithmeticOp::Subtract),
    ("*", ArithmeticOp::Multiply),
    ("/", ArithmeticOp::Divide),
    ("div", ArithmeticOp::WholeDivide),
    ("%", ArithmeticOp::Modulo),
    ("^", ArithmeticOp::Power),
];

/// Spatial functions, as JSON spells them; text spells them in capitals.
pub(super) const SPATIAL: [(&str, SpatialOp); 8] = [
    ("s_contains", SpatialOp::Contains),
    ("s_crosses", SpatialOp::Crosses),
    ("s_disjoint", SpatialOp::Disjoint),
    ("s_equals", SpatialOp::Equals),
    ("s_intersects", SpatialOp::Intersects),
    ("s_overlaps", SpatialOp::Overlaps),
    ("s_touches", SpatialOp::Touches),
    ("s_within", SpatialOp::Within),
];

/// Temporal functions.
pub(super) const TEMPORAL: [(&str, TemporalOp); 15] = [
    ("t_after", TemporalOp::After),
    ("t_before", TemporalOp::Before),
    ("t_contains", TemporalOp::Contains),
    ("t_disjoint", TemporalOp::Disjoint),
    ("t_during", TemporalOp::During),
    ("t_equals", TemporalOp::Equals),
    ("t_finishedBy", TemporalOp::FinishedBy),
    ("t_finishes", TemporalOp::Finishes),
    ("t_intersects", TemporalOp::Intersects),
    ("t_meets", TemporalOp::Meets),
    ("t_metBy", TemporalOp::MetBy),
    ("t_overlappedBy", TemporalOp::OverlappedBy),
    ("t_overlaps", TemporalOp::Overlaps),
    ("t_startedBy", TemporalOp::StartedBy),
    ("t_starts", TemporalOp::Starts),
];

/// Array functions.
pub(super) const ARRAY: [(&str, ArrayOp); 4] = [
    ("a_containedBy", ArrayOp::ContainedBy),
    ("a_contains", ArrayOp::Contains),
    ("a_equals", ArrayOp::Equals),
    ("a_overlaps", ArrayOp::Overlaps),
];

/// The operator of a name, whatever its case.
pub(super) fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|&(_, op)| op)
}

/// The name of an operator.
pub(super) fn name_of<T: PartialEq>(table: &[(&'static str, T)], op: &T) -> &'static str {
    table.iter().find(|(_, known)| known == op).map_or("", |&(name, _)| name)
}

/// What a pattern or a value has folded away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Folds {
    pub(super) case: bool,
    pub(super) accents: bool,
}

/// "Value is like pattern": folds on both sides become flags, a fold on one side stays on that side.
pub(super) fn like(value: Expr, pattern: &str, folds: Folds) -> Filter {
    let (mut value, own) = peel(value);
    if own.accents && !folds.accents {
        value = Expr::AccentFolded(Box::new(value));
    }
    if own.case && !folds.case {
        value = Expr::CaseFolded(Box::new(value));
    }
    let mut pieces = Piece::parse_like(pattern);
    for piece in &mut pieces {
        if let Piece::Text(text) = piece {
            if folds.accents && !own.accents {
                *text = fold_accents(text).into_owned();
            }
            if folds.case && !own.case {
                *text = fold_case(text).into_owned();
            }
        }
    }
    let both = Folds { case: own.case && folds.case, accents: own.accents && folds.accents };
    Filter::Like { value, pattern: Pattern { pieces, fold_case: both.case, fold_accents: both.accents } }
}

/// A value without its folds.
fn peel(mut value: Expr) -> (Expr, Folds) {
    let mut folds = Folds::default();
    loop {
        value = match value {
            Expr::CaseFolded(inner) => {
                folds.case = true;
                *inner
            }
            Expr::AccentFolded(inner) => {
                folds.accents = true;
                *inner
            }
            plain => return (plain, folds),
        };
    }
}

/// A pattern as LIKE spells it.
pub(super) fn like_text(pattern: &Pattern) -> String {
    let mut text = String::new();
    for piece in &pattern.pieces {
        match piece {
            Piece::Any => text.push('%'),
            Piece::One => text.push('_'),
            Piece::Text(run) => {
                for character in run.chars() {
                    if matches!(character, '%' | '_' | '\\') {
                        text.push('\\');
                    }
                    text.push(character);
                }
            }
        }
    }
    text
}

/// The value in a filter of `DATE('…')`.
pub(super) fn date(text: &str) -> Result<Literal> {
    match When::parse(text)? {
        when if when.precision == Precision::Day => Ok(Literal::Day(when.interval())),
        _ => Err(Error::invalid(format!("“{text}” is not a date; write it like 2019-07-01."))),
    }
}

/// The value in a filter of `TIMESTAMP('…')`.
pub(super) fn timestamp(text: &str) -> Result<Literal> {
    match When::parse(text)? {
        when if when.precision >= Precision::Minute => Ok(Literal::Instant(when.earliest)),
        _ => Err(Error::invalid(format!("“{text}” is not a timestamp; write it like 2019-07-01T12:30:00Z."))),
    }
}

/// An end of `INTERVAL('…', '…')`; `None` for the open end `..`.
pub(super) fn interval_end(text: &str) -> Result<Option<Literal>> {
    if text == ".." { Ok(None) } else { date(text).or_else(|_| timestamp(text)).map(Some) }
}

/// A time as CQL2 spells it.
pub(super) enum Spelled {
    /// A date.
    Date(String),
    /// A timestamp.
    Timestamp(String),
}

/// The spelling of a moment or a day; other periods have none.
pub(super) fn spell_time(literal: &Literal) -> Result<Spelled> {
    match literal {
        Literal::Instant(instant) => Ok(Spelled::Timestamp(instant.to_string())),
        Literal::Day(day) => {
            let whole = day.start.and_then(|start| {
                let civil = start.civil();
                When::day(civil.year, civil.month, civil.day).ok().filter(|when| when.interval() == *day)
            });
            whole.map(|when| Spelled::Date(when.to_string())).ok_or_else(|| unsupported("a period that is not a day"))
        }
        _ => Err(unsupported("a value that is not a time")),
    }
}

/// "This cannot be written as CQL2."
pub(super) fn unsupported(what: &str) -> Error {
    Error::unsupported(format!("CQL2 has no way to write {what}."))
}
