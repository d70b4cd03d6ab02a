//! Backups: what is in them, what is refused, and that they hold a state that existed while others publish.

use crate::kit::{
    Chance, SmallDisk, data, everything, files_below, folder, id, in_memory, names_in, open, publish, put, record,
    write,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use terrane_formats::about::{dataset_from_json, dataset_to_json};
use terrane_model::Kind;
use terrane_model::ledger::{Record, Shelf};
use terrane_model::store::{Progress, Silent, Store as _};
use terrane_store_embedded::{EmbeddedStore, backup, restore, verify_backup, verify_folder};

/// A data folder with everything that a backup takes, and some that it does not, and a backup of it.
fn backed_up() -> (tempfile::TempDir, EmbeddedStore, PathBuf) {
    let outer = in_memory();
    EmbeddedStore::create(&data(&outer)).expect("a data folder is made");
    let store = open(&outer);
    let rocks = publish(&store, "rocks", &Chance::new(1).bytes(100_000));
    publish(&store, "faults", b"a,b\n");
    put(store.ledger(), Shelf::Setting, "title", "Survey");
    write(&store, "rocks", b"never published");
    let data = data(&outer);
    std::fs::write(data.join("terrane.toml"), "title = \"Survey\"\n").expect("written");
    std::fs::create_dir(data.join("fonts")).expect("made");
    std::fs::write(data.join("fonts/ລາວ.ttf"), "font").expect("written");
    let place = store.revision_folder(&id("rocks"), &rocks);
    std::fs::create_dir_all(place.join("display")).expect("made");
    std::fs::write(place.join("display/level.bin"), "derived").expect("written");
    delta(&place.with_extension("delta.gpkg"), 7);
    let to = outer.path().join("survey.tar");
    backup(&store, &to, &Silent).expect("backed up");
    (outer, store, to)
}

/// A database beside a revision in which so many rows were changed.
fn delta(path: &Path, changed: i64) {
    let connection = rusqlite::Connection::open(path).expect("opens");
    let all = "PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS changed (sequence INTEGER PRIMARY KEY);";
    connection.execute_batch(all).expect("made");
    connection.execute("INSERT OR IGNORE INTO changed VALUES (?1)", [changed]).expect("written");
}

#[test]
fn what_is_restored_is_what_was_published() {
    let (outer, store, to) = backed_up();
    let summary = verify_backup(&to, &Silent).expect("it is whole");
    let rows = 2 * record("rocks", "").about.rows.expect("counted");
    assert_eq!((summary.datasets, summary.rows, summary.remarks.len()), (2, rows, 0));
    assert_eq!(summary.sequence, store.ledger().sequence().expect("read"));
    let new = outer.path().join("elsewhere/new");
    assert_eq!(restore(&to, &new, &Silent).expect("restored"), summary);
    let restored = EmbeddedStore::open(&new).expect("it opens");
    assert!(everything(restored.ledger()).expect("read") == everything(store.ledger()).expect("read"));
    assert_eq!(verify_folder(&new, &Silent).expect("looked at").faults, []);
    let (before, after) = (files_below(&data(&outer)), files_below(&new));
    let copied = |name: &str| name.starts_with("datasets/") || name.starts_with("fonts/") || name == "terrane.toml";
    for (name, content) in after.iter().filter(|(name, _)| copied(name) && !name.contains(".delta.gpkg")) {
        assert!(before.get(name) == Some(content), "{name}");
    }
    let is_data = |name: &&String| name.starts_with("datasets/") && !name.ends_with("-wal") && !name.ends_with("-shm");
    let count = |files: &BTreeMap<String, Vec<u8>>| files.keys().filter(is_data).count();
    // Not in it: the revision that was never published (5 files with its list), the display copy, the delta's own log.
    assert!(!after.keys().any(|name| name.contains("/display/")));
    assert_eq!(count(&after), 9, "{:?}", after.keys().collect::<Vec<_>>());
    assert!(count(&before) > count(&after));
    let delta = after.keys().find(|name| name.ends_with(".delta.gpkg")).expect("the delta is there");
    let connection = rusqlite::Connection::open(new.join(delta)).expect("opens");
    let last: i64 = connection.query_row("SELECT max(sequence) FROM changed", [], |row| row.get(0)).expect("read");
    assert_eq!(last, 7, "also what was in its log");
}

#[test]
fn only_the_owner_may_read_a_backup_and_nothing_else_is_left_beside_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let (outer, _store, to) = backed_up();
    assert_eq!(std::fs::metadata(&to).expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(names_in(outer.path()), ["data", "survey.tar"]);
}

#[test]
fn tar_and_sha256sum_and_sqlite_are_enough_to_read_it() {
    let (outer, _store, to) = backed_up();
    let out = outer.path().join("by-hand");
    std::fs::create_dir(&out).expect("made");
    let tar = Command::new("tar").args(["-xf"]).arg(&to).arg("-C").arg(&out).output().expect("tar is everywhere");
    assert!(tar.status.success() && tar.stderr.is_empty(), "{tar:?}");
    let manifest: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("manifest.json")).expect("read")).expect("JSON");
    let files = manifest["files"].as_array().expect("a list");
    let sums: String = files
        .iter()
        .map(|file| format!("{}  {}\n", file["sha256"].as_str().expect("text"), file["path"].as_str().expect("text")))
        .collect();
    std::fs::write(out.join("SUMS"), sums).expect("written");
    let check = Command::new("sha256sum").args(["--strict", "--quiet", "-c", "SUMS"]).current_dir(&out).output();
    assert!(check.expect("it runs").status.success());
    let head =
        Command::new("head").arg("-c").arg(manifest["bytes_before"].to_string()).arg(&to).output().expect("it runs");
    std::fs::write(out.join("head"), head.stdout).expect("written");
    let sum = Command::new("sha256sum").arg(out.join("head")).output().expect("it runs");
    assert!(String::from_utf8_lossy(&sum.stdout).starts_with(manifest["sha256_before"].as_str().expect("text")));
    let list = Command::new("tar").arg("-tf").arg(&to).output().expect("it runs");
    let members = String::from_utf8_lossy(&list.stdout).lines().count();
    assert_eq!(members, files.len() + 1);
    assert!(EmbeddedStore::open(&out).is_ok(), "unpacked by hand it is a data folder too");
}

