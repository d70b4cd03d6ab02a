//! Editions: each publication is one; they are numbered, compared, restored and pruned, and nothing of it loses a byte.

use crate::kit::{Layer, Node, id, in_hours, names, node, points};
use terrane_engine::editions::RowChanges;
use terrane_engine::import::ImportOptions;
use terrane_engine::pool::wait;
use terrane_engine::{Caller, FeatureQuestion, Policy};
use terrane_formats::about::DatasetRecord;
use terrane_model::store::Silent;
use terrane_model::testing::Effort;
use terrane_model::{Crs, FeatureId, Kind, LocalText};

/// A node whose dataset `rows` has three editions: a b, then a c (c where b was), then a.
fn three() -> Node {
    let layer = |rows: &[(&str, [f64; 2])]| vec![Layer::rows("rows", points(Crs::crs84(), rows))];
    let files = vec![
        ("first", layer(&[("a", [0.0, 0.0]), ("b", [1.0, 1.0])])),
        ("second", layer(&[("a", [0.0, 0.0]), ("c", [1.0, 1.0]), ("d", [2.0, 2.0])])),
        ("third", layer(&[("a", [0.0, 0.5])])),
    ];
    let node = node(Effort::Everything, files);
    node.engine.set_policy(Policy { editions_kept: 10, ..Policy::default() });
    for (file, label) in [("first", ""), ("second", "2nd edition"), ("third", "")] {
        let options = ImportOptions { replace: true, label: label.to_owned(), ..ImportOptions::default() };
        node.import(file, &options).expect("published");
    }
    node
}

fn rows(node: &Node) -> Vec<String> {
    let page = wait(node.engine.features(Caller::Public, FeatureQuestion::new(id("rows")))).expect("answered");
    names(&page.batches)
}

fn numbers(node: &Node) -> Vec<u64> {
    node.engine.editions(&id("rows")).expect("there").iter().map(|edition| edition.number).collect()
}

#[test]
fn every_publication_is_an_edition_that_says_when_by_whom_and_why() {
    let node = three();
    let editions = node.engine.editions(&id("rows")).expect("there");
    let told: Vec<_> =
        editions.iter().map(|edition| (edition.number, edition.why.as_str(), edition.label.as_str())).collect();
    assert_eq!(told, [(1, "add first", ""), (2, "add second", "2nd edition"), (3, "add third", "")]);
    assert_eq!(
        editions.iter().map(|edition| edition.record.about.rows).collect::<Vec<_>>(),
        [Some(2), Some(3), Some(1)]
    );
    let superseded: Vec<bool> = editions.iter().map(|edition| edition.superseded().is_some()).collect();
    assert_eq!(superseded, [true, true, false]);
    assert_eq!(node.engine.editions(&id("none")).err().map(|error| error.kind()), Some(Kind::NotFound));
}

#[test]
fn an_edition_that_is_restored_is_the_next_one_with_the_words_of_today() {
    let node = three();
    node.engine
        .edit(&id("rows"), |record: &mut DatasetRecord| record.about.title = LocalText::one("en", "Today"), "x")
        .expect("edited");
    let restored = node.engine.restore_edition(&id("rows"), 1, "test").expect("restored");
    assert_eq!((restored.number, restored.record.about.rows), (4, Some(2)));
    assert_eq!(rows(&node), ["a", "b"]);
    let catalogue = node.engine.catalogue();
    assert_eq!(catalogue.entry(Caller::Public, &id("rows")).expect("there").record().about.title.get(&[]), "Today");
    let again = node.engine.restore_edition(&id("rows"), 1, "test").expect_err("it is published already");
    assert_eq!(again.kind(), Kind::Conflict);
    assert!(node.engine.restore_edition(&id("rows"), 9, "test").expect_err("none").say().contains("1, 2, 3, 4"));
}

#[test]
fn pruning_keeps_the_newest_and_data_that_a_kept_edition_shares() {
    let node = three();
    node.engine.restore_edition(&id("rows"), 1, "test").expect("restored");
    node.engine.set_policy(Policy { editions_kept: 2, ..Policy::default() });
    node.engine.tidy_all(in_hours(2));
    assert_eq!(numbers(&node), [3, 4]);
    assert_eq!(rows(&node), ["a", "b"], "edition 4 reads what edition 1 wrote");
    assert_eq!(node.disk.places().len(), 2);
    node.engine.remove(&[id("rows")], "test").expect("removed");
    assert!(node.disk.places().is_empty());
    node.import("second", &ImportOptions::default()).expect("published again");
    assert_eq!(numbers(&node), [1]);
}

#[test]
fn who_asks_for_room_gets_it_at_once() {
    let node = three();
    assert_eq!(node.engine.prune(&id("rows"), 1, "test").expect("pruned"), [1, 2]);
    assert_eq!((numbers(&node), node.disk.places().len(), rows(&node)), (vec![3], 1, vec!["a".to_owned()]));
    assert_eq!(node.engine.prune(&id("rows"), 5, "test").expect("nothing to do"), [0_u64; 0]);
}

#[test]
fn two_editions_are_compared_row_by_row() {
    let node = three();
    let compared = node.engine.compare_editions(&id("rows"), (1, 2), &Silent).expect("compared");
    let number = FeatureId::Number;
    let expected = RowChanges {
        before: 2,
        after: 3,
        added: (1, vec![number(3)]),
        removed: (0, Vec::new()),
        changed: (1, vec![number(2)]),
    };
    assert_eq!(compared.rows, Some(expected));
    let moved = node.engine.compare_editions(&id("rows"), (2, 3), &Silent).expect("compared").rows.expect("rows");
    assert_eq!(
        (moved.added.0, moved.removed.0, moved.changed.1),
        (0, 2, vec![number(1)]),
        "a place that moved is a change"
    );
    let same = node.engine.compare_editions(&id("rows"), (3, 3), &Silent).expect("compared").rows.expect("rows");
    assert_eq!((same.added.0, same.removed.0, same.changed.0), (0, 0, 0));
}

#[test]
fn what_would_exceed_the_quota_is_refused_and_leaves_nothing() {
    let node = three();
    node.engine.set_policy(Policy { quota_bytes: Some(10), ..Policy::default() });
    let before = node.disk.places();
    let error = node.import("first", &ImportOptions { replace: true, ..ImportOptions::default() });
    let error = error.expect_err("a draft in memory says it has 1 000 bytes");
    assert!(error.kind() == Kind::TooLarge && error.say().contains("[quota]"), "{error}");
    assert_eq!((node.disk.places(), node.disk.open_drafts(), rows(&node)), (before, 0, vec!["a".to_owned()]));
}
