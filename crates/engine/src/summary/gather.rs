//! What is kept of the rows of a group until all were read, and what it comes to.

use super::group::Words;
use super::measure::Measure;
use std::cell::OnceCell;
use std::collections::HashSet;
use terrane_hazard::frequency::{
    Completeness, GutenbergRichter, Histogram, Weichert, gutenberg_richter, is_magnitude, maximum_curvature, weichert,
};
use terrane_hazard::recurrence::{Count, Recurrence, recurrence};
use terrane_model::When;
use terrane_model::batch::Value;
use terrane_model::filter::Literal;

/// The width of a bin of magnitudes, as catalogues round.
const BIN_WIDTH: f64 = 0.1;

/// What must be kept for a measure: several measures of a column share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Count,
    Extremes,
    Sum,
    Moments,
    Numbers,
    Dated,
    Distinct,
}

/// What is kept of one column of one group.
pub(super) enum Gathered {
    Count(u64),
    Extremes(Option<[Told; 2]>),
    /// Whole numbers are added up as such.
    Sum {
        whole: i128,
        float: f64,
        is_whole: bool,
        count: u64,
    },
    /// Number, mean, and the sum of squares around it (Welford 1962, Technometrics 4, 419–420).
    Moments(u64, f64, f64),
    /// With the law that is fitted to them for the first measure that asks.
    Numbers(Vec<f64>, OnceCell<Option<Law>>),
    /// Decimal year and number, with their law.
    Dated(Vec<(f64, f64)>, OnceCell<Option<Weichert>>),
    Distinct(HashSet<i64>),
}

impl Gathered {
    pub fn new(family: Family) -> Self {
        match family {
            Family::Count => Self::Count(0),
            Family::Extremes => Self::Extremes(None),
            Family::Sum => Self::Sum { whole: 0, float: 0.0, is_whole: true, count: 0 },
            Family::Moments => Self::Moments(0, 0.0, 0.0),
            Family::Numbers => Self::Numbers(Vec::new(), OnceCell::new()),
            Family::Dated => Self::Dated(Vec::new(), OnceCell::new()),
            Family::Distinct => Self::Distinct(HashSet::new()),
        }
    }

    /// Takes a value that is there; `year` is the row's. Tells by how many values more is kept. What is no number, or has no end, counts
    /// and can be told apart, but cannot be reckoned with.
    pub fn add(&mut self, value: &Value<'_>, year: Option<f64>, words: &mut Words) -> usize {
        if matches!(value, Value::Float(number) if !number.is_finite())
            && !matches!(self, Self::Count(_) | Self::Distinct(_))
        {
            return 0;
        }
        match self {
            Self::Count(count) => *count += 1,
            Self::Extremes(extremes) => widen(extremes, value),
            Self::Sum { whole, float, is_whole, count } => {
                *count += 1;
                match value {
                    Value::Int(number) => *whole += i128::from(*number),
                    value => {
                        *is_whole = false;
                        *float += value.as_f64().unwrap_or(0.0);
                    }
                }
            }
            Self::Moments(count, mean, squares) => {
                let Some(number) = value.as_f64() else { return 0 };
                *count += 1;
                let off = number - *mean;
                *mean += off / *count as f64;
                *squares += off * (number - *mean);
            }
            Self::Numbers(numbers, _) => {
                numbers.extend(value.as_f64());
                return 1;
            }
            Self::Dated(dated, _) => {
                dated.extend(year.zip(value.as_f64()));
                return 1;
            }
            Self::Distinct(values) => return usize::from(words.code(value).is_some_and(|code| values.insert(code))),
        }
        0
    }
}

/// What is told of a group: a moment as finely as it is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Told {
    Plain(Literal),
    Time(When),
}

impl Told {
    pub const NOTHING: Self = Self::Plain(Literal::Null);

    fn of(value: &Value<'_>) -> Self {
        match value {
            Value::Time(when) => Self::Time(when.clone()),
            other => Self::Plain(Literal::of(other)),
        }
    }

    /// What it is sorted by.
    pub fn literal(&self) -> Literal {
        match self {
            Self::Plain(literal) => literal.clone(),
            Self::Time(when) => Literal::Instant(when.earliest),
        }
    }
}

fn widen(extremes: &mut Option<[Told; 2]>, value: &Value<'_>) {
    let Some([least, most]) = extremes else {
        *extremes = Some([Told::of(value), Told::of(value)]);
        return;
    };
    for (bound, wanted) in [(least, std::cmp::Ordering::Less), (most, std::cmp::Ordering::Greater)] {
        if compare(value, bound) == Some(wanted) {
            *bound = Told::of(value);
        }
    }
}

fn compare(value: &Value<'_>, bound: &Told) -> Option<std::cmp::Ordering> {
    match (value, bound) {
        (Value::Int(a), Told::Plain(Literal::Int(b))) => Some(a.cmp(b)),
        (Value::Float(a), Told::Plain(Literal::Float(b))) => a.partial_cmp(b),
        (Value::Text(a), Told::Plain(Literal::Text(b))) => Some((*a).cmp(b.as_str())),
        (Value::Time(a), Told::Time(b)) => Some(a.earliest.cmp(&b.earliest)),
        (Value::Bool(a), Told::Plain(Literal::Bool(b))) => Some(a.cmp(b)),
        _ => None,
    }
}

/// What measures of rates need to know besides the rows.
pub(super) struct Looked<'a> {
    /// Years in which the rows of the group could be.
    pub years: Option<f64>,
    /// The decimal years in which that begins and ends.
    pub span: Option<[f64; 2]>,
    /// Whether fore- and aftershocks were left out.
    pub declustered: bool,
    /// The magnitude of completeness, where it is known.
    pub mc: Option<f64>,
    /// Since which decimal year which magnitude is complete.
    pub completeness: &'a [(f64, f64)],
}

