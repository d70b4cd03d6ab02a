//! One program at a time uses a data folder; a second one is told by whom it is held.

use crate::cannot;
use rustix::fs::{FlockOperation, flock};
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use terrane_model::{Error, Result};

/// Held until dropped, also when the program is killed.
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, or says which process has it.
    pub fn take(folder: &Path) -> Result<Self> {
        let path = folder.join("terrane.lock");
        let failed = |error: std::io::Error| cannot(&path, "opened", error);
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let say = format!(
                "“{}” is in use by another terrane process ({}); stop it first, or send it the command while it serves.",
                folder.display(),
                holder.trim()
            );
            return Err(Error::conflict(say));
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(failed)?;
        writeln!(file, "process {}", std::process::id()).map_err(failed)?;
        Ok(Self { _file: file })
    }
}
