//! The catalogue: what cannot be opened is left out, what has not changed stays open, changes are made whole.

use crate::kit::{Layer, Node, id, node, points, source};
use std::sync::Arc;
use terrane_engine::catalogue::plain_layer;
use terrane_engine::import::ImportOptions;
use terrane_engine::{Caller, Style};
use terrane_formats::about::DatasetRecord;
use terrane_model::map::{Map, Node as MapNode};
use terrane_model::testing::Effort;
use terrane_model::{Crs, Kind, LocalText};

fn three() -> Node {
    let layer = |name: &str| vec![Layer::rows(name, points(Crs::crs84(), &[(name, [100.0, 10.0])]))];
    let node = node(Effort::Everything, vec![("a", layer("a")), ("b", layer("b")), ("c", layer("c"))]);
    for name in ["a", "b", "c"] {
        node.import(name, &ImportOptions::default()).expect("published");
    }
    node
}

fn published(node: &Node) -> Vec<String> {
    node.engine.catalogue().abouts(Caller::Public).map(|about| about.id.to_string()).collect()
}

fn map(name: &str, datasets: &[&str]) -> Map {
    Map {
        id: id(name),
        title: LocalText::one("en", name),
        description: LocalText::default(),
        base: None,
        view: None,
        layers: datasets.iter().map(|dataset| MapNode::Layer(plain_layer(id(dataset)))).collect(),
    }
}

#[test]
fn a_dataset_that_cannot_be_opened_is_left_out_and_named_and_the_rest_is_served() {
    let node = three();
    node.disk.broken.lock().expect("no panic").insert("b".to_owned());
    // A revision that was not open yet: the store is asked, and fails.
    node.import("b", &ImportOptions { replace: true, ..ImportOptions::default() }).expect("written");
    assert_eq!(published(&node), ["a", "c"]);
    let catalogue = node.engine.catalogue();
    let problems: Vec<&str> = catalogue.problems().iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(problems, ["b"]);
    node.disk.broken.lock().expect("no panic").clear();
    node.engine.refresh().expect("read again");
    assert_eq!(
        (published(&node), node.engine.catalogue().problems().len()),
        (vec!["a".into(), "b".into(), "c".into()], 0)
    );
}

