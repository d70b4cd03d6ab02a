//! Sources that do not do what they say are caught by the suites.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, Ids};
use terrane_model::filter::Predicate;
use terrane_model::grid::{GridQuery, GridSchema, Window};
use terrane_model::ledger::{Audit, Commit, Ledger, Record, Shelf};
use terrane_model::testing::{
    Effort, MemoryFeatures, MemoryGrid, MemoryLedger, batches_of, ready, sample_features, sample_grid,
};
use terrane_model::testing::{check_features, check_grid, check_ledger};
use terrane_model::{
    Batch, Bbox, BoxFuture, FeatureQuery, FeatureScan, FeatureSource, Filter, GridSource, Matched, Result, Rows, Schema,
};

/// A source whose answers are made by a function.
struct Liar<F> {
    honest: MemoryFeatures,
    answer: F,
}

impl<F: Fn(&MemoryFeatures, &FeatureQuery) -> Result<FeatureScan> + Send + Sync> FeatureSource for Liar<F> {
    fn schema(&self) -> &Arc<Schema> {
        self.honest.schema()
    }
    fn scan(&self, query: &FeatureQuery) -> BoxFuture<'_, Result<FeatureScan>> {
        let answer = (self.answer)(&self.honest, query);
        Box::pin(std::future::ready(answer))
    }
}

fn caught(check: impl FnOnce(), what: &str, part: &str) {
    let panic = catch_unwind(AssertUnwindSafe(check)).expect_err(what);
    let sentence =
        panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    let sentence = sentence.unwrap_or_default();
    assert!(part.split('|').any(|part| sentence.contains(part)), "{what} is caught for another reason: {sentence}");
}

fn liar(what: &str, part: &str, answer: impl Fn(&MemoryFeatures, &FeatureQuery) -> Result<FeatureScan> + Send + Sync) {
    let liar = Liar { honest: sample_features(Effort::Everything), answer };
    caught(|| check_features(&liar), what, part);
}

fn honest(source: &MemoryFeatures, query: &FeatureQuery) -> FeatureScan {
    ready(source.scan(query)).expect("the honest source answers")
}

fn again(source: &MemoryFeatures, query: &FeatureQuery) -> Result<FeatureScan> {
    ready(source.scan(query))
}

#[test]
fn a_limit_before_the_filter_is_caught() {
    liar("a limit before the filter", "with a limit of", |source, query| {
        let filter = query.whole_filter(source.schema());
        if query.limit.is_none() || filter == Filter::Literal(true) || query.after.is_some() {
            return again(source, query);
        }
        let first = source.batches()[0].sliced(0, query.limit.unwrap_or(usize::MAX));
        Ok(FeatureScan::unfinished(Rows::ready(vec![first]), filter))
    });
}

#[test]
fn rows_without_geometry_that_a_box_loses_are_caught() {
    liar("a box that needs geometry", "rows that match are not given", |source, query| {
        let scan = honest(source, &FeatureQuery { limit: None, ..query.clone() });
        if query.bbox.is_none() {
            return again(source, query);
        }
        let batches = batches_of(scan.into_rows());
        let placed = |batch: &Batch| batch.filtered(|row| batch.feature(row).geometry().is_some());
        Ok(FeatureScan::filtered(Rows::ready(batches.iter().map(placed).collect())))
    });
}

#[test]
fn a_box_that_does_not_know_the_antimeridian_is_caught() {
    liar("a box that is not divided", "how many rows match", |source, query| {
        let plain = query
            .bbox
            .filter(Bbox::crosses)
            .map(|bbox| Bbox { min: [bbox.max[0], bbox.min[1]], max: [bbox.min[0], bbox.max[1]] });
        again(source, &FeatureQuery { bbox: plain.or(query.bbox), ..query.clone() })
    });
}

#[test]
fn saying_that_nothing_is_left_is_caught() {
    liar("a filter that was not applied", "nothing is left to filter", |source, query| {
        if query.filter.is_none() || query.limit.is_some() {
            return again(source, query);
        }
        Ok(FeatureScan::filtered(Rows::ready(source.batches().to_vec())))
    });
}

