//! Where data is kept and where it comes from: the traits that stores and file openers implement.

use crate::about::DatasetId;
use crate::amend::Amendment;
use crate::batch::Batch;
use crate::bbox::Bbox;
use crate::crs::Crs;
use crate::dataset::{FeatureSource, FileSource, GridSource, SeriesSource};
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::report::Report;
use crate::schema::Schema;
use crate::time::Interval;
use std::path::Path;
use std::sync::Arc;

/// The ways in which something can be read; see [`crate::Dataset`].
#[derive(Clone, Default)]
pub struct Views {
    /// Rows.
    pub features: Option<Arc<dyn FeatureSource>>,
    /// A grid.
    pub grid: Option<Arc<dyn GridSource>>,
    /// Series.
    pub series: Option<Arc<dyn SeriesSource>>,
    /// Files.
    pub files: Option<Arc<dyn FileSource>>,
}

/// Keeps datasets in immutable revisions, and the ledger that says which revision is the published one.
///
/// A revision may be amended after it was published, when its dataset changes by the minute: the amendments of a revision `r`
/// make its states `r.1`, `r.2`, … beside `r` itself, each as immutable as the revision.
pub trait Store: Send + Sync {
    /// The book of record.
    fn ledger(&self) -> &dyn Ledger;

    /// Opens a revision, or a state of one, for reading. `NotFound` names the dataset when its data is missing.
    fn open(&self, id: &DatasetId, revision: &str) -> Result<Views>;

    /// The newest state of a revision: the revision itself when it was never amended.
    fn latest(&self, id: &DatasetId, revision: &str) -> Result<String> {
        let _ = id;
        Ok(revision.to_owned())
    }

    /// Rows, box (in the CRS of the schema) and period of a state, when they are not those of its revision.
    fn totals(&self, id: &DatasetId, state: &str, revision_rows: u64) -> Result<Option<Written>> {
        let _ = (id, state, revision_rows);
        Ok(None)
    }

    /// Makes changes to the rows of a revision together or not at all, and returns the name of the state that they make. When it
    /// returns, they are on the disk. `Conflict` names the feature that is not as expected.
    fn amend(&self, id: &DatasetId, revision: &str, amendment: &Amendment) -> Result<String> {
        let _ = (revision, amendment);
        Err(Error::unsupported(format!(
            "The rows of “{id}” cannot be changed one by one in this store; publish it anew."
        )))
    }

    /// Whether a revision has been amended so often that it should be written anew.
    fn is_compaction_due(&self, id: &DatasetId, revision: &str) -> Result<bool> {
        let _ = (id, revision);
        Ok(false)
    }

    /// Lets a finished revision, which holds the rows of a state, take the place of that state's revision: amendments made since that
    /// state go along, and none is made while `publish` tells the ledger.
    fn hand_over(
        &self,
        id: &DatasetId,
        (state, revision): (&str, &str),
        publish: &mut dyn FnMut() -> Result<()>,
    ) -> Result<()> {
        let _ = (id, state, revision);
        publish()
    }

    /// Makes derived copies of a revision that are missing or damaged, or all of them, and says whether any was made.
    fn rebuild(&self, id: &DatasetId, revision: &str, all: bool, progress: &dyn Progress) -> Result<bool> {
        let _ = (id, revision, all, progress);
        Ok(false)
    }

    /// Begins a new revision. Nothing is visible until the draft is finished and the ledger says so; a draft that is dropped
    /// leaves nothing behind.
    fn draft(&self) -> Result<Box<dyn Draft>>;

    /// A folder in which another process may make drafts; whatever is left in it goes away with it.
    fn room(&self) -> Result<Arc<dyn Room>> {
        Err(Error::unsupported("This store has no room for drafts of other processes."))
    }

    /// Takes up a draft that another process has made in a room, by its name there. The draft keeps the room.
    fn take_up(&self, room: &Arc<dyn Room>, name: &str) -> Result<Box<dyn Draft>> {
        let _ = (room, name);
        Err(Error::unsupported("This store has no room for drafts of other processes."))
    }

