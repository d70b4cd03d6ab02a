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
    /// Rows, when it is what the dataset shows now; an earlier one may have been removed meanwhile.
    pub(crate) rows: Option<u64>,
}

/// The revisions that a catalogue names, by dataset and revision: the published one of every dataset, and those that another record,
/// as of an edition, has in `revision` or `revisions`.
pub(crate) fn named_revisions(ledger: &dyn Ledger) -> Result<Vec<Named>> {
    let mut named: BTreeMap<(String, String), Named> = BTreeMap::new();
    for shelf in SHELVES {
        for record in ledger.list(shelf)? {
            let rows = rows_of(&record);
            for found in named_by(&record) {
                let kept = named.entry((found.dataset.to_string(), found.revision.clone())).or_insert(found);
                kept.rows = kept.rows.or(rows);
            }
        }
    }
    Ok(named.into_values().collect())
}

fn named_by(record: &Record) -> Vec<Named> {
    let owner = record.id.split('/').next().unwrap_or(&record.id);
    let (Ok(dataset), Ok(body)) = (DatasetId::new(owner), serde_json::from_str::<Value>(&record.body)) else {
        return Vec::new();
    };
    let more = body.get("revisions").and_then(Value::as_array).into_iter().flatten();
    let more = more.map(|revision| revision.get("name").unwrap_or(revision));
    let names = body.get("revision").into_iter().chain(more).filter_map(Value::as_str);
    let names = names.filter(|name| crate::is_revision(name));
    names.map(|name| Named { dataset: dataset.clone(), revision: name.to_owned(), rows: None }).collect()
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
    if !folder.is_dir() && named.rows.is_none() {
        return Ok(Vec::new());
    }
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
