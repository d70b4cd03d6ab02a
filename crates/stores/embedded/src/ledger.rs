//! The ledger in SQLite: one table of records, one of commits; every commit is on the disk before it returns.

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, params};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use terrane_model::ledger::{Audit, Change, Commit, Expect, Ledger, Record, Shelf};
use terrane_model::{Error, Instant, Kind, Result};

/// The layout of the tables; a higher number is refused, a lower one is migrated after a backup.
const LAYOUT: i64 = 2;

/// What each layout adds to the one before, the first from nothing.
const STEPS: [&str; LAYOUT as usize] = [RECORDS, REMOVED];

const RECORDS: &str = "
CREATE TABLE record (
    shelf TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    changed_us INTEGER NOT NULL,
    PRIMARY KEY (shelf, id)
) WITHOUT ROWID;
CREATE TABLE change_log (
    sequence INTEGER PRIMARY KEY,
    at_us INTEGER NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    changed TEXT NOT NULL
);
";

/// The last version of what was removed: a record that comes back goes on from it, so that no cache mistakes it for the old one.
const REMOVED: &str = "
CREATE TABLE removed (
    shelf TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (shelf, id)
) WITHOUT ROWID;
";

const SHELVES: [Shelf; 10] = [
    Shelf::Dataset,
    Shelf::Edition,
    Shelf::Style,
    Shelf::Map,
    Shelf::Organisation,
    Shelf::User,
    Shelf::Token,
    Shelf::Agreement,
    Shelf::Job,
    Shelf::Setting,
];

/// A ledger in a file.
pub struct SqliteLedger {
    connection: Mutex<Connection>,
}

impl SqliteLedger {
    /// Makes an empty ledger.
    pub fn create(path: &Path) -> Result<()> {
        let connection = Connection::open(path).map_err(database)?;
        configure(&connection)?;
        migrate(&connection, 0)
    }

    /// Opens a ledger. One that an older program has written is brought up to date after a copy of it is laid beside it; one that
    /// a newer program has written is refused.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path).map_err(database)?;
        let layout = layout_of(&connection)?;
        configure(&connection)?;
        if layout < LAYOUT {
            back_up(&connection, path, layout)?;
            migrate(&connection, layout)?;
        }
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Opens a ledger to look at it, also while a server writes to it; every commit is refused.
    pub fn open_reading(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(database)?;
        layout_of(&connection)?;
        connection.busy_timeout(READING_WAITS_AT_MOST).map_err(database)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// A panic in the middle rolls its transaction back, so the connection is as good as before.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a reader waits while the server does what keeps readers out, which is short.
const READING_WAITS_AT_MOST: Duration = Duration::from_secs(5);

fn layout_of(connection: &Connection) -> Result<i64> {
    let layout: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(unreadable)?;
    if (1..=LAYOUT).contains(&layout) {
        return Ok(layout);
    }
    let say = match layout {
        0 => "catalogue.sqlite is no catalogue of this program; restore a backup of it.".to_owned(),
        _ => format!(
            "The catalogue has layout {layout} and this program reads layouts up to {LAYOUT}; use the program that wrote it, or a newer one."
        ),
    };
    Err(Error::unsupported(say))
}

/// A copy of the catalogue as it was, beside it.
fn back_up(connection: &Connection, path: &Path, layout: i64) -> Result<()> {
    let copy = path.with_extension(format!("layout-{layout}.sqlite"));
    if copy.exists() {
        return Ok(());
    }
    let part = path.with_extension("part");
    let _ = std::fs::remove_file(&part);
    connection.execute("VACUUM INTO ?1", params![part.to_string_lossy()]).map_err(database)?;
    std::fs::rename(&part, &copy).map_err(|error| crate::cannot(&copy, "written", error))
}

/// All steps or none.
fn migrate(connection: &Connection, from: i64) -> Result<()> {
    let steps = STEPS[from as usize..].concat();
    let all = format!("BEGIN IMMEDIATE; {steps} PRAGMA user_version = {LAYOUT}; COMMIT;");
    connection.execute_batch(&all).map_err(database)
}

fn configure(connection: &Connection) -> Result<()> {
    let set = |name: &str, value: &str| connection.pragma_update(None, name, value).map_err(unreadable);
    set("journal_mode", "WAL")?;
    set("synchronous", "FULL")?;
    set("foreign_keys", "ON")
}

/// What is there is no database, or not one that can be read.
fn unreadable(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
            Error::new(Kind::Internal, "catalogue.sqlite is damaged; restore a backup of it.").because(error)
        }
        _ => database(error),
    }
}

fn database(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => {
            Error::new(Kind::Internal, "The disk is full; nothing was changed. Make room and try again.").because(error)
        }
        Some(rusqlite::ErrorCode::SystemIoFailure | rusqlite::ErrorCode::CannotOpen) => {
            let say =
                "catalogue.sqlite cannot be read or written; is there room left on the disk, and may this user do so?";
            Error::new(Kind::Internal, say).because(error)
        }
        Some(rusqlite::ErrorCode::ReadOnly) => {
            let say = "The catalogue may not be written to; look at the owner and the rights of catalogue.sqlite.";
            Error::new(Kind::Internal, say).because(error)
        }
        _ => Error::internal(error),
    }
}

