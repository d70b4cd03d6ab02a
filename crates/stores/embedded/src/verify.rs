//! Whether a data folder is whole: its catalogue, and the files of every revision that the catalogue names. Nothing is changed.

use crate::archive::named_revisions;
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
        found.revisions += 1;
        if !folder.join(&below).is_dir() {
            found.faults.push(Fault { file: below, kind: FaultKind::Missing });
            continue;
        }
        let faults = verify_revision(&folder.join(&below), progress)?;
        found.faults.extend(faults.into_iter().map(|fault| Fault { file: format!("{below}/{}", fault.file), ..fault }));
    }
    Ok(found)
}
