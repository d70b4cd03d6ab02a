//! Editions of a dataset: each publication is one; they are listed, compared, restored, and pruned by policy.

mod compare;

pub use compare::{Comparison, RowChanges};

use crate::catalogue::dataset_of;
use crate::publish::{dataset_change, now};
use crate::{Caller, Engine};
use terrane_formats::about::{DatasetRecord, EditionRecord, RevisionRecord, edition_from_json, edition_to_json};
use terrane_model::ledger::{Change, Expect, Shelf};
use terrane_model::limits::SUPERSEDED_SECONDS_MAX;
use terrane_model::store::Views;
use terrane_model::{Dataset, DatasetId, Error, Instant, Kind, Result};

/// Microseconds in a second.
const SECOND_US: i64 = 1_000_000;

impl Engine {
    /// The editions of a dataset that are kept, the oldest first; the last one is the published one.
    pub fn editions(&self, id: &DatasetId) -> Result<Vec<EditionRecord>> {
        let own = |shelved: &str| shelved.split_once('/').is_some_and(|(owner, _)| owner == id.as_str());
        let records = self.store.ledger().list(Shelf::Edition)?;
        let own = records.iter().filter(|record| own(&record.id));
        let mut editions = own.map(|record| edition_from_json(&record.body)).collect::<Result<Vec<_>>>()?;
        editions.sort_by_key(|edition| edition.number);
        match self.published_record(id)? {
            Some(record) if editions.is_empty() => Ok(vec![first_edition(record)]),
            Some(_) => Ok(editions),
            None => Err(Error::not_found(format!("There is no dataset “{id}”; “terrane list” shows what there is."))),
        }
    }

    /// The edition of a number, or a sentence that says which there are.
    pub fn edition(&self, id: &DatasetId, number: u64) -> Result<EditionRecord> {
        let editions = self.editions(id)?;
        let known: Vec<String> = editions.iter().map(|edition| edition.number.to_string()).collect();
        editions.into_iter().find(|edition| edition.number == number).ok_or_else(|| {
            let say = format!("Dataset “{id}” has no edition {number}; kept are: {}.", known.join(", "));
            Error::not_found(say)
        })
    }

    /// What a person calls an edition.
    pub fn label_edition(&self, id: &DatasetId, number: u64, label: &str, who: &str) -> Result<()> {
        let _one_at_a_time = self.publishing();
        let edition = EditionRecord { label: label.to_owned(), ..self.edition(id, number)? };
        self.publish(vec![edition_change(id, &edition)?], who, &format!("label edition {number} of {id}")).map(drop)
    }

    /// Publishes an older edition again, as the next one. Its data is not copied; words about the dataset stay as they are.
    pub fn restore_edition(&self, id: &DatasetId, number: u64, who: &str) -> Result<EditionRecord> {
        let _one_at_a_time = self.publishing();
        let old = self.edition(id, number)?;
        let current = self.published_record(id)?.ok_or_else(|| Error::not_found(format!("There is no “{id}”.")))?;
        if old.revision() == current.revision {
            return Err(Error::conflict(format!("Edition {number} of “{id}” is the published one.")));
        }
        self.store.open(id, old.revision())?;
        let record = with_data_of(current, &old);
        let why = format!("restore edition {number} of {id}");
        let mut changes = vec![dataset_change(&record, Expect::Anything)];
        changes.extend(self.next_edition(&record, old.bytes, who, (&why, &old.label))?);
        self.publish(changes, who, &why)?;
        self.tidy(id);
        self.editions(id)?.pop().ok_or_else(|| Error::internal("an edition that was just published is not there"))
    }

    /// Removes editions beyond the newest `kept` at once, also those that somebody may still be paging through, and says which.
    pub fn prune(&self, id: &DatasetId, kept: usize, who: &str) -> Result<Vec<u64>> {
        let _one_at_a_time = self.publishing();
        let grace_is_over = Instant(now().0.saturating_add(SUPERSEDED_SECONDS_MAX * SECOND_US));
        self.prune_to(id, kept, grace_is_over, who)
    }

