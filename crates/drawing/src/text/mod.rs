//! Text: fonts, shaping with fallback between scripts, and drawing of glyphs.
//!
//! One line at a time, left to right: runs of right-to-left scripts are shaped rightly, but not put in order among others.

mod fonts;
mod glyphs;
mod pencil;
mod shaping;

pub use fonts::Fonts;
pub use pencil::Pencil;
pub(crate) use pencil::Placed;
pub use shaping::Shaped;

#[cfg(test)]
mod tests;
