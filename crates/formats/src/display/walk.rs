//! Rows in the order of an index, up or down, from anywhere: which rows come next, not what is in them.

use super::directory::{Numbering, TimeKey};
use super::file::DisplayFile;
use super::index::{PAGE_ROWS, UNTIMED};
use super::plan::Plan;
use std::ops::Range;
use terrane_model::filter::Literal;
use terrane_model::query::{Position, SortKey};
use terrane_model::schema::ColumnKind;
use terrane_model::{Result, Schema};

/// An order that an index keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By identity.
    Identity {
        /// From large to small.
        descending: bool,
    },
    /// By start; equal ones by identity, ascending; rows without a start last.
    Time {
        /// From late to early.
        descending: bool,
    },
}

impl Order {
    /// The order that sort keys ask for, when an index keeps it.
    pub fn of(sort: &[SortKey], schema: &Schema, key_is_identity: bool) -> Option<Self> {
        let [key] = sort else { return None };
        let descending = key.descending;
        let kind = schema.column(&key.column).map(|(_, column)| column.kind);
        let is_start = schema.time.as_ref().is_some_and(|time| time.start == key.column);
        let is_identity = key_is_identity && schema.key.as_ref() == Some(&key.column);
        match (is_start && kind == Some(ColumnKind::Time), is_identity) {
            (true, _) => Some(Self::Time { descending }),
            (false, true) => Some(Self::Identity { descending }),
            (false, false) => None,
        }
    }

    /// Whether the index can go on after a position.
    pub fn goes_on_after(self, position: &Position) -> bool {
        match self {
            Self::Identity { .. } => true,
            Self::Time { .. } => matches!(position.key.as_slice(), [Literal::Instant(_) | Literal::Null]),
        }
    }
}

/// A walk along an index.
pub struct Walk {
    order: Order,
    /// What the rows that it gives are numbered by.
    pub numbering: Numbering,
    /// Entries to walk upwards first.
    run: Range<usize>,
    /// Entries to walk downwards then.
    below: Range<usize>,
    /// Rows without a start, last.
    tail: Range<usize>,
}

impl Walk {
    /// Begins after a position, among the starts that a plan leaves.
    pub fn begin(file: &DisplayFile, order: Order, plan: &Plan, after: Option<&Position>) -> Result<Self> {
        let rows = file.directory.rows as usize;
        match order {
            Order::Identity { descending } => {
                let (at_or_before, found) = after.map_or(Ok((0, None)), |after| file.find(&after.id))?;
                let all = match (after, descending) {
                    (None, _) => 0..rows,
                    (Some(_), false) => at_or_before..rows,
                    (Some(_), true) => 0..at_or_before - usize::from(found.is_some()),
                };
                let (run, below) = if descending { (0..0, all) } else { (all, 0..0) };
                Ok(Self { order, numbering: Numbering::Own, run, below, tail: 0..0 })
            }
            Order::Time { descending } => Self::through_time(file, descending, plan, after),
        }
    }

    fn through_time(file: &DisplayFile, descending: bool, plan: &Plan, after: Option<&Position>) -> Result<Self> {
        let (order, timed) = (Order::Time { descending }, file.directory.timed_rows as usize);
        let window = window(file, plan)?;
        let mut tail = timed..file.directory.rows as usize;
        let mut run = 0..0;
        let mut rest = window;
        if let Some(after) = after {
            let rank = file.find(&after.id)?.0 as u32;
            match after.key.first() {
                Some(Literal::Instant(time)) => {
                    let next = position(file, (time.0, rank))?;
                    if descending {
                        let (first, end) = (position(file, (time.0, 0))?, end_of(file, time.0)?);
                        run = next.max(rest.start)..end.min(rest.end);
                        rest = rest.start..rest.end.min(first);
                    } else {
                        rest = rest.start.max(next)..rest.end;
                    }
                }
                _ => {
                    rest = 0..0;
                    tail = position(file, (UNTIMED, rank))?..tail.end;
                }
            }
        }
        let numbering = if file.directory.is_in_time() { Numbering::Time } else { Numbering::Own };
        let (run, below) = if descending { (run, rest) } else { (rest, 0..0) };
        Ok(Self { order, numbering, run, below, tail })
    }

    /// Adds the next rows, a page at most; `false` after the last.
    pub fn next(&mut self, file: &DisplayFile, rows: &mut Vec<u32>) -> Result<bool> {
        if self.run.is_empty() && self.below.is_empty() {
            self.run = std::mem::take(&mut self.tail);
        }
        if !self.run.is_empty() {
            return self.step_up(file, rows).map(|()| true);
        }
        match self.order {
            _ if self.below.is_empty() => Ok(false),
            Order::Identity { .. } => self.step_down(file, rows).map(|()| true),
            Order::Time { .. } => self.step_down_in_time(file, rows).map(|()| true),
        }
    }

