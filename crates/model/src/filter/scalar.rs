//! One value while a filter is judged, and how values compare and compute.

use super::{ArithmeticOp, Literal};
use crate::batch::Value;
use crate::time::{Instant, When};
use std::borrow::Cow;
use std::cmp::Ordering;

/// A value, borrowed from its column where that is possible.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'a, str>),
    Time(Moment),
    /// A list or record as JSON text.
    Json(Cow<'a, str>),
}

/// A moment as well as it is known: first and last microsecond it can have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) earliest: i64,
    pub(super) latest: i64,
}

impl Moment {
    pub(super) fn of(when: &When) -> Self {
        Self { earliest: when.earliest.0, latest: when.latest.0 }
    }

    /// Before when it ends before the other begins, after when it begins after the other ends, else equal: just one of the
    /// three is true of any two moments.
    pub(super) fn order(self, other: Self) -> Ordering {
        if self.latest < other.earliest {
            Ordering::Less
        } else if self.earliest > other.latest {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    }
}

impl<'a> Scalar<'a> {
    pub(super) fn of(value: Value<'a>) -> Self {
        match value {
            Value::Null | Value::Bytes(_) => Self::Null,
            Value::Bool(truth) => Self::Bool(truth),
            Value::Int(number) => Self::Int(number),
            Value::Float(number) if number.is_nan() => Self::Null,
            Value::Float(number) => Self::Float(number),
            Value::Text(text) => Self::Text(Cow::Borrowed(text)),
            Value::Time(when) => Self::Time(Moment::of(&when)),
            Value::Nested(json) => Self::Json(Cow::Borrowed(json)),
        }
    }

    /// A value given; lists are kept elsewhere.
    pub(super) fn given(literal: &Literal) -> Scalar<'static> {
        match literal {
            Literal::Null | Literal::List(_) => Scalar::Null,
            Literal::Bool(truth) => Scalar::Bool(*truth),
            Literal::Int(number) => Scalar::Int(*number),
            Literal::Float(number) if number.is_nan() => Scalar::Null,
            Literal::Float(number) => Scalar::Float(*number),
            Literal::Text(text) => Scalar::Text(Cow::Owned(text.clone())),
            Literal::Instant(instant) => Scalar::Time(Moment { earliest: instant.0, latest: instant.0 }),
            Literal::Day(day) => Scalar::Time(Moment {
                earliest: day.start.map_or(i64::MIN, |Instant(start)| start),
                latest: day.end.map_or(i64::MAX, |Instant(end)| end),
            }),
        }
    }

    pub(super) fn into_owned(self) -> Scalar<'static> {
        match self {
            Self::Null => Scalar::Null,
            Self::Bool(truth) => Scalar::Bool(truth),
            Self::Int(number) => Scalar::Int(number),
            Self::Float(number) => Scalar::Float(number),
            Self::Text(text) => Scalar::Text(Cow::Owned(text.into_owned())),
            Self::Time(moment) => Scalar::Time(moment),
            Self::Json(json) => Scalar::Json(Cow::Owned(json.into_owned())),
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The order of two values of one family; `None` when one is null or they are of different families.
    pub(super) fn order(&self, other: &Scalar<'_>) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(a), Scalar::Bool(b)) => Some(a.cmp(b)),
            (Self::Int(a), Scalar::Int(b)) => Some(a.cmp(b)),
            (Self::Float(a), Scalar::Float(b)) => a.partial_cmp(b),
            (Self::Int(a), Scalar::Float(b)) => order_int_float(*a, *b),
            (Self::Float(a), Scalar::Int(b)) => order_int_float(*b, *a).map(Ordering::reverse),
            (Self::Text(a), Scalar::Text(b)) => Some(a.as_ref().cmp(b.as_ref())),
            (Self::Time(a), Scalar::Time(b)) => Some(a.order(*b)),
            _ => None,
        }
    }

    pub(super) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }
}

