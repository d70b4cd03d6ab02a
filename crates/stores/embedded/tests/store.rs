//! The data folder: the suites of every trait, and what only a folder can get wrong.

use std::path::Path;
use tempfile::TempDir;
use terrane_model::ledger::{Change, Commit, Expect, Shelf};
use terrane_model::store::{Silent, Store};
use terrane_model::testing::{Effort, MemoryFeatures, check_ledger, check_store, ready, sample_features};
use terrane_model::{DatasetId, FeatureSource as _, Instant, Kind};
use terrane_store_embedded::{EmbeddedStore, SqliteLedger};

fn folder() -> TempDir {
    let outer = tempfile::tempdir().expect("a folder");
    EmbeddedStore::create(&outer.path().join("data")).expect("a data folder is made");
    outer
}

fn open(outer: &TempDir) -> EmbeddedStore {
    EmbeddedStore::open(&outer.path().join("data")).expect("the data folder opens")
}

fn say(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn id(text: &str) -> DatasetId {
    DatasetId::new(text).expect("a name of a dataset")
}

fn write(store: &EmbeddedStore, name: &str, originals: &[(&str, &str)]) -> String {
    let sample = sample_features(Effort::Nothing);
    let outer = tempfile::tempdir().expect("a folder");
    let mut draft = store.draft().expect("a draft is begun");
    draft
        .write_features(sample.schema(), &mut sample.batches().to_vec().into_iter().map(Ok), &Silent)
        .expect("rows are written");
    for (original, content) in originals {
        let path = outer.path().join("given");
        std::fs::write(&path, content).expect("written");
        draft.keep_original(original, &path).expect("the original is kept");
    }
    draft.keep_record("{}").expect("the record is kept");
    draft.finish(&id(name)).expect("the draft is finished")
}

fn change(name: &str, body: Option<&str>) -> Commit {
    let change =
        Change { shelf: Shelf::Setting, id: name.to_owned(), expect: Expect::Anything, body: body.map(str::to_owned) };
    Commit { changes: vec![change], who: "test".to_owned(), why: "test".to_owned(), at: Instant(0) }
}

/// Tells the ledger that a revision is the published one.
fn publish(store: &EmbeddedStore, name: &str, revision: &str) {
    let change = Change {
        shelf: Shelf::Dataset,
        id: name.to_owned(),
        expect: Expect::Anything,
        body: Some(format!("{{\"revision\": \"{revision}\"}}")),
    };
    let commit = Commit { changes: vec![change], who: "test".to_owned(), why: "test".to_owned(), at: Instant(0) };
    store.ledger().commit(&commit).expect("committed");
}

#[test]
fn a_revision_that_did_not_get_into_the_ledger_is_gone_after_the_next_start_and_published_ones_stay() {
    let outer = folder();
    let store = open(&outer);
    let published = write(&store, "rocks", &[]);
    publish(&store, "rocks", &published);
    let cut_off = write(&store, "rocks", &[]);
    write(&store, "never", &[]);
    drop(store);
    let looking = EmbeddedStore::open_reading(&outer.path().join("data")).expect("it opens");
    assert!(looking.open(&id("rocks"), &cut_off).is_ok(), "looking changes nothing");
    drop(looking);
    let store = open(&outer);
    assert!(store.open(&id("rocks"), &published).is_ok());
    assert_eq!(store.open(&id("rocks"), &cut_off).err().map(|error| error.kind()), Some(Kind::NotFound));
    let datasets = outer.path().join("data/datasets");
    assert!(!datasets.join("never").exists());
    assert_eq!(std::fs::read_dir(datasets.join("rocks")).expect("there").count(), 1, "no mark is left");
}

#[test]
fn the_folder_keeps_every_promise_of_a_store() {
    let outer = folder();
    check_store(&open(&outer));
}

#[test]
fn the_ledger_keeps_its_promises_on_a_folder_that_was_opened_before() {
    let outer = folder();
    drop(open(&outer));
    check_ledger(open(&outer).ledger());
}

#[test]
fn what_was_committed_and_finished_is_there_after_opening_again() {
    let outer = folder();
    let store = open(&outer);
    store.ledger().commit(&change("key", Some("value"))).expect("committed");
    let revision = write(&store, "rocks", &[]);
    publish(&store, "rocks", &revision);
    drop(store);
    let store = open(&outer);
    assert_eq!(
        store.ledger().read(Shelf::Setting, "key").expect("read").map(|record| record.body).as_deref(),
        Some("value")
    );
    assert!(store.open(&id("rocks"), &revision).expect("the revision opens").features.is_some());
}

#[test]
fn a_record_that_comes_back_after_a_new_start_does_not_use_a_version_again() {
    let outer = folder();
    let version = |store: &EmbeddedStore| store.ledger().read(Shelf::Setting, "x").expect("read").map(|it| it.version);
    let store = open(&outer);
    store.ledger().commit(&change("x", Some("first"))).expect("committed");
    store.ledger().commit(&change("x", None)).expect("committed");
    drop(store);
    let store = open(&outer);
    assert_eq!(version(&store), None);
    store.ledger().commit(&change("x", Some("second"))).expect("committed");
    assert_eq!(version(&store), Some(2));
}

#[test]
fn a_second_program_is_refused_and_told_which_process_holds_the_folder() {
    let outer = folder();
    let held = open(&outer);
    let error = EmbeddedStore::open(&outer.path().join("data")).err().expect("the folder is held");
    assert_eq!(error.kind(), Kind::Conflict);
    let process = format!("process {}", std::process::id());
    assert!(say(&error).contains(&process), "{error}");
    drop(held);
    open(&outer);
}

#[test]
fn looking_works_while_the_folder_is_held_and_changes_nothing() {
    let outer = folder();
    let held = open(&outer);
    held.ledger().commit(&change("key", Some("value"))).expect("committed");
    let revision = write(&held, "rocks", &[]);
    let open_draft = held.draft().expect("a draft is begun");
    let looking = EmbeddedStore::open_reading(&outer.path().join("data")).expect("it can be looked at");
    assert!(looking.ledger().read(Shelf::Setting, "key").expect("read").is_some());
    assert!(looking.open(&id("rocks"), &revision).expect("the revision opens").features.is_some());
    assert!(looking.ledger().commit(&change("key", None)).is_err(), "a reader cannot commit");
    assert!(looking.draft().is_err(), "a reader cannot publish");
    assert_eq!(
        std::fs::read_dir(outer.path().join("data/drafts")).expect("there").count(),
        1,
        "the draft is untouched"
    );
    drop(open_draft);
}

#[test]
fn drafts_of_a_killed_program_are_gone_after_the_next_start_and_revisions_stay() {
    let outer = folder();
    let store = open(&outer);
    let revision = write(&store, "rocks", &[]);
    publish(&store, "rocks", &revision);
    // A killed program drops nothing.
    std::mem::forget(store.draft().expect("a draft is begun"));
    drop(store);
    let drafts = outer.path().join("data/drafts");
    assert_eq!(std::fs::read_dir(&drafts).expect("there").count(), 1);
    let store = open(&outer);
    assert!(!drafts.exists(), "the draft is removed");
    assert!(store.open(&id("rocks"), &revision).is_ok());
}

#[test]
fn a_catalogue_of_a_newer_program_is_refused_and_stays_as_it_is() {
    let outer = folder();
    let path = outer.path().join("data/catalogue.sqlite");
    let connection = rusqlite::Connection::open(&path).expect("opens");
    connection.pragma_update(None, "user_version", 99).expect("written");
    drop(connection);
    for error in [EmbeddedStore::open(&outer.path().join("data")).err(), SqliteLedger::open_reading(&path).err()] {
        let error = error.expect("a newer layout is refused");
        assert_eq!(error.kind(), Kind::Unsupported);
        assert!(say(&error).contains("99"), "{error}");
    }
}

#[test]
fn a_catalogue_of_an_older_program_is_brought_up_to_date_and_kept_as_it_was() {
    let outer = folder();
    let path = outer.path().join("data/catalogue.sqlite");
    let old = rusqlite::Connection::open(&path).expect("opens");
    let body =
        r#"INSERT INTO record VALUES ('setting', 'old', 7, 'kept', 0); DROP TABLE removed; PRAGMA user_version = 1;"#;
    old.execute_batch(body).expect("an old catalogue is made");
    drop(old);
    let store = open(&outer);
    let record = store.ledger().read(Shelf::Setting, "old").expect("read").expect("it is kept");
    assert_eq!((record.version, record.body.as_str()), (7, "kept"));
    store.ledger().commit(&change("old", None)).expect("the new layout is there");
    let copy = rusqlite::Connection::open(outer.path().join("data/catalogue.layout-1.sqlite")).expect("the copy opens");
    let kept: String = copy.query_row("SELECT body FROM record WHERE id = 'old'", [], |row| row.get(0)).expect("a row");
    assert_eq!(kept, "kept");
}

#[test]
fn a_catalogue_that_is_no_database_is_named_as_damaged() {
    let outer = folder();
    std::fs::write(outer.path().join("data/catalogue.sqlite"), "<html>not a database, but long enough to be looked at")
        .expect("written");
    let error = EmbeddedStore::open(&outer.path().join("data")).err().expect("it is refused");
    assert!(say(&error).contains("catalogue.sqlite is damaged"), "{error}");
}

#[test]
fn names_of_revisions_that_lead_elsewhere_are_not_opened() {
    let outer = folder();
    let store = open(&outer);
    let revision = write(&store, "rocks", &[]);
    let elsewhere = format!("../rocks/{revision}");
    for name in
        ["", ".", "..", "../..", "/etc", "a/b", "a\\b", "\0", elsewhere.as_str(), &format!("{revision}/original")]
    {
        let refused = store.open(&id("rocks"), name).err().map(|error| error.kind());
        assert_eq!(refused, Some(Kind::NotFound), "“{name}”");
    }
    for name in ["..", "../x", "/etc", "a/b", "", ".hidden", "a\0"] {
        assert!(DatasetId::new(name).is_err(), "“{name}” is no name of a dataset, so no folder is made of it");
    }
}

#[test]
fn originals_are_kept_under_plain_names_and_two_of_one_name_are_both_kept() {
    let outer = folder();
    let store = open(&outer);
    let originals =
        [("../../units.shp", "a"), ("units.shp", "b"), ("UNITS.SHP", "c"), ("…/地質.dbf", "d"), ("..", "e")];
    let revision = write(&store, "units", &originals);
    let files = store.open(&id("units"), &revision).expect("opens").files.expect("originals were kept");
    let names: Vec<String> = ready(files.list()).expect("listed").into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["UNITS-3.SHP", "file", "units-2.shp", "units.shp", "…地質.dbf"]);
    let content = |name: &str| ready(files.read(name, 0..100)).expect("read");
    assert_eq!((content("units.shp"), content("units-2.shp")), (b"a".to_vec(), b"b".to_vec()));
    let kept = outer.path().join("data/datasets/units").join(&revision).join("original");
    assert_eq!(std::fs::read_dir(kept).expect("there").count(), originals.len(), "nothing was written elsewhere");
}

