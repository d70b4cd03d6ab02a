//! Events as the world writes them: QuakeML, FDSN text, NDK, ISF, USGS GeoJSON, CAP, Atom; each read and written in one place.
//!
//! Writers take an [`EventRow`] or an event with all its solutions ([`terrane_hazard::event`]); which rows, and in what order, is not
//! decided here.

pub mod quakeml;
mod row;

pub use row::EventRow;
