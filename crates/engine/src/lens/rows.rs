//! Rows of a scan, each batch changed on its way, wherever the rows come from.

use terrane_model::scan::RemoteRows;
use terrane_model::{Batch, BoxFuture, FeatureScan, Matched, Result, Rows};

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

/// The scan of a source with its batches changed, and no more promised than still holds.
pub fn passed_on(scan: FeatureScan, done: &Done, change: Change) -> Result<FeatureScan> {
    let residual = scan.residual().cloned();
    let (sorted, paged, matched) = (scan.is_sorted(), scan.is_paged(), scan.matched());
    let is_finished = residual.is_none();
    let rows = changed(scan.into_rows(), change);
    let mut passed = match residual {
        Some(residual) => FeatureScan::unfinished(rows, residual),
        None => FeatureScan::filtered(rows),
    };
    if done.all_match {
        passed = passed.matching(matched);
    } else {
        passed = passed.matching(Matched::Unknown);
    }
    if sorted && done.in_order {
        passed = passed.sorted();
        if paged && done.in_pages && is_finished {
            passed = passed.paged()?;
        }
    }
    Ok(passed)
}
