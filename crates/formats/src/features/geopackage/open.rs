//! Connections: to our own files for speed, to strangers' with every guard that SQLite has.

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use terrane_model::limits::{Limits, SQLITE_STEPS_PER_BATCH_MAX};
use terrane_model::{Error, Result};

/// The SQL function that judges whether a blob's box meets a box: `terrane_meets(geom, min x, min y, max x, max y)`.
pub const MEETS: &str = "terrane_meets";

/// Steps between two looks at the budget.
const STEPS_PER_LOOK: i32 = 100_000;

/// How much work a stranger's file may still cause.
#[derive(Debug, Clone, Default)]
pub struct Budget(Arc<AtomicU64>);

impl Budget {
    /// Begins anew, for the next batch.
    pub fn renew(&self) {
        self.0.store(SQLITE_STEPS_PER_BATCH_MAX / STEPS_PER_LOOK as u64, Ordering::Relaxed);
    }

    fn is_spent(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
    }
}

/// A read-only connection to a file of ours, which never changes.
pub fn own(path: &Path) -> Result<Connection> {
    let connection = connect(path, true).map_err(|error| missing(path, &error))?;
    // Not mapped into memory: a file that is cut off under a running server would end it.
    let settings =
        "PRAGMA query_only = ON; PRAGMA mmap_size = 0; PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;";
    connection.execute_batch(settings).map_err(|error| missing(path, &error))?;
    connection.set_prepared_statement_cache_capacity(64);
    add_meets(&connection).map_err(Error::internal)?;
    Ok(connection)
}

fn missing(path: &Path, error: &rusqlite::Error) -> Error {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Error::internal(format!("{name} cannot be opened as a GeoPackage: {error}"))
}

/// A read-only connection to somebody else's file, and the budget that its statements spend.
pub fn stranger(path: &Path) -> Result<(Connection, Budget)> {
    let waits_in_log = std::fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
    let connection = connect(path, !waits_in_log).map_err(damaged)?;
    let budget = Budget::default();
    budget.renew();
    guard(&connection, &budget).map_err(damaged)?;
    Ok((connection, budget))
}

fn beside(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// What a person reads when SQLite cannot read their file.
pub fn damaged(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let say = match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => {
            "Reading this GeoPackage takes far more work than its rows explain, so it was stopped; save its layers to a new file and try again."
        }
        Some(ErrorCode::TooBig) => "A value in this GeoPackage is larger than the limit for one value.",
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => "The GeoPackage cannot be opened for reading.",
        _ => "The GeoPackage is damaged or cut short; copy it again, or save its layers to a new file.",
    };
    Error::invalid(say).because(error)
}

fn connect(path: &Path, immutable: bool) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(uri(path, immutable), flags)
}

/// The path as a URI, in which `?`, `#` and `%` would mean something else.
fn uri(path: &Path, immutable: bool) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let plain = absolute.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{plain}{}", if immutable { "?immutable=1" } else { "" })
}

fn guard(connection: &Connection, budget: &Budget) -> rusqlite::Result<()> {
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
    ] {
        connection.set_db_config(setting, on)?;
    }
    let limits = Limits::default();
    let longest = limits.import_value_bytes_max.max(limits.import_vertices_max * 24);
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, i32::try_from(longest).unwrap_or(i32::MAX)),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 1_000_000),
        (Limit::SQLITE_LIMIT_COLUMN, i32::try_from(limits.import_columns_max).unwrap_or(i32::MAX)),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 10),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
    ] {
        connection.set_limit(limit, value)?;
    }
    let spent = budget.clone();
    connection.progress_handler(STEPS_PER_LOOK, Some(move || spent.is_spent()));
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;")
}

/// Teaches a connection [`MEETS`]: the R-tree rounds boxes outward to 32 bits, the blob's header has them exactly.
fn add_meets(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function(MEETS, 5, flags, |context| {
        let blob = context.get_raw(0).as_blob_or_null()?;
        let Some([min_x, min_y, max_x, max_y]) = blob.and_then(super::super::wkb::envelope) else { return Ok(false) };
        let asked: [f64; 4] = [context.get(1)?, context.get(2)?, context.get(3)?, context.get(4)?];
        Ok(min_x <= asked[2] && asked[0] <= max_x && min_y <= asked[3] && asked[1] <= max_y)
    })
}

#[cfg(test)]
mod tests {
    use super::uri;
    use std::path::Path;

    #[test]
    fn a_path_cannot_add_parameters_to_the_uri() {
        assert_eq!(uri(Path::new("/a/100%?mode=rwc#.gpkg"), true), "file:/a/100%25%3fmode=rwc%23.gpkg?immutable=1");
    }
}
