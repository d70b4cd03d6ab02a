//! Datasets that change by the minute: an immutable revision, and beside it a log of what changed since.
//!
//! ```text
//! DATA/datasets/<id>/<revision>/              the base, never changed
//! DATA/datasets/<id>/<revision>.delta.gpkg    changes to it, one after the other; opens in QGIS
//! ```
//!
//! Each amendment gets the next number. State N is the base and the changes up to number N; every state stays readable until the
//! base goes. [`Delta`] keeps the log, [`DeltaState`] is a state in memory, [`MergedSource`] reads both as one source. When
//! [`Delta::is_due`] says so, a new revision is written from [`MergedSource::compacted`], and [`Delta::carry_over`] takes along what
//! changed meanwhile. Which state is published is not decided here.

mod carry;
mod check;
mod leaf;
mod merge;
mod recent;
mod runs;
mod state;

pub use carry::Carried;
pub use merge::MergedSource;
pub use state::DeltaState;

use check::Before;
use futures_util::FutureExt as _;
use recent::Recent;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use terrane_formats::features::geopackage::ChangeLog;
use terrane_model::limits::{DELTA_BYTES_DUE, DELTA_BYTES_MAX, DELTA_ENTRIES_DUE, DELTA_ROWS_DUE, DELTA_ROWS_MAX};
use terrane_model::{Amendment, Batch, Error, FeatureId, FeatureQuery, FeatureSource, Result};

/// The log of changes to a base, and its states in memory.
pub struct Delta {
    path: PathBuf,
    base: Arc<dyn FeatureSource>,
    writer: Mutex<Writer>,
    /// Apart from the log, so that nobody who reads waits for the disk of one who writes.
    recent: Mutex<Recent>,
}

struct Writer {
    log: ChangeLog,
    mode: Mode,
    /// Entries in the log.
    entries: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Writing,
    /// Somebody else may be writing.
    Reading,
    /// A new revision has taken its place.
    Retired,
}

impl Delta {
    /// Makes an empty delta for a base. `Conflict` when there is one already.
    pub fn create(path: &Path, base: Arc<dyn FeatureSource>) -> Result<Self> {
        if path.exists() {
            return Err(Error::conflict("This revision has a delta already."));
        }
        carry::build(path, &*base, &[])?;
        Self::open(path, base)
    }

    /// Opens the delta of a base to add to it; one program at a time may.
    pub fn open(path: &Path, base: Arc<dyn FeatureSource>) -> Result<Self> {
        Self::with(path, base, ChangeLog::open(path)?, Mode::Writing)
    }

    /// Opens the delta of a base to look at it, also while a program adds to it.
    pub fn open_reading(path: &Path, base: Arc<dyn FeatureSource>) -> Result<Self> {
        Self::with(path, base, ChangeLog::open_reading(path)?, Mode::Reading)
    }

    fn with(path: &Path, base: Arc<dyn FeatureSource>, log: ChangeLog, mode: Mode) -> Result<Self> {
        if log.schema() != base.schema() {
            return Err(Error::internal("the schema of the delta is not that of its base"));
        }
        let recent = Mutex::new(Recent::new(DeltaState::base(base.schema())));
        let writer = Mutex::new(Writer { entries: log.entries()?, log, mode });
        let delta = Self { path: path.to_owned(), base, writer, recent };
        delta.catch_up(&delta.writer())?;
        Ok(delta)
    }

    /// A panic in the middle rolls its transaction back, so the log is as good as before.
    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the last state from the log when it has gone on.
    fn catch_up(&self, writer: &Writer) -> Result<()> {
        let sequence = writer.log.sequence()?;
        if sequence > self.recent().latest().sequence() {
            let entries = writer.log.last_entries(sequence)?;
            self.recent().publish(DeltaState::read(self.base.schema(), sequence, &entries));
        }
        Ok(())
    }

    /// Where the log is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the changes are to.
    pub fn base(&self) -> &Arc<dyn FeatureSource> {
        &self.base
    }

    /// The number of the last amendment; 0 before the first. Of a delta that was opened to look at it, the last when last looked.
    pub fn sequence(&self) -> u64 {
        self.recent().latest().sequence()
    }

    /// The last state. A delta that was opened to look at it looks again.
    pub fn latest(&self) -> Result<Arc<DeltaState>> {
        let writer = self.writer.try_lock();
        if let Ok(writer) = writer
            && writer.mode == Mode::Reading
        {
            self.catch_up(&writer)?;
        }
        Ok(self.recent().latest())
    }

