//! Rows of few blocks put in an order by sorting them: less work than looking for them along an index of all rows.

use super::index::{UNTIMED, compare, compare_rows};
use super::plan::Kept;
use super::scan::Reader;
use super::walk::Order;
use std::cmp::Ordering;
use terrane_model::Result;
use terrane_model::batch::{ColumnData, Ids};
use terrane_model::filter::Literal;
use terrane_model::query::Position;

/// Rows that are wanted, with what orders them.
pub struct Few {
    rows: Vec<Entry>,
    /// Identities of the blocks.
    ids: Vec<Ids>,
}

struct Entry {
    time: i64,
    /// Which of the blocks, and the row's number in it.
    slot: u32,
    row_in_block: u32,
    row: u32,
}

impl Few {
    /// Rows, at most, that are better sorted than looked for.
    pub const ROWS_MAX: u32 = 65_536;

    /// The rows wanted when a plan rules blocks out and leaves few; `None` when it does not.
    pub fn of(reader: &Reader, may_hold: &[bool]) -> Result<Option<Self>> {
        if reader.plan.keeps_all() || Self::candidates(reader, may_hold) > u64::from(Self::ROWS_MAX) {
            return Ok(None);
        }
        Self::all(reader, may_hold).map(Some)
    }

    /// Rows of the blocks that a plan leaves.
    pub fn candidates(reader: &Reader, may_hold: &[bool]) -> u64 {
        let blocks = reader.file.directory.own().iter().zip(may_hold);
        blocks.filter(|(_, may)| **may).map(|(block, _)| u64::from(block.rows)).sum()
    }

    /// The rows wanted, however many.
    pub fn all(reader: &Reader, may_hold: &[bool]) -> Result<Self> {
        let mut few = Self { rows: Vec::new(), ids: Vec::new() };
        for block in (0..reader.file.directory.own_blocks).filter(|block| may_hold[*block]) {
            few.add(reader, block)?;
        }
        Ok(few)
    }

    fn add(&mut self, reader: &Reader, block: usize) -> Result<()> {
        let (file, entry) = (&reader.file, &reader.file.directory.blocks[block]);
        let kept: Vec<u32> = match reader.plan.judge(file, block, Kept::All)? {
            Kept::None => return Ok(()),
            Kept::All => (0..entry.rows).collect(),
            Kept::Rows(rows) => rows.to_vec(),
        };
        if kept.is_empty() {
            return Ok(());
        }
        let schema = &file.directory.schema;
        let start = schema.time.as_ref().and_then(|time| schema.column(&time.start)).map(|(at, _)| at);
        let values = start.map(|start| file.values(block, start)).transpose()?;
        let time = |row: u32| match &values {
            Some(values) if values.is_valid(row as usize) => match &values.data {
                ColumnData::Time(times) => times.earliest[row as usize],
                _ => UNTIMED,
            },
            _ => UNTIMED,
        };
        let slot = self.ids.len() as u32;
        self.ids.push(file.ids(block)?);
        self.rows.extend(kept.iter().map(|&row| Entry {
            time: time(row),
            slot,
            row_in_block: row,
            row: entry.first + row,
        }));
        Ok(())
    }

    /// The rows after a position in an order.
    pub fn in_order(mut self, order: Order, after: Option<&Position>) -> impl Iterator<Item = u32> + use<> {
        let ids = &self.ids;
        let id = |entry: &Entry| (&ids[entry.slot as usize], entry.row_in_block as usize);
        self.rows.sort_unstable_by(|a, b| {
            let identities = || compare_rows(id(a), id(b));
            match order {
                Order::Time { descending } => compare_times(a.time, b.time, descending).then_with(identities),
                Order::Identity { descending } => turned(identities(), descending),
            }
        });
        let first = after.map_or(0, |after| {
            let time = if let Some(Literal::Instant(time)) = after.key.first() { time.0 } else { UNTIMED };
            self.rows.partition_point(|entry| {
                let (list, row) = id(entry);
                let identities = || compare(list, row, &after.id);
                let found = match order {
                    Order::Time { descending } => compare_times(entry.time, time, descending).then_with(identities),
                    Order::Identity { descending } => turned(identities(), descending),
                };
                found.is_le()
            })
        });
        self.rows.into_iter().skip(first).map(|entry| entry.row)
    }
}

/// Early or late first, what has no time last either way.
fn compare_times(a: i64, b: i64, descending: bool) -> Ordering {
    let by_presence = (a == UNTIMED).cmp(&(b == UNTIMED));
    by_presence.then_with(|| turned(a.cmp(&b), descending))
}

fn turned(order: Ordering, descending: bool) -> Ordering {
    if descending { order.reverse() } else { order }
}
