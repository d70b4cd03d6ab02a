//! Does what a source left undone, always in the order filter, sort, page, project.

use crate::pool::{Cancel, wait};
use std::cmp::Ordering;
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::filter::{Literal, Predicate};
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

/// One page of rows, a batch at a time, and where the next page begins.
///
/// The scan was asked for one row more than `query.limit`, which tells whether there is another page. `query.near` must have been
/// answered before, see [`crate::nearest`].
pub struct Page {
    rows: Rest,
    query: FeatureQuery,
    /// The row that the page begins after, until it was met.
    after: Option<Position>,
    /// Rows of the page that are still to come.
    left: usize,
    last: Option<Position>,
    next: Option<Position>,
}

/// Rows still to come, in order.
enum Rest {
    Read(Box<Filtered>),
    Ready(std::vec::IntoIter<Batch>),
    None,
}

impl Page {
    /// Rows that the source has in order are read as they are wanted; others are read now, as many as the page has.
    pub fn new(scan: FeatureScan, query: FeatureQuery, schema: &Schema, cancel: &Cancel) -> Result<Self> {
        let (sorted, paged) = (scan.is_sorted() || query.sort.is_empty(), scan.is_paged());
        let rows = Filtered::new(scan, schema, cancel)?;
        let left = query.limit.unwrap_or(usize::MAX - 1);
        let after = query.after.clone().filter(|_| !paged);
        let (rows, after) = match sorted {
            true => (Rest::Read(Box::new(rows)), after),
            false => (Rest::Ready(smallest(rows, &query.sort, after.as_ref(), left + 1)?.into_iter()), None),
        };
        Ok(Self { rows, query, after, left, last: None, next: None })
    }

    /// The next rows, with just the columns asked; nothing after the last.
    pub fn batch(&mut self, cancel: &Cancel) -> Result<Option<Batch>> {
        while let Some(batch) = self.read(cancel)? {
            let Some(batch) = self.beginning(batch) else { continue };
            if batch.len() > self.left {
                // There are more rows than the page has.
                self.rows = Rest::None;
                let batch = (self.left > 0).then(|| self.kept(batch.sliced(0, self.left)));
                self.next = self.last.clone();
                return Ok(batch);
            }
            if !batch.is_empty() {
                return Ok(Some(self.kept(batch)));
            }
        }
        self.rows = Rest::None;
        Ok(None)
    }

    /// Where the next page begins, once all rows were read: the last row when there are more.
    pub fn next(&self) -> Option<&Position> {
        self.next.as_ref()
    }

    /// What was asked.
    pub fn query(&self) -> &FeatureQuery {
        &self.query
    }

    fn read(&mut self, cancel: &Cancel) -> Result<Option<Batch>> {
        match &mut self.rows {
            Rest::Read(rows) => {
                rows.cancel = cancel.clone();
                rows.next().transpose()
            }
            Rest::Ready(rows) => Ok(rows.next()),
            Rest::None => Ok(None),
        }
    }

    /// The rows after the one that the page begins after.
    fn beginning(&mut self, batch: Batch) -> Option<Batch> {
        let Some(after) = &self.after else { return Some(batch) };
        let begin = begin_after(&batch, &self.query.sort, after)?;
        self.after = None;
        Some(batch.sliced(begin, usize::MAX))
    }

    /// Counts rows, and drops columns that were only needed for the order.
    fn kept(&mut self, batch: Batch) -> Batch {
        self.left -= batch.len();
        let last = batch.rows().last().map(|row| batch.feature(row));
        self.last = last.map(|feature| Position::of(&feature, &self.query.sort));
        match &self.query.columns {
            Columns::All => batch,
            Columns::These { names, geometry } => batch.projected(names, *geometry),
        }
    }
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
    /// Whether what rows are ordered by are their columns.
    by_columns: bool,
}

/// Batches, a megabyte each, that candidates hold before they are copied.
const HELD_BATCHES_MAX: usize = 64;

impl<'a> First<'a> {
    /// The first `count` rows in the order of their columns.
    pub fn new(sort: &'a [SortKey], count: usize) -> Self {
        Self { by_columns: true, ..Self::measured(sort, count) }
    }

    /// The first `count` rows in an order of what is measured on them, whatever columns are called.
    pub fn measured(sort: &'a [SortKey], count: usize) -> Self {
        Self { sort, count, kept: Vec::new(), held: 0, last: None, by_columns: false }
    }

    /// Sees rows; those without a position are passed over.
    pub fn see(&mut self, batch: Batch, position: impl Fn(&Feature<'_>) -> Option<Position>) {
        let (batch, before) = (Arc::new(batch), self.kept.len());
        let first = self
            .sort
            .first()
            .filter(|_| self.by_columns)
            .and_then(|key| Some((batch.schema.column(&key.column)?.0, key.descending)));
        let late = |feature: &Feature<'_>| match (first, self.last.as_ref().and_then(|last| last.key.first())) {
            (Some((column, descending)), Some(last)) => comes_later(&feature.value(column), last, descending),
            _ => false,
        };
        for feature in batch.features().filter(|feature| !late(feature)) {
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

/// Whether a value, by itself, comes after the last that counts; most rows of a table do, and a position need not be made of them.
fn comes_later(value: &Value<'_>, last: &Literal, descending: bool) -> bool {
    let order = match (value, last) {
        (Value::Null, Literal::Null) => return false,
        (Value::Null, _) => return true,
        (Value::Int(a), Literal::Int(b)) => a.cmp(b),
        (Value::Float(a), Literal::Float(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
        (Value::Text(a), Literal::Text(b)) => (*a).cmp(b.as_str()),
        (Value::Time(a), Literal::Instant(b)) => a.earliest.cmp(b),
        _ => Ordering::Equal,
    };
    order == if descending { Ordering::Less } else { Ordering::Greater }
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
