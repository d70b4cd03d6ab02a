//! Pixels and how ink comes to them: areas, lines and stamps. Knows nothing of styles' rules, rows or text.

pub mod accumulator;
pub mod borders;
pub mod clip;
pub mod hairline;
pub mod mask;
pub mod mosaic;
pub mod path;
pub mod pixels;
mod shapes;
pub mod stamps;
pub mod stroke;
pub mod taken;
pub mod walk;

use self::pixels::{Pixels, ink};
use self::taken::Taken;
use crate::style::Colour;
use crate::view::View;
use terrane_model::picture::Picture;

/// Pixels being drawn on.
pub struct Canvas {
    view: View,
    pub(crate) pixels: Pixels,
    /// Where words stand, of all layers so far.
    pub(crate) taken: Taken,
}

impl Canvas {
    /// A canvas of the view's size; `background` is red, green, blue, alpha.
    pub fn new(view: &View, background: [u8; 4]) -> Self {
        let pixels = Pixels::filled(view.width_px as usize, view.height_px as usize, ink(Colour(background), 1.0));
        Self { view: view.clone(), pixels, taken: Taken::default() }
    }

    /// What it shows.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// The picture.
    pub fn into_picture(self) -> Picture {
        self.pixels.into_picture()
    }
}
