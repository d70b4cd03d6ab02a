//! From ground to pixels.

use crate::view::View;

/// From ground to pixels of a view.
#[derive(Debug, Clone, Copy)]
pub struct ToPixels {
    origin: [f64; 2],
    scale: [f64; 2],
}

impl ToPixels {
    /// Of a view.
    pub fn of(view: &View) -> Self {
        let [step_x, step_y] = view.step();
        Self { origin: [view.bbox.min[0], view.bbox.max[1]], scale: [1.0 / step_x, -1.0 / step_y] }
    }

    /// A position; (0, 0) is the upper left corner of the picture.
    #[inline]
    pub fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [(x - self.origin[0]) * self.scale[0], (y - self.origin[1]) * self.scale[1]]
    }

    /// A box as left, top, right and bottom.
    #[inline]
    pub fn bbox(&self, [west, south, east, north]: [f64; 4]) -> [f64; 4] {
        let ([left, top], [right, bottom]) = (self.at([west, north]), self.at([east, south]));
        [left, top, right, bottom]
    }
}
