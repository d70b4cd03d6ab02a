//! Rows picked from blocks, column by column, into one batch: what is copied grows with the rows picked, not with the blocks.

use std::ops::Range;
use std::sync::Arc;
use terrane_model::batch::{Bitmap, ColumnData, Ids, Strings, Times, Value, Values};
use terrane_model::geometry::{GeometryArrays, GeometryView};
use terrane_model::schema::{ColumnKind, GeometryKind};
use terrane_model::{Batch, Schema};

/// Rows of one schema, copied together.
pub struct Gatherer {
    schema: Arc<Schema>,
    ids: IdList,
    geometry: Option<Shapes>,
    columns: Vec<Column>,
    rows: usize,
}

impl Gatherer {
    /// No rows yet.
    pub fn new(schema: &Arc<Schema>) -> Self {
        Self {
            schema: Arc::clone(schema),
            ids: IdList::None,
            geometry: schema.geometry.as_ref().map(|_| Shapes::default()),
            columns: schema.columns.iter().map(|column| Column::new(column.kind)).collect(),
            rows: 0,
        }
    }

    /// Rows so far.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Positions so far.
    pub fn positions(&self) -> usize {
        self.geometry.as_ref().map_or(0, |shapes| shapes.xy.len())
    }

    /// Whether identities of this kind can be added without changing those that are there.
    pub fn takes(&self, ids: &Ids) -> bool {
        !matches!((&self.ids, ids), (IdList::Numbers(_), Ids::Texts(_)) | (IdList::Texts(..), Ids::Numbers(_)))
    }

    /// Adds rows, by number, of a batch that has the columns of the schema in its order.
    pub fn add(&mut self, batch: &Batch, rows: impl Iterator<Item = usize>) {
        let runs: Vec<Range<usize>> = Runs { rows: rows.peekable() }.collect();
        // One column after the other: what is read and written stays near.
        runs.iter().for_each(|run| self.ids.add(&batch.ids, run.clone()));
        if let (Some(shapes), Some(arrays)) = (&mut self.geometry, &batch.geometry) {
            let view = arrays.view();
            runs.iter().for_each(|run| shapes.add(&view, run.clone()));
        }
        for (column, values) in self.columns.iter_mut().zip(&batch.columns) {
            runs.iter().for_each(|run| column.add(values, run.clone()));
        }
        self.rows += runs.iter().map(ExactSizeIterator::len).sum::<usize>();
    }

    /// The rows as a batch; begins anew.
    pub fn finish(&mut self) -> Batch {
        let full = std::mem::replace(self, Self::new(&self.schema));
        Batch {
            schema: full.schema,
            ids: full.ids.finish(),
            geometry: full.geometry.map(Shapes::finish),
            columns: full.columns.into_iter().map(Column::finish).collect(),
            selection: None,
        }
    }
}

/// Numbers that follow each other, as ranges.
struct Runs<I: Iterator<Item = usize>> {
    rows: std::iter::Peekable<I>,
}

impl<I: Iterator<Item = usize>> Iterator for Runs<I> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let first = self.rows.next()?;
        let mut end = first + 1;
        while self.rows.next_if_eq(&end).is_some() {
            end += 1;
        }
        Some(first..end)
    }
}

enum IdList {
    None,
    Numbers(Vec<i64>),
    Texts(Pieces),
}

impl IdList {
    fn add(&mut self, ids: &Ids, run: Range<usize>) {
        match (&mut *self, ids) {
            (Self::None, Ids::Numbers(numbers)) => *self = Self::Numbers(numbers[run].to_vec()),
            (Self::None, Ids::Texts(_)) => {
                *self = Self::Texts(Pieces::default());
                self.add(ids, run);
            }
            (Self::Numbers(list), Ids::Numbers(numbers)) => list.extend_from_slice(&numbers[run]),
            (Self::Texts(pieces), Ids::Texts(texts)) => pieces.add_strings(texts, run),
            (Self::Texts(pieces), Ids::Numbers(numbers)) => {
                numbers[run].iter().for_each(|number| pieces.push(number.to_string().as_bytes()));
            }
            (Self::Numbers(list), Ids::Texts(_)) => {
                let mut pieces = Pieces::default();
                list.iter().for_each(|number| pieces.push(number.to_string().as_bytes()));
                *self = Self::Texts(pieces);
                self.add(ids, run);
            }
        }
    }

    fn finish(self) -> Ids {
        match self {
            Self::None => Ids::Numbers(Vec::new().into()),
            Self::Numbers(numbers) => Ids::Numbers(numbers.into()),
            Self::Texts(pieces) => Ids::Texts(pieces.finish()),
        }
    }
}

