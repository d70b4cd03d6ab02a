//! Coordinate reference systems: names, facts, transforms, and the operation that a transform uses with its accuracy.
//!
//! PROJ lives here and nowhere else. Inside Terrane positions are x then y; the authority's axis order is only reported, so
//! that protocols can honour it.

pub mod area;
mod bounds;
mod domain;
mod facts;
mod identify;
mod kernel;
mod library;
mod memo;
mod operation;
mod pipeline;
pub mod registry;
pub mod scale;
mod spelling;
mod transform;
mod wkt;

pub use domain::domain;
pub use facts::{CrsInfo, info};
pub use identify::identify;
pub use library::init;
pub use operation::Operation;
pub use spelling::parse;
pub use transform::Transform;
pub use wkt::{WktKind, wkt};