    /// Removes the revisions of a dataset other than these: superseded ones, and those of publications that failed. A store that
    /// keeps everything does nothing.
    fn keep_only(&self, id: &DatasetId, revisions: &[&str]) -> Result<()> {
        let _ = (id, revisions);
        Ok(())
    }

    /// Removes the data of a dataset that the ledger no longer names.
    fn discard(&self, id: &DatasetId) -> Result<()>;

    /// Bytes that the datasets take.
    fn bytes(&self) -> Result<u64> {
        Ok(0)
    }
}

/// A folder for drafts of another process; dropping it removes what is left in it.
pub trait Room: Send + Sync {
    /// Where it is.
    fn path(&self) -> &Path;
}

/// A revision being written.
pub trait Draft: Send {
    /// Writes rows; ids are kept as they are.
    fn write_features(
        &mut self,
        schema: &Arc<Schema>,
        rows: &mut dyn Iterator<Item = Result<Batch>>,
        progress: &dyn Progress,
    ) -> Result<Written>;

    /// Writes a grid, with overviews.
    fn write_grid(&mut self, grid: &dyn GridSource, progress: &dyn Progress) -> Result<()>;

    /// Keeps a file as it was given, under a plain name.
    fn keep_original(&mut self, name: &str, path: &Path) -> Result<()>;

    /// Keeps the originals of another revision too.
    fn keep_originals_of(&mut self, id: &DatasetId, revision: &str) -> Result<()> {
        let _ = (id, revision);
        Ok(())
    }

    /// Keeps a copy of the catalogue's record beside the data, so that the folder explains itself.
    fn keep_record(&mut self, json: &str) -> Result<()>;

    /// What was written, opened for reading.
    fn views(&self) -> Result<Views>;

    /// Bytes that were written.
    fn bytes(&self) -> Result<u64>;

    /// Puts everything on the disk as a revision of this dataset and returns the revision's name.
    fn finish(self: Box<Self>, id: &DatasetId) -> Result<String>;
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Written {
    /// Rows.
    pub rows: u64,
    /// Their box, in the CRS of the schema.
    pub bbox: Option<Bbox>,
    /// Their period, when the schema has time.
    pub period: Option<Interval>,
}

/// Told how far long work is, and asked whether to go on.
pub trait Progress: Send + Sync {
    /// So many of about so many (0 when unknown) are done; `false` asks to stop.
    fn step(&self, what: &str, done: u64, of: u64) -> bool;
}

/// Progress that nobody watches.
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _what: &str, _done: u64, _of: u64) -> bool {
        true
    }
}

/// What a person says about a file that the file does not say itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OpenOptions {
    /// The CRS, over what the file says.
    pub crs: Option<Crs>,
    /// The character encoding, over what the file says.
    pub encoding: Option<String>,
    /// Only this layer of a file with many.
    pub layer: Option<String>,
    /// The columns that hold x (longitude, easting) and y of a table without geometry.
    pub xy_columns: Option<(String, String)>,
    /// The column that identifies a row.
    pub key: Option<String>,
    /// The column that holds the time of a row.
    pub time: Option<String>,
}

/// A layer of an opened file.
pub struct Opened {
    /// The layer's name; the file's stem when it has but one.
    pub name: String,
    /// How it can be read.
    pub views: Views,
    /// What was found so far; reading adds to it through [`Opened::findings`].
    pub report: Report,
    /// Remarks made while rows are read; drained after the last row.
    pub findings: Arc<std::sync::Mutex<Vec<crate::report::Finding>>>,
    /// Rows that reading will give, about, where the file or a first look at it tells: for progress, not to be relied upon.
    pub rows_expected: Option<u64>,
    /// The files that make up the layer, to be kept as they were given.
    pub files: Vec<std::path::PathBuf>,
}

/// Opens files of strangers: a file is a store of its layers.
pub trait Opener: Send + Sync {
    /// Opens a file or folder, judged by its content. `Unsupported` says what it looks like and what could be done.
    fn open(&self, path: &Path, options: &OpenOptions) -> Result<Vec<Opened>>;
}
