//! Sources and a ledger without a disk, for the tests of other crates.

use crate::BoxFuture;
use crate::batch::Batch;
use crate::bbox::Bbox;
use crate::buffer::Buffer;
use crate::dataset::{FeatureSource, GridSource};
use crate::error::{Error, Result};
use crate::filter::{Filter, Predicate};
use crate::grid::{GridQuery, GridSchema, Samples, Window};
use crate::ledger::{Audit, Change, Commit, Expect, Ledger, Record, Shelf};
use crate::query::{Columns, FeatureQuery, Position, compare_positions};
use crate::scan::{FeatureScan, Matched, Rows};
use crate::schema::Schema;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How much of a question a source answers itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// All rows, whatever was asked.
    Nothing,
    /// Filters and counts.
    Filter,
    /// Filters, counts, sorts, pages and projects.
    Everything,
}

/// Rows in memory.
#[derive(Debug, Clone)]
pub struct MemoryFeatures {
    schema: Arc<Schema>,
    batches: Vec<Batch>,
    effort: Effort,
}

impl MemoryFeatures {
    /// A source of these rows, which have this schema, that answers as much of a question as told.
    pub fn new(schema: Arc<Schema>, batches: Vec<Batch>, effort: Effort) -> Self {
        Self { schema, batches, effort }
    }

    /// The rows.
    pub fn batches(&self) -> &[Batch] {
        &self.batches
    }

    fn answer(&self, query: &FeatureQuery) -> Result<FeatureScan> {
        let filter = query.whole_filter(&self.schema);
        if self.effort == Effort::Nothing {
            let rows = Rows::ready(self.batches.clone());
            let nothing_left = filter == Filter::Literal(true);
            return Ok(if nothing_left { FeatureScan::filtered(rows) } else { FeatureScan::unfinished(rows, filter) });
        }
        let predicate = Predicate::new(&filter, &self.schema)?;
        let kept: Vec<Batch> = self.batches.iter().map(|batch| predicate.select(batch)).collect();
        let matched = Matched::Exact(kept.iter().map(|batch| batch.len() as u64).sum());
        if self.effort == Effort::Filter {
            return Ok(FeatureScan::filtered(Rows::ready(kept)).matching(matched));
        }
        let rows = self.page(&kept, query)?;
        FeatureScan::filtered(Rows::ready(rows)).matching(matched).sorted().paged()
    }

    fn page(&self, kept: &[Batch], query: &FeatureQuery) -> Result<Vec<Batch>> {
        if let Some(key) = query.sort.iter().find(|key| self.schema.column(&key.column).is_none()) {
            return Err(Error::invalid(format!("“{}” is not a column to sort by.", key.column)));
        }
        let mut rows: Vec<(Position, &Batch, usize)> = Vec::new();
        for batch in kept {
            rows.extend(batch.rows().map(|row| (Position::of(&batch.feature(row), &query.sort), batch, row)));
        }
        if !query.sort.is_empty() {
            rows.sort_by(|a, b| compare_positions(&query.sort, &a.0, &b.0));
        }
        let skipped = query.after.as_ref().map_or(0, |after| match query.sort.is_empty() {
            true => rows.iter().position(|row| row.0.id == after.id).map_or(rows.len(), |at| at + 1),
            false => rows.partition_point(|row| compare_positions(&query.sort, &row.0, after).is_le()),
        });
        let page = rows.into_iter().skip(skipped).take(query.limit.unwrap_or(usize::MAX));
        let single = page.map(|(_, batch, row)| batch.filtered(|other| other == row));
        Ok(match &query.columns {
            Columns::All => single.collect(),
            Columns::These { names, geometry } => single.map(|batch| batch.projected(names, *geometry)).collect(),
        })
    }
}

impl FeatureSource for MemoryFeatures {
    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    fn scan(&self, query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>> {
        let answer = self.answer(query);
        Box::pin(std::future::ready(answer))
    }
}

/// A grid in memory, with the overviews that its schema names, made by taking the nearest sample.
#[derive(Debug, Clone)]
pub struct MemoryGrid {
    schema: Arc<GridSchema>,
    /// Samples of each band, row by row, as numbers.
    bands: Vec<Vec<f64>>,
}

impl MemoryGrid {
    /// A grid without further axes. Each band has `width × height` samples, row by row from the first.
    pub fn new(schema: GridSchema, bands: Vec<Vec<f64>>) -> Self {
        let samples = schema.width as usize * schema.height as usize;
        assert!(bands.iter().all(|band| band.len() == samples), "each band has a sample for each place");
        assert_eq!(bands.len(), schema.bands.len(), "the schema names each band");
        Self { schema: Arc::new(schema), bands }
    }

