//! Styled Layer Descriptor 1.0.0 (02-070) and 1.1.0 (05-078r4) with Symbology Encoding 1.1.0 (05-077r4), read and written.
//!
//! Reading tells what was taken over exactly, what was approximated and what was left out, each with its place. Nothing that a
//! document names is ever fetched.

mod fidelity;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use fidelity::{Fidelity, How, Remark};
pub use read::{Look, is_sld, read, read_node};
pub use write::{Described, Written};

use super::Style;
use terrane_model::grid::GridSchema;
use terrane_model::{Filter, Schema};

/// A version of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// SLD 1.0.0.
    V100,
    /// SLD 1.1.0 with SE 1.1.0.
    V110,
}

impl Version {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::V100 => "1.0.0",
            Self::V110 => "1.1.0",
        }
    }
}

/// What a layer of the document draws.
#[derive(Debug, Clone)]
pub enum Subject {
    /// Rows of a schema.
    Rows(Schema),
    /// A grid.
    Grid(GridSchema),
    /// Several datasets, such as all layers of a map: they have no common style.
    Several,
}

/// A document that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Sld {
    /// Its named layers, bottom first.
    pub layers: Vec<SldLayer>,
    /// What was made of it.
    pub fidelity: Fidelity,
}

/// A named layer.
#[derive(Debug, Clone, PartialEq)]
pub struct SldLayer {
    /// Its name; empty where the document is a style without a layer.
    pub name: String,
    /// Only these rows; geometry in it is in the CRS of the schema.
    pub filter: Option<Filter>,
    /// Its styles, each drawn after the one before.
    pub styles: Vec<SldStyle>,
}

/// A style of a named layer.
#[derive(Debug, Clone, PartialEq)]
pub enum SldStyle {
    /// One that the service has.
    Named(String),
    /// One that the document brings.
    Own {
        /// What it is.
        style: Style,
        /// Whether it is the one to take when none is named.
        is_default: bool,
    },
}

impl SldLayer {
    /// The style of its own with a name, or without one the default, which is else the first.
    pub fn own(&self, name: Option<&str>) -> Option<&Style> {
        let own = || {
            self.styles.iter().filter_map(|style| match style {
                SldStyle::Own { style, is_default } => Some((style, *is_default)),
                SldStyle::Named(_) => None,
            })
        };
        match name {
            Some(name) => own().find(|(style, _)| style.name.as_deref() == Some(name)).map(|(style, _)| style),
            None => own().find(|(_, is_default)| *is_default).or_else(|| own().next()).map(|(style, _)| style),
        }
    }
}
