//! Reads a backup through, to the last byte: names, order, sums, manifest, end. Members are written into a folder when there is one.

use super::manifest::{BackupFile, Manifest};
use super::writer::BLOCK_BYTES;
use super::{MANIFEST, is_member};
use crate::cannot;
use crate::sums::{self, Steps, Summed};
use sha2::{Digest as _, Sha256};
use std::cell::RefCell;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use terrane_model::limits::{BACKUP_MANIFEST_BYTES_MAX, BACKUP_NAME_BYTES_MAX};
use terrane_model::store::Progress;
use terrane_model::{Error, Result};

/// The manifest of a backup, found without reading its members. What it says is not compared with them.
pub(crate) fn peek(path: &Path) -> Result<Manifest> {
    let mut archive = tar::Archive::new(open(path)?);
    let mut entries = archive.entries_with_seek().map_err(|error| cut_off(path, error))?.raw(true);
    loop {
        let entry = entries.next().ok_or_else(|| no_manifest(path))?;
        let mut entry = entry.map_err(|error| cut_off(path, error))?;
        let name = entry.path_bytes().into_owned();
        if name == MANIFEST.as_bytes() {
            return read_manifest(path, &mut entry);
        }
        let known = std::str::from_utf8(&name).is_ok_and(is_member);
        if entry.raw_header_position() == 0 && !known {
            return Err(foreign(path));
        }
    }
}

/// Reads every byte of a backup and returns its manifest when all of it is as it was written. With a folder, which is empty, the
/// members are written there; after an error some of them are.
pub(crate) fn read_through(path: &Path, into: Option<&Path>, progress: &dyn Progress) -> Result<Manifest> {
    let file = open(path)?;
    let bytes = file.metadata().map_err(|error| cannot(path, "read", error))?.len();
    let before = RefCell::new(Before::default());
    let reader = Watched { inner: BufReader::with_capacity(sums::CHUNK_BYTES, file), before: &before };
    let mut archive = tar::Archive::new(reader);
    let mut through = Through { path, into, steps: Steps::new(progress, "bytes", bytes), files: Vec::new() };
    let last = through.members(&mut archive, &before)?;
    through.compare(&last.manifest)?;
    if (&last.manifest.sha256_before, last.manifest.bytes_before) != (&last.sum_before, last.bytes_before) {
        return Err(damaged(path, "bytes between its members are not as they were written"));
    }
    check_end(path, &mut archive.into_inner(), last.bytes)?;
    Ok(last.manifest)
}

/// The last member as it was found.
struct Last {
    manifest: Manifest,
    /// Bytes of its text.
    bytes: u64,
    /// What comes before it.
    sum_before: String,
    bytes_before: u64,
}

struct Through<'a> {
    path: &'a Path,
    into: Option<&'a Path>,
    steps: Steps<'a>,
    files: Vec<BackupFile>,
}

impl Through<'_> {
    /// All members up to the manifest, and that.
    fn members<R: Read>(&mut self, archive: &mut tar::Archive<R>, before: &RefCell<Before>) -> Result<Last> {
        let mut long_name = None;
        for entry in archive.entries().map_err(|error| cut_off(self.path, error))?.raw(true) {
            let mut entry = entry.map_err(|error| cut_off(self.path, error))?;
            match entry.header().entry_type() {
                tar::EntryType::XHeader if long_name.is_none() => long_name = Some(self.long_name(&mut entry)?),
                tar::EntryType::Regular => {
                    let name = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
                    let name = String::from_utf8(name).map_err(|_| foreign(self.path))?;
                    if name == MANIFEST {
                        let (sum_before, bytes_before) = (before.borrow().sum(), entry.raw_header_position());
                        let (manifest, bytes) = (read_manifest(self.path, &mut entry)?, entry.size());
                        return Ok(Last { manifest, bytes, sum_before, bytes_before });
                    }
                    self.member(&name, &mut entry)?;
                }
                _ => return Err(damaged(self.path, "it has a link or another thing that is no file")),
            }
        }
        Err(no_manifest(self.path))
    }

    fn member(&mut self, name: &str, entry: &mut tar::Entry<'_, impl Read>) -> Result<()> {
        if !is_member(name) || (self.files.is_empty() && name != crate::CATALOGUE) {
            return Err(foreign(self.path));
        }
        let bytes = entry.size();
        let mut summed = Summed::new(entry);
        let copied = match self.into {
            None => sums::copy(&mut summed, &mut std::io::sink(), &mut self.steps)?,
            Some(folder) => {
                let (place, mut file) = new_file(folder, name)?;
                let copied = sums::copy(&mut summed, &mut file, &mut self.steps)?;
                let copied = copied.and_then(|bytes| file.sync_all().map(|()| bytes));
                Ok(copied.map_err(|error| cannot(&place, "written", error))?)
            }
        };
        let copied = copied.map_err(|error| cut_off(self.path, error))?;
        if copied != bytes {
            return Err(damaged(self.path, &format!("it ends in the middle of “{name}”")));
        }
        self.files.push(BackupFile { path: name.to_owned(), bytes, sha256: summed.so_far() });
        Ok(())
    }

    /// The name of the next member, when it is too long for its header.
    fn long_name(&self, entry: &mut tar::Entry<'_, impl Read>) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        entry.take(BACKUP_NAME_BYTES_MAX).read_to_end(&mut bytes).map_err(|error| cut_off(self.path, error))?;
        let mut found = None;
        for extension in tar::PaxExtensions::new(&bytes) {
            let extension = extension.map_err(|error| cut_off(self.path, error))?;
            match extension.key_bytes() {
                b"path" if found.is_none() => found = Some(extension.value_bytes().to_vec()),
                _ => return Err(foreign(self.path)),
            }
        }
        found.ok_or_else(|| foreign(self.path))
    }

    fn compare(&self, manifest: &Manifest) -> Result<()> {
        let mut pairs = self.files.iter().zip(&manifest.files);
        if let Some((found, _)) = pairs.find(|(found, listed)| found != listed) {
            let what = format!("“{}” is not what the list of contents says at its place", found.path);
            return Err(damaged(self.path, &what));
        }
        match self.files.len() == manifest.files.len() {
            true => Ok(()),
            false => Err(damaged(self.path, "it has other files than its list of contents says")),
        }
    }
}

