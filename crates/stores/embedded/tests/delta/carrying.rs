//! Compaction: the next revision is the state, and what changed meanwhile goes along.

use super::support::{Place, delete, event, memory, stored, strengths, ten, upsert};
use std::sync::Arc;
use terrane_model::testing::{Effort, ready};
use terrane_model::{Batch, FeatureSource, Kind};
use terrane_store_embedded::delta::{Delta, MergedSource};

/// A new base with the rows of a state.
fn compacted(place: &Place, sequence: u64) -> Arc<dyn FeatureSource> {
    let source = place.delta.source(sequence).expect("a state");
    let rows: Vec<Batch> = ready(source.compacted()).expect("rows").map(|batch| batch.expect("a batch")).collect();
    let files = std::fs::read_dir(place.folder.path()).expect("there").count();
    stored(&place.folder, &format!("base-{files}.gpkg"), source.schema(), rows)
}

fn sorted(source: &dyn FeatureSource) -> Vec<(String, f64)> {
    let mut rows = strengths(source);
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    rows
}

/// Ten rows; up to 2: 3 replaced, 11 added, 1 removed. After that: 3 removed, 11 replaced, 1 back, 12 added and removed, 13 added.
fn changed_meanwhile() -> Place {
    let place = Place::new(memory(&ten(), Effort::Everything));
    let amend = |amendment| place.delta.amend(&amendment).expect("amended");
    amend(upsert(&[event(3, 30.0), event(11, 11.0)]));
    amend(delete(&[1]));
    amend(upsert(&[event(1, 100.0), event(12, 12.0)]));
    amend(delete(&[3, 12]));
    amend(upsert(&[event(11, 111.0), event(13, 13.0)]));
    place
}

#[test]
fn a_compacted_state_has_the_rows_of_the_state() {
    let place = changed_meanwhile();
    for sequence in 0..=5 {
        let expected = sorted(&place.delta.source(sequence).expect("a state"));
        assert_eq!(sorted(&*compacted(&place, sequence)), expected, "state {sequence}");
    }
}

#[test]
fn what_changed_while_the_new_revision_was_written_is_carried_over() {
    let place = changed_meanwhile();
    let base = compacted(&place, 2);
    let path = place.path("r2.delta.gpkg");
    let carried = place.delta.carry_over(2, &path, Arc::clone(&base)).expect("carried over");
    assert_eq!(carried.new_delta().map(Delta::sequence), Some(3));
    let new = carried.finish().expect("there were changes");
    for sequence in 0..=3 {
        let (old, new) = (place.delta.source(sequence + 2), new.source(sequence));
        assert_eq!(sorted(&new.expect("a state")), sorted(&old.expect("a state")), "state {sequence} of the new one");
    }
    let state = new.latest().expect("a state");
    // 3 is removed, 11 replaced, 1 and 13 added: the new base has no 1.
    assert_eq!((state.rows_removed(), state.rows_replaced(), state.rows_added()), (1, 1, 2));
    assert_eq!(state.totals(10).rows, strengths(&new.source(3).expect("a state")).len() as u64);
    let error = place.delta.amend(&delete(&[5])).expect_err("the old one is closed");
    assert_eq!(error.kind(), Kind::Busy);
    assert_eq!(new.amend(&delete(&[5])).expect("the new one goes on"), 4);
    drop(new);
    let again = Delta::open(&path, base).expect("it opens again");
    assert_eq!(again.sequence(), 4);
}

#[test]
fn without_changes_nothing_is_carried() {
    let place = changed_meanwhile();
    let base = compacted(&place, 5);
    let path = place.path("r2.delta.gpkg");
    let carried = place.delta.carry_over(5, &path, base).expect("carried over");
    assert!(carried.finish().is_none() && !path.exists());
}

#[test]
fn a_publication_that_fails_leaves_the_old_delta_as_it_was() {
    let place = changed_meanwhile();
    let path = place.path("r2.delta.gpkg");
    let carried = place.delta.carry_over(2, &path, compacted(&place, 2)).expect("carried over");
    assert!(path.exists());
    drop(carried);
    let left: Vec<_> =
        std::fs::read_dir(place.folder.path()).expect("there").flatten().map(|it| it.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("r2.")), "{left:?}");
    assert_eq!(place.delta.amend(&delete(&[5])).expect("the old one goes on"), 6);
}

#[test]
fn amendments_wait_while_a_delta_is_carried_over() {
    let place = changed_meanwhile();
    let base = compacted(&place, 5);
    let carried = place.delta.carry_over(5, &place.path("r2.delta.gpkg"), base).expect("carried over");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| place.delta.amend(&delete(&[5])).map_err(|error| error.kind()));
        assert!(!waiting.is_finished());
        carried.finish();
        assert_eq!(waiting.join().expect("it ends"), Err(Kind::Busy), "it is told to send its change again");
    });
    assert_eq!(place.delta.sequence(), 5, "and nothing was written to the old one");
}

#[test]
fn a_delta_that_is_compacted_again_and_again_keeps_its_rows() {
    let mut place = changed_meanwhile();
    let expected = sorted(&place.delta.source(5).expect("a state"));
    for round in 0..3 {
        let sequence = place.delta.sequence();
        let base = compacted(&place, sequence.saturating_sub(1));
        let path = place.path(&format!("round-{round}.delta.gpkg"));
        let carried = place.delta.carry_over(sequence.saturating_sub(1), &path, Arc::clone(&base)).expect("carried");
        let new = carried.finish().expect("one change was left");
        assert_eq!(sorted(&MergedSource::new(base, new.latest().expect("a state"))), expected, "round {round}");
        place.delta = new;
    }
}
