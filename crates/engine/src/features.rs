//! Rows for a person: a question in any CRS, a page of rows in any other.

use crate::Engine;
use crate::caller::Caller;
use crate::finish::{self, Filtered, Page, columns_to_scan};
use crate::nearest::nearest;
use crate::pool::{Cancel, wait};
use std::sync::Arc;
use terrane_model::filter::Transformer as _;
use terrane_model::limits::Limits;
use terrane_model::query::{Columns, Near, Position};
use terrane_model::{
    About, Batch, Crs, Dataset, DatasetId, Error, FeatureId, FeatureQuery, FeatureScan, FeatureSource, Filter, Matched,
    Result, Schema,
};
use terrane_projection::Transform;

/// Which rows of which dataset, asked in the person's own CRS.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureQuestion {
    /// The dataset.
    pub dataset: DatasetId,
    /// What is asked. Its box and the position of `near` are in `bbox_crs`, geometry in its filter in `filter_crs`.
    pub query: FeatureQuery,
    /// The CRS of the box and of the position of `near`.
    pub bbox_crs: Crs,
    /// The CRS of geometry in the filter.
    pub filter_crs: Crs,
    /// The CRS of the answer.
    pub crs: Crs,
    /// Whether to count all rows that match.
    pub count: bool,
    /// The revision that a cursor belongs to: the published one, or one that was superseded less than an hour ago; else `Gone`.
    pub revision: Option<String>,
    /// Rows that are passed over before the first.
    pub skip: usize,
    /// Rows at most, for protocols whose answers are not pages; the limit of a page when absent.
    pub rows_max: Option<usize>,
}

impl FeatureQuestion {
    /// All of a dataset in degrees.
    pub fn new(dataset: DatasetId) -> Self {
        Self {
            dataset,
            query: FeatureQuery::default(),
            bbox_crs: Crs::crs84(),
            filter_crs: Crs::crs84(),
            crs: Crs::crs84(),
            count: false,
            revision: None,
            skip: 0,
            rows_max: None,
        }
    }
}

/// A page of rows.
#[derive(Debug, Clone)]
pub struct FeaturePage {
    /// What the dataset is about.
    pub about: Arc<About>,
    /// Its revision.
    pub revision: Arc<str>,
    /// All its columns, with titles and units.
    pub schema: Arc<Schema>,
    /// The rows, in order, in the CRS of the answer, with the columns asked.
    pub batches: Vec<Batch>,
    /// The CRS of the answer.
    pub crs: Crs,
    /// Where the next page begins.
    pub next: Option<Position>,
    /// How many rows match in all, when that is known or was asked.
    pub matched: Option<u64>,
}

impl FeaturePage {
    /// Rows on this page.
    pub fn returned(&self) -> usize {
        self.batches.iter().map(Batch::len).sum()
    }
}

/// A page of rows as it is read: one batch of it at a time is in memory, unless the rows had to be put in order.
pub struct FeatureStream {
    /// What the dataset is about.
    pub about: Arc<About>,
    /// Its revision.
    pub revision: Arc<str>,
    /// All its columns, with titles and units.
    pub schema: Arc<Schema>,
    /// The CRS of the answer.
    pub crs: Crs,
    source: Arc<dyn FeatureSource>,
    page: Page,
    moving: Option<Moving>,
    /// How many rows match, when the source knew.
    known: Matched,
    /// Whether to count when it did not.
    count: bool,
    /// Rows still to be passed over, and those that were.
    skip: usize,
    passed: usize,
    returned: usize,
}

impl FeatureStream {
    /// The next rows, in order, in the CRS of the answer, with the columns asked; nothing after the last.
    pub fn batch(&mut self, cancel: &Cancel) -> Result<Option<Batch>> {
        let Some(mut batch) = self.page.batch(cancel)? else { return Ok(None) };
        while self.skip > 0 {
            let passed = self.skip.min(batch.len());
            self.skip -= passed;
            self.passed += passed;
            if passed < batch.len() {
                batch = batch.sliced(passed, usize::MAX);
                break;
            }
            match self.page.batch(cancel)? {
                Some(next) => batch = next,
                None => return Ok(None),
            }
        }
        self.returned += batch.len();
        Ok(Some(match &mut self.moving {
            Some(moving) => moving.moved(batch),
            None => batch,
        }))
    }

    /// Rows that were read.
    pub fn returned(&self) -> usize {
        self.returned
    }

    /// Where the next page begins, once all rows were read.
    pub fn next(&self) -> Option<&Position> {
        self.page.next()
    }

    /// How many rows match in all, once all rows were read: when that is known without reading on, or was asked.
    pub fn matched(&self, cancel: &Cancel) -> Result<Option<u64>> {
        let query = self.page.query();
        Ok(match self.known {
            Matched::Exact(count) => Some(count),
            Matched::Unknown if query.after.is_none() && self.next().is_none() => {
                Some((self.passed + self.returned) as u64)
            }
            Matched::Unknown if query.narrows_nothing() && self.about.rows.is_some() => self.about.rows,
            Matched::Unknown if self.count => Some(count(&*self.source, query, cancel)?),
            Matched::Unknown => None,
        })
    }

