//! What can still be read of a catalogue and its copies, row by row; of each record the last version.

use super::{Recovered, salvage, with_ending};
use crate::backup::now;
use crate::{CATALOGUE, CATALOGUE_COPY, cannot};
use rusqlite::{Connection, Row, params};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use terrane_formats::about::{dataset_from_json, map_from_json};
use terrane_model::Result;

/// Shelf and id.
pub(super) type Key = (String, String);

/// A record as it was found.
pub(super) struct Found {
    pub(super) version: i64,
    pub(super) body: String,
    pub(super) changed_us: i64,
    pub(super) outcome: Recovered,
}

/// A line of the log of changes.
pub(super) struct Line {
    pub(super) at_us: i64,
    pub(super) who: String,
    pub(super) why: String,
    pub(super) changed: String,
}

/// Everything that was found.
#[derive(Default)]
pub(super) struct Harvest {
    pub(super) records: BTreeMap<Key, Found>,
    pub(super) removed: BTreeMap<Key, i64>,
    pub(super) log: BTreeMap<i64, Line>,
    /// The last that the log says of each record: its version, 0 when it was removed, and when.
    last: BTreeMap<Key, (i64, i64)>,
    /// The last line of the catalogue's own log was read.
    knows_end: bool,
}

/// Reads the damaged catalogue first, then its copies, the newest first.
pub(super) fn read_all(folder: &Path) -> Result<Harvest> {
    let work = Work::make(folder)?;
    let mut harvest = Harvest::default();
    let sources = sources(folder);
    for (number, source) in sources.iter().enumerate() {
        let copy = work.copy_of(source, number)?;
        let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let outcome = if number == 0 { Recovered::Whole } else { Recovered::FromCopy(name) };
        harvest.read(&copy, &outcome);
        harvest.knows_end |= number == 0 && !harvest.log.is_empty() && ends_with_known(&copy, &harvest);
        // Last, since SQLite knows best which pages are in use.
        let outcome = if number == 0 { Recovered::FromCopy(UNUSED.to_owned()) } else { outcome };
        for row in salvage::rows_of_pages(&copy) {
            harvest.take_salvaged(row, &outcome);
        }
    }
    harvest.read_log();
    // Names that other sources know may lead to rows that a scan did not reach.
    harvest.look_up(&work.folder.join("0.sqlite"));
    harvest.forget_removed();
    harvest.judge();
    Ok(harvest)
}

/// What rows are called that lie on pages which SQLite does not reach: they may be of an earlier time.
const UNUSED: &str = "loose pages of catalogue.sqlite";

fn ends_with_known(copy: &Path, harvest: &Harvest) -> bool {
    let Ok(connection) = Connection::open(copy) else { return false };
    let last = connection.query_row("SELECT max(sequence) FROM change_log", [], |row| row.get::<_, i64>(0));
    last.is_ok_and(|last| harvest.log.contains_key(&last))
}

/// The catalogue, the copy beside it, the copies of older layouts; of a recovery that was killed, also the kept file with its log.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let catalogue = folder.join(CATALOGUE);
    let inode = |path: &Path| std::fs::metadata(path).map(|about| about.ino()).ok();
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![catalogue] };
    let mut others: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| is_source(path)).collect();
    others.retain(|path| !path.to_string_lossy().contains("catalogue.damaged-") || inode(path) == inode(&catalogue));
    // By their names: copy, damaged, layout-1, layout-2; the highest layout is the newest.
    others.sort_by_key(|path| (!path.ends_with(CATALOGUE_COPY), std::cmp::Reverse(path.clone())));
    std::iter::once(catalogue).chain(others).collect()
}

fn is_source(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let middle = name.strip_prefix("catalogue.").and_then(|rest| rest.strip_suffix(".sqlite"));
    middle.is_some_and(|it| it == "copy" || it.starts_with("layout-") || it.starts_with("damaged-"))
}

