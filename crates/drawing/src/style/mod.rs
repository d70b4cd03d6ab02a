//! The style model: rules with a filter and a scale range, and ordered symbolizers whose lengths carry a unit.

use terrane_model::grid::GridSchema;
use terrane_model::{Result, Schema};

/// How a dataset is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {}

impl Style {
    /// Reads Terrane's style JSON; errors name the path in the document.
    pub fn from_json(text: &str) -> Result<Self> {
        let _ = text;
        unimplemented!()
    }
    /// Writes Terrane's style JSON.
    pub fn to_json(&self) -> String {
        unimplemented!()
    }
    /// A good style for rows about which nothing is known but the schema and a sample of them.
    pub fn default_for_features(schema: &Schema, sample: &[terrane_model::Batch]) -> Self {
        let _ = (schema, sample);
        unimplemented!()
    }
    /// A good style for a grid; `sample` is a coarse window of it.
    pub fn default_for_grid(schema: &GridSchema, sample: &terrane_model::grid::Window) -> Self {
        let _ = (schema, sample);
        unimplemented!()
    }
    /// The columns that drawing needs at a scale denominator.
    pub fn columns_at(&self, scale_denominator: f64) -> Vec<String> {
        let _ = scale_denominator;
        unimplemented!()
    }
    /// Checks names and kinds against the schema.
    pub fn check(&self, schema: &Schema) -> Result<()> {
        let _ = schema;
        unimplemented!()
    }
}