    /// How many rows match in all, counted when it is not known.
    pub(crate) fn count_all(&mut self, cancel: &Cancel) -> Result<u64> {
        self.count = true;
        Ok(self.matched(cancel)?.unwrap_or(0))
    }

    fn open(asked: Asked, limits: &Limits, cancel: &Cancel) -> Result<Self> {
        let Asked { dataset, source, question } = asked;
        let schema = Arc::clone(source.schema());
        finish::check_sort(&question.query.sort, &schema)?;
        let query = in_source_crs(question.query, &schema, &question.bbox_crs, &question.filter_crs)?;
        let scan = scan(&*source, &query, limits, cancel)?;
        let known = scan.matched();
        Ok(Self {
            page: Page::new(scan, query, &schema, cancel)?,
            moving: Moving::new(&schema, &question.crs)?,
            about: dataset.about,
            revision: dataset.revision,
            schema,
            crs: question.crs,
            source,
            known,
            count: question.count,
            skip: question.skip,
            passed: 0,
            returned: 0,
        })
    }

    /// How many rows match in all, before any was read.
    fn total(&self, cancel: &Cancel) -> Result<u64> {
        let query = self.page.query();
        match (self.known, self.about.rows) {
            (Matched::Exact(count), _) => Ok(count),
            (Matched::Unknown, Some(rows)) if query.narrows_nothing() => Ok(rows),
            (Matched::Unknown, _) => count(&*self.source, query, cancel),
        }
    }

    /// All of it at once.
    fn into_page(mut self, cancel: &Cancel) -> Result<FeaturePage> {
        let mut batches = Vec::new();
        while let Some(batch) = self.batch(cancel)? {
            batches.push(batch);
        }
        let (matched, next) = (self.matched(cancel)?, self.next().cloned());
        let Self { about, revision, schema, crs, .. } = self;
        Ok(FeaturePage { about, revision, schema, batches, crs, next, matched })
    }
}

/// A question with the dataset that it is about, opened.
struct Asked {
    dataset: Dataset,
    source: Arc<dyn FeatureSource>,
    question: FeatureQuestion,
}

impl Engine {
    /// A page of rows.
    pub async fn features(&self, caller: Caller, question: FeatureQuestion) -> Result<FeaturePage> {
        self.feature_stream(caller, question, FeatureStream::into_page).await
    }

    /// A page of rows as it is read; `begin` reads and writes the first of it in the same task of the pool. What is kept of the
    /// stream goes on in other tasks of the pool.
    pub async fn feature_stream<T: Send + 'static>(
        &self,
        caller: Caller,
        question: FeatureQuestion,
        begin: impl FnOnce(FeatureStream, &Cancel) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let asked = self.opened(caller, question)?;
        let limits = self.limits().clone();
        let task = move |cancel: &Cancel| begin(FeatureStream::open(asked, &limits, cancel)?, cancel);
        self.pool().run(task).await
    }

    /// As [`Engine::feature_stream`], for a task that runs in the pool already: an answer that reads one dataset after another.
    pub fn feature_stream_here(
        &self,
        caller: Caller,
        question: FeatureQuestion,
        cancel: &Cancel,
    ) -> Result<FeatureStream> {
        FeatureStream::open(self.opened(caller, question)?, self.limits(), cancel)
    }

    /// How many rows match, and the state of the data that they were counted in: a question that names it as its revision finds
    /// just these.
    pub async fn count(&self, caller: Caller, question: FeatureQuestion) -> Result<(u64, Arc<str>)> {
        let query = FeatureQuery { limit: Some(0), sort: Vec::new(), after: None, ..question.query };
        let question = FeatureQuestion { query, skip: 0, ..question };
        self.feature_stream(caller, question, |stream, cancel| {
            Ok((stream.total(cancel)?, Arc::clone(&stream.revision)))
        })
        .await
    }

    fn opened(&self, caller: Caller, mut question: FeatureQuestion) -> Result<Asked> {
        let dataset = match &question.revision {
            Some(revision) => self.open_revision(caller, &question.dataset, revision)?,
            None => self.catalogue().open(caller, &question.dataset)?,
        };
        let source = feature_source(&dataset)?;
        let limits = self.limits();
        let most = question.rows_max.unwrap_or(limits.page_rows_max);
        let rows = question.query.limit.unwrap_or(limits.page_rows_default).min(most);
        question.query.limit = Some(rows.saturating_add(question.skip));
        Ok(Asked { dataset, source, question })
    }

    /// One row by its identity; `NotFound` when there is none.
    pub async fn feature(&self, caller: Caller, dataset: DatasetId, id: &str, crs: Crs) -> Result<FeaturePage> {
        let mut question = FeatureQuestion { crs, ..FeatureQuestion::new(dataset) };
        let spellings = vec![FeatureId::parse(id), FeatureId::Text(id.to_owned())];
        question.query.filter = Some(Filter::Ids(spellings));
        question.query.limit = Some(1);
        let page = self.features(caller, question).await?;
        if page.returned() == 0 {
            let shown: String = id.chars().take(80).collect();
            return Err(Error::not_found(format!("Dataset “{}” has no feature “{shown}”.", page.about.id)));
        }
        Ok(page)
    }
}

