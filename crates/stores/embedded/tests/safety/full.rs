//! A data folder on a disk that is full: nothing is half written, reading goes on, and room is all that it needs.

use crate::kit::{SmallDisk, everything, id, names_in, publish, put};
use terrane_model::ledger::{Change, Commit, Expect, Shelf};
use terrane_model::store::{Silent, Store as _};
use terrane_model::{Instant, Result};
use terrane_store_embedded::{EmbeddedStore, verify_folder};

fn commit(store: &EmbeddedStore, number: usize) -> Result<u64> {
    let change = Change {
        shelf: Shelf::Setting,
        id: format!("note-{number}"),
        expect: Expect::Anything,
        body: Some("x".repeat(20_000)),
    };
    store.ledger().commit(&Commit { changes: vec![change], who: "test".to_owned(), why: String::new(), at: Instant(0) })
}

#[test]
fn on_a_full_disk_reading_goes_on_and_writing_does_again_when_there_is_room() {
    let outer = tempfile::tempdir().expect("a folder");
    let Some(disk) = SmallDisk::mount(&outer.path().join("small"), "8m") else { return };
    let data = disk.0.join("data");
    EmbeddedStore::create(&data).expect("made");
    let store = EmbeddedStore::open(&data).expect("it opens");
    let revision = publish(&store, "rocks", b"x");
    let filler = disk.0.join("filler");
    let _ = std::fs::write(&filler, vec![1; 64 << 20]);
    let error = (0..1_000).find_map(|number| commit(&store, number).err()).expect("there is no room");
    assert!(error.to_string().contains("disk"), "{error}");
    let before = everything(store.ledger()).expect("what was committed is read");
    assert!(store.open(&id("rocks"), &revision).is_ok());
    assert!(store.sqlite_ledger().copy_beside().is_err(), "there is no room for a copy");
    assert!(!names_in(&data).iter().any(|name| name.contains("part")), "and none of it stays: {:?}", names_in(&data));
    let mut draft = store.draft().expect("a folder has room");
    assert!(draft.keep_record(&"x".repeat(100_000)).is_err_and(|error| error.to_string().contains("the disk is full")));
    drop(draft);
    assert!(everything(store.ledger()).expect("read") == before);
    std::fs::remove_file(&filler).expect("removed");
    put(store.ledger(), Shelf::Setting, "later", "x");
    publish(&store, "rocks", b"y");
    assert!(store.sqlite_ledger().copy_beside().expect("now there is room"));
    drop(store);
    assert_eq!(verify_folder(&data, &Silent).expect("the catalogue is whole").faults, []);
}
