//! Giving up what reading a file does not need, where only the bounds of POSIX are known.

pub use super::bounds::set as confine;
