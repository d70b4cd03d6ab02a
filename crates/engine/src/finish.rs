//! Does what a source left undone, always in the order filter, sort, page, project.

use crate::pool::{Cancel, wait};
use std::cmp::Ordering;
use std::sync::Arc;
use terrane_model::batch::BatchBuilder;
use terrane_model::filter::Predicate;
use terrane_model::query::{Columns, Position, SortKey, compare_positions};
use terrane_model::{Batch, Error, Feature, FeatureQuery, FeatureScan, Result, Rows, Schema};

/// Rows of a scan one batch at a time, filtered, in whatever order the source has them.
pub struct Filtered {
    rows: Rows,
    predicate: Option<Predicate>,
    cancel: Cancel,
}

impl Filtered {
    /// Takes what is left to filter from the scan. `schema` is the source's own.
    pub fn new(scan: FeatureScan, schema: &Schema, cancel: &Cancel) -> Result<Self> {
        let predicate = scan.residual().map(|residual| Predicate::new(residual, schema)).transpose()?;
        Ok(Self { rows: scan.into_rows(), predicate, cancel: cancel.clone() })
    }

    fn next_raw(&mut self) -> Option<Result<Batch>> {
        match &mut self.rows {
            Rows::Local(rows) => rows.next(),
            Rows::Remote(rows) => wait(rows.next()),
        }
    }
}

impl Iterator for Filtered {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Result<Batch>> {
        loop {
            if let Err(gone) = self.cancel.check() {
                return Some(Err(gone));
            }
            let batch = match self.next_raw()? {
                Ok(batch) => batch,
                Err(error) => return Some(Err(error)),
            };
            let kept = match &self.predicate {
                Some(predicate) => predicate.select(&batch),
                None => batch,
            };
            if !kept.is_empty() {
                return Some(Ok(kept));
            }
        }
    }
}

/// One page of rows, and where the next begins.
pub struct Page {
    /// The rows, in order, with just the columns asked.
    pub batches: Vec<Batch>,
    /// The last row's place when there are more.
    pub next: Option<Position>,
}

/// The columns that a scan must return so that the page can be finished: those asked and those that order it.
pub fn columns_to_scan(query: &FeatureQuery) -> Columns {
    match &query.columns {
        Columns::All => Columns::All,
        Columns::These { names, geometry } => {
            let mut names = names.clone();
            for key in &query.sort {
                if !names.contains(&key.column) {
                    names.push(key.column.clone());
                }
            }
            Columns::These { names, geometry: *geometry }
        }
    }
}

/// Finishes a scan that was asked for one row more than `query.limit`. `query.near` must have been answered before, see
/// [`crate::nearest`].
pub fn page(scan: FeatureScan, query: &FeatureQuery, schema: &Schema, cancel: &Cancel) -> Result<Page> {
    let (sorted, paged) = (scan.is_sorted() || query.sort.is_empty(), scan.is_paged());
    let rows = Filtered::new(scan, schema, cancel)?;
    let limit = query.limit.unwrap_or(usize::MAX - 1);
    let after = query.after.as_ref().filter(|_| !paged);
    let batches = match sorted {
        true => take(rows, &query.sort, after, limit + 1)?,
        false => smallest(rows, &query.sort, after, limit + 1)?,
    };
    Ok(cut(batches, limit, query))
}

/// Rows in the order they come, after a position.
fn take(rows: Filtered, sort: &[SortKey], after: Option<&Position>, count: usize) -> Result<Vec<Batch>> {
    let mut before = after;
    let (mut batches, mut left) = (Vec::new(), count);
    for batch in rows {
        let mut batch = batch?;
        if let Some(after) = before {
            let Some(begin) = begin_after(&batch, sort, after) else { continue };
            before = None;
            batch = batch.sliced(begin, usize::MAX);
        }
        let batch = if batch.len() > left { batch.sliced(0, left) } else { batch };
        left -= batch.len();
        batches.push(batch);
        if left == 0 {
            break;
        }
    }
    Ok(batches)
}

/// How many rows of a batch are to be passed over so that it begins after a position; nothing when all are.
fn begin_after(batch: &Batch, sort: &[SortKey], after: &Position) -> Option<usize> {
    if sort.is_empty() {
        // The source's own order: only the row itself tells where it was.
        return batch.features().position(|feature| feature.id() == after.id).map(|at| at + 1);
    }
    batch.features().position(|feature| comes_after(&Position::of(&feature, sort), sort, Some(after)))
}

fn comes_after(position: &Position, sort: &[SortKey], after: Option<&Position>) -> bool {
    after.is_none_or(|after| compare_positions(sort, position, after) == Ordering::Greater)
}

