//! The data folder: a catalogue in SQLite, and datasets as immutable revisions of GeoPackage and GeoTIFF files.
//!
//! ```text
//! DATA/catalogue.sqlite                       the ledger
//! DATA/datasets/<id>/<revision>/features.gpkg rows, opens in QGIS
//! DATA/datasets/<id>/<revision>/grid.tif      samples, a Cloud Optimised GeoTIFF
//! DATA/datasets/<id>/<revision>/original/     the files as they were given
//! DATA/datasets/<id>/<revision>/about.json    a copy of the catalogue's record
//! DATA/drafts/                                revisions being written; emptied at start
//! DATA/terrane.lock                           held while a program uses the folder
//! ```
//!
//! A revision is written to a draft, synced, renamed, and never changed. Nothing is visible before the ledger says so.

mod draft;
mod files;
mod ledger;
mod lock;
mod names;
mod own;

pub use files::FolderFiles;
pub use ledger::SqliteLedger;
pub use lock::FolderLock;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_formats::features::geopackage::GeoPackageSource;
use terrane_formats::grid::geotiff::{self, BlockCache};
use terrane_model::ledger::Ledger;
use terrane_model::limits::GRIDS_CACHE_BYTES;
use terrane_model::store::{Draft, Store, Views};
use terrane_model::{DatasetId, Error, Result};

const CATALOGUE: &str = "catalogue.sqlite";
const DATASETS: &str = "datasets";
const DRAFTS: &str = "drafts";
const FEATURES: &str = "features.gpkg";
const GRID: &str = "grid.tif";
const ORIGINAL: &str = "original";
const RECORD: &str = "about.json";

/// A data folder in use by this program.
pub struct EmbeddedStore {
    folder: PathBuf,
    ledger: SqliteLedger,
    /// Unpacked blocks of all grids.
    blocks: Arc<BlockCache>,
    lock: Option<FolderLock>,
}

impl EmbeddedStore {
    /// Makes a new data folder. Refused when there is one already, or when the folder holds anything else.
    pub fn create(folder: &Path) -> Result<()> {
        let failed = |error: std::io::Error| cannot(folder, "made", error);
        if folder.join(CATALOGUE).exists() {
            return Err(Error::conflict(format!("“{}” is a data folder already.", folder.display())));
        }
        std::fs::create_dir_all(folder).map_err(failed)?;
        if std::fs::read_dir(folder).map_err(failed)?.next().is_some() {
            let say = format!("“{}” is not empty; choose a new folder for the data.", folder.display());
            return Err(Error::conflict(say));
        }
        std::fs::create_dir(folder.join(DATASETS)).map_err(failed)?;
        SqliteLedger::create(&folder.join(CATALOGUE))?;
        sync_folder(folder)
    }

    /// Opens a data folder and holds it. Refused while another program holds it: the error says which.
    ///
    /// Drafts that a killed program left behind are removed.
    pub fn open(folder: &Path) -> Result<Self> {
        check_is_data_folder(folder)?;
        let lock = Some(FolderLock::take(folder)?);
        let drafts = folder.join(DRAFTS);
        if drafts.exists() {
            std::fs::remove_dir_all(&drafts).map_err(|error| cannot(&drafts, "emptied", error))?;
        }
        let ledger = SqliteLedger::open(&folder.join(CATALOGUE))?;
        Ok(Self { folder: folder.to_owned(), ledger, blocks: BlockCache::new(GRIDS_CACHE_BYTES), lock })
    }

    /// Opens a data folder to look at it, also while a server holds it. Nothing in it is changed, and nothing can be published.
    pub fn open_reading(folder: &Path) -> Result<Self> {
        check_is_data_folder(folder)?;
        let ledger = SqliteLedger::open_reading(&folder.join(CATALOGUE))?;
        Ok(Self { folder: folder.to_owned(), ledger, blocks: BlockCache::new(GRIDS_CACHE_BYTES), lock: None })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a revision is.
    pub fn revision_folder(&self, id: &DatasetId, revision: &str) -> PathBuf {
        self.folder.join(DATASETS).join(id.as_str()).join(revision)
    }
}

impl Store for EmbeddedStore {
    fn ledger(&self) -> &dyn Ledger {
        &self.ledger
    }

