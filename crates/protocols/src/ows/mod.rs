//! OGC web services: WMS 1.3.0 and 1.1.1 (and what old clients call 1.1.0 and 1.0.0), WMTS 1.0.0, WFS 2.0 and 1.1.0.

pub mod answer;
pub mod ask;
mod codes;
pub mod describe;
mod gml;
mod info;
mod overlay;
mod profile;
mod routes;
mod serve;
mod views;
pub mod wfs;
pub mod wmts;

pub use routes::routes;
