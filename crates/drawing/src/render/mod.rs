//! Draws rows and windows on pixels.

mod bound;
mod brush;
mod grid;
mod labels;
mod painter;
mod places;
mod rules;
mod symbols;
mod tessellation;
mod to_pixels;

pub use crate::canvas::Canvas;
pub use grid::{GridPainter, GroundLookup, paint_window};
pub use painter::Painter;