impl Gathered {
    /// What it comes to; null where there is too little for it.
    pub fn told(&self, measure: Measure, looked: &Looked<'_>) -> Told {
        match self {
            Self::Extremes(extremes) => {
                let side = usize::from(measure == Measure::Max);
                extremes.as_ref().map_or(Told::NOTHING, |extremes| extremes[side].clone())
            }
            other => Told::Plain(other.reckoned(measure, looked)),
        }
    }

    fn reckoned(&self, measure: Measure, looked: &Looked<'_>) -> Literal {
        match self {
            Self::Extremes(_) => Literal::Null,
            Self::Count(count) => counted(*count, measure, looked),
            Self::Sum { count: 0, .. } => Literal::Null,
            Self::Sum { whole, is_whole: true, .. } => {
                i64::try_from(*whole).map_or(Literal::Float(*whole as f64), Literal::Int)
            }
            Self::Sum { whole, float, .. } => number(Some(*float + *whole as f64)),
            Self::Moments(0, ..) => Literal::Null,
            Self::Moments(_, mean, _) if measure == Measure::Mean => number(Some(*mean)),
            Self::Moments(1, ..) => Literal::Null,
            Self::Moments(count, _, squares) => number(Some((squares / (*count - 1) as f64).sqrt())),
            Self::Numbers(numbers, _) if measure == Measure::Median => number(median(numbers)),
            Self::Numbers(magnitudes, law) => {
                let law = law.get_or_init(|| Law::of(magnitudes, looked.mc));
                law.as_ref().map_or(Literal::Null, |law| law.told(measure))
            }
            Self::Dated(dated, law) => unequal(law.get_or_init(|| fitted(dated, looked)).as_ref(), measure),
            Self::Distinct(values) => Literal::Int(values.len() as i64),
        }
    }
}

fn number(value: Option<f64>) -> Literal {
    value.filter(|value| value.is_finite()).map_or(Literal::Null, Literal::Float)
}

fn counted(count: u64, measure: Measure, looked: &Looked<'_>) -> Literal {
    if measure == Measure::Count {
        return Literal::Int(count as i64);
    }
    let rate = |years: f64| recurrence(Count { events: count, years, declustered: looked.declustered }).ok();
    let pick = |found: Recurrence| match measure {
        Measure::PerYear => found.rate.best,
        Measure::PerYearLow => found.rate.low,
        Measure::PerYearHigh => found.rate.high,
        _ => found.return_years.best,
    };
    number(looked.years.and_then(rate).map(pick))
}

fn median(numbers: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = numbers.to_vec();
    let middle = sorted.len() / 2;
    let (below, upper, _) = (!sorted.is_empty()).then(|| sorted.select_nth_unstable_by(middle, f64::total_cmp))?;
    let upper = *upper;
    let lower = below.iter().copied().max_by(f64::total_cmp);
    Some(if numbers.len().is_multiple_of(2) { lower.map_or(upper, |lower| f64::midpoint(lower, upper)) } else { upper })
}

/// Completeness, by maximum curvature when it is not known, and the law of Gutenberg and Richter above it.
pub(super) struct Law {
    mc: f64,
    complete: u64,
    law: Option<GutenbergRichter>,
}

impl Law {
    fn of(magnitudes: &[f64], known_mc: Option<f64>) -> Option<Self> {
        let histogram = Histogram::of(magnitudes.iter().copied().filter(is_magnitude), BIN_WIDTH).ok()?;
        let mc = known_mc.or_else(|| Some(maximum_curvature(&histogram)?.corrected))?;
        let complete = histogram.from_magnitude(mc).total();
        Some(Self { mc, complete, law: gutenberg_richter(&histogram, mc).ok() })
    }

    fn told(&self, measure: Measure) -> Literal {
        let law = self.law.as_ref();
        match measure {
            Measure::Completeness => number(Some(rounded(self.mc))),
            Measure::Complete => Literal::Int(self.complete as i64),
            Measure::BValue => number(law.map(|law| law.b)),
            Measure::BError => number(law.map(|law| law.sigma_shi_bolt)),
            _ => number(law.map(|law| law.a)),
        }
    }
}

/// A magnitude as it is written.
fn rounded(magnitude: f64) -> f64 {
    (magnitude * 100.0).round() / 100.0
}

/// Weichert's law within the years that are looked at.
fn fitted(dated: &[(f64, f64)], looked: &Looked<'_>) -> Option<Weichert> {
    let [begin, end] = looked.span?;
    let table = Completeness::new(within(looked.completeness, begin), end).ok()?;
    let known: Vec<(f64, f64)> = dated.iter().copied().filter(|(_, magnitude)| is_magnitude(magnitude)).collect();
    weichert(&table.bins(&table.periods_of(&known, BIN_WIDTH).ok()?)).ok()
}

fn unequal(law: Option<&Weichert>, measure: Measure) -> Literal {
    number(law.map(|law| match measure {
        Measure::WeichertB => law.b,
        Measure::WeichertError => law.sigma_b,
        _ => law.rate,
    }))
}

/// A table of completeness for what is looked at from a decimal year on: what was complete before is complete from there on.
fn within(steps: &[(f64, f64)], begin: f64) -> Vec<(f64, f64)> {
    let (before, mut after): (Vec<_>, Vec<_>) = steps.iter().copied().partition(|(year, _)| *year <= begin);
    let least = before.into_iter().map(|(_, magnitude)| magnitude).min_by(f64::total_cmp);
    after.extend(least.map(|magnitude| (begin, magnitude)));
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_between_the_two_in_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&[7.0]), Some(7.0));
        assert_eq!(median(&[]), None);
    }
}
