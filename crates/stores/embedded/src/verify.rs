//! Whether a data folder is whole: its catalogue, and the files and deltas of every revision that it names. Nothing is changed.

use crate::archive::{delta_of, named_revisions};
use crate::ledger::open_to_read;
use crate::{CATALOGUE, DATASETS, Fault, FaultKind, SqliteLedger, verify_revision};
use std::path::Path;
use terrane_model::Result;
use terrane_model::store::Progress;

/// What was looked at and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderCheck {
    /// Revisions that were looked at.
    pub revisions: u64,
    /// What is not in order; names of files are below the data folder.
    pub faults: Vec<Fault>,
}

/// Looks through the catalogue and every file that was published. An error when the catalogue is damaged: then nothing names the files.
pub fn verify_folder(folder: &Path, progress: &dyn Progress) -> Result<FolderCheck> {
    let ledger = SqliteLedger::open_reading(&folder.join(CATALOGUE))?;
    ledger.check()?;
    let mut found = FolderCheck::default();
    for named in named_revisions(&ledger)? {
        let below = format!("{DATASETS}/{}/{}", named.dataset, named.revision);
        let place = folder.join(&below);
        if !place.is_dir() {
            // An earlier edition may have been removed; what is shown now may not.
            found.faults.extend(named.rows.map(|_| Fault { file: below, kind: FaultKind::Missing }));
            continue;
        }
        found.revisions += 1;
        let faults = verify_revision(&place, progress)?;
        found.faults.extend(faults.into_iter().map(|fault| Fault { file: format!("{below}/{}", fault.file), ..fault }));
        let delta = delta_of(folder, &named).filter(|delta| !is_whole_database(&folder.join(delta)));
        found.faults.extend(delta.map(|file| Fault { file, kind: FaultKind::Unreadable }));
    }
    Ok(found)
}

/// A database that is written to has no sum; its pages must fit together.
fn is_whole_database(path: &Path) -> bool {
    let Ok(connection) = open_to_read(path) else { return false };
    let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    found.is_ok_and(|found| found == "ok")
}
