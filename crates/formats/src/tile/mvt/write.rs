//! A layer, feature by feature, straight from the columns of batches.

use super::EXTENT;
use super::protobuf::{COUNTED, counted, key, number, varint, varint_length, zigzag};
use super::shape::{Shape, ShapeKind};
use super::values::ValueTable;
use std::fmt::Write as _;
use std::sync::Arc;
use terrane_model::Batch;
use terrane_model::batch::{ColumnData, Strings, Values};

/// Fields of a tile, a layer and a feature (specification, `vector_tile.proto`).
const TILE_LAYERS: u32 = 3;
const LAYER_NAME: u32 = 1;
const LAYER_FEATURES: u32 = 2;
const LAYER_KEYS: u32 = 3;
const LAYER_EXTENT: u32 = 5;
const LAYER_VERSION: u32 = 15;
const FEATURE_ID: u32 = 1;
const FEATURE_TAGS: u32 = 2;
const FEATURE_TYPE: u32 = 3;
const FEATURE_GEOMETRY: u32 = 4;

/// Commands of geometry (4.3.1).
const MOVE_TO: u64 = 1;
const LINE_TO: u64 = 2;
const CLOSE_PATH: u64 = 7;

/// Writes one layer.
#[derive(Debug)]
pub struct LayerWriter {
    name: String,
    keys: Vec<u8>,
    keys_count: u32,
    values: ValueTable,
    features: Vec<u8>,
    /// Features that are drawn before all others.
    below: Vec<u8>,
    count: usize,
    geometry: Vec<u8>,
    text: String,
}

/// A column whose values become tags.
#[derive(Debug)]
pub struct TagColumn {
    key: u32,
    /// Its place in the batches.
    pub place: usize,
    /// The words of the batch seen last, and the values that they became; `u32::MAX` where they did not yet.
    words: Option<(Arc<Strings>, Vec<u32>)>,
}

impl LayerWriter {
    /// An empty layer.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            keys: Vec::new(),
            keys_count: 0,
            values: ValueTable::default(),
            features: Vec::new(),
            below: Vec::new(),
            count: 0,
            geometry: Vec::new(),
            text: String::new(),
        }
    }

    /// A column of the layer that is at a place in the batches to come.
    pub fn column(&mut self, name: &str, place: usize) -> TagColumn {
        counted(&mut self.keys, LAYER_KEYS, name.as_bytes());
        self.keys_count += 1;
        TagColumn { key: self.keys_count - 1, place, words: None }
    }

    /// Adds the tags of a row: a key and a value for each column that has one.
    pub fn tags(&mut self, batch: &Batch, row: usize, columns: &mut [TagColumn], tags: &mut Vec<u32>) {
        for column in columns {
            let Some(values) = batch.columns.get(column.place).filter(|values| values.is_valid(row)) else { continue };
            if let Some(value) = self.value(values, row, column) {
                tags.extend([column.key, value]);
            }
        }
    }

    /// Adds a tag of a whole number.
    pub fn int_tag(&mut self, column: &TagColumn, value: i64, tags: &mut Vec<u32>) {
        tags.extend([column.key, self.values.int(value)]);
    }

    fn value(&mut self, values: &Values, row: usize, column: &mut TagColumn) -> Option<u32> {
        Some(match &values.data {
            ColumnData::Bool(bits) => self.values.truth(*bits.get(row)? != 0),
            ColumnData::Int(numbers) => self.values.int(*numbers.get(row)?),
            ColumnData::Float(numbers) => self.values.double(*numbers.get(row).filter(|number| number.is_finite())?),
            ColumnData::Text(texts) | ColumnData::Nested(texts) => self.values.text(texts.get(row)),
            ColumnData::Coded { codes, words } => self.word(*codes.get(row)?, words, column),
            ColumnData::Time(times) => {
                self.text.clear();
                let _ = write!(self.text, "{}", times.get(row)?);
                self.values.text(&self.text)
            }
            ColumnData::Bytes { .. } => return None,
        })
    }

    /// The value of a code; each word is looked up once.
    fn word(&mut self, code: u32, words: &Arc<Strings>, column: &mut TagColumn) -> u32 {
        let known = matches!(&column.words, Some((before, _)) if Arc::ptr_eq(before, words));
        if !known {
            column.words = Some((Arc::clone(words), vec![u32::MAX; words.len()]));
        }
        let place = column.words.as_mut().and_then(|(_, places)| places.get_mut(code as usize));
        match place {
            Some(place) if *place != u32::MAX => *place,
            Some(place) => {
                *place = self.values.text(words.get(code as usize));
                *place
            }
            None => self.values.text(""),
        }
    }

    /// Adds a feature; one without geometry is left out.
    pub fn feature(&mut self, id: Option<u64>, tags: &[u32], shape: &Shape) {
        if shape.is_empty() {
            return;
        }
        self.geometry.clear();
        commands(shape, &mut self.geometry);
        let tags_length: usize = tags.iter().map(|&tag| varint_length(u64::from(tag))).sum();
        let counted_length = |length: usize| 1 + varint_length(length as u64) + length;
        let length = id.map_or(0, |id| 1 + varint_length(id))
            + if tags.is_empty() { 0 } else { counted_length(tags_length) }
            + 2
            + counted_length(self.geometry.len());
        let out = &mut self.features;
        key(out, LAYER_FEATURES, COUNTED);
        varint(out, length as u64);
        if let Some(id) = id {
            number(out, FEATURE_ID, id);
        }
        if !tags.is_empty() {
            key(out, FEATURE_TAGS, COUNTED);
            varint(out, tags_length as u64);
            tags.iter().for_each(|&tag| varint(out, u64::from(tag)));
        }
        number(out, FEATURE_TYPE, shape.kind as u64);
        counted(out, FEATURE_GEOMETRY, &self.geometry);
        self.count += 1;
    }

    /// Adds a feature without identity that is drawn before all others.
    pub fn feature_below(&mut self, tags: &[u32], shape: &Shape) {
        std::mem::swap(&mut self.features, &mut self.below);
        self.feature(None, tags, shape);
        std::mem::swap(&mut self.features, &mut self.below);
    }

    /// Features so far.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// About the bytes so far.
    pub fn bytes(&self) -> usize {
        self.features.len() + self.below.len() + self.values.bytes().len() + self.keys.len()
    }

    /// Adds the layer to a tile; nothing when it is empty.
    pub fn finish(&self, tile: &mut Vec<u8>) {
        if self.is_empty() {
            return;
        }
        let mut head = Vec::with_capacity(self.name.len() + 16);
        number(&mut head, LAYER_VERSION, 2);
        counted(&mut head, LAYER_NAME, self.name.as_bytes());
        let mut tail = Vec::with_capacity(4);
        number(&mut tail, LAYER_EXTENT, u64::from(EXTENT));
        let pieces = [&head, &self.below, &self.features, &self.keys, self.values.bytes(), &tail];
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        tile.reserve(length + 8);
        key(tile, TILE_LAYERS, COUNTED);
        varint(tile, length as u64);
        pieces.iter().for_each(|piece| tile.extend_from_slice(piece));
    }
}

