//! Changes of the catalogue: each is one commit of the ledger, then one swap.

use crate::Engine;
use crate::catalogue::Catalogue;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use terrane_drawing::style::Style;
use terrane_formats::about::{self, DatasetRecord};
use terrane_model::ledger::{Change, Commit, Expect, Ledger, Shelf};
use terrane_model::map::Map;
use terrane_model::store::Progress;
use terrane_model::{DatasetId, Error, Instant, Result};

/// The time now; the engine is the lowest crate that may know it.
pub fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// The change that writes a dataset's record.
pub fn dataset_change(record: &DatasetRecord, expect: Expect) -> Change {
    let body = Some(about::dataset_to_json(record));
    Change { shelf: Shelf::Dataset, id: record.about.id.to_string(), expect, body }
}

/// The change that writes a style of a dataset.
pub fn style_change(dataset: &DatasetId, name: &str, style: &Style) -> Change {
    let body = Some(style.to_json());
    Change { shelf: Shelf::Style, id: format!("{dataset}/{name}"), expect: Expect::Anything, body }
}

/// The change that writes a map.
pub fn map_change(map: &Map) -> Result<Change> {
    let body = Some(about::map_to_json(map)?);
    Ok(Change { shelf: Shelf::Map, id: map.id.to_string(), expect: Expect::Anything, body })
}

impl Engine {
    /// Makes changes together and shows them.
    pub fn publish(&self, changes: Vec<Change>, who: &str, why: &str) -> Result<Arc<Catalogue>> {
        let commit = Commit { changes, who: who.to_owned(), why: why.to_owned(), at: now() };
        self.store.ledger().commit(&commit)?;
        self.refresh()
    }

    /// Writes a style of a dataset; its names are checked against the columns.
    pub fn put_style(&self, dataset: &DatasetId, name: &str, style: &Style, who: &str) -> Result<()> {
        let _one_at_a_time = self.publishing();
        self.check_style(dataset, name, style)?;
        self.publish(vec![style_change(dataset, name, style)], who, &format!("style {dataset}/{name}")).map(drop)
    }

    /// Writes a map; every dataset it names must be here, and its id must not be a dataset's.
    pub fn put_map(&self, map: &Map, who: &str) -> Result<()> {
        let _one_at_a_time = self.publishing();
        let catalogue = self.catalogue();
        if catalogue.entry(crate::Caller::Operator, &map.id).is_ok() {
            return Err(Error::conflict(format!("“{}” is the id of a dataset; give the map another one.", map.id)));
        }
        for layer in map.flat() {
            catalogue.entry(crate::Caller::Operator, &layer.dataset)?.style(layer.style.as_deref())?;
        }
        self.publish(vec![map_change(map)?], who, &format!("map {}", map.id)).map(drop)
    }

    /// Changes what the catalogue says of a dataset, not its data.
    pub fn edit(&self, id: &DatasetId, edit: impl FnOnce(&mut DatasetRecord), who: &str) -> Result<()> {
        self.edit_with_style(id, edit, None, who)
    }

    /// Changes what the catalogue says of a dataset and one of its styles together.
    pub fn edit_with_style(
        &self,
        id: &DatasetId,
        edit: impl FnOnce(&mut DatasetRecord),
        style: Option<(&str, &Style)>,
        who: &str,
    ) -> Result<()> {
        let _one_at_a_time = self.publishing();
        let catalogue = self.catalogue();
        let mut record = catalogue.entry(crate::Caller::Operator, id)?.record().clone();
        edit(&mut record);
        record.about.updated = Some(now());
        let mut changes = vec![dataset_change(&record, Expect::Anything)];
        if let Some((name, style)) = style {
            self.check_style(id, name, style)?;
            changes.push(style_change(id, name, style));
        }
        self.publish(changes, who, &format!("edit {id}")).map(drop)
    }

