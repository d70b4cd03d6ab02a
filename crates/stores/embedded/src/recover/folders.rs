//! What a dataset's folder says of itself: the newest revision whose files are all as they were published, and its `about.json`.

use crate::{FaultKind, RECORD, unfinished, verify_revision};
use std::path::Path;
use terrane_formats::about::{DatasetRecord, dataset_from_json};
use terrane_model::store::Progress;
use terrane_model::{DatasetId, Result};

/// The newest whole revision below a dataset's folder, and its record. Names of revisions sort by time.
pub(super) fn newest_whole_revision(
    place: &Path,
    id: &DatasetId,
    progress: &dyn Progress,
) -> Result<Option<(String, DatasetRecord)>> {
    let Ok(entries) = std::fs::read_dir(place) else { return Ok(None) };
    let names =
        entries.flatten().filter(|entry| entry.path().is_dir()).filter_map(|it| it.file_name().into_string().ok());
    let mut revisions: Vec<String> = names.filter(|name| crate::is_revision(name)).collect();
    // One that may not have been published comes last.
    revisions.sort_by_key(|name| (unfinished::is_marked(&place.join(name)), std::cmp::Reverse(name.clone())));
    for revision in revisions {
        let folder = place.join(&revision);
        let record = std::fs::read_to_string(folder.join(RECORD)).ok().and_then(|text| dataset_from_json(&text).ok());
        if let Some(record) = record.filter(|record| record.about.id == *id)
            && is_whole(&folder, progress)?
        {
            return Ok(Some((revision, record)));
        }
    }
    Ok(None)
}

/// Files that others have added do no harm, and a revision of before there were lists has none.
fn is_whole(folder: &Path, progress: &dyn Progress) -> Result<bool> {
    let harmless = |kind| matches!(kind, FaultKind::Extra | FaultKind::Unlisted);
    Ok(verify_revision(folder, progress)?.iter().all(|fault| harmless(fault.kind)))
}
