//! A revision being written: in a folder of its own, synced, then renamed into place.
//!
//! A draft can be made by another process, in a room: there it is closed, and taken up here.

use crate::names::plain_name;
use crate::own::not_written;
use crate::{FEATURES, GRID, Kept, ORIGINAL, RECORD, cannot, is_revision, sync_folder};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_formats::features::geopackage;
use terrane_formats::grid::geotiff;
use terrane_model::store::{Draft, Progress, Room, Views, Written};
use terrane_model::{Batch, DatasetId, Error, GridSource, Result, Schema};

/// A draft; dropping it removes what was written.
pub struct FolderDraft {
    folder: PathBuf,
    kept: Kept,
    /// Where revisions of all datasets are; a draft in another process's room has no place of its own.
    datasets: Option<PathBuf>,
    finished: bool,
    /// Where it was made by another process; it goes away with the last draft that was made there.
    room: Option<Arc<dyn Room>>,
}

impl FolderDraft {
    /// Begins a draft in a room. It is closed there, and the process that owns the room takes it up.
    pub fn in_room(room: &Path) -> Result<Self> {
        Self::begin(room, None, Kept::default())
    }

    /// Begins a draft that becomes a revision below `datasets`.
    pub(crate) fn begin(drafts: &Path, datasets: Option<PathBuf>, kept: Kept) -> Result<Self> {
        let folder = drafts.join(uuid::Uuid::now_v7().simple().to_string());
        std::fs::create_dir_all(&folder).map_err(|error| cannot(&folder, "made", error))?;
        Ok(Self { folder, kept, datasets, finished: false, room: None })
    }

    /// Takes up a draft that was closed in a room.
    pub(crate) fn take_up(room: Arc<dyn Room>, name: &str, datasets: PathBuf, kept: Kept) -> Result<Self> {
        let folder = room.path().join(name);
        if !is_revision(name) || !folder.is_dir() {
            return Err(Error::internal(format!("there is no draft “{name}” in the room")));
        }
        Ok(Self { folder, kept, datasets: Some(datasets), finished: false, room: Some(room) })
    }

    /// Puts everything on the disk and leaves it where it is; returns its name in its room.
    pub fn close(mut self) -> Result<String> {
        crate::complete_checksums(&self.folder)?;
        self.sync_everything()?;
        self.finished = true;
        Ok(self.name())
    }

    fn name(&self) -> String {
        self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
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
        progress: &dyn Progress,
    ) -> Result<Written> {
        let written = geopackage::write(&self.folder.join(FEATURES), "features", schema, rows).map_err(not_written)?;
        // The sum of the rows, which are large, is made while another processor makes the copy of them.
        let summed = std::thread::scope(|scope| {
            let sums = scope.spawn(|| crate::complete_checksums(&self.folder));
            let built = crate::copies::build(&self.folder, progress);
            sums.join().unwrap_or_else(|_| Err(Error::internal("a thread panicked"))).and(built)
        });
        summed.map(|()| written)
    }

    fn write_grid(&mut self, grid: &dyn GridSource, progress: &dyn Progress) -> Result<()> {
        geotiff::write_cog(&self.folder.join(GRID), grid, progress).map_err(not_written)
    }

    fn keep_original(&mut self, name: &str, path: &Path) -> Result<()> {
        let originals = self.folder.join(ORIGINAL);
        std::fs::create_dir_all(&originals).map_err(|error| cannot(&originals, "made", error))?;
        let taken = self.folder_names(&originals)?;
        let target = originals.join(plain_name(name, |name| taken.contains(&name.to_lowercase())));
        std::fs::copy(path, &target).map(drop).map_err(|error| cannot(&target, "written", error))
    }

    fn keep_originals_of(&mut self, id: &DatasetId, revision: &str) -> Result<()> {
        let Some(datasets) = &self.datasets else { return Ok(()) };
        let kept = datasets.join(id.as_str()).join(revision).join(ORIGINAL);
        let entries = match std::fs::read_dir(&kept) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(|error| cannot(&kept, "read", error))?,
        };
        for entry in entries {
            let entry = entry.map_err(|error| cannot(&kept, "read", error))?;
            self.keep_original(&entry.file_name().to_string_lossy(), &entry.path())?;
        }
        Ok(())
    }

    fn keep_record(&mut self, json: &str) -> Result<()> {
        let path = self.folder.join(RECORD);
        std::fs::write(&path, json).map_err(|error| cannot(&path, "written", error))
    }

    fn views(&self) -> Result<Views> {
        self.kept.views(&self.folder)
    }

    fn bytes(&self) -> Result<u64> {
        crate::bytes_below(&self.folder)
    }

    fn finish(mut self: Box<Self>, id: &DatasetId) -> Result<String> {
        let Some(datasets) = &self.datasets else {
            return Err(Error::internal("a draft in a room is finished by another process"));
        };
        crate::complete_checksums(&self.folder)?;
        self.sync_everything()?;
        let target = datasets.join(id.as_str());
        std::fs::create_dir_all(&target).map_err(|error| cannot(&target, "made", error))?;
        let revision = self.name();
        let place = target.join(&revision);
        crate::unfinished::mark(&place)?;
        std::fs::rename(&self.folder, &place).map_err(|error| cannot(&place, "written", error))?;
        sync_folder(&target)?;
        sync_folder(datasets)?;
        self.finished = true;
        Ok(revision)
    }
}

impl Drop for FolderDraft {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed now is removed at the next start.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
        self.room = None;
    }
}

/// A room below the folder of drafts.
pub struct FolderRoom(PathBuf);

impl FolderRoom {
    pub(crate) fn make(drafts: &Path) -> Result<Self> {
        let folder = drafts.join(format!("room-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir_all(&folder).map_err(|error| cannot(&folder, "made", error))?;
        Ok(Self(folder))
    }
}

impl Room for FolderRoom {
    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for FolderRoom {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