#[test]
fn files_are_read_by_range_and_only_by_names_that_are_listed() {
    let outer = folder();
    let store = open(&outer);
    let revision = write(&store, "units", &[("a.csv", "0123456789")]);
    let files = store.open(&id("units"), &revision).expect("opens").files.expect("originals were kept");
    assert_eq!(ready(files.read("a.csv", 2..5)).expect("read"), b"234");
    assert_eq!(ready(files.read("a.csv", 8..u64::MAX)).expect("read"), b"89");
    assert_eq!(ready(files.read("a.csv", 20..30)).expect("read"), b"");
    for name in ["../features.gpkg", "/etc/passwd", "A.CSV", "", "."] {
        assert_eq!(ready(files.read(name, 0..9)).err().map(|error| error.kind()), Some(Kind::NotFound), "“{name}”");
    }
}

#[test]
fn only_the_revisions_named_are_kept() {
    let outer = folder();
    let store = open(&outer);
    let revisions: Vec<String> = (0..3).map(|_| write(&store, "rocks", &[])).collect();
    assert!(revisions.is_sorted(), "later revisions have greater names: {revisions:?}");
    store.keep_only(&id("rocks"), &[&revisions[1], "never-there"]).expect("removed");
    let opens = |at: usize| store.open(&id("rocks"), &revisions[at]).is_ok();
    assert_eq!([opens(0), opens(1), opens(2)], [false, true, false]);
    store.keep_only(&id("rocks"), &[]).expect("removed");
    assert!(!outer.path().join("data/datasets/rocks").exists(), "no empty folder stays");
    store.keep_only(&id("never"), &[]).expect("what is not there needs no removing");
}