    /// The same grid with just one of its bands: stores need not keep bands of different kinds in one grid.
    pub fn band(&self, at: usize) -> Self {
        let schema = GridSchema { bands: vec![self.schema.bands[at].clone()], ..(*self.schema).clone() };
        Self::new(schema, vec![self.bands[at].clone()])
    }

    /// The coarsest stored size whose samples are not larger than asked.
    fn level(&self, step_max: Option<f64>) -> [u32; 2] {
        let schema = &self.schema;
        let full = [schema.width, schema.height];
        let step = |[width, height]: [u32; 2]| {
            let across = schema.transform.step[0].abs() * f64::from(full[0]) / f64::from(width);
            across.max(schema.transform.step[1].abs() * f64::from(full[1]) / f64::from(height))
        };
        let fits = |size: &&[u32; 2]| step_max.is_some_and(|most| step(**size) <= most);
        schema.overviews.iter().filter(fits).min_by_key(|size| size[0]).copied().unwrap_or(full)
    }

    fn answer(&self, query: &GridQuery) -> Result<Window> {
        let schema = &self.schema;
        let [width, height] = self.level(query.step_max);
        let factor = [f64::from(schema.width) / f64::from(width), f64::from(schema.height) / f64::from(height)];
        let transform = schema.transform.part(0.0, 0.0, factor);
        let ([left, top], [across, down]) = place_of(&query.bbox, &transform, [width, height]);
        let samples = u64::from(across) * u64::from(down);
        if samples > query.samples_max {
            return Err(Error::too_large(format!(
                "The region has {samples} samples; at most {} may be read.",
                query.samples_max
            )));
        }
        let chosen: Vec<usize> =
            if query.bands.is_empty() { (0..self.bands.len()).collect() } else { query.bands.clone() };
        if let Some(band) = chosen.iter().find(|&&band| band >= self.bands.len()) {
            return Err(Error::invalid(format!("There is no band {band}; the grid has {}.", self.bands.len())));
        }
        let at = |start: u32, offset: u32, factor: f64| ((f64::from(start + offset) + 0.5) * factor) as usize;
        let sample = |band: usize, column: u32, row: u32| {
            self.bands[band][at(top, row, factor[1]) * schema.width as usize + at(left, column, factor[0])]
        };
        let of_band = |&band: &usize| {
            let places = (0..down).flat_map(|row| (0..across).map(move |column| (column, row)));
            store(schema.bands[band].kind, places.map(|(column, row)| sample(band, column, row)).collect())
        };
        Ok(Window {
            crs: schema.crs.clone(),
            transform: transform.part(f64::from(left), f64::from(top), [1.0, 1.0]),
            width: across,
            height: down,
            bands: chosen.iter().map(of_band).collect(),
            no_data: chosen.iter().map(|&band| schema.bands[band].no_data).collect(),
        })
    }
}

/// First sample and count, across and down, of the samples that a box touches.
fn place_of(bbox: &Bbox, transform: &crate::grid::GridTransform, size: [u32; 2]) -> ([u32; 2], [u32; 2]) {
    let corners = [bbox.min, [bbox.max[0], bbox.min[1]], [bbox.min[0], bbox.max[1]], bbox.max];
    let places = Bbox::of(&corners.map(|corner| transform.place(corner)));
    let within = |axis: usize, place: f64| place.clamp(0.0, f64::from(size[axis]));
    let first = [0, 1].map(|axis| within(axis, (places.min[axis] + 1e-9).floor()) as u32);
    let last = [0, 1].map(|axis| within(axis, (places.max[axis] - 1e-9).ceil()) as u32);
    let count = [0, 1].map(|axis| last[axis].saturating_sub(first[axis]));
    if count.contains(&0) { ([0; 2], [0; 2]) } else { (first, count) }
}

fn store(kind: crate::grid::SampleKind, samples: Vec<f64>) -> Samples {
    use crate::grid::SampleKind;
    fn cast<T>(samples: Vec<f64>, one: impl Fn(f64) -> T) -> Buffer<T> {
        samples.into_iter().map(one).collect::<Vec<T>>().into()
    }
    match kind {
        SampleKind::U8 => Samples::U8(cast(samples, |sample| sample as u8)),
        SampleKind::I16 => Samples::I16(cast(samples, |sample| sample as i16)),
        SampleKind::U16 => Samples::U16(cast(samples, |sample| sample as u16)),
        SampleKind::I32 => Samples::I32(cast(samples, |sample| sample as i32)),
        SampleKind::U32 => Samples::U32(cast(samples, |sample| sample as u32)),
        SampleKind::F32 => Samples::F32(cast(samples, |sample| sample as f32)),
        SampleKind::F64 => Samples::F64(samples.into()),
    }
}

impl GridSource for MemoryGrid {
    fn schema(&self) -> &Arc<GridSchema> {
        &self.schema
    }

