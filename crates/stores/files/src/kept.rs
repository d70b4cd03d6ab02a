//! Sources that keep the folder they read from until the last of them is gone.

use std::sync::Arc;
use tempfile::TempDir;
use terrane_model::grid::{GridQuery, GridSchema, Window};
use terrane_model::store::Views;
use terrane_model::{Batch, BoxFuture, FeatureQuery, FeatureScan, FeatureSource, GridSource, Result, Rows, Schema};

/// A source together with its folder.
struct Kept<S: ?Sized> {
    source: Arc<S>,
    folder: Arc<TempDir>,
}

/// Lets the views of a layer hold on to a folder.
pub fn keep(views: &mut Views, folder: &Arc<TempDir>) {
    if let Some(source) = views.features.take() {
        views.features = Some(Arc::new(Kept { source, folder: Arc::clone(folder) }));
    }
    if let Some(source) = views.grid.take() {
        views.grid = Some(Arc::new(Kept { source, folder: Arc::clone(folder) }));
    }
}

impl FeatureSource for Kept<dyn FeatureSource> {
    fn schema(&self) -> &Arc<Schema> {
        self.source.schema()
    }

    fn scan(&self, query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>> {
        let scan = self.source.scan(query);
        Box::pin(async move { Ok(hold(scan.await?, &self.folder)) })
    }
}

/// The same scan, whose rows hold the folder: they may outlive the source. Files neither sort nor page.
fn hold(scan: FeatureScan, folder: &Arc<TempDir>) -> FeatureScan {
    let residual = scan.residual().cloned();
    let rows = match scan.into_rows() {
        Rows::Local(rows) => Rows::Local(Box::new(HeldRows { rows, _folder: Arc::clone(folder) })),
        remote @ Rows::Remote(_) => remote,
    };
    match residual {
        Some(residual) => FeatureScan::unfinished(rows, residual),
        None => FeatureScan::filtered(rows),
    }
}

struct HeldRows {
    rows: Box<dyn Iterator<Item = Result<Batch>> + Send>,
    _folder: Arc<TempDir>,
}

impl Iterator for HeldRows {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next()
    }
}

impl GridSource for Kept<dyn GridSource> {
    fn schema(&self) -> &Arc<GridSchema> {
        self.source.schema()
    }

    fn window(&self, query: &GridQuery) -> BoxFuture<'_, Result<Window>> {
        self.source.window(query)
    }
}
