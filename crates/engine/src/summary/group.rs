//! What rows are put into groups by, and how it is spelled: `country`, `mag:0.5`, `time:decade`, `geometry:5`.

use super::measure::{no_column, shown};
use std::collections::HashMap;
use terrane_model::batch::Value;
use terrane_model::schema::{Column, ColumnKind, Schema};
use terrane_model::time::{Civil, Instant, Precision, When};
use terrane_model::{Error, Feature, Result};

/// What rows are put into groups by.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupBy {
    /// The values of a column.
    Value {
        /// The column.
        column: String,
    },
    /// Steps of numbers: from a multiple of the width, which belongs to it, up to the next one, which does not.
    Bin {
        /// The column.
        column: String,
        /// The width, in the column's unit.
        width: f64,
    },
    /// Steps of the calendar in UTC. A moment that is not known exactly is where it is at the earliest.
    Step {
        /// The column.
        column: String,
        /// The step.
        step: TimeStep,
    },
    /// Cells of so many degrees, by the middle of the row's box.
    Cell {
        /// The width and the height of a cell, degrees.
        degrees: f64,
    },
}

/// A step of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeStep {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A month.
    Month,
    /// A year.
    Year,
    /// Ten years, from one that ends in 0.
    Decade,
    /// A hundred years, from one that ends in 00.
    Century,
}

const MICROS_PER_HOUR: i64 = 3_600_000_000;

impl TimeStep {
    /// All steps with their names.
    pub const NAMES: [(Self, &'static str); 6] = [
        (Self::Hour, "hour"),
        (Self::Day, "day"),
        (Self::Month, "month"),
        (Self::Year, "year"),
        (Self::Decade, "decade"),
        (Self::Century, "century"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(step, _)| *step == self).map_or("", |(_, name)| name)
    }

    /// The number of the step that a moment is in.
    fn code(self, at: Instant) -> i64 {
        let year = || at.civil().year;
        match self {
            Self::Hour => at.0.div_euclid(MICROS_PER_HOUR),
            Self::Day => at.0.div_euclid(24 * MICROS_PER_HOUR),
            Self::Month => {
                let Civil { year, month, .. } = at.civil();
                year * 12 + i64::from(month) - 1
            }
            Self::Year => year(),
            Self::Decade => year().div_euclid(10),
            Self::Century => year().div_euclid(100),
        }
    }

    /// The first moment of a step, told as finely as the step is.
    fn begins(self, code: i64) -> When {
        let first = |year: i64| Instant::from_date(year, 1, 1).unwrap_or(Instant::MIN);
        let (earliest, precision) = match self {
            Self::Hour => (Instant(code.saturating_mul(MICROS_PER_HOUR)), Precision::Minute),
            Self::Day => (Instant(code.saturating_mul(24 * MICROS_PER_HOUR)), Precision::Day),
            Self::Month => {
                let month = (code.rem_euclid(12) + 1) as u8;
                (Instant::from_date(code.div_euclid(12), month, 1).unwrap_or(Instant::MIN), Precision::Month)
            }
            Self::Year => (first(code), Precision::Year),
            Self::Decade => (first(code.saturating_mul(10)), Precision::Year),
            Self::Century => (first(code.saturating_mul(100)), Precision::Year),
        };
        When { earliest, latest: earliest, precision, stated_as: None }
    }
}

/// What a group has in common: one number for each thing that rows are grouped by; nothing where they have no value.
pub(super) type Key = [Option<i64>; BY_MAX];
/// Things that rows are grouped by at most.
pub(super) const BY_MAX: usize = 4;
/// Widths of bins, and of cells in degrees, no smaller than this.
const WIDTH_MIN: f64 = 1e-6;
/// Decimal fractions are off by a little in binary: 0.3 is in the bin that begins at 0.3.
const ROUNDING: f64 = 1e-9;

impl GroupBy {
    /// Reads `country`, `mag:0.5`, `time:decade`, `geometry:5`.
    ///
    /// # Errors
    /// When there is no such column, or the step does not fit it.
    pub fn parse(text: &str, schema: &Schema) -> Result<Self> {
        let text = text.trim();
        if let Some((_, column)) = schema.column(text) {
            return value(column);
        }
        let (name, step) = text.rsplit_once(':').ok_or_else(|| no_column(text, schema))?;
        if schema.geometry.as_ref().is_some_and(|geometry| name == "geometry" || name == geometry.name) {
            return Ok(Self::Cell { degrees: width(step, 90.0)? });
        }
        let (_, column) = schema.column(name).ok_or_else(|| no_column(name, schema))?;
        let column_name = column.name.clone();
        match column.kind {
            ColumnKind::Int | ColumnKind::Float => Ok(Self::Bin { column: column_name, width: width(step, 1e15)? }),
            ColumnKind::Time => Ok(Self::Step { column: column_name, step: time_step(step)? }),
            _ => Err(Error::invalid(format!("“{name}” holds no numbers or moments; group by its values: by={name}."))),
        }
    }

