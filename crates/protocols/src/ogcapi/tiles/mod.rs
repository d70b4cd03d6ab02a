//! OGC API — Tiles part 1 (20-057): tile matrix sets, tilesets of pictures and of vectors, their tiles, TileJSON.

pub mod answer;
pub mod ask;
pub mod describe;
pub mod limits;
mod routes;
pub mod tilejson;

pub use routes::routes;
