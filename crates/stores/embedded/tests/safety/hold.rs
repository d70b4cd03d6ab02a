//! Revisions that are copied stay, whichever program removes them, and go when the copying is done.

use crate::kit::{data, folder, id, open, publish, write};
use terrane_model::store::Store as _;
use terrane_store_embedded::EmbeddedStore;

#[test]
fn what_is_removed_while_it_is_copied_goes_when_the_last_copy_is_done() {
    let outer = folder();
    let store = open(&outer);
    let revision = publish(&store, "rocks", b"x");
    let place = store.revision_folder(&id("rocks"), &revision);
    let other_program = EmbeddedStore::open_reading(&data(&outer)).expect("it can be looked at");
    let (first, second) = (store.hold(), other_program.hold());
    store.discard(&id("rocks")).expect("asked for");
    assert!(place.join("features.gpkg").is_file(), "it stays while both copy");
    drop(first);
    assert!(place.join("features.gpkg").is_file(), "it stays while another program copies");
    drop(second);
    store.keep_only(&id("other"), &[]).expect("nothing to do");
    let later = publish(&store, "faults", b"x");
    publish(&store, "faults", b"y");
    assert!(!place.exists(), "the next removal takes it along");
    assert!(!store.revision_folder(&id("faults"), &later).exists());
}

#[test]
fn a_dataset_that_comes_back_while_the_old_one_is_copied_keeps_its_new_data() {
    let outer = folder();
    let store = open(&outer);
    let old = publish(&store, "rocks", b"x");
    let hold = store.hold();
    store.discard(&id("rocks")).expect("asked for");
    let new = write(&store, "rocks", b"y");
    drop(hold);
    assert!(!store.revision_folder(&id("rocks"), &old).exists());
    assert!(store.open(&id("rocks"), &new).is_ok());
}

#[test]
fn a_folder_that_may_not_be_written_can_be_held() {
    let outer = folder();
    let store = open(&outer);
    std::fs::remove_file(data(&outer).join("terrane.hold")).ok();
    std::fs::create_dir(data(&outer).join("terrane.hold")).expect("made");
    drop(store.hold());
    assert!(store.discard(&id("never")).is_ok(), "there is nothing to remove");
}
