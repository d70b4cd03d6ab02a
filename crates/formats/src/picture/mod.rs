//! Pictures: PNG.
