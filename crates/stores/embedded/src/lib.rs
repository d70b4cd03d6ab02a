//! The data folder: a catalogue in SQLite, and datasets as immutable revisions of GeoPackage and GeoTIFF files.
//!
//! ```text
//! DATA/catalogue.sqlite                       the ledger
//! DATA/datasets/<id>/<revision>/features.gpkg rows, opens in QGIS
//! DATA/datasets/<id>/<revision>/grid.tif      samples, a Cloud Optimised GeoTIFF
//! DATA/datasets/<id>/<revision>/original/     the files as they were given
//! DATA/datasets/<id>/<revision>/about.json    a copy of the catalogue's record
//! DATA/datasets/<id>/<revision>/SHA256SUMS    what the files are, for `sha256sum -c`
//! DATA/drafts/                                revisions being written; emptied at start
//! DATA/terrane.lock                           held while a program uses the folder
//! DATA/terrane.hold                           held while somebody copies revisions, so that none is removed
//! ```
//!
//! A revision is written to a draft, synced, renamed, and never changed. Nothing is visible before the ledger says so.

mod amended;
mod archive;
mod backup;
mod checksums;
mod copies;
mod damage;
pub mod delta;
mod draft;
mod files;
mod hold;
mod layout;
mod ledger;
mod lock;
mod names;
mod own;
mod place;
mod recover;
mod restore;
mod sums;
mod unfinished;
mod verify;

pub use archive::BackupSummary;
pub use backup::backup;
pub use checksums::{Fault, FaultKind, SUMS, verify_revision, write_checksums};
pub use copies::verify_copies;
pub use draft::{FolderDraft, FolderRoom};
pub use files::FolderFiles;
pub use hold::Hold;
pub use layout::{Step, bring_up_to_date, pending};
pub use ledger::{CATALOGUE_COPY, SqliteLedger};
pub use lock::FolderLock;
pub use recover::{Recovered, Recovery, recover};
pub use restore::{restore, verify_backup};
pub use verify::{FolderCheck, verify_folder};

use amended::{Deltas, parts};
use checksums::complete_checksums;
use hold::Unwanted;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_formats::display::DisplayCache;
use terrane_formats::grid::geotiff::{self, BlockCache};
use terrane_model::ledger::Ledger;
use terrane_model::limits::{DISPLAY_CACHE_BYTES, GRIDS_CACHE_BYTES};
use terrane_model::store::{Draft, Progress, Room, Store, Views, Written};
use terrane_model::{Amendment, DatasetId, Error, Result};

const CATALOGUE: &str = "catalogue.sqlite";
const DATASETS: &str = "datasets";
const DRAFTS: &str = "drafts";
const FEATURES: &str = "features.gpkg";
const GRID: &str = "grid.tif";
const ORIGINAL: &str = "original";
const RECORD: &str = "about.json";
/// Derived copies for drawing; they are rebuilt, so nothing is promised of them.
const DISPLAY: &str = "display";

/// A data folder in use by this program.
pub struct EmbeddedStore {
    folder: PathBuf,
    ledger: SqliteLedger,
    kept: Kept,
    deltas: Deltas,
    unwanted: Arc<Unwanted>,
    lock: Option<FolderLock>,
}

/// What all open revisions of a folder share.
#[derive(Clone)]
struct Kept {
    /// Unpacked blocks of all grids.
    blocks: Arc<BlockCache>,
    /// Chunks of all display copies.
    chunks: Arc<DisplayCache>,
}

impl Default for Kept {
    fn default() -> Self {
        Self { blocks: BlockCache::new(GRIDS_CACHE_BYTES), chunks: DisplayCache::new(DISPLAY_CACHE_BYTES) }
    }
}

