//! Checksums of revisions: what they find, and that a program we did not write reads them.

use crate::kit::{data, folder, id, open, publish};
use std::path::Path;
use std::process::Command;
use terrane_model::store::{Progress, Silent};
use terrane_store_embedded::{FaultKind, SUMS, verify_folder, verify_revision, write_checksums};

fn faults(folder: &Path) -> Vec<(String, FaultKind)> {
    let faults = verify_revision(folder, &Silent).expect("looked at");
    faults.into_iter().map(|fault| (fault.file, fault.kind)).collect()
}

#[test]
fn a_finished_revision_has_sums_that_sha256sum_agrees_with() {
    let outer = folder();
    let store = open(&outer);
    let revision = publish(&store, "units", b"a,b\n1,2\n");
    let place = store.revision_folder(&id("units"), &revision);
    assert_eq!(faults(&place), []);
    let output = Command::new("sha256sum").args(["--strict", "-c", SUMS]).current_dir(&place).output();
    let output = output.expect("sha256sum is part of every Linux");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}");
    assert_eq!(told.lines().collect::<Vec<_>>(), ["about.json: OK", "features.gpkg: OK", "original/地質 図.csv: OK"]);
}

#[test]
fn a_name_with_a_line_break_is_written_as_sha256sum_writes_it() {
    let outer = tempfile::tempdir().expect("a folder");
    let names = ["plain", "line\nbreak", "back\\slash", "  spaces "];
    for name in names {
        std::fs::write(outer.path().join(name), name).expect("written");
    }
    write_checksums(outer.path()).expect("listed");
    assert_eq!(faults(outer.path()), []);
    let check = Command::new("sha256sum").args(["--strict", "-c", SUMS]).current_dir(outer.path()).output();
    assert!(check.expect("it runs").status.success());
}

#[test]
fn what_is_missing_added_changed_or_no_file_is_named_with_what_to_do() {
    let outer = folder();
    let store = open(&outer);
    let revision = publish(&store, "units", b"a,b\n1,2\n");
    let place = store.revision_folder(&id("units"), &revision);
    let gpkg = place.join("features.gpkg");
    let mut bytes = std::fs::read(&gpkg).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&gpkg, bytes).expect("written");
    std::fs::remove_file(place.join("about.json")).expect("removed");
    std::fs::remove_file(place.join("original/地質 図.csv")).expect("removed");
    std::os::unix::fs::symlink("/etc/passwd", place.join("original/地質 図.csv")).expect("linked");
    std::fs::write(place.join("features.gpkg-wal"), "x").expect("written");
    std::fs::create_dir_all(place.join("display")).expect("made");
    std::fs::write(place.join("display/level.bin"), "derived, so nothing is promised").expect("written");
    assert_eq!(
        faults(&place),
        [
            ("features.gpkg".to_owned(), FaultKind::Changed),
            ("features.gpkg-wal".to_owned(), FaultKind::Extra),
            ("original/地質 図.csv".to_owned(), FaultKind::Unreadable),
            ("about.json".to_owned(), FaultKind::Missing),
        ]
    );
    let said: Vec<String> =
        verify_revision(&place, &Silent).expect("looked at").iter().map(ToString::to_string).collect();
    assert!(said[0].starts_with("“features.gpkg” is not what was published; take it from a backup"), "{said:?}");
    let whole = verify_folder(&data(&outer), &Silent).expect("the catalogue is whole");
    assert_eq!((whole.revisions, whole.faults.len()), (1, 4));
    assert_eq!(whole.faults[0].file, format!("datasets/units/{revision}/features.gpkg"));
}

#[test]
fn a_list_that_is_missing_or_no_list_is_said_and_not_taken_for_good() {
    let outer = folder();
    let store = open(&outer);
    let place = store.revision_folder(&id("units"), &publish(&store, "units", b"x"));
    for content in [None, Some("not a list\n"), Some("deadbeef  features.gpkg\n")] {
        let _ = std::fs::remove_file(place.join(SUMS));
        if let Some(content) = content {
            std::fs::write(place.join(SUMS), content).expect("written");
        }
        assert_eq!(faults(&place), [(SUMS.to_owned(), FaultKind::Unlisted)], "{content:?}");
    }
}

#[test]
fn looking_stops_when_nobody_wants_the_answer_any_more() {
    struct Stop;
    impl Progress for Stop {
        fn step(&self, _what: &str, _done: u64, _of: u64) -> bool {
            false
        }
    }
    let outer = folder();
    let store = open(&outer);
    let place = store.revision_folder(&id("units"), &publish(&store, "units", b"x"));
    assert!(verify_revision(&place, &Stop).is_err());
}
