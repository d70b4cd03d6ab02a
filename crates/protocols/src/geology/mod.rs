//! Questions about geology over HTTP: what an age or a rock means, legends as trees, areas, and what mappings account for.

mod answer;
mod ask;
mod routes;

pub use routes::routes;