impl Harvest {
    /// Reads what SQLite gives out, from both ends of each table: a damaged page ends a scan.
    fn read(&mut self, path: &Path, outcome: &Recovered) {
        let Ok(connection) = Connection::open(path) else { return };
        for order in ["", " DESC"] {
            let records =
                format!("SELECT shelf, id, version, body, changed_us FROM record ORDER BY shelf{order}, id{order}");
            scan(&connection, &records, |row| {
                self.take_record(key_of(row)?, found_of(row, outcome)?);
                Some(())
            });
            let removed = format!("SELECT shelf, id, version FROM removed ORDER BY shelf{order}, id{order}");
            scan(&connection, &removed, |row| {
                self.take_removed(key_of(row)?, row.get(2).ok()?);
                Some(())
            });
            let log = format!("SELECT sequence, at_us, who, why, changed FROM change_log ORDER BY sequence{order}");
            scan(&connection, &log, |row| {
                self.take_line(row.get(0).ok()?, line_of(row)?);
                Some(())
            });
        }
    }

    fn take_salvaged(&mut self, row: salvage::Salvaged, outcome: &Recovered) {
        match row {
            salvage::Salvaged::Record { key, version, body, changed_us } => {
                self.take_record(key, Found { version, body, changed_us, outcome: outcome.clone() });
            }
            salvage::Salvaged::Removed { key, version } => self.take_removed(key, version),
            salvage::Salvaged::Line { sequence, line } => self.take_line(sequence, line),
        }
    }

    fn take_record(&mut self, key: Key, found: Found) {
        let newer = self.records.get(&key).is_none_or(|known| known.version < found.version);
        if newer && found.version > 0 && is_sound(&key.0, &found.body) {
            self.records.insert(key, found);
        }
    }

    fn take_removed(&mut self, key: Key, version: i64) {
        let last = self.removed.entry(key).or_insert(version);
        *last = version.max(*last);
    }

    fn take_line(&mut self, sequence: i64, line: Line) {
        if sequence > 0 && serde_json::from_str::<Vec<(String, String, i64)>>(&line.changed).is_ok() {
            self.log.entry(sequence).or_insert(line);
        }
    }

    fn read_log(&mut self) {
        for line in self.log.values() {
            let changed: Vec<(String, String, i64)> = serde_json::from_str(&line.changed).unwrap_or_default();
            self.last.extend(changed.into_iter().map(|(shelf, id, version)| ((shelf, id), (version, line.at_us))));
        }
    }

    /// Asks the damaged catalogue for single records: the way to one may be whole where the way along all is not.
    fn look_up(&mut self, copy: &Path) {
        let Ok(connection) = Connection::open(copy) else { return };
        let keys: BTreeSet<Key> = self.last.keys().chain(self.records.keys()).cloned().collect();
        let select = "SELECT shelf, id, version, body, changed_us FROM record WHERE shelf = ?1 AND id = ?2";
        for key in keys {
            let row = connection.query_row(select, params![key.0, key.1], |row| Ok(found_of(row, &Recovered::Whole)));
            if let Ok(Some(found)) = row {
                self.take_record(key, found);
            }
        }
    }

    /// What was removed after its last version was written stays removed.
    fn forget_removed(&mut self) {
        let (removed, last) = (&self.removed, &self.last);
        self.records.retain(|key, found| {
            let in_table = removed.get(key).is_some_and(|version| *version >= found.version);
            let in_log = last.get(key).is_some_and(|(version, at_us)| *version == 0 && *at_us >= found.changed_us);
            !in_table && !in_log
        });
    }

    /// Whether every line of the log is there, so that nothing can have happened that is not known.
    fn is_complete(&self) -> bool {
        self.knows_end && self.log.keys().copied().eq(1..=self.log.len() as i64)
    }

    /// A record that has the last version of the log is whole, wherever it was found, if no line of the log is missing.
    fn judge(&mut self) {
        let complete = self.is_complete();
        for (key, found) in &mut self.records {
            match self.last.get(key) {
                Some((version, _)) if complete && *version == found.version => found.outcome = Recovered::Whole,
                Some((version, _)) if *version > found.version && found.outcome == Recovered::Whole => {
                    found.outcome = Recovered::FromCopy(CATALOGUE.to_owned());
                }
                _ => {}
            }
        }
    }

