//! Rows of a published dataset changed one by one, and revisions that were amended often written anew.

use crate::finish::Filtered;
use crate::import::write_rows;
use crate::pool::{Cancel, wait};
use crate::publish::{dataset_change, now};
use crate::{Caller, Engine};
use terrane_formats::about::{DatasetRecord, LayerFound, dataset_to_json};
use terrane_model::ledger::{Commit, Expect};
use terrane_model::store::{Draft, Progress};
use terrane_model::{About, Amendment, DatasetId, Error, FeatureQuery, Result};

/// What an amendment came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amended {
    /// The state of the dataset that shows the changes, or a later one.
    pub state: String,
    /// Whether the dataset should be compacted.
    pub compaction_due: bool,
}

impl Engine {
    /// Makes changes to the rows of a dataset together or not at all. When it returns they are on the disk and shown. Blocks; run it
    /// on a thread of its own.
    ///
    /// `Invalid` names the row and field that do not fit; `Conflict` names the feature that is not as expected; `Busy` when too many
    /// changes wait to be compacted.
    pub fn amend(&self, id: &DatasetId, amendment: &Amendment) -> Result<Amended> {
        let revision = self.catalogue().entry(Caller::Operator, id)?.record().revision.clone();
        let state = self.store.amend(id, &revision, amendment)?;
        self.refresh()?;
        Ok(Amended { state, compaction_due: self.store.is_compaction_due(id, &revision)? })
    }

    /// Whether a dataset was amended so often that it should be compacted.
    pub fn is_compaction_due(&self, id: &DatasetId) -> Result<bool> {
        let revision = self.catalogue().entry(Caller::Operator, id)?.record().revision.clone();
        self.store.is_compaction_due(id, &revision)
    }

    /// Writes an amended revision anew, so that its changes are part of it. Readers and writers go on meanwhile; what is changed
    /// meanwhile stays changed. Returns whether there was anything to do. Blocks; run it on a thread of its own.
    pub fn compact(&self, id: &DatasetId, progress: &dyn Progress) -> Result<bool> {
        let before = self.catalogue().entry(Caller::Operator, id)?.record().clone();
        let state = self.store.latest(id, &before.revision)?;
        if state == before.revision {
            return Ok(false);
        }
        let mut draft = self.store.draft()?;
        let found = self.copy_rows(id, &state, &mut *draft, progress)?;
        draft.keep_originals_of(id, &before.revision)?;
        let about = About { rows: found.rows, extent: found.extent, period: found.period, ..before.about.clone() };
        let mut record = DatasetRecord { about, ..before };
        draft.keep_record(&dataset_to_json(&record))?;
        let bytes = draft.bytes()?;
        record.revision = draft.finish(id)?;
        let outcome = self.replace(id, &state, &record, bytes);
        self.tidy(id);
        outcome.map(|()| true)
    }

    /// Writes the rows of a state into a draft.
    fn copy_rows(
        &self,
        id: &DatasetId,
        state: &str,
        draft: &mut dyn Draft,
        progress: &dyn Progress,
    ) -> Result<LayerFound> {
        let views = self.store.open(id, state)?;
        let source = views.features.ok_or_else(|| Error::internal("an amended revision has no rows"))?;
        let scan = wait(source.scan(&FeatureQuery::default()))?;
        let mut rows = Filtered::new(scan, source.schema(), &Cancel::default())?;
        let mut found = LayerFound::default();
        write_rows(&mut rows, source.schema(), draft, &mut found, progress)?;
        Ok(found)
    }

    /// Puts a revision in the place of the one whose state it holds, unless that was replaced meanwhile.
    fn replace(&self, id: &DatasetId, state: &str, record: &DatasetRecord, bytes: u64) -> Result<()> {
        let _one_at_a_time = self.publishing();
        let current =
            self.published_record(id)?.ok_or_else(|| Error::conflict(format!("“{id}” was removed meanwhile.")))?;
        if state.split('.').next() != Some(current.revision.as_str()) {
            return Err(Error::conflict(format!("“{id}” was published anew meanwhile; there is nothing to compact.")));
        }
        // Words may have been edited meanwhile; only the data is another.
        let mut about = current.about;
        (about.rows, about.extent, about.period) = (record.about.rows, record.about.extent, record.about.period);
        let record = DatasetRecord { about, revision: record.revision.clone(), ..current };
        let mut changes = vec![dataset_change(&record, Expect::Anything)];
        changes.extend(self.same_edition(&record, bytes)?);
        let (who, why) = ("terrane".to_owned(), format!("compact {id}"));
        let commit = Commit { changes, who, why, at: now() };
        let mut publish = || self.store.ledger().commit(&commit).map(drop);
        self.store.hand_over(id, (state, &record.revision), &mut publish)?;
        self.refresh().map(drop)
    }
}
