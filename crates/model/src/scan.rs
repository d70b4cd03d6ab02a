//! The answer of a feature source: rows, and how far it got.

use crate::BoxFuture;
use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::schema::Schema;
use std::sync::Arc;

/// Rows that may answer a query, and what is left to do.
///
/// The engine finishes in the order filter, sort, page, project. A source that ignores the query and says so is correct.
pub struct FeatureScan {
    rows: Rows,
    residual: Option<Filter>,
    sorted: bool,
    paged: bool,
    matched: Matched,
}

/// How many rows match in all, whatever the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matched {
    /// So many.
    Exact(u64),
    /// Not known without reading.
    Unknown,
}

/// Where rows come from.
pub enum Rows {
    /// Pulled inside the task that draws or encodes, on the CPU pool; may block on a disk, never on a network.
    Local(Box<dyn Iterator<Item = Result<Batch>> + Send>),
    /// Awaited, for sources behind a network.
    Remote(Box<dyn RemoteRows>),
}

/// Rows that are awaited.
pub trait RemoteRows: Send {
    /// The next batch; `None` after the last.
    fn next(&mut self) -> BoxFuture<'_, Option<Result<Batch>>>;
}

impl Rows {
    /// Batches that are already there.
    pub fn ready(batches: Vec<Batch>) -> Self {
        Self::Local(Box::new(batches.into_iter().map(Ok)))
    }
}

impl FeatureScan {
    /// Rows with everything still to do: filter, sort and page.
    pub fn unfinished(rows: Rows, residual: Filter) -> Self {
        Self { rows, residual: Some(residual), sorted: false, paged: false, matched: Matched::Unknown }
    }

    /// Rows that all match, in no particular order.
    pub fn filtered(rows: Rows) -> Self {
        Self { rows, residual: None, sorted: false, paged: false, matched: Matched::Unknown }
    }

    /// Says that the rows come in the order asked, identity last.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.sorted = true;
        self
    }

    /// Says that the rows begin after the position asked and end at the limit. Refused while anything is left to filter or sort:
    /// a limit before a filter loses rows.
    pub fn paged(mut self) -> Result<Self> {
        if self.residual.is_some() || !self.sorted {
            return Err(Error::internal("a source paged rows that it had not filtered and sorted"));
        }
        self.paged = true;
        Ok(self)
    }

    /// Says how many rows match.
    #[must_use]
    pub fn matching(mut self, matched: Matched) -> Self {
        self.matched = matched;
        self
    }

    /// What is left to filter.
    pub fn residual(&self) -> Option<&Filter> {
        self.residual.as_ref()
    }
    /// Whether the rows are in the order asked.
    pub fn is_sorted(&self) -> bool {
        self.sorted
    }
    /// Whether the rows are the page asked.
    pub fn is_paged(&self) -> bool {
        self.paged
    }
    /// How many rows match.
    pub fn matched(&self) -> Matched {
        self.matched
    }
    /// The rows.
    pub fn into_rows(self) -> Rows {
        self.rows
    }
}

/// What a source that reads everything returns: the schema is shared, the rows unfinished.
pub type SharedSchema = Arc<Schema>;
