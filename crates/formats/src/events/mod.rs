//! Events as the world writes them: QuakeML, FDSN text, NDK, ISF, USGS GeoJSON, CAP, Atom; each read and written in one place.
//!
//! Writers take an [`EventRow`] or an event with all its solutions ([`terrane_hazard::event`]); which rows, and in what order, is not
//! decided here.

pub mod atom;
pub mod cap;
mod columns;
pub mod comcat_csv;
pub mod fdsn_text;
mod file;
pub mod isf;
mod lines;
mod moment;
pub mod ndk;
pub mod quakeml;
mod row;
mod solution;
mod tree_row;
pub mod usgs_geojson;

pub use file::{Format, open};
pub use row::EventRow;
pub use tree_row::{event_id, row_of};

use serde_json::Value;
use terrane_model::report::Finding;

/// One event as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What is preferred of it.
    pub row: EventRow<'static>,
    /// All its solutions, when the format has them.
    pub tree: Option<Value>,
    /// What was tolerated.
    pub remarks: Vec<Finding>,
}
