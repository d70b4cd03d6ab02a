//! Builds a catalogue anew when it is damaged: from what can still be read of it, from its copies, and from what lies beside the data.
//! The damaged file is kept.

mod folders;
mod harvest;
mod salvage;

use crate::backup::now;
use crate::damage::database;
use crate::layout::remove_database;
use crate::{CATALOGUE, DATASETS, FolderLock, SqliteLedger, cannot, sync_folder};
use folders::newest_whole_revision;
use harvest::{Found, Harvest, Key};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use terrane_formats::about::{dataset_from_json, dataset_to_json};
use terrane_model::store::Progress;
use terrane_model::{DatasetId, Error, Result};

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// It is as it was last written.
    Whole,
    /// It comes from this copy; later changes of it are not known, or lost.
    FromCopy(String),
    /// It was made from `about.json` of this revision: what was edited since it was published is lost.
    FromFolder(String),
    /// Its record is there, and its data is not.
    WithoutData,
    /// Nothing of it could be read.
    Lost,
}

/// What was recovered and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The name under which the damaged catalogue is kept; `None` when there was none.
    pub damaged: Option<String>,
    /// Every record that was found or is known to have been there: shelf, id, what became of it.
    pub records: Vec<(String, String, Recovered)>,
}

impl fmt::Display for Recovery {
    /// A line for each record that is not whole, with what to do, and a line that counts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (shelf, id, outcome) in &self.records {
            let say = match outcome {
                Recovered::Whole => continue,
                Recovered::FromCopy(copy) => format!("comes from {copy}; look whether later changes are missing"),
                Recovered::FromFolder(revision) => {
                    format!(
                        "was made from about.json of revision {revision}; edit again what was edited after publishing"
                    )
                }
                Recovered::WithoutData => {
                    "has no data in the folder; take it from a backup or publish it again".to_owned()
                }
                Recovered::Lost => "is lost; take it from a backup or make it again".to_owned(),
            };
            writeln!(f, "The {shelf} “{id}” {say}.")?;
        }
        let whole = self.records.iter().filter(|(_, _, outcome)| *outcome == Recovered::Whole).count();
        write!(f, "{whole} of {} records are as they were.", self.records.len())?;
        match &self.damaged {
            Some(kept) => write!(f, " The damaged catalogue is kept as {kept}."),
            None => Ok(()),
        }
    }
}

/// Builds `catalogue.sqlite` of a data folder anew. Refused when it is whole, and while another program uses the folder. Killed at any
/// moment, the damaged catalogue is still there or the new one is.
pub fn recover(folder: &Path, progress: &dyn Progress) -> Result<Recovery> {
    let catalogue = folder.join(CATALOGUE);
    if !folder.join(DATASETS).is_dir() && !catalogue.is_file() {
        return Err(Error::not_found(format!("“{}” is not a data folder: it has no {DATASETS}.", folder.display())));
    }
    let _lock = FolderLock::take(folder)?;
    if catalogue.is_file() && SqliteLedger::open_reading(&catalogue).and_then(|ledger| ledger.check()).is_ok() {
        return Err(Error::conflict("catalogue.sqlite is whole; there is nothing to recover."));
    }
    let mut harvest = harvest::read_all(folder)?;
    let datasets = dataset_folders(folder);
    let mut recovery = Recovery::default();
    for id in &datasets {
        take_dataset(folder, id, &mut harvest, progress)?;
    }
    recovery.records = outcomes(folder, &harvest);
    let fresh = folder.join("catalogue.recovered.sqlite");
    write(&fresh, &harvest)?;
    recovery.damaged = swap(folder, &fresh)?;
    Ok(recovery)
}

fn dataset_folders(folder: &Path) -> Vec<DatasetId> {
    let Ok(entries) = std::fs::read_dir(folder.join(DATASETS)) else { return Vec::new() };
    let names = entries.flatten().filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name());
    let ids: BTreeSet<DatasetId> =
        names.filter_map(|name| DatasetId::new(name.to_string_lossy().into_owned()).ok()).collect();
    ids.into_iter().collect()
}

/// Decides what the record of a dataset is, by its folder: a record that is surely the last one stays, another one gives way to a
/// newer revision.
fn take_dataset(folder: &Path, id: &DatasetId, harvest: &mut Harvest, progress: &dyn Progress) -> Result<()> {
    let key: Key = ("dataset".to_owned(), id.to_string());
    if harvest.is_removed(&key) {
        return Ok(());
    }
    let place = folder.join(DATASETS).join(id.as_str());
    let found = harvest.records.get(&key);
    let revision = found.and_then(|found| dataset_from_json(&found.body).ok()).map(|record| record.revision);
    let has_data = revision.as_ref().is_some_and(|revision| place.join(revision).is_dir());
    if has_data && harvest.is_last(&key) {
        return Ok(());
    }
    let Some((newest, mut record)) = newest_whole_revision(&place, id, progress)? else { return Ok(()) };
    if has_data && revision.is_some_and(|revision| revision >= newest) {
        return Ok(());
    }
    record.revision.clone_from(&newest);
    let (version, changed_us) = (harvest.next_version(&key), now().0);
    let outcome = Recovered::FromFolder(newest);
    harvest.records.insert(key, Found { version, body: dataset_to_json(&record), changed_us, outcome });
    Ok(())
}

