//! Files of events, read and written: real ones where they are at hand (TERRANE_DATA names their folder), small ones always.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, missing_docs)]

mod changed;
mod formats;
mod quakeml;
mod support;