/// The first rows in the order asked, of rows in any order.
fn smallest(rows: Filtered, sort: &[SortKey], after: Option<&Position>, count: usize) -> Result<Vec<Batch>> {
    let mut first = First::new(sort, count);
    for batch in rows {
        first.see(batch?, |feature| Some(Position::of(feature, sort)).filter(|it| comes_after(it, sort, after)));
    }
    Ok(first.into_batches())
}

struct Candidate {
    position: Position,
    batch: Arc<Batch>,
    row: usize,
}

/// The first so many of rows that come in any order. Memory is bounded by their number, not by the table: a row that may be
/// among them holds its batch for a while and is then copied out of it.
pub struct First<'a> {
    sort: &'a [SortKey],
    count: usize,
    kept: Vec<Candidate>,
    /// Batches that candidates hold.
    held: usize,
    /// Once there are enough candidates, later rows must come before this.
    last: Option<Position>,
}

/// Batches, a megabyte each, that candidates hold before they are copied.
const HELD_BATCHES_MAX: usize = 16;

impl<'a> First<'a> {
    /// The first `count` rows in an order.
    pub fn new(sort: &'a [SortKey], count: usize) -> Self {
        Self { sort, count, kept: Vec::new(), held: 0, last: None }
    }

    /// Sees rows; those without a position are passed over.
    pub fn see(&mut self, batch: Batch, position: impl Fn(&Feature<'_>) -> Option<Position>) {
        let (batch, before) = (Arc::new(batch), self.kept.len());
        for feature in batch.features() {
            let Some(position) = position(&feature) else { continue };
            let in_time = |last: &Position| compare_positions(self.sort, &position, last) == Ordering::Less;
            if self.last.as_ref().is_none_or(in_time) {
                self.kept.push(Candidate { position, batch: Arc::clone(&batch), row: feature.row() });
            }
        }
        self.held += usize::from(self.kept.len() > before);
        if self.held > HELD_BATCHES_MAX {
            self.settle();
            self.held = 0;
        }
    }

    /// Forgets what cannot be among the first and copies the rest out of the batches they came in.
    fn settle(&mut self) {
        self.order();
        if self.kept.len() == self.count {
            self.last = self.kept.last().map(|candidate| candidate.position.clone());
        }
        let copies = gather(&self.kept).into_iter().map(Arc::new);
        let places = copies.flat_map(|batch| (0..batch.height()).map(move |row| (Arc::clone(&batch), row)));
        for (candidate, (batch, row)) in self.kept.iter_mut().zip(places) {
            (candidate.batch, candidate.row) = (batch, row);
        }
    }

    fn order(&mut self) {
        self.kept.sort_by(|a, b| compare_positions(self.sort, &a.position, &b.position));
        self.kept.truncate(self.count);
    }

    /// The rows, in order.
    pub fn into_batches(mut self) -> Vec<Batch> {
        self.order();
        gather(&self.kept)
    }
}

fn gather(candidates: &[Candidate]) -> Vec<Batch> {
    let Some(first) = candidates.first() else { return Vec::new() };
    let mut builder = BatchBuilder::new(Arc::clone(&first.batch.schema));
    let mut batches = Vec::new();
    for candidate in candidates {
        builder.push(&candidate.batch.feature(candidate.row));
        if builder.is_full() {
            batches.push(builder.finish());
        }
    }
    if !builder.is_empty() {
        batches.push(builder.finish());
    }
    batches
}

/// Cuts the extra row off, remembers where the page ended, and drops columns that were only needed for the order.
fn cut(mut batches: Vec<Batch>, limit: usize, query: &FeatureQuery) -> Page {
    let total: usize = batches.iter().map(Batch::len).sum();
    if total > limit
        && let Some(last) = batches.pop()
        && last.len() > 1
    {
        batches.push(last.sliced(0, last.len() - 1));
    }
    let last = batches.last().and_then(|batch| batch.rows().last().map(|row| batch.feature(row)));
    let next = last.filter(|_| total > limit).map(|feature| Position::of(&feature, &query.sort));
    if let Columns::These { names, geometry } = &query.columns {
        batches = batches.iter().map(|batch| batch.projected(names, *geometry)).collect();
    }
    Page { batches, next }
}

/// Checks that every sort key is a column.
pub fn check_sort(sort: &[SortKey], schema: &Schema) -> Result<()> {
    match sort.iter().find(|key| schema.column(&key.column).is_none()) {
        None => Ok(()),
        Some(key) => Err(Error::invalid(format!(
            "“{}” is not a column to sort by; the columns are {}.",
            key.column,
            schema.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
        ))
        .at("sortby")),
    }
}
