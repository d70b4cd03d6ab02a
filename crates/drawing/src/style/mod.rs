//! The style model: rules with a filter and a scale range, and ordered symbolizers whose lengths carry a unit.
//!
//! `README.md` in this folder is the reference of its JSON, `style.schema.json` the same for machines.

mod check;
mod colour;
pub(crate) mod columns;
mod defaults;
mod filters;
mod length;
mod maplibre;
mod palettes;
mod property;
mod read;
pub mod sld;
mod symbolizer;
mod template;
mod write;

#[cfg(test)]
mod tests;

pub use colour::Colour;
pub(crate) use columns::band_place;
pub use length::{Length, Unit};
pub use maplibre::{MapLibre, TileSource};
pub use property::{ByColumn, Curve, Mapping, Property, Styled};
pub use symbolizer::{
    Anchor, BandName, Cap, Fill, Hillshade, Join, Label, Line, Mark, Raster, RasterSource, Resampling, Shape, Stroke,
    Symbolizer,
};
pub use template::{Part as TemplatePart, Template};

use terrane_model::filter::Filter;
use terrane_model::grid::GridSchema;
use terrane_model::{LocalText, Result, Schema};

/// The JSON Schema of the style's JSON (draft 2020-12).
pub const JSON_SCHEMA: &str = include_str!("style.schema.json");

/// How a dataset is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// Its name in addresses, when the document says one.
    pub name: Option<String>,
    /// Its title, by language.
    pub title: LocalText,
    /// Its rules. A row is drawn by every rule that it meets.
    pub rules: Vec<Rule>,
    /// What comes on top of what.
    pub order: Order,
    /// Whether areas are a tessellation: neighbours then meet without a seam. Where they do overlap the later one is on top.
    pub coverage: bool,
    /// The order in which rows are drawn; as they come when absent.
    pub sort_by: Option<SortBy>,
}

/// What comes on top of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The first symbolizers of all rows, then the second ones: casings run below all lines.
    Level,
    /// All of one row, then all of the next.
    Feature,
}

/// The order in which rows are drawn; the last is on top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortBy {
    /// By this column. Rows without a value come first.
    pub column: String,
    /// The greatest first, so that the least are on top.
    pub descending: bool,
}

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What it means, by language.
    pub title: LocalText,
    /// Which rows; all when absent.
    pub filter: Option<Filter>,
    /// Only rows that no other rule draws at this scale.
    pub otherwise: bool,
    /// From this scale denominator on, itself included.
    pub min_scale: Option<f64>,
    /// Up to this scale denominator, itself excluded.
    pub max_scale: Option<f64>,
    /// What is drawn, the first at the bottom.
    pub symbolizers: Vec<Symbolizer>,
    /// Where the legend takes its words from, when not from the title.
    pub legend: Option<LegendWords>,
}

/// Columns that a legend takes its words from: one entry per distinct label and look, in the order of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegendWords {
    /// The column of the label in each language.
    pub label: Vec<String>,
    /// The language of each column of `label`.
    pub languages: Vec<String>,
    /// Columns of the headings above, one per language; none when empty.
    pub group: Vec<String>,
}

impl Rule {
    /// A rule for every row at every scale.
    pub fn of(symbolizers: Vec<Symbolizer>) -> Self {
        Self {
            title: LocalText::default(),
            filter: None,
            otherwise: false,
            min_scale: None,
            max_scale: None,
            symbolizers,
            legend: None,
        }
    }

    /// Whether it draws at a scale denominator.
    pub fn draws_at(&self, scale_denominator: f64) -> bool {
        self.min_scale.is_none_or(|least| scale_denominator >= least)
            && self.max_scale.is_none_or(|most| scale_denominator < most)
    }
}

impl Style {
    /// A style of some rules, without a name.
    pub fn of(rules: Vec<Rule>) -> Self {
        Self { name: None, title: LocalText::default(), rules, order: Order::Level, coverage: false, sort_by: None }
    }

    /// Reads Terrane's style JSON; errors name the path in the document.
    pub fn from_json(text: &str) -> Result<Self> {
        read::style(text)
    }

    /// Writes Terrane's style JSON.
    pub fn to_json(&self) -> String {
        write::style(self)
    }

    /// A good style for rows about which nothing is known but the schema and a sample of them.
    pub fn default_for_features(schema: &Schema, sample: &[terrane_model::Batch]) -> Self {
        defaults::features(schema, sample)
    }

    /// A good style for a grid; `sample` is a coarse window of it.
    pub fn default_for_grid(schema: &GridSchema, sample: &terrane_model::grid::Window) -> Self {
        defaults::grid(schema, sample)
    }

    /// The columns that drawing needs at a scale denominator, each once, sorted; geometry only when a filter names it.
    pub fn columns_at(&self, scale_denominator: f64) -> Vec<String> {
        columns::at_scale(self, scale_denominator)
    }

    /// Of those, the ones that decide how a row looks; the words of labels do not.
    pub fn look_columns_at(&self, scale_denominator: f64) -> Vec<String> {
        columns::look_at_scale(self, scale_denominator)
    }

    /// The columns that the legend needs besides those of drawing, each once, sorted.
    pub fn legend_columns(&self) -> Vec<String> {
        columns::of_legend(self)
    }

    /// The bands that drawing needs at a scale denominator, by place in the schema, each once, ascending.
    pub fn bands_at(&self, scale_denominator: f64, schema: &GridSchema) -> Vec<usize> {
        columns::bands(self, scale_denominator, schema)
    }

    /// Checks names and kinds against the schema; an error names the rule and the column.
    pub fn check(&self, schema: &Schema) -> Result<()> {
        check::features(self, schema)
    }

    /// Checks bands against the schema of a grid.
    pub fn check_grid(&self, schema: &GridSchema) -> Result<()> {
        check::grid(self, schema)
    }
}
