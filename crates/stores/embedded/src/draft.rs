//! A revision being written: in a folder of its own, synced, then renamed into place.

use crate::names::plain_name;
use crate::own::not_written;
use crate::{FEATURES, GRID, ORIGINAL, RECORD, cannot, sync_folder};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_formats::features::geopackage;
use terrane_formats::grid::geotiff;
use terrane_model::store::{Draft, Progress, Written};
use terrane_model::{Batch, GridSource, Result, Schema};

/// A draft; dropping it removes what was written.
pub struct FolderDraft {
    revision: String,
    folder: PathBuf,
    target: PathBuf,
    finished: bool,
}

impl FolderDraft {
    /// Begins a draft that will become a revision below `target`.
    pub fn begin(drafts: &Path, target: PathBuf) -> Result<Self> {
        let revision = uuid::Uuid::now_v7().simple().to_string();
        let folder = drafts.join(&revision);
        std::fs::create_dir_all(&folder).map_err(|error| cannot(&folder, "made", error))?;
        Ok(Self { revision, folder, target, finished: false })
    }

    /// Names in a folder in lower case: some disks do not tell cases apart.
    fn folder_names(&self, folder: &Path) -> Result<HashSet<String>> {
        let entries = std::fs::read_dir(folder).map_err(|error| cannot(folder, "read", error))?;
        Ok(entries.flatten().map(|entry| entry.file_name().to_string_lossy().to_lowercase()).collect())
    }

    fn sync_everything(&self) -> Result<()> {
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).map_err(|error| cannot(&folder, "read", error))? {
                let path = entry.map_err(|error| cannot(&folder, "read", error))?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let synced = std::fs::File::open(&path).and_then(|file| file.sync_all());
                    synced.map_err(|error| cannot(&path, "synced", error))?;
                }
            }
            sync_folder(&folder)?;
        }
        Ok(())
    }
}

impl Draft for FolderDraft {
    fn write_features(
        &mut self,
        schema: &Arc<Schema>,
        rows: &mut dyn Iterator<Item = Result<Batch>>,
    ) -> Result<Written> {
        geopackage::write(&self.folder.join(FEATURES), "features", schema, rows).map_err(not_written)
    }

    fn write_grid(&mut self, grid: &dyn GridSource, progress: &dyn Progress) -> Result<()> {
        geotiff::write_cog(&self.folder.join(GRID), grid, progress)
    }

    fn keep_original(&mut self, name: &str, path: &Path) -> Result<()> {
        let originals = self.folder.join(ORIGINAL);
        std::fs::create_dir_all(&originals).map_err(|error| cannot(&originals, "made", error))?;
        let taken = self.folder_names(&originals)?;
        let target = originals.join(plain_name(name, |name| taken.contains(&name.to_lowercase())));
        std::fs::copy(path, &target).map(drop).map_err(|error| cannot(&target, "written", error))
    }

    fn keep_record(&mut self, json: &str) -> Result<()> {
        let path = self.folder.join(RECORD);
        std::fs::write(&path, json).map_err(|error| cannot(&path, "written", error))
    }

    fn finish(mut self: Box<Self>) -> Result<String> {
        self.sync_everything()?;
        std::fs::create_dir_all(&self.target).map_err(|error| cannot(&self.target, "made", error))?;
        let place = self.target.join(&self.revision);
        std::fs::rename(&self.folder, &place).map_err(|error| cannot(&place, "written", error))?;
        self.finished = true;
        sync_folder(&self.target)?;
        if let Some(parent) = self.target.parent() {
            sync_folder(parent)?;
        }
        Ok(self.revision.clone())
    }
}

impl Drop for FolderDraft {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed now is removed at the next start.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}
