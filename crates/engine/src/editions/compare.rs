//! Two editions of a dataset beside each other: columns, and rows by their identities.

use crate::Engine;
use crate::finish::Filtered;
use crate::pool::{Cancel, wait};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use terrane_model::limits::COMPARED_ROWS_MAX;
use terrane_model::store::Progress;
use terrane_model::{DatasetId, Error, Feature, FeatureId, FeatureQuery, FeatureSource, Result};

/// What differs between two editions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// Columns that only the later edition has.
    pub columns_added: Vec<String>,
    /// Columns that only the earlier edition has.
    pub columns_removed: Vec<String>,
    /// Columns of both whose kind differs.
    pub columns_changed: Vec<String>,
    /// Rows, when both editions have rows.
    pub rows: Option<RowChanges>,
}

/// Rows that differ, by identity.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowChanges {
    /// Rows of the earlier edition.
    pub before: u64,
    /// Rows of the later edition.
    pub after: u64,
    /// Rows that only the later edition has, and the first of them.
    pub added: (u64, Vec<FeatureId>),
    /// Rows that only the earlier edition has, and the first of them.
    pub removed: (u64, Vec<FeatureId>),
    /// Rows of both that are not the same, and the first of them.
    pub changed: (u64, Vec<FeatureId>),
}

/// Identities that a comparison names of each kind of difference.
const NAMED_MAX: usize = 20;

impl Engine {
    /// Compares two editions of a dataset. Blocks; run it on a thread of its own.
    pub fn compare_editions(
        &self,
        id: &DatasetId,
        (earlier, later): (u64, u64),
        progress: &dyn Progress,
    ) -> Result<Comparison> {
        let open = |number| self.edition(id, number).and_then(|edition| self.store.open(id, edition.revision()));
        let (before, after) = (open(earlier)?, open(later)?);
        match (&before.features, &after.features) {
            (Some(before), Some(after)) => compare(&**before, &**after, progress),
            _ => Err(Error::unsupported("Only editions that both have rows can be compared.")),
        }
    }
}

fn compare(before: &dyn FeatureSource, after: &dyn FeatureSource, progress: &dyn Progress) -> Result<Comparison> {
    let mut comparison = columns(before, after);
    let mut known = fingerprints(before, progress)?;
    let mut rows = RowChanges { before: known.len() as u64, ..RowChanges::default() };
    each_row(after, progress, &mut |row| {
        rows.after += 1;
        match known.remove(&row.id()) {
            None => note(&mut rows.added, row.id()),
            Some(print) if print != fingerprint(row) => note(&mut rows.changed, row.id()),
            Some(_) => {}
        }
        Ok(())
    })?;
    let mut removed: Vec<FeatureId> = known.into_keys().collect();
    removed.sort();
    removed.into_iter().for_each(|id| note(&mut rows.removed, id));
    comparison.rows = Some(rows);
    Ok(comparison)
}

fn note((count, named): &mut (u64, Vec<FeatureId>), id: FeatureId) {
    *count += 1;
    if named.len() < NAMED_MAX {
        named.push(id);
    }
}

fn columns(before: &dyn FeatureSource, after: &dyn FeatureSource) -> Comparison {
    let (before, after) = (before.schema(), after.schema());
    let missing = |from: &terrane_model::Schema, other: &terrane_model::Schema| -> Vec<String> {
        let names = from.columns.iter().map(|column| &column.name);
        names.filter(|name| other.column(name).is_none()).cloned().collect()
    };
    let differs = |column: &&terrane_model::schema::Column| {
        after.column(&column.name).is_some_and(|(_, other)| other.kind != column.kind)
    };
    Comparison {
        columns_added: missing(after, before),
        columns_removed: missing(before, after),
        columns_changed: before.columns.iter().filter(differs).map(|column| column.name.clone()).collect(),
        rows: None,
    }
}

fn fingerprints(source: &dyn FeatureSource, progress: &dyn Progress) -> Result<HashMap<FeatureId, u64>> {
    let mut prints = HashMap::new();
    each_row(source, progress, &mut |row| {
        if prints.len() >= COMPARED_ROWS_MAX {
            let say = format!("Editions of more than {COMPARED_ROWS_MAX} rows are not compared row by row.");
            return Err(Error::too_large(say));
        }
        prints.insert(row.id(), fingerprint(row));
        Ok(())
    })?;
    Ok(prints)
}

fn each_row(
    source: &dyn FeatureSource,
    progress: &dyn Progress,
    see: &mut dyn FnMut(&Feature<'_>) -> Result<()>,
) -> Result<()> {
    let scan = wait(source.scan(&FeatureQuery::default()))?;
    let mut rows = 0;
    for batch in Filtered::new(scan, source.schema(), &Cancel::default())? {
        let batch = batch?;
        batch.features().try_for_each(|row| see(&row))?;
        rows += batch.len() as u64;
        if !progress.step("rows", rows, 0) {
            return Err(Error::busy("Cancelled."));
        }
    }
    Ok(())
}

/// A number that differs when a value or a position does. Columns count by name, so that another order of columns is no change.
fn fingerprint(row: &Feature<'_>) -> u64 {
    let schema = &row.batch().schema;
    let mut names: Vec<(usize, &str)> = schema.columns.iter().map(|column| column.name.as_str()).enumerate().collect();
    names.sort_by_key(|(_, name)| *name);
    let mut hasher = DefaultHasher::new();
    for (at, name) in names {
        name.hash(&mut hasher);
        format!("{:?}", row.value(at)).hash(&mut hasher);
    }
    if let Some(geometry) = row.geometry() {
        (geometry.kind() as u8).hash(&mut hasher);
        for part in geometry.parts() {
            part.rings().for_each(|ring| {
                ring.iter().flatten().for_each(|number| number.to_bits().hash(&mut hasher));
                hasher.write_u8(1);
            });
            hasher.write_u8(2);
        }
    }
    hasher.finish()
}