/// Runs of bytes, one after the other.
#[derive(Default)]
struct Pieces {
    /// Where each piece ends.
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl Pieces {
    fn push(&mut self, piece: &[u8]) {
        self.bytes.extend_from_slice(piece);
        self.ends.push(self.bytes.len() as u32);
    }

    fn add_strings(&mut self, texts: &Strings, run: Range<usize>) {
        self.add(&texts.offsets, &texts.bytes, run);
    }

    fn add(&mut self, offsets: &[u32], bytes: &[u8], run: Range<usize>) {
        let Some(window) = offsets.get(run.start..=run.end) else { return };
        let (first, last) = (window[0], window[window.len() - 1]);
        let shift = self.bytes.len() as u32;
        self.bytes.extend_from_slice(bytes.get(first as usize..last as usize).unwrap_or_default());
        self.ends.extend(window[1..].iter().map(|&end| end - first + shift));
    }

    fn skip(&mut self, count: usize) {
        self.ends.resize(self.ends.len() + count, self.bytes.len() as u32);
    }

    fn finish(self) -> Strings {
        let mut offsets = self.ends;
        offsets.insert(0, 0);
        Strings { offsets: offsets.into(), bytes: self.bytes.into() }
    }
}

struct Column {
    data: Data,
    valid: Vec<bool>,
    has_gaps: bool,
}

enum Data {
    Bool(Vec<u8>),
    Int(Vec<i64>),
    Float(Vec<f64>),
    Text(Pieces),
    Time(TimeLists),
    Bytes(Pieces),
    Nested(Pieces),
}

#[derive(Default)]
struct TimeLists {
    earliest: Vec<i64>,
    latest: Vec<i64>,
    precision: Vec<u8>,
    stated: Option<Pieces>,
}

impl Column {
    fn new(kind: ColumnKind) -> Self {
        let data = match kind {
            ColumnKind::Bool => Data::Bool(Vec::new()),
            ColumnKind::Int => Data::Int(Vec::new()),
            ColumnKind::Float => Data::Float(Vec::new()),
            ColumnKind::Text => Data::Text(Pieces::default()),
            ColumnKind::Time => Data::Time(TimeLists::default()),
            ColumnKind::Bytes => Data::Bytes(Pieces::default()),
            ColumnKind::Nested => Data::Nested(Pieces::default()),
        };
        Self { data, valid: Vec::new(), has_gaps: false }
    }

    fn add(&mut self, values: &Values, run: Range<usize>) {
        match &values.validity {
            None => self.valid.resize(self.valid.len() + run.len(), true),
            Some(bitmap) => {
                self.valid.extend(run.clone().map(|row| bitmap.get(row)));
                self.has_gaps = true;
            }
        }
        match (&mut self.data, &values.data) {
            (Data::Bool(list), ColumnData::Bool(more)) => list.extend_from_slice(&more[run]),
            (Data::Int(list), ColumnData::Int(more)) => list.extend_from_slice(&more[run]),
            (Data::Float(list), ColumnData::Float(more)) => list.extend_from_slice(&more[run]),
            (Data::Text(pieces), ColumnData::Text(texts)) => pieces.add_strings(texts, run),
            (Data::Text(pieces), ColumnData::Coded { codes, words }) => {
                codes[run].iter().for_each(|&code| pieces.push(words.get(code as usize).as_bytes()));
            }
            (Data::Time(lists), ColumnData::Time(times)) => lists.add(times, run),
            (Data::Bytes(pieces), ColumnData::Bytes { offsets, bytes }) => pieces.add(offsets, bytes, run),
            (Data::Nested(pieces), ColumnData::Nested(trees)) => pieces.add_strings(trees, run),
            (data, _) => data.skip(run.len(), &mut self.valid, &mut self.has_gaps),
        }
    }

    fn finish(self) -> Values {
        let validity = self.has_gaps.then(|| self.valid.into_iter().collect::<Bitmap>());
        let data = match self.data {
            Data::Bool(list) => ColumnData::Bool(list.into()),
            Data::Int(list) => ColumnData::Int(list.into()),
            Data::Float(list) => ColumnData::Float(list.into()),
            Data::Text(pieces) => ColumnData::Text(pieces.finish()),
            Data::Time(lists) => ColumnData::Time(lists.finish()),
            Data::Bytes(pieces) => {
                let Strings { offsets, bytes } = pieces.finish();
                ColumnData::Bytes { offsets, bytes }
            }
            Data::Nested(pieces) => ColumnData::Nested(pieces.finish()),
        };
        Values { data, validity }
    }
}

impl Data {
    /// Rows whose values are of another kind than the column have none.
    fn skip(&mut self, count: usize, valid: &mut [bool], has_gaps: &mut bool) {
        *has_gaps = true;
        let first = valid.len() - count;
        valid[first..].fill(false);
        match self {
            Self::Bool(list) => list.resize(list.len() + count, 0),
            Self::Int(list) => list.resize(list.len() + count, 0),
            Self::Float(list) => list.resize(list.len() + count, 0.0),
            Self::Text(pieces) | Self::Bytes(pieces) | Self::Nested(pieces) => pieces.skip(count),
            Self::Time(lists) => lists.skip(count),
        }
    }
}

impl TimeLists {
    fn add(&mut self, times: &Times, run: Range<usize>) {
        match (&mut self.stated, &times.stated_as) {
            (None, None) => {}
            (stated, Some(texts)) => {
                let before = self.earliest.len();
                let pieces = stated.get_or_insert_with(|| {
                    let mut pieces = Pieces::default();
                    pieces.skip(before);
                    pieces
                });
                pieces.add_strings(texts, run.clone());
            }
            (Some(pieces), None) => pieces.skip(run.len()),
        }
        self.earliest.extend_from_slice(&times.earliest[run.clone()]);
        self.latest.extend_from_slice(&times.latest[run.clone()]);
        self.precision.extend_from_slice(&times.precision[run]);
    }

