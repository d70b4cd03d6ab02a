//! A log of changes to a layer, as a GeoPackage of its own: rows are only ever added to it, each batch of them whole and on the disk
//! before it is acknowledged. What the changes mean is for whoever keeps the layer; here they are only written and read.
//!
//! # How changes are stored
//!
//! One feature table [`CHANGES`] with `fid INTEGER PRIMARY KEY` (the order in which entries were written), `geom`, and the columns of
//! the layer, as [`super`] stores them; every column of moments has its companions. Four columns more:
//!
//! - `terrane_id TEXT`: the identity of the row that changed, as it prints.
//! - `terrane_sequence INTEGER`: which change this entry is part of: 1, 2, …; entries of one number were made together.
//! - `terrane_removed BOOLEAN`: 1 when the row went away; all other columns are empty then.
//! - `terrane_in_base BOOLEAN`: 1 when the layer that the log belongs to has a row of this identity.
//!
//! The view [`LATEST`] has the last entry of each row that is still there, for QGIS. The schema is a JSON text in `gpkg_metadata`
//! under [`CHANGES_URI`]. The journal is a write-ahead log: after a crash the last changes may stand in the `-wal` file beside, which
//! SQLite reads by itself.

mod append;
mod create;
mod read;

pub use append::Change;
pub use read::Logged;

use super::layer::{Layer, quoted};
use super::{record, stranger};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use terrane_model::{Error, Result, Schema};

/// Names the metadata standard of the record of a log in `gpkg_metadata`.
pub const CHANGES_URI: &str = "urn:terrane:changes:1";

/// The table of all entries.
pub const CHANGES: &str = "changes";

/// The view of the last entry of each row that is still there.
pub const LATEST: &str = "latest";

/// How long a reader waits while the writer does what keeps readers out, which is short.
const READING_WAITS_AT_MOST: Duration = Duration::from_secs(5);

/// The SQL names of what the log adds to the columns of the layer.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Marks {
    sequence: String,
    removed: String,
    in_base: String,
}

/// A log of changes that is open. One program at a time may write to it; others can read meanwhile.
pub struct ChangeLog {
    connection: Connection,
    layer: Layer,
    marks: Marks,
    srs_id: i32,
    /// Whether the layer's identities are texts; else what prints as a whole number is one.
    texts: bool,
}

impl ChangeLog {
    /// Opens a log to write to it. `Internal` when there is none.
    pub fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(unreadable)?;
        // A commit that returns is on the disk: FULL syncs the write-ahead log at each.
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").map_err(unreadable)?;
        Self::of(connection)
    }

    /// Opens a log to look at it, also while a program writes to it.
    pub fn open_reading(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(unreadable)?;
        connection.busy_timeout(READING_WAITS_AT_MOST).map_err(unreadable)?;
        Self::of(connection)
    }

    fn of(connection: Connection) -> Result<Self> {
        let find = "SELECT metadata FROM gpkg_metadata WHERE md_standard_uri = ?1 LIMIT 1";
        let text: Option<String> =
            connection.query_row(find, [CHANGES_URI], |row| row.get(0)).optional().map_err(unreadable)?;
        let strange = || Error::internal(format!("the delta has no record {CHANGES_URI} that can be read"));
        let record: serde_json::Value = text.and_then(|text| serde_json::from_str(&text).ok()).ok_or_else(strange)?;
        let names = stranger::column_names(&connection, CHANGES).map_err(unreadable)?;
        let has_column = |name: &str| names.iter().any(|known| known == name);
        let layer = record::read(CHANGES, &record["layer"].to_string(), has_column).ok_or_else(strange)?;
        let mark = |what: &str| record[what].as_str().filter(|name| has_column(name)).map(str::to_owned);
        let marks = (mark("sequence"), mark("removed"), mark("in_base"));
        let (Some(sequence), Some(removed), Some(in_base)) = marks else { return Err(strange()) };
        let srs = "SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = ?1";
        let srs_id = connection.query_row(srs, [CHANGES], |row| row.get(0)).optional().map_err(unreadable)?;
        let texts = record["ids"] == "texts";
        Ok(Self { connection, layer, marks: Marks { sequence, removed, in_base }, srs_id: srs_id.unwrap_or(0), texts })
    }

    /// The shape of the rows.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.layer.schema
    }

    /// Whether the identities of the layer are texts; else those that print as a whole number are numbers.
    pub fn ids_are_texts(&self) -> bool {
        self.texts
    }

    /// The number of the last change; 0 before the first.
    pub fn sequence(&self) -> Result<u64> {
        let sql = format!("SELECT coalesce(max({}), 0) FROM {}", quoted(&self.marks.sequence), quoted(CHANGES));
        let last: i64 = self.connection.query_row(&sql, [], |row| row.get(0)).map_err(failed)?;
        Ok(last as u64)
    }

    /// How many entries there are, superseded ones included.
    pub fn entries(&self) -> Result<u64> {
        let sql = format!("SELECT coalesce(max({}), 0) FROM {}", quoted(&self.layer.fid), quoted(CHANGES));
        let count: i64 = self.connection.query_row(&sql, [], |row| row.get(0)).map_err(failed)?;
        Ok(count as u64)
    }

    /// Writes a copy that is whole, also while changes are made, to a path where nothing is.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        self.connection.execute("VACUUM INTO ?1", [path.to_string_lossy()]).map(drop).map_err(failed)
    }
}

/// What is there is no database, or not one that can be read.
fn unreadable(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
            let say = "The file with the latest changes of this dataset is damaged; restore a backup of it.";
            Error::new(terrane_model::Kind::Internal, say).because(error)
        }
        _ => failed(error),
    }
}

fn failed(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => {
            let say = "The disk is full; nothing was changed. Make room and try again.";
            Error::new(terrane_model::Kind::Internal, say).because(error)
        }
        Some(rusqlite::ErrorCode::ReadOnly) => {
            let say = "The file with the latest changes may not be written to; look at its owner and rights.";
            Error::new(terrane_model::Kind::Internal, say).because(error)
        }
        _ => Error::internal(error),
    }
}
