//! What things are in Terrane: datasets, maps, batches of rows, windows of samples, queries, filters, time, boxes, identity, errors.
//!
//! This crate **is** the vocabulary every other crate speaks. It **is not** a reader, a store, a protocol or a renderer:
//! it does no IO, starts no task, and knows no wire format.

pub mod about;
pub mod amend;
pub mod batch;
pub mod bbox;
pub mod buffer;
pub mod crs;
pub mod cursor;
pub mod dataset;
pub mod error;
pub mod filter;
pub mod geometry;
pub mod grid;
pub mod identity;
pub mod ledger;
pub mod limits;
pub mod map;
pub mod outgoing;
pub mod picture;
pub mod query;
pub mod report;
pub mod scan;
pub mod schema;
pub mod store;
pub mod testing;
pub mod tiling;
pub mod time;

pub use about::{About, DatasetId, LocalText};
pub use amend::{Amendment, Expected};
pub use batch::{Batch, Feature};
pub use bbox::Bbox;
pub use crs::Crs;
pub use dataset::{Dataset, FeatureSource, FileSource, GridSource, SeriesSource};
pub use error::{Error, Kind, Result};
pub use filter::Filter;
pub use identity::FeatureId;
pub use query::FeatureQuery;
pub use scan::{FeatureScan, Matched, Rows};
pub use schema::Schema;
pub use time::{Instant, When};

/// A future that can be sent between threads; traits return it so that they stay usable as `dyn`.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
