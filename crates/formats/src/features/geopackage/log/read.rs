//! Reading entries: those of one change, or the last one of each row up to a change.

use super::super::decode::Reading;
use super::super::layer::{Layer, quoted};
use super::{CHANGES, ChangeLog, Marks, failed};
use rusqlite::{Connection, Params, Row};
use terrane_model::schema::GeometryKind;
use terrane_model::{Batch, FeatureId, Result};

/// Entries as they were read, in the order in which they were written.
#[derive(Debug, Clone)]
pub struct Logged {
    /// The rows, with all columns and geometry; without any value where the row went away. Their identities are those of `ids` as
    /// texts.
    pub rows: Batch,
    /// The identity of each.
    pub ids: Vec<FeatureId>,
    /// The number of the change that each is part of.
    pub sequences: Vec<u64>,
    /// Whether the row went away.
    pub removed: Vec<bool>,
    /// Whether the layer that the log belongs to has the row.
    pub in_base: Vec<bool>,
}

impl ChangeLog {
    /// The last entry of each row among the changes up to this one.
    pub fn last_entries(&self, up_to: u64) -> Result<Vec<Logged>> {
        let query = Query::new(&self.layer, &self.marks);
        let (fid, id) = (quoted(&self.layer.fid), quoted(self.layer.identity.column(&self.layer.fid)));
        let sequence = quoted(&self.marks.sequence);
        let condition = format!(
            "t.{fid} IN (SELECT max(x.{fid}) FROM {} x WHERE x.{sequence} <= ? GROUP BY x.{id}) ORDER BY t.{fid}",
            quoted(CHANGES)
        );
        query.read(&self.connection, &condition, [up_to as i64]).map(|all| self.identified(all))
    }

    /// The entries of the changes after one, in order.
    pub fn entries_after(&self, sequence: u64) -> Result<Vec<Logged>> {
        let query = Query::new(&self.layer, &self.marks);
        query.after(&self.connection, sequence).map(|all| self.identified(all))
    }

    /// An identity as the layer has it: ids that print alike are the same.
    pub fn identity(&self, id: &FeatureId) -> FeatureId {
        identity(self.texts, id)
    }

    pub(super) fn identified(&self, mut all: Vec<Logged>) -> Vec<Logged> {
        for logged in &mut all {
            logged.ids.iter_mut().for_each(|id| *id = identity(self.texts, id));
        }
        all
    }
}

fn identity(texts: bool, id: &FeatureId) -> FeatureId {
    match (texts, id) {
        (true, id) => FeatureId::Text(id.to_string()),
        (false, FeatureId::Text(text)) => FeatureId::parse(text),
        (false, number) => number.clone(),
    }
}

/// What is read of each entry.
pub(super) struct Query {
    reading: Reading,
    select: String,
    sequence: String,
}

impl Query {
    pub(super) fn new(layer: &Layer, marks: &Marks) -> Self {
        let places: Vec<usize> = (0..layer.schema.columns.len()).collect();
        let reading = Reading::new(layer, &places, layer.geometry.is_some());
        let marked = [&marks.sequence, &marks.removed, &marks.in_base].map(|name| format!("t.{}", quoted(name)));
        let select =
            format!("SELECT {}, {} FROM {} t", reading.select_list(layer), marked.join(", "), quoted(&layer.table));
        Self { reading, select, sequence: marks.sequence.clone() }
    }

    /// The entries of the changes after one.
    pub(super) fn after(&self, connection: &Connection, sequence: u64) -> Result<Vec<Logged>> {
        let condition = format!("t.{} > ? ORDER BY 1", quoted(&self.sequence));
        self.read(connection, &condition, [sequence as i64])
    }

    fn read(&self, connection: &Connection, condition: &str, values: impl Params) -> Result<Vec<Logged>> {
        let mut statement = connection.prepare_cached(&format!("{} WHERE {condition}", self.select)).map_err(failed)?;
        let marks_at = statement.column_count() - 3;
        let mut rows = statement.query(values).map_err(failed)?;
        let (mut all, mut gathering) = (Vec::new(), Gathering::default());
        let mut pending = self.reading.begin(GeometryKind::Any);
        while let Some(row) = rows.next().map_err(failed)? {
            self.reading.row(row, &mut pending, |_| {})?;
            gathering.mark(row, marks_at).map_err(failed)?;
            if pending.is_full() {
                let full = std::mem::replace(&mut pending, self.reading.begin(GeometryKind::Any));
                all.push(std::mem::take(&mut gathering).finish(full.finish()));
            }
        }
        if pending.len() > 0 {
            all.push(gathering.finish(pending.finish()));
        }
        Ok(all)
    }
}

#[derive(Default)]
struct Gathering {
    sequences: Vec<u64>,
    removed: Vec<bool>,
    in_base: Vec<bool>,
}

impl Gathering {
    fn mark(&mut self, row: &Row<'_>, at: usize) -> rusqlite::Result<()> {
        self.sequences.push(row.get::<_, i64>(at)? as u64);
        self.removed.push(row.get(at + 1)?);
        self.in_base.push(row.get(at + 2)?);
        Ok(())
    }

    fn finish(self, rows: Batch) -> Logged {
        let ids = rows.features().map(|row| row.id()).collect();
        Logged { ids, rows, sequences: self.sequences, removed: self.removed, in_base: self.in_base }
    }
}
