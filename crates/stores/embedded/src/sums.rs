//! SHA-256 of what flows by, told to whoever watches. No file format is known here.

use sha2::{Digest as _, Sha256};
use std::io::{Read, Write};
use std::path::Path;
use terrane_model::store::Progress;
use terrane_model::{Error, Result};

/// Bytes that are read at once.
pub(crate) const CHUNK_BYTES: usize = 1_048_576;
/// Bytes between two words to whoever watches.
const TOLD_EVERY_BYTES: u64 = 16_777_216;

/// A reader or writer that keeps the sum of what went through.
pub(crate) struct Summed<T> {
    inner: T,
    sum: Sha256,
    /// Bytes that went through.
    pub(crate) bytes: u64,
}

impl<T> Summed<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self { inner, sum: Sha256::new(), bytes: 0 }
    }

    /// The sum so far, as 64 hexadecimal digits.
    pub(crate) fn so_far(&self) -> String {
        hexadecimal(&self.sum.clone().finalize())
    }

    pub(crate) fn into_inner(self) -> T {
        self.inner
    }

    fn take_in(&mut self, bytes: &[u8]) {
        self.sum.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl<T: Read> Read for Summed<T> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.take_in(&buffer[..read]);
        Ok(read)
    }
}

impl<T: Write> Write for Summed<T> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.take_in(&buffer[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Counts bytes and asks now and then whether to go on.
pub(crate) struct Steps<'a> {
    progress: &'a dyn Progress,
    what: &'a str,
    done: u64,
    of: u64,
    told: u64,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(progress: &'a dyn Progress, what: &'a str, of: u64) -> Self {
        Self { progress, what, done: 0, of, told: 0 }
    }

    /// So many bytes more are done. An error when the work is to stop.
    pub(crate) fn add(&mut self, bytes: u64) -> Result<()> {
        self.done += bytes;
        if self.done != bytes && self.done < self.of && self.done - self.told < TOLD_EVERY_BYTES {
            return Ok(());
        }
        self.told = self.done;
        match self.progress.step(self.what, self.done, self.of) {
            true => Ok(()),
            false => Err(Error::conflict("The work was stopped on request; nothing of it was kept.")),
        }
    }
}

/// Copies to the end. The outer error is a request to stop, the inner one the reader's or writer's.
pub(crate) fn copy(
    from: &mut dyn Read,
    to: &mut dyn Write,
    steps: &mut Steps<'_>,
) -> Result<Result<u64, std::io::Error>> {
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut bytes = 0;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(Ok(bytes)),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Ok(Err(error)),
        };
        if let Err(error) = to.write_all(&buffer[..read]) {
            return Ok(Err(error));
        }
        bytes += read as u64;
        steps.add(read as u64)?;
    }
}

/// The sum and the length of a plain file.
pub(crate) fn sum_file(path: &Path, steps: &mut Steps<'_>) -> Result<Result<(String, u64), std::io::Error>> {
    let file = match open_plain(path) {
        Ok(file) => file,
        Err(error) => return Ok(Err(error)),
    };
    let mut summed = Summed::new(file);
    let copied = copy(&mut summed, &mut std::io::sink(), steps)?;
    Ok(copied.map(|bytes| (summed.so_far(), bytes)))
}

/// Opens a file that is a file: no link, no device, no pipe that would never end.
pub(crate) fn open_plain(path: &Path) -> std::io::Result<std::fs::File> {
    if std::fs::symlink_metadata(path)?.is_file() {
        return std::fs::File::open(path);
    }
    Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is no plain file"))
}

/// The SHA-256 of a text.
pub(crate) fn sum_of(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

/// Bytes as hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| DIGITS[usize::from(digit)] as char).collect()
}