    fn skip(&mut self, count: usize) {
        let rows = self.earliest.len() + count;
        self.earliest.resize(rows, 0);
        self.latest.resize(rows, 0);
        self.precision.resize(rows, 0);
        self.stated.iter_mut().for_each(|pieces| pieces.skip(count));
    }

    fn finish(self) -> Times {
        Times {
            earliest: self.earliest.into(),
            latest: self.latest.into(),
            precision: self.precision.into(),
            stated_as: self.stated.map(Pieces::finish),
        }
    }
}

/// Shapes copied together; each list holds where its things end, the zero before the first is added last.
#[derive(Default)]
struct Shapes {
    kinds: Vec<u8>,
    bboxes: Vec<[f64; 4]>,
    part_kinds: Vec<u8>,
    is_mixed: bool,
    xy: Vec<[f64; 2]>,
    z: Option<Vec<f64>>,
    ring_ends: Vec<u32>,
    part_ends: Vec<u32>,
    feature_ends: Vec<u32>,
}

impl Shapes {
    fn add(&mut self, view: &GeometryView<'_>, run: Range<usize>) {
        self.kinds.extend_from_slice(&view.kinds[run.clone()]);
        self.bboxes.extend_from_slice(&view.bboxes[run.clone()]);
        self.add_part_kinds(view, run.clone());
        let parts = shifted(&mut self.feature_ends, view.feature_offsets, run, self.part_ends.len());
        let rings = shifted(&mut self.part_ends, view.part_offsets, parts, self.ring_ends.len());
        let positions = shifted(&mut self.ring_ends, view.ring_offsets, rings, self.xy.len());
        self.add_heights(view, positions.clone());
        self.xy.extend_from_slice(&view.xy[positions]);
    }

    fn add_part_kinds(&mut self, view: &GeometryView<'_>, run: Range<usize>) {
        for row in run {
            let (first, last) = (view.feature_offsets[row] as usize, view.feature_offsets[row + 1] as usize);
            match (GeometryKind::from_u8(view.kinds[row]), view.part_kinds) {
                (GeometryKind::Collection, Some(kinds)) => {
                    self.is_mixed = true;
                    self.part_kinds.extend_from_slice(&kinds[first..last]);
                }
                (kind, _) => self.part_kinds.resize(self.part_kinds.len() + last - first, kind.part() as u8),
            }
        }
    }

    fn add_heights(&mut self, view: &GeometryView<'_>, positions: Range<usize>) {
        let before = self.xy.len();
        match (&mut self.z, view.z) {
            (None, None) => {}
            (z, Some(heights)) => {
                let list = z.get_or_insert_with(|| vec![f64::NAN; before]);
                list.extend_from_slice(&heights[positions]);
            }
            (Some(list), None) => list.resize(before + positions.len(), f64::NAN),
        }
    }

    fn finish(self) -> GeometryArrays {
        let offsets = |mut ends: Vec<u32>| {
            ends.insert(0, 0);
            ends.into()
        };
        GeometryArrays {
            kinds: self.kinds.into(),
            part_kinds: self.is_mixed.then(|| self.part_kinds.into()),
            xy: self.xy.into(),
            z: self.z.map(Into::into),
            ring_offsets: offsets(self.ring_ends),
            part_offsets: offsets(self.part_ends),
            feature_offsets: offsets(self.feature_ends),
            bboxes: self.bboxes.into(),
        }
    }
}

/// Copies the ends of a run of things so that they count on from `begin`, and tells which things of the next list they hold.
fn shifted(ends: &mut Vec<u32>, offsets: &[u32], run: Range<usize>, begin: usize) -> Range<usize> {
    let first = offsets[run.start];
    ends.extend(offsets[run.start + 1..=run.end].iter().map(|&end| end - first + begin as u32));
    first as usize..offsets[run.end] as usize
}

/// The text of a row, for values that are texts.
pub fn text_of(values: &Values, row: usize) -> Option<&str> {
    if let Value::Text(text) = values.get(row) { Some(text) } else { None }
}