/// The commands that the manual gives for the day when there is no Terrane any more.
fn commands_of_the_manual() -> Vec<String> {
    let manual = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/howto/backup.md");
    let manual = std::fs::read_to_string(manual).expect("the manual is there");
    let (_, chapter) = manual.split_once("## When Terrane is no more").expect("the chapter is there");
    chapter.split("```sh\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0.to_owned())).collect()
}

#[test]
fn the_manual_gets_a_dataset_out_without_terrane() {
    let (outer, store, to) = backed_up();
    if Command::new("sqlite3").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "CI needs the sqlite3 program");
        eprintln!("SKIPPED: sqlite3 is not on the PATH, so the manual's commands were not tried");
        return;
    }
    let run = |script: &str| {
        let out = tempfile::tempdir().expect("a folder");
        std::fs::copy(&to, out.path().join("survey.tar")).expect("copied");
        let ran = Command::new("sh").args(["-eu", "-c", script]).current_dir(out.path()).output().expect("sh is there");
        assert!(ran.status.success() && ran.stderr.is_empty(), "{script}: {ran:?}");
        (out, String::from_utf8_lossy(&ran.stdout).into_owned())
    };
    let [one, all] = &commands_of_the_manual()[..] else { panic!("two blocks of commands") };
    let (out, told) = run(one);
    let rows = record("rocks", "").about.rows.expect("counted").to_string();
    assert_eq!(told.lines().last(), Some(rows.as_str()), "{told}");
    assert_eq!(names_in(&out.path().join("datasets")), ["rocks"], "one dataset was asked for");
    let (out, told) = run(all);
    assert_eq!(told, "", "all sums agree");
    drop(store);
    assert_eq!(names_in(&out.path().join("datasets")), names_in(&data(&outer).join("datasets")));
}