    /// The changes that make a record the next edition of its dataset.
    pub(crate) fn next_edition(
        &self,
        record: &DatasetRecord,
        bytes: u64,
        who: &str,
        (why, label): (&str, &str),
    ) -> Result<Vec<Change>> {
        let (id, at) = (&record.about.id, now());
        let before = match self.editions(id) {
            Err(error) if error.kind() == Kind::NotFound => Vec::new(),
            editions => editions?,
        };
        let number = before.last().map_or(1, |edition| edition.number + 1);
        let mut changes = Vec::new();
        for mut edition in before.into_iter().filter(|edition| edition.superseded().is_none()) {
            supersede(&mut edition, at);
            changes.push(edition_change(id, &edition)?);
        }
        let edition = EditionRecord {
            number,
            revisions: vec![RevisionRecord { name: record.revision.clone(), superseded: None }],
            published: at,
            who: who.to_owned(),
            why: why.to_owned(),
            label: label.to_owned(),
            bytes,
            record: record.clone(),
        };
        changes.push(edition_change(id, &edition)?);
        Ok(changes)
    }

    /// The change that puts another revision with the same rows in the place of the published one.
    pub(crate) fn same_edition(&self, record: &DatasetRecord, bytes: u64) -> Result<Option<Change>> {
        let (id, at) = (&record.about.id, now());
        let Some(mut edition) = self.editions(id)?.pop() else { return Ok(None) };
        supersede(&mut edition, at);
        edition.revisions.push(RevisionRecord { name: record.revision.clone(), superseded: None });
        edition.bytes = bytes;
        edition.record = record.clone();
        edition_change(id, &edition).map(Some)
    }

    /// Removes what policy does not keep, and what failed publications left. What cannot be removed now is tried again with the
    /// next publication.
    pub(crate) fn tidy(&self, id: &DatasetId) {
        self.tidy_at(id, now());
    }

    fn tidy_at(&self, id: &DatasetId, at: Instant) {
        if let Err(error) = self.prune_to(id, self.policy().editions_kept, at, "terrane") {
            tracing::warn!(dataset = id.as_str(), ?error, "old revisions cannot be removed");
        }
    }

    /// Removes what policy does not keep of all datasets: what was superseded more than an hour ago has its time over also when
    /// nothing is published. `at` is the time now.
    pub fn tidy_all(&self, at: Instant) {
        let _one_at_a_time = self.publishing();
        let catalogue = self.catalogue();
        catalogue.entries(Caller::Operator).for_each(|entry| self.tidy_at(&entry.record().about.id, at));
    }

    fn prune_to(&self, id: &DatasetId, kept: usize, at: Instant, who: &str) -> Result<Vec<u64>> {
        let editions = match self.editions(id) {
            Err(error) if error.kind() == Kind::NotFound => {
                return self.store.keep_only(id, &[]).map(|()| Vec::new());
            }
            editions => editions?,
        };
        let beyond = editions.len().saturating_sub(kept.max(1));
        let gone: Vec<&EditionRecord> = editions[..beyond].iter().filter(|edition| !in_grace(edition, at)).collect();
        let removal = |edition: &&EditionRecord| Change {
            shelf: Shelf::Edition,
            id: shelf_id(id, edition.number),
            expect: Expect::Anything,
            body: None,
        };
        let changes: Vec<Change> = gone.iter().map(removal).collect();
        let numbers: Vec<u64> = gone.iter().map(|edition| edition.number).collect();
        if !changes.is_empty() {
            self.publish(changes, who, &format!("remove old editions of {id}"))?;
        }
        let left = editions.iter().filter(|edition| !numbers.contains(&edition.number));
        let revisions: Vec<&str> = left.flat_map(|edition| revisions_to_keep(edition, at)).collect();
        self.store.keep_only(id, &revisions)?;
        Ok(numbers)
    }

