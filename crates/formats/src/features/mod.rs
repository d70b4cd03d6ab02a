//! Rows with a place, as files hold them: GeoPackage, GeoJSON, Shapefile and CSV, each read and written in one place.
//!
//! Every reader is a [`terrane_model::FeatureSource`] that reads the file from its beginning at each scan, a batch at a time, and
//! leaves filtering and sorting to the engine; only [`geopackage::GeoPackageSource`], over files of ours, answers more.

pub(crate) mod file;
mod guess;
mod likely;
mod mix;
pub(crate) mod needs;
pub(crate) mod place;
pub(crate) mod remarks;
pub(crate) mod times;
pub(crate) mod transcode;
mod wkt;

pub mod csv;
pub mod encoding;
pub mod geojson;
pub mod geopackage;
pub mod geosciml;
pub mod gml;
pub mod kml;
pub mod shapefile;
pub mod wkb;

pub(crate) use guess::is_date;