#[test]
fn nothing_is_written_over() {
    let (outer, store, to) = backed_up();
    let before = std::fs::read(&to).expect("read");
    assert_eq!(backup(&store, &to, &Silent).expect_err("it is there").kind(), Kind::Conflict);
    assert!(std::fs::read(&to).expect("read") == before);
    for taken in [data(&outer), to.clone()] {
        assert_eq!(restore(&to, &taken, &Silent).expect_err("it is taken").kind(), Kind::Conflict);
    }
    let empty = outer.path().join("empty");
    std::fs::create_dir(&empty).expect("made");
    restore(&to, &empty, &Silent).expect("an empty folder may be used");
    assert!(restore(&to, &empty, &Silent).is_err(), "now it is not empty");
    assert_eq!(names_in(outer.path()), ["data", "empty", "survey.tar"]);
}

#[test]
fn a_stopped_backup_and_a_stopped_restore_leave_nothing() {
    struct Stop;
    impl Progress for Stop {
        fn step(&self, _what: &str, _done: u64, _of: u64) -> bool {
            false
        }
    }
    let (outer, store, to) = backed_up();
    assert!(backup(&store, &outer.path().join("b.tar"), &Stop).is_err());
    assert!(restore(&to, &outer.path().join("new"), &Stop).is_err());
    assert!(verify_backup(&to, &Stop).is_err());
    assert_eq!(names_in(outer.path()), ["data", "survey.tar"]);
}

/// Looks that a file is refused with a sentence that has `said`, and that nothing is left of trying.
fn check_refused(outer: &Path, bytes: &[u8], what: &str) -> String {
    let bad = outer.join("bad.tar");
    std::fs::write(&bad, bytes).expect("written");
    let error = verify_backup(&bad, &Silent).expect_err(what);
    assert!(matches!(error.kind(), Kind::Invalid | Kind::Unsupported), "{what}: {error:?}");
    assert!(restore(&bad, &outer.join("new"), &Silent).is_err(), "{what}");
    std::fs::remove_file(&bad).expect("removed");
    assert_eq!(names_in(outer), ["data", "survey.tar"], "{what}");
    error.to_string()
}

#[test]
fn a_file_that_was_cut_off_anywhere_is_refused_and_leaves_nothing() {
    let (outer, _store, to) = backed_up();
    let whole = std::fs::read(&to).expect("read");
    let mut chance = Chance::new(3);
    let mut ends: Vec<usize> = (0..20).map(|_| chance.below(whole.len())).collect();
    ends.extend([0, 1, 511, 512, whole.len() - 1, whole.len() - 512, whole.len() - 1_024, whole.len() - 1_025]);
    for end in ends {
        let said = check_refused(outer.path(), &whole[..end], &format!("the first {end} bytes"));
        assert!(said.contains("whole backup") || said.contains("not a backup"), "{end}: {said}");
    }
    for more in [&b"x"[..], &[0; 512], &whole] {
        check_refused(outer.path(), &[&whole, more].concat(), "with something after its end");
    }
}

