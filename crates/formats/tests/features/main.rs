//! Readers and writers of features, seen from outside: round trips, other programs as witnesses, hostile files.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, missing_docs)]

mod csv;
mod display;
mod display_damage;
mod encodings;
mod gdal;
mod geojson_reading;
mod geojson_writing;
mod geopackage;
mod round_trip;
mod shapefile;
mod support;
mod wkb;
