//! What is measured of rows while they are written: boxes and periods of blocks, starts of rows, whether the key is the identity.

use super::directory::Block;
use super::gather::text_of;
use super::index::UNTIMED;
use terrane_model::batch::{ColumnData, Ids, Times, Value, Values};
use terrane_model::schema::ColumnKind;
use terrane_model::{Batch, Bbox, Schema};

/// What is known of all rows so far.
pub struct Measures {
    start: Option<usize>,
    key: Option<usize>,
    key_is_identity: bool,
    starts: Vec<i64>,
    uncertainty_us_max: i64,
}

impl Measures {
    /// Of no row.
    pub fn new(schema: &Schema) -> Self {
        let place = |name: &str| schema.column(name).map(|(at, _)| at);
        let key = schema.key.as_deref().and_then(place);
        let is_time = |&at: &usize| schema.columns[at].kind == ColumnKind::Time;
        let start = schema.time.as_ref().and_then(|time| place(&time.start)).filter(is_time);
        Self { start, key, key_is_identity: key.is_some(), starts: Vec::new(), uncertainty_us_max: 0 }
    }

    /// Sees a block.
    pub fn see(&mut self, batch: &Batch) {
        if let Some(key) = self.key {
            self.key_is_identity = self.key_is_identity && is_identity(&batch.columns[key], &batch.ids);
        }
        let Some(at) = self.start else { return };
        let Some((values, times)) = times_of(&batch.columns[at]) else {
            self.starts.resize(self.starts.len() + batch.height(), UNTIMED);
            return;
        };
        for row in 0..batch.height() {
            let valid = values.is_valid(row);
            self.starts.push(if valid { times.earliest[row] } else { UNTIMED });
            if valid {
                let uncertainty = times.latest[row].saturating_sub(times.earliest[row]);
                self.uncertainty_us_max = self.uncertainty_us_max.max(uncertainty);
            }
        }
    }

    /// The starts of all rows, when there is a column of starts; [`UNTIMED`] where there is none.
    pub fn take_starts(&mut self) -> Option<Vec<i64>> {
        self.start.map(|_| std::mem::take(&mut self.starts))
    }

    /// Whether the key column holds the identity of each row.
    pub fn key_is_identity(&self) -> bool {
        self.key_is_identity
    }

    /// How far apart the ends of a start are at most, microseconds.
    pub fn uncertainty_us_max(&self) -> i64 {
        self.uncertainty_us_max
    }
}

fn times_of(values: &Values) -> Option<(&Values, &Times)> {
    if let ColumnData::Time(times) = &values.data { Some((values, times)) } else { None }
}

fn is_identity(values: &Values, ids: &Ids) -> bool {
    match ids {
        Ids::Numbers(numbers) => numbers.iter().enumerate().all(|(row, number)| values.get(row) == Value::Int(*number)),
        Ids::Texts(texts) => (0..texts.len()).all(|row| text_of(values, row) == Some(texts.get(row))),
    }
}

/// What is known of a block whose first row has this number.
pub fn block_of(batch: &Batch, first: u32, schema: &Schema) -> Block {
    let mut block = Block {
        first,
        rows: batch.height() as u32,
        has_unplaced: false,
        has_untimed: false,
        bbox: Bbox::EMPTY,
        start_min: i64::MAX,
        start_max: i64::MIN,
        end_max: i64::MIN,
    };
    for bbox in batch.geometry.iter().flat_map(|arrays| arrays.bboxes.iter()) {
        let bbox = Bbox::from_array(*bbox);
        block.has_unplaced |= bbox.is_empty();
        block.bbox = block.bbox.union(&bbox);
    }
    measure_times(&mut block, batch, schema);
    block
}

fn measure_times(block: &mut Block, batch: &Batch, schema: &Schema) {
    let Some(columns) = &schema.time else { return };
    let column = |name: &str| schema.column(name).and_then(|(at, _)| times_of(&batch.columns[at]));
    let ends = columns.end.as_ref().map(|name| column(name));
    let Some((values, starts)) = column(&columns.start) else { return };
    for row in 0..batch.height() {
        if !values.is_valid(row) {
            block.has_untimed = true;
            continue;
        }
        block.start_min = block.start_min.min(starts.earliest[row]);
        block.start_max = block.start_max.max(starts.latest[row]);
        let end = match &ends {
            None => starts.latest[row],
            Some(Some((values, ends))) if values.is_valid(row) => ends.latest[row],
            // A period without an end goes on.
            Some(_) => i64::MAX,
        };
        block.end_max = block.end_max.max(end);
    }
}
