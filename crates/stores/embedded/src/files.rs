//! The files of a dataset as they were given.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;
use terrane_model::dataset::FileEntry;
use terrane_model::{BoxFuture, Error, FileSource, Result};

/// Files in one folder, by their plain names.
pub struct FolderFiles {
    folder: PathBuf,
}

impl FolderFiles {
    /// The files in a folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn list_now(&self) -> Result<Vec<FileEntry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(Error::internal)? {
            let entry = entry.map_err(Error::internal)?;
            let about = entry.metadata().map_err(Error::internal)?;
            if about.is_file() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let media_type = media_type(&name).to_owned();
                entries.push(FileEntry { name, media_type, bytes: about.len() });
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Only a name that the listing has is opened, so that no path leads out of the folder.
    fn read_now(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>> {
        let missing = || Error::not_found("There is no such file in this dataset.");
        let entry = self.list_now()?.into_iter().find(|entry| entry.name == name).ok_or_else(missing)?;
        // Whoever asks bounds the range: a read that gave less would be a file with its end cut off.
        let end = range.end.min(entry.bytes);
        let mut file = std::fs::File::open(self.folder.join(&entry.name)).map_err(Error::internal)?;
        file.seek(SeekFrom::Start(range.start)).map_err(Error::internal)?;
        let mut bytes = Vec::new();
        file.take(end.saturating_sub(range.start)).read_to_end(&mut bytes).map_err(Error::internal)?;
        Ok(bytes)
    }
}

impl FileSource for FolderFiles {
    fn list(&self) -> BoxFuture<'_, Result<Vec<FileEntry>>> {
        Box::pin(async { self.list_now() })
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> BoxFuture<'a, Result<Vec<u8>>> {
        Box::pin(async move { self.read_now(name, range) })
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("").to_ascii_lowercase().as_str() {
        "geojson" => "application/geo+json",
        "json" => "application/json",
        "csv" => "text/csv; charset=utf-8",
        "tif" | "tiff" => "image/tiff; application=geotiff",
        "gpkg" => "application/geopackage+sqlite3",
        "zip" => "application/zip",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}
