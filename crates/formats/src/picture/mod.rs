//! Pictures: PNG.

pub mod png;
