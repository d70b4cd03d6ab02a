//! GeoPackage (OGC 12-128r17, version 1.3): strangers' files are read with every guard up, our own are written and scanned fast.
//!
//! # How a layer is stored
//!
//! One feature table with `fid INTEGER PRIMARY KEY`, `geom`, and a column for each column of the schema, rows in Hilbert order of
//! the centres of their boxes. QGIS and GDAL open it as any other GeoPackage. What the standard has no place for is kept so:
//!
//! - **Identity**: when all ids are whole numbers from 0 on, `fid` is the id. Otherwise a column `terrane_id` (INTEGER or TEXT, with a
//!   unique index) holds it.
//! - **Time** as well as it is known: a column of moments to the millisecond is a plain `DATETIME`, one of days a plain `DATE`. Any
//!   other gets, beside a `DATETIME` (or `TEXT`, when years leave 1 to 9999), the companions `<name>_earliest_us` and
//!   `<name>_latest_us` (microseconds since 1970), `<name>_precision` (0 bounds, 1 year, 2 month, 3 day, 4 minute, 5 moment) and, when
//!   any text says more than that, `<name>_stated_as`.
//! - **The schema itself** (names as given, titles by language, units, which columns are time, the CRS by name) is a JSON text in
//!   `gpkg_metadata` under [`RECORD_URI`]. A file with that record is one of ours; without it, it is a stranger's.
//!
//! NaN has no spelling in SQLite and becomes a missing value; so does −0, which becomes 0.

mod aside;
mod decode;
mod gather;
mod hilbert;
mod layer;
mod log;
mod open;
mod pushdown;
mod record;
mod rtree;
mod scan;
mod source;
mod spool;
mod stranger;
mod tables;
mod times;
mod write;

pub use log::{CHANGES, CHANGES_URI, Change, ChangeLog, LATEST, Logged};
pub use source::GeoPackageSource;
pub use stranger::open;
pub use write::write;

/// Names the metadata standard of our own record in `gpkg_metadata`.
pub const RECORD_URI: &str = "urn:terrane:layer:1";
