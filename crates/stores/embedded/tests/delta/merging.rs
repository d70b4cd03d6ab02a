//! A base with a delta keeps every promise of a source, whatever the base does itself.

use super::support::{Place, batches, delete, event, event_schema, memory, sample_rows, stored, ten, upsert};
use std::sync::Arc;
use terrane_model::query::{Columns, Near, Position, SortKey};
use terrane_model::testing::{Effort, MemoryFeatures, batches_of, check_features, ready, sample_features};
use terrane_model::{Amendment, Bbox, FeatureId, FeatureQuery, FeatureSource, Filter, Matched};
use terrane_store_embedded::delta::MergedSource;

/// The sample with rows replaced by others of it, removed and added.
fn amended(base: Arc<dyn FeatureSource>) -> Place {
    let place = Place::new(base);
    let amend = |amendment: &Amendment| place.delta.amend(amendment).expect("amended");
    amend(&Amendment { upserts: sample_rows(|row| row % 3 == 0, 2_000), ..Amendment::default() });
    // Rows 7 to 9, 17 to 19, … get the content of the rows three before.
    amend(&Amendment { upserts: sample_rows(|row| row % 10 > 6 && row < 200, -9), ..Amendment::default() });
    let removed = (0..210).filter(|row| row % 8 == 5).map(|row| FeatureId::Number(1_000 - row * 3));
    amend(&Amendment { deletes: removed.collect(), ..Amendment::default() });
    let back = Amendment { upserts: sample_rows(|row| row % 40 == 5, 0), ..Amendment::default() };
    assert_eq!(amend(&back), 4);
    let state = place.delta.latest().expect("there is one");
    assert!(state.rows_added() == 70 && state.rows_replaced() > 20 && state.rows_removed() > 10, "{state:?}");
    place
}

#[test]
fn over_a_base_of_every_effort_it_keeps_the_promises_of_a_source() {
    for effort in [Effort::Nothing, Effort::Filter, Effort::Everything] {
        let place = amended(Arc::new(sample_features(effort)));
        for sequence in 0..=4 {
            check_features(&place.delta.source(sequence).expect("every state is readable"));
        }
    }
}

#[test]
fn over_a_stored_base_it_keeps_the_promises_of_a_source() {
    let sample = sample_features(Effort::Nothing);
    let folder = super::support::quick_folder();
    let place = amended(stored(&folder, "features.gpkg", sample.schema(), sample.batches().to_vec()));
    check_features(&place.delta.source(4).expect("the last state"));
    check_features(&place.delta.source(1).expect("an older state"));
}

#[test]
fn over_a_base_without_rows_it_keeps_the_promises_of_a_source() {
    let sample = sample_features(Effort::Everything);
    let base = MemoryFeatures::new(Arc::clone(sample.schema()), Vec::new(), Effort::Everything);
    let place = Place::new(Arc::new(base));
    place.delta.amend(&Amendment { upserts: sample.batches().to_vec(), ..Amendment::default() }).expect("amended");
    check_features(&place.delta.source(1).expect("the last state"));
}

fn ids(source: &MergedSource, query: &FeatureQuery) -> Vec<String> {
    let scan = ready(source.scan(query)).expect("answered");
    let rows = batches_of(scan.into_rows());
    rows.iter().flat_map(|batch| batch.features().map(|row| row.id().to_string()).collect::<Vec<_>>()).collect()
}

#[test]
fn replaced_and_added_rows_come_last_in_its_own_order_by_identity() {
    let place = Place::new(memory(&ten(), Effort::Everything));
    place.delta.amend(&upsert(&[event(50, 1.0), event(3, 9.0), event(20, 1.0)])).expect("amended");
    place.delta.amend(&delete(&[1])).expect("amended");
    let source = place.delta.source(2).expect("a state");
    let all = ["2", "4", "5", "6", "7", "8", "9", "10", "3", "20", "50"];
    assert_eq!(ids(&source, &FeatureQuery::default()), all);
    for begin in 0..all.len() {
        let after = Some(Position { key: Vec::new(), id: FeatureId::parse(all[begin]) });
        let query = FeatureQuery { after, limit: Some(4), ..FeatureQuery::default() };
        assert_eq!(ids(&source, &query), all[(begin + 1).min(all.len())..(begin + 5).min(all.len())], "after {begin}");
    }
}

