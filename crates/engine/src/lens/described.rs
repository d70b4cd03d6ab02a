//! The catalogue's titles, units, key and time laid over what a file says.

use std::sync::Arc;
use terrane_model::{BoxFuture, FeatureQuery, FeatureScan, FeatureSource, Result, Schema};

/// A source whose schema the catalogue has more to say about.
pub struct Described {
    inner: Arc<dyn FeatureSource>,
    schema: Arc<Schema>,
}

impl Described {
    /// Lays a schema with the same columns over a source.
    pub fn new(inner: Arc<dyn FeatureSource>, schema: Schema) -> Self {
        Self { inner, schema: Arc::new(schema) }
    }
}

impl FeatureSource for Described {
    fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The time that the file does not know of is asked as a filter.
    fn scan(&self, query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>> {
        if query.time.is_none() || self.inner.schema().time == self.schema.time {
            return self.inner.scan(query);
        }
        let time = FeatureQuery { time: query.time, ..FeatureQuery::default() }.whole_filter(&self.schema);
        let filter = query.filter.clone().map_or(time.clone(), |filter| filter.and(time));
        let asked = FeatureQuery { time: None, filter: Some(filter), ..query.clone() };
        Box::pin(async move { self.inner.scan(&asked).await })
    }
}
