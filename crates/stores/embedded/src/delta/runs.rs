//! Rows of the base and changed rows put into one order, without copying a row: batches are cut where the other's rows come between.

use std::cmp::Ordering;
use std::collections::VecDeque;
use terrane_model::query::{Position, SortKey, compare_positions};
use terrane_model::{Batch, FeatureQuery, Result};

/// Batches, in some order.
pub type Batches = Box<dyn Iterator<Item = Result<Batch>> + Send>;

/// All rows of some batches in one order: where each stands, and the batch and row it is.
pub type Order = Vec<(Position, usize, u32)>;

/// The rows of these batches in order.
pub fn order_of<'a>(batches: impl Iterator<Item = &'a Batch>, sort: &[SortKey]) -> Order {
    let mut rows = Order::new();
    for (at, batch) in batches.enumerate() {
        rows.extend(batch.rows().map(|row| (Position::of(&batch.feature(row), sort), at, row as u32)));
    }
    rows.sort_by(|a, b| compare_positions(sort, &a.0, &b.0));
    rows
}

/// Changed rows in the order asked.
pub struct Sorted {
    batches: Vec<Batch>,
    rows: VecDeque<(Position, usize, u32)>,
}

impl Sorted {
    /// The first rows of these batches that come after the position asked, as many as asked. `order` is that of the same batches with
    /// more rows selected.
    pub fn new(batches: Vec<Batch>, order: &Order, query: &FeatureQuery) -> Self {
        let begin = query.after.as_ref().map_or(0, |after| {
            order.partition_point(|row| compare_positions(&query.sort, &row.0, after) != Ordering::Greater)
        });
        let chosen: Vec<Vec<bool>> = batches.iter().map(is_chosen).collect();
        let rows = order[begin..].iter().filter(|(_, at, row)| chosen[*at][*row as usize]);
        let rows = rows.take(query.limit.unwrap_or(usize::MAX)).cloned().collect();
        Self { batches, rows }
    }

    /// Takes the rows that come before a position, as runs; all when there is none.
    fn take_before(&mut self, sort: &[SortKey], end: Option<&Position>, into: &mut VecDeque<Batch>) {
        let mut run: Option<(usize, Vec<u32>)> = None;
        while let Some((position, ..)) = self.rows.front() {
            if end.is_some_and(|end| compare_positions(sort, position, end) != Ordering::Less) {
                break;
            }
            let Some((_, at, row)) = self.rows.pop_front() else { break };
            match &mut run {
                Some((batch, rows)) if *batch == at => rows.push(row),
                _ => {
                    self.end_run(run.take(), into);
                    run = Some((at, vec![row]));
                }
            }
        }
        self.end_run(run, into);
    }

    fn end_run(&self, run: Option<(usize, Vec<u32>)>, into: &mut VecDeque<Batch>) {
        into.extend(run.map(|(at, rows)| chosen(&self.batches[at], rows)));
    }
}

fn is_chosen(batch: &Batch) -> Vec<bool> {
    let mut chosen = vec![batch.selection.is_none(); batch.height()];
    if batch.selection.is_some() {
        batch.rows().for_each(|row| chosen[row] = true);
    }
    chosen
}

/// Whether a row comes after a position in an order.
pub fn comes_after(sort: &[SortKey], position: &Position, after: Option<&Position>) -> bool {
    after.is_none_or(|after| compare_positions(sort, position, after) == Ordering::Greater)
}

fn chosen(batch: &Batch, rows: Vec<u32>) -> Batch {
    Batch { selection: Some(rows.into()), ..batch.clone() }
}

/// Sorted rows of the base with sorted changed rows among them.
pub struct Merge {
    base: Batches,
    changed: Sorted,
    sort: Vec<SortKey>,
    ready: VecDeque<Batch>,
}

impl Merge {
    /// Both must be in this order.
    pub fn new(base: Batches, changed: Sorted, sort: &[SortKey]) -> Self {
        Self { base, changed, sort: sort.to_vec(), ready: VecDeque::new() }
    }

    fn interleave(&mut self, batch: Batch) {
        let Some(last) = batch.rows().last() else { return };
        let before_last = |changed: &Sorted, position: &Position| {
            let first = changed.rows.front();
            first.is_some_and(|first| compare_positions(&self.sort, &first.0, position) == Ordering::Less)
        };
        if self.changed.rows.is_empty() || !before_last(&self.changed, &Position::of(&batch.feature(last), &self.sort))
        {
            return self.ready.push_back(batch);
        }
        let mut run: Vec<u32> = Vec::new();
        for row in batch.rows() {
            let position = Position::of(&batch.feature(row), &self.sort);
            if before_last(&self.changed, &position) {
                if !run.is_empty() {
                    self.ready.push_back(chosen(&batch, std::mem::take(&mut run)));
                }
                self.changed.take_before(&self.sort, Some(&position), &mut self.ready);
            }
            run.push(row as u32);
        }
        self.ready.push_back(chosen(&batch, run));
    }
}

impl Iterator for Merge {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            match self.base.next() {
                Some(Ok(batch)) => self.interleave(batch),
                Some(Err(error)) => return Some(Err(error)),
                None if self.changed.rows.is_empty() => return None,
                None => self.changed.take_before(&self.sort, None, &mut self.ready),
            }
        }
        self.ready.pop_front().map(Ok)
    }
}

/// The first so many rows.
pub struct Limited {
    rows: Batches,
    left: usize,
}

impl Limited {
    /// At most `limit` rows; all when there is none.
    pub fn new(rows: Batches, limit: Option<usize>) -> Self {
        Self { rows, left: limit.unwrap_or(usize::MAX) }
    }
}

impl Iterator for Limited {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        Some(self.rows.next()?.map(|batch| {
            let batch = if batch.len() > self.left { batch.sliced(0, self.left) } else { batch };
            self.left -= batch.len();
            batch
        }))
    }
}
