//! The way of a delta to a new base: changes that were made while the new revision was written are taken along.

use super::check::ids_are_texts;
use super::{Delta, Mode, Writer};
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard};
use terrane_formats::features::geopackage::{Change, ChangeLog, Logged};
use terrane_model::{Error, FeatureSource, Result};

/// A delta that was carried over to a new base. While this is held, amendments to the old one wait; when it is dropped without
/// [`Carried::finish`], the new delta is removed and the old one goes on.
pub struct Carried<'a> {
    old: MutexGuard<'a, Writer>,
    new: Option<Delta>,
    path: PathBuf,
    finished: bool,
}

impl Delta {
    /// Copies the changes after an amendment into a delta of a new base, whose rows are those of the state after that amendment.
    /// They are numbered from 1 there. Without such changes no file is made. What is at `path` is replaced.
    pub fn carry_over(&self, after: u64, path: &Path, base: Arc<dyn FeatureSource>) -> Result<Carried<'_>> {
        let old = self.writer();
        old.check_mode()?;
        let logged = old.log.entries_after(after)?;
        // Whether the new base has a row is what the old state says of it, or, when it says nothing, what the old base has.
        let state = match logged.is_empty() {
            true => None,
            false => Some(super::DeltaState::read(self.base.schema(), after, &old.log.last_entries(after)?)),
        };
        Delta::remove(path)?;
        let mut carried = Carried { old, new: None, path: path.to_owned(), finished: false };
        if let Some(state) = state {
            build(path, &*base, &series(&logged, &state))?;
            carried.new = Some(Delta::open(path, base)?);
        }
        Ok(carried)
    }
}

impl Carried<'_> {
    /// The delta of the new base, when anything changed meanwhile.
    pub fn new_delta(&self) -> Option<&Delta> {
        self.new.as_ref()
    }

    /// To be called when the new revision is the published one: the old delta takes no more amendments and asks those that waited to
    /// be sent again.
    pub fn finish(mut self) -> Option<Delta> {
        self.old.mode = Mode::Retired;
        self.finished = true;
        self.new.take()
    }
}

impl Drop for Carried<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.new = None;
            // What cannot be removed now belongs to a revision that is not published, and goes with it.
            let _ = Delta::remove(&self.path);
        }
    }
}

/// The entries of each amendment, in order.
fn series<'a>(logged: &'a [Logged], state: &super::DeltaState) -> Vec<Vec<Change<'a>>> {
    let mut series: Vec<Vec<Change<'a>>> = Vec::new();
    let mut last = None;
    for (batch, row) in logged.iter().flat_map(|batch| batch.rows.rows().map(move |row| (batch, row))) {
        if last.replace(batch.sequences[row]) != Some(batch.sequences[row]) {
            series.push(Vec::new());
        }
        let id = batch.ids[row].clone();
        let in_base = state.entry(&id).map_or(batch.in_base[row], |entry| !entry.removed);
        let change = Change { in_base, row: (!batch.removed[row]).then(|| batch.rows.feature(row)), id };
        series.last_mut().into_iter().for_each(|changes| changes.push(change.clone()));
    }
    series
}

/// Makes a delta with these changes: built under another name, then renamed, so that there is a whole one or none.
pub fn build(path: &Path, base: &dyn FeatureSource, series: &[Vec<Change<'_>>]) -> Result<()> {
    let part = path.with_extension("part");
    Delta::remove(&part)?;
    ChangeLog::create(&part, base.schema(), ids_are_texts(base)?)?;
    if !series.is_empty() {
        ChangeLog::open(&part)?.append_series(0, series)?;
    }
    std::fs::File::open(&part)
        .and_then(|file| file.sync_all())
        .map_err(|error| crate::cannot(&part, "synced", error))?;
    std::fs::rename(&part, path).map_err(|error| crate::cannot(path, "written", error))?;
    let folder = path.parent().ok_or_else(|| Error::internal("a delta has no folder"))?;
    crate::sync_folder(folder)
}

/// A database and what SQLite keeps beside it.
pub fn with_companions(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        name.into()
    })
}
