//! Where something whole is to appear: written beside under another name, then renamed, never over something else.

use crate::cannot;
use crate::lock::unlock;
use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with};
use rustix::io::Errno;
use std::fs::File;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use terrane_model::{Error, Kind, Result};

/// A file that gets its name when it is whole; dropped before that, nothing of it stays.
pub(crate) struct PartFile {
    part: PathBuf,
    /// A folder for what is needed on the way; only its owner may look into it.
    pub(crate) work: PathBuf,
    target: PathBuf,
    /// Held so that no other program writes to the same name.
    lock: File,
    finished: bool,
}

impl PartFile {
    /// Claims a name. Refused when something has it, or when another program is about to write it.
    pub(crate) fn claim(target: &Path) -> Result<Self> {
        if target.symlink_metadata().is_ok() {
            return Err(there_already(target));
        }
        let (part, work) = (beside(target, ".part")?, beside(target, ".part-work")?);
        let lock = lock_new(&part, target)?;
        let claimed = Self { part, work, target: target.to_owned(), lock, finished: false };
        let _ = std::fs::remove_dir_all(&claimed.work);
        let made = std::fs::DirBuilder::new().mode(0o700).create(&claimed.work);
        made.map_err(|error| cannot(&claimed.work, "made", error))?;
        Ok(claimed)
    }

    pub(crate) fn file(&self) -> Result<File> {
        self.lock.try_clone().map_err(|error| cannot(&self.part, "opened", error))
    }

    /// Gives the file, which is on the disk, its name.
    pub(crate) fn finish(mut self) -> Result<()> {
        put(&self.part, &self.target)?;
        self.finished = true;
        crate::sync_folder(folder_of(&self.target))
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        // What cannot be removed is removed by the next call for this name.
        let _ = std::fs::remove_dir_all(&self.work);
        if !self.finished {
            let _ = std::fs::remove_file(&self.part);
        }
        unlock(&self.lock);
    }
}

/// An empty file for its owner alone, locked. What a killed program left under this name is emptied.
fn lock_new(part: &Path, target: &Path) -> Result<File> {
    let failed = |error: std::io::Error| cannot(part, "written", error);
    loop {
        let mut options = std::fs::OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).mode(0o600).open(part).map_err(failed)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                let say = format!("“{}” is being written by another program; wait for it.", target.display());
                return Err(Error::conflict(say));
            }
            Err(error) => return Err(failed(error.into())),
        }
        // The one before may have finished in between: then this is no part any more but its backup.
        let held = file.metadata().map_err(failed)?;
        if std::fs::metadata(part).is_ok_and(|named| (named.dev(), named.ino()) == (held.dev(), held.ino())) {
            file.set_len(0).map_err(failed)?;
            return Ok(file);
        }
    }
}

/// Renames; refused when the target is there. An empty folder may be replaced by a folder.
pub(crate) fn put(part: &Path, target: &Path) -> Result<()> {
    match renameat_with(CWD, part, CWD, target, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(Errno::EXIST) if part.is_dir() => rename(part, target),
        Err(Errno::EXIST) => Err(there_already(target)),
        // Some file systems cannot refuse by themselves.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if part.is_dir() || !target.exists() => {
            rename(part, target)
        }
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Err(there_already(target)),
        Err(error) => Err(cannot(target, "written", error.into())),
    }
}

/// A folder takes the place of an empty one only.
fn rename(part: &Path, target: &Path) -> Result<()> {
    std::fs::rename(part, target).map_err(|error| match error.kind() {
        std::io::ErrorKind::DirectoryNotEmpty | std::io::ErrorKind::AlreadyExists => there_already(target),
        _ => cannot(target, "written", error),
    })
}

pub(crate) fn there_already(target: &Path) -> Error {
    Error::conflict(format!("“{}” is there already and stays as it is; choose another name.", target.display()))
}

/// A name beside another one.
pub(crate) fn beside(target: &Path, ending: &str) -> Result<PathBuf> {
    let Some(name) = target.file_name() else {
        return Err(Error::invalid(format!("“{}” is no name of a file or folder.", target.display())));
    };
    let mut name = name.to_owned();
    name.push(ending);
    Ok(target.with_file_name(name))
}

/// The folder that something is in.
pub(crate) fn folder_of(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Refused when the disk has less room than something needs.
pub(crate) fn check_room(folder: &Path, bytes: u64, what: &str) -> Result<()> {
    let there = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
    let room = rustix::fs::statvfs(there).map_err(|error| cannot(folder, "looked at", error.into()))?;
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    // Room for what the file system itself writes.
    let needed = bytes.saturating_add(bytes / 100);
    if free >= needed {
        return Ok(());
    }
    let say = format!(
        "{what} needs {} and the disk of “{}” has {} left; nothing was written. Make room, or choose another disk.",
        size(needed),
        folder.display(),
        size(free)
    );
    Err(Error::new(Kind::Internal, say))
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} kB", bytes / 1_000),
        10_000_000..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}
