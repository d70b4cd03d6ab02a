//! Questions about derived columns, asked of the table itself.
//!
//! What a table of terms says is known of each of its entries, so a condition on it is judged entry by entry and becomes a list of
//! values of the table's own columns: the table answers it as fast as any other question.

use super::{Derived, Origin, Reading};
use std::sync::Arc;
use terrane_model::batch::{Batch, Ids, Values};
use terrane_model::filter::Predicate;
use terrane_model::schema::{Column, ColumnKind, Schema};
use terrane_model::{Filter, Result};

/// A question taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Narrowed {
    /// What the table can be asked; rows that the question keeps are among its answer.
    pub asked: Filter,
    /// What is left to ask of the derived columns.
    pub left: Option<Filter>,
}

/// Which columns a question knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Those of the view alone.
    View,
    /// Those of the table, and derived ones beside them.
    Beside,
}

/// Where the values of a column of a question come from.
enum Place {
    Table(String),
    Terms(usize),
    Constant,
    Elsewhere,
}

impl Reading {
    /// Takes a question about the view, or about the table with derived columns beside its own, apart.
    pub fn narrow(&self, filter: &Filter, schema: &Schema, side: Side) -> Result<Narrowed> {
        let parts = match filter {
            Filter::And(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        let (mut asked, mut left) = (Vec::new(), Vec::new());
        for part in parts {
            match self.told(part, (schema, side), false)? {
                Some(told) => asked.push(told),
                None => left.push(part.clone()),
            }
        }
        Ok(Narrowed { asked: Filter::all(asked), left: (!left.is_empty()).then(|| Filter::all(left)) })
    }

    /// A condition in terms of the table that is true of the same rows; nothing when there is none. Negations go down to the leaves, where
    /// "not known" must not become true.
    fn told(&self, filter: &Filter, context: (&Schema, Side), negated: bool) -> Result<Option<Filter>> {
        let each = |all: &[Filter]| {
            all.iter().map(|one| self.told(one, context, negated)).collect::<Result<Option<Vec<Filter>>>>()
        };
        Ok(match filter {
            Filter::Not(one) => self.told(one, context, !negated)?,
            Filter::And(all) => each(all)?.map(if negated { Filter::Or } else { Filter::And }),
            Filter::Or(all) => each(all)?.map(if negated { Filter::And } else { Filter::Or }),
            leaf => self.leaf(leaf, context, negated)?,
        })
    }

    fn leaf(&self, leaf: &Filter, (schema, side): (&Schema, Side), negated: bool) -> Result<Option<Filter>> {
        let whole = if negated { Filter::Not(Box::new(leaf.clone())) } else { leaf.clone() };
        if matches!((leaf, side), (Filter::Text(_), Side::Beside)) {
            return Ok(Some(whole));
        }
        let (names, reads_geometry) = leaf.columns_of(schema);
        let places: Vec<Place> = names.iter().map(|name| self.place(name, side)).collect();
        let terms = |place: &Place| match place {
            Place::Terms(terms) => Some(*terms),
            _ => None,
        };
        let first = places.iter().find_map(terms);
        let is = |test: fn(&Place) -> bool| places.iter().all(test);
        if is(|place| matches!(place, Place::Table(_))) {
            return Ok(Some(whole.renamed(&|name| self.name_in_table(name, side))));
        }
        if reads_geometry || !is(|place| matches!(place, Place::Terms(_) | Place::Constant)) {
            return Ok(None);
        }
        if places.iter().filter_map(terms).any(|terms| Some(terms) != first) {
            return Ok(None);
        }
        self.judged(&whole, &names, first).map(Some)
    }

    fn place(&self, name: &str, side: Side) -> Place {
        if side == Side::Beside && self.table.column(name).is_some() {
            return Place::Table(name.to_owned());
        }
        let Some(Derived { column, origin }) = self.find(name) else { return Place::Elsewhere };
        match origin {
            Origin::Column(own) => match self.table.column(own) {
                Some((_, known)) if is_same(known.kind, column.kind) => Place::Table(own.clone()),
                _ => Place::Elsewhere,
            },
            Origin::Meaning { terms, .. } => Place::Terms(*terms),
            Origin::Text(_) | Origin::Number(_) | Origin::Unknown => Place::Constant,
            Origin::Identifier | Origin::Joined(_) => Place::Elsewhere,
        }
    }

    fn name_in_table(&self, name: &str, side: Side) -> Option<String> {
        match self.place(name, side) {
            Place::Table(own) => Some(own),
            _ => self.table.geometry.as_ref().map(|geometry| geometry.name.clone()).filter(|_| side == Side::View),
        }
    }

    /// Judges a condition on each entry of a table of terms, and on rows that are none of them.
    fn judged(&self, filter: &Filter, names: &[String], terms: Option<usize>) -> Result<Filter> {
        let entries = terms.map_or(0, |terms| self.terms[terms].meanings.len());
        let batch = self.entries(names, entries);
        let kept = Predicate::new(filter, &batch.schema)?.select(&batch);
        let mut is_kept = vec![false; entries + 1];
        kept.rows().for_each(|row| is_kept[row] = true);
        let others = is_kept[entries];
        let Some(terms) = terms else { return Ok(Filter::Literal(others)) };
        let chosen: Vec<usize> = (0..entries).filter(|&at| is_kept[at] != others).collect();
        let rows = self.terms[terms].rows_of(&chosen);
        Ok(if others { Filter::Not(Box::new(rows)) } else { rows })
    }

    /// One row per entry of a table of terms and one for all that is none of them, with the columns named.
    fn entries(&self, names: &[String], entries: usize) -> Batch {
        let derived: Vec<&Derived> = names.iter().filter_map(|name| self.find(name)).collect();
        let places: Vec<u32> = (0..=entries as u32).collect();
        let values = |derived: &&Derived| -> Values {
            match &derived.origin {
                Origin::Meaning { cells, .. } => cells.spread(&places),
                Origin::Text(text) => super::cells::same_text(text, entries + 1),
                Origin::Number(number) => super::cells::same_number(*number, entries + 1),
                _ => super::cells::nothing(derived.column.kind, entries + 1),
            }
        };
        let columns = derived.iter().map(values).collect();
        let schema = Schema {
            columns: derived.iter().map(|derived| Column { derived: false, ..derived.column.clone() }).collect(),
            geometry: None,
            time: None,
            key: None,
        };
        let ids = Ids::Numbers((0..=entries as i64).collect::<Vec<_>>().into());
        Batch { schema: Arc::new(schema), ids, geometry: None, columns, selection: None }
    }
}

fn is_same(table: ColumnKind, view: ColumnKind) -> bool {
    let number = |kind| matches!(kind, ColumnKind::Int | ColumnKind::Float);
    table == view || (number(table) && number(view))
}
