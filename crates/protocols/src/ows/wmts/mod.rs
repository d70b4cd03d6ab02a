//! WMTS 1.0.0 (OGC 07-057r7) by key-value pairs and by addresses: capabilities, tiles, what is at a point of a tile.

pub mod ask;
mod codes;
pub mod describe;
mod layers;
mod serve;

pub use serve::{answer, answer_address, is_wmts};