    fn step_up(&mut self, file: &DisplayFile, rows: &mut Vec<u32>) -> Result<()> {
        let page = self.run.start / PAGE_ROWS;
        let end = self.run.end.min((page + 1) * PAGE_ROWS);
        if self.numbering == Numbering::Time {
            rows.extend(self.run.start as u32..end as u32);
            self.run.start = end;
            return Ok(());
        }
        let range = self.run.start - page * PAGE_ROWS..end - page * PAGE_ROWS;
        let copy = |of_page: &[u32]| rows.extend_from_slice(of_page.get(range).unwrap_or_default());
        match self.order {
            Order::Identity { .. } => file.with_identities(page, |entries| copy(&entries.rows))?,
            Order::Time { .. } => file.with_times(page, |entries| copy(&entries.rows))?,
        }
        self.run.start = end;
        Ok(())
    }

    fn step_down(&mut self, file: &DisplayFile, rows: &mut Vec<u32>) -> Result<()> {
        let page = (self.below.end - 1) / PAGE_ROWS;
        let begin = self.below.start.max(page * PAGE_ROWS);
        let range = begin - page * PAGE_ROWS..self.below.end - page * PAGE_ROWS;
        file.with_identities(page, |entries| rows.extend(entries.rows.get(range).unwrap_or_default().iter().rev()))?;
        self.below.end = begin;
        Ok(())
    }

    /// Goes down by runs of equal starts, each of which is walked upwards.
    fn step_down_in_time(&mut self, file: &DisplayFile, rows: &mut Vec<u32>) -> Result<()> {
        let page = (self.below.end - 1) / PAGE_ROWS;
        let (base, floor) = (page * PAGE_ROWS, self.below.start.saturating_sub(page * PAGE_ROWS));
        let before = rows.len();
        let (end, across) = file.with_times(page, |entries| {
            let mut end = (self.below.end - base).min(entries.times.len());
            while end > floor {
                // Most starts are of one row: looking back is less work than searching.
                let time = entries.times[end - 1];
                let equal = entries.times[floor..end].iter().rev().take_while(|&&other| other == time).count();
                let start = end - equal;
                if start == 0 && base > self.below.start {
                    // The run may begin on a page before.
                    return (end, Some(time));
                }
                match self.numbering {
                    Numbering::Own => rows.extend_from_slice(&entries.rows[start..end]),
                    Numbering::Time => rows.extend((base + start) as u32..(base + end) as u32),
                }
                end = start;
            }
            (end, None)
        })?;
        self.below.end = base + end;
        if let (Some(time), true) = (across, rows.len() == before) {
            let first = position(file, (time, 0))?.max(self.below.start);
            self.run = first..self.below.end;
            self.below.end = first;
            return self.step_up(file, rows);
        }
        Ok(())
    }
}

/// How many entries of the index of times come before a key.
fn position(file: &DisplayFile, key: TimeKey) -> Result<usize> {
    let pages = file.directory.time_pages.partition_point(|first| *first < key);
    let Some(page) = pages.checked_sub(1) else { return Ok(0) };
    file.with_times(page, |entries| {
        let earlier = entries.times.partition_point(|&time| time < key.0);
        let same = entries.times[earlier..].partition_point(|&time| time == key.0);
        page * PAGE_ROWS + earlier + entries.ranks[earlier..earlier + same].partition_point(|&rank| rank < key.1)
    })
}

/// How many entries start at a moment or before it.
fn end_of(file: &DisplayFile, time: i64) -> Result<usize> {
    position(file, (time.saturating_add(1), 0))
}

/// The entries whose starts a plan leaves; those without a start are not among them.
fn window(file: &DisplayFile, plan: &Plan) -> Result<Range<usize>> {
    let timed = file.directory.timed_rows as usize;
    let (first, last) = plan.starts(&file.directory);
    let begin = first.map_or(Ok(0), |first| position(file, (first, 0)))?;
    let end = last.map_or(Ok(timed), |last| end_of(file, last))?.min(timed);
    Ok(begin.min(end)..end)
}

/// Rows that the index of times leaves to a plan, rising, when they are so few that looking at each is less work than looking
/// at blocks.
pub fn few_rows_in_time(file: &DisplayFile, plan: &Plan) -> Result<Option<Vec<u32>>> {
    let directory = &file.directory;
    let timed = directory.timed_rows as usize;
    if directory.time_pages.is_empty() || plan.starts(directory) == (None, None) {
        return Ok(None);
    }
    let window = window(file, plan)?;
    let untimed = directory.rows as usize - timed;
    if (window.len() + untimed) * ROWS_PER_CANDIDATE > directory.rows as usize {
        return Ok(None);
    }
    let tail = timed..directory.rows as usize;
    let order = Order::Time { descending: false };
    let mut walk = Walk { order, numbering: Numbering::Own, run: window, below: 0..0, tail };
    let mut rows = Vec::new();
    while walk.next(file, &mut rows)? {}
    rows.sort_unstable();
    Ok(Some(rows))
}

/// A window in time is walked by its index when at most one row in so many can match.
const ROWS_PER_CANDIDATE: usize = 8;