impl Ledger for SqliteLedger {
    fn read(&self, shelf: Shelf, id: &str) -> Result<Option<Record>> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("SELECT version, body, changed_us FROM record WHERE shelf = ?1 AND id = ?2")
            .map_err(database)?;
        let found = statement.query_row(params![shelf.name(), id], |row| {
            Ok(Record {
                shelf,
                id: id.to_owned(),
                version: row.get::<_, i64>(0)? as u64,
                body: row.get(1)?,
                changed: Instant(row.get(2)?),
            })
        });
        found.optional().map_err(database)
    }

    fn list(&self, shelf: Shelf) -> Result<Vec<Record>> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("SELECT id, version, body, changed_us FROM record WHERE shelf = ?1 ORDER BY id")
            .map_err(database)?;
        let rows = statement.query_map(params![shelf.name()], |row| {
            Ok(Record {
                shelf,
                id: row.get(0)?,
                version: row.get::<_, i64>(1)? as u64,
                body: row.get(2)?,
                changed: Instant(row.get(3)?),
            })
        });
        rows.map_err(database)?.collect::<Result<_, _>>().map_err(database)
    }

    fn commit(&self, commit: &Commit) -> Result<u64> {
        let mut connection = self.connection();
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(database)?;
        let mut changed = Vec::new();
        for change in &commit.changes {
            let version = apply(&transaction, change, commit.at)?;
            changed.push(serde_json::json!([change.shelf.name(), change.id, version]));
        }
        transaction
            .execute(
                "INSERT INTO change_log (at_us, who, why, changed) VALUES (?1, ?2, ?3, ?4)",
                params![commit.at.0, commit.who, commit.why, serde_json::Value::Array(changed).to_string()],
            )
            .map_err(database)?;
        let sequence = transaction.last_insert_rowid() as u64;
        transaction.commit().map_err(database)?;
        Ok(sequence)
    }

    fn sequence(&self) -> Result<u64> {
        let connection = self.connection();
        let last: i64 = connection
            .query_row("SELECT coalesce(max(sequence), 0) FROM change_log", [], |row| row.get(0))
            .map_err(database)?;
        Ok(last as u64)
    }

    fn audit(&self, after: u64, limit: usize) -> Result<Vec<Audit>> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached(
                "SELECT sequence, at_us, who, why, changed FROM change_log WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
            )
            .map_err(database)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![after as i64, limit], |row| {
            Ok(Audit {
                sequence: row.get::<_, i64>(0)? as u64,
                at: Instant(row.get(1)?),
                who: row.get(2)?,
                why: row.get(3)?,
                changed: parse_changed(&row.get::<_, String>(4)?),
            })
        });
        rows.map_err(database)?.collect::<Result<_, _>>().map_err(database)
    }
}

/// Makes one change and returns the version the record has then; 0 when it is removed.
fn apply(transaction: &Transaction<'_>, change: &Change, at: Instant) -> Result<u64> {
    let (shelf, id) = (change.shelf.name(), &change.id);
    let known: Option<i64> = transaction
        .query_row("SELECT version FROM record WHERE shelf = ?1 AND id = ?2", params![shelf, id], |row| row.get(0))
        .optional()
        .map_err(database)?;
    check_expected(change, known)?;
    let Some(body) = &change.body else {
        if let Some(version) = known {
            remove(transaction, shelf, id, version)?;
        }
        return Ok(0);
    };
    let before = match known {
        Some(version) => version,
        None => take_removed(transaction, shelf, id)?,
    };
    let version = before + 1;
    transaction
        .execute(
            "INSERT OR REPLACE INTO record (shelf, id, version, body, changed_us) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![shelf, id, version, body, at.0],
        )
        .map_err(database)?;
    Ok(version as u64)
}

fn remove(transaction: &Transaction<'_>, shelf: &str, id: &str, version: i64) -> Result<()> {
    transaction.execute("DELETE FROM record WHERE shelf = ?1 AND id = ?2", params![shelf, id]).map_err(database)?;
    let keep = "INSERT OR REPLACE INTO removed (shelf, id, version) VALUES (?1, ?2, ?3)";
    transaction.execute(keep, params![shelf, id, version]).map(drop).map_err(database)
}

/// The last version of a record that was removed; 0 when there never was one.
fn take_removed(transaction: &Transaction<'_>, shelf: &str, id: &str) -> Result<i64> {
    let take = "DELETE FROM removed WHERE shelf = ?1 AND id = ?2 RETURNING version";
    let last = transaction.query_row(take, params![shelf, id], |row| row.get(0)).optional().map_err(database)?;
    Ok(last.unwrap_or(0))
}

fn check_expected(change: &Change, known: Option<i64>) -> Result<()> {
    let fits = match change.expect {
        Expect::Anything => true,
        Expect::Nothing => known.is_none(),
        Expect::Version(version) => known == Some(version as i64),
    };
    if fits {
        return Ok(());
    }
    let what = match (known, change.expect) {
        (Some(_), Expect::Nothing) => "is there already".to_owned(),
        (Some(version), _) => format!("was changed in the meantime (it has version {version} now)"),
        (None, _) => "is not there any more".to_owned(),
    };
    Err(Error::conflict(format!("The {} “{}” {what}.", change.shelf.name(), change.id)))
}

fn parse_changed(json: &str) -> Vec<(Shelf, String, u64)> {
    let entries: Vec<(String, String, u64)> = serde_json::from_str(json).unwrap_or_default();
    let shelf = |name: &str| SHELVES.into_iter().find(|shelf| shelf.name() == name);
    entries.into_iter().filter_map(|(name, id, version)| Some((shelf(&name)?, id, version))).collect()
}
