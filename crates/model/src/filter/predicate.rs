//! What sources and the engine hold: a filter that fits a schema and judges its batches.

use super::Filter;
use super::compile::Compiler;
use super::operand::Columns;
use super::plan::Node;
use super::truth::Bits;
use crate::batch::Batch;
use crate::error::Result;
use crate::schema::Schema;
use std::sync::Arc;

/// A filter that has been checked against a schema. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Predicate {
    node: Arc<Node>,
    slots: Arc<[String]>,
    reads_geometry: bool,
}

impl Predicate {
    /// Checks names, kinds, functions and geometry; an error names the column or function and says what is there.
    ///
    /// Names are those of the schema, case and all. Whole and other numbers compare exactly. A time compares with a moment,
    /// a day, or a text in date form. Two times are equal when they can have been the same moment, and one is less when it
    /// was over before the other began, so that a day equals each moment within it and just one of `<`, `=` and `>` is true.
    pub fn new(filter: &Filter, schema: &Schema) -> Result<Self> {
        let mut compiler = Compiler::new(schema);
        let node = compiler.compile(filter)?;
        Ok(Self { node: Arc::new(node), slots: compiler.slots.into(), reads_geometry: compiler.reads_geometry })
    }

    /// The names of the columns that it reads; geometry is told by [`Predicate::reads_geometry`].
    pub fn columns(&self) -> &[String] {
        &self.slots
    }

    /// Whether it reads the geometry of rows.
    pub fn reads_geometry(&self) -> bool {
        self.reads_geometry
    }

    /// The rows of the batch that count and for which the filter is true. The batch must hold the schema's columns that the
    /// filter names (by name: a projected batch will do); a column that is missing is judged as without values.
    pub fn select(&self, batch: &Batch) -> Batch {
        if let Node::Constant(Some(true)) = *self.node {
            return batch.clone();
        }
        let asked = rows_that_count(batch);
        let yes = self.node.judge(batch, &Columns::new(batch, &self.slots), &asked).yes;
        if yes == asked { batch.clone() } else { batch.filtered(|row| yes.get(row)) }
    }
}

fn rows_that_count(batch: &Batch) -> Bits {
    match &batch.selection {
        None => Bits::all(batch.height()),
        Some(rows) => rows.iter().fold(Bits::none(batch.height()), |mut bits, &row| {
            bits.set(row as usize);
            bits
        }),
    }
}
