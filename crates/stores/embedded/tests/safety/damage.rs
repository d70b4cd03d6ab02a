//! Catalogues of which a page was overwritten: opened with everything right, or refused by name, and what comes back.

use crate::kit::{Chance, data, everything, id, in_memory, open, publish, put, record, take_away};
use std::path::Path;
use tempfile::TempDir;
use terrane_formats::about::dataset_to_json;
use terrane_model::ledger::{Record, Shelf};
use terrane_model::store::{Silent, Store as _};
use terrane_store_embedded::{EmbeddedStore, Recovered, recover};

const DATASETS: usize = 100;
const ROUNDS: u64 = 50;
const PAGE_BYTES: usize = 4_096;

/// A closed data folder with many datasets, styles, maps and a history; the copy of its catalogue is of the middle of it.
fn large() -> (TempDir, Vec<Record>) {
    let outer = in_memory();
    EmbeddedStore::create(&data(&outer)).expect("a data folder is made");
    let store = open(&outer);
    for number in 0..DATASETS {
        publish(&store, &format!("units-{number}"), b"x");
        put(
            store.ledger(),
            Shelf::Style,
            &format!("units-{number}/default"),
            &format!("{{\"a\":\"{}\"}}", "b".repeat(number * 20)),
        );
    }
    put(store.ledger(), Shelf::Setting, "gone", "x");
    assert!(store.sqlite_ledger().copy_beside().expect("copied"));
    assert!(!store.sqlite_ledger().copy_beside().expect("copied"), "what is up to date is not written again");
    take_away(store.ledger(), Shelf::Setting, "gone");
    for number in (0..DATASETS).step_by(7) {
        let name = format!("units-{number}");
        let revision = dataset_revision(&store, &name);
        let mut edited = record(&name, &revision);
        edited.about.attribution = "edited".to_owned();
        put(store.ledger(), Shelf::Dataset, &name, &dataset_to_json(&edited));
    }
    publish(&store, "units-1", b"a later edition");
    let all = everything(store.ledger()).expect("read").0;
    (outer, all)
}

fn dataset_revision(store: &EmbeddedStore, name: &str) -> String {
    let record = store.ledger().read(Shelf::Dataset, name).expect("read").expect("it is there");
    terrane_formats::about::dataset_from_json(&record.body).expect("a record").revision
}

/// Overwrites a page or a sector in one of the ways in which disks and people do it.
fn overwrite(bytes: &mut [u8], round: u64) -> String {
    let mut chance = Chance::new(round + 1);
    let pages = bytes.len() / PAGE_BYTES;
    let page = if round < 4 { 0 } else { chance.below(pages) };
    let at = page * PAGE_BYTES;
    match round % 4 {
        0 => bytes[at..at + PAGE_BYTES].copy_from_slice(&chance.bytes(PAGE_BYTES)),
        1 => bytes[at..at + PAGE_BYTES].fill(0),
        2 => {
            let other = chance.below(pages) * PAGE_BYTES;
            bytes.copy_within(other..other + PAGE_BYTES, at);
        }
        _ => {
            let sector = at + 512 * chance.below(8);
            bytes[sector..sector + 512].copy_from_slice(&chance.bytes(512));
        }
    }
    format!("round {round}: page {page} of {pages}")
}

fn forget_log(data: &Path) {
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(data.join(format!("catalogue.sqlite{ending}")));
    }
}

#[test]
fn a_catalogue_with_an_overwritten_page_is_right_or_refused_and_every_dataset_comes_back() {
    let (outer, all) = large();
    let data = data(&outer);
    let path = data.join("catalogue.sqlite");
    let whole = std::fs::read(&path).expect("read");
    let (mut refused, mut records_back, mut lost_names) = (0, 0, 0);
    for round in 0..ROUNDS {
        forget_log(&data);
        let mut bytes = whole.clone();
        let which = overwrite(&mut bytes, round);
        std::fs::write(&path, &bytes).expect("written");
        match EmbeddedStore::open(&data) {
            Ok(store) => {
                let (records, ..) = everything(store.ledger()).expect("read");
                assert!(records == all, "{which}: it was opened, and not everything is as it was");
                continue;
            }
            Err(error) => {
                let said = error.to_string();
                assert!(said.contains("catalogue.sqlite is damaged") && said.contains("restore"), "{which}: {said}");
                refused += 1;
            }
        }
        let after = std::fs::read(&path).expect("read");
        assert!(after == bytes, "{which}: a damaged catalogue was written to");
        let recovery = recover(&data, &Silent).expect("something comes back");
        let kept = data.join(recovery.damaged.as_ref().expect("the damaged one is kept"));
        assert!(std::fs::read(&kept).expect("read") == bytes, "{which}: the damaged one is kept as it was");
        std::fs::remove_file(kept).expect("removed");
        let store = EmbeddedStore::open(&data).expect("the new one opens");
        for number in 0..DATASETS {
            let name = format!("units-{number}");
            let revision = dataset_revision(&store, &name);
            assert!(store.open(&id(&name), &revision).is_ok(), "{which}: “{name}” opens");
        }
        assert!(
            store.ledger().read(Shelf::Setting, "gone").expect("read").is_none(),
            "{which}: what was removed came back"
        );
        let (records, sequence, _) = everything(store.ledger()).expect("read");
        for record in &records {
            let before = all.iter().find(|before| (before.shelf, &before.id) == (record.shelf, &record.id));
            let before = before.expect("nothing is made up");
            // What is called whole is as it was.
            let outcome = outcome_of(&recovery.records, record);
            assert!(outcome != &Recovered::Whole || before.body == record.body, "{which}: {} is not whole", record.id);
            records_back += usize::from(before.body == record.body);
        }
        lost_names += all.len() - records.len();
        assert!(sequence > 0);
    }
    eprintln!(
        "{refused} of {ROUNDS} refused; {records_back} of {} records as they were, {lost_names} lost",
        refused * all.len()
    );
    assert!(refused > ROUNDS as usize / 2);
    assert!(records_back * 100 >= refused * all.len() * 99, "records come back: {records_back}");
}

fn outcome_of<'a>(all: &'a [(String, String, Recovered)], record: &Record) -> &'a Recovered {
    let found = all.iter().find(|(shelf, id, _)| (shelf.as_str(), id) == (record.shelf.name(), &record.id));
    &found.expect("every record is reported").2
}
