//! Two indexes in pages: rows by identity, and rows by the moment at which they start. Building, writing and reading them.

use super::bytes::{Decoded, In, Out};
use super::columns::{decode_ids, encode_ids};
use super::directory::TimeKey;
use std::cmp::Ordering;
use terrane_model::FeatureId;
use terrane_model::batch::{Ids, Strings};

/// Entries on a page.
pub const PAGE_ROWS: usize = 1_024;

/// Stands where a row has no start: after all moments.
pub const UNTIMED: i64 = i64::MAX;

/// Identities in order, with the rows that have them.
pub struct IdentityPage {
    /// Identities, rising.
    pub ids: Ids,
    /// The row of each.
    pub rows: Vec<u32>,
}

/// Starts in order; among equal ones in the order of identities; rows without a start last.
pub struct TimePage {
    /// The earliest moment of each start, microseconds; [`UNTIMED`] where there is none.
    pub times: Vec<i64>,
    /// The place of each row in the order of identities.
    pub ranks: Vec<u32>,
    /// The rows.
    pub rows: Vec<u32>,
}

impl IdentityPage {
    /// As it stands in the file.
    pub fn encode(&self, out: &mut Out) -> Decoded<()> {
        out.number(self.rows.len() as u64);
        encode_ids(&self.ids, out)?;
        out.list(&self.rows);
        Ok(())
    }

    /// Reads a page.
    pub fn decode(bytes: &[u8], all_rows: u32) -> Decoded<Self> {
        let mut input = In::new(bytes);
        let count = page_rows(&mut input)?;
        let ids = decode_ids(&mut input, count)?;
        let rows = known_rows(&mut input, count, all_rows)?;
        input.end()?;
        Ok(Self { ids, rows })
    }
}

impl TimePage {
    /// As it stands in the file.
    pub fn encode(&self, out: &mut Out) {
        out.number(self.rows.len() as u64);
        out.list(&self.times);
        out.list(&self.ranks);
        out.list(&self.rows);
    }

    /// Reads a page.
    pub fn decode(bytes: &[u8], all_rows: u32) -> Decoded<Self> {
        let mut input = In::new(bytes);
        let count = page_rows(&mut input)?;
        let (times, ranks) = (input.list(count)?, input.list(count)?);
        let rows = known_rows(&mut input, count, all_rows)?;
        input.end()?;
        Ok(Self { times, ranks, rows })
    }
}

fn page_rows(input: &mut In<'_>) -> Decoded<usize> {
    match usize::try_from(input.number::<u64>()?) {
        Ok(count @ 1..=PAGE_ROWS) => Ok(count),
        _ => Err("a page of an index has a wrong number of entries"),
    }
}

fn known_rows(input: &mut In<'_>, count: usize, all_rows: u32) -> Decoded<Vec<u32>> {
    let rows: Vec<u32> = input.list(count)?;
    if rows.iter().all(|&row| row < all_rows) { Ok(rows) } else { Err("an index names a row that is not there") }
}

/// The order of an identity on a page and one asked for: numbers before texts, as [`FeatureId`] has it.
pub fn compare(ids: &Ids, at: usize, asked: &FeatureId) -> Ordering {
    match (ids, asked) {
        (Ids::Numbers(numbers), FeatureId::Number(number)) => numbers[at].cmp(number),
        (Ids::Numbers(_), FeatureId::Text(_)) => Ordering::Less,
        (Ids::Texts(_), FeatureId::Number(_)) => Ordering::Greater,
        (Ids::Texts(texts), FeatureId::Text(text)) => texts.get(at).cmp(text),
    }
}

/// The order of two identities of a file, whose identities are all of one kind.
pub fn compare_rows((ids, row): (&Ids, usize), (others, other): (&Ids, usize)) -> Ordering {
    match (ids, others) {
        (Ids::Numbers(a), Ids::Numbers(b)) => a[row].cmp(&b[other]),
        (Ids::Texts(a), Ids::Texts(b)) => a.get(row).cmp(b.get(other)),
        (Ids::Numbers(_), Ids::Texts(_)) => Ordering::Less,
        (Ids::Texts(_), Ids::Numbers(_)) => Ordering::Greater,
    }
}

/// How many identities of an ascending list come before the one asked (`Less`), or before it and at it (`is_le`).
pub fn count_before(ids: &Ids, before: impl Fn(Ordering) -> bool, asked: &FeatureId) -> usize {
    let (mut low, mut high) = (0, ids.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if before(compare(ids, middle, asked)) { low = middle + 1 } else { high = middle }
    }
    low
}

/// All identities of a file while it is written.
pub enum AllIds {
    /// Whole numbers.
    Numbers(Vec<i64>),
    /// Texts: where each ends, and all bytes.
    Texts(Vec<u64>, Vec<u8>),
}

impl AllIds {
    /// None yet, of the kind of these.
    pub fn like(ids: &Ids) -> Self {
        match ids {
            Ids::Numbers(_) => Self::Numbers(Vec::new()),
            Ids::Texts(_) => Self::Texts(Vec::new(), Vec::new()),
        }
    }

    /// Adds those of a block; `false` when they are of the other kind.
    pub fn add(&mut self, ids: &Ids) -> bool {
        match (self, ids) {
            (Self::Numbers(list), Ids::Numbers(numbers)) => list.extend_from_slice(numbers),
            (Self::Texts(ends, bytes), Ids::Texts(texts)) => {
                for row in 0..texts.len() {
                    bytes.extend_from_slice(texts.get(row).as_bytes());
                    ends.push(bytes.len() as u64);
                }
            }
            _ => return false,
        }
        true
    }

    fn len(&self) -> usize {
        match self {
            Self::Numbers(list) => list.len(),
            Self::Texts(ends, _) => ends.len(),
        }
    }

    fn text(ends: &[u64], bytes: &[u8], row: u32) -> String {
        let row = row as usize;
        let first = if row == 0 { 0 } else { ends[row - 1] as usize };
        String::from_utf8_lossy(&bytes[first..ends[row] as usize]).into_owned()
    }

    /// Rows in the order of their identities.
    pub fn in_order(&self) -> Vec<u32> {
        let mut rows: Vec<u32> = (0..self.len() as u32).collect();
        match self {
            Self::Numbers(list) => rows.sort_unstable_by_key(|&row| (list[row as usize], row)),
            Self::Texts(ends, bytes) => {
                let text = |row: u32| {
                    let first = if row == 0 { 0 } else { ends[row as usize - 1] as usize };
                    &bytes[first..ends[row as usize] as usize]
                };
                rows.sort_unstable_by(|&a, &b| text(a).cmp(text(b)).then(a.cmp(&b)));
            }
        }
        rows
    }

    /// The identities of some rows.
    pub fn of(&self, rows: &[u32]) -> Ids {
        match self {
            Self::Numbers(list) => Ids::Numbers(rows.iter().map(|&row| list[row as usize]).collect::<Vec<_>>().into()),
            Self::Texts(ends, bytes) => {
                Ids::Texts(rows.iter().map(|&row| Self::text(ends, bytes, row)).collect::<Strings>())
            }
        }
    }
}

/// Rows in the order of their starts, as one entry each: start, place in the order of identities, row.
pub fn by_time(times: &[i64], by_identity: &[u32]) -> Vec<(TimeKey, u32)> {
    let mut entries: Vec<(TimeKey, u32)> =
        by_identity.iter().enumerate().map(|(rank, &row)| ((times[row as usize], rank as u32), row)).collect();
    entries.sort_unstable();
    entries
}
