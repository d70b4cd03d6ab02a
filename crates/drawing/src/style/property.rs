//! Properties of symbols: fixed, or computed from a column of the row being drawn.

use super::colour::Colour;
use super::length::{Length, Unit};
use super::symbolizer::Shape;
use terrane_model::batch::Value;

/// A property of a symbol.
#[derive(Debug, Clone, PartialEq)]
pub enum Property<T> {
    /// The same for every row.
    Fixed(T),
    /// Computed from a column.
    ByColumn(ByColumn<T>),
}

/// How a property follows from a column.
#[derive(Debug, Clone, PartialEq)]
pub struct ByColumn<T> {
    /// The column.
    pub column: String,
    /// How its value becomes the property.
    pub mapping: Mapping<T>,
    /// What holds where there is no value, or none that fits; a row without either is not drawn by this symbolizer.
    pub otherwise: Option<T>,
}

/// How a value becomes a property.
#[derive(Debug, Clone, PartialEq)]
pub enum Mapping<T> {
    /// The value is the property: a colour as text, an angle, the name of a shape, or a length in the unit given.
    Direct(Option<Unit>),
    /// Between stops, the nearest stop's outside of them. Stops ascend.
    Interpolate {
        /// Values and what they become.
        stops: Vec<(f64, T)>,
        /// How to go from one stop to the next.
        curve: Curve,
    },
    /// The last stop that is not greater than the value; the first one's below all. Stops ascend.
    Steps(Vec<(f64, T)>),
    /// The entry whose key is the value as text.
    Match(Vec<(String, T)>),
}

/// How to go from one stop to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Curve {
    /// In proportion to the value.
    Linear,
    /// In proportion to its square root: areas of circles are then in proportion to the value.
    SquareRoot,
    /// By powers of a base, as MapLibre's `["exponential", base]`.
    Exponential(f64),
}

/// What can be a property.
pub trait Styled: Copy + PartialEq {
    /// The value itself as the property.
    fn direct(value: &Value<'_>, unit: Option<Unit>) -> Option<Self>;
    /// The property between two, `t` from 0 to 1.
    fn between(self, other: Self, t: f64) -> Self;
}

impl Styled for Colour {
    fn direct(value: &Value<'_>, _: Option<Unit>) -> Option<Self> {
        if let Value::Text(text) = value { Self::parse(text) } else { None }
    }
    fn between(self, other: Self, t: f64) -> Self {
        Self::between(self, other, t)
    }
}

impl Styled for f64 {
    fn direct(value: &Value<'_>, _: Option<Unit>) -> Option<Self> {
        value.as_f64().filter(|number| number.is_finite())
    }
    fn between(self, other: Self, t: f64) -> Self {
        self + (other - self) * t
    }
}

impl Styled for Length {
    fn direct(value: &Value<'_>, unit: Option<Unit>) -> Option<Self> {
        let amount = value.as_f64().filter(|number| number.is_finite())?;
        Some(Self { amount, unit: unit? })
    }
    /// Stops share a unit; the reader sees to it.
    fn between(self, other: Self, t: f64) -> Self {
        Self { amount: self.amount + (other.amount - self.amount) * t, unit: self.unit }
    }
}

impl Styled for Shape {
    fn direct(value: &Value<'_>, _: Option<Unit>) -> Option<Self> {
        if let Value::Text(text) = value { Self::named(text) } else { None }
    }
    fn between(self, _: Self, _: f64) -> Self {
        self
    }
}

impl<T: Styled> Property<T> {
    /// The column it reads.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Fixed(_) => None,
            Self::ByColumn(by) => Some(&by.column),
        }
    }

    /// The property for a value of its column (ignored when fixed); `None` when nothing is to be drawn.
    pub fn of(&self, value: &Value<'_>) -> Option<T> {
        match self {
            Self::Fixed(fixed) => Some(*fixed),
            Self::ByColumn(by) => by.mapping.of(value).or(by.otherwise),
        }
    }
}

impl<T: Styled> Mapping<T> {
    /// The property for a value; `None` where there is no value or none that fits.
    pub fn of(&self, value: &Value<'_>) -> Option<T> {
        match self {
            Self::Direct(unit) => T::direct(value, *unit),
            Self::Interpolate { .. } | Self::Steps(_) => self.of_number(value.as_f64()?),
            Self::Match(_) if value.is_null() => None,
            Self::Match(cases) => match value {
                Value::Text(text) => find_case(cases, text),
                other => find_case(cases, &other.to_string()),
            },
        }
    }