/// A shape as commands with their parameters (4.3): each position relative to the one before.
fn commands(shape: &Shape, out: &mut Vec<u8>) {
    let mut pen = [0, 0];
    let command = |out: &mut Vec<u8>, id: u64, count: usize| varint(out, id | (count as u64) << 3);
    for run in shape.runs() {
        let first = if shape.kind == ShapeKind::Point { run.len() } else { 1 };
        command(out, MOVE_TO, first);
        run[..first].iter().for_each(|&position| go(&mut pen, position, out));
        if first < run.len() {
            command(out, LINE_TO, run.len() - first);
            run[first..].iter().for_each(|&position| go(&mut pen, position, out));
        }
        if shape.kind == ShapeKind::Area {
            command(out, CLOSE_PATH, 1);
        }
    }
}

#[inline]
fn go(pen: &mut [i32; 2], to: [i32; 2], out: &mut Vec<u8>) {
    for axis in 0..2 {
        varint(out, zigzag(i64::from(to[axis]) - i64::from(pen[axis])));
    }
    *pen = to;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(kind: ShapeKind, runs: &[&[[i32; 2]]]) -> Vec<u8> {
        let mut shape = Shape::default();
        shape.begin(kind);
        for run in runs {
            shape.positions.extend_from_slice(run);
            shape.end_run();
        }
        let mut out = Vec::new();
        commands(&shape, &mut out);
        out
    }

    #[test]
    fn shapes_are_written_as_the_specification_has_them() {
        // The examples of 4.3.5.
        assert_eq!(written(ShapeKind::Point, &[&[[25, 17]]]), [9, 50, 34]);
        assert_eq!(written(ShapeKind::Point, &[&[[5, 7], [3, 2]]]), [17, 10, 14, 3, 9]);
        assert_eq!(written(ShapeKind::Line, &[&[[2, 2], [2, 10], [10, 10]]]), [9, 4, 4, 18, 0, 16, 16, 0]);
        assert_eq!(written(ShapeKind::Area, &[&[[3, 6], [8, 12], [20, 34]]]), [9, 6, 12, 18, 10, 12, 24, 44, 15]);
        let two: [&[[i32; 2]]; 3] = [
            &[[0, 0], [10, 0], [10, 10], [0, 10]],
            &[[11, 11], [20, 11], [20, 20], [11, 20]],
            &[[13, 13], [13, 17], [17, 17], [17, 13]],
        ];
        let expected = [
            9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15, 9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15, 9, 4, 13, 26, 0, 8, 8, 0, 0,
            7, 15,
        ];
        assert_eq!(written(ShapeKind::Area, &two), expected);
    }
}
