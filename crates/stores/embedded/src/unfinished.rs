//! Revisions that are in their place and not in the ledger yet: each has a mark beside it, so that a program that is killed between the
//! two leaves nothing that the next start would not find.

use crate::{DATASETS, cannot};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use terrane_model::Result;
use terrane_model::ledger::{Ledger, Shelf};

/// The ending of a mark.
const MARK: &str = "pending";

fn mark_of(revision: &Path) -> PathBuf {
    revision.with_extension(MARK)
}

/// Whether a revision may not be in the ledger.
pub(crate) fn is_marked(revision: &Path) -> bool {
    mark_of(revision).exists()
}

/// Marks a revision before it gets its place.
pub(crate) fn mark(revision: &Path) -> Result<()> {
    let mark = mark_of(revision);
    std::fs::write(&mark, "").map_err(|error| cannot(&mark, "written", error))
}

/// Takes the mark off a revision that the ledger names.
pub(crate) fn unmark(revision: &Path) -> Result<()> {
    let mark = mark_of(revision);
    match std::fs::remove_file(&mark) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(cannot(&mark, "removed", error)),
        _ => Ok(()),
    }
}

/// Removes marked revisions that the ledger does not name; those that it names lose their mark. Folders of datasets without any
/// revision go away.
pub(crate) fn clean(folder: &Path, ledger: &dyn Ledger) -> Result<()> {
    let datasets = folder.join(DATASETS);
    let marked = marked(&datasets);
    let named = if marked.is_empty() { HashSet::new() } else { named(ledger)? };
    for revision in marked {
        let name = revision.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !named.iter().any(|body| body.contains(&name)) && revision.is_dir() {
            std::fs::remove_dir_all(&revision).map_err(|error| cannot(&revision, "removed", error))?;
        }
        unmark(&revision)?;
    }
    for dataset in entries(&datasets) {
        // What is not empty stays.
        let _ = std::fs::remove_dir(dataset);
    }
    Ok(())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Where marked revisions are.
fn marked(datasets: &Path) -> Vec<PathBuf> {
    let files = entries(datasets).into_iter().flat_map(|dataset| entries(&dataset));
    let marks = files.filter(|path| path.extension().is_some_and(|ending| ending == MARK));
    marks.map(|path| path.with_extension("")).collect()
}

/// Texts in which every revision stands that the ledger names; its name is random, so that it stands nowhere else.
fn named(ledger: &dyn Ledger) -> Result<HashSet<String>> {
    let shelves = [Shelf::Dataset, Shelf::Edition].map(|shelf| ledger.list(shelf));
    let mut bodies = HashSet::new();
    for records in shelves {
        bodies.extend(records?.into_iter().map(|record| record.body));
    }
    Ok(bodies)
}
