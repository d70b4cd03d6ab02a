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

impl Engine {
    /// A page of rows.
    pub async fn features(&self, caller: Caller, question: FeatureQuestion) -> Result<FeaturePage> {
        let dataset = match &question.revision {
            Some(revision) => self.open_revision(caller, &question.dataset, revision)?,
            None => self.catalogue().open(caller, &question.dataset)?,
        };
        let source = feature_source(&dataset)?;
        let limits = self.limits();
        let mut query = question.query.clone();
        query.limit = Some(query.limit.unwrap_or(limits.page_rows_default).min(limits.page_rows_max));
        let limits = limits.clone();
        let task = move |cancel: &Cancel| {
            let schema = source.schema();
            finish::check_sort(&query.sort, schema)?;
            let query = in_source_crs(query, schema, &question.bbox_crs, &question.filter_crs)?;
            let scan = scan(&*source, &query, &limits, cancel)?;
            let known = scan.matched();
            let page = finish::page(scan, &query, schema, cancel)?;
            let matched = match known_count(known, &page, &query, &dataset) {
                None if question.count => Some(count(&*source, &query, cancel)?),
                known => known,
            };
            answer(&dataset, schema, page, question.crs, matched)
        };
        self.pool().run(task).await
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

/// How many rows match in all, when that is known without reading on.
fn known_count(known: Matched, page: &Page, query: &FeatureQuery, dataset: &Dataset) -> Option<u64> {
    match known {
        Matched::Exact(count) => Some(count),
        Matched::Unknown if query.after.is_none() && page.next.is_none() => {
            Some(page.batches.iter().map(|batch| batch.len() as u64).sum())
        }
        Matched::Unknown if query.narrows_nothing() => dataset.about.rows,
        Matched::Unknown => None,
    }
}

fn answer(dataset: &Dataset, schema: &Arc<Schema>, page: Page, crs: Crs, matched: Option<u64>) -> Result<FeaturePage> {
    Ok(FeaturePage {
        about: Arc::clone(&dataset.about),
        revision: Arc::clone(&dataset.revision),
        schema: Arc::clone(schema),
        batches: moved(page.batches, schema, &crs)?,
        crs,
        next: page.next,
        matched,
    })
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

/// The rows with their geometry in another CRS.
pub(crate) fn moved(batches: Vec<Batch>, schema: &Schema, crs: &Crs) -> Result<Vec<Batch>> {
    let Some(from) = schema.crs().filter(|from| *from != crs) else { return Ok(batches) };
    let transform = Transform::new(from, crs)?;
    let Some(first) = batches.first() else { return Ok(batches) };
    let mut moved_schema = (*first.schema).clone();
    if let Some(geometry) = &mut moved_schema.geometry {
        geometry.crs = crs.clone();
    }
    let moved_schema = Arc::new(moved_schema);
    let relabelled = |batch: Batch| Batch { schema: Arc::clone(&moved_schema), ..batch };
    Ok(batches.into_iter().map(|batch| relabelled(moved_batch(batch, &transform))).collect())
}

pub(crate) fn moved_batch(batch: Batch, transform: &Transform) -> Batch {
    let Some(geometry) = batch.geometry.as_ref().filter(|_| !transform.is_identity()) else { return batch };
    let mut positions = geometry.xy.to_vec();
    transform.apply(&mut positions);
    let geometry = geometry.with_positions(positions);
    Batch { geometry: Some(geometry), ..batch }
}
