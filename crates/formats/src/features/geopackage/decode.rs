//! Rows of SQLite into batches: blobs and texts go straight into the builder's buffers.

use super::layer::{Identity, Layer, Stored, TimeStore, quoted};
use super::times;
use crate::features::wkb;
use rusqlite::Row;
use rusqlite::types::ValueRef;
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, Ids, Strings, Value};
use terrane_model::schema::{ColumnKind, GeometryKind};
use terrane_model::time::{Instant, Precision, When};
use terrane_model::{Batch, Error, FeatureId, Result, Schema};

/// What was not as it should be in a row.
#[derive(Debug)]
pub enum Trouble {
    /// The geometry was put right or lacks something.
    Geometry(wkb::Notes),
    /// The geometry cannot be read, and the row has none.
    NoGeometry(Error),
    /// The value of a column (by its place in the batch's schema) is of another kind, and is missing.
    WrongKind(usize),
    /// The text of a column is not UTF-8; what cannot be read is marked.
    NotText(usize),
    /// The text of a column is not a date or time, and the value is missing.
    NotTime(usize),
}

/// Which columns of a layer are read, and how they become a batch.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The shape of the batches.
    pub schema: Arc<Schema>,
    identity: Identity,
    stored: Vec<(ColumnKind, Stored)>,
}

/// A batch being read.
pub struct Pending {
    kind: GeometryKind,
    builder: BatchBuilder,
    id_offsets: Vec<u32>,
    id_bytes: Vec<u8>,
}

impl Reading {
    /// Reads these columns, by place in the layer's schema, and the geometry when asked.
    pub fn new(layer: &Layer, places: &[usize], geometry: bool) -> Self {
        let schema = &layer.schema;
        let chosen = Schema {
            columns: places.iter().map(|&at| schema.columns[at].clone()).collect(),
            geometry: schema.geometry.clone().filter(|_| geometry),
            ..(**schema).clone()
        };
        let stored = places.iter().map(|&at| (schema.columns[at].kind, layer.columns[at].clone())).collect();
        Self { schema: Arc::new(chosen), identity: layer.identity.clone(), stored }
    }

    /// The list of a SELECT: what [`Reading::row`] expects in each row. Names are of the table called `t`.
    pub fn select_list(&self, layer: &Layer) -> String {
        let identity = (self.identity != Identity::Fid).then(|| self.identity.column(&layer.fid));
        let geometry = layer.geometry.as_deref().filter(|_| self.schema.geometry.is_some());
        let columns = self.stored.iter().flat_map(|(_, stored)| stored.reads());
        let names = std::iter::once(layer.fid.as_str()).chain(identity).chain(geometry).chain(columns);
        names.map(|name| format!("t.{}", quoted(name))).collect::<Vec<_>>().join(", ")
    }

    /// An empty batch. Rows of a single kind are called `kind` when that is the kind with many parts.
    pub fn begin(&self, kind: GeometryKind) -> Pending {
        Pending {
            kind,
            builder: BatchBuilder::new(Arc::clone(&self.schema)),
            id_offsets: vec![0],
            id_bytes: Vec::new(),
        }
    }

    /// Adds a row and returns its `fid`.
    pub fn row(&self, row: &Row<'_>, into: &mut Pending, mut trouble: impl FnMut(Trouble)) -> Result<i64> {
        let mut cells = Cells { row, at: 0 };
        let fid = match cells.next()? {
            ValueRef::Integer(fid) => fid,
            _ => return Err(Error::invalid("The primary key of the table is not a whole number.")),
        };
        let id = self.id(fid, &mut cells, into)?;
        if let Some(builder) = into.builder.geometry() {
            match cells.next()? {
                ValueRef::Null => {}
                ValueRef::Blob(blob) => match wkb::read_blob_as(blob, into.kind, builder) {
                    Ok(notes) if notes == wkb::Notes::default() => {}
                    Ok(notes) => trouble(Trouble::Geometry(notes)),
                    Err(error) => trouble(Trouble::NoGeometry(error)),
                },
                _ => trouble(Trouble::NoGeometry(Error::invalid("The geometry is not a blob."))),
            }
        }
        for (place, (kind, stored)) in self.stored.iter().enumerate() {
            match &stored.time {
                None => push(cells.next()?, *kind, &mut into.builder, place, &mut trouble),
                Some(time) => push_time(&mut cells, time, &mut into.builder, place, &mut trouble)?,
            }
        }
        into.builder.end_row(FeatureId::Number(id));
        Ok(fid)
    }

