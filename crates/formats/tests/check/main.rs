//! The inspector of imports: clean data says nothing, each fault says its own, and GEOS is the witness of what is valid.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, missing_docs)]

mod coverage;
mod geometry;
mod repair;
mod support;
mod values;
