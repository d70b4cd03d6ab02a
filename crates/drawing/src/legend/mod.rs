//! Legends as data: what each rule of a style looks like and means.

mod entries;
mod fixed;
mod numbers;
mod picture;
mod swatch;

#[cfg(test)]
mod tests;

use crate::style::Style;
use crate::text::Fonts;
use terrane_model::filter::Filter;
use terrane_model::grid::GridSchema;
use terrane_model::picture::Picture;
use terrane_model::{LocalText, Schema};

/// A legend.
#[derive(Debug, Clone)]
pub struct Legend {
    /// Its entries, top first.
    pub items: Vec<LegendItem>,
    /// The colour ramp of a grid, or of rows whose colour follows from a number.
    pub ramp: Option<Ramp>,
    /// Device pixels for each standard pixel of 0.28 mm, in which its swatches are drawn.
    pub scale_px: f64,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct LegendItem {
    /// The heading it stands under; empty for none. Entries under one heading follow each other.
    pub group: LocalText,
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
    /// What it shows; empty when nothing says it.
    pub title: LocalText,
    /// The unit of the values.
    pub unit: Option<String>,
    /// Values and colours, from low to high.
    pub stops: Vec<(f64, [u8; 4])>,
}

/// The legend of a style. `sample` rows make entries of styles that take colour from a column (one entry per distinct
/// label and colour, in the order of the rows). `scale_px` is how many device pixels stand for one of 0.28 mm: 1 normally.
pub fn legend(style: &Style, schema: Option<&Schema>, sample: &[terrane_model::Batch], scale_px: f64) -> Legend {
    entries::of_rows(style, schema, sample, sane(scale_px))
}

/// The legend of a style for a grid.
pub fn grid_legend(style: &Style, schema: &GridSchema, scale_px: f64) -> Legend {
    entries::of_grid(style, schema, sane(scale_px))
}

/// The legend as one picture with its labels in the first language that each has, with the fonts that are built in.
pub fn picture(legend: &Legend, languages: &[&str]) -> Picture {
    picture::draw(legend, languages, &Fonts::built_in())
}

/// The legend as one picture with its labels in the first language that each has.
pub fn picture_with(legend: &Legend, languages: &[&str], fonts: &Fonts) -> Picture {
    picture::draw(legend, languages, fonts)
}

fn sane(scale_px: f64) -> f64 {
    if scale_px.is_finite() { scale_px.clamp(0.25, 8.0) } else { 1.0 }
}
