//! Shapes of vector tiles: whatever comes in, what goes out is valid.

#![allow(clippy::panic)]

mod hostile;
mod kit;
mod mosaic;
mod shapes;
