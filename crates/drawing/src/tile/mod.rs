//! Rows as shapes of a vector tile: cut to the tile and a margin, put on its grid of whole numbers, valid there. Writes no bytes
//! (`formats::tile`) and reads no rows.

mod clip;
mod cut;
mod dust;
mod frame;
mod meet;
mod mosaic;
mod nest;
mod repair;
mod ring;
mod trace;

pub use cut::{Cutter, Row, Tally};
pub use frame::{BUFFER, Frame, Grain};
pub use mosaic::Mosaic;
