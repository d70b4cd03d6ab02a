//! Whole columns compared with a value that is given: tight loops over the buffers, without a value per row.

use super::CompareOp;
use super::operand::Lane;
use super::scalar::{Moment, Scalar, order_int_float};
use super::truth::{Bits, Truth};
use crate::batch::{Bitmap, ColumnData, Strings, Times, Values};

/// A column compared with a value; `None` when there is no loop for the two.
pub(super) fn compare(op: CompareOp, values: &Values, constant: &Scalar<'_>, asked: &Bits) -> Option<Truth> {
    let valid = values.validity.as_ref();
    Some(match (&values.data, constant) {
        (_, Scalar::Null) => Truth::constant(asked, None),
        (ColumnData::Bool(bits), Scalar::Bool(truth)) => ordered(op, asked, valid, bits, u8::from(*truth)),
        (ColumnData::Int(numbers), Scalar::Int(number)) => ordered(op, asked, valid, numbers, *number),
        (ColumnData::Int(numbers), Scalar::Float(number)) => Truth::quick(asked, valid, |row| {
            order_int_float(numbers[row], *number).is_some_and(|order| op.holds(order))
        }),
        (ColumnData::Float(numbers), Scalar::Float(number)) => floats(op, asked, valid, numbers, *number),
        (ColumnData::Float(numbers), Scalar::Int(number)) if number.unsigned_abs() <= 1 << 53 => {
            floats(op, asked, valid, numbers, *number as f64)
        }
        (ColumnData::Text(texts), Scalar::Text(text)) => strings(op, asked, valid, texts, text.as_bytes()),
        (ColumnData::Coded { .. }, Scalar::Text(text)) => {
            let text = text.as_ref();
            each_text(values, asked, |found| Some(op.holds(found.cmp(text))))
        }
        (ColumnData::Time(times), Scalar::Time(moment)) => moments(op, asked, valid, times, *moment),
        _ => return None,
    })
}

/// Each text asked; anything else is unknown.
pub(super) fn texts(lane: &Lane<'_>, asked: &Bits, test: impl Fn(&str) -> Option<bool>) -> Truth {
    match lane {
        Lane::Column(values) => each_text(values, asked, test),
        other => Truth::each(asked, |row| if let Scalar::Text(text) = &*other.get(row) { test(text) } else { None }),
    }
}

/// Rows without a value, a number that is none among them.
pub(super) fn nulls(values: &Values, asked: &Bits, null: &mut Bits) {
    let is_null = |row: usize| {
        let not_a_number = matches!(&values.data, ColumnData::Float(numbers) if numbers[row].is_nan());
        not_a_number || !values.is_valid(row)
    };
    asked.ones().filter(|&row| is_null(row)).for_each(|row| null.set(row));
}

/// Distinct texts are asked once when there are fewer of them than rows.
fn each_text(values: &Values, asked: &Bits, test: impl Fn(&str) -> Option<bool>) -> Truth {
    match &values.data {
        ColumnData::Coded { codes, words } if words.len() <= asked.rows() => {
            let answers: Vec<Option<bool>> = (0..words.len()).map(|word| test(words.get(word))).collect();
            let answer = |row: usize| answers.get(codes[row] as usize).copied().flatten();
            Truth::each(asked, |row| if values.is_valid(row) { answer(row) } else { None })
        }
        ColumnData::Text(_) | ColumnData::Coded { .. } => {
            Truth::each(
                asked,
                |row| {
                    if let crate::batch::Value::Text(text) = values.get(row) { test(text) } else { None }
                },
            )
        }
        _ => Truth::constant(asked, None),
    }
}

fn ordered<T: PartialOrd + Copy>(
    op: CompareOp,
    asked: &Bits,
    valid: Option<&Bitmap>,
    values: &[T],
    constant: T,
) -> Truth {
    match op {
        CompareOp::Equal => Truth::quick(asked, valid, |row| values[row] == constant),
        CompareOp::NotEqual => Truth::quick(asked, valid, |row| values[row] != constant),
        CompareOp::Less => Truth::quick(asked, valid, |row| values[row] < constant),
        CompareOp::LessOrEqual => Truth::quick(asked, valid, |row| values[row] <= constant),
        CompareOp::Greater => Truth::quick(asked, valid, |row| values[row] > constant),
        CompareOp::GreaterOrEqual => Truth::quick(asked, valid, |row| values[row] >= constant),
    }
}

fn floats(op: CompareOp, asked: &Bits, valid: Option<&Bitmap>, values: &[f64], constant: f64) -> Truth {
    let not_numbers = Truth::quick(asked, None, |row| values[row].is_nan()).yes;
    ordered(op, asked, valid, values, constant).forgetting(&not_numbers)
}

/// Bytes of UTF-8 have the order of code points.
fn strings(op: CompareOp, asked: &Bits, valid: Option<&Bitmap>, texts: &Strings, constant: &[u8]) -> Truth {
    let (offsets, bytes) = (texts.offsets.as_slice(), texts.bytes.as_slice());
    Truth::quick(asked, valid, |row| {
        let text = bytes.get(offsets[row] as usize..offsets[row + 1] as usize).unwrap_or_default();
        match op {
            CompareOp::Equal => text == constant,
            CompareOp::NotEqual => text != constant,
            _ => op.holds(text.cmp(constant)),
        }
    })
}

fn moments(op: CompareOp, asked: &Bits, valid: Option<&Bitmap>, times: &Times, constant: Moment) -> Truth {
    let (earliest, latest) = (times.earliest.as_slice(), times.latest.as_slice());
    let row_moment = |row: usize| Moment { earliest: earliest[row], latest: latest[row] };
    Truth::quick(asked, valid, |row| op.holds(row_moment(row).order(constant)))
}
