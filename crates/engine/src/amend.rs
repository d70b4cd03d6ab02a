//! Rows of a published dataset changed one by one, and revisions that were amended often written anew.

use crate::finish::Filtered;
use crate::import::{Reading, write_rows};
use crate::pool::{Cancel, wait};
use crate::publish::{dataset_change, now};
use crate::{Caller, Engine};
use std::path::Path;
use std::sync::Arc;
use terrane_formats::about::{DatasetRecord, LayerFound, dataset_to_json};
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::ledger::{Commit, Expect};
use terrane_model::limits::{AMENDMENT_ROWS_MAX, BATCH_ROWS};
use terrane_model::report::{Report, Severity};
use terrane_model::schema::{Column, ColumnKind};
use terrane_model::store::{Draft, OpenOptions, Progress};
use terrane_model::{
    About, Amendment, Batch, DatasetId, Error, Expected, Feature, FeatureId, FeatureQuery, Result, Schema,
};

impl Engine {
    /// Makes changes to the rows of a dataset together or not at all, and returns the name of the state that shows them. When it
    /// returns they are on the disk and shown. Blocks; run it on a thread of its own.
    ///
    /// `Invalid` names the row and field that do not fit; `Conflict` names the feature that is not as expected; `Busy` when too many
    /// changes wait to be compacted.
    pub fn amend(&self, id: &DatasetId, amendment: &Amendment) -> Result<String> {
        let revision = self.catalogue().entry(Caller::Operator, id)?.record().revision.clone();
        let state = self.store.amend(id, &revision, amendment)?;
        self.refresh()?;
        Ok(state)
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

/// Rows of a file that are put into a dataset, and rows that go.
#[derive(Debug, Clone, Default)]
pub struct AmendOptions {
    /// How to read the file.
    pub open: OpenOptions,
    /// Identities of rows that go away.
    pub deletes: Vec<FeatureId>,
    /// What must be so before.
    pub expect: Vec<(FeatureId, Expected)>,
}

/// What became of a file's rows.
#[derive(Debug, Clone)]
pub struct FileAmended {
    /// What was found in the file.
    pub report: Option<Report>,
    /// Rows put.
    pub put: u64,
    /// Rows taken away.
    pub deleted: u64,
    /// The state of the dataset afterwards.
    pub state: String,
}

impl Engine {
    /// Puts the rows of a file into a dataset: each takes the place of the row with its identity, or is added. Rows that go, and the
    /// first ten thousand of the file, are changed together or not at all; a longer file in parts of as many. Blocks.
    pub fn amend_from_file(
        &self,
        id: &DatasetId,
        path: Option<&Path>,
        options: &AmendOptions,
        progress: &dyn Progress,
    ) -> Result<FileAmended> {
        let dataset = self.catalogue().open(Caller::Operator, id)?;
        let schema = Arc::clone(crate::features::feature_source(&dataset)?.schema());
        let layer = path.map(|path| self.read_changes(path, options, &schema, progress)).transpose()?;
        let (report, rows) = layer.map_or((None, Vec::new()), |(report, rows)| (Some(report), rows));
        let mut done = FileAmended { report, put: 0, deleted: 0, state: dataset.revision.to_string() };
        let mut parts: Vec<Vec<Batch>> = rows.chunks(BATCHES_AT_ONCE).map(<[Batch]>::to_vec).collect();
        if parts.is_empty() {
            parts.push(Vec::new());
        }
        for (number, upserts) in parts.into_iter().enumerate() {
            let first = number == 0;
            let amendment = Amendment {
                upserts,
                deletes: if first { options.deletes.clone() } else { Vec::new() },
                expect: if first { options.expect.clone() } else { Vec::new() },
            };
            done.state = self.amend(id, &amendment)?;
            done.deleted += amendment.deletes.len() as u64;
            done.put += (amendment.rows() - amendment.deletes.len()) as u64;
        }
        Ok(done)
    }

    /// The rows of a file as rows of a dataset.
    fn read_changes(
        &self,
        path: &Path,
        options: &AmendOptions,
        schema: &Arc<Schema>,
        progress: &dyn Progress,
    ) -> Result<(Report, Vec<Batch>)> {
        let mut open = options.open.clone();
        open.key = open.key.or_else(|| schema.key.clone());
        let reading = Reading { path, open: &open, repair: false, originals: Some(&[]), one_layer: true };
        let mut layers = self.preparer.prepare(&reading, &*self.store, progress)?;
        let Some(layer) = layers.pop() else { return Err(Error::invalid("The file has no layer.")) };
        if let Some(refusal) = layer.found.report.findings.iter().find(|finding| finding.severity == Severity::Refusal)
        {
            return Err(Error::invalid(format!("{} {}", refusal.what, refusal.remedy)));
        }
        let views = layer.draft.views()?;
        let source = views.features.ok_or_else(|| Error::invalid("The file has no rows; a grid is published anew."))?;
        let scan = wait(source.scan(&FeatureQuery::default()))?;
        let rows = Filtered::new(scan, source.schema(), &Cancel::default())?.collect::<Result<Vec<_>>>()?;
        let rows = match schema.crs() {
            Some(crs) => crate::features::moved(rows, source.schema(), crs)?,
            None => rows,
        };
        Ok((layer.found.report, fitted(&rows, source.schema(), schema)?))
    }
}

/// Batches of a thousand rows that are changed together.
const BATCHES_AT_ONCE: usize = AMENDMENT_ROWS_MAX / BATCH_ROWS;

/// The rows with the columns of the dataset. A column that the dataset does not have is refused by name, and so is a value that its
/// column cannot hold.
fn fitted(rows: &[Batch], from: &Schema, schema: &Arc<Schema>) -> Result<Vec<Batch>> {
    if let Some(unknown) = from.columns.iter().find(|column| schema.column(&column.name).is_none()) {
        let say = format!(
            "The dataset has no column “{}”; take it out of the file, or publish the dataset anew with it.",
            unknown.name
        );
        return Err(Error::invalid(say).at(unknown.name.clone()));
    }
    let differs = |column: &&Column| {
        let known = schema.column(&column.name).map(|(_, known)| known.kind);
        known.is_some_and(|known| !fits(column.kind, known))
    };
    if let Some(column) = from.columns.iter().find(differs) {
        let say = format!(
            "Column “{}” has values of another kind ({:?}) than in the dataset; look at what is written there.",
            column.name, column.kind
        );
        return Err(Error::invalid(say).at(column.name.clone()));
    }
    let places: Vec<Option<usize>> =
        schema.columns.iter().map(|column| from.column(&column.name).map(|(at, _)| at)).collect();
    let mut builder = BatchBuilder::new(Arc::clone(schema));
    let mut fitted = Vec::new();
    for row in rows.iter().flat_map(Batch::features) {
        put_row(&mut builder, &row, &places);
        if builder.is_full() {
            fitted.push(builder.finish());
        }
    }
    if !builder.is_empty() {
        fitted.push(builder.finish());
    }
    Ok(fitted)
}

/// Whether values of a kind can be values of another without loss. A column that is empty in the file is read as text.
fn fits(from: ColumnKind, to: ColumnKind) -> bool {
    from == to || matches!((from, to), (ColumnKind::Int, ColumnKind::Float))
}

fn put_row(builder: &mut BatchBuilder, row: &Feature<'_>, places: &[Option<usize>]) {
    if let (Some(geometry), Some(place)) = (builder.geometry(), row.geometry()) {
        geometry.push(&place);
    }
    for place in places {
        builder.value(&place.map_or(Value::Null, |at| row.value(at)));
    }
    builder.end_row(row.id());
}
