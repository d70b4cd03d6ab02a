//! Rows of the catalogue's tables on pages that SQLite cannot reach any more, because the page above is damaged.
//!
//! Source: "Database File Format", sqlite.org/fileformat2.html, sections 1.5 and 1.6 (pages, cells, overflow), 2.1 (records) and
//! 4.1 (the log). Pages that are no longer in use are read too: the caller takes the last version of each record.

use super::harvest::{Key, Line};
use super::with_ending;
use std::collections::HashMap;
use std::path::Path;
use terrane_model::limits::CATALOGUE_CHECK_BYTES_MAX;

/// A row of one of the tables.
pub(super) enum Salvaged {
    Record { key: Key, version: i64, body: String, changed_us: i64 },
    Removed { key: Key, version: i64 },
    Line { sequence: i64, line: Line },
}

/// A value of a record; what the tables do not have is left out.
enum Value {
    Null,
    Integer(i64),
    Text(String),
}

/// All rows on all pages of a file and its log.
pub(super) fn rows_of_pages(path: &Path) -> Vec<Salvaged> {
    let Some(pages) = Pages::read(path) else { return Vec::new() };
    (1..=pages.count).flat_map(|number| pages.rows(number)).collect()
}

struct Pages {
    bytes: Vec<u8>,
    size: usize,
    /// Bytes of a page that are in use.
    usable: usize,
    count: usize,
    /// Pages that the log has in a later form.
    log: HashMap<usize, Vec<u8>>,
}

impl Pages {
    fn read(path: &Path) -> Option<Self> {
        let about = std::fs::metadata(path).ok()?;
        if about.len() > CATALOGUE_CHECK_BYTES_MAX {
            return None;
        }
        let bytes = std::fs::read(path).ok()?;
        // A first page that is damaged may say anything; SQLite's default is what this program writes.
        let size = match number(&bytes, 16, 2) {
            Some(1) => 65_536,
            Some(size @ 512..=32_768) if size.is_power_of_two() => size,
            _ => 4_096,
        };
        let intact = bytes.starts_with(b"SQLite format 3\0");
        let reserved = if intact { usize::from(*bytes.get(20)?) } else { 0 };
        let log = std::fs::read(with_ending(path, "-wal")).map(|log| pages_of_log(&log, size)).unwrap_or_default();
        let count = (bytes.len() / size).max(log.keys().copied().max().unwrap_or(0));
        Some(Self { usable: size.saturating_sub(reserved), count, bytes, size, log })
    }

    fn page(&self, number: usize) -> Option<&[u8]> {
        if let Some(page) = self.log.get(&number) {
            return Some(page);
        }
        let begin = number.checked_sub(1)?.checked_mul(self.size)?;
        self.bytes.get(begin..begin + self.size)
    }

    fn rows(&self, page_number: usize) -> Vec<Salvaged> {
        let Some(page) = self.page(page_number) else { return Vec::new() };
        let head = if page_number == 1 { 100 } else { 0 };
        let Some(kind) = page.get(head).copied() else { return Vec::new() };
        let cells_at = match kind {
            0x0a | 0x0d => head + 8,
            0x02 => head + 12,
            _ => return Vec::new(),
        };
        let count = number(page, head + 3, 2).unwrap_or(0).min(self.size / 2);
        let cells = (0..count).filter_map(|cell| number(page, cells_at + 2 * cell, 2));
        cells.filter_map(|at| self.row(page, kind, at)).collect()
    }

    fn row(&self, page: &[u8], kind: u8, at: usize) -> Option<Salvaged> {
        let mut at = if kind == 0x02 { at + 4 } else { at };
        let bytes = usize::try_from(varint(page, &mut at)?).ok()?;
        let row_id = if kind == 0x0d { varint(page, &mut at)? } else { 0 };
        let payload = self.payload(page, at, bytes, kind == 0x0d)?;
        salvaged(row_id, values(&payload)?)
    }

