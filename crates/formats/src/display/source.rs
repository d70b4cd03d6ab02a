//! A display copy as a feature source: every filter is finished here, and the orders that an index keeps.

use super::cache::DisplayCache;
use super::file::DisplayFile;
use super::plan::{Kept, Plan};
use super::scan::{OwnOrder, Reader};
use super::sorted::InOrder;
use super::walk::Order;
use crate::features::needs::Needs;
use std::path::Path;
use std::sync::Arc;
use terrane_model::query::Columns;
use terrane_model::{Batch, BoxFuture, FeatureQuery, FeatureScan, FeatureSource, Matched, Result, Rows, Schema};

/// The rows of a file that [`super::build`] wrote. The file must not change while it is open; when it does, reading fails.
pub struct DisplaySource {
    file: Arc<DisplayFile>,
}

impl DisplaySource {
    /// Opens a file; `Internal`, with the place, when it is missing, unfinished, cut short, of another version, or its
    /// directory is damaged. What is in the blocks is checked when it is read.
    pub fn open(path: &Path, cache: Arc<DisplayCache>) -> Result<Self> {
        DisplayFile::open(path, cache).map(|file| Self { file: Arc::new(file) })
    }

    /// Reads all of a file; the error names the first part that is not as it was written.
    pub fn verify(path: &Path) -> Result<()> {
        DisplayFile::open(path, DisplayCache::new(0))?.verify()
    }

    /// Tolerances of the levels of detail, rising, units of the CRS.
    pub fn levels(&self) -> &[f64] {
        &self.file.directory.levels
    }

    /// How the rows are found, and the order they come in when it is the one asked.
    fn answer(&self, query: &FeatureQuery) -> Result<FeatureScan> {
        let directory = &self.file.directory;
        let plan = Plan::new(query, &directory.schema)?;
        let matched = self.matched(&plan, query)?;
        let order = Order::of(&query.sort, &directory.schema, directory.key_is_identity);
        let is_sorted = query.near.is_none() && (query.sort.is_empty() || order.is_some());
        let can_go_on = query.after.as_ref().is_none_or(|after| order.is_none_or(|order| order.goes_on_after(after)));
        let is_paged = is_sorted && can_go_on;
        let needs = Needs::of(query, None, !is_paged, &directory.schema);
        let reader = Reader::new(&self.file, plan, needs, query);
        let limit = query.limit.filter(|_| is_paged).unwrap_or(usize::MAX);
        let after = query.after.clone().filter(|_| is_paged);
        let rows: Box<dyn Iterator<Item = Result<Batch>> + Send> = match order.filter(|_| is_sorted) {
            None => Box::new(OwnOrder::new(reader, after.map(|after| after.id), limit)),
            Some(order) => Box::new(InOrder::new(reader, order, after, limit)),
        };
        let scan = FeatureScan::filtered(Rows::Local(rows)).matching(matched);
        match (is_sorted, is_paged) {
            (_, true) => scan.sorted().paged(),
            (true, false) => Ok(scan.sorted()),
            (false, false) => Ok(scan),
        }
    }

    /// How many rows match, when that is known or cheap: boxes are judged by those of the blocks, and by those of rows only in
    /// the few blocks on their edges, or when the count is all that is asked.
    fn matched(&self, plan: &Plan, query: &FeatureQuery) -> Result<Matched> {
        let blocks = self.file.directory.own();
        if plan.keeps_all() {
            return Ok(Matched::Exact(u64::from(self.file.directory.rows)));
        }
        if !plan.is_only_boxes() {
            return Ok(Matched::Unknown);
        }
        let may_hold = |at: &usize| plan.may_hold(&blocks[*at]);
        let on_edge = |at: &usize| !plan.boxes_hold(&blocks[*at]);
        let nothing_else = matches!(&query.columns, Columns::These { names, geometry: false } if names.is_empty());
        let edges: Vec<usize> = (0..blocks.len()).filter(may_hold).filter(on_edge).collect();
        if edges.len() > COUNTED_BLOCKS_MAX && !(nothing_else && query.limit.is_none()) {
            return Ok(Matched::Unknown);
        }
        let within = (0..blocks.len()).filter(|at| !on_edge(at)).map(|at| u64::from(blocks[at].rows));
        let mut count: u64 = within.sum();
        for block in edges {
            count += match plan.judge(&self.file, block, Kept::All)? {
                Kept::None => 0,
                Kept::All => u64::from(blocks[block].rows),
                Kept::Rows(rows) => rows.len() as u64,
            };
        }
        Ok(Matched::Exact(count))
    }
}

/// Blocks whose boxes are looked at to count rows that nobody asked to count.
const COUNTED_BLOCKS_MAX: usize = 16;

impl FeatureSource for DisplaySource {
    fn schema(&self) -> &Arc<Schema> {
        &self.file.directory.schema
    }

    fn scan(&self, query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>> {
        let answer = self.answer(query);
        Box::pin(std::future::ready(answer))
    }
}
