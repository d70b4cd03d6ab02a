//! OGC API and pages, asked as clients ask: a router over a store in memory.

#![allow(clippy::panic, clippy::type_complexity)]

mod answers;
mod axes;
mod errors;
mod events;
mod hostile;
mod kit;
mod maps;
mod pages;
mod summary;
mod tiles;
mod vocabularies;
