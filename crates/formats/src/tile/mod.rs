//! Vector tiles as bytes (`mvt`) and archives of tiles (`pmtiles`). Where the ground meets a tile is `drawing::tile`'s concern.

pub mod mvt;
