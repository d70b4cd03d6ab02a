//! Esri Shapefile (Esri 1998) with its companions: `.shp` places, `.dbf` values, `.prj` CRS, `.cpg` encoding.
//!
//! Nothing in a header is believed beyond the bytes that are there. The `.shx` index is not needed, as records follow one another.

mod dbf;
mod read;
mod rings;
mod shp;
mod write;

pub use read::{FileSet, open};
pub use write::write;
