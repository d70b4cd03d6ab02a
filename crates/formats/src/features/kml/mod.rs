//! KML 2.2 (OGC 07-147r2): rows with their looks, for Google Earth and the like. Written only.

mod write;

pub use write::{KmlHead, KmlWriter, Look, kmz, overlay};
