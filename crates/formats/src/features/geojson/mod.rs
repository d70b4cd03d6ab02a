//! GeoJSON (RFC 7946) and its streams, newline-delimited and RFC 8142: read in pieces from files of any size, and written straight
//! from batches.

mod lexer;
mod parse;
mod read;
mod shape;
mod text;
mod write;

pub(crate) use parse::{Features, RawFeature, RawValue};
pub use read::open;
pub(crate) use text::write_int;
pub use text::{write_fixed, write_float, write_string};
pub(crate) use write::is_clockwise;
pub use write::{DEGREE_DECIMALS, GeoJsonWriter, METRE_DECIMALS, write_geometry};
