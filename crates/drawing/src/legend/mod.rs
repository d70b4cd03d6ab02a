//! Legends as data: what each rule of a style looks like and means.

use crate::style::Style;
use terrane_model::filter::Filter;
use terrane_model::picture::Picture;
use terrane_model::{LocalText, Schema};

/// A legend.
#[derive(Debug, Clone)]
pub struct Legend {
    /// Its entries, top first.
    pub items: Vec<LegendItem>,
    /// The colour ramp of a grid.
    pub ramp: Option<Ramp>,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct LegendItem {
    /// What it means.
    pub label: LocalText,
    /// What it looks like.
    pub swatch: Picture,
    /// Which rows look so, when a filter says it.
    pub filter: Option<Filter>,
}

/// A colour ramp.
#[derive(Debug, Clone, PartialEq)]
pub struct Ramp {
    /// The unit of the values.
    pub unit: Option<String>,
    /// Values and colours, from low to high.
    pub stops: Vec<(f64, [u8; 4])>,
}

/// The legend of a style. `sample` rows make entries of styles that take colour from a column (one entry per distinct
/// label and colour, in the order of the rows).
pub fn legend(style: &Style, schema: Option<&Schema>, sample: &[terrane_model::Batch], scale_px: f64) -> Legend {
    let _ = (style, schema, sample, scale_px);
    unimplemented!()
}

/// The legend as one picture with its labels in the first language that each has.
pub fn picture(legend: &Legend, languages: &[&str]) -> Picture {
    let _ = (legend, languages);
    unimplemented!()
}