#[test]
fn a_flipped_bit_anywhere_is_refused_and_leaves_nothing() {
    let (outer, _store, to) = backed_up();
    let whole = std::fs::read(&to).expect("read");
    let mut chance = Chance::new(4);
    let mut places: Vec<usize> = (0..150).map(|_| chance.below(whole.len())).collect();
    // Headers, the list of contents, fillings and the end are small; they get their share.
    places.extend((0..150).map(|_| whole.len() - 1 - chance.below(6_000)));
    places.extend((0..60).map(|_| chance.below(512)));
    let bad = outer.path().join("flipped.tar");
    for (number, at) in places.into_iter().enumerate() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << chance.below(8);
        std::fs::write(&bad, &flipped).expect("written");
        let error = verify_backup(&bad, &Silent).expect_err(&format!("byte {at}"));
        assert!(matches!(error.kind(), Kind::Invalid | Kind::Unsupported), "byte {at}: {error:?}");
        std::fs::remove_file(&bad).expect("removed");
        // The same code reads it; writing takes its time.
        if number.is_multiple_of(20) {
            check_refused(outer.path(), &flipped, &format!("byte {at}"));
        }
    }
}

/// A tar made by another program of files with these names.
fn tar_of(names: &[&str], more: &[&str]) -> Vec<u8> {
    let outer = tempfile::tempdir().expect("a folder");
    for name in names {
        let place = outer.path().join(name);
        std::fs::create_dir_all(place.parent().expect("a parent")).expect("made");
        std::fs::write(&place, "{}").expect("written");
    }
    let made = Command::new("tar").args(["-cf", "-"]).args(more).arg("-C").arg(outer.path()).args(names).output();
    made.expect("tar is everywhere").stdout
}

#[test]
fn a_foreign_file_is_refused_and_nothing_leaves_the_folder() {
    let (outer, _store, to) = backed_up();
    let out = ["catalogue.sqlite", "manifest.json"];
    for (bytes, what) in [
        (b"<html>not a tar</html>".to_vec(), "a page"),
        (vec![0; 10_240], "zeros"),
        (tar_of(&["thesis.txt"], &[]), "somebody's tar"),
        (tar_of(&out, &[]), "the right names and another list"),
        (tar_of(&["catalogue.sqlite", "evil"], &["-P", "--transform=s,evil,../../evil,"]), "a name that leads out"),
        (tar_of(&["catalogue.sqlite", "evil"], &["-P", "--transform=s,evil,/tmp/evil,"]), "a name from the root"),
        (tar_of(&["catalogue.sqlite"], &["--format=gnu", "-S"]), "no list of contents"),
        (tar_of(&[&format!("catalogue.sqlite{}", "x".repeat(200))], &["--format=pax"]), "a long name"),
    ] {
        check_refused(outer.path(), &bytes, what);
    }
    let link = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink("/etc/passwd", link.path().join("catalogue.sqlite")).expect("linked");
    let made = Command::new("tar").args(["-cf", "-", "-C"]).arg(link.path()).arg("catalogue.sqlite").output();
    check_refused(outer.path(), &made.expect("tar is everywhere").stdout, "a link");
    drop(to);
}

#[test]
fn members_in_another_order_are_refused() {
    let (outer, _store, to) = backed_up();
    let by_hand = tempfile::tempdir().expect("a folder");
    assert!(Command::new("tar").arg("-xf").arg(&to).arg("-C").arg(by_hand.path()).status().expect("it runs").success());
    let list = Command::new("tar").arg("-tf").arg(&to).output().expect("it runs");
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    let mut names: Vec<&str> = list.lines().collect();
    let last = names.len() - 1;
    names.swap(last - 1, last - 2);
    let made = Command::new("tar").args(["-cf", "-", "--format=ustar", "-C"]).arg(by_hand.path()).args(&names).output();
    let said = check_refused(outer.path(), &made.expect("it runs").stdout, "another order");
    assert!(said.contains("at its place"), "{said}");
}

