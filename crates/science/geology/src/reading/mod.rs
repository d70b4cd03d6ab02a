//! A layer of a mapping made ready for a table: which columns can be derived, what each row says in them, and how a question about
//! them is asked of the table itself.

mod cells;
mod columns;
mod narrow;
mod terms;

pub use columns::{COMPOSITION, DATASET, EVENTS, HIDDEN, Role, UNKNOWN};
pub use narrow::{Narrowed, Side};

use crate::mapping::{Layer, Mapping, Source};
use crate::view::{FieldKind, View};
use cells::Cells;
use std::sync::Arc;
use terms::Terms;
use terrane_model::batch::{Batch, ColumnData, Strings, Values};
use terrane_model::schema::{Column, ColumnKind, Schema};
use terrane_model::{Error, Filter, Result};

/// A layer of a mapping that fits a table.
pub struct Reading {
    view: &'static View,
    naming: Naming,
    table: Arc<Schema>,
    derived: Vec<Derived>,
    terms: Vec<Terms>,
    /// Of the table: which of its rows are of the view.
    members: Option<Filter>,
}

/// A column that can be derived.
struct Derived {
    column: Column,
    origin: Origin,
}

/// Where the values of a derived column come from.
enum Origin {
    /// The address of the row.
    Identifier,
    /// A column of the table, by name.
    Column(String),
    /// Columns of the table, joined.
    Joined(Vec<String>),
    /// The same for all rows.
    Text(String),
    /// The same for all rows.
    Number(f64),
    /// What the values that a table of terms reads mean.
    Meaning { terms: usize, cells: Cells },
    /// Not known of any row.
    Unknown,
}

/// What rows are called: the dataset, and what their identifiers begin with.
#[derive(Debug, Clone)]
pub struct Naming {
    /// The dataset that they are of.
    pub dataset: Arc<str>,
    /// Put before the identity of a row to make its `identifier`.
    pub prefix: Arc<str>,
}

impl Reading {
    /// Makes a layer ready for a table. Columns of the table that the layer names and the table lacks are an error.
    ///
    /// Of a view, fields that must hold an address say [`UNKNOWN`] where no term is known; columns beside a table's own are null there.
    pub fn new((mapping, layer): (&Mapping, &Layer), table: &Arc<Schema>, naming: &Naming, side: Side) -> Result<Self> {
        let view = View::named(&layer.view)
            .ok_or_else(|| Error::invalid(format!("There is no view “{}”.", layer.view)).at("mapping"))?;
        for name in layer.columns() {
            if table.column(name).is_none() {
                let say =
                    format!("The mapping of {} reads the column “{name}”, which the table does not have.", view.name);
                return Err(Error::invalid(say).at("mapping"));
            }
        }
        let terms = terms::compile(layer, table, &mapping.language)?;
        let members = terms::members(layer, &terms, table);
        let mut derived = columns::derive(view, layer, &terms, side);
        derived.extend(columns::of_dataset(naming));
        Ok(Self { view, naming: naming.clone(), table: Arc::clone(table), derived, terms, members })
    }

    /// The view that it tells the table in.
    pub fn view(&self) -> &'static View {
        self.view
    }

    /// Which rows of the table are of the view, asked of the table; all when absent.
    pub fn members(&self) -> Option<&Filter> {
        self.members.as_ref()
    }

    /// The schema of the view: its fields, then what only filters ask for; the geometry, time and key of the table.
    pub fn view_schema(&self) -> Schema {
        Schema {
            columns: self.derived.iter().map(|derived| derived.column.clone()).collect(),
            geometry: self
                .table
                .geometry
                .clone()
                .map(|geometry| terrane_model::schema::GeometryColumn { name: "shape".to_owned(), ..geometry }),
            time: None,
            key: None,
        }
    }

    /// The columns that a table may have beside its own: terms and ages, all derived only when asked for. Those that the table has
    /// itself are not among them.
    pub fn beside(&self) -> Vec<Column> {
        let worth = |derived: &&Derived| matches!(derived.origin, Origin::Meaning { .. });
        let own = |derived: &&Derived| self.table.name_like(&derived.column.name).is_none();
        let derived = self.derived.iter().filter(worth).filter(own);
        derived.map(|derived| Column { derived: true, ..derived.column.clone() }).collect()
    }

    /// The columns of the table that a derived column is made of, each added once.
    pub fn needs(&self, name: &str, into: &mut Vec<String>) {
        let Some(derived) = self.find(name) else { return };
        let names: &[String] = match &derived.origin {
            Origin::Column(column) => std::slice::from_ref(column),
            Origin::Joined(columns) => columns,
            Origin::Meaning { terms, .. } => &self.terms[*terms].columns,
            Origin::Identifier | Origin::Text(_) | Origin::Number(_) | Origin::Unknown => &[],
        };
        for name in names {
            if !into.contains(name) {
                into.push(name.clone());
            }
        }
    }

    /// A derived column of some rows of the table, one value per row held.
    pub fn read(&self, name: &str, rows: &Batch) -> Values {
        let height = rows.height();
        let Some(derived) = self.find(name) else { return cells::nothing(ColumnKind::Text, height) };
        match &derived.origin {
            Origin::Identifier => cells::identifiers(rows, &self.naming),
            Origin::Column(column) => match rows.schema.column(column) {
                Some((at, _)) => cells::converted(&rows.columns[at], derived.column.kind, height),
                None => cells::nothing(derived.column.kind, height),
            },
            Origin::Joined(columns) => cells::joined(rows, columns),
            Origin::Text(text) => cells::same_text(text, height),
            Origin::Number(number) => cells::same_number(*number, height),
            Origin::Meaning { terms, cells } => cells.spread(&self.terms[*terms].places(rows)),
            Origin::Unknown => cells::nothing(derived.column.kind, height),
        }
    }

    /// Whether there is such a derived column.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&Derived> {
        self.derived.iter().find(|derived| derived.column.name == name)
    }
}

/// A column of the view, as a source says it.
fn field_column(name: &str, kind: FieldKind) -> Column {
    let kind = match kind {
        FieldKind::Text | FieldKind::Uri => ColumnKind::Text,
        FieldKind::Number => ColumnKind::Float,
    };
    Column::new(name, kind)
}

fn origin_of_source(source: &Source) -> Origin {
    match source {
        Source::Column(name) => Origin::Column(name.clone()),
        Source::Columns(names) => Origin::Joined(names.clone()),
        Source::Text(text) => Origin::Text(text.clone()),
        Source::Number(number) => Origin::Number(*number),
    }
}

/// Texts as codes into words, when there are few.
fn coded(codes: Vec<u32>, words: Arc<Strings>) -> ColumnData {
    ColumnData::Coded { codes: codes.into(), words }
}
