//! One program at a time uses a data folder; a second one is told by whom it is held.

use crate::cannot;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use terrane_model::{Error, Result};

/// Held until dropped, also when the program is killed.
pub struct FolderLock {
    file: File,
}

impl FolderLock {
    /// Takes the folder, or says which process has it.
    pub fn take(folder: &Path) -> Result<Self> {
        let path = folder.join("terrane.lock");
        let failed = |error: std::io::Error| cannot(&path, "opened", error);
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        if let Err(error) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
            return Err(match error {
                Errno::WOULDBLOCK => in_use(folder, &mut file),
                _ => cannot(&path, "locked", error.into()),
            });
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(failed)?;
        writeln!(file, "process {}", std::process::id()).map_err(failed)?;
        Ok(Self { file })
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        unlock(&self.file);
    }
}

/// Gives a lock back at once. Closing the file is not enough while a child process is being started: it has the file too, for a moment.
pub(crate) fn unlock(file: &File) {
    let _ = flock(file, FlockOperation::Unlock);
}

fn in_use(folder: &Path, file: &mut File) -> Error {
    let mut holder = String::new();
    // What cannot be read leaves the name out of the sentence, which is true without it.
    let _ = file.take(HOLDER_BYTES_MAX).read_to_string(&mut holder);
    let holder = match holder.trim() {
        "" => String::new(),
        holder => format!(" ({holder})"),
    };
    Error::conflict(format!(
        "“{}” is in use by another terrane{holder}; stop that one first. Commands such as add and list reach a running server by themselves.",
        folder.display()
    ))
}

const HOLDER_BYTES_MAX: u64 = 200;