/// The exact order of a whole number and a number: neither is rounded to the other.
pub(crate) fn order_int_float(whole: i64, number: f64) -> Option<Ordering> {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if number.is_nan() {
        return None;
    }
    if number >= TWO_TO_63 {
        return Some(Ordering::Less);
    }
    if number < -TWO_TO_63 {
        return Some(Ordering::Greater);
    }
    let floor = number.floor();
    let rest = if number > floor { Ordering::Less } else { Ordering::Equal };
    Some(whole.cmp(&(floor as i64)).then(rest))
}

/// Two numbers computed; null when one is, when the divisor is zero, and when the result is not a finite number.
///
/// Whole numbers stay whole as long as the result fits, except that `/` always divides exactly (CQL2 has `div` for the
/// whole quotient).
pub(super) fn compute(op: ArithmeticOp, left: &Scalar<'_>, right: &Scalar<'_>) -> Scalar<'static> {
    if let (Scalar::Int(a), Scalar::Int(b)) = (left, right)
        && let Some(whole) = compute_whole(op, *a, *b)
    {
        return Scalar::Int(whole);
    }
    let (Some(a), Some(b)) = (left.as_f64(), right.as_f64()) else { return Scalar::Null };
    let number = match op {
        ArithmeticOp::Add => a + b,
        ArithmeticOp::Subtract => a - b,
        ArithmeticOp::Multiply => a * b,
        ArithmeticOp::Divide => a / b,
        ArithmeticOp::WholeDivide => (a / b).trunc(),
        ArithmeticOp::Modulo => a % b,
        ArithmeticOp::Power => a.powf(b),
    };
    if number.is_finite() { Scalar::Float(number) } else { Scalar::Null }
}

fn compute_whole(op: ArithmeticOp, a: i64, b: i64) -> Option<i64> {
    match op {
        ArithmeticOp::Add => a.checked_add(b),
        ArithmeticOp::Subtract => a.checked_sub(b),
        ArithmeticOp::Multiply => a.checked_mul(b),
        ArithmeticOp::Divide => None,
        ArithmeticOp::WholeDivide => a.checked_div(b),
        ArithmeticOp::Modulo => a.checked_rem(b),
        ArithmeticOp::Power => a.checked_pow(u32::try_from(b).ok()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_and_numbers_compare_without_rounding() {
        let large = (1_i64 << 53) + 1;
        assert_eq!(order_int_float(large, 9_007_199_254_740_992.0), Some(Ordering::Greater));
        assert_eq!(order_int_float(i64::MAX, 9_223_372_036_854_775_808.0), Some(Ordering::Less));
        assert_eq!(order_int_float(i64::MIN, -9_223_372_036_854_775_808.0), Some(Ordering::Equal));
        assert_eq!(order_int_float(-1, -1.5), Some(Ordering::Greater));
        assert_eq!(order_int_float(-2, -1.5), Some(Ordering::Less));
        assert_eq!(order_int_float(0, f64::NAN), None);
    }

    #[test]
    fn arithmetic_keeps_whole_numbers_and_gives_nothing_for_division_by_zero() {
        let int = Scalar::Int;
        assert_eq!(compute(ArithmeticOp::Divide, &int(7), &int(2)), Scalar::Float(3.5));
        assert_eq!(compute(ArithmeticOp::WholeDivide, &int(-7), &int(2)), int(-3));
        assert_eq!(compute(ArithmeticOp::Modulo, &int(-7), &int(2)), int(-1));
        assert_eq!(compute(ArithmeticOp::Power, &int(2), &int(10)), int(1024));
        assert_eq!(compute(ArithmeticOp::Divide, &int(7), &int(0)), Scalar::Null);
        assert_eq!(compute(ArithmeticOp::WholeDivide, &int(7), &int(0)), Scalar::Null);
        assert_eq!(compute(ArithmeticOp::Add, &int(i64::MAX), &int(1)), Scalar::Float(9_223_372_036_854_775_808.0));
        assert_eq!(compute(ArithmeticOp::Power, &Scalar::Float(-8.0), &Scalar::Float(0.5)), Scalar::Null);
    }
}
