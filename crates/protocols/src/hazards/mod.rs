//! Questions about events over HTTP: lists, points for maps, charts, sections, one event, and what there is around a place.

pub(crate) mod answer;
mod around;
pub(crate) mod ask;
mod figures;
mod page;
pub(crate) mod parameters;
mod receive;
mod routes;
mod solutions;
pub mod stream;
mod syndicated;

pub use routes::routes;
