//! Questions about events over HTTP: lists, points for maps, charts, sections, one event, and what there is around a place.

pub(crate) mod answer;
mod around;
pub(crate) mod ask;
mod receive;
mod routes;
pub mod stream;
mod figures;
mod page;
mod routes;
mod solutions;

pub use answer::LISTED;
pub use routes::routes;
