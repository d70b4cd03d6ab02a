//! Builds batches row by row: what readers use.

use super::{Batch, Bitmap, ColumnData, Feature, Ids, Strings, Times, Value, Values};
use crate::geometry::{GeometryArrays, GeometryRef};
use crate::identity::FeatureId;
use crate::limits::{BATCH_BYTES, BATCH_ROWS};
use crate::schema::{ColumnKind, GeometryKind, Schema};
use std::sync::Arc;

/// Gathers rows of one schema until it is full.
///
/// For each row: fill [`BatchBuilder::geometry`] (when the schema has geometry), call [`BatchBuilder::value`] once per
/// column in order, then [`BatchBuilder::end_row`]. Columns and geometry that were not given are null.
#[derive(Debug)]
pub struct BatchBuilder {
    schema: Arc<Schema>,
    ids: Vec<FeatureId>,
    geometry: Option<GeometryBuilder>,
    columns: Vec<ColumnBuilder>,
    next_column: usize,
}

impl BatchBuilder {
    /// An empty batch of a schema.
    pub fn new(schema: Arc<Schema>) -> Self {
        let geometry = schema.geometry.as_ref().map(|column| GeometryBuilder::new(column.has_z));
        let columns = schema.columns.iter().map(|column| ColumnBuilder::new(column.kind)).collect();
        Self { schema, ids: Vec::new(), geometry, columns, next_column: 0 }
    }

    /// The geometry of the row being built; `None` when the schema has none.
    pub fn geometry(&mut self) -> Option<&mut GeometryBuilder> {
        self.geometry.as_mut()
    }

    /// The value of the next column. A value of another kind is converted when nothing is lost, else it becomes null.
    pub fn value(&mut self, value: &Value<'_>) {
        if let Some(column) = self.columns.get_mut(self.next_column) {
            column.push(value);
            self.next_column += 1;
        }
    }

    /// Ends the row.
    pub fn end_row(&mut self, id: FeatureId) {
        self.ids.push(id);
        while self.next_column < self.columns.len() {
            self.value(&Value::Null);
        }
        self.next_column = 0;
        if let Some(geometry) = &mut self.geometry {
            geometry.end_row(self.ids.len());
        }
    }

    /// Copies a row whose batch has the same columns in the same order.
    pub fn push(&mut self, feature: &Feature<'_>) {
        if let (Some(builder), Some(geometry)) = (&mut self.geometry, feature.geometry()) {
            builder.push(&geometry);
        }
        for column in 0..self.columns.len() {
            self.value(&feature.value(column));
        }
        self.end_row(feature.id());
    }

    /// Rows so far.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether it is time to finish: enough rows or enough bytes.
    pub fn is_full(&self) -> bool {
        let positions = self.geometry.as_ref().map_or(0, |geometry| geometry.arrays.xy.len());
        self.ids.len() >= BATCH_ROWS || positions * 16 >= BATCH_BYTES
    }

    /// The batch; the builder is empty again.
    pub fn finish(&mut self) -> Batch {
        let fresh = Self::new(Arc::clone(&self.schema));
        let full = std::mem::replace(self, fresh);
        Batch {
            schema: full.schema,
            ids: pack_ids(&full.ids),
            geometry: full.geometry.map(GeometryBuilder::finish),
            columns: full.columns.into_iter().map(ColumnBuilder::finish).collect(),
            selection: None,
        }
    }
}

fn pack_ids(ids: &[FeatureId]) -> Ids {
    let numbers: Option<Vec<i64>> = ids
        .iter()
        .map(|id| match id {
            FeatureId::Number(number) => Some(*number),
            FeatureId::Text(_) => None,
        })
        .collect();
    match numbers {
        Some(numbers) => Ids::Numbers(numbers.into()),
        None => Ids::Texts(ids.iter().map(ToString::to_string).collect()),
    }
}

/// Gathers geometries of many rows into one run of positions.
#[derive(Debug, Default)]
pub struct GeometryBuilder {
    arrays: Growing,
    has_z: bool,
    row_kind: GeometryKindOfRow,
}

#[derive(Debug, Default)]
struct Growing {
    kinds: Vec<u8>,
    part_kinds: Vec<u8>,
    xy: Vec<[f64; 2]>,
    z: Vec<f64>,
    ring_offsets: Vec<u32>,
    part_offsets: Vec<u32>,
    feature_offsets: Vec<u32>,
    mixed: bool,
}

#[derive(Debug, Default, Clone, Copy)]
struct GeometryKindOfRow(u8);

impl GeometryBuilder {
    /// An empty run; with heights or without.
    pub fn new(has_z: bool) -> Self {
        let arrays = Growing { feature_offsets: vec![0], ..Growing::default() };
        Self { arrays, has_z, row_kind: GeometryKindOfRow::default() }
    }

