//! Programs killed at random moments of a backup and of a restore.

use crate::kit::{Chance, child, copy_folder, data, folder, names_in, open, publish, told};
use std::path::Path;
use std::time::{Duration, Instant};
use terrane_model::ledger::Shelf;
use terrane_model::store::{Silent, Store as _};
use terrane_store_embedded::{EmbeddedStore, backup, recover, restore, verify_backup, verify_folder};

const KILLS: usize = 20;

#[test]
#[ignore = "started as a process of its own"]
fn backs_up() {
    let (Some(data), Some(to)) = (told("SAFETY_DATA"), told("SAFETY_TO")) else { return };
    backup(&EmbeddedStore::open_reading(&data).expect("it opens"), &to, &Silent).expect("backed up");
}

#[test]
#[ignore = "started as a process of its own"]
fn restores() {
    let (Some(from), Some(to)) = (told("SAFETY_FROM"), told("SAFETY_TO")) else { return };
    restore(&from, &to, &Silent).expect("restored");
}

#[test]
#[ignore = "started as a process of its own"]
fn recovers() {
    let Some(data) = told("SAFETY_DATA") else { return };
    recover(&data, &Silent).expect("recovered");
}

/// Starts a child again and again and kills it at moments that are spread over the time that a whole run takes; after each kill `check`
/// looks at what is there and takes it away. A machine that becomes less busy needs less time than at first: each child that was done
/// before its end lets the next ones have less, each that was not lets them have more. Returns how often a child was killed before it
/// was done.
fn kill_again_and_again(test: &str, settings: &[(&str, &str)], check: &dyn Fn() -> bool) -> usize {
    let begun = Instant::now();
    assert!(child(test, settings).wait().expect("it ends").success(), "a child that is left alone succeeds");
    let mut spread = begun.elapsed() * 5 / 4;
    assert!(check(), "and has made what it was to make");
    let mut chance = Chance::new(5);
    let mut unfinished = 0;
    for _ in 0..KILLS {
        let mut killed = child(test, settings);
        std::thread::sleep(Duration::from_micros(chance.below(spread.as_micros() as usize) as u64));
        killed.kill().expect("killed");
        killed.wait().expect("it ends");
        let done = check();
        spread = if done { spread * 3 / 4 } else { spread * 5 / 4 };
        unfinished += usize::from(!done);
    }
    unfinished
}

fn large() -> tempfile::TempDir {
    let outer = folder();
    let store = open(&outer);
    for number in 0..4 {
        publish(&store, &format!("units-{number}"), &Chance::new(number).bytes(4_000_000));
    }
    outer
}

#[test]
fn a_killed_backup_is_never_taken_for_a_whole_one() {
    let outer = large();
    let to = outer.path().join("a.tar");
    let (from, target) = (data(&outer).display().to_string(), to.display().to_string());
    let unfinished = kill_again_and_again("kill::backs_up", &[("SAFETY_DATA", &from), ("SAFETY_TO", &target)], &|| {
        if !to.exists() {
            return false;
        }
        verify_backup(&to, &Silent).expect("a file that has its name is whole");
        std::fs::remove_file(&to).expect("removed");
        true
    });
    eprintln!("{unfinished} of {KILLS} backups were killed before they were done");
    assert!(unfinished > 0, "somebody was killed in time");
    let store = open(&outer);
    backup(&store, &to, &Silent).expect("what killed ones have left is in nobody's way");
    assert_eq!(names_in(outer.path()), ["a.tar", "data"], "and is gone");
    publish(&store, "units-0", b"later");
    let place = data(&outer).join("datasets/units-0");
    assert_eq!(names_in(&place).len(), 1, "a killed backup holds nothing");
}

#[test]
fn a_killed_restore_leaves_no_half_folder_under_the_final_name() {
    let outer = large();
    let (tar, to) = (outer.path().join("a.tar"), outer.path().join("new"));
    backup(&open(&outer), &tar, &Silent).expect("backed up");
    let (from, target) = (tar.display().to_string(), to.display().to_string());
    let theirs = outer.path().join("new.part-of-a-thesis");
    copy_folder(&data(&outer).join("datasets/units-1"), &theirs);
    let unfinished = kill_again_and_again("kill::restores", &[("SAFETY_FROM", &from), ("SAFETY_TO", &target)], &|| {
        if !to.exists() {
            return false;
        }
        check_whole(&to);
        std::fs::remove_dir_all(&to).expect("removed");
        true
    });
    eprintln!("{unfinished} of {KILLS} restores were killed before they were done");
    assert!(unfinished > 0, "somebody was killed in time");
    restore(&tar, &to, &Silent).expect("what killed ones have left is in nobody's way");
    assert_eq!(names_in(outer.path()), ["a.tar", "data", "new", "new.part-of-a-thesis"], "and is gone, and only that");
}

#[test]
fn a_killed_recovery_loses_nothing() {
    let outer = folder();
    let store = open(&outer);
    let revisions =
        [0, 1, 2, 3].map(|number| publish(&store, &format!("units-{number}"), &Chance::new(number).bytes(2_000_000)));
    drop(store);
    let path = data(&outer).join("catalogue.sqlite");
    let damage = || std::fs::write(&path, vec![9; 20_480]).expect("written");
    damage();
    let folder = data(&outer).display().to_string();
    let unfinished = kill_again_and_again("kill::recovers", &[("SAFETY_DATA", &folder)], &|| {
        let done = EmbeddedStore::open(&data(&outer)).is_ok();
        if !done {
            recover(&data(&outer), &Silent).expect("a second try is not in the way of the first");
        }
        let store = open(&outer);
        for (number, revision) in revisions.iter().enumerate() {
            let published = store.ledger().read(Shelf::Dataset, &format!("units-{number}")).expect("read");
            assert!(published.is_some_and(|record| record.body.contains(revision)), "units-{number} is back");
        }
        drop(store);
        damage();
        done
    });
    eprintln!("{unfinished} of {KILLS} recoveries were killed before they were done");
    assert!(unfinished > 0, "somebody was killed in time");
}

fn check_whole(folder: &Path) {
    assert_eq!(verify_folder(folder, &Silent).expect("the catalogue is whole").faults, []);
    EmbeddedStore::open(folder).expect("it opens");
}
