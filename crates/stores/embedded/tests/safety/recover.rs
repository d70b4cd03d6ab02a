//! Recovering without any copy, and what must not be recovered.

use crate::kit::{data, folder, id, names_in, open, publish, put, take_away};
use terrane_model::Kind;
use terrane_model::ledger::Shelf;
use terrane_model::store::{Silent, Store as _};
use terrane_store_embedded::{EmbeddedStore, Recovered, recover};

#[test]
fn a_whole_catalogue_is_not_recovered() {
    let outer = folder();
    let error = recover(&data(&outer), &Silent).expect_err("there is nothing to do");
    assert_eq!(error.kind(), Kind::Conflict);
    let held = open(&outer);
    assert!(recover(&data(&outer), &Silent).is_err(), "nor one in use");
    drop(held);
}

#[test]
fn with_nothing_but_the_data_every_whole_dataset_comes_back_and_a_broken_one_is_reported() {
    let outer = folder();
    let store = open(&outer);
    let revisions = ["rocks", "faults", "broken"].map(|name| publish(&store, name, b"x"));
    put(store.ledger(), Shelf::Map, "all", "{}");
    let broken = store.revision_folder(&id("broken"), &revisions[2]);
    drop(store);
    std::fs::write(broken.join("features.gpkg"), "not what was published").expect("written");
    let path = data(&outer).join("catalogue.sqlite");
    for content in [Some(vec![0; 40_960]), Some(b"<html>".to_vec()), None] {
        match content {
            Some(content) => std::fs::write(&path, content).expect("written"),
            None => std::fs::remove_file(&path).expect("removed"),
        }
        let error = EmbeddedStore::open(&data(&outer)).err().expect("it is refused");
        assert!(error.to_string().contains("terrane doctor --recover"), "{error}");
        let recovery = recover(&data(&outer), &Silent).expect("recovered");
        let outcomes: Vec<(&str, &Recovered)> = recovery.records.iter().map(|(_, id, it)| (id.as_str(), it)).collect();
        assert_eq!(
            outcomes,
            [
                ("broken", &Recovered::Lost),
                ("faults", &Recovered::FromFolder(revisions[1].clone())),
                ("rocks", &Recovered::FromFolder(revisions[0].clone())),
            ]
        );
        let left =
            names_in(&data(&outer)).into_iter().filter(|name| name.contains("recover") || name.ends_with("part"));
        assert_eq!(left.count(), 0, "nothing is left of the work: {:?}", names_in(&data(&outer)));
        assert!(recovery.to_string().contains("The dataset “broken” is lost; take it from a backup"), "{recovery}");
        let store = open(&outer);
        let names: Vec<String> =
            store.ledger().list(Shelf::Dataset).expect("read").into_iter().map(|record| record.id).collect();
        assert_eq!(names, ["faults", "rocks"]);
        assert!(store.open(&id("rocks"), &revisions[0]).expect("it opens").features.is_some());
        assert!(broken.is_dir(), "nobody's data is thrown away");
    }
}

#[test]
fn what_the_log_of_a_damaged_catalogue_holds_is_recovered_too() {
    let outer = folder();
    let store = open(&outer);
    publish(&store, "rocks", b"x");
    put(store.ledger(), Shelf::Setting, "title", "in the log only");
    put(store.ledger(), Shelf::Setting, "gone", "x");
    take_away(store.ledger(), Shelf::Setting, "gone");
    // As after a kill: the log is there, and then the file below it goes bad.
    let held = rusqlite::Connection::open(data(&outer).join("catalogue.sqlite")).expect("opens");
    held.query_row("SELECT count(*) FROM record", [], |row| row.get::<_, i64>(0)).expect("read");
    let copy = tempfile::tempdir().expect("a folder");
    crate::kit::copy_folder(&data(&outer), &copy.path().join("data"));
    let path = copy.path().join("data/catalogue.sqlite");
    assert!(copy.path().join("data/catalogue.sqlite-wal").metadata().expect("there").len() > 0, "a log is left");
    std::fs::write(&path, vec![7; 4_096]).expect("written");
    // SQLite may read all of it from the log alone; then nothing is damaged.
    if EmbeddedStore::open(&copy.path().join("data")).is_err() {
        recover(&copy.path().join("data"), &Silent).expect("recovered");
    }
    let store = EmbeddedStore::open(&copy.path().join("data")).expect("it opens");
    let title = store.ledger().read(Shelf::Setting, "title").expect("read").expect("it is back");
    assert_eq!(title.body, "in the log only");
    assert!(store.ledger().read(Shelf::Setting, "gone").expect("read").is_none());
}

#[test]
fn versions_go_on_from_the_last_that_is_known() {
    let outer = folder();
    let store = open(&outer);
    for _ in 0..5 {
        publish(&store, "rocks", b"x");
    }
    store.sqlite_ledger().copy_beside().expect("copied");
    drop(store);
    std::fs::write(data(&outer).join("catalogue.sqlite"), "gone").expect("written");
    // A revision that the copy does not know of was published later.
    recover(&data(&outer), &Silent).expect("recovered");
    let store = open(&outer);
    let before = store.ledger().read(Shelf::Dataset, "rocks").expect("read").expect("it is back").version;
    let later = publish(&store, "rocks", b"later");
    drop(store);
    std::fs::write(data(&outer).join("catalogue.sqlite"), "gone again").expect("written");
    recover(&data(&outer), &Silent).expect("recovered");
    let store = open(&outer);
    let record = store.ledger().read(Shelf::Dataset, "rocks").expect("read").expect("it is back");
    assert!(record.version > before, "{} after {before}", record.version);
    assert!(record.body.contains(&later), "the newest edition is the one that is shown");
}