    /// The column; nothing when it is the place.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Value { column } | Self::Bin { column, .. } | Self::Step { column, .. } => Some(column),
            Self::Cell { .. } => None,
        }
    }

    /// How many columns of the answer tell it: the four edges of a cell, else one.
    pub fn columns_told(&self) -> usize {
        if matches!(self, Self::Cell { .. }) { 4 } else { 1 }
    }

    /// The columns of the answer that tell it.
    pub(super) fn columns(&self, schema: &Schema) -> Vec<Column> {
        let Some((_, column)) = self.column().and_then(|name| schema.column(name)) else {
            let edge = |name: &str| Column { unit: Some("deg".to_owned()), ..Column::new(name, ColumnKind::Float) };
            return ["west", "south", "east", "north"].map(edge).to_vec();
        };
        let kind = if matches!(self, Self::Bin { .. }) { ColumnKind::Float } else { column.kind };
        vec![Column { kind, derived: false, ..column.clone() }]
    }
}

fn value(column: &Column) -> Result<GroupBy> {
    match column.kind {
        ColumnKind::Bytes | ColumnKind::Nested => {
            Err(Error::invalid(format!("“{}” holds no values that can be compared.", column.name)))
        }
        _ => Ok(GroupBy::Value { column: column.name.clone() }),
    }
}

fn width(text: &str, most: f64) -> Result<f64> {
    text.trim().parse().ok().filter(|width| (WIDTH_MIN..=most).contains(width)).ok_or_else(|| {
        Error::invalid(format!("“{}” is not a width; write a number from {WIDTH_MIN} to {most}.", shown(text)))
    })
}

fn time_step(text: &str) -> Result<TimeStep> {
    let known = TimeStep::NAMES.iter().find(|(_, name)| *name == text.trim());
    known.map(|(step, _)| *step).ok_or_else(|| {
        let names: Vec<&str> = TimeStep::NAMES.iter().map(|(_, name)| *name).collect();
        Error::invalid(format!("“{}” is not a step of the calendar; write {}.", shown(text), names.join(", ")))
    })
}

/// Turns what rows are grouped by into numbers that are quick to compare, and back.
pub(super) struct Grouper {
    by: GroupBy,
    words: Words,
}

impl Grouper {
    pub fn new(by: GroupBy) -> Self {
        Self { by, words: Words::default() }
    }

    pub fn by(&self) -> &GroupBy {
        &self.by
    }

    /// How many numbers would take as much memory as the texts that it keeps.
    pub fn as_numbers(&self) -> usize {
        self.words.as_numbers()
    }

    /// The number of a row's group.
    pub fn code(&mut self, value: &Value<'_>, feature: &Feature<'_>) -> Option<i64> {
        match (&self.by, value) {
            (GroupBy::Cell { degrees }, _) => cell(feature, *degrees),
            (GroupBy::Bin { width, .. }, value) => bin(value.as_f64()?, *width),
            (GroupBy::Step { step, .. }, Value::Time(when)) => Some(step.code(when.earliest)),
            (GroupBy::Step { .. }, _) => None,
            (GroupBy::Value { .. }, value) => self.words.code(value),
        }
    }

    /// The cell of a number, degrees: west, south, east, north.
    pub fn cell(&self, code: i64) -> Option<[f64; 4]> {
        let GroupBy::Cell { degrees } = self.by else { return None };
        let edge = |step: i64| tidy(step as f64 * degrees);
        let (column, line) = (code >> 32, i64::from(code as i32));
        let [west, east] = [column, column + 1].map(|step| edge(step).clamp(-180.0, 180.0));
        Some([west, edge(line).max(-90.0), east, edge(line + 1).min(90.0)])
    }

    /// What the answer tells of a number, for a column of this kind.
    pub fn values(&self, code: Option<i64>, kind: ColumnKind) -> Vec<Value<'_>> {
        let Some(code) = code else {
            return vec![Value::Null; self.by.columns_told()];
        };
        match &self.by {
            GroupBy::Cell { .. } => self.cell(code).into_iter().flatten().map(Value::Float).collect(),
            GroupBy::Bin { width, .. } => vec![Value::Float(tidy(code as f64 * width))],
            GroupBy::Step { step, .. } => vec![Value::Time(step.begins(code))],
            GroupBy::Value { .. } => vec![self.words.value(code, kind)],
        }
    }

    /// The first moment of the step and of the next one, when it is one of the calendar of that column.
    pub fn period(&self, code: Option<i64>, column: &str) -> Option<[Instant; 2]> {
        match &self.by {
            GroupBy::Step { column: own, step } if own == column => {
                Some([code?, code? + 1].map(|code| step.begins(code).earliest))
            }
            _ => None,
        }
    }
}