    /// Whether nothing later is known of a record.
    pub(super) fn is_last(&self, key: &Key) -> bool {
        self.records.get(key).is_some_and(|found| found.outcome == Recovered::Whole)
    }

    pub(super) fn is_removed(&self, key: &Key) -> bool {
        !self.records.contains_key(key)
            && (self.removed.contains_key(key) || self.last.get(key).is_some_and(|(version, _)| *version == 0))
    }

    /// Records that the log says are there.
    pub(super) fn known_to_exist(&self) -> impl Iterator<Item = Key> + '_ {
        let there = self.last.iter().filter(|(key, (version, _))| *version > 0 && !self.removed.contains_key(*key));
        there.map(|(key, _)| key.clone())
    }

    /// A version that the record never had.
    pub(super) fn next_version(&self, key: &Key) -> i64 {
        let versions = [
            self.records.get(key).map(|found| found.version),
            self.removed.get(key).copied(),
            self.last.get(key).map(|(version, _)| *version),
        ];
        self.beyond(versions.into_iter().flatten().max().unwrap_or(0))
    }

    /// A number that no commit had.
    pub(super) fn next_sequence(&self) -> i64 {
        self.beyond(self.log.keys().next_back().copied().unwrap_or(0))
    }

    /// The number after the last one; where later ones may have been lost, the time in seconds, which is greater than any count.
    fn beyond(&self, last: i64) -> i64 {
        if self.is_complete() { last + 1 } else { (last + 1).max(now().0 / 1_000_000) }
    }
}

/// Goes along rows until one cannot be read; a row that is not understood is left out.
fn scan(connection: &Connection, select: &str, mut take: impl FnMut(&Row<'_>) -> Option<()>) {
    let Ok(mut statement) = connection.prepare(select) else { return };
    let Ok(mut rows) = statement.query([]) else { return };
    while let Ok(Some(row)) = rows.next() {
        let _ = take(row);
    }
}

fn key_of(row: &Row<'_>) -> Option<Key> {
    Some((row.get(0).ok()?, row.get(1).ok()?))
}

fn found_of(row: &Row<'_>, outcome: &Recovered) -> Option<Found> {
    let (version, body, changed_us) = (row.get(2).ok()?, row.get(3).ok()?, row.get(4).ok()?);
    Some(Found { version, body, changed_us, outcome: outcome.clone() })
}

fn line_of(row: &Row<'_>) -> Option<Line> {
    Some(Line { at_us: row.get(1).ok()?, who: row.get(2).ok()?, why: row.get(3).ok()?, changed: row.get(4).ok()? })
}

/// Whether a body is what its shelf holds: bytes that a failing disk has put there are not.
fn is_sound(shelf: &str, body: &str) -> bool {
    let known = crate::ledger::SHELVES.into_iter().any(|known| known.name() == shelf);
    let fits = match shelf {
        "dataset" => dataset_from_json(body).is_ok(),
        "map" => map_from_json(body).is_ok(),
        "edition" | "style" | "mapping" => serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok(),
        _ => true,
    };
    known && fits && !body.contains('\0')
}

/// Copies of what is read, so that reading changes nothing; removed when dropped.
struct Work {
    folder: PathBuf,
}

impl Work {
    fn make(data: &Path) -> Result<Self> {
        let folder = data.join("catalogue.recovering");
        let _ = std::fs::remove_dir_all(&folder);
        let made = std::fs::DirBuilder::new().mode(0o700).create(&folder);
        made.map_err(|error| cannot(&folder, "made", error))?;
        Ok(Self { folder })
    }

    /// A copy with its log.
    fn copy_of(&self, source: &Path, number: usize) -> Result<PathBuf> {
        let copy = self.folder.join(format!("{number}.sqlite"));
        for ending in ["", "-wal"] {
            let (from, to) = (with_ending(source, ending), with_ending(&copy, ending));
            if from.is_file() {
                std::fs::copy(&from, &to).map_err(|error| cannot(&from, "read", error))?;
            }
        }
        Ok(copy)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
