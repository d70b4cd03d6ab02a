//! A mapping: how the columns and the values of a survey's own tables are told in the fields and terms of shared views.
//!
//! It is a small file that people read, confirm and use again for the next sheet. Each layer of it fits one kind of table.

mod check;
mod headings;
mod propose;
mod report;
mod text;

pub use propose::{Proposal, propose};
pub use report::{Coverage, CoverageRow, Tuple, coverage};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use terrane_model::schema::GeometryKind;
use terrane_model::{Error, Result, Schema};

/// The format of mappings that this program writes.
pub const FORMAT: u32 = 1;

/// How a survey's tables are told in shared terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The format, [`FORMAT`].
    pub mapping: u32,
    /// What it is for, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The edition of the chronostratigraphic chart that its ages are of.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub chart: String,
    /// The language of labels made from terms, a BCP 47 tag.
    #[serde(default = "english")]
    pub language: String,
    /// What the identifiers of features begin with, before the identity of their row; `urn:x-terrane:DATASET:` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier_prefix: Option<String>,
    /// One entry per view and kind of table.
    pub layers: Vec<Layer>,
}

fn english() -> String {
    "en".to_owned()
}

/// How one kind of table is told in one view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// The view, `GeologicUnitView`.
    pub view: String,
    /// What the rows of its tables are, when tables of other kinds have the same columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geometry: Option<Shape>,
    /// Fields that come straight from columns or are the same for all rows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Source>,
    /// What values of columns mean, by kind of term.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub terms: BTreeMap<String, Table>,
    /// Whether only rows whose values have a meaning in this kind of term are of the view.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
}

/// What rows are on a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Units.
    Area,
    /// Faults, contacts.
    Line,
    /// Mines, boreholes.
    Point,
}

impl Shape {
    /// What rows of a kind of geometry are; nothing where they can be any.
    pub fn of(schema: &Schema) -> Option<Self> {
        match schema.geometry.as_ref()?.kind.part() {
            GeometryKind::Polygon => Some(Self::Area),
            GeometryKind::LineString => Some(Self::Line),
            GeometryKind::Point => Some(Self::Point),
            _ => None,
        }
    }
}

/// Where a field comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// One column.
    Column(String),
    /// Several columns, joined by a comma and a blank; those without a value are passed over.
    Columns(Vec<String>),
    /// The same text for all rows.
    Text(String),
    /// The same number for all rows.
    Number(f64),
}

/// What values of one column, or of several together, mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The columns that are read together; none when all rows mean the same.
    pub columns: Vec<String>,
    /// What they say, and what it means.
    pub values: Vec<Entry>,
}

/// What one combination of values means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The values, one per column; null where there is none.
    pub when: Vec<Option<String>>,
    /// The term of a vocabulary, or its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// The rocks that a unit consists of, the main one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// What happened to it and when, the one that represents it first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// Why rows with these values are not of the view.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_out: Option<String>,
    /// How sure the proposal was, 0 to 1; absent once a person has said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// A remark for those who read the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A rock in a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The term of `simplelithology`, or its address.
    pub lithology: String,
    /// A term of `geologicunitpartrole`: `only_part`, `part_of`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// A term of `proportionterm`: `predominant`, `minor`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proportion: Option<String>,
}

/// Something that happened in geologic time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// What: a term of `eventprocess`, such as `deposition`, `accretion`, `intrusion` or `metamorphic_process`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// The unit of the chart in which it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older: Option<String>,
    /// The unit of the chart in which it ended; the same as `older` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub younger: Option<String>,
    /// When it began, millions of years ago, over what `older` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older_ma: Option<f64>,
    /// When it ended, millions of years ago, over what `younger` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub younger_ma: Option<f64>,
}

impl Entry {
    /// Whether it says what the values mean.
    pub fn has_meaning(&self) -> bool {
        self.term.is_some() || !self.parts.is_empty() || !self.events.is_empty()
    }
}

impl Mapping {
    /// An empty mapping of today's format.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            mapping: FORMAT,
            title: title.into(),
            chart: crate::time::chart().version().to_owned(),
            language: english(),
            identifier_prefix: None,
            layers: Vec::new(),
        }
    }

    /// Reads a mapping and checks it; an error names the layer, the table and the value.
    pub fn from_json(text: &str) -> Result<Self> {
        let mapping: Self = serde_json::from_str(text)
            .map_err(|error| Error::invalid(format!("This is not a mapping: {error}.")).at("mapping"))?;
        check::check(&mapping)?;
        Ok(mapping)
    }

    /// Writes it as people read it: one value per line.
    pub fn to_json(&self) -> String {
        // A mapping consists of texts and numbers, which JSON can always say.
        let mut text = text::written(&serde_json::to_value(self).unwrap_or_default());
        text.push('\n');
        text
    }

    /// Its layers that fit a table, in order: what they read is among the table's own columns, and its rows are what they tell.
    pub fn layers_for<'a>(&'a self, schema: &'a Schema) -> impl Iterator<Item = &'a Layer> + 'a {
        let has = |name: &&str| schema.kept().any(|column| column.name == **name);
        let shape = Shape::of(schema);
        let is_shape = move |layer: &&Layer| layer.geometry.is_none() || shape.is_none() || layer.geometry == shape;
        self.layers.iter().filter(is_shape).filter(move |layer| layer.columns().iter().all(&has))
    }
}

impl Layer {
    /// The columns of the table that it reads, each once.
    pub fn columns(&self) -> Vec<&str> {
        let of_fields = self.fields.values().flat_map(Source::columns);
        let of_terms = self.terms.values().flat_map(|table| table.columns.iter().map(String::as_str));
        let mut names: Vec<&str> = of_fields.chain(of_terms).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Source {
    fn columns(&self) -> Vec<&str> {
        match self {
            Self::Column(name) => vec![name],
            Self::Columns(names) => names.iter().map(String::as_str).collect(),
            Self::Text(_) | Self::Number(_) => Vec::new(),
        }
    }
}
