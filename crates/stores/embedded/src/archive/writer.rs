//! Writes a backup: members one after another, each summed as it goes by, the manifest last.

use super::manifest::{BackupFile, Manifest};
use super::{Item, MANIFEST};
use crate::cannot;
use crate::sums::{self, Steps, Summed};
use std::fs::File;
use std::io::{BufWriter, Read as _};
use std::path::{Path, PathBuf};
use terrane_model::{Error, Instant, Kind, Result};

/// A backup being written.
pub(crate) struct Writer {
    builder: tar::Builder<Summed<BufWriter<File>>>,
    path: PathBuf,
    made: Instant,
    pub(crate) files: Vec<BackupFile>,
}

impl Writer {
    pub(crate) fn new(file: File, path: &Path, made: Instant) -> Self {
        let buffered = BufWriter::with_capacity(sums::CHUNK_BYTES, file);
        Self { builder: tar::Builder::new(Summed::new(buffered)), path: path.to_owned(), made, files: Vec::new() }
    }

    /// Adds a file. Returns whether it is what it was when it was published; without a known sum it is.
    pub(crate) fn add(&mut self, item: &Item, steps: &mut Steps<'_>) -> Result<bool> {
        let file = sums::open_plain(&item.path).map_err(|error| gone(item, error))?;
        let bytes = file.metadata().map_err(|error| cannot(&item.path, "read", error))?.len();
        self.head(&item.name, bytes)?;
        let mut summed = Summed::new(file.take(bytes));
        let copied = sums::copy(&mut summed, self.builder.get_mut(), steps)?;
        let copied = copied.map_err(|error| self.failed_between(item, error))?;
        if copied != bytes {
            return Err(Error::conflict(format!("“{}” changed while it was copied; try again.", item.path.display())));
        }
        self.pad(bytes)?;
        let sha256 = summed.so_far();
        let as_published = item.sum.as_ref().is_none_or(|sum| *sum == sha256);
        self.files.push(BackupFile { path: item.name.clone(), bytes, sha256 });
        Ok(as_published)
    }

    /// Writes the manifest and the end, and puts everything on the disk.
    pub(crate) fn finish(mut self, mut manifest: Manifest) -> Result<Manifest> {
        manifest.files = std::mem::take(&mut self.files);
        manifest.bytes_before = self.builder.get_ref().bytes;
        manifest.sha256_before = self.builder.get_ref().so_far();
        let text = manifest.to_text()?;
        self.head(MANIFEST, text.len() as u64)?;
        let path = self.path.clone();
        let failed = |error: std::io::Error| cannot(&path, "written", error);
        std::io::Write::write_all(self.builder.get_mut(), text.as_bytes()).map_err(failed)?;
        self.pad(text.len() as u64)?;
        let buffered = self.builder.into_inner().map_err(failed)?.into_inner();
        let file = buffered.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        Ok(manifest)
    }

    /// A header; a name that is too long for one is written before it, as POSIX says (pax).
    fn head(&mut self, name: &str, bytes: u64) -> Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_mode(0o644);
        header.set_mtime(u64::try_from(self.made.0 / 1_000_000).unwrap_or(0));
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(bytes);
        let path = self.path.clone();
        let failed = |error: std::io::Error| cannot(&path, "written", error);
        if header.set_path(name).is_err() {
            self.builder.append_pax_extensions([("path", name.as_bytes())]).map_err(failed)?;
            header.set_path(format!("long-name-{}", self.files.len())).map_err(failed)?;
        }
        header.set_cksum();
        std::io::Write::write_all(self.builder.get_mut(), header.as_bytes()).map_err(failed)
    }

    /// Fills the last block of a member.
    fn pad(&mut self, bytes: u64) -> Result<()> {
        let over = (bytes % BLOCK_BYTES) as usize;
        let rest = if over == 0 { 0 } else { BLOCK_BYTES as usize - over };
        let zeros = [0; BLOCK_BYTES as usize];
        let written = std::io::Write::write_all(self.builder.get_mut(), &zeros[..rest]);
        written.map_err(|error| cannot(&self.path, "written", error))
    }

    /// Copying failed; a full disk is the backup's, everything else the file's.
    fn failed_between(&self, item: &Item, error: std::io::Error) -> Error {
        use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match error.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => cannot(&self.path, "written", error),
            _ => {
                let say = format!(
                    "“{}” cannot be copied, so there is no backup: {error}. “terrane doctor” names every file that is damaged.",
                    item.path.display()
                );
                Error::new(Kind::Internal, say).because(error)
            }
        }
    }
}

/// Bytes of a block of a tar.
pub(crate) const BLOCK_BYTES: u64 = 512;

fn gone(item: &Item, error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::NotFound {
        let say = format!("“{}” went away while the backup was made; try again.", item.path.display());
        return Error::conflict(say).because(error);
    }
    cannot(&item.path, "read", error)
}