#[test]
fn a_dataset_that_cannot_be_opened_can_be_replaced_with_its_styles_or_removed() {
    let node = three();
    let style = Style::from_json(r##"{"rules": [{"symbolizers": [{"type": "fill", "colour": "#123456"}]}]}"##);
    node.engine.put_style(&id("b"), "default", &style.expect("a style"), "test").expect("written");
    let replace = ImportOptions { replace: true, ..ImportOptions::default() };
    let break_b = || {
        node.disk.broken.lock().expect("no panic").insert("b".to_owned());
        node.import("b", &replace).expect("written");
        assert_eq!(published(&node), ["a", "c"]);
    };
    break_b();
    node.disk.broken.lock().expect("no panic").clear();
    node.import("b", &replace).expect("replaced");
    let catalogue = node.engine.catalogue();
    let version = catalogue.entry(Caller::Public, &id("b")).expect("there again").style(None).expect("a style").version;
    assert_eq!(version, 2, "its style is the one that was written");
    break_b();
    node.engine.remove(&[id("b")], "test").expect("removed");
    assert!(node.engine.catalogue().problems().is_empty());
    assert!(node.disk.places().iter().all(|(name, _)| name != "b"));
}

#[test]
fn a_publication_that_fails_leaves_a_dataset_that_cannot_be_opened_as_it_was() {
    let node = three();
    node.disk.broken.lock().expect("no panic").insert("b".to_owned());
    node.disk.full.lock().expect("no panic").insert("b".to_owned());
    assert!(node.import("b", &ImportOptions { replace: true, ..ImportOptions::default() }).is_err());
    node.disk.broken.lock().expect("no panic").clear();
    node.engine.refresh().expect("read again");
    assert_eq!(published(&node), ["a", "b", "c"]);
}

#[test]
fn what_has_not_changed_stays_open_and_a_changed_word_does_not_open_the_data_again() {
    let node = three();
    let (opened, a) = (node.disk.times_opened(), source(&node, "a"));
    node.engine.refresh().expect("read again");
    assert!(Arc::ptr_eq(&a, &source(&node, "a")), "the same source");
    let title = |record: &mut DatasetRecord| record.about.title = LocalText::one("en", "New");
    node.engine.edit(&id("a"), title, "test").expect("edited");
    assert_eq!(node.disk.times_opened(), opened, "nothing was opened again");
    assert_eq!(
        node.engine.catalogue().entry(Caller::Public, &id("a")).expect("there").record().about.title.get(&[]),
        "New"
    );
    node.import("a", &ImportOptions { replace: true, ..ImportOptions::default() }).expect("published");
    assert_eq!(node.disk.times_opened(), opened + 1, "a new revision is opened once");
}

#[test]
fn a_request_keeps_the_catalogue_it_began_with() {
    let node = three();
    let before = node.engine.catalogue();
    node.engine.remove(&[id("c")], "test").expect("removed");
    assert!(before.open(Caller::Public, &id("c")).is_ok());
    assert_eq!(
        node.engine.catalogue().open(Caller::Public, &id("c")).err().map(|error| error.kind()),
        Some(Kind::NotFound)
    );
}

#[test]
fn a_style_that_cannot_be_read_is_left_out_and_its_dataset_is_served() {
    use terrane_model::ledger::{Change, Expect, Shelf};
    let node = three();
    let body = Some("{\"rules\": 7}".to_owned());
    let change = Change { shelf: Shelf::Style, id: "a/odd".to_owned(), expect: Expect::Anything, body };
    node.engine.publish(vec![change], "test", "test").expect("written");
    let catalogue = node.engine.catalogue();
    assert_eq!(published(&node), ["a", "b", "c"]);
    assert_eq!(catalogue.problems().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a/odd"]);
    let entry = catalogue.entry(Caller::Public, &id("a")).expect("there");
    assert_eq!(entry.styles().iter().map(|style| style.name.as_str()).collect::<Vec<_>>(), ["default"]);
}

#[test]
fn a_dataset_that_a_map_shows_is_not_removed_and_the_map_is_named() {
    let node = three();
    node.engine.put_map(&map("both", &["a", "b"]), "test").expect("written");
    let error = node.engine.remove(&[id("a")], "test").expect_err("it is shown");
    assert_eq!(error.kind(), Kind::Conflict);
    assert!(error.say().contains("“both”"), "{error}");
    node.engine.remove(&[id("both")], "test").expect("the map goes");
    node.engine.remove(&[id("a")], "test").expect("now the dataset goes");
    assert_eq!(published(&node), ["b", "c"]);
    assert!(node.disk.places().iter().all(|(name, _)| name != "a"), "its data is gone");
}

#[test]
fn a_map_needs_datasets_and_styles_that_are_there_and_a_name_of_its_own() {
    let node = three();
    let refused = |map: &Map| node.engine.put_map(map, "test").err().map(|error| error.kind());
    assert_eq!(refused(&map("m", &["a", "nowhere"])), Some(Kind::NotFound));
    assert_eq!(refused(&map("a", &["b"])), Some(Kind::Conflict));
    let mut styled = map("m", &["a"]);
    styled.layers =
        vec![MapNode::Layer(terrane_model::map::Layer { style: Some("odd".to_owned()), ..plain_layer(id("a")) })];
    assert_eq!(refused(&styled), Some(Kind::NotFound));
}

#[test]
fn a_style_is_written_only_when_its_columns_are_there_and_its_version_rises() {
    let node = three();
    let version = || {
        let catalogue = node.engine.catalogue();
        catalogue.entry(Caller::Public, &id("a")).expect("there").style(Some("mine")).expect("there").version
    };
    let style = |column: &str| {
        let fill = r##"{"type": "fill", "colour": "#f1efe9"}"##;
        let json = format!(r#"{{"rules": [{{"filter": "{column} = 'x'", "symbolizers": [{fill}]}}]}}"#);
        Style::from_json(&json).expect("a style")
    };
    let (good, bad) = (style("name"), style("no_such_column"));
    node.engine.put_style(&id("a"), "mine", &good, "test").expect("the column is there");
    assert_eq!(version(), 1);
    node.engine.put_style(&id("a"), "mine", &good, "test").expect("written again");
    assert_eq!(version(), 2);
    assert!(node.engine.put_style(&id("a"), "mine", &bad, "test").is_err());
    assert_eq!(version(), 2);
}
