//! Looks through a backup, and makes a data folder of it: beside, then renamed. Needs no server and trusts no byte of the file.

use crate::archive::{BackupSummary, Manifest, peek, read_through};
use crate::place::{beside, check_room, folder_of, put, there_already};
use crate::{CATALOGUE, DATASETS, FolderLock, SqliteLedger, cannot, layout, sync_folder};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use terrane_model::store::Progress;
use terrane_model::{Error, Result};

/// Reads every byte of a backup and says what is in it. A file that is not whole is refused.
pub fn verify_backup(path: &Path, progress: &dyn Progress) -> Result<BackupSummary> {
    let manifest = peek(path)?;
    check_layout(&manifest)?;
    Ok(read_through(path, None, progress)?.summary())
}

/// Makes a data folder of a backup. The folder must not be there, or be empty; it appears when all of it was found whole and is on the
/// disk. Display copies are not in a backup and are made anew when the folder is first used. When anything fails, nothing stays.
pub fn restore(path: &Path, to: &Path, progress: &dyn Progress) -> Result<BackupSummary> {
    // “.” has no name that another folder could get.
    let to = &to.canonicalize().unwrap_or_else(|_| to.to_owned());
    check_target(to)?;
    let manifest = peek(path)?;
    check_layout(&manifest)?;
    remove_abandoned(to);
    check_room(folder_of(to), manifest.summary().bytes, "The data folder")?;
    let part = PartFolder::make(to)?;
    let manifest = read_through(path, Some(&part.folder), progress)?;
    SqliteLedger::open_reading(&part.folder.join(CATALOGUE))?.check()?;
    part.finish(to)?;
    Ok(manifest.summary())
}

/// Refused before anything is read, so that nobody waits for it.
fn check_target(to: &Path) -> Result<()> {
    let Ok(about) = to.symlink_metadata() else { return Ok(()) };
    let empty = about.is_dir() && std::fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_none());
    if !empty {
        return Err(there_already(to));
    }
    let parent = std::fs::metadata(folder_of(to)).map_err(|error| cannot(folder_of(to), "read", error))?;
    if parent.dev() != about.dev() {
        let say = format!(
            "“{}” is a disk of its own, where a folder cannot appear at once; restore into a folder on it, as in “{}”.",
            to.display(),
            to.join("survey").display()
        );
        return Err(Error::invalid(say));
    }
    Ok(())
}

fn check_layout(manifest: &Manifest) -> Result<()> {
    if manifest.layout <= layout::LAYOUT {
        return Ok(());
    }
    let say = format!(
        "The backup was made by {}, whose catalogue has layout {}; this program reads layouts up to {}. Use that program, or a newer one.",
        manifest.program,
        manifest.layout,
        layout::LAYOUT
    );
    Err(Error::unsupported(say))
}

/// A folder that becomes a data folder when it is whole; dropped before that, it goes away.
struct PartFolder {
    folder: PathBuf,
    _lock: FolderLock,
}

const PART: &str = ".part-";

impl PartFolder {
    fn make(to: &Path) -> Result<Self> {
        let folder = beside(to, &format!("{PART}{}", uuid::Uuid::now_v7().simple()))?;
        let parent = folder_of(to);
        std::fs::create_dir_all(parent).map_err(|error| cannot(parent, "made", error))?;
        std::fs::create_dir(&folder).map_err(|error| cannot(&folder, "made", error))?;
        let lock = FolderLock::take(&folder).inspect_err(|_| drop(std::fs::remove_dir_all(&folder)))?;
        let part = Self { folder, _lock: lock };
        let datasets = part.folder.join(DATASETS);
        std::fs::create_dir(&datasets).map_err(|error| cannot(&datasets, "made", error))?;
        Ok(part)
    }

    /// Everything is on the disk before the name is.
    fn finish(self, to: &Path) -> Result<()> {
        sync_folders(&self.folder)?;
        put(&self.folder, to)?;
        sync_folder(folder_of(to))
    }
}

impl Drop for PartFolder {
    fn drop(&mut self) {
        // After it has its name there is no such folder any more; what cannot be removed is removed by the next restore.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The files were synced as they were written; their folders are now.
fn sync_folders(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|error| cannot(folder, "read", error))? {
        let path = entry.map_err(|error| cannot(folder, "read", error))?.path();
        if path.is_dir() {
            sync_folders(&path)?;
        }
    }
    sync_folder(folder)
}

/// Removes what killed restores to this name have left; those that run hold theirs.
fn remove_abandoned(to: &Path) {
    let Ok(entries) = std::fs::read_dir(folder_of(to)) else { return };
    for entry in entries.flatten().filter(|entry| is_part_of(to, &entry.file_name().to_string_lossy())) {
        if let Ok(_held) = FolderLock::take(&entry.path()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Only a name that [`PartFolder::make`] gives: nobody else's folder goes away.
fn is_part_of(to: &Path, name: &str) -> bool {
    let Some(target) = to.file_name() else { return false };
    let ending = name.strip_prefix(&*target.to_string_lossy()).and_then(|rest| rest.strip_prefix(PART));
    ending.is_some_and(|ending| ending.len() == 32 && ending.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
