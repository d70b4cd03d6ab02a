//! Changed rows that lie together in the order of their identities: a batch, and what is known of each row of it.

use std::sync::Arc;
use terrane_formats::features::geopackage::Logged;
use terrane_model::batch::{BatchBuilder, ColumnData, Strings, Value};
use terrane_model::limits::BATCH_ROWS;
use terrane_model::time::{Instant, Interval};
use terrane_model::{Batch, Bbox, Feature, FeatureId, Schema};

/// Rows in a leaf when it is made: half of what a batch holds, so that one change copies little.
const LEAF_ROWS: usize = BATCH_ROWS / 2;

/// What is known of a changed row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its identity.
    pub id: FeatureId,
    /// The amendment that changed it last.
    pub sequence: u64,
    /// Whether the base has a row of this identity, which is hidden now.
    pub in_base: bool,
    /// Whether it went away.
    pub removed: bool,
}

/// Changed rows, by identity.
#[derive(Debug)]
pub struct Leaf {
    /// One for each row of `rows`, by identity.
    pub entries: Vec<Entry>,
    /// The rows; those that went away are not selected.
    pub rows: Batch,
    /// The box of the rows that are there.
    pub bbox: Bbox,
    /// Their period.
    pub period: Option<(Instant, Instant)>,
    /// Bytes in memory, roughly.
    pub bytes: usize,
}

/// A row on its way into a leaf.
pub struct Placed<'a> {
    entry: Entry,
    row: Feature<'a>,
}

/// Rows that were read from the log, by identity; the last of each identity.
pub fn placed(logged: &[Logged]) -> Vec<Placed<'_>> {
    let mut all: Vec<Placed<'_>> = logged.iter().flat_map(of_logged).collect();
    all.sort_by(|a, b| a.entry.id.cmp(&b.entry.id).then(b.entry.sequence.cmp(&a.entry.sequence)));
    all.dedup_by(|later, kept| later.entry.id == kept.entry.id);
    all
}

fn of_logged(logged: &Logged) -> impl Iterator<Item = Placed<'_>> {
    logged.rows.rows().map(|row| Placed {
        entry: Entry {
            id: logged.ids[row].clone(),
            sequence: logged.sequences[row],
            in_base: logged.in_base[row],
            removed: logged.removed[row],
        },
        row: logged.rows.feature(row),
    })
}

impl Placed<'_> {
    /// The identity.
    pub fn id(&self) -> &FeatureId {
        &self.entry.id
    }

    /// A row that went away and never was in the base says nothing.
    fn matters(&self) -> bool {
        self.entry.in_base || !self.entry.removed
    }

    fn is_text(&self) -> bool {
        matches!(self.entry.id, FeatureId::Text(_))
    }
}

impl Leaf {
    /// Rows of a leaf and newer ones, both by identity, as leaves; the newer one of an identity counts.
    pub fn merged(schema: &Arc<Schema>, old: Option<&Self>, new: Vec<Placed<'_>>) -> Vec<Arc<Self>> {
        let kept = old.into_iter().flat_map(Self::placed);
        let mut all: Vec<Placed<'_>> = kept.chain(new).collect();
        // Newer rows come later and the sort is stable; the last of each identity is wanted.
        all.sort_by(|a, b| a.entry.id.cmp(&b.entry.id));
        all.dedup_by(|later, kept| {
            let same = later.entry.id == kept.entry.id;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
        all.retain(Placed::matters);
        // Numbers come before texts, and one batch holds one kind.
        let numbers = all.partition_point(|placed| !placed.is_text());
        let (numbers, texts) = all.split_at(numbers);
        let chunks = even_chunks(numbers).chain(even_chunks(texts));
        chunks.map(|chunk| Arc::new(Self::new(schema, chunk))).collect()
    }

    fn placed(&self) -> impl Iterator<Item = Placed<'_>> {
        self.entries.iter().enumerate().map(|(row, entry)| Placed { entry: entry.clone(), row: self.rows.feature(row) })
    }

    fn new(schema: &Arc<Schema>, placed: &[Placed<'_>]) -> Self {
        let mut builder = BatchBuilder::new(Arc::clone(schema));
        let mut leaf = Bounds::default();
        for one in placed {
            copy(&mut builder, one);
            leaf.see(schema, one);
        }
        let entries: Vec<Entry> = placed.iter().map(|one| one.entry.clone()).collect();
        let rows = builder.finish().filtered(|row| !entries[row].removed);
        let bytes = bytes_of(&rows) + entries.len() * size_of::<Entry>();
        Self { entries, rows, bbox: leaf.bbox, period: leaf.period, bytes }
    }

    /// What is known of a row.
    pub fn find(&self, id: &FeatureId) -> Option<&Entry> {
        self.entries.binary_search_by(|entry| entry.id.cmp(id)).ok().map(|at| &self.entries[at])
    }
}

/// Chunks of nearly one size, none larger than a leaf.
fn even_chunks<'s, 'a>(placed: &'s [Placed<'a>]) -> impl Iterator<Item = &'s [Placed<'a>]> {
    let chunks = placed.len().div_ceil(LEAF_ROWS).max(1);
    placed.chunks(placed.len().div_ceil(chunks).max(1))
}

fn copy(builder: &mut BatchBuilder, placed: &Placed<'_>) {
    if let (Some(into), Some(geometry)) = (builder.geometry(), placed.row.geometry()) {
        into.push(&geometry);
    }
    for column in 0..placed.row.batch().columns.len() {
        builder.value(&placed.row.value(column));
    }
    builder.end_row(placed.entry.id.clone());
}

struct Bounds {
    bbox: Bbox,
    period: Option<(Instant, Instant)>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { bbox: Bbox::EMPTY, period: None }
    }
}

impl Bounds {
    fn see(&mut self, schema: &Schema, placed: &Placed<'_>) {
        if placed.entry.removed {
            return;
        }
        if let Some(geometry) = placed.row.geometry() {
            self.bbox = self.bbox.union(&geometry.bbox());
        }
        let names = schema.time.iter().flat_map(|time| std::iter::once(&time.start).chain(&time.end));
        for name in names {
            if let Value::Time(when) = placed.row.get(name) {
                let (start, end) = self.period.unwrap_or((when.earliest, when.latest));
                self.period = Some((start.min(when.earliest), end.max(when.latest)));
            }
        }
    }
}

/// The period as others say it.
pub fn interval((start, end): (Instant, Instant)) -> Interval {
    Interval { start: Some(start), end: Some(end) }
}

fn bytes_of(batch: &Batch) -> usize {
    let texts = |strings: &Strings| strings.bytes.len() + strings.offsets.len() * 4;
    let geometry = batch.geometry.as_ref().map_or(0, |arrays| {
        arrays.xy.len() * 16 + arrays.z.as_ref().map_or(0, |z| z.len() * 8) + arrays.kinds.len() * 40
    });
    let columns = batch.columns.iter().map(|values| match &values.data {
        ColumnData::Bool(bits) => bits.len(),
        ColumnData::Int(numbers) => numbers.len() * 8,
        ColumnData::Float(numbers) => numbers.len() * 8,
        ColumnData::Text(strings) | ColumnData::Nested(strings) => texts(strings),
        ColumnData::Coded { codes, words } => codes.len() * 4 + texts(words),
        ColumnData::Time(times) => times.earliest.len() * 17 + times.stated_as.as_ref().map_or(0, texts),
        ColumnData::Bytes { offsets, bytes } => bytes.len() + offsets.len() * 4,
    });
    geometry + columns.sum::<usize>()
}
