//! What part of the ground a picture shows, and at which scale.

use terrane_model::{Bbox, Crs};

/// The standard's pixel, millimetres (OGC SLD 1.0, 0.28 mm): scale denominators count in it.
pub const PIXEL_MM: f64 = 0.28;

/// A picture's ground.
///
/// The scale decides; zoom is derived from it (`zoom = log2(279 541 132 / denominator)` for 512 px tiles, 0.28 mm pixels).
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// The CRS of the box and of everything drawn.
    pub crs: Crs,
    /// The ground, x then y; never crossing (a view across 180° goes on past it, 170 to 190).
    pub bbox: Bbox,
    /// Pixels from left to right.
    pub width_px: u32,
    /// Pixels from top to bottom.
    pub height_px: u32,
    /// The size of a pixel as drawn, millimetres: 0.28 normally, less when the picture is made for a sharper screen.
    pub pixel_mm: f64,
    /// The scale denominator at the middle of the view, which picks the rules of a style.
    pub scale_denominator: f64,
}

impl View {
    /// Ground units per pixel, x and y.
    pub fn step(&self) -> [f64; 2] {
        [self.bbox.width() / f64::from(self.width_px), self.bbox.height() / f64::from(self.height_px)]
    }
    /// From ground to pixels: (0, 0) is the upper left corner of the picture.
    pub fn pixel(&self, ground: [f64; 2]) -> [f64; 2] {
        let [step_x, step_y] = self.step();
        [(ground[0] - self.bbox.min[0]) / step_x, (self.bbox.max[1] - ground[1]) / step_y]
    }
    /// Pixels of a length in millimetres on paper.
    pub fn pixels_of_mm(&self, length_mm: f64) -> f64 {
        length_mm / self.pixel_mm
    }
}
