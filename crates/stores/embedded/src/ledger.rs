//! The ledger in SQLite: one table of records, one of commits; every commit is on the disk before it returns.

use crate::damage::{self, database, unreadable};
use crate::layout;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, params};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use terrane_model::ledger::{Audit, Change, Commit, Expect, Ledger, Record, Shelf};
use terrane_model::{Error, Instant, Result};

/// Every shelf there is.
pub(crate) const SHELVES: [Shelf; 13] = [
    Shelf::Dataset,
    Shelf::Edition,
    Shelf::Style,
    Shelf::Map,
    Shelf::Mapping,
    Shelf::Organisation,
    Shelf::User,
    Shelf::Token,
    Shelf::Agreement,
    Shelf::Job,
    Shelf::Feed,
    Shelf::Subscription,
    Shelf::Setting,
];

/// A ledger in a file.
pub struct SqliteLedger {
    connection: Mutex<Connection>,
    path: PathBuf,
}

impl SqliteLedger {
    /// Makes an empty ledger.
    pub fn create(path: &Path) -> Result<()> {
        // Made under another name, so that what a killed program leaves is not taken for a catalogue.
        let part = path.with_extension("part");
        layout::remove_database(&part);
        let connection = Connection::open(&part).map_err(database)?;
        configure(&connection)?;
        layout::make_all(&connection)?;
        connection.close().map_err(|(_, error)| database(error))?;
        std::fs::rename(&part, path).map_err(|error| crate::cannot(path, "made", error))
    }

    /// Opens a ledger and looks whether it is whole; the error of a damaged one says the ways back. One that an older program has
    /// written is brought up to date after a copy of it is laid beside it; one that a newer program has written is refused.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path).map_err(database)?;
        layout::layout_of(&connection)?;
        damage::check_at_start(&connection, path)?;
        configure(&connection)?;
        layout::bring_up_to_date(&connection, path)?;
        Ok(Self { connection: Mutex::new(connection), path: path.to_owned() })
    }

    /// Opens a ledger to look at it, also while a server writes to it; every commit is refused.
    pub fn open_reading(path: &Path) -> Result<Self> {
        let connection = open_to_read(path)?;
        layout::layout_of(&connection)?;
        Ok(Self { connection: Mutex::new(connection), path: path.to_owned() })
    }

    /// Looks through every page and every record. An error names what is damaged and the ways back.
    pub fn check(&self) -> Result<()> {
        damage::check(&open_to_read(&self.path)?)
    }

    /// Writes a whole copy of the ledger as it stands at one moment; others may go on reading and writing. Returns the number of the
    /// last commit in it. A damaged ledger is refused.
    pub fn snapshot(&self, copy: &Path) -> Result<u64> {
        layout::copy_to(&open_to_read(&self.path)?, copy)?;
        Self::open_reading(copy)?.sequence()
    }

    /// Brings the copy beside the ledger up to date; `false` when it was. Costs about as much as reading the ledger once: call it at
    /// start, and after changes at most once an hour.
    pub fn copy_beside(&self) -> Result<bool> {
        let copy = self.path.with_file_name(CATALOGUE_COPY);
        let known = Self::open_reading(&copy).and_then(|copy| copy.sequence());
        if known.ok() == Some(self.sequence()?) {
            return Ok(false);
        }
        self.snapshot(&copy).map(|_| true)
    }

    /// A panic in the middle rolls its transaction back, so the connection is as good as before.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The copy of the catalogue that [`SqliteLedger::copy_beside`] keeps, for [`crate::recover`].
pub const CATALOGUE_COPY: &str = "catalogue.copy.sqlite";

/// How long a reader waits while the server does what keeps readers out, which is short.
const READING_WAITS_AT_MOST: Duration = Duration::from_secs(5);

pub(crate) fn open_to_read(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(database)?;
    connection.busy_timeout(READING_WAITS_AT_MOST).map_err(database)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> Result<()> {
    let set = |name: &str, value: &str| connection.pragma_update(None, name, value).map_err(unreadable);
    set("journal_mode", "WAL")?;
    set("synchronous", "FULL")?;
    set("foreign_keys", "ON")
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