#[test]
fn the_number_of_rows_is_exact_when_everything_is_asked_and_never_guessed() {
    for effort in [Effort::Filter, Effort::Everything] {
        let place = Place::new(memory(&ten(), effort));
        place.delta.amend(&upsert(&[event(50, 1.0), event(3, 9.0)])).expect("amended");
        place.delta.amend(&delete(&[1, 50])).expect("amended");
        let matched = |sequence: u64, query: &FeatureQuery| {
            ready(place.delta.source(sequence).expect("a state").scan(query)).expect("answered").matched()
        };
        assert_eq!(matched(0, &FeatureQuery::default()), Matched::Exact(10));
        assert_eq!(matched(1, &FeatureQuery::default()), Matched::Exact(11));
        let page = FeatureQuery { limit: Some(1), ..FeatureQuery::default() };
        assert_eq!(matched(2, &page), Matched::Exact(9));
        let strong = Filter::Ids(vec![FeatureId::Number(3)]);
        assert_eq!(matched(2, &FeatureQuery { filter: Some(strong), ..page }), Matched::Unknown);
    }
}

#[test]
fn nearest_rows_are_left_to_be_ordered_by_whoever_asks() {
    let place = Place::new(memory(&ten(), Effort::Everything));
    place.delta.amend(&upsert(&[event(50, 1.0)])).expect("amended");
    let near = Some(Near { centre: [100.5, 5.0], count: 1, within_m: None });
    let query = FeatureQuery { near, limit: Some(1), ..FeatureQuery::default() };
    let source = place.delta.source(1).expect("a state");
    let scan = ready(source.scan(&query)).expect("answered");
    assert!(!scan.is_paged() && !scan.is_sorted());
    assert_eq!(ids(&source, &query).len(), 11, "no row is lost to the limit");
}

#[test]
fn all_batches_of_an_answer_have_the_same_columns() {
    let sample = sample_features(Effort::Nothing);
    let folder = super::support::quick_folder();
    let base = stored(&folder, "features.gpkg", sample.schema(), sample.batches().to_vec());
    let place = amended(base);
    let source = place.delta.source(4).expect("a state");
    let columns = Columns::These { names: vec!["rank".to_owned()], geometry: false };
    let query = FeatureQuery {
        columns,
        text: Some("basalt".to_owned()),
        bbox: Some(Bbox::WORLD),
        sort: vec![SortKey::ascending("depth_m")],
        ..FeatureQuery::default()
    };
    let names = |batch: &terrane_model::Batch| {
        batch.schema.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>()
    };
    let batches = batches_of(ready(source.scan(&query)).expect("answered").into_rows());
    assert!(batches.len() > 1);
    assert!(batches.iter().all(|batch| names(batch) == ["rank", "depth_m"] && batch.geometry.is_none()));
}

#[test]
fn a_moment_finer_than_the_base_spells_it_loses_no_row_between_pages() {
    let folder = super::support::quick_folder();
    let at = |id: i64, time: i64| super::support::Event { time: Some(time), ..event(id, 1.0) };
    let second = 1_700_000_000_000_000;
    let base = [at(1, second), at(2, second), at(9, second), at(3, second + 1_000)];
    let base = stored(&folder, "features.gpkg", &event_schema(), batches(&event_schema(), &base));
    let place = Place::new(base);
    place.delta.amend(&upsert(&[at(5, second + 500), at(4, second + 1)])).expect("amended");
    let source = place.delta.source(1).expect("a state");
    for descending in [false, true] {
        let sort = vec![SortKey { column: "time".to_owned(), descending }];
        let mut query = FeatureQuery { sort, limit: Some(1), ..FeatureQuery::default() };
        let mut found = Vec::new();
        while let Some(batch) = batches_of(ready(source.scan(&query)).expect("answered").into_rows()).first() {
            let row = batch.features().next().expect("a row");
            found.push(row.id().to_string());
            query.after = Some(Position::of(&row, &query.sort));
        }
        let expected = if descending { ["3", "5", "4", "1", "2", "9"] } else { ["1", "2", "9", "4", "5", "3"] };
        assert_eq!(found, expected);
    }
}
