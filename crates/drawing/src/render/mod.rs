//! Draws rows and windows on pixels.

use crate::style::Style;
use crate::view::View;
use terrane_model::grid::{GridSchema, Window};
use terrane_model::picture::Picture;
use terrane_model::{Batch, Result, Schema};

/// Pixels being drawn on.
pub struct Canvas {}

impl Canvas {
    /// A canvas of the view's size; `background` is red, green, blue, alpha.
    pub fn new(view: &View, background: [u8; 4]) -> Self {
        let _ = (view, background);
        unimplemented!()
    }
    /// The picture.
    pub fn into_picture(self) -> Picture {
        unimplemented!()
    }
}

/// Draws one layer of rows: add all batches (already in the view's CRS), then paint.
pub struct Painter {}

impl Painter {
    /// A painter for rows of a schema (as the batches will have it: filters and values are looked up by name).
    pub fn new(style: &Style, schema: &Schema, view: &View) -> Result<Self> {
        let _ = (style, schema, view);
        unimplemented!()
    }
    /// Gathers rows; geometry may reach beyond the view and is clipped.
    pub fn add(&mut self, batch: &Batch) -> Result<()> {
        let _ = batch;
        unimplemented!()
    }
    /// Draws everything gathered, symbol level by symbol level, the whole layer at an opacity of 0 to 1.
    pub fn paint(self, canvas: &mut Canvas, opacity: f64) {
        let _ = (canvas, opacity);
        unimplemented!()
    }
}

/// How to find the sample under each pixel of the view when the window is in another CRS.
pub trait GroundLookup {
    /// Moves positions of the view's CRS to the window's CRS, in place; NaN where there is none.
    fn to_window(&self, positions: &mut [[f64; 2]]);
}

/// Draws one layer that is a grid: resamples the window to the view's pixels and colours it.
pub fn paint_window(
    style: &Style,
    schema: &GridSchema,
    window: &Window,
    lookup: &dyn GroundLookup,
    canvas: &mut Canvas,
) -> Result<()> {
    let _ = (style, schema, window, lookup, canvas);
    unimplemented!()
}