impl Kept {
    /// What the files of a revision's folder can be read as.
    fn views(&self, folder: &Path) -> Result<Views> {
        let mut views = Views::default();
        if folder.join(FEATURES).is_file() {
            views.features = Some(self.rows(folder)?);
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
    /// Drafts that a killed program left behind are removed, and so are revisions that it did not get into the ledger.
    pub fn open(folder: &Path) -> Result<Self> {
        check_is_data_folder(folder)?;
        let lock = Some(FolderLock::take(folder)?);
        let drafts = folder.join(DRAFTS);
        if drafts.exists() {
            std::fs::remove_dir_all(&drafts).map_err(|error| cannot(&drafts, "emptied", error))?;
        }
        let ledger = SqliteLedger::open(&folder.join(CATALOGUE))?;
        unfinished::clean(folder, &ledger)?;
        Ok(Self::with(folder, ledger, lock))
    }

    /// Opens a data folder to look at it, also while a server holds it. Nothing in it is changed, and nothing can be published.
    pub fn open_reading(folder: &Path) -> Result<Self> {
        check_is_data_folder(folder)?;
        let ledger = SqliteLedger::open_reading(&folder.join(CATALOGUE))?;
        Ok(Self::with(folder, ledger, None))
    }

    fn with(folder: &Path, ledger: SqliteLedger, lock: Option<FolderLock>) -> Self {
        let unwanted = Arc::new(Unwanted::new(folder));
        Self { folder: folder.to_owned(), ledger, kept: Kept::default(), deltas: Deltas::default(), unwanted, lock }
    }

    /// The book of record, with what only one in a file can do.
    pub fn sqlite_ledger(&self) -> &SqliteLedger {
        &self.ledger
    }

    /// Keeps every revision in its place until the guard is dropped; what is to be removed meanwhile goes away after that.
    pub fn hold(&self) -> Hold {
        self.unwanted.hold()
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where drafts are; refused when the folder was opened to look at it.
    fn drafts(&self) -> Result<PathBuf> {
        match self.is_held() {
            true => Ok(self.folder.join(DRAFTS)),
            false => Err(Error::internal("a folder that was opened for reading is written to")),
        }
    }

    /// Whether it may be written to.
    fn is_held(&self) -> bool {
        self.lock.is_some()
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
        let missing = || {
            let shown: String = revision.chars().take(80).collect();
            Error::not_found(format!("The data of “{id}” in revision “{shown}” is not in the folder."))
        };
        let (base, _) = parts(revision).ok_or_else(missing)?;
        let folder = self.revision_folder(id, base);
        if !folder.is_dir() {
            return Err(missing());
        }
        self.state_views(id, revision, self.kept.views(&folder)?)
    }

    fn latest(&self, id: &DatasetId, revision: &str) -> Result<String> {
        self.latest_state(id, revision)
    }

    fn totals(&self, id: &DatasetId, state: &str, revision_rows: u64) -> Result<Option<Written>> {
        self.state_totals(id, state, revision_rows)
    }

    fn amend(&self, id: &DatasetId, revision: &str, amendment: &Amendment) -> Result<String> {
        self.amend_revision(id, revision, amendment)
    }

    fn is_compaction_due(&self, id: &DatasetId, revision: &str) -> Result<bool> {
        self.is_delta_due(id, revision)
    }

    fn hand_over(&self, id: &DatasetId, states: (&str, &str), publish: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        self.hand_delta_over(id, states, publish)
    }

    fn rebuild(&self, id: &DatasetId, revision: &str, all: bool, progress: &dyn Progress) -> Result<bool> {
        self.rebuild_copies(id, revision, all, progress)
    }

    fn draft(&self) -> Result<Box<dyn Draft>> {
        let drafts = self.drafts()?;
        Ok(Box::new(FolderDraft::begin(&drafts, Some(self.folder.join(DATASETS)), self.kept.clone())?))
    }

    fn room(&self) -> Result<Arc<dyn Room>> {
        Ok(Arc::new(FolderRoom::make(&self.drafts()?)?))
    }

    fn take_up(&self, room: &Arc<dyn Room>, name: &str) -> Result<Box<dyn Draft>> {
        let datasets = self.folder.join(DATASETS);
        Ok(Box::new(FolderDraft::take_up(Arc::clone(room), name, datasets, self.kept.clone())?))
    }

    fn bytes(&self) -> Result<u64> {
        bytes_below(&self.folder.join(DATASETS))
    }

    fn keep_only(&self, id: &DatasetId, revisions: &[&str]) -> Result<()> {
        self.deltas.keep_only(id, revisions);
        let folder = self.folder.join(DATASETS).join(id.as_str());
        let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(()) };
        for path in entries.flatten().map(|entry| entry.path()) {
            // A file beside a revision has its name and an ending, and goes with it.
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let revision = name.split('.').next().unwrap_or_default();
            if is_revision(revision) && !revisions.contains(&revision) {
                self.unwanted.remove(path)?;
            } else if path.is_dir() {
                unfinished::unmark(&path)?;
            }
        }
        // Only a folder without any revision goes away.
        let _ = std::fs::remove_dir(&folder);
        Ok(())
    }

    fn discard(&self, id: &DatasetId) -> Result<()> {
        self.deltas.keep_only(id, &[]);
        let folder = self.folder.join(DATASETS).join(id.as_str());
        let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(()) };
        // One by one: a dataset that comes back under this name meanwhile has other revisions.
        entries.flatten().try_for_each(|entry| self.unwanted.remove(entry.path()))?;
        let _ = std::fs::remove_dir(&folder);
        Ok(())
    }
}

/// Says what a folder is when it is not a data folder.
pub fn check_is_data_folder(folder: &Path) -> Result<()> {
    if folder.join(CATALOGUE).is_file() {
        return Ok(());
    }
    let shown = folder.display();
    let say = match folder.is_dir() {
        true if folder.join(DATASETS).is_dir() => format!(
            "“{shown}” has data and no {CATALOGUE}. Restore a backup into a new folder with “terrane restore”, or build the catalogue anew with “terrane doctor --recover {shown}”."
        ),
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
    let why = match (is_full(error.kind()), error.kind()) {
        (true, _) => "the disk is full; make room and try again".to_owned(),
        (_, std::io::ErrorKind::FileTooLarge) => {
            "this system lets no file grow larger (ulimit -f); raise the limit and try again".to_owned()
        }
        (_, std::io::ErrorKind::PermissionDenied) => "this user may not; look at the folder's owner".to_owned(),
        _ => error.to_string(),
    };
    Error::new(terrane_model::Kind::Internal, format!("“{}” cannot be {done}: {why}.", path.display())).because(error)
}

fn is_full(kind: std::io::ErrorKind) -> bool {
    matches!(kind, std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

/// Bytes of all files below a folder; 0 when it is not there.
fn bytes_below(folder: &Path) -> Result<u64> {
    let failed = |error: std::io::Error| cannot(folder, "measured", error);
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        entries => entries.map_err(failed)?,
    };
    let mut bytes = 0;
    for entry in entries {
        let entry = entry.map_err(failed)?;
        bytes += match entry.file_type().map_err(failed)?.is_dir() {
            true => bytes_below(&entry.path())?,
            // A file that goes away meanwhile takes no room.
            false => entry.metadata().map_or(0, |about| about.len()),
        };
    }
    Ok(bytes)
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
