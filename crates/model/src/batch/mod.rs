//! Rows in columns: about a thousand at a time, geometry as one run of positions, text as one run of bytes.
//!
//! The layout is Arrow's without its dependency. A [`Feature`] is a view of one row and owns nothing.

mod builder;
mod columns;

pub use builder::{BatchBuilder, GeometryBuilder};
pub use columns::{Bitmap, ColumnData, Strings, Times, Value, Values};

use crate::geometry::{GeometryArrays, GeometryRef};
use crate::identity::FeatureId;
use crate::schema::Schema;
use std::sync::Arc;

/// Rows of one schema.
#[derive(Debug, Clone)]
pub struct Batch {
    /// What the columns are. Holds just the columns of this batch: a projected batch has a projected schema.
    pub schema: Arc<Schema>,
    /// The identity of each row.
    pub ids: Ids,
    /// The place of each row, when the schema has geometry and it was asked for.
    pub geometry: Option<GeometryArrays>,
    /// The values, one entry per column of the schema.
    pub columns: Vec<Values>,
    /// The rows that count, in order, when not all do: filtering does not copy.
    pub selection: Option<Arc<[u32]>>,
}

/// Identities of rows.
#[derive(Debug, Clone)]
pub enum Ids {
    /// Whole numbers.
    Numbers(crate::buffer::Buffer<i64>),
    /// Texts.
    Texts(Strings),
}

impl Ids {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts(texts) => texts.len(),
        }
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The identity of one row.
    pub fn get(&self, row: usize) -> FeatureId {
        match self {
            Self::Numbers(numbers) => FeatureId::Number(numbers[row]),
            Self::Texts(texts) => FeatureId::Text(texts.get(row).to_owned()),
        }
    }
}

impl Batch {
    /// Rows held, selected or not.
    pub fn height(&self) -> usize {
        self.ids.len()
    }

    /// Rows that count.
    pub fn len(&self) -> usize {
        self.selection.as_ref().map_or_else(|| self.height(), |rows| rows.len())
    }

    /// Whether no row counts.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers of the rows that count, in order.
    pub fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        let all = if self.selection.is_none() { 0..self.height() } else { 0..0 };
        let chosen = self.selection.as_deref().unwrap_or(&[]);
        all.chain(chosen.iter().map(|&row| row as usize))
    }

    /// The rows that count, as views.
    pub fn features(&self) -> impl Iterator<Item = Feature<'_>> {
        self.rows().map(|row| self.feature(row))
    }

    /// One row, by its number among those held.
    pub fn feature(&self, row: usize) -> Feature<'_> {
        Feature { batch: self, row }
    }

    /// The same rows with only those for which `keep` holds, sharing all buffers.
    #[must_use]
    pub fn filtered(&self, mut keep: impl FnMut(usize) -> bool) -> Self {
        let rows: Vec<u32> = self.rows().filter(|&row| keep(row)).map(|row| row as u32).collect();
        Self { selection: Some(rows.into()), ..self.clone() }
    }

    /// The same rows, cut to a part of those that count.
    #[must_use]
    pub fn sliced(&self, skip: usize, take: usize) -> Self {
        let rows: Vec<u32> = self.rows().skip(skip).take(take).map(|row| row as u32).collect();
        Self { selection: Some(rows.into()), ..self.clone() }
    }

    /// The same rows with only some columns, in the order given; names that are not there are passed over.
    #[must_use]
    pub fn projected(&self, names: &[String], geometry: bool) -> Self {
        let places: Vec<usize> = names.iter().filter_map(|name| self.schema.column(name).map(|(at, _)| at)).collect();
        let schema = Schema {
            columns: places.iter().map(|&at| self.schema.columns[at].clone()).collect(),
            geometry: self.schema.geometry.clone().filter(|_| geometry),
            ..(*self.schema).clone()
        };
        Self {
            schema: Arc::new(schema),
            columns: places.iter().map(|&at| self.columns[at].clone()).collect(),
            geometry: self.geometry.clone().filter(|_| geometry),
            ..self.clone()
        }
    }
}

/// One row of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Feature<'a> {
    batch: &'a Batch,
    row: usize,
}

impl<'a> Feature<'a> {
    /// The batch it is a row of.
    pub fn batch(&self) -> &'a Batch {
        self.batch
    }
    /// Its number among the rows held.
    pub fn row(&self) -> usize {
        self.row
    }
    /// Its identity.
    pub fn id(&self) -> FeatureId {
        self.batch.ids.get(self.row)
    }
    /// Its place; `None` when the row has none or geometry was not asked for.
    pub fn geometry(&self) -> Option<GeometryRef<'a>> {
        self.batch.geometry.as_ref().and_then(|arrays| arrays.view().get(self.row))
    }
    /// The value in a column, by the column's place in the schema.
    pub fn value(&self, column: usize) -> Value<'a> {
        self.batch.columns.get(column).map_or(Value::Null, |values| values.get(self.row))
    }
    /// The value in a column, by name; null when there is no such column.
    pub fn get(&self, name: &str) -> Value<'a> {
        self.batch.schema.column(name).map_or(Value::Null, |(at, _)| self.value(at))
    }
}
