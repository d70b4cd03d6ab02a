//! A file that is read from its beginning at each scan, as a feature source: what GeoJSON, CSV and Shapefile have in common.

use super::needs::Needs;
use super::remarks::{DOUBLED_ROW, SharedFindings};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use terrane_model::batch::{Ids, Value};
use terrane_model::identity::content_id;
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::schema::ColumnKind;
use terrane_model::store::{Opened, Views};
use terrane_model::{
    Batch, BoxFuture, Error, FeatureId, FeatureQuery, FeatureScan, FeatureSource, Result, Rows, Schema,
};

/// Batches of all rows, with every column and the geometry.
pub type Batches = Box<dyn Iterator<Item = Result<Batch>> + Send>;

/// Begins to read a file from its first row.
pub type Reopen = Box<dyn Fn() -> Result<Batches> + Send + Sync>;

/// What identifies the rows of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The ids that the reader gives.
    AsRead,
    /// The values of a column, by place.
    Column(usize),
    /// A hash of the content.
    Content,
}

impl Identity {
    /// The key column asked for, else what the file offers.
    pub fn choose(asked: Option<&str>, schema: &mut Schema, otherwise: Self) -> Result<Self> {
        let Some(asked) = asked else { return Ok(otherwise) };
        let Some((place, column)) = schema.column(asked) else {
            return Err(Error::invalid(format!("There is no column “{asked}” to identify rows by.")).at("key"));
        };
        if !matches!(column.kind, ColumnKind::Int | ColumnKind::Text) {
            let say =
                format!("The column “{asked}” holds neither whole numbers nor texts, so it cannot identify rows.");
            return Err(Error::invalid(say).at("key"));
        }
        schema.key = Some(asked.to_owned());
        Ok(Self::Column(place))
    }
}

/// A file as a feature source that filters and sorts nothing.
pub struct FileSource {
    /// The shape of the rows.
    pub schema: Arc<Schema>,
    /// What identifies them.
    pub identity: Identity,
    /// Where remarks go.
    pub findings: SharedFindings,
    /// Begins to read.
    pub reopen: Reopen,
}

impl FileSource {
    /// The source as the only layer of an opened file, with what makes up the layer.
    pub fn opened(self, name: String, report: Report, files: Vec<PathBuf>) -> Opened {
        let findings = Arc::clone(&self.findings);
        let views = Views { features: Some(Arc::new(self)), ..Views::default() };
        // Each of these readers has looked at all rows to learn the columns.
        let rows_expected = Some(report.rows_read);
        Opened { name, views, report, findings, rows_expected, files }
    }
}

impl FeatureSource for FileSource {
    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    fn scan(&self, query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>> {
        let residual = query.whole_filter(&self.schema);
        let needs = Needs::of(query, Some(&residual), true, &self.schema);
        let scan = (self.reopen)().map(|batches| {
            let rows = FileScan {
                batches,
                identity: self.identity,
                seen: Seen::default(),
                projection: (needs != Needs::all(&self.schema)).then_some(needs),
                rows_read: 0,
                findings: Arc::clone(&self.findings),
            };
            FeatureScan::unfinished(Rows::Local(Box::new(rows)), residual)
        });
        Box::pin(std::future::ready(scan))
    }
}

struct FileScan {
    batches: Batches,
    identity: Identity,
    seen: Seen,
    projection: Option<Needs>,
    rows_read: u64,
    findings: SharedFindings,
}

impl Iterator for FileScan {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.batches.next()?;
        Some(batch.and_then(|batch| self.finish(batch)))
    }
}

impl FileScan {
    fn finish(&mut self, mut batch: Batch) -> Result<Batch> {
        match self.identity {
            Identity::AsRead => {}
            Identity::Column(place) => batch.ids = key_ids(&batch, place, self.rows_read)?,
            Identity::Content => batch.ids = self.content_ids(&batch),
        }
        self.rows_read += batch.len() as u64;
        Ok(match &self.projection {
            None => batch,
            Some(needs) => {
                let name = |&place: &usize| batch.schema.columns[place].name.clone();
                batch.projected(&needs.columns.iter().map(name).collect::<Vec<_>>(), needs.geometry)
            }
        })
    }

    fn content_ids(&mut self, batch: &Batch) -> Ids {
        let mut first_copy = None;
        let mut copies = 0;
        let mut ids = Vec::with_capacity(batch.len());
        for feature in batch.features() {
            let id = content_id(&feature, 0);
            let copy = self.seen.copies_of(&id);
            if copy > 0 {
                copies += 1;
                first_copy.get_or_insert(self.rows_read + feature.row() as u64 + 1);
            }
            ids.push(if copy == 0 { id } else { content_id(&feature, copy) }.to_string());
        }
        if let Some(row) = first_copy {
            let mut finding =
                Finding::new(Severity::Note, DOUBLED_ROW, "Remove doubled rows from the source.").at_row(row);
            finding.count = copies;
            let mut findings = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
            let mut all = Report { findings: std::mem::take(&mut findings), ..Report::default() };
            all.add(finding);
            *findings = all.findings;
        }
        Ids::Texts(ids.iter().collect())
    }
}

fn key_ids(batch: &Batch, place: usize, rows_before: u64) -> Result<Ids> {
    let mut numbers = Vec::with_capacity(batch.len());
    let mut texts = Vec::new();
    for feature in batch.features() {
        match feature.value(place) {
            Value::Null => {
                let say =
                    "The key column has no value here, so nothing identifies the row; choose another --key, or none.";
                return Err(Error::invalid(say).at(format!("row {}", rows_before + feature.row() as u64 + 1)));
            }
            Value::Int(number) => numbers.push(number),
            other => texts.push(other.to_string()),
        }
    }
    Ok(if texts.is_empty() { Ids::Numbers(numbers.into()) } else { Ids::Texts(texts.iter().collect()) })
}

/// Contents seen so far: a hash of each, and a count for those seen again. About 16 bytes a row.
#[derive(Default)]
struct Seen {
    once: HashSet<u64>,
    again: HashMap<u64, u64>,
    hasher: RandomState,
}

impl Seen {
    /// How many rows before this one have the content.
    fn copies_of(&mut self, id: &FeatureId) -> u64 {
        let hash = self.hasher.hash_one(id);
        if self.once.insert(hash) {
            return 0;
        }
        let copies = self.again.entry(hash).or_insert(0);
        *copies += 1;
        *copies
    }
}