#[test]
fn a_long_name_and_an_odd_one_come_back() {
    let outer = folder();
    let store = open(&outer);
    let mut draft = store.draft().expect("a draft is begun");
    let given = outer.path().join("given");
    std::fs::write(&given, "content").expect("written");
    for name in ["地".repeat(60) + ".csv", "a b'c\"d".to_owned(), "-rf".to_owned(), "ü".repeat(90)] {
        draft.keep_original(&name, &given).expect("kept");
    }
    let revision = draft.finish(&id(&"x".repeat(64))).expect("finished");
    let name = "x".repeat(64);
    put(store.ledger(), Shelf::Dataset, &name, &dataset_to_json(&record(&name, &revision)));
    let (to, new) = (outer.path().join("a.tar"), outer.path().join("new"));
    backup(&store, &to, &Silent).expect("backed up");
    restore(&to, &new, &Silent).expect("restored");
    let originals = |data: &Path| names_in(&data.join("datasets").join(&name).join(&revision).join("original"));
    assert_eq!(originals(&new), originals(&data(&outer)));
    let list = Command::new("tar").arg("-tf").arg(&to).output().expect("it runs");
    assert!(String::from_utf8_lossy(&list.stdout).lines().count() == 7 && list.stderr.is_empty(), "{list:?}");
}

#[test]
fn what_is_not_in_order_is_remarked_and_the_rest_is_backed_up() {
    let outer = folder();
    let store = open(&outer);
    let rotten = publish(&store, "rotten", b"x");
    publish(&store, "good", b"x");
    put(store.ledger(), Shelf::Dataset, "away", &dataset_to_json(&record("away", "0197")));
    let place = store.revision_folder(&id("rotten"), &rotten);
    std::fs::write(place.join("about.json"), "{}").expect("written");
    std::fs::remove_file(place.join("original/地質 図.csv")).expect("removed");
    let to = outer.path().join("a.tar");
    let remarks = backup(&store, &to, &Silent).expect("backed up").remarks;
    assert!(remarks.iter().any(|it| it.contains("“away”") && it.contains("not in the folder")), "{remarks:?}");
    assert!(
        remarks.iter().any(|it| it.contains("about.json") && it.contains("not as it was published")),
        "{remarks:?}"
    );
    assert!(remarks.iter().any(|it| it.contains("地質 図.csv") && it.contains("missing")), "{remarks:?}");
    assert_eq!(verify_backup(&to, &Silent).expect("it is whole").remarks, remarks);
}

