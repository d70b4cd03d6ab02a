//! Filters as text, JSON and XML: CQL2 in its two spellings, OGC Filter Encoding, and well-known text for its geometry.

pub mod cql2_json;
pub mod cql2_text;
pub mod fes;
mod lexer;
mod names;
pub mod wkt;

pub(crate) use wkt::check_ring;