/// The feature view of a dataset, or a sentence that says it has none.
pub(crate) fn feature_source(dataset: &Dataset) -> Result<Arc<dyn FeatureSource>> {
    dataset.features.clone().ok_or_else(|| {
        Error::unsupported(format!("Dataset “{}” is a grid; it has no features to list.", dataset.about.id))
    })
}

/// Asks the source for one row more than the page has, which tells whether there is another page.
fn scan(source: &dyn FeatureSource, query: &FeatureQuery, limits: &Limits, cancel: &Cancel) -> Result<FeatureScan> {
    if let Some(near) = &query.near {
        return nearest(source, query, near, limits, cancel);
    }
    let limit = query.limit.map(|limit| limit.saturating_add(1));
    wait(source.scan(&FeatureQuery { limit, columns: columns_to_scan(query), ..query.clone() }))
}

/// The query with its box and its filter's geometry in the CRS of the source.
pub(crate) fn in_source_crs(
    query: FeatureQuery,
    schema: &Schema,
    bbox_crs: &Crs,
    filter_crs: &Crs,
) -> Result<FeatureQuery> {
    let Some(crs) = schema.crs() else { return Ok(query) };
    let bbox = match query.bbox {
        Some(bbox) if bbox_crs != crs => Some(Transform::new(bbox_crs, crs)?.bbox(&bbox)?),
        same => same,
    };
    let near = match query.near {
        Some(near) if bbox_crs != crs => {
            let mut centre = [near.centre];
            Transform::new(bbox_crs, crs)?.apply(&mut centre);
            Some(Near { centre: centre[0], ..near })
        }
        same => same,
    };
    let filter = match query.filter {
        Some(filter) if filter_crs != crs => Some(filter.transformed(&Transform::new(filter_crs, crs)?)?),
        same => same,
    };
    Ok(FeatureQuery { bbox, near, filter, ..query })
}

fn count(source: &dyn FeatureSource, query: &FeatureQuery, cancel: &Cancel) -> Result<u64> {
    let columns = Columns::These { names: Vec::new(), geometry: false };
    let all = FeatureQuery { limit: None, after: None, sort: Vec::new(), columns, ..query.clone() };
    let scan = wait(source.scan(&all))?;
    if let Matched::Exact(count) = scan.matched() {
        return Ok(count);
    }
    Filtered::new(scan, source.schema(), cancel)?.map(|batch| batch.map(|batch| batch.len() as u64)).sum()
}

/// Moves rows into another CRS.
pub(crate) struct Moving {
    transform: Transform,
    /// The schema that came, and what it is called after; rows of one scan share theirs.
    schemas: Option<[Arc<Schema>; 2]>,
    crs: Crs,
}

impl Moving {
    /// Nothing when the rows are in that CRS already, or have no place.
    pub(crate) fn new(schema: &Schema, crs: &Crs) -> Result<Option<Self>> {
        let Some(from) = schema.crs().filter(|from| *from != crs) else { return Ok(None) };
        Ok(Some(Self { transform: Transform::new(from, crs)?, schemas: None, crs: crs.clone() }))
    }

    pub(crate) fn moved(&mut self, batch: Batch) -> Batch {
        let schema = self.relabelled(&batch.schema);
        moved_batch(Batch { schema, ..batch }, &self.transform)
    }

    fn relabelled(&mut self, schema: &Arc<Schema>) -> Arc<Schema> {
        if let Some([_, goes]) = self.schemas.as_ref().filter(|[came, _]| Arc::ptr_eq(came, schema)) {
            return Arc::clone(goes);
        }
        let mut moved = (**schema).clone();
        if let Some(geometry) = &mut moved.geometry {
            geometry.crs = self.crs.clone();
        }
        let moved = Arc::new(moved);
        self.schemas = Some([Arc::clone(schema), Arc::clone(&moved)]);
        moved
    }
}

/// Rows with their geometry in another CRS.
pub(crate) fn moved(batches: Vec<Batch>, schema: &Schema, crs: &Crs) -> Result<Vec<Batch>> {
    let Some(mut moving) = Moving::new(schema, crs)? else { return Ok(batches) };
    Ok(batches.into_iter().map(|batch| moving.moved(batch)).collect())
}

pub(crate) fn moved_batch(batch: Batch, transform: &Transform) -> Batch {
    let Some(geometry) = batch.geometry.as_ref().filter(|_| !transform.is_identity()) else { return batch };
    let mut positions = geometry.xy.to_vec();
    transform.apply(&mut positions);
    let geometry = geometry.with_positions(positions);
    Batch { geometry: Some(geometry), ..batch }
}
