//! The TIFF container: directories of tags, blocks of samples, and their codecs. It knows nothing of places on the ground.
//!
//! Everything here is written for strangers' files: no count is believed before it is held against the length of the file, and
//! nothing is allocated or followed without a bound from `model::limits`.

pub(super) mod block;
pub(super) mod codec;
pub(super) mod directory;
pub(super) mod layout;
pub(super) mod predictor;
pub(super) mod tags;
pub(super) mod write;

use std::fs::File;
use std::path::Path;
use terrane_model::{Error, Result};

/// A file read at given places, by any thread.
#[derive(Debug)]
pub(super) struct Bytes {
    file: File,
    length: u64,
}

impl Bytes {
    /// Opens a file for reading.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let cannot = |cause: std::io::Error| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Error::not_found(format!("The file “{name}” cannot be opened.")).because(cause)
        };
        let file = File::open(path).map_err(cannot)?;
        let length = file.metadata().map_err(cannot)?.len();
        Ok(Self { file, length })
    }

    /// How many bytes there are.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Exactly `count` bytes from a place. Refuses a range that is not in the file before anything is allocated.
    pub(super) fn read(&self, offset: u64, count: u64) -> Result<Vec<u8>> {
        let inside = offset.checked_add(count).is_some_and(|end| end <= self.length);
        let count = usize::try_from(count).ok().filter(|_| inside).ok_or_else(|| {
            damaged(format!("{count} bytes are to be at byte {offset}, but it has only {} bytes", self.length))
        })?;
        let mut bytes = vec![0; count];
        read_exact_at(&self.file, &mut bytes, offset).map_err(|cause| damaged("it ends early").because(cause))?;
        Ok(bytes)
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => {
                bytes = &mut bytes[read..];
                offset += read as u64;
            }
        }
    }
    Ok(())
}

/// What is said of a file that contradicts itself.
pub(super) fn damaged(what: impl std::fmt::Display) -> Error {
    Error::invalid(format!("The TIFF file is damaged: {what}. Ask its maker for a whole copy and add that."))
}
