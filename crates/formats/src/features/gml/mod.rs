//! GML for simple features: 3.2.1 (ISO 19136) and 3.1.1 written, and read as far as filters have it, GML 2 included.
//!
//! Axis order is that of the spelling of the CRS, see [`CrsName`].

mod crs;
mod names;
mod read;
mod shape;
mod time;
mod write;

pub use crs::CrsName;
pub use names::{decode_id, element_name, encode_id};
pub use read::{child, children, geometry};
pub use shape::{CoordinateForm, write_geometry};
pub use time::{Period, period};
pub use write::{Builder, Content, FeaturePlan, FeatureWriter, Property, write_value};

/// A version of GML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Version {
    V311,
    V321,
}

impl Version {
    /// Its namespace.
    pub fn namespace(self) -> &'static str {
        match self {
            Self::V311 => "http://www.opengis.net/gml",
            Self::V321 => "http://www.opengis.net/gml/3.2",
        }
    }

    /// Where its schema is.
    pub fn schema(self) -> &'static str {
        match self {
            Self::V311 => "http://schemas.opengis.net/gml/3.1.1/base/gml.xsd",
            Self::V321 => "http://schemas.opengis.net/gml/3.2.1/gml.xsd",
        }
    }
}
