//! What keeps revisions in place while somebody copies them, here or in another program: a lock on a file of the data folder.

use crate::cannot;
use crate::lock::unlock;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use terrane_model::Result;

const HOLD: &str = "terrane.hold";

/// Revisions that are no longer wanted: removed at once, or as soon as nobody copies the folder.
pub(crate) struct Unwanted {
    folder: PathBuf,
    waiting: Mutex<BTreeSet<PathBuf>>,
}

/// While it lives, no revision of the data folder is removed, whichever program asks for it. What was asked for meanwhile is removed
/// afterwards.
pub struct Hold {
    file: Option<File>,
    unwanted: Arc<Unwanted>,
}

impl Unwanted {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), waiting: Mutex::default() }
    }

    /// Removes a file or folder of a revision, now or later.
    pub(crate) fn remove(&self, path: PathBuf) -> Result<()> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(path);
        self.sweep()
    }

    /// Keeps everything that is there now.
    pub(crate) fn hold(self: &Arc<Self>) -> Hold {
        // Where no file can be made, nothing can be removed either, but by another user; then a copy says that a file is missing.
        let file = self.open().ok().filter(|file| flock(file, FlockOperation::LockShared).is_ok());
        Hold { file, unwanted: Arc::clone(self) }
    }

    fn open(&self) -> std::io::Result<File> {
        let path = self.folder.join(HOLD);
        let mut options = std::fs::OpenOptions::new();
        match options.read(true).write(true).create(true).truncate(false).open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => File::open(&path),
            opened => opened,
        }
    }

    fn sweep(&self) -> Result<()> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.folder.join(HOLD);
        let alone = self.open().map_err(|error| cannot(&path, "opened", error))?;
        match flock(&alone, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {
                let removed = std::mem::take(&mut *waiting).into_iter().try_for_each(|path| remove_now(&path));
                unlock(&alone);
                removed
            }
            Err(Errno::WOULDBLOCK) => Ok(()),
            Err(error) => Err(cannot(&path, "locked", error.into())),
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            unlock(&file);
            // What cannot be removed now is told by whoever removes the next one.
            let _ = self.unwanted.sweep();
        }
    }
}

fn remove_now(path: &Path) -> Result<()> {
    let removed = match path.is_dir() {
        true => std::fs::remove_dir_all(path),
        false => std::fs::remove_file(path),
    };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(cannot(path, "removed", error)),
        _ => Ok(()),
    }
}
