//! A published thing: what it is about, and up to four ways to read it. The traits that sources implement.

use crate::BoxFuture;
use crate::about::About;
use crate::batch::Batch;
use crate::error::Result;
use crate::grid::{GridQuery, GridSchema, Window};
use crate::query::FeatureQuery;
use crate::scan::FeatureScan;
use crate::schema::Schema;
use crate::time::Interval;
use std::ops::Range;
use std::sync::Arc;

/// One published thing. What services it has follows from the views that are there.
#[derive(Clone)]
pub struct Dataset {
    /// What it is about.
    pub about: Arc<About>,
    /// Which state of the data this is; changes with every publication.
    pub revision: Arc<str>,
    /// Rows with a place and a time.
    pub features: Option<Arc<dyn FeatureSource>>,
    /// Values on axes.
    pub grid: Option<Arc<dyn GridSource>>,
    /// Values against time at a site.
    pub series: Option<Arc<dyn SeriesSource>>,
    /// Named bytes.
    pub files: Option<Arc<dyn FileSource>>,
}

impl Dataset {
    /// A dataset without any view yet.
    pub fn new(about: About, revision: impl Into<Arc<str>>) -> Self {
        Self {
            about: Arc::new(about),
            revision: revision.into(),
            features: None,
            grid: None,
            series: None,
            files: None,
        }
    }
}

/// Rows with a place and a time.
pub trait FeatureSource: Send + Sync {
    /// The columns and the geometry.
    fn schema(&self) -> &Arc<Schema>;

    /// Rows that may answer the query, and how far the source got. The one required method of reading.
    ///
    /// The rows' batches hold at least the columns asked and those that a residual filter or an unfinished sort names.
    fn scan(&self, query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>>;
}

/// Values on axes.
pub trait GridSource: Send + Sync {
    /// The axes and the bands.
    fn schema(&self) -> &Arc<GridSchema>;

    /// Samples that cover the region, from the nearest stored overview that is not coarser than asked.
    fn window(&self, query: &GridQuery) -> BoxFuture<'_, Result<Window>>;
}

/// Values against time at sites: the features of the same dataset are the sites.
pub trait SeriesSource: Send + Sync {
    /// The columns of an observation; the time column is named in the schema, geometry is absent.
    fn schema(&self) -> &Arc<Schema>;

    /// Observations of one site in a period, in the order of time.
    fn read(&self, question: &SeriesQuery) -> BoxFuture<'_, Result<Vec<Batch>>>;
}

/// A question for observations.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesQuery {
    /// The site.
    pub site: crate::identity::FeatureId,
    /// The period.
    pub time: Option<Interval>,
    /// How many at most.
    pub limit: Option<usize>,
}

/// Named bytes, readable by range.
pub trait FileSource: Send + Sync {
    /// What there is.
    fn list(&self) -> BoxFuture<'_, Result<Vec<FileEntry>>>;

    /// Bytes of one file; a range past the end is cut at the end.
    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> BoxFuture<'a, Result<Vec<u8>>>;
}

/// One file of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Its name, with `/` between folders, never beginning with one.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
}
