//! Does what a source left undone, always in the order filter, sort, page, project.

use crate::pool::{Cancel, wait};
use std::cmp::Ordering;
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::filter::{Literal, Predicate};
use terrane_model::identity::FeatureId;
use terrane_model::query::{Columns, Position, SortKey};
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

/// Finishes a scan that was asked for one row more than `query.limit`.
pub fn page(scan: FeatureScan, query: &FeatureQuery, schema: &Schema, cancel: &Cancel) -> Result<Page> {
    let (sorted, paged) = (scan.is_sorted() || query.sort.is_empty(), scan.is_paged());
    let rows = Filtered::new(scan, schema, cancel)?;
    let limit = query.limit.unwrap_or(usize::MAX - 1);
    let batches = match (sorted, paged) {
        (_, true) => take(rows, None, limit + 1)?,
        (true, false) => take(rows, query.after.as_ref(), limit + 1)?,
        (false, false) => smallest(rows, query, limit + 1)?,
    };
    Ok(cut(batches, limit, query))
}

/// Rows in the order they come, after the row of a position.
fn take(rows: Filtered, after: Option<&Position>, count: usize) -> Result<Vec<Batch>> {
    let mut waiting_for = after.map(|position| &position.id);
    let (mut batches, mut left) = (Vec::new(), count);
    for batch in rows {
        let mut batch = batch?;
        if let Some(id) = waiting_for {
            let Some(at) = batch.features().position(|feature| feature.id() == *id) else { continue };
            waiting_for = None;
            batch = batch.sliced(at + 1, usize::MAX);
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

struct Candidate {
    key: Vec<Literal>,
    id: FeatureId,
    batch: Arc<Batch>,
    row: usize,
}

/// The first rows in the order asked, of rows in any order; memory is bounded by the page, not by the table.
fn smallest(rows: Filtered, query: &FeatureQuery, count: usize) -> Result<Vec<Batch>> {
    let mut candidates: Vec<Candidate> = Vec::new();
    let order = |a: &Candidate, b: &Candidate| compare(&query.sort, (&a.key, &a.id), (&b.key, &b.id));
    let kept_max = count.saturating_mul(2).max(4_096);
    for batch in rows {
        let batch = Arc::new(batch?);
        for feature in batch.features() {
            let (key, id) = (sort_values(&feature, &query.sort), feature.id());
            let begins = query
                .after
                .as_ref()
                .is_none_or(|after| compare(&query.sort, (&key, &id), (&after.key, &after.id)) == Ordering::Greater);
            if begins {
                candidates.push(Candidate { key, id, batch: Arc::clone(&batch), row: feature.row() });
            }
        }
        if candidates.len() > kept_max {
            candidates.sort_by(order);
            candidates.truncate(count);
        }
    }
    candidates.sort_by(order);
    candidates.truncate(count);
    Ok(gather(&candidates))
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
    let next = last
        .filter(|_| total > limit)
        .map(|feature| Position { key: sort_values(&feature, &query.sort), id: feature.id() });
    if let Columns::These { names, geometry } = &query.columns {
        batches = batches.iter().map(|batch| batch.projected(names, *geometry)).collect();
    }
    Page { batches, next }
}

fn sort_values(feature: &Feature<'_>, sort: &[SortKey]) -> Vec<Literal> {
    sort.iter().map(|key| literal(&feature.get(&key.column))).collect()
}

/// The value as it stands in a cursor; what has no order counts as nothing.
fn literal(value: &Value<'_>) -> Literal {
    match value {
        Value::Null | Value::Bytes(_) => Literal::Null,
        Value::Bool(truth) => Literal::Bool(*truth),
        Value::Int(number) => Literal::Int(*number),
        Value::Float(number) => Literal::Float(*number),
        Value::Text(text) | Value::Nested(text) => Literal::Text((*text).to_owned()),
        Value::Time(when) => Literal::Instant(when.earliest),
    }
}

/// The order of two rows: key by key, nothing last either way, then the identity.
pub fn compare(sort: &[SortKey], a: (&[Literal], &FeatureId), b: (&[Literal], &FeatureId)) -> Ordering {
    for (key, (left, right)) in sort.iter().zip(a.0.iter().zip(b.0)) {
        let order = match (left, right) {
            (Literal::Null, Literal::Null) => Ordering::Equal,
            (Literal::Null, _) => Ordering::Greater,
            (_, Literal::Null) => Ordering::Less,
            _ if key.descending => compare_values(right, left),
            _ => compare_values(left, right),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.1.cmp(b.1)
}

fn compare_values(a: &Literal, b: &Literal) -> Ordering {
    match (a, b) {
        (Literal::Bool(a), Literal::Bool(b)) => a.cmp(b),
        (Literal::Int(a), Literal::Int(b)) => a.cmp(b),
        (Literal::Text(a), Literal::Text(b)) => a.cmp(b),
        (Literal::Instant(a), Literal::Instant(b)) => a.cmp(b),
        _ => number(a).total_cmp(&number(b)),
    }
}

fn number(value: &Literal) -> f64 {
    match value {
        Literal::Int(number) => *number as f64,
        Literal::Float(number) => *number,
        _ => 0.0,
    }
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
