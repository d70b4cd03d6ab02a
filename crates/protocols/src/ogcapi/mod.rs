//! OGC API — Common, Features parts 1, 2, 3 and 5, Tiles, Maps, and what lies beside them: styles, legends, maps.

pub mod answer;
pub mod ask;
pub mod conformance;
pub mod describe;
mod draw;
pub mod links;
pub mod map;
pub mod openapi;
mod routes;
mod rows;
pub mod schema;
pub mod subject;
pub mod summary;
pub mod tiles;

pub use routes::routes;