    /// The property for a number.
    pub fn of_number(&self, number: f64) -> Option<T> {
        match self {
            _ if number.is_nan() => None,
            Self::Interpolate { stops, curve } => interpolate(stops, *curve, number),
            Self::Steps(stops) => {
                let after = stops.partition_point(|(stop, _)| *stop <= number);
                stops.get(after.saturating_sub(1)).map(|(_, property)| *property)
            }
            Self::Match(cases) => find_case(cases, &number.to_string()),
            Self::Direct(unit) => T::direct(&Value::Float(number), *unit),
        }
    }

    /// Every property that it can give, in order; none for `Direct`.
    pub fn properties(&self) -> impl Iterator<Item = T> + '_ {
        let stops = match self {
            Self::Interpolate { stops, .. } | Self::Steps(stops) => stops.as_slice(),
            Self::Direct(_) | Self::Match(_) => &[],
        };
        let cases = if let Self::Match(cases) = self { cases.as_slice() } else { &[] };
        stops.iter().map(|(_, property)| *property).chain(cases.iter().map(|(_, property)| *property))
    }
}

fn find_case<T: Copy>(cases: &[(String, T)], key: &str) -> Option<T> {
    cases.iter().find(|(case, _)| case == key).map(|(_, property)| *property)
}

fn interpolate<T: Styled>(stops: &[(f64, T)], curve: Curve, number: f64) -> Option<T> {
    let after = stops.partition_point(|(stop, _)| *stop <= number);
    let (Some(low), Some(high)) = (after.checked_sub(1).and_then(|at| stops.get(at)), stops.get(after)) else {
        return if after == 0 { stops.first() } else { stops.last() }.map(|(_, property)| *property);
    };
    Some(low.1.between(high.1, curve.fraction(low.0, high.0, number)))
}

impl Curve {
    /// How far `number` is from `low` to `high`, 0 to 1.
    fn fraction(self, low: f64, high: f64, number: f64) -> f64 {
        let share = |bend: &dyn Fn(f64) -> f64| (bend(number) - bend(low)) / (bend(high) - bend(low));
        let fraction = match self {
            Self::Linear => share(&|x| x),
            Self::SquareRoot => share(&|x: f64| x.abs().sqrt().copysign(x)),
            Self::Exponential(base) if (base - 1.0).abs() < 1e-9 => share(&|x| x),
            Self::Exponential(base) => share(&|x: f64| base.powf(x - low)),
        };
        if fraction.is_finite() { fraction.clamp(0.0, 1.0) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(curve: Curve) -> Mapping<f64> {
        Mapping::Interpolate { stops: vec![(4.0, 2.0), (9.0, 12.0)], curve }
    }

    #[test]
    fn numbers_between_stops_follow_the_curve() {
        assert_eq!(sizes(Curve::Linear).of_number(6.5), Some(7.0));
        let by_root = sizes(Curve::SquareRoot).of_number(6.25).unwrap();
        assert!((by_root - 7.0).abs() < 1e-9, "{by_root}");
        let by_power = sizes(Curve::Exponential(2.0)).of_number(8.0).unwrap();
        assert!((by_power - (2.0 + 10.0 * 15.0 / 31.0)).abs() < 1e-9, "{by_power}");
    }

    #[test]
    fn numbers_outside_the_stops_take_the_nearest() {
        let mapping = sizes(Curve::Linear);
        assert_eq!((mapping.of_number(-1e9), mapping.of_number(f64::INFINITY)), (Some(2.0), Some(12.0)));
        assert_eq!(mapping.of_number(f64::NAN), None);
    }

    #[test]
    fn a_step_begins_at_its_stop() {
        let steps = Mapping::Steps(vec![(0.0, 1.0), (35.0, 2.0), (70.0, 3.0)]);
        let of = |number| steps.of_number(number).unwrap();
        assert_eq!([of(-1.0), of(0.0), of(34.9), of(35.0), of(700.0)], [1.0, 1.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn what_matches_nothing_is_otherwise_or_nothing() {
        let cases = vec![("1".to_owned(), 5.0), ("fault".to_owned(), 6.0)];
        let by = |otherwise| {
            Property::ByColumn(ByColumn { column: "c".into(), mapping: Mapping::Match(cases.clone()), otherwise })
        };
        assert_eq!(by(None).of(&Value::Float(1.0)), Some(5.0));
        assert_eq!(by(None).of(&Value::Text("fault")), Some(6.0));
        assert_eq!(by(None).of(&Value::Text("fold")), None);
        assert_eq!(by(Some(0.0)).of(&Value::Null), Some(0.0));
    }
}
