//! Columns of values that are made, not read.

use super::{Naming, coded};
use std::fmt::Write as _;
use std::sync::Arc;
use terrane_model::batch::{Batch, Bitmap, ColumnData, Strings, Value, Values};
use terrane_model::schema::ColumnKind;

/// What a column says of each entry of a table of terms, and last of rows that are none of them.
pub(super) enum Cells {
    Text { words: Arc<Strings>, known: Vec<bool> },
    Number(Vec<Option<f64>>),
}

impl Cells {
    pub fn of_texts(texts: Vec<Option<String>>) -> Self {
        let known = texts.iter().map(Option::is_some).collect();
        let words: Strings = texts.into_iter().map(Option::unwrap_or_default).collect();
        Self::Text { words: Arc::new(words), known }
    }

    /// The values of rows whose entries these are.
    pub fn spread(&self, places: &[u32]) -> Values {
        match self {
            Self::Text { words, known } => {
                let is_known = |place: &u32| known.get(*place as usize).copied().unwrap_or(false);
                let validity = validity(places.iter().map(is_known));
                Values { data: coded(places.to_vec(), Arc::clone(words)), validity }
            }
            Self::Number(numbers) => {
                let number = |place: &u32| numbers.get(*place as usize).copied().flatten();
                let validity = validity(places.iter().map(|place| number(place).is_some()));
                let data: Vec<f64> = places.iter().map(|place| number(place).unwrap_or(f64::NAN)).collect();
                Values { data: ColumnData::Float(data.into()), validity }
            }
        }
    }
}

fn validity(bits: impl Iterator<Item = bool> + Clone) -> Option<Bitmap> {
    match bits.clone().all(|bit| bit) {
        true => None,
        false => Some(bits.collect()),
    }
}

pub(super) fn nothing(kind: ColumnKind, height: usize) -> Values {
    let data = match kind {
        ColumnKind::Float => ColumnData::Float(vec![f64::NAN; height].into()),
        _ => coded(vec![0; height], Arc::new(Strings::from_iter([""]))),
    };
    Values { data, validity: Some(std::iter::repeat_n(false, height).collect()) }
}

pub(super) fn same_text(text: &str, height: usize) -> Values {
    Values { data: coded(vec![0; height], Arc::new(Strings::from_iter([text]))), validity: None }
}

pub(super) fn same_number(number: f64, height: usize) -> Values {
    Values { data: ColumnData::Float(vec![number; height].into()), validity: None }
}

/// The address of each row.
pub(super) fn identifiers(rows: &Batch, naming: &Naming) -> Values {
    let texts: Strings = (0..rows.height()).map(|row| format!("{}{}", naming.prefix, rows.ids.get(row))).collect();
    Values { data: ColumnData::Text(texts), validity: None }
}

/// A column of the table as the kind that the view has: texts as they print, numbers where they are such.
pub(super) fn converted(values: &Values, kind: ColumnKind, height: usize) -> Values {
    match (kind, &values.data) {
        (ColumnKind::Text, ColumnData::Text(_) | ColumnData::Coded { .. }) => values.clone(),
        (ColumnKind::Float, ColumnData::Float(_)) => values.clone(),
        (ColumnKind::Float, _) => {
            let number = |row: usize| match values.get(row) {
                Value::Text(text) => text.trim().parse().ok(),
                other => other.as_f64(),
            };
            let numbers: Vec<Option<f64>> = (0..height).map(number).collect();
            let data: Vec<f64> = numbers.iter().map(|number| number.unwrap_or(f64::NAN)).collect();
            Values { data: ColumnData::Float(data.into()), validity: validity(numbers.iter().map(Option::is_some)) }
        }
        _ => {
            let texts: Strings = (0..height).map(|row| values.get(row).to_string()).collect();
            let valid: Vec<bool> = (0..height).map(|row| !values.get(row).is_null()).collect();
            Values { data: ColumnData::Text(texts), validity: validity(valid.iter().copied()) }
        }
    }
}

/// Columns of the table joined by a comma and a blank; those without a value are passed over.
pub(super) fn joined(rows: &Batch, columns: &[String]) -> Values {
    let columns: Vec<&Values> =
        columns.iter().filter_map(|name| rows.schema.column(name).map(|(at, _)| &rows.columns[at])).collect();
    let of_row = |row: usize| {
        let mut text = String::new();
        for value in columns.iter().map(|values| values.get(row)).filter(|value| !value.is_null()) {
            let begin = text.len();
            let comma = if begin == 0 { "" } else { ", " };
            // Writing to a text does not fail.
            let _ = write!(text, "{comma}{value}");
            if text.len() == begin + comma.len() {
                text.truncate(begin);
            }
        }
        text
    };
    let texts: Vec<String> = (0..rows.height()).map(of_row).collect();
    let validity = validity(texts.iter().map(|text| !text.is_empty()));
    Values { data: ColumnData::Text(texts.iter().collect()), validity }
}