    /// Begins the geometry of the row.
    pub fn begin(&mut self, kind: GeometryKind) {
        self.row_kind = GeometryKindOfRow(kind as u8);
        self.arrays.mixed |= kind == GeometryKind::Collection;
    }

    /// Begins a part: a position, a line or an area. `kind` is the part's own (`Point`, `LineString`, `Polygon`).
    pub fn part(&mut self, kind: GeometryKind) {
        self.arrays.part_offsets.push(self.arrays.ring_offsets.len() as u32);
        self.arrays.part_kinds.push(kind as u8);
    }

    /// Begins a run of positions: the position, the line, or a ring of an area (the outer one first, each closed).
    pub fn ring(&mut self) {
        self.arrays.ring_offsets.push(self.arrays.xy.len() as u32);
    }

    /// One position of the run.
    pub fn position(&mut self, xy: [f64; 2], z: Option<f64>) {
        self.arrays.xy.push(xy);
        if self.has_z {
            self.arrays.z.push(z.unwrap_or(f64::NAN));
        }
    }

    /// Many positions of the run, without heights.
    pub fn positions(&mut self, positions: &[[f64; 2]]) {
        self.arrays.xy.extend_from_slice(positions);
        if self.has_z {
            self.arrays.z.resize(self.arrays.xy.len(), f64::NAN);
        }
    }

    /// Many positions of the run, decoded as they come, without heights.
    pub fn positions_from(&mut self, positions: impl ExactSizeIterator<Item = [f64; 2]>) {
        self.arrays.xy.extend(positions);
        if self.has_z {
            self.arrays.z.resize(self.arrays.xy.len(), f64::NAN);
        }
    }

    /// Gives up the geometry of the row being built: the row has none unless another is begun.
    pub fn abandon(&mut self) {
        let arrays = &mut self.arrays;
        let parts = arrays.feature_offsets.last().map_or(0, |&offset| offset as usize);
        let rings = arrays.part_offsets.get(parts).map_or(arrays.ring_offsets.len(), |&offset| offset as usize);
        let positions = arrays.ring_offsets.get(rings).map_or(arrays.xy.len(), |&offset| offset as usize);
        arrays.part_offsets.truncate(parts);
        arrays.part_kinds.truncate(parts);
        arrays.ring_offsets.truncate(rings);
        arrays.xy.truncate(positions);
        arrays.z.truncate(positions);
        self.row_kind = GeometryKindOfRow::default();
    }

    /// A whole row that is one position.
    pub fn point(&mut self, xy: [f64; 2], z: Option<f64>) {
        self.begin(GeometryKind::Point);
        self.part(GeometryKind::Point);
        self.ring();
        self.position(xy, z);
    }

    /// Copies a geometry.
    pub fn push(&mut self, geometry: &GeometryRef<'_>) {
        self.begin(geometry.kind());
        for part in geometry.parts() {
            self.part(part.kind());
            for (ring, heights) in part.rings().zip(part.heights()) {
                self.ring();
                match heights {
                    Some(heights) => {
                        ring.iter().zip(heights).for_each(|(&position, &height)| self.position(position, Some(height)));
                    }
                    None => self.positions(ring),
                }
            }
        }
    }

    /// Ends the row, the `rows`th so far; rows that were passed over have no geometry.
    pub fn end_row(&mut self, rows: usize) {
        self.arrays.kinds.resize(rows - 1, 0);
        self.arrays.kinds.push(self.row_kind.0);
        self.arrays.feature_offsets.push(self.arrays.part_offsets.len() as u32);
        self.row_kind = GeometryKindOfRow::default();
    }

    /// The arrays, with the box of each row.
    pub fn finish(self) -> GeometryArrays {
        let mut growing = self.arrays;
        growing.ring_offsets.push(growing.xy.len() as u32);
        growing.part_offsets.push(growing.ring_offsets.len() as u32 - 1);
        let mut arrays = GeometryArrays {
            kinds: growing.kinds.into(),
            part_kinds: growing.mixed.then(|| growing.part_kinds.into()),
            xy: growing.xy.into(),
            z: self.has_z.then(|| growing.z.into()),
            ring_offsets: growing.ring_offsets.into(),
            part_offsets: growing.part_offsets.into(),
            feature_offsets: growing.feature_offsets.into(),
            bboxes: Vec::new().into(),
        };
        arrays.measure();
        arrays
    }
}

#[derive(Debug)]
struct ColumnBuilder {
    values: Growth,
    valid: Vec<bool>,
}

