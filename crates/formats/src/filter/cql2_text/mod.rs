//! CQL2 as text (OGC 21-065r2): read into filters with limits and places of mistakes, and written again.

mod parse;
mod write;

pub(in crate::filter) use parse::no_geometry_function;
pub use parse::parse;
pub use write::write;