    /// What the ledger says is published, also of a dataset that cannot be opened.
    pub(crate) fn published_record(&self, id: &DatasetId) -> Result<Option<DatasetRecord>> {
        let record = self.store.ledger().read(Shelf::Dataset, id.as_str())?;
        record.map(|record| terrane_formats::about::dataset_from_json(&record.body)).transpose()
    }

    /// A state of a dataset by the name of its revision: the published one, or one that was superseded less than an hour ago.
    /// `Gone` after that.
    pub(crate) fn open_revision(&self, caller: Caller, id: &DatasetId, revision: &str) -> Result<Dataset> {
        let dataset = self.catalogue().open(caller, id)?;
        if &*dataset.revision == revision {
            return Ok(dataset);
        }
        let gone = || {
            let say = "The data has changed since this page was made, and what it was is no longer kept; begin again at the first page.";
            Error::new(Kind::Gone, say).at("cursor")
        };
        let base = revision.split('.').next().unwrap_or(revision);
        let at = now();
        let editions = self.editions(id)?;
        let known = editions.iter().find(|edition| revisions_to_keep(edition, at).any(|name| name == base));
        let edition = known.filter(|edition| in_grace(edition, at)).ok_or_else(gone)?;
        let views = self.superseded_views(id, revision).map_err(|error| gone().because(error.to_string()))?;
        Ok(dataset_of(&edition.record, &views, revision))
    }

    /// Opened once for all pages that somebody reads.
    fn superseded_views(&self, id: &DatasetId, revision: &str) -> Result<Views> {
        let key = format!("{id}/{revision}");
        if let Some(views) = self.superseded.get(&key) {
            return Ok(views);
        }
        let views = self.store.open(id, revision)?;
        self.superseded.insert(key, views.clone());
        Ok(views)
    }
}

/// The record of now with the data of an edition: its revision, and all that was measured or decided when it was read.
fn with_data_of(current: DatasetRecord, old: &EditionRecord) -> DatasetRecord {
    let then = &old.record;
    let mut about = current.about;
    (about.rows, about.extent, about.period) = (then.about.rows, then.about.extent, then.about.period);
    about.updated = Some(now());
    DatasetRecord { about, revision: old.revision().to_owned(), created: current.created, ..then.clone() }
}

/// The edition of data that was published before editions were kept.
fn first_edition(record: DatasetRecord) -> EditionRecord {
    EditionRecord {
        number: 1,
        revisions: vec![RevisionRecord { name: record.revision.clone(), superseded: None }],
        published: record.about.updated.unwrap_or(record.created),
        who: String::new(),
        why: String::new(),
        label: String::new(),
        bytes: 0,
        record,
    }
}

/// From a moment on, something else is published; what was superseded before stays so.
fn supersede(edition: &mut EditionRecord, at: Instant) {
    edition.revisions.iter_mut().for_each(|revision| revision.superseded = revision.superseded.or(Some(at)));
}

/// Whether a state may still be read: the published one, or one that was superseded less than an hour ago.
fn in_grace(edition: &EditionRecord, at: Instant) -> bool {
    edition.superseded().is_none_or(|then| is_recent(then, at))
}

fn is_recent(then: Instant, at: Instant) -> bool {
    at.0.saturating_sub(then.0) < SUPERSEDED_SECONDS_MAX * SECOND_US
}

/// The revisions of an edition that must stay: the newest, and those whose readers may still be there.
fn revisions_to_keep(edition: &EditionRecord, at: Instant) -> impl Iterator<Item = &str> {
    let last = edition.revisions.len().saturating_sub(1);
    let kept =
        edition.revisions.iter().enumerate().filter(move |(place, revision)| {
            *place == last || revision.superseded.is_some_and(|then| is_recent(then, at))
        });
    kept.map(|(_, revision)| revision.name.as_str())
}

fn shelf_id(id: &DatasetId, number: u64) -> String {
    format!("{id}/{number:08}")
}

fn edition_change(id: &DatasetId, edition: &EditionRecord) -> Result<Change> {
    let body = Some(edition_to_json(edition)?);
    Ok(Change { shelf: Shelf::Edition, id: shelf_id(id, edition.number), expect: Expect::Anything, body })
}