    fn check_style(&self, dataset: &DatasetId, name: &str, style: &Style) -> Result<()> {
        let opened = self.catalogue().open(crate::Caller::Operator, dataset)?;
        DatasetId::new(name).map_err(|error| error.at("style"))?;
        match &opened.features {
            Some(source) => style.check(source.schema()),
            None => Ok(()),
        }
    }

    /// Makes derived copies of a dataset's data that are missing or damaged, or all of them, and reads from them from then on. Says
    /// whether any was made. Blocks; run it on a thread of its own.
    pub fn rebuild(&self, id: &DatasetId, all: bool, progress: &dyn Progress) -> Result<bool> {
        let revision = self.catalogue().entry(crate::Caller::Operator, id)?.record().revision.clone();
        if !self.store.rebuild(id, &revision, all, progress)? {
            return Ok(false);
        }
        let _one_at_a_time = self.publishing();
        self.reopen(id).map(|()| true)
    }

    /// Takes datasets with their styles and editions, and maps, out of the catalogue, all or none; also those that cannot be opened.
    /// Refused while a map that stays shows one of the datasets.
    pub fn remove(&self, ids: &[DatasetId], who: &str) -> Result<()> {
        let _one_at_a_time = self.publishing();
        let mut changes = Vec::new();
        let mut datasets = Vec::new();
        for id in ids {
            if self.store.ledger().read(Shelf::Dataset, id.as_str())?.is_some() {
                changes.extend(self.removal(id, ids)?);
                datasets.push(id);
            } else if self.store.ledger().read(Shelf::Map, id.as_str())?.is_some() {
                changes.push(gone(Shelf::Map, id.to_string()));
            } else {
                let say = format!("There is no dataset or map “{id}”; “terrane list” shows what there is.");
                return Err(Error::not_found(say));
            }
        }
        let names: Vec<&str> = ids.iter().map(DatasetId::as_str).collect();
        self.publish(changes, who, &format!("remove {}", names.join(", ")))?;
        datasets.into_iter().try_for_each(|id| self.store.discard(id))
    }

    /// The changes that take a dataset away.
    fn removal(&self, id: &DatasetId, others: &[DatasetId]) -> Result<Vec<Change>> {
        let catalogue = self.catalogue();
        let shown_in =
            |map: &&Arc<Map>| map.flat().iter().any(|layer| layer.dataset == *id) && !others.contains(&map.id);
        if let Some(map) = catalogue.maps(crate::Caller::Operator).find(shown_in) {
            let say = format!("Map “{}” shows dataset “{id}”; remove the map first, or the layer from it.", map.id);
            return Err(Error::conflict(say));
        }
        let ledger = self.store.ledger();
        let styles = style_ids(ledger, id)?.into_iter().map(|style| gone(Shelf::Style, style));
        let editions = edition_ids(ledger, id)?.into_iter().map(|edition| gone(Shelf::Edition, edition));
        let mapping = ledger.read(Shelf::Mapping, id.as_str())?.map(|record| gone(Shelf::Mapping, record.id));
        Ok(styles.chain(editions).chain(mapping).chain([gone(Shelf::Dataset, id.to_string())]).collect())
    }
}

fn gone(shelf: Shelf, id: String) -> Change {
    Change { shelf, id, expect: Expect::Anything, body: None }
}

/// The names of a dataset's styles on their shelf, `dataset/style`.
pub(crate) fn style_ids(ledger: &dyn Ledger, dataset: &DatasetId) -> Result<Vec<String>> {
    own_ids(ledger, Shelf::Style, dataset)
}

/// The names of a dataset's editions on their shelf, `dataset/number`.
pub(crate) fn edition_ids(ledger: &dyn Ledger, dataset: &DatasetId) -> Result<Vec<String>> {
    own_ids(ledger, Shelf::Edition, dataset)
}

fn own_ids(ledger: &dyn Ledger, shelf: Shelf, dataset: &DatasetId) -> Result<Vec<String>> {
    let own = |id: &String| id.split_once('/').is_some_and(|(owner, _)| owner == dataset.as_str());
    Ok(ledger.list(shelf)?.into_iter().map(|record| record.id).filter(own).collect())
}