    fn open(&self, id: &DatasetId, revision: &str) -> Result<Views> {
        let folder = self.revision_folder(id, revision);
        if !is_revision(revision) || !folder.is_dir() {
            return Err(Error::not_found(format!("The data of “{id}” in revision “{revision}” is not in the folder.")));
        }
        let mut views = Views::default();
        if folder.join(FEATURES).is_file() {
            views.features = Some(Arc::new(GeoPackageSource::open(&folder.join(FEATURES))?));
        }
        if folder.join(GRID).is_file() {
            let grid = geotiff::open_cached(&folder.join(GRID), None, Arc::clone(&self.blocks))?;
            views.grid = Some(Arc::new(own::OwnGrid(grid)));
        }
        if folder.join(ORIGINAL).is_dir() {
            views.files = Some(Arc::new(FolderFiles::new(folder.join(ORIGINAL))));
        }
        Ok(views)
    }

    fn draft(&self, id: &DatasetId) -> Result<Box<dyn Draft>> {
        if self.lock.is_none() {
            return Err(Error::internal("a folder that was opened for reading is written to"));
        }
        let target = self.folder.join(DATASETS).join(id.as_str());
        Ok(Box::new(draft::FolderDraft::begin(&self.folder.join(DRAFTS), target)?))
    }

    fn keep_only(&self, id: &DatasetId, revisions: &[&str]) -> Result<()> {
        let folder = self.folder.join(DATASETS).join(id.as_str());
        let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(()) };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if is_revision(&name) && !revisions.contains(&&*name) {
                std::fs::remove_dir_all(&path).map_err(|error| cannot(&path, "removed", error))?;
            }
        }
        // Only a folder without any revision goes away.
        let _ = std::fs::remove_dir(&folder);
        Ok(())
    }

    fn discard(&self, id: &DatasetId) -> Result<()> {
        let folder = self.folder.join(DATASETS).join(id.as_str());
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(cannot(&folder, "removed", error)),
            _ => Ok(()),
        }
    }
}

/// Says what a folder is when it is not a data folder.
pub fn check_is_data_folder(folder: &Path) -> Result<()> {
    if folder.join(CATALOGUE).is_file() {
        return Ok(());
    }
    let shown = folder.display();
    let say = match folder.is_dir() {
        true => format!("“{shown}” is not a data folder: it has no {CATALOGUE}. Make one with “terrane init FOLDER”."),
        false => format!("There is no folder “{shown}”; make a data folder with “terrane init {shown}”."),
    };
    Err(Error::not_found(say))
}

/// Whether a text is the name of a revision: letters, digits and `-`, so that no path leads out of the folder.
fn is_revision(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// An error about a file or folder of the node's own; a full disk says so.
fn cannot(path: &Path, done: &str, error: std::io::Error) -> Error {
    let full = matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded);
    let why = match (full, error.kind()) {
        (true, _) => "the disk is full; make room and try again".to_owned(),
        (_, std::io::ErrorKind::FileTooLarge) => {
            "this system lets no file grow larger (ulimit -f); raise the limit and try again".to_owned()
        }
        (_, std::io::ErrorKind::PermissionDenied) => "this user may not; look at the folder's owner".to_owned(),
        _ => error.to_string(),
    };
    Error::new(terrane_model::Kind::Internal, format!("“{}” cannot be {done}: {why}.", path.display())).because(error)
}

/// Makes a folder's entries last.
fn sync_folder(folder: &Path) -> Result<()> {
    let open = std::fs::File::open(folder).and_then(|file| file.sync_all());
    open.map_err(|error| cannot(folder, "synced", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_missing_right_are_told_in_words() {
        let told = |kind: std::io::ErrorKind| cannot(Path::new("grid.tif"), "written", kind.into()).to_string();
        assert!(told(std::io::ErrorKind::StorageFull).contains("the disk is full; make room"));
        assert!(told(std::io::ErrorKind::QuotaExceeded).contains("the disk is full; make room"));
        assert!(told(std::io::ErrorKind::PermissionDenied).contains("owner"));
        assert!(told(std::io::ErrorKind::PermissionDenied).starts_with("“grid.tif” cannot be written"));
    }
}