#[test]
fn earlier_editions_that_the_catalogue_names_are_in_it_and_removed_ones_are_not_missed() {
    let outer = folder();
    let store = open(&outer);
    let earlier = write(&store, "rocks", b"first edition");
    let now = write(&store, "rocks", b"second edition");
    put(store.ledger(), Shelf::Dataset, "rocks", &dataset_to_json(&record("rocks", &now)));
    let edition = format!(r#"{{"edition":1,"revisions":[{{"name":"0197a"}},{{"name":"{earlier}"}}]}}"#);
    put(store.ledger(), Shelf::Job, "rocks/1", &edition);
    let (to, new) = (outer.path().join("a.tar"), outer.path().join("new"));
    assert_eq!(backup(&store, &to, &Silent).expect("backed up").remarks, [""; 0]);
    restore(&to, &new, &Silent).expect("restored");
    assert_eq!(names_in(&new.join("datasets/rocks")), [earlier, now]);
    let check = verify_folder(&new, &Silent).expect("looked at");
    assert_eq!((check.revisions, check.faults.len()), (2, 0));
}

#[test]
fn a_delta_that_is_damaged_is_named() {
    let (outer, store, _to) = backed_up();
    let all = files_below(&data(&outer));
    let name = all.keys().find(|name| name.ends_with(".delta.gpkg")).expect("there is one").clone();
    assert_eq!(verify_folder(&data(&outer), &Silent).expect("looked at").faults, []);
    std::fs::write(data(&outer).join(&name), vec![1; 8_192]).expect("written");
    let faults = verify_folder(&data(&outer), &Silent).expect("looked at").faults;
    assert!(faults.len() == 1 && faults[0].file == name, "{faults:?}");
    assert!(
        backup(&store, &outer.path().join("b.tar"), &Silent).is_err_and(|error| error.to_string().contains("delta"))
    );
}

#[test]
fn a_damaged_catalogue_is_not_backed_up_as_if_it_were_whole() {
    let (outer, store, _to) = backed_up();
    drop(store);
    let path = data(&outer).join("catalogue.sqlite");
    let mut bytes = std::fs::read(&path).expect("read");
    bytes[4_096..8_192].fill(0x55);
    std::fs::write(&path, bytes).expect("written");
    let store = EmbeddedStore::open_reading(&data(&outer)).expect("it can be looked at");
    let error = backup(&store, &outer.path().join("b.tar"), &Silent).expect_err("it is damaged");
    assert!(error.to_string().contains("catalogue.sqlite is damaged"), "{error}");
    assert_eq!(names_in(outer.path()), ["data", "survey.tar"]);
}

/// Publishes, edits and removes until told to stop. Remembers what the catalogue was after each commit.
fn work(store: &EmbeddedStore, stop: &AtomicBool) -> BTreeMap<u64, Vec<Record>> {
    let mut states = BTreeMap::new();
    let mut round: u64 = 0;
    let mut remember = |sequence: u64| drop(states.insert(sequence, everything(store.ledger()).expect("read").0));
    while !stop.load(Ordering::Relaxed) || round < 20 {
        round += 1;
        let name = format!("units-{}", round % 5);
        let revision = write(store, &name, &Chance::new(round).bytes(20_000));
        delta(&store.revision_folder(&id(&name), &revision).with_extension("delta.gpkg"), 0);
        let json = dataset_to_json(&record(&name, &revision));
        remember(put(store.ledger(), Shelf::Dataset, &name, &json));
        store.keep_only(&id(&name), &[&revision]).expect("the one before goes");
        // An amendment: the row first, then the commit that says so.
        for amended in 1..=3 {
            let path = store.revision_folder(&id(&name), &revision).with_extension("delta.gpkg");
            delta(&path, amended);
            remember(put(store.ledger(), Shelf::Setting, &format!("amended-{name}"), &format!("{revision} {amended}")));
        }
        if round.is_multiple_of(4) {
            remember(crate::kit::take_away(store.ledger(), Shelf::Dataset, &name));
            store.discard(&id(&name)).expect("it goes");
        }
    }
    states
}

#[test]
fn a_backup_holds_a_state_that_existed_while_others_publish_and_amend() {
    let outer = in_memory();
    EmbeddedStore::create(&data(&outer)).expect("a data folder is made");
    let store = open(&outer);
    publish(&store, "large", &Chance::new(9).bytes(1_000_000));
    let stop = AtomicBool::new(false);
    let to = |number: usize| outer.path().join(format!("{number}.tar"));
    let states = std::thread::scope(|scope| {
        let worker = scope.spawn(|| work(&store, &stop));
        for number in 0..20 {
            // Something happens between two backups, however busy the machine is.
            let last = store.ledger().sequence().expect("read");
            while store.ledger().sequence().expect("read") == last && !worker.is_finished() {
                std::thread::yield_now();
            }
            // As the server does it, and as another program does it.
            let looking = EmbeddedStore::open_reading(&data(&outer)).expect("it can be looked at");
            let made = backup(if number % 2 == 0 { &store } else { &looking }, &to(number), &Silent);
            assert_eq!(made.expect("backed up").remarks, [""; 0], "backup {number}");
        }
        stop.store(true, Ordering::Relaxed);
        worker.join().expect("it worked")
    });
    let mut sequences = Vec::new();
    for number in 0..20 {
        let new = outer.path().join(format!("restored-{number}"));
        let summary = restore(&to(number), &new, &Silent).expect("restored");
        let restored = EmbeddedStore::open(&new).expect("it opens");
        assert_eq!(restored.ledger().sequence().expect("read"), summary.sequence);
        let there = everything(restored.ledger()).expect("read").0;
        match states.get(&summary.sequence) {
            Some(then) => assert!(there == *then, "backup {number} is the state after commit {}", summary.sequence),
            None => assert_eq!(summary.sequence, 1, "backup {number} is of the time before"),
        }
        assert_eq!(verify_folder(&new, &Silent).expect("looked at").faults, [], "backup {number}");
        check_amended(&restored, &there);
        sequences.push(summary.sequence);
    }
    assert!(sequences.is_sorted() && sequences.first() < sequences.last(), "something was published: {sequences:?}");
    // What waits for another program's backup goes when this one is done with its next.
    drop(store.hold());
    // Nothing waits any more: of a published dataset its revision and the delta stay, of another one nothing.
    for number in 0..5 {
        let name = format!("units-{number}");
        let published = store.ledger().read(Shelf::Dataset, &name).expect("read");
        // Who reads a database with a log may leave an empty one behind.
        let place = data(&outer).join("datasets").join(&name);
        let names = if place.is_dir() { names_in(&place) } else { Vec::new() };
        let there = names.iter().filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).count();
        assert_eq!(there, 2 * usize::from(published.is_some()), "{name}");
    }
}