#[derive(Debug)]
enum Growth {
    Bool(Vec<u8>),
    Int(Vec<i64>),
    Float(Vec<f64>),
    Text(Vec<u32>, Vec<u8>),
    Time { earliest: Vec<i64>, latest: Vec<i64>, precision: Vec<u8>, stated: Vec<String> },
    Bytes(Vec<u32>, Vec<u8>),
    Nested(Vec<u32>, Vec<u8>),
}

impl ColumnBuilder {
    fn new(kind: ColumnKind) -> Self {
        let values = match kind {
            ColumnKind::Bool => Growth::Bool(Vec::new()),
            ColumnKind::Int => Growth::Int(Vec::new()),
            ColumnKind::Float => Growth::Float(Vec::new()),
            ColumnKind::Text => Growth::Text(vec![0], Vec::new()),
            ColumnKind::Time => {
                Growth::Time { earliest: Vec::new(), latest: Vec::new(), precision: Vec::new(), stated: Vec::new() }
            }
            ColumnKind::Bytes => Growth::Bytes(vec![0], Vec::new()),
            ColumnKind::Nested => Growth::Nested(vec![0], Vec::new()),
        };
        Self { values, valid: Vec::new() }
    }

    fn push(&mut self, value: &Value<'_>) {
        let valid = self.values.push(value);
        self.valid.push(valid);
    }

    fn finish(self) -> Values {
        let all_valid = self.valid.iter().all(|&valid| valid);
        let validity = (!all_valid).then(|| self.valid.into_iter().collect::<Bitmap>());
        Values { data: self.values.finish(), validity }
    }
}

impl Growth {
    /// Adds a value, or a stand-in for one that does not fit; tells whether it did.
    fn push(&mut self, value: &Value<'_>) -> bool {
        match self {
            Self::Bool(values) => {
                push_or(values, if let Value::Bool(truth) = value { Some(u8::from(*truth)) } else { None })
            }
            Self::Int(values) => push_or(values, whole_number(value)),
            Self::Float(values) => push_or(values, value.as_f64()),
            Self::Text(offsets, bytes) => {
                let converted = match value {
                    Value::Null => None,
                    Value::Text(text) => Some((*text).into()),
                    other => Some(std::borrow::Cow::Owned(other.to_string())),
                };
                push_bytes(offsets, bytes, converted.as_deref().map(str::as_bytes))
            }
            Self::Time { earliest, latest, precision, stated } => {
                let when = if let Value::Time(when) = value { Some(when) } else { None };
                precision.push(when.map_or(0, |when| when.precision as u8));
                stated.push(when.and_then(|when| when.stated_as.as_deref()).unwrap_or("").to_owned());
                push_or(latest, when.map(|when| when.latest.0));
                push_or(earliest, when.map(|when| when.earliest.0))
            }
            Self::Bytes(offsets, bytes) => {
                push_bytes(offsets, bytes, if let Value::Bytes(given) = value { Some(given) } else { None })
            }
            Self::Nested(offsets, bytes) => {
                push_bytes(offsets, bytes, if let Value::Nested(json) = value { Some(json.as_bytes()) } else { None })
            }
        }
    }

    fn finish(self) -> ColumnData {
        match self {
            Self::Bool(values) => ColumnData::Bool(values.into()),
            Self::Int(values) => ColumnData::Int(values.into()),
            Self::Float(values) => ColumnData::Float(values.into()),
            Self::Text(offsets, bytes) => ColumnData::Text(Strings { offsets: offsets.into(), bytes: bytes.into() }),
            Self::Time { earliest, latest, precision, stated } => {
                let any_stated = stated.iter().any(|text| !text.is_empty());
                ColumnData::Time(Times {
                    earliest: earliest.into(),
                    latest: latest.into(),
                    precision: precision.into(),
                    stated_as: any_stated.then(|| stated.iter().collect()),
                })
            }
            Self::Bytes(offsets, bytes) => ColumnData::Bytes { offsets: offsets.into(), bytes: bytes.into() },
            Self::Nested(offsets, bytes) => {
                ColumnData::Nested(Strings { offsets: offsets.into(), bytes: bytes.into() })
            }
        }
    }
}

fn push_or<T: Default>(values: &mut Vec<T>, value: Option<T>) -> bool {
    let valid = value.is_some();
    values.push(value.unwrap_or_default());
    valid
}

fn push_bytes(offsets: &mut Vec<u32>, bytes: &mut Vec<u8>, value: Option<&[u8]>) -> bool {
    bytes.extend_from_slice(value.unwrap_or_default());
    offsets.push(bytes.len() as u32);
    value.is_some()
}

/// A whole number; a float only when it is one exactly.
fn whole_number(value: &Value<'_>) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Int(number) => Some(*number),
        Value::Bool(truth) => Some(i64::from(*truth)),
        Value::Float(number) if number.fract() == 0.0 && number.abs() <= EXACT => Some(*number as i64),
        _ => None,
    }
}
