//! The ledger in SQLite: one table of records, one of commits; every commit is on the disk before it returns.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use std::path::Path;
use std::sync::{Mutex, MutexGuard};
use terrane_model::ledger::{Audit, Change, Commit, Expect, Ledger, Record, Shelf};
use terrane_model::{Error, Instant, Kind, Result};

/// The layout of the tables; a higher number is refused, a lower one is migrated.
const LAYOUT: i64 = 1;

const TABLES: &str = "
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

const SHELVES: [Shelf; 9] = [
    Shelf::Dataset,
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
        connection.execute_batch(TABLES).map_err(database)?;
        connection.pragma_update(None, "user_version", LAYOUT).map_err(database)
    }

    /// Opens a ledger; one that a newer program has written is refused.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path).map_err(database)?;
        configure(&connection)?;
        let layout: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(database)?;
        if layout != LAYOUT {
            return Err(Error::unsupported(format!(
                "The catalogue has layout {layout} and this program reads layout {LAYOUT}; use the program that wrote it, or a newer one."
            )));
        }
        Ok(Self { connection: Mutex::new(connection) })
    }

    fn connection(&self) -> Result<MutexGuard<'_, Connection>> {
        self.connection.lock().map_err(|_| Error::internal("a ledger operation panicked"))
    }
}

fn configure(connection: &Connection) -> Result<()> {
    let set = |name: &str, value: &str| connection.pragma_update(None, name, value).map_err(database);
    set("journal_mode", "WAL")?;
    set("synchronous", "FULL")?;
    set("foreign_keys", "ON")
}

fn database(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => {
            Error::new(Kind::Internal, "The disk is full; nothing was changed. Make room and try again.").because(error)
        }
        _ => Error::internal(error),
    }
}

impl Ledger for SqliteLedger {
    fn read(&self, shelf: Shelf, id: &str) -> Result<Option<Record>> {
        let connection = self.connection()?;
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
        let connection = self.connection()?;
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
        let mut connection = self.connection()?;
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
        let connection = self.connection()?;
        let last: i64 = connection
            .query_row("SELECT coalesce(max(sequence), 0) FROM change_log", [], |row| row.get(0))
            .map_err(database)?;
        Ok(last as u64)
    }

    fn audit(&self, after: u64, limit: usize) -> Result<Vec<Audit>> {
        let connection = self.connection()?;
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
        transaction.execute("DELETE FROM record WHERE shelf = ?1 AND id = ?2", params![shelf, id]).map_err(database)?;
        return Ok(0);
    };
    let version = known.unwrap_or(0) + 1;
    transaction
        .execute(
            "INSERT OR REPLACE INTO record (shelf, id, version, body, changed_us) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![shelf, id, version, body, at.0],
        )
        .map_err(database)?;
    Ok(version as u64)
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
