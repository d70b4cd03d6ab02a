//! The layouts of the catalogue's tables, and the way from an older one to today's. To add one, add a line to [`STEPS`].

use crate::damage::{database, unreadable};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};
use std::path::{Path, PathBuf};
use terrane_model::{Error, Result};

/// What each layout adds to the one before, the first to nothing: what it is for, and the statements.
const STEPS: &[(&str, &str)] = &[
    ("the records and the log of changes", RECORDS),
    ("the last versions of what was removed", REMOVED),
    // In the records themselves; older programs would not read them.
    ("how well areas cover the ground together", ""),
];

/// The layout of today; a higher one is refused, a lower one is brought up to date after a copy is laid beside it.
pub(crate) const LAYOUT: i64 = STEPS.len() as i64;

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

/// One change of the catalogue's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The layout before.
    pub from: i64,
    /// The layout after.
    pub to: i64,
    /// What is added.
    pub what: &'static str,
}

/// What opening a catalogue for writing would do to its tables, in order; nothing when it is of today. Nothing is changed.
pub fn pending(catalogue: &Path) -> Result<Vec<Step>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(catalogue, flags).map_err(database)?;
    Ok(steps_after(layout_of(&connection)?))
}

/// Brings a catalogue up to date, after a copy of it is laid beside it. Killed at any moment, the next call goes on from the last step
/// that was finished. Returns what was done.
pub fn bring_up_to_date(connection: &Connection, catalogue: &Path) -> Result<Vec<Step>> {
    let layout = layout_of(connection)?;
    let steps = steps_after(layout);
    if !steps.is_empty() {
        keep_copy(connection, catalogue, layout)?;
        make(connection, &steps)?;
    }
    Ok(steps)
}

/// Makes all tables in an empty database.
pub(crate) fn make_all(connection: &Connection) -> Result<()> {
    make(connection, &steps_after(0))
}

/// Each step whole or not at all.
fn make(connection: &Connection, steps: &[Step]) -> Result<()> {
    for step in steps {
        let (_, statements) = STEPS[step.from as usize];
        let all = format!("BEGIN IMMEDIATE; {statements} PRAGMA user_version = {}; COMMIT;", step.to);
        connection.execute_batch(&all).map_err(database)?;
    }
    Ok(())
}

fn steps_after(layout: i64) -> Vec<Step> {
    let numbered = STEPS.iter().enumerate().skip(layout as usize);
    numbered.map(|(at, (what, _))| Step { from: at as i64, to: at as i64 + 1, what }).collect()
}

/// The layout of a catalogue that this program can read.
pub(crate) fn layout_of(connection: &Connection) -> Result<i64> {
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

/// A copy of the catalogue as it was, beside it. One that was made of the same state before is not made again.
fn keep_copy(connection: &Connection, catalogue: &Path, layout: i64) -> Result<()> {
    let mut copy = catalogue.with_extension(format!("layout-{layout}.sqlite"));
    let mut number = 2;
    while copy.exists() {
        if state_of_file(&copy).is_some_and(|state| Some(state) == state_of(connection)) {
            return Ok(());
        }
        copy = catalogue.with_extension(format!("layout-{layout}-{number}.sqlite"));
        number += 1;
    }
    copy_to(connection, &copy)
}

/// Layout and last commit: what tells two states of one catalogue apart.
fn state_of(connection: &Connection) -> Option<(i64, i64)> {
    let layout = connection.pragma_query_value(None, "user_version", |row| row.get(0)).ok()?;
    let last = connection.query_row("SELECT max(sequence) FROM change_log", [], |row| row.get::<_, Option<i64>>(0));
    Some((layout, last.optional().ok()??.unwrap_or(0)))
}

fn state_of_file(path: &Path) -> Option<(i64, i64)> {
    state_of(&Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?)
}

/// Writes a whole copy of a database, synced before it has its name. One that is there is replaced.
pub(crate) fn copy_to(connection: &Connection, copy: &Path) -> Result<()> {
    let part: PathBuf = copy.with_extension("part");
    remove_database(&part);
    let written = connection.execute("VACUUM INTO ?1", params![part.to_string_lossy()]);
    // What there was no room for would keep the disk full.
    written.inspect_err(|_| remove_database(&part)).map_err(database)?;
    let place = std::fs::File::open(&part).and_then(|file| file.sync_all()).and_then(|()| std::fs::rename(&part, copy));
    place.map_err(|error| crate::cannot(copy, "written", error))?;
    copy.parent().map_or(Ok(()), crate::sync_folder)
}

/// Removes what a killed program has left under a name, with its log: SQLite would take that for the log of the next file of this name.
pub(crate) fn remove_database(path: &Path) {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        let _ = std::fs::remove_file(name);
    }
}