#[test]
fn unknown_taken_for_false_is_caught() {
    liar("a negation that keeps unknown rows", "is left to filter", |source, query| {
        let Some(Filter::Compare { op: terrane_model::filter::CompareOp::NotEqual, left, right }) = &query.filter
        else {
            return again(source, query);
        };
        let equal =
            Filter::Compare { op: terrane_model::filter::CompareOp::Equal, left: left.clone(), right: right.clone() };
        let predicate = Predicate::new(&equal, source.schema())?;
        let other = |batch: &Batch| {
            let equal: Vec<usize> = predicate.select(batch).rows().collect();
            batch.filtered(|row| !equal.contains(&row))
        };
        Ok(FeatureScan::filtered(Rows::ready(source.batches().iter().map(other).collect())))
    });
}

#[test]
fn saying_sorted_is_caught() {
    liar("an order that was not made", "says that rows are sorted", |source, query| {
        if query.sort.is_empty() {
            return again(source, query);
        }
        let scan = honest(source, &FeatureQuery { sort: Vec::new(), limit: None, after: None, ..query.clone() });
        Ok(FeatureScan::filtered(scan.into_rows()).sorted())
    });
}

#[test]
fn rows_without_a_value_that_come_first_are_caught() {
    liar("nulls first", "says that rows are sorted", |source, query| {
        if query.sort.first().is_none_or(|key| key.column != "depth_m") {
            return again(source, query);
        }
        let scan = honest(source, &FeatureQuery { limit: None, after: None, ..query.clone() });
        let mut batches = batches_of(scan.into_rows());
        batches.rotate_right(42);
        Ok(FeatureScan::filtered(Rows::ready(batches)).sorted())
    });
}

#[test]
fn pages_that_overlap_and_wrong_counts_are_caught() {
    liar("a page that begins again", "begins after|one after the other", |source, query| {
        let sorted = honest(source, &FeatureQuery { after: None, ..query.clone() });
        FeatureScan::filtered(sorted.into_rows()).sorted().paged()
    });
    liar("a count of the page", "how many rows match", |source, query| {
        let scan = honest(source, query);
        let rows = batches_of(scan.into_rows());
        FeatureScan::filtered(Rows::ready(rows)).matching(Matched::Exact(3)).sorted().paged()
    });
}

#[test]
fn identities_that_repeat_or_change_are_caught() {
    liar("identities that repeat", "identities of rows are unique", |source, _| {
        let same = |batch: &Batch| Batch { ids: Ids::Numbers(vec![7; batch.height()].into()), ..batch.clone() };
        Ok(FeatureScan::filtered(Rows::ready(source.batches().iter().map(same).collect())))
    });
    let scans = std::sync::atomic::AtomicI64::new(0);
    liar("identities that change", "same rows in the same order", move |source, _| {
        let first = scans.fetch_add(1_000, std::sync::atomic::Ordering::Relaxed);
        let mut next = first;
        let renamed = source.batches().iter().map(|batch| {
            let ids: Vec<i64> = (0..batch.height() as i64).map(|row| next + row).collect();
            next += batch.height() as i64;
            Batch { ids: Ids::Numbers(ids.into()), ..batch.clone() }
        });
        Ok(FeatureScan::filtered(Rows::ready(renamed.collect())))
    });
}

#[test]
fn small_shapes_that_a_tolerance_loses_are_caught() {
    liar("small shapes left out", "the same with a tolerance", |source, query| {
        let scan = honest(source, query);
        if query.tolerance.is_none_or(f64::is_nan) {
            return again(source, query);
        }
        let large = |batch: &Batch| {
            batch.filtered(|row| batch.feature(row).geometry().is_none_or(|place| place.bbox().width() > 0.0))
        };
        let rows = batches_of(scan.into_rows()).iter().map(large).collect();
        Ok(FeatureScan::filtered(Rows::ready(rows)))
    });
}

#[test]
fn simplified_shapes_without_a_tolerance_are_caught() {
    liar("a box for a shape", "the geometry of row", |source, query| {
        if query.bbox.is_none() {
            return again(source, query);
        }
        let moved = |batch: &Batch| {
            let mut batch = batch.clone();
            batch.geometry = batch.geometry.map(|arrays| {
                let rounded = arrays.xy.iter().map(|position| position.map(f64::round)).collect();
                arrays.with_positions(rounded)
            });
            batch
        };
        let rows = batches_of(honest(source, query).into_rows()).iter().map(moved).collect();
        FeatureScan::filtered(Rows::ready(rows)).sorted().paged()
    });
}

