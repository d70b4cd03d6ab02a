//! Mapbox Vector Tile 2.1 (<https://github.com/mapbox/vector-tile-spec/tree/master/2.1>): shapes in tile units and columns of batches
//! become the bytes of a layer. Checks no geometry: `drawing::tile` makes it valid.

mod protobuf;
mod shape;
mod values;
mod write;

pub use shape::{Shape, ShapeKind, double_area};
pub use write::{LayerWriter, TagColumn};

/// As HTTP names it.
pub const MEDIA_TYPE: &str = "application/vnd.mapbox-vector-tile";
/// Units of a tile from one side to the other.
pub const EXTENT: u32 = 4_096;
