//! What is drawn, measured: areas, seams, widths, tiles, hostile data, grids, legends, and a few pictures kept as they should be.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;
mod fills;
mod golden;
mod grids;
mod hostile;
mod lines;
mod pictures;
mod points;
mod reference;
mod resampling;
mod rules;
mod tiles;