    /// The identity as a number; texts go to the side.
    fn id(&self, fid: i64, cells: &mut Cells<'_, '_>, into: &mut Pending) -> Result<i64> {
        match &self.identity {
            Identity::Fid => Ok(fid),
            Identity::Numbers(_) => match cells.next()? {
                ValueRef::Integer(number) => Ok(number),
                _ => Ok(fid),
            },
            Identity::Texts(_) => {
                if let ValueRef::Text(text) = cells.next()? {
                    into.id_bytes.extend_from_slice(text);
                }
                into.id_offsets.push(into.id_bytes.len() as u32);
                Ok(fid)
            }
        }
    }
}

impl Pending {
    /// Rows so far.
    pub fn len(&self) -> usize {
        self.builder.len()
    }

    /// Whether it is time to finish.
    pub fn is_full(&self) -> bool {
        self.builder.is_full()
    }

    /// The batch.
    pub fn finish(mut self) -> Batch {
        let mut batch = self.builder.finish();
        if self.id_offsets.len() > 1 {
            batch.ids = Ids::Texts(Strings { offsets: self.id_offsets.into(), bytes: self.id_bytes.into() });
        }
        batch
    }
}

struct Cells<'a, 's> {
    row: &'a Row<'s>,
    at: usize,
}

impl<'a> Cells<'a, '_> {
    fn next(&mut self) -> Result<ValueRef<'a>> {
        let value = self.row.get_ref(self.at).map_err(Error::internal);
        self.at += 1;
        value
    }
}

fn push(
    cell: ValueRef<'_>,
    kind: ColumnKind,
    builder: &mut BatchBuilder,
    place: usize,
    trouble: &mut impl FnMut(Trouble),
) {
    match (kind, cell) {
        (_, ValueRef::Null) => builder.value(&Value::Null),
        (ColumnKind::Bool, ValueRef::Integer(number)) => builder.value(&Value::Bool(number != 0)),
        (ColumnKind::Int | ColumnKind::Float, ValueRef::Integer(number)) => builder.value(&Value::Int(number)),
        (ColumnKind::Float, ValueRef::Real(number)) => builder.value(&Value::Float(number)),
        (ColumnKind::Int, ValueRef::Real(number)) if number.fract() == 0.0 && number.abs() < 9.0e15 => {
            builder.value(&Value::Int(number as i64));
        }
        (ColumnKind::Text | ColumnKind::Nested, ValueRef::Text(bytes)) => {
            push_text(bytes, kind, builder, place, trouble);
        }
        (ColumnKind::Text, ValueRef::Integer(number)) => builder.value(&Value::Int(number)),
        (ColumnKind::Text, ValueRef::Real(number)) => builder.value(&Value::Float(number)),
        (ColumnKind::Bytes, ValueRef::Blob(bytes)) => builder.value(&Value::Bytes(bytes)),
        _ => {
            trouble(Trouble::WrongKind(place));
            builder.value(&Value::Null);
        }
    }
}

fn push_text(
    bytes: &[u8],
    kind: ColumnKind,
    builder: &mut BatchBuilder,
    place: usize,
    trouble: &mut impl FnMut(Trouble),
) {
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, std::borrow::Cow::Owned(_)) {
        trouble(Trouble::NotText(place));
    }
    match kind {
        ColumnKind::Nested => builder.value(&Value::Nested(&text)),
        _ => builder.value(&Value::Text(&text)),
    }
}

fn push_time(
    cells: &mut Cells<'_, '_>,
    store: &TimeStore,
    builder: &mut BatchBuilder,
    place: usize,
    trouble: &mut impl FnMut(Trouble),
) -> Result<()> {
    let when = match &store.companions {
        Some(names) => exact(cells, names.stated.is_some())?,
        None => match cells.next()? {
            ValueRef::Null => None,
            ValueRef::Text(bytes) => {
                let when = std::str::from_utf8(bytes).ok().and_then(|text| times::read(store.form, text));
                if when.is_none() {
                    trouble(Trouble::NotTime(place));
                }
                when
            }
            ValueRef::Integer(year) => When::year(year).ok(),
            _ => {
                trouble(Trouble::WrongKind(place));
                None
            }
        },
    };
    builder.value(&when.map_or(Value::Null, Value::Time));
    Ok(())
}

/// A moment from its companions.
fn exact(cells: &mut Cells<'_, '_>, stated: bool) -> Result<Option<When>> {
    let (earliest, latest, precision) = (cells.next()?, cells.next()?, cells.next()?);
    let stated = if stated { cells.next()? } else { ValueRef::Null };
    let (ValueRef::Integer(earliest), ValueRef::Integer(latest), ValueRef::Integer(precision)) =
        (earliest, latest, precision)
    else {
        return Ok(None);
    };
    let stated_as = match stated {
        ValueRef::Text(text) => Some(Arc::from(&*String::from_utf8_lossy(text))),
        _ => None,
    };
    let precision = Precision::from_u8(u8::try_from(precision).unwrap_or(0));
    Ok(Some(When { earliest: Instant(earliest), latest: Instant(latest), precision, stated_as }))
}
