//! FDSN web service event 1.2 over the tables of events of this node.
//!
//! A catalog is a dataset. Without `catalog` all tables of earthquakes are asked but those that a merged one stands for.

mod answer;
mod ask;
mod describe;
mod routes;

pub(crate) use ask::PARAMETERS;
pub use routes::routes;

/// The version of the specification, and of this service.
pub const VERSION: &str = "1.2.0";
/// Where the service is.
pub const BASE: &str = "/fdsnws/event/1";
