//! How things are written: each format in one place, reading and writing side by side.
//!
//! Readers implement the source traits of `model`, so that every reader passes the same suite as every store.

pub mod about;
pub mod check;
pub mod context;
mod curve;
pub mod display;
pub mod events;
pub mod features;
pub mod filter;
pub mod grid;
pub mod picture;
pub mod services;
pub mod tile;
pub mod vocabulary;
pub mod xml;