    /// The bytes of a cell, of which some may be on other pages.
    fn payload(&self, page: &[u8], at: usize, bytes: usize, is_table: bool) -> Option<Vec<u8>> {
        if bytes > self.bytes.len() + self.log.len() * self.size {
            return None;
        }
        let most = if is_table { self.usable - 35 } else { (self.usable - 12) * 64 / 255 - 23 };
        if bytes <= most {
            return Some(page.get(at..at + bytes)?.to_vec());
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let wanted = least + (bytes - least) % (self.usable - 4);
        let local = if wanted <= most { wanted } else { least };
        let mut payload = page.get(at..at + local)?.to_vec();
        let mut next = number(page, at + local, 4)?;
        while payload.len() < bytes {
            let page = self.page(next)?;
            let more = (bytes - payload.len()).min(self.usable - 4);
            payload.extend_from_slice(page.get(4..4 + more)?);
            next = number(page, 0, 4)?;
        }
        Some(payload)
    }
}

/// The last committed form of each page in a log. Frames of an earlier round have other salts.
fn pages_of_log(log: &[u8], size: usize) -> HashMap<usize, Vec<u8>> {
    let (mut committed, mut open) = (HashMap::new(), HashMap::new());
    let salts = log.get(16..24);
    for frame in log.get(32..).unwrap_or_default().chunks_exact(24 + size) {
        if frame.get(8..16) != salts {
            break;
        }
        open.insert(number(frame, 0, 4).unwrap_or(0), frame[24..].to_vec());
        if number(frame, 4, 4) != Some(0) {
            committed.extend(open.drain());
        }
    }
    committed
}

/// A big-endian number.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    Some(bytes.get(at..at.checked_add(length)?)?.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// A number of one to nine bytes, seven bits each, the ninth with eight.
fn varint(bytes: &[u8], at: &mut usize) -> Option<i64> {
    let mut number: u64 = 0;
    for count in 0..9 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        if count == 8 {
            return Some((number << 8 | u64::from(byte)) as i64);
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some(number as i64);
        }
    }
    None
}

/// The values of a record; `None` when it is not one that the tables could have.
fn values(payload: &[u8]) -> Option<Vec<Value>> {
    let mut at = 0;
    let mut body = usize::try_from(varint(payload, &mut at)?).ok()?;
    let end = body;
    let mut values = Vec::new();
    while at < end && values.len() < 6 {
        let kind = varint(payload, &mut at)?;
        let bytes = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind as usize,
            5 => 6,
            6 => 8,
            text if text >= 13 && text % 2 == 1 => usize::try_from((text - 13) / 2).ok()?,
            _ => return None,
        };
        let content = payload.get(body..body.checked_add(bytes)?)?;
        body += bytes;
        values.push(match kind {
            0 => Value::Null,
            8 | 9 => Value::Integer(kind - 8),
            1..=6 => Value::Integer(signed(content)),
            _ => Value::Text(String::from_utf8(content.to_vec()).ok()?),
        });
    }
    (at == end && body == payload.len()).then_some(values)
}

/// A two's complement number of one to eight bytes.
fn signed(bytes: &[u8]) -> i64 {
    let first = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(first, |number, byte| number << 8 | i64::from(*byte))
}

/// The row of the table that has such columns. Text that is no shelf is found out later.
fn salvaged(row_id: i64, values: Vec<Value>) -> Option<Salvaged> {
    use Value::{Integer, Null, Text};
    let mut values = values.into_iter();
    let mut next = || values.next();
    match (next(), next(), next(), next(), next(), next()) {
        (
            Some(Text(shelf)),
            Some(Text(id)),
            Some(Integer(version)),
            Some(Text(body)),
            Some(Integer(changed_us)),
            None,
        ) => Some(Salvaged::Record { key: (shelf, id), version, body, changed_us }),
        (Some(Text(shelf)), Some(Text(id)), Some(Integer(version)), None, None, None) => {
            Some(Salvaged::Removed { key: (shelf, id), version })
        }
        (Some(Null), Some(Integer(at_us)), Some(Text(who)), Some(Text(why)), Some(Text(changed)), None) => {
            Some(Salvaged::Line { sequence: row_id, line: Line { at_us, who, why, changed } })
        }
        _ => None,
    }
}
