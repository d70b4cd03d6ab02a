//! The engine over a store in memory: questions in, answers out, compared with answers worked out by other means.

#![allow(clippy::panic, clippy::unwrap_used)]

mod cache;
mod catalogue;
mod editions;
mod features;
mod geology;
mod grids;
mod import;
mod info;
mod kit;
mod near;
mod paging;
mod picture;
mod pool;
mod summary;
mod vector_tile;
