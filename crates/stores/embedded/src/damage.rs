//! Whether a catalogue is whole: what SQLite's own check finds, and rows that are no longer text. What fails is named with the way back.

use rusqlite::{Connection, ErrorCode};
use std::path::Path;
use terrane_model::limits::CATALOGUE_CHECK_BYTES_MAX;
use terrane_model::{Error, Kind, Result};

/// Looks through a catalogue before it is used; a very large one is left to `doctor`.
pub(crate) fn check_at_start(connection: &Connection, catalogue: &Path) -> Result<()> {
    match std::fs::metadata(catalogue) {
        Ok(about) if about.len() > CATALOGUE_CHECK_BYTES_MAX => Ok(()),
        _ => check(connection),
    }
}

/// Looks through every page and every row of a catalogue.
pub(crate) fn check(connection: &Connection) -> Result<()> {
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(unreadable)?;
    if found != "ok" {
        return Err(damaged("its pages do not fit together").because(found));
    }
    let mut statement = connection.prepare("SELECT shelf, id, body FROM record").map_err(unreadable)?;
    let mut rows = statement.query([]).map_err(unreadable)?;
    while let Some(row) = rows.next().map_err(unreadable)? {
        let (shelf, id): (String, String) = (text(row, 0)?, text(row, 1)?);
        let body: String = row.get(2).map_err(|error| of_record(&shelf, &id).because(error))?;
        check_body(&shelf, &id, &body)?;
    }
    Ok(())
}

fn text(row: &rusqlite::Row<'_>, at: usize) -> Result<String> {
    row.get(at).map_err(|error| damaged("a record has no readable name").because(error))
}

/// What lies on these shelves is one JSON object each; bytes that a failing disk has put there are not.
fn check_body(shelf: &str, id: &str, body: &str) -> Result<()> {
    let plain = !body.contains('\0');
    let whole = match shelf {
        "dataset" | "edition" | "style" | "map" | "mapping" => {
            serde_json::from_str::<serde::de::IgnoredAny>(body).map_err(Some)
        }
        _ => Ok(serde::de::IgnoredAny),
    };
    match (plain, whole) {
        (true, Ok(_)) => Ok(()),
        (_, Err(Some(cause))) => Err(of_record(shelf, id).because(cause)),
        _ => Err(of_record(shelf, id)),
    }
}

fn of_record(shelf: &str, id: &str) -> Error {
    let name: String = id.chars().take(80).collect();
    damaged(&format!("the record of the {shelf} “{name}” cannot be read"))
}

/// The catalogue is damaged, and what to do.
pub(crate) fn damaged(what: &str) -> Error {
    let say = format!(
        "catalogue.sqlite is damaged: {what}. Nothing was changed. Restore a backup into a new folder with “terrane restore”, or build the catalogue anew from what can still be read with “terrane doctor --recover”; the damaged file is kept."
    );
    Error::new(Kind::Internal, say)
}

/// What is there is no database, or not one that can be read.
pub(crate) fn unreadable(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => damaged("it is not a database any more").because(error),
        _ => database(error),
    }
}

/// A failure of the database in words.
pub(crate) fn database(error: rusqlite::Error) -> Error {
    let say = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => return damaged("its pages do not fit together").because(error),
        Some(ErrorCode::NotADatabase) => return damaged("it is not a database any more").because(error),
        Some(ErrorCode::DiskFull) => "The disk is full; nothing was changed. Make room and try again.",
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
            "catalogue.sqlite cannot be read or written; is there room left on the disk, and may this user do so?"
        }
        Some(ErrorCode::ReadOnly) => {
            "The catalogue may not be written to; look at the owner and the rights of catalogue.sqlite."
        }
        _ if is_no_text(&error) => return damaged("a record is not text any more").because(error),
        _ => return Error::internal(error),
    };
    Error::new(Kind::Internal, say).because(error)
}

fn is_no_text(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, InvalidColumnType, Utf8Error};
    matches!(error, FromSqlConversionFailure(..) | InvalidColumnType(..) | Utf8Error(..))
}
