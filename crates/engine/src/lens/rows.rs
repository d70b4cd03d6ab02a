//! Rows of a scan, each batch changed on its way, wherever the rows come from.

use terrane_model::filter::Predicate;
use terrane_model::scan::RemoteRows;
use terrane_model::{Batch, BoxFuture, FeatureScan, Matched, Result, Rows, Schema};

type Change = Box<dyn FnMut(Batch) -> Result<Batch> + Send>;

/// The same rows with every batch changed.
pub fn changed(rows: Rows, mut change: Change) -> Rows {
    match rows {
        Rows::Local(rows) => Rows::Local(Box::new(rows.map(move |batch| change(batch?)))),
        Rows::Remote(inner) => Rows::Remote(Box::new(Changed { inner, change })),
    }
}

struct Changed {
    inner: Box<dyn RemoteRows>,
    change: Change,
}

impl RemoteRows for Changed {
    fn next(&mut self) -> BoxFuture<'_, Option<Result<Batch>>> {
        Box::pin(async move {
            let batch = self.inner.next().await?;
            Some(batch.and_then(&mut self.change))
        })
    }
}

/// How far a lens gets with what its source has done.
pub struct Done {
    /// Whether the order of the source is the order asked.
    pub in_order: bool,
    /// Whether the source was asked for the page.
    pub in_pages: bool,
    /// Whether all that the source matched counts.
    pub all_match: bool,
}

/// The scan of a source with its batches changed, and no more promised than still holds. What the source left to filter is judged
/// before the change, while the rows are still its own.
pub fn passed_on(scan: FeatureScan, schema: &Schema, done: &Done, mut change: Change) -> Result<FeatureScan> {
    let residual = scan.residual().map(|residual| Predicate::new(residual, schema)).transpose()?;
    let (sorted, paged, matched) = (scan.is_sorted(), scan.is_paged(), scan.matched());
    let all_match = done.all_match && residual.is_none();
    let judged = move |batch: Batch| match &residual {
        Some(residual) => change(residual.select(&batch)),
        None => change(batch),
    };
    let rows = changed(scan.into_rows(), Box::new(judged));
    let passed = FeatureScan::filtered(rows).matching(if all_match { matched } else { Matched::Unknown });
    match (sorted && done.in_order, paged && done.in_pages) {
        (true, true) => passed.sorted().paged(),
        (true, false) => Ok(passed.sorted()),
        _ => Ok(passed),
    }
}
