//! OGC API — Common, Features parts 1, 2, 3 and 5, and what lies beside them: styles, legends, maps.

pub mod answer;
pub mod ask;
pub mod conformance;
pub mod describe;
pub mod links;
pub mod openapi;
mod routes;
mod rows;
pub mod schema;

pub use routes::routes;
