//! Vector tiles as bytes (`mvt`), archives of tiles (`pmtiles`), and TileJSON. Where the ground meets a tile is `drawing::tile`'s
//! concern.

pub mod mvt;
pub mod pmtiles;
pub mod tilejson;
