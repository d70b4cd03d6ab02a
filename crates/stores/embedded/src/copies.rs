//! Display copies of revisions: made with the revision, made again when they are missing or damaged, and never the truth.

use crate::own::not_written;
use crate::{DISPLAY, EmbeddedStore, FEATURES, Kept, cannot, sync_folder};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_formats::display::{self, DisplaySource, SharedBorders};
use terrane_formats::features::geopackage::GeoPackageSource;
use terrane_model::store::Progress;
use terrane_model::{DatasetId, FeatureSource, Result};

/// The copy of a revision's rows, below its folder of copies.
const ROWS: &str = "features.display";

fn place(revision: &Path) -> PathBuf {
    revision.join(DISPLAY).join(ROWS)
}

/// Makes the copy of a revision's rows from its GeoPackage.
pub(crate) fn build(revision: &Path, progress: &dyn Progress) -> Result<()> {
    let place = place(revision);
    let folder = revision.join(DISPLAY);
    std::fs::create_dir_all(&folder).map_err(|error| cannot(&folder, "made", error))?;
    let source = GeoPackageSource::open(&revision.join(FEATURES))?;
    let part = place.with_extension("part");
    // One that was cut off before.
    let _ = std::fs::remove_file(&part);
    let built = display::build_with(&source, &part, Some(&mut SharedBorders::new()), progress).map_err(not_written);
    let made = built.and_then(|_| std::fs::rename(&part, &place).map_err(|error| cannot(&place, "written", error)));
    if made.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    made
}

impl Kept {
    /// The rows of a revision: from the copy when there is a good one, else from the GeoPackage, which answers the same, slower.
    pub(crate) fn rows(&self, revision: &Path) -> Result<Arc<dyn FeatureSource>> {
        let place = place(revision);
        if place.is_file() {
            match DisplaySource::open(&place, Arc::clone(&self.chunks)) {
                Ok(copy) => return Ok(Arc::new(copy)),
                Err(error) => tracing::warn!(copy = %place.display(), ?error, "a display copy is not used"),
            }
        }
        Ok(Arc::new(GeoPackageSource::open(&revision.join(FEATURES))?))
    }
}

impl EmbeddedStore {
    /// Makes the copies of a revision that are missing or cannot be opened; all of them when `all` is asked for. Returns whether any was
    /// made.
    pub(crate) fn rebuild_copies(
        &self,
        id: &DatasetId,
        revision: &str,
        all: bool,
        progress: &dyn Progress,
    ) -> Result<bool> {
        let base = revision.split('.').next().unwrap_or(revision);
        let folder = self.revision_folder(id, base);
        self.drafts()?;
        if !folder.join(FEATURES).is_file() {
            return Ok(false);
        }
        let place = place(&folder);
        // Looking into every block would read all data at each start; whoever reads a damaged one is told, and so is the doctor.
        if !all && place.is_file() && DisplaySource::open(&place, Arc::clone(&self.kept.chunks)).is_ok() {
            return Ok(false);
        }
        build(&folder, progress)?;
        let synced = std::fs::File::open(&place).and_then(|file| file.sync_all());
        synced.map_err(|error| cannot(&place, "synced", error))?;
        sync_folder(&folder.join(DISPLAY))?;
        Ok(true)
    }
}

/// What is wrong with the copies of a revision, as a sentence; `None` when nothing is.
pub fn verify_copies(revision: &Path) -> Option<String> {
    if !revision.join(FEATURES).is_file() {
        return None;
    }
    match DisplaySource::verify(&place(revision)) {
        Ok(()) => None,
        Err(error) => Some(format!("the display copy cannot be used, so answers are slower: {error}")),
    }
}
