//! Revisions that were amended: their deltas, opened once, and the names of their states.

use crate::delta::{Delta, DeltaState};
use crate::{DATASETS, EmbeddedStore, is_revision};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use terrane_model::store::{Store as _, Views, Written};
use terrane_model::{Amendment, DatasetId, Error, FeatureSource, Result};

/// The deltas that are open, by dataset and revision.
#[derive(Default)]
pub(crate) struct Deltas(Mutex<HashMap<(DatasetId, String), Arc<Delta>>>);

impl Deltas {
    fn open(&self) -> MutexGuard<'_, HashMap<(DatasetId, String), Arc<Delta>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the deltas of a dataset but those of these revisions.
    pub(crate) fn keep_only(&self, id: &DatasetId, revisions: &[&str]) {
        self.open().retain(|(owner, revision), _| owner != id || revisions.contains(&revision.as_str()));
    }
}

/// A revision and the number of its amendment: `<revision>` or `<revision>.<number>`.
pub(crate) fn parts(state: &str) -> Option<(&str, u64)> {
    let (revision, sequence) = match state.split_once('.') {
        None => (state, 0),
        Some((revision, number)) => (revision, number.parse().ok().filter(|number| *number > 0)?),
    };
    is_revision(revision).then_some((revision, sequence))
}

fn name_of(revision: &str, sequence: u64) -> String {
    if sequence == 0 { revision.to_owned() } else { format!("{revision}.{sequence}") }
}

impl EmbeddedStore {
    fn delta_path(&self, id: &DatasetId, revision: &str) -> PathBuf {
        self.folder().join(DATASETS).join(id.as_str()).join(format!("{revision}.delta.gpkg"))
    }

    /// The delta of a revision, when it was ever amended.
    fn delta(&self, id: &DatasetId, revision: &str) -> Result<Option<Arc<Delta>>> {
        if !is_revision(revision) {
            return Ok(None);
        }
        let key = (id.clone(), revision.to_owned());
        let mut open = self.deltas.open();
        if let Some(delta) = open.get(&key) {
            return Ok(Some(Arc::clone(delta)));
        }
        let path = self.delta_path(id, revision);
        if !path.is_file() {
            return Ok(None);
        }
        let base = self.base(id, revision)?;
        let delta = match self.is_held() {
            true => Delta::open(&path, base)?,
            false => Delta::open_reading(&path, base)?,
        };
        let delta = Arc::new(delta);
        open.insert(key, Arc::clone(&delta));
        Ok(Some(delta))
    }

    /// The rows of a revision as it was published.
    fn base(&self, id: &DatasetId, revision: &str) -> Result<Arc<dyn FeatureSource>> {
        let views = self.open(id, revision)?;
        views.features.ok_or_else(|| Error::unsupported(format!("Dataset “{id}” is a grid; it has no rows to change.")))
    }

    /// What a state can be read as: the revision, with the rows that its amendments made.
    pub(crate) fn state_views(&self, id: &DatasetId, state: &str, views: Views) -> Result<Views> {
        let Some((revision, sequence)) = parts(state).filter(|(_, sequence)| *sequence > 0) else { return Ok(views) };
        let missing =
            || Error::not_found(format!("State {sequence} of “{id}” in revision “{revision}” is not in the folder."));
        let delta = self.delta(id, revision)?.ok_or_else(missing)?;
        Ok(Views { features: Some(Arc::new(delta.source(sequence)?)), ..views })
    }

    pub(crate) fn latest_state(&self, id: &DatasetId, revision: &str) -> Result<String> {
        let sequence = match self.delta(id, revision)? {
            Some(delta) => delta.latest()?.sequence(),
            None => 0,
        };
        Ok(name_of(revision, sequence))
    }

    pub(crate) fn state_totals(&self, id: &DatasetId, state: &str, rows: u64) -> Result<Option<Written>> {
        let Some((revision, sequence)) = parts(state).filter(|(_, sequence)| *sequence > 0) else { return Ok(None) };
        let state: Option<Arc<DeltaState>> =
            self.delta(id, revision)?.map(|delta| delta.state(sequence)).transpose()?;
        Ok(state.map(|state| state.totals(rows)))
    }

    pub(crate) fn amend_revision(&self, id: &DatasetId, revision: &str, amendment: &Amendment) -> Result<String> {
        if !self.is_held() {
            return Err(Error::internal("a folder that was opened for reading is written to"));
        }
        let delta = match self.delta(id, revision)? {
            Some(delta) => delta,
            None => self.new_delta(id, revision)?,
        };
        Ok(name_of(revision, delta.amend(amendment)?))
    }

    fn new_delta(&self, id: &DatasetId, revision: &str) -> Result<Arc<Delta>> {
        let base = self.base(id, revision)?;
        let mut open = self.deltas.open();
        let key = (id.clone(), revision.to_owned());
        // Somebody may have been faster.
        if let Some(delta) = open.get(&key) {
            return Ok(Arc::clone(delta));
        }
        let delta = Arc::new(Delta::create(&self.delta_path(id, revision), base)?);
        open.insert(key, Arc::clone(&delta));
        Ok(delta)
    }

    pub(crate) fn is_delta_due(&self, id: &DatasetId, revision: &str) -> Result<bool> {
        Ok(self.delta(id, revision)?.is_some_and(|delta| delta.is_due()))
    }

    pub(crate) fn hand_delta_over(
        &self,
        id: &DatasetId,
        (state, revision): (&str, &str),
        publish: &mut dyn FnMut() -> Result<()>,
    ) -> Result<()> {
        let Some((old, sequence)) = parts(state) else { return Err(Error::internal("a state has no name")) };
        let Some(delta) = self.delta(id, old)? else { return publish() };
        let base = self.base(id, revision)?;
        let carried = delta.carry_over(sequence, &self.delta_path(id, revision), base)?;
        publish()?;
        if let Some(new) = carried.finish() {
            self.deltas.open().insert((id.clone(), revision.to_owned()), Arc::new(new));
        }
        Ok(())
    }
}
