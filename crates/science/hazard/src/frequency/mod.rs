//! How often earthquakes of which magnitude happen: counts per magnitude, completeness, and the law of Gutenberg and Richter.
//!
//! Everything is computed from counts per bin, so that a million events are handed over as some dozens of numbers; a list of
//! magnitudes becomes counts by [`Histogram::of`].

mod completeness;
mod histogram;
mod value;

pub use completeness::{CompleteBin, Completeness, Period, PeriodsRate, Weichert, kijko_smit, weichert};
pub use histogram::{Histogram, is_magnitude};
pub use value::{GutenbergRichter, Mc, gutenberg_richter, maximum_curvature};
