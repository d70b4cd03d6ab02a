//! Filters as text and JSON: CQL2 in its two spellings, and well-known text for its geometry.

pub mod cql2_json;
pub mod cql2_text;
mod lexer;
mod names;
pub mod wkt;
