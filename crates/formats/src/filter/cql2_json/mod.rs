//! CQL2 as JSON (OGC 21-065r2): read into filters with limits and places of mistakes, and written again.

mod geometry;
mod parse;
mod write;

pub use parse::{from_value, parse};
pub use write::{to_value, write};
