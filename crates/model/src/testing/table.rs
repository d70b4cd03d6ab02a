//! All rows of a source in memory, to compare answers with.

use super::ready;
use crate::batch::{Batch, Feature};
use crate::dataset::FeatureSource;
use crate::filter::Predicate;
use crate::identity::FeatureId;
use crate::query::{FeatureQuery, Position, compare_positions};
use crate::scan::{FeatureScan, Rows};
use std::collections::HashMap;

/// All batches of a scan.
pub fn batches_of(rows: Rows) -> Vec<Batch> {
    match rows {
        Rows::Local(rows) => rows.map(|batch| batch.expect("the rows can be read")).collect(),
        Rows::Remote(mut rows) => {
            let mut batches = Vec::new();
            while let Some(batch) = ready(rows.next()) {
                batches.push(batch.expect("the rows can be read"));
            }
            batches
        }
    }
}

/// All rows of a source, in its own order.
pub struct Table {
    batches: Vec<Batch>,
    /// Batch and row of each.
    places: Vec<(usize, usize)>,
    by_id: HashMap<FeatureId, usize>,
}

impl Table {
    /// Asks a source for everything.
    pub fn read(source: &dyn FeatureSource) -> Self {
        let query = FeatureQuery::default();
        let scan = ready(source.scan(&query)).expect("a source answers a question that asks for everything");
        Self::of(finish(scan, source, &query))
    }

    /// Of rows that are there.
    pub fn of(batches: Vec<Batch>) -> Self {
        let of_batch = |(at, batch): (usize, &Batch)| batch.rows().map(|row| (at, row)).collect::<Vec<_>>();
        let places: Vec<(usize, usize)> = batches.iter().enumerate().flat_map(of_batch).collect();
        let id = |(at, row): (usize, usize)| batches[at].feature(row).id();
        let by_id: HashMap<FeatureId, usize> =
            places.iter().enumerate().map(|(row, &place)| (id(place), row)).collect();
        assert_eq!(by_id.len(), places.len(), "the identities of rows are unique");
        Self { batches, places, by_id }
    }

    /// The batches.
    pub fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// One row.
    pub fn row(&self, at: usize) -> Feature<'_> {
        let (batch, row) = self.places[at];
        self.batches[batch].feature(row)
    }

    /// All rows in order.
    pub fn rows(&self) -> impl Iterator<Item = Feature<'_>> {
        (0..self.len()).map(|at| self.row(at))
    }

    /// The row of an identity.
    pub fn find(&self, id: &FeatureId) -> Option<Feature<'_>> {
        self.by_id.get(id).map(|&at| self.row(at))
    }

    /// Identities in order.
    pub fn ids(&self) -> Vec<FeatureId> {
        self.rows().map(|row| row.id()).collect()
    }
}

/// Does what a source left undone, plainly: filter, sort, page. The rows asked for, in order.
pub(super) fn finish(scan: FeatureScan, source: &dyn FeatureSource, query: &FeatureQuery) -> Vec<Batch> {
    let (sorted, paged) = (scan.is_sorted() || query.sort.is_empty(), scan.is_paged());
    let residual = scan.residual().cloned();
    let mut batches = batches_of(scan.into_rows());
    if let Some(residual) = residual {
        let predicate = Predicate::new(&residual, source.schema()).expect("what is left to filter fits the schema");
        batches = batches.iter().map(|batch| predicate.select(batch)).collect();
    }
    if paged {
        return batches;
    }
    let mut rows: Vec<(Position, usize, usize)> = Vec::new();
    for (at, batch) in batches.iter().enumerate() {
        rows.extend(batch.rows().map(|row| (Position::of(&batch.feature(row), &query.sort), at, row)));
    }
    if !sorted {
        rows.sort_by(|a, b| compare_positions(&query.sort, &a.0, &b.0));
    }
    let skipped = query.after.as_ref().map_or(0, |after| {
        let at = rows.iter().position(|(position, ..)| position.id == after.id);
        at.expect("the row to go on after is among the rows, because the source did not page them") + 1
    });
    let page = rows.iter().skip(skipped).take(query.limit.unwrap_or(usize::MAX));
    page.map(|&(_, at, row)| batches[at].filtered(|other| other == row)).collect()
}
