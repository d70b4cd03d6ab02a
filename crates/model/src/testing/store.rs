//! The suite of `Store`: drafts that are finished or leave nothing, revisions that never change.

use super::{
    Effort, MemoryFeatures, Table, check_features, check_grid, check_ledger, ready, sample_features, sample_grid,
};
use crate::about::DatasetId;
use crate::batch::Batch;
use crate::dataset::{FeatureSource, GridSource};
use crate::error::{Error, Kind};
use crate::grid::GridQuery;
use crate::store::{Silent, Store, Written};
use std::sync::Arc;

/// Checks everything that a `Store` promises, its ledger included, with datasets whose names begin with `suite-`. Panics
/// with a sentence when a promise is not kept.
pub fn check_store(store: &dyn Store) {
    check_ledger(store.ledger());
    check_rows(store);
    check_revisions(store);
    check_dropped_drafts(store);
    check_grids(store);
    check_discard(store);
}

fn id(name: &str) -> DatasetId {
    DatasetId::new(format!("suite-{name}")).expect("the name is one of a dataset")
}

fn rows(source: &MemoryFeatures) -> Box<dyn Iterator<Item = crate::Result<Batch>>> {
    Box::new(source.batches().to_vec().into_iter().map(Ok))
}

fn publish(store: &dyn Store, id: &DatasetId, source: &MemoryFeatures) -> (String, Written) {
    let mut draft = store.draft().expect("a draft is begun");
    let written = draft.write_features(source.schema(), &mut *rows(source), &Silent).expect("the rows are written");
    (draft.finish(id).expect("the draft is finished"), written)
}

fn features(store: &dyn Store, id: &DatasetId, revision: &str) -> Arc<dyn FeatureSource> {
    let views = store.open(id, revision).expect("a finished revision opens");
    views.features.expect("rows were written, so there are rows")
}

/// The rows that were written are those that are read, and the source of them passes its own suite.
fn check_rows(store: &dyn Store) {
    let (id, sample) = (id("rows"), sample_features(Effort::Nothing));
    let (revision, written) = publish(store, &id, &sample);
    let (before, source) = (Table::of(sample.batches().to_vec()), features(store, &id, &revision));
    assert_eq!(written.rows, before.len() as u64, "as many rows are written as were given");
    let boxes = before.rows().filter_map(|row| row.geometry().map(|place| place.bbox()));
    let bbox = boxes.fold(crate::Bbox::EMPTY, |all, one| all.union(&one));
    assert_eq!(written.bbox, Some(bbox), "the box of what was written is told");
    assert!(written.period.is_some(), "the period of what was written is told");
    let after = Table::read(&*source);
    assert_eq!(after.len(), before.len(), "as many rows are read as were written");
    for known in before.rows() {
        let row = after.find(&known.id());
        assert!(row.is_some(), "row {} is read again under its identity", known.id());
        row.into_iter().for_each(|row| super::shape::check_same_row(&row, &known, "read again"));
    }
    check_features(&*source);
}

/// A second revision has another name and leaves the first as it was.
fn check_revisions(store: &dyn Store) {
    let id = id("revisions");
    let whole = sample_features(Effort::Nothing);
    let part = MemoryFeatures::new(Arc::clone(whole.schema()), whole.batches()[..1].to_vec(), Effort::Nothing);
    let (first, _) = publish(store, &id, &whole);
    let open_before = features(store, &id, &first);
    let ids = Table::read(&*open_before).ids();
    let (second, _) = publish(store, &id, &part);
    assert_ne!(first, second, "each revision has its own name");
    assert_eq!(Table::read(&*open_before).ids(), ids, "a revision that was open stays as it was");
    assert_eq!(Table::read(&*features(store, &id, &first)).ids(), ids, "an older revision opens as it was");
    assert_eq!(
        Table::read(&*features(store, &id, &second)).len(),
        part.batches()[0].len(),
        "the new revision is the new rows"
    );
}

/// A draft that is dropped, and one whose rows end in a mistake, leave nothing and do not stand in the way of the next.
fn check_dropped_drafts(store: &dyn Store) {
    let (id, sample) = (id("dropped"), sample_features(Effort::Nothing));
    let mut draft = store.draft().expect("a draft is begun");
    draft.write_features(sample.schema(), &mut *rows(&sample), &Silent).expect("the rows are written");
    drop(draft);
    let mut draft = store.draft().expect("a draft is begun after one was dropped");
    let mut broken = rows(&sample).take(1).chain([Err(Error::invalid("The second batch is broken."))]);
    let refused = draft.write_features(sample.schema(), &mut broken, &Silent);
    assert_eq!(refused.err().map(|error| error.kind()), Some(Kind::Invalid), "a mistake in the rows is told as it is");
    drop(draft);
    let (revision, written) = publish(store, &id, &sample);
    assert_eq!(
        Table::read(&*features(store, &id, &revision)).len() as u64,
        written.rows,
        "the next draft begins afresh"
    );
}

/// A grid that was written is read again, whatever its samples are.
fn check_grids(store: &dyn Store) {
    let sample = sample_grid();
    for at in 0..sample.schema().bands.len() {
        let (id, sample) = (id(&format!("grid-{at}")), sample.band(at));
        let mut draft = store.draft().expect("a draft is begun");
        draft.write_grid(&sample, &Silent).expect("the grid is written");
        let revision = draft.finish(&id).expect("the draft is finished");
        let views = store.open(&id, &revision).expect("a finished revision opens");
        assert!(views.features.is_none(), "no rows were written, so there are none");
        let grid = views.grid.expect("a grid was written, so there is one");
        check_grid(&*grid);
        let whole = |grid: &dyn GridSource| {
            let (bbox, bands, slice) = (sample.schema().bbox(), Vec::new(), Vec::new());
            let query = GridQuery { bbox, step_max: None, bands, slice, samples_max: u64::MAX };
            ready(grid.window(&query)).expect("the grid is read").bands
        };
        assert_eq!(format!("{:?}", whole(&*grid)), format!("{:?}", whole(&sample)), "the samples are those written");
    }
}

fn check_discard(store: &dyn Store) {
    let (id, sample) = (id("discarded"), sample_features(Effort::Nothing));
    let missing = |revision: &str| store.open(&id, revision).err().map(|error| error.kind());
    assert_eq!(missing("no-such-revision"), Some(Kind::NotFound), "what was not written is not found");
    let (revision, _) = publish(store, &id, &sample);
    store.discard(&id).expect("the data is removed");
    assert_eq!(missing(&revision), Some(Kind::NotFound), "what was discarded is not found");
    for name in ["../rows", "..", "/etc", ""] {
        assert!(store.open(&id, name).is_err(), "“{name}” is not a revision");
    }
}
