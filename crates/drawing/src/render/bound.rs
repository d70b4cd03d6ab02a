//! Properties of symbols made ready for rows: columns by place, long lists of cases by hash.

use crate::style::{ByColumn, Mapping, Property, Styled};
use std::collections::HashMap;
use terrane_model::Batch;
use terrane_model::batch::{ColumnData, Value, Values};

/// The columns that a layer reads, each once; a slot is a place in this list.
#[derive(Debug, Default, Clone)]
pub struct Slots(Vec<String>);

impl Slots {
    /// The slot of a column.
    pub fn slot(&mut self, name: &str) -> usize {
        self.0.iter().position(|known| known == name).unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        })
    }

    /// Where a batch has the columns.
    pub fn places(&self, batch: &Batch) -> Vec<Option<usize>> {
        self.0.iter().map(|name| batch.schema.column(name).map(|(place, _)| place)).collect()
    }

    /// The slot of a column that is in the list.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|known| known == name)
    }
}

/// One row, with where its batch has the columns.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The batch.
    pub batch: &'a Batch,
    /// The place of each slot's column.
    pub places: &'a [Option<usize>],
    /// The row's number among those held.
    pub row: usize,
}

impl<'a> Row<'a> {
    /// The value of a slot's column.
    pub fn value(&self, slot: usize) -> Value<'a> {
        let place = self.places.get(slot).copied().flatten();
        place.and_then(|place| self.batch.columns.get(place)).map_or(Value::Null, |values| values.get(self.row))
    }
}

/// A property with its column looked up.
#[derive(Debug, Clone)]
pub struct Bound<T> {
    property: Property<T>,
    slot: usize,
    cases: Option<HashMap<String, T>>,
}

/// Lists of cases longer than this are hashed.
const CASES_SHORT: usize = 8;

/// A property for the rows of one batch: what stands for each code of a coded column is found once.
pub enum Column<'a, T> {
    /// The same for all rows.
    Fixed(T),
    /// By code.
    Coded(&'a Values, &'a [u32], Vec<Option<T>>),
    /// Each row by itself.
    Each(&'a Bound<T>, &'a Batch, &'a [Option<usize>]),
}

impl<T: Styled> Column<'_, T> {
    /// The property for a row; `None` when nothing is to be drawn.
    #[inline]
    pub fn of(&self, row: usize) -> Option<T> {
        match self {
            Self::Fixed(fixed) => Some(*fixed),
            Self::Coded(values, codes, known) if values.is_valid(row) => {
                known.get(codes[row] as usize).copied().flatten()
            }
            Self::Coded(_, _, known) => known.last().copied().flatten(),
            Self::Each(bound, batch, places) => bound.of(&Row { batch, places, row }),
        }
    }
}

impl<T: Styled> Bound<T> {
    /// Looks the column up.
    pub fn new(property: &Property<T>, slots: &mut Slots) -> Self {
        let slot = property.column().map_or(0, |name| slots.slot(name));
        let cases = match property {
            Property::ByColumn(ByColumn { mapping: Mapping::Match(cases), .. }) if cases.len() > CASES_SHORT => {
                // The first of equal keys counts, as in the short list.
                Some(cases.iter().rev().cloned().collect())
            }
            _ => None,
        };
        Self { property: property.clone(), slot, cases }
    }

    /// What it is when it is the same for every row.
    pub fn fixed(&self) -> Option<T> {
        if let Property::Fixed(fixed) = &self.property { Some(*fixed) } else { None }
    }

    /// The property for a row; `None` when nothing is to be drawn.
    pub fn of(&self, row: &Row<'_>) -> Option<T> {
        match self.fixed() {
            Some(fixed) => Some(fixed),
            None => self.of_value(&row.value(self.slot)),
        }
    }

    /// The property for rows of a batch that has the columns in these places.
    pub fn column<'a>(&'a self, batch: &'a Batch, places: &'a [Option<usize>]) -> Column<'a, T> {
        if let Some(fixed) = self.fixed() {
            return Column::Fixed(fixed);
        }
        let values = places.get(self.slot).copied().flatten().and_then(|place| batch.columns.get(place));
        match values.map(|values| (values, &values.data)) {
            Some((values, ColumnData::Coded { codes, words })) => {
                let mut known: Vec<Option<T>> =
                    (0..words.len()).map(|code| self.of_value(&Value::Text(words.get(code)))).collect();
                // The last stands for rows without a value.
                known.push(self.of_value(&Value::Null));
                Column::Coded(values, codes, known)
            }
            _ => Column::Each(self, batch, places),
        }
    }

    fn of_value(&self, value: &Value<'_>) -> Option<T> {
        let by = match &self.property {
            Property::Fixed(fixed) => return Some(*fixed),
            Property::ByColumn(by) => by,
        };
        match (&self.cases, value) {
            (None, _) => self.property.of(value),
            (Some(_), Value::Null) => by.otherwise,
            (Some(cases), Value::Text(text)) => cases.get(*text).copied().or(by.otherwise),
            (Some(cases), other) => cases.get(&other.to_string()).copied().or(by.otherwise),
        }
    }
}
