//! Which files of a data folder belong into a backup, by what a catalogue names.

use super::DELTA;
use crate::checksums::{SUMS, list_files, read_checksums};
use crate::ledger::SHELVES;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use terrane_model::ledger::{Ledger, Record, Shelf};
use terrane_model::{DatasetId, Result};

/// A file to be copied.
pub(crate) struct Item {
    /// Its name in the data folder.
    pub(crate) name: String,
    /// Where it is read.
    pub(crate) path: PathBuf,
    /// Its sum when it was published.
    pub(crate) sum: Option<String>,
}

/// A revision that a catalogue names.
pub(crate) struct Named {
    pub(crate) dataset: DatasetId,
    pub(crate) revision: String,
    /// Rows, when the record is of the dataset itself.
    pub(crate) rows: Option<u64>,
}

/// The revisions that a catalogue names, by dataset and revision: the published one of every dataset, and whatever another record
/// calls its `revision`.
pub(crate) fn named_revisions(ledger: &dyn Ledger) -> Result<Vec<Named>> {
    let mut named: BTreeMap<(String, String), Named> = BTreeMap::new();
    for shelf in SHELVES {
        for record in ledger.list(shelf)? {
            let Some(found) = named_by(&record) else { continue };
            let kept = named.entry((found.dataset.to_string(), found.revision.clone())).or_insert(found);
            kept.rows = kept.rows.or(rows_of(&record));
        }
    }
    Ok(named.into_values().collect())
}

fn named_by(record: &Record) -> Option<Named> {
    let body: Value = serde_json::from_str(&record.body).ok()?;
    let revision = body.get("revision")?.as_str()?.to_owned();
    let owner = body.get("dataset").and_then(Value::as_str);
    let owner = owner.unwrap_or_else(|| record.id.split('/').next().unwrap_or(&record.id));
    let dataset = DatasetId::new(owner).ok()?;
    crate::is_revision(&revision).then_some(Named { dataset, revision, rows: None })
}

fn rows_of(record: &Record) -> Option<u64> {
    if record.shelf != Shelf::Dataset {
        return None;
    }
    let body: Value = serde_json::from_str(&record.body).ok()?;
    Some(body.pointer("/about/rows").and_then(Value::as_u64).unwrap_or(0))
}

/// The files of a revision with the sums they were published with, and remarks on files that are not in its list or not there.
pub(crate) fn revision_items(data: &Path, named: &Named, remarks: &mut Vec<String>) -> Result<Vec<Item>> {
    let below = format!("{}/{}/{}", crate::DATASETS, named.dataset, named.revision);
    let folder = data.join(&below);
    if !folder.is_dir() {
        remarks.push(format!("The data of “{}” in revision {} was not in the folder.", named.dataset, named.revision));
        return Ok(Vec::new());
    }
    let item = |file: &str, sum| Item { name: format!("{below}/{file}"), path: folder.join(file), sum };
    let there = list_files(&folder)?;
    let Some(mut sums) = read_checksums(&folder)? else {
        return Ok(there.iter().map(|file| item(file, None)).collect());
    };
    let mut items = vec![item(SUMS, None)];
    for file in there {
        match sums.remove(&file) {
            Some(sum) => items.push(item(&file, Some(sum))),
            None => remarks.push(format!("“{below}/{file}” was not published and is not in the backup.")),
        }
    }
    remarks.extend(sums.into_keys().map(|file| format!("“{below}/{file}” was missing.")));
    Ok(items)
}

/// The delta beside a revision, by its name in the data folder, when there is one.
pub(crate) fn delta_of(data: &Path, named: &Named) -> Option<String> {
    let name = format!("{}/{}/{}{DELTA}", crate::DATASETS, named.dataset, named.revision);
    data.join(&name).is_file().then_some(name)
}
