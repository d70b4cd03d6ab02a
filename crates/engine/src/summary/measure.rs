//! What is told of each group, and how it is spelled: `count`, `max(depth)`, `b(mag)`.

use super::gather::Family;
use terrane_model::schema::{ColumnKind, Schema};
use terrane_model::{Error, Result};

/// What is told of the rows of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Rows; of a column, rows that have a value.
    Count,
    /// Different values.
    Distinct,
    /// The smallest value, the earliest moment, the first text.
    Min,
    /// The greatest.
    Max,
    /// The sum.
    Sum,
    /// The mean.
    Mean,
    /// The standard deviation of the sample, n − 1 below.
    Deviation,
    /// The median; of an even number the mean of the two in the middle.
    Median,
    /// The magnitude of completeness: maximum curvature with 0.2 added.
    Completeness,
    /// Earthquakes of that magnitude or above.
    Complete,
    /// The b-value of Aki and Utsu above it.
    BValue,
    /// Its standard deviation by Shi and Bolt.
    BError,
    /// log₁₀ of the number of earthquakes above magnitude 0 that the law expects.
    AValue,
    /// The b-value for magnitudes that are complete for unequal times.
    WeichertB,
    /// Its standard deviation.
    WeichertError,
    /// Earthquakes per year of the smallest complete magnitude or above, by the same fit.
    WeichertRate,
    /// Rows per year.
    PerYear,
    /// The lower end of the interval that holds the true rate in 95 of 100 cases.
    PerYearLow,
    /// Its upper end.
    PerYearHigh,
    /// Years from one to the next on average.
    ReturnYears,
}

/// Which columns a measure can be taken of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// A column of any kind whose values can be compared, or none.
    AnyOrNone,
    /// A column of any kind whose values can be compared.
    Any,
    /// A column of numbers.
    Number,
    /// The time of a row, which need not be named.
    Time,
}

/// A measure, its name, what must be gathered for it, and what it is taken of.
const MEASURES: [(Measure, &str, Family, Of); 20] = [
    (Measure::Count, "count", Family::Count, Of::AnyOrNone),
    (Measure::Distinct, "distinct", Family::Distinct, Of::Any),
    (Measure::Min, "min", Family::Extremes, Of::Any),
    (Measure::Max, "max", Family::Extremes, Of::Any),
    (Measure::Sum, "sum", Family::Sum, Of::Number),
    (Measure::Mean, "mean", Family::Moments, Of::Number),
    (Measure::Deviation, "stddev", Family::Moments, Of::Number),
    (Measure::Median, "median", Family::Numbers, Of::Number),
    (Measure::Completeness, "mc", Family::Numbers, Of::Number),
    (Measure::Complete, "complete", Family::Numbers, Of::Number),
    (Measure::BValue, "b", Family::Numbers, Of::Number),
    (Measure::BError, "b_error", Family::Numbers, Of::Number),
    (Measure::AValue, "a", Family::Numbers, Of::Number),
    (Measure::WeichertB, "weichert_b", Family::Dated, Of::Number),
    (Measure::WeichertError, "weichert_error", Family::Dated, Of::Number),
    (Measure::WeichertRate, "weichert_rate", Family::Dated, Of::Number),
    (Measure::PerYear, "per_year", Family::Count, Of::Time),
    (Measure::PerYearLow, "per_year_low", Family::Count, Of::Time),
    (Measure::PerYearHigh, "per_year_high", Family::Count, Of::Time),
    (Measure::ReturnYears, "return_years", Family::Count, Of::Time),
];

impl Measure {
    /// All measures by name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        MEASURES.iter().map(|(_, name, ..)| *name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// What must be gathered for it.
    pub(super) fn family(self) -> Family {
        self.row().2
    }

    /// Whether it needs the years that were looked at.
    pub(super) fn needs_years(self) -> bool {
        matches!(self.row().3, Of::Time) || self.row().2 == Family::Dated
    }

    fn row(self) -> &'static (Self, &'static str, Family, Of) {
        let of_this = |row: &&(Self, &str, Family, Of)| row.0 == self;
        MEASURES.iter().find(of_this).unwrap_or(&MEASURES[0])
    }
}

/// A measure of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// What is told.
    pub measure: Measure,
    /// Of which column; `None` counts rows.
    pub column: Option<String>,
    /// The name of its column in the answer: as it was asked for.
    pub name: String,
}

impl Aggregate {
    /// How many rows there are.
    pub fn count() -> Self {
        Self { measure: Measure::Count, column: None, name: Measure::Count.name().to_owned() }
    }

    /// Reads `count`, `max(depth)`, `b(mag)`.
    ///
    /// # Errors
    /// When there is no such measure or column, or it cannot be taken of that column.
    pub fn parse(text: &str, schema: &Schema) -> Result<Self> {
        let (name, column) = match text.trim().strip_suffix(')').and_then(|inner| inner.split_once('(')) {
            Some((name, column)) => (name.trim(), Some(column.trim()).filter(|column| !column.is_empty())),
            None => (text.trim(), None),
        };
        let known = MEASURES.iter().find(|row| row.1 == name).ok_or_else(|| no_measure(name))?;
        let as_asked = match column {
            Some(column) => format!("{name}({column})"),
            None => name.to_owned(),
        };
        let column = match (known.3, column) {
            (Of::AnyOrNone, None) => None,
            (Of::Time, None) => Some(time_column(name, schema)?),
            (_, None) => {
                let say = format!("“{name}” is taken of a column: {name}(column).");
                return Err(Error::invalid(say));
            }
            (of, Some(column)) => Some(checked(column, name, of, schema)?),
        };
        if known.2 == Family::Dated {
            time_column(name, schema)?;
        }
        Ok(Self { measure: known.0, column, name: as_asked })
    }
}

fn checked(column: &str, name: &str, of: Of, schema: &Schema) -> Result<String> {
    let (_, known) = schema.column(column).ok_or_else(|| no_column(column, schema))?;
    let fits = match of {
        Of::Number => matches!(known.kind, ColumnKind::Int | ColumnKind::Float),
        Of::Time => schema.time.as_ref().is_some_and(|time| time.start == known.name),
        Of::Any | Of::AnyOrNone => !matches!(known.kind, ColumnKind::Bytes | ColumnKind::Nested),
    };
    let wanted = match of {
        Of::Number => "numbers",
        Of::Time => "the column that tells the time of a row",
        Of::Any | Of::AnyOrNone => "numbers, texts or moments",
    };
    match fits {
        true => Ok(column.to_owned()),
        false => Err(Error::invalid(format!("“{name}” is taken of {wanted}; “{column}” holds something else."))),
    }
}

fn time_column(name: &str, schema: &Schema) -> Result<String> {
    schema.time.as_ref().map(|time| time.start.clone()).ok_or_else(|| {
        Error::invalid(format!("“{name}” needs the time of a row, and no column of this dataset is known as that."))
    })
}

fn no_measure(name: &str) -> Error {
    let known: Vec<&str> = Measure::names().collect();
    Error::invalid(format!("“{}” is not told of groups; write {}.", shown(name), known.join(", ")))
}

/// The sentence about a column that is not here.
pub(super) fn no_column(name: &str, schema: &Schema) -> Error {
    let known: Vec<&str> = schema.columns.iter().map(|column| column.name.as_str()).collect();
    Error::invalid(format!("There is no column “{}”; the columns are {}.", shown(name), known.join(", ")))
}

/// What a stranger wrote, short enough to be said back.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}