    /// The state after an amendment; 0 is the base. `NotFound` when there was no such amendment.
    pub fn state(&self, sequence: u64) -> Result<Arc<DeltaState>> {
        if let Some(state) = self.recent().find(sequence) {
            return Ok(state);
        }
        if sequence > self.latest()?.sequence() {
            return Err(Error::not_found(format!("This dataset has no state {sequence} yet.")));
        }
        let entries = self.writer().log.last_entries(sequence)?;
        let state = Arc::new(DeltaState::read(self.base.schema(), sequence, &entries));
        self.recent().keep(Arc::clone(&state));
        Ok(state)
    }

    /// The base as it is after an amendment.
    pub fn source(&self, sequence: u64) -> Result<MergedSource> {
        Ok(MergedSource::new(Arc::clone(&self.base), self.state(sequence)?))
    }

    /// Makes all changes or none, and returns the number of the amendment; an amendment without a row makes none and returns the last
    /// number. When it returns, the changes are on the disk.
    ///
    /// `Invalid` names the row and the field that do not fit; `Conflict` names the feature that is not as expected, `NotFound` the one
    /// that is not there to be removed; `Busy` when there are too many changes before they are compacted, or they just were.
    pub fn amend(&self, amendment: &Amendment) -> Result<u64> {
        check::check_rows(amendment, self.base.schema())?;
        let mut writer = self.writer();
        writer.check_mode()?;
        let state = self.recent().latest();
        check_room(&state)?;
        let changes = Before::look_up(amendment, &state, &*self.base, &writer.log)?.changes(amendment, &writer.log)?;
        if changes.is_empty() {
            return Ok(state.sequence());
        }
        let written = match writer.log.append(state.sequence(), &changes) {
            Ok(written) => written,
            // A commit that failed may still have reached the disk, and then counts.
            Err(error) => return Err(self.catch_up(&writer).err().unwrap_or(error)),
        };
        writer.entries += changes.len() as u64;
        let sequence = state.sequence() + 1;
        let next = state.amended(sequence, &written);
        self.recent().publish(next);
        Ok(sequence)
    }

    /// The amendment that changed a feature last, 0 when none did; nothing when it is not there. What [`terrane_model::Expected`] is
    /// about.
    pub fn changed(&self, id: &FeatureId) -> Result<Option<u64>> {
        let writer = self.writer();
        let state = self.recent().latest();
        let id = writer.log.identity(id);
        let question = Amendment { deletes: vec![id.clone()], ..Amendment::default() };
        Ok(Before::look_up(&question, &state, &*self.base, &writer.log)?.changed(&id))
    }

    /// Whether it should be compacted into a revision of its own.
    pub fn is_due(&self) -> bool {
        let state = self.recent().latest();
        let rows = state.rows_added() + state.rows_hidden();
        rows >= DELTA_ROWS_DUE || state.bytes() >= DELTA_BYTES_DUE || self.writer().entries >= DELTA_ENTRIES_DUE
    }

    /// Writes a copy that is whole, also while changes are made, to a path where nothing is.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        self.writer().log.copy_to(path)
    }

    /// Removes a delta that is not open, with what SQLite may have left beside it. One that is not there is no mistake.
    pub fn remove(path: &Path) -> Result<()> {
        for path in carry::with_companions(path) {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(crate::cannot(&path, "removed", error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Writer {
    fn check_mode(&self) -> Result<()> {
        match self.mode {
            Mode::Writing => Ok(()),
            Mode::Reading => Err(Error::internal("a delta that was opened for reading is written to")),
            Mode::Retired => Err(Error::busy("The dataset has just got a new revision; send the change again.")),
        }
    }
}

fn check_room(state: &DeltaState) -> Result<()> {
    if state.rows_added() + state.rows_hidden() < DELTA_ROWS_MAX && state.bytes() < DELTA_BYTES_MAX {
        return Ok(());
    }
    let say = "Too many changes wait to be put into a new revision; send this one again later.";
    Err(Error::busy(say))
}

/// Shows the rows of a scan of a source that is here and never waits, finished as far as filters go.
fn each_batch(source: &dyn FeatureSource, query: &FeatureQuery, mut see: impl FnMut(Batch)) -> Result<()> {
    let waits = || Error::internal("the base of a delta makes its reader wait");
    let scan = source.scan(query).now_or_never().ok_or_else(waits)??;
    let residual =
        scan.residual().map(|left| terrane_model::filter::Predicate::new(left, source.schema())).transpose()?;
    for batch in check::local(scan.into_rows())? {
        let batch = batch?;
        see(residual.as_ref().map_or_else(|| batch.clone(), |predicate| predicate.select(&batch)));
    }
    Ok(())
}