fn bin(number: f64, width: f64) -> Option<i64> {
    number.is_finite().then(|| (number / width + ROUNDING).floor() as i64)
}

/// Column and line in one number.
fn cell(feature: &Feature<'_>, degrees: f64) -> Option<i64> {
    let [x, y] = feature.geometry()?.bbox().centre();
    let turned = if (-180.0..180.0).contains(&x) { x } else { (x + 180.0).rem_euclid(360.0) - 180.0 };
    // The pole is in the cell below it, which has an area.
    let below = y.min(90.0 - degrees * 1e-6);
    Some((bin(turned, degrees)? << 32) | (bin(below, degrees)? & 0xffff_ffff))
}

/// A multiple of a decimal fraction as it would be written.
fn tidy(number: f64) -> f64 {
    format!("{number:.12e}").parse().unwrap_or(number)
}

/// What a text takes beside its bytes, which are kept twice: entries of a map and of lists.
const NUMBERS_PER_TEXT: usize = 14;

/// Values as numbers: what is a number or a moment is one already, texts are numbered as they come.
#[derive(Default)]
pub(super) struct Words {
    numbers: HashMap<Box<str>, i64>,
    texts: Vec<Box<str>>,
    bytes: usize,
}

impl Words {
    /// The number of a value. Numbers that are equal have the same, whole or not.
    pub fn code(&mut self, value: &Value<'_>) -> Option<i64> {
        match value {
            Value::Null | Value::Bytes(_) | Value::Nested(_) => None,
            Value::Bool(truth) => Some(i64::from(*truth)),
            Value::Int(number) => Some(*number),
            Value::Float(number) if number.is_nan() => None,
            // Zero has two signs and is one number.
            Value::Float(number) => Some((number + 0.0).to_bits() as i64),
            // A year is another value than its first moment.
            Value::Time(when) => Some(self.text(&when.to_string())),
            Value::Text(text) => Some(self.text(text)),
        }
    }

    fn text(&mut self, text: &str) -> i64 {
        if let Some(known) = self.numbers.get(text) {
            return *known;
        }
        let next = self.texts.len() as i64;
        self.numbers.insert(text.into(), next);
        self.texts.push(text.into());
        self.bytes += text.len();
        next
    }

    /// How many numbers would take as much memory.
    pub fn as_numbers(&self) -> usize {
        self.bytes / size_of::<f64>() + self.texts.len() * NUMBERS_PER_TEXT
    }

    fn value(&self, code: i64, kind: ColumnKind) -> Value<'_> {
        match kind {
            ColumnKind::Bool => Value::Bool(code != 0),
            ColumnKind::Int => Value::Int(code),
            ColumnKind::Float => Value::Float(f64::from_bits(code as u64)),
            ColumnKind::Time => {
                let when = self.texts.get(code as usize).and_then(|text| When::parse(text).ok());
                when.map_or(Value::Null, Value::Time)
            }
            _ => self.texts.get(code as usize).map_or(Value::Null, |text| Value::Text(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_begin_at_multiples_of_their_width() {
        for tenths in -30..=30 {
            let written: f64 = format!("{:.1}", f64::from(tenths) / 10.0).parse().expect("a number");
            assert_eq!(bin(written, 0.1), Some(i64::from(tenths)), "{written}");
            assert_eq!(tidy(f64::from(tenths) * 0.1), written);
        }
        assert_eq!(bin(5.49, 0.5), Some(10));
        assert_eq!(bin(-0.01, 20.0), Some(-1));
        assert_eq!(bin(f64::NAN, 1.0), None);
    }

    #[test]
    fn steps_of_the_calendar_go_on_before_the_year_one() {
        let at = |text: &str| Instant::parse(text).expect("a moment");
        let told = |step: TimeStep, text: &str| step.begins(step.code(at(text))).to_string();
        assert_eq!(told(TimeStep::Decade, "1999-12-31"), "1990");
        assert_eq!(told(TimeStep::Century, "-0079-08-24"), "-000100");
        assert_eq!(told(TimeStep::Month, "2011-03-11T05:46:24Z"), "2011-03");
        assert_eq!(told(TimeStep::Month, "-0001-12-31"), "-000001-12");
        assert_eq!(told(TimeStep::Day, "1969-12-31T23:59:59Z"), "1969-12-31");
        assert_eq!(told(TimeStep::Hour, "2011-03-11T05:46:24Z"), "2011-03-11T05:00:00Z");
    }
}
