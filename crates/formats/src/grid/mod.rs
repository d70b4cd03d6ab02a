//! Grids: values on axes.

pub mod geotiff;
mod sample;
mod tiff;