/// A delta has at least the rows that the catalogue says.
fn check_amended(store: &EmbeddedStore, records: &[Record]) {
    for record in records.iter().filter(|record| record.shelf == Shelf::Setting) {
        let (revision, amended) = record.body.split_once(' ').expect("two words");
        let name = record.id.strip_prefix("amended-").expect("a name");
        let published = store.ledger().read(Shelf::Dataset, name).expect("read");
        if published.is_some_and(|it| dataset_from_json(&it.body).expect("a record").revision == revision) {
            let path = store.revision_folder(&id(name), revision).with_extension("delta.gpkg");
            let connection = rusqlite::Connection::open(path).expect("opens");
            let last: i64 =
                connection.query_row("SELECT max(sequence) FROM changed", [], |row| row.get(0)).expect("read");
            assert!(last >= amended.parse().expect("a number"), "{name}: {last} of {amended}");
        }
    }
}

/// Fills a disk as soon as some work is on its way.
struct Filler(PathBuf);

impl Progress for Filler {
    fn step(&self, _what: &str, _done: u64, _of: u64) -> bool {
        let _ = std::fs::write(&self.0, vec![1; 64 << 20]);
        true
    }
}

#[test]
fn a_full_disk_is_said_and_leaves_nothing() {
    let outer = folder();
    let store = open(&outer);
    publish(&store, "rocks", &Chance::new(1).bytes(3_000_000));
    let Some(disk) = SmallDisk::mount(&outer.path().join("small"), "2m") else { return };
    let error = backup(&store, &disk.0.join("a.tar"), &Silent).expect_err("there is no room");
    assert!(error.to_string().contains("nothing was written. Make room"), "{error}");
    assert_eq!(names_in(&disk.0), [""; 0]);
    drop(disk);
    let Some(disk) = SmallDisk::mount(&outer.path().join("small"), "12m") else { return };
    let filler = Filler(disk.0.join("filler"));
    let error = backup(&store, &disk.0.join("a.tar"), &filler).expect_err("there is no room any more");
    assert!(error.to_string().contains("the disk is full; make room"), "{error}");
    assert_eq!(names_in(&disk.0), ["filler"]);
    std::fs::remove_file(&filler.0).expect("removed");
    let to = outer.path().join("b.tar");
    backup(&store, &to, &Silent).expect("elsewhere there is room");
    let error = restore(&to, &disk.0.join("new"), &filler).expect_err("there is no room any more");
    assert!(error.to_string().contains("the disk is full; make room"), "{error}");
    assert_eq!(names_in(&disk.0), ["filler"]);
    std::fs::remove_file(&filler.0).expect("removed");
    let error = restore(&to, &disk.0, &Silent).expect_err("a disk of its own is no folder");
    assert!(error.to_string().contains("disk of its own"), "{error}");
    restore(&to, &disk.0.join("new"), &Silent).expect("now there is room, without a new start of anything");
}