    fn window(&self, query: &GridQuery) -> BoxFuture<'_, Result<Window>> {
        let answer = self.answer(query);
        Box::pin(std::future::ready(answer))
    }
}

/// A ledger that forgets when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryLedger(Mutex<Book>);

#[derive(Debug, Default, Clone)]
struct Book {
    records: BTreeMap<(Shelf, String), Record>,
    /// The last versions of what was removed.
    removed: BTreeMap<(Shelf, String), u64>,
    audit: Vec<Audit>,
}

impl MemoryLedger {
    fn with<T>(&self, read: impl FnOnce(&mut Book) -> T) -> T {
        read(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Ledger for MemoryLedger {
    fn read(&self, shelf: Shelf, id: &str) -> Result<Option<Record>> {
        Ok(self.with(|book| book.records.get(&(shelf, id.to_owned())).cloned()))
    }

    fn list(&self, shelf: Shelf) -> Result<Vec<Record>> {
        Ok(self.with(|book| book.records.values().filter(|record| record.shelf == shelf).cloned().collect()))
    }

    fn commit(&self, commit: &Commit) -> Result<u64> {
        self.with(|book| {
            let mut next = book.clone();
            let changed = commit.changes.iter().map(|change| next.apply(change, commit)).collect::<Result<Vec<_>>>()?;
            let sequence = next.audit.len() as u64 + 1;
            let (who, why) = (commit.who.clone(), commit.why.clone());
            next.audit.push(Audit { sequence, at: commit.at, who, why, changed });
            *book = next;
            Ok(sequence)
        })
    }

    fn sequence(&self) -> Result<u64> {
        Ok(self.with(|book| book.audit.len() as u64))
    }

    fn audit(&self, after: u64, limit: usize) -> Result<Vec<Audit>> {
        Ok(self.with(|book| book.audit.iter().filter(|line| line.sequence > after).take(limit).cloned().collect()))
    }
}

impl Book {
    fn apply(&mut self, change: &Change, commit: &Commit) -> Result<(Shelf, String, u64)> {
        let place = (change.shelf, change.id.clone());
        let found = self.records.get(&place).map(|record| record.version);
        let as_expected = match change.expect {
            Expect::Anything => true,
            Expect::Nothing => found.is_none(),
            Expect::Version(version) => found == Some(version),
        };
        if !as_expected {
            return Err(Error::conflict(format!("The {} “{}” has changed meanwhile.", change.shelf.name(), change.id)));
        }
        let Some(body) = &change.body else {
            if let Some(record) = self.records.remove(&place) {
                self.removed.insert(place, record.version);
            }
            return Ok((change.shelf, change.id.clone(), 0));
        };
        let version = found.or_else(|| self.removed.remove(&place)).unwrap_or(0) + 1;
        let (shelf, id, body) = (change.shelf, change.id.clone(), body.clone());
        self.records.insert(place, Record { shelf, id, version, body, changed: commit.at });
        Ok((change.shelf, change.id.clone(), version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check_features, check_grid, check_ledger, sample_features, sample_grid};

    #[test]
    fn sources_that_do_nothing_some_and_everything_pass_the_suite() {
        for effort in [Effort::Nothing, Effort::Filter, Effort::Everything] {
            check_features(&sample_features(effort));
        }
    }

    #[test]
    fn a_source_without_rows_passes_the_suite() {
        let sample = sample_features(Effort::Everything);
        check_features(&MemoryFeatures::new(Arc::clone(sample.schema()), Vec::new(), Effort::Everything));
    }

    #[test]
    fn the_grid_and_the_ledger_pass_their_suites() {
        check_grid(&sample_grid());
        check_ledger(&MemoryLedger::default());
    }
}