#[test]
fn a_column_that_is_mixed_up_when_projected_is_caught() {
    liar("columns in the schema's order under the names asked", "just the columns", |source, query| {
        let terrane_model::query::Columns::These { names, .. } = &query.columns else { return again(source, query) };
        if names.len() < 2 {
            return again(source, query);
        }
        let mixed = |batch: &Batch| {
            let mut projected = batch.projected(names, true);
            projected.columns.reverse();
            projected
        };
        Ok(FeatureScan::filtered(Rows::ready(source.batches().iter().map(mixed).collect())))
    });
}

#[test]
fn rows_that_are_lost_at_the_end_of_a_batch_are_caught() {
    liar("a filter that loses the last row of a batch", "rows that match are not given", |source, query| {
        if query.filter.is_none() || query.limit.is_some() {
            return again(source, query);
        }
        let cut = |batch: &Batch| {
            let mut builder = BatchBuilder::new(Arc::clone(&batch.schema));
            batch.sliced(0, batch.len() - 1).features().for_each(|row| builder.push(&row));
            builder.finish()
        };
        let filter = query.whole_filter(source.schema());
        Ok(FeatureScan::unfinished(Rows::ready(source.batches().iter().map(cut).collect()), filter))
    });
}

/// A grid whose questions are changed before they are answered.
struct GridLiar<F>(MemoryGrid, F);

impl<F: Fn(&MemoryGrid, &GridQuery) -> Result<Window> + Send + Sync> GridSource for GridLiar<F> {
    fn schema(&self) -> &Arc<GridSchema> {
        self.0.schema()
    }
    fn window(&self, query: &GridQuery) -> BoxFuture<'_, Result<Window>> {
        let answer = (self.1)(&self.0, query);
        Box::pin(std::future::ready(answer))
    }
}

fn grid_liar(what: &str, part: &str, answer: impl Fn(&MemoryGrid, &GridQuery) -> Result<Window> + Send + Sync) {
    caught(|| check_grid(&GridLiar(sample_grid(), answer)), what, part);
}

#[test]
fn grids_that_do_not_keep_their_promises_are_caught() {
    let read = |grid: &MemoryGrid, query: GridQuery| ready(grid.window(&query));
    grid_liar("a limit that is not kept", "more samples than the limit", move |grid, query| {
        read(grid, GridQuery { samples_max: u64::MAX, ..query.clone() })
    });
    grid_liar("an overview that is too coarse", "the nearest overview", move |grid, query| {
        read(grid, GridQuery { step_max: query.step_max.map(|step| step * 2.0), ..query.clone() })
    });
    grid_liar("overviews that are not used", "the nearest overview", move |grid, query| {
        read(grid, GridQuery { step_max: None, ..query.clone() })
    });
    grid_liar("a window that is moved by a sample", "covers|at column", move |grid, query| {
        let mut window = read(grid, query.clone())?;
        if window.width < 90 {
            window.transform.origin[0] += 0.5;
        }
        Ok(window)
    });
    grid_liar("all bands whatever was asked", "just the band", move |grid, query| {
        if query.bands.iter().any(|&band| band > 1) {
            return read(grid, query.clone());
        }
        read(grid, GridQuery { bands: Vec::new(), ..query.clone() })
    });
    grid_liar("a region outside that is refused", "a region outside", move |grid, query| {
        let window = read(grid, query.clone())?;
        if window.width == 0 { Err(terrane_model::Error::invalid("outside")) } else { Ok(window) }
    });
}

/// A ledger that makes changes one by one.
struct Piecemeal(MemoryLedger);

impl Ledger for Piecemeal {
    fn read(&self, shelf: Shelf, id: &str) -> Result<Option<Record>> {
        self.0.read(shelf, id)
    }
    fn list(&self, shelf: Shelf) -> Result<Vec<Record>> {
        self.0.list(shelf)
    }
    fn commit(&self, commit: &Commit) -> Result<u64> {
        let mut number = 0;
        for change in &commit.changes {
            number = self.0.commit(&Commit { changes: vec![change.clone()], ..commit.clone() })?;
        }
        Ok(number)
    }
    fn sequence(&self) -> Result<u64> {
        self.0.sequence()
    }
    fn audit(&self, after: u64, limit: usize) -> Result<Vec<Audit>> {
        self.0.audit(after, limit)
    }
}

#[test]
fn a_ledger_that_makes_half_a_commit_is_caught() {
    caught(
        || check_ledger(&Piecemeal(MemoryLedger::default())),
        "half a commit",
        "a commit that failed has changed nothing",
    );
}