#[test]
fn a_folder_is_made_once_and_only_where_nothing_is() {
    let outer = folder();
    let path = outer.path().join("data");
    assert_eq!(EmbeddedStore::create(&path).err().map(|error| error.kind()), Some(Kind::Conflict));
    let full = outer.path().join("full");
    std::fs::create_dir(&full).expect("made");
    std::fs::write(full.join("thesis.txt"), "x").expect("written");
    let error = EmbeddedStore::create(&full).expect_err("the folder is not empty");
    assert!(say(&error).contains("not empty"), "{error}");
    assert_eq!(std::fs::read_dir(&full).expect("there").count(), 1, "nothing was put there");
}

#[test]
fn a_folder_that_is_none_says_how_to_make_one() {
    let outer = tempfile::tempdir().expect("a folder");
    for path in [outer.path().to_owned(), outer.path().join("nowhere")] {
        let error = EmbeddedStore::open(&path).err().expect("it is no data folder");
        assert_eq!(error.kind(), Kind::NotFound);
        assert!(say(&error).contains("terrane init"), "{error}");
        assert!(!path.join("terrane.lock").exists(), "nothing is written to a folder of somebody else");
    }
}

#[test]
fn a_revision_is_a_geopackage_that_other_programs_open() {
    let outer = folder();
    let store = open(&outer);
    let sample: MemoryFeatures = sample_features(Effort::Nothing);
    let revision = write(&store, "rocks", &[]);
    let path: &Path = &store.revision_folder(&id("rocks"), &revision).join("features.gpkg");
    let connection = rusqlite::Connection::open(path).expect("opens");
    let rows: u64 = connection.query_row("SELECT count(*) FROM features", [], |row| row.get(0)).expect("counted");
    assert_eq!(rows, sample.batches().iter().map(|batch| batch.len() as u64).sum::<u64>());
    let table: String =
        connection.query_row("SELECT table_name FROM gpkg_contents", [], |row| row.get(0)).expect("a layer");
    assert_eq!(table, "features");
}
