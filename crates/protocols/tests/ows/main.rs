//! WMS, asked as clients ask: a router over stores in memory.

#![allow(clippy::panic, clippy::type_complexity)]

mod describe;
mod errors;
mod golden;
mod ground;
mod hostile;
mod info;
#[allow(dead_code)] // shared with the tests of OGC API, which use all of it
#[path = "../ogcapi/kit.rs"]
mod kit;
mod legends;
mod picture;
mod sld;
mod views;
mod wfs;
mod wmts;