/// A file that was not there, with the folders it needs.
fn new_file(folder: &Path, name: &str) -> Result<(std::path::PathBuf, File)> {
    let place = folder.join(name);
    if let Some(parent) = place.parent() {
        std::fs::create_dir_all(parent).map_err(|error| cannot(parent, "made", error))?;
    }
    let file = File::create_new(&place).map_err(|error| cannot(&place, "written", error))?;
    Ok((place, file))
}

fn read_manifest(path: &Path, entry: &mut tar::Entry<'_, impl Read>) -> Result<Manifest> {
    let bytes = entry.size();
    let mut text = String::new();
    let read = entry.take(BACKUP_MANIFEST_BYTES_MAX).read_to_string(&mut text);
    match read {
        Ok(read) if read as u64 == bytes => Manifest::from_text(&text),
        Ok(_) => Err(damaged(path, "its list of contents is cut off")),
        Err(error) => Err(damaged(path, "its list of contents is no text").because(error)),
    }
}

/// After the manifest there are zeros to the end of its block, then two blocks of zeros, then nothing.
fn check_end(path: &Path, rest: &mut impl Read, manifest_bytes: u64) -> Result<()> {
    let expected = manifest_bytes.next_multiple_of(BLOCK_BYTES) - manifest_bytes + 2 * BLOCK_BYTES;
    let mut bytes = Vec::new();
    rest.take(expected + 1).read_to_end(&mut bytes).map_err(|error| cannot(path, "read", error))?;
    match bytes.len() as u64 == expected && bytes.iter().all(|byte| *byte == 0) {
        true => Ok(()),
        false => Err(damaged(path, "its end is not as it was written")),
    }
}

/// The sum of all bytes but the last block: at the header of a member, of all bytes before it.
#[derive(Default)]
struct Before {
    sum: Sha256,
    block: Vec<u8>,
}

impl Before {
    fn take_in(&mut self, bytes: &[u8]) {
        let over = (self.block.len() + bytes.len()).saturating_sub(BLOCK_BYTES as usize);
        let old = over.min(self.block.len());
        self.sum.update(&self.block[..old]);
        self.sum.update(&bytes[..over - old]);
        self.block.drain(..old);
        self.block.extend_from_slice(&bytes[over - old..]);
    }

    fn sum(&self) -> String {
        sums::hexadecimal(&self.sum.clone().finalize())
    }
}

struct Watched<'a, R> {
    inner: R,
    before: &'a RefCell<Before>,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.before.borrow_mut().take_in(&buffer[..read]);
        Ok(read)
    }
}

fn open(path: &Path) -> Result<File> {
    sums::open_plain(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::not_found(format!("There is no file “{}”.", path.display())),
        _ => cannot(path, "read", error),
    })
}

fn foreign(path: &Path) -> Error {
    Error::invalid(format!("“{}” is not a backup of Terrane; nothing was restored.", path.display()))
}

fn damaged(path: &Path, what: &str) -> Error {
    Error::invalid(format!("“{}” is not a whole backup: {what}. Use another backup.", path.display()))
}

fn no_manifest(path: &Path) -> Error {
    damaged(path, "it ends before its list of contents")
}

fn cut_off(path: &Path, error: std::io::Error) -> Error {
    damaged(path, "it is cut off or was changed").because(error)
}
