//! OGC Filter Encoding 2.0 (09-026r2), and 1.1 and 1.0 as they are still sent. Elements are known by their local names.
//!
//! Literals have no type in XML: each takes that of what it is compared with. Geometry comes out in the CRS of the schema.

mod operand;
mod place;
mod read;
mod time;

pub use read::{COMPARISONS, LOGIC, SPATIAL, TEMPORAL, read, read_text};

use crate::features::gml::CrsName;
use terrane_model::limits::Limits;
use terrane_model::{FeatureId, Result, Schema};

/// What a name in a filter stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// A column, or the geometry, as the schema calls it.
    Column(String),
    /// The identity of the row (`@gml:id`).
    Identity,
    /// A property that GML gives every feature (`gml:name`, `gml:boundedBy` …) and that no row here has: its local name.
    Standard(&'static str),
}

/// The properties that GML gives every feature (GML 3.2.1, 7.2.4 and 9.4.1; GML 3.1.1 alike), by their local names.
pub const STANDARD: [&str; 7] =
    ["metaDataProperty", "description", "descriptionReference", "identifier", "name", BOUNDED_BY, "location"];

/// The envelope of a feature: no single value, so that it cannot be compared with one.
pub const BOUNDED_BY: &str = "boundedBy";

/// What names in a filter mean, and what it may be.
pub struct Context<'a> {
    /// The rows' schema.
    pub schema: &'a Schema,
    /// What a value reference stands for, with the namespace that its last prefix is bound to; `None` when it is nothing here.
    /// References are looked up, never evaluated.
    pub name: &'a dyn Fn(&str, Option<&str>) -> Option<Name>,
    /// The identity in a `gml:id`; `None` when it is of nothing that is asked, an error when it cannot be asked for here.
    pub identity: &'a dyn Fn(&str) -> Result<Option<Vec<FeatureId>>>,
    /// The CRS of geometry that names none.
    pub crs: &'a CrsName,
    /// The node's limits.
    pub limits: &'a Limits,
}
