//! Levels of detail: neighbours that still fit, rings that stay rings, borders that stay where they were.
#![allow(clippy::panic)]

mod hostile;
mod lines;
mod neighbours;
mod small;
mod support;
mod tessellation;