fn outcomes(folder: &Path, harvest: &Harvest) -> Vec<(String, String, Recovered)> {
    let known: BTreeSet<Key> = harvest.records.keys().cloned().chain(harvest.known_to_exist()).collect();
    let outcome = |key: &Key| match harvest.records.get(key) {
        None => Recovered::Lost,
        Some(found) if key.0 == "dataset" && !has_data(folder, &key.1, &found.body) => Recovered::WithoutData,
        Some(found) => found.outcome.clone(),
    };
    let folders = dataset_folders(folder).into_iter().map(|id| ("dataset".to_owned(), id.to_string()));
    let folders = folders.filter(|key| !harvest.is_removed(key) && !known.contains(key));
    let mut all: Vec<_> = known.iter().map(|key| (key.0.clone(), key.1.clone(), outcome(key))).collect();
    all.extend(folders.map(|(shelf, id)| (shelf, id, Recovered::Lost)));
    all.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    all
}

fn has_data(folder: &Path, id: &str, body: &str) -> bool {
    let revision = dataset_from_json(body).map(|record| record.revision).unwrap_or_default();
    crate::is_revision(&revision) && folder.join(DATASETS).join(id).join(revision).is_dir()
}

/// Writes a whole catalogue under a name of its own.
fn write(fresh: &Path, harvest: &Harvest) -> Result<()> {
    remove_database(fresh);
    SqliteLedger::create(fresh)?;
    let mut connection = Connection::open(fresh).map_err(database)?;
    let transaction = connection.transaction().map_err(database)?;
    for ((shelf, id), found) in &harvest.records {
        let row = params![shelf, id, found.version, found.body, found.changed_us];
        transaction.execute("INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5)", row).map_err(database)?;
    }
    for ((shelf, id), version) in harvest.removed.iter().filter(|(key, _)| !harvest.records.contains_key(key)) {
        let row = params![shelf, id, version];
        transaction.execute("INSERT INTO removed VALUES (?1, ?2, ?3)", row).map_err(database)?;
    }
    for (sequence, line) in &harvest.log {
        let row = params![sequence, line.at_us, line.who, line.why, line.changed];
        transaction.execute("INSERT INTO change_log VALUES (?1, ?2, ?3, ?4, ?5)", row).map_err(database)?;
    }
    let made = harvest.records.iter().filter(|(_, found)| matches!(found.outcome, Recovered::FromFolder(_)));
    let changed: Vec<_> = made.map(|((shelf, id), found)| serde_json::json!([shelf, id, found.version])).collect();
    let changed = serde_json::Value::Array(changed).to_string();
    let row = params![harvest.next_sequence(), now().0, "terrane", "recover a damaged catalogue", changed];
    transaction.execute("INSERT INTO change_log VALUES (?1, ?2, ?3, ?4, ?5)", row).map_err(database)?;
    transaction.commit().map_err(database)?;
    connection.close().map_err(|(_, error)| database(error))?;
    SqliteLedger::open_reading(fresh)?.check()?;
    std::fs::File::open(fresh).and_then(|file| file.sync_all()).map_err(|error| cannot(fresh, "synced", error))
}

/// Puts the new catalogue in the place of the damaged one, which gets another name, with its log.
fn swap(folder: &Path, fresh: &Path) -> Result<Option<String>> {
    let catalogue = folder.join(CATALOGUE);
    let kept = catalogue.is_file().then(|| kept_name(folder));
    if let Some(kept) = &kept {
        let place = folder.join(kept);
        // Where a file cannot have two names, a copy does.
        let linked = std::fs::hard_link(&catalogue, &place).or_else(|_| std::fs::copy(&catalogue, &place).map(drop));
        linked.map_err(|error| cannot(&place, "written", error))?;
    }
    for ending in ["-wal", "-shm"] {
        let log = folder.join(format!("{CATALOGUE}{ending}"));
        let place = folder.join(format!("{}{ending}", kept.as_deref().unwrap_or("catalogue.damaged.sqlite")));
        if log.exists() {
            std::fs::rename(&log, &place).map_err(|error| cannot(&log, "renamed", error))?;
        }
    }
    // Looking through the new one has left an empty log.
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(with_ending(fresh, ending));
    }
    std::fs::rename(fresh, &catalogue).map_err(|error| cannot(&catalogue, "written", error))?;
    sync_folder(folder)?;
    Ok(kept)
}

fn kept_name(folder: &Path) -> String {
    let time: String = now().to_string().chars().filter(char::is_ascii_alphanumeric).take(15).collect();
    let name = format!("catalogue.damaged-{time}.sqlite");
    if !folder.join(&name).exists() {
        return name;
    }
    format!("catalogue.damaged-{time}-{}.sqlite", now().0)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
