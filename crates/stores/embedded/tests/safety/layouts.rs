//! Catalogues of every layout there ever was, brought up to date, also when the program is killed on the way.

use crate::kit::{child, in_memory, told};
use rusqlite::Connection;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;
use terrane_model::ledger::Shelf;
use terrane_model::store::Store as _;
use terrane_store_embedded::{EmbeddedStore, SqliteLedger, bring_up_to_date, pending};

/// What programs of layout 1 wrote.
const LAYOUT_1: &str = "
PRAGMA journal_mode = WAL;
CREATE TABLE record (shelf TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, changed_us INTEGER NOT NULL, PRIMARY KEY (shelf, id)) WITHOUT ROWID;
CREATE TABLE change_log (sequence INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, changed TEXT NOT NULL);
INSERT INTO record VALUES ('setting', 'title', 3, 'Survey of the East', 1600000000000000);
INSERT INTO record VALUES ('setting', 'language', 1, 'lo', 1500000000000000);
INSERT INTO change_log VALUES (1, 1500000000000000, 'somchai', 'first', '[[\"setting\",\"language\",1],[\"setting\",\"title\",1]]');
INSERT INTO change_log VALUES (2, 1600000000000000, 'somchai', 'again', '[[\"setting\",\"title\",3]]');
PRAGMA user_version = 1;
";

/// What programs of layout 2 added.
const LAYOUT_2: &str = "
CREATE TABLE removed (shelf TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (shelf, id)) WITHOUT ROWID;
INSERT INTO removed VALUES ('setting', 'gone', 4);
INSERT INTO change_log VALUES (3, 1700000000000000, 'mai', 'away', '[[\"setting\",\"gone\",0]]');
PRAGMA user_version = 2;
";

/// A closed data folder of a layout.
fn old_folder(layout: usize) -> TempDir {
    let outer = in_memory();
    let data = outer.path().join("data");
    std::fs::create_dir_all(data.join("datasets")).expect("made");
    let connection = Connection::open(data.join("catalogue.sqlite")).expect("opens");
    connection.execute_batch(&[LAYOUT_1, LAYOUT_2][..layout].concat()).expect("written");
    outer
}

fn layout_of(path: &Path) -> i64 {
    let connection = Connection::open(path).expect("opens");
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).expect("read")
}

/// What a catalogue of layout 1 or 2 has said stands in today's.
fn check_content(data: &Path, layout: usize) {
    let store = EmbeddedStore::open(data).expect("it opens");
    let ledger = store.ledger();
    let title = ledger.read(Shelf::Setting, "title").expect("read").expect("it is kept");
    assert_eq!((title.version, title.body.as_str(), title.changed.0), (3, "Survey of the East", 1_600_000_000_000_000));
    assert_eq!(ledger.list(Shelf::Setting).expect("read").len(), 2);
    assert_eq!(ledger.sequence().expect("read"), layout as u64 + 1);
    assert_eq!(ledger.audit(0, 9).expect("read")[0].who, "somchai");
    assert_eq!(pending(&data.join("catalogue.sqlite")).expect("read"), [], "nothing is left to do");
}

#[test]
fn every_older_layout_opens_with_all_it_had_and_is_kept_as_it_was() {
    let new = in_memory();
    SqliteLedger::create(&new.path().join("new.sqlite")).expect("made");
    let newest = layout_of(&new.path().join("new.sqlite"));
    for layout in [1, 2] {
        let outer = old_folder(layout);
        let data = outer.path().join("data");
        check_content(&data, layout);
        assert_eq!(layout_of(&data.join("catalogue.sqlite")), newest);
        let copy = data.join(format!("catalogue.layout-{layout}.sqlite"));
        assert_eq!(copy.exists(), (layout as i64) < newest, "a copy is laid beside what is changed, and only then");
        if copy.exists() {
            assert_eq!(layout_of(&copy), layout as i64);
        }
    }
}

#[test]
fn what_would_be_done_is_told_and_not_done() {
    let outer = old_folder(1);
    let path = outer.path().join("data/catalogue.sqlite");
    let steps = pending(&path).expect("read");
    assert_eq!((steps[0].from, steps[0].to), (1, 2));
    assert!(steps.windows(2).all(|pair| pair[0].to == pair[1].from) && steps.iter().all(|step| !step.what.is_empty()));
    assert_eq!(layout_of(&path), 1);
}

#[test]
fn a_copy_of_an_earlier_state_is_not_taken_for_one_of_this() {
    let outer = old_folder(1);
    let data = outer.path().join("data");
    let path = data.join("catalogue.sqlite");
    std::fs::copy(&path, data.join("catalogue.layout-1.sqlite")).expect("copied");
    let connection = Connection::open(&path).expect("opens");
    connection.execute("INSERT INTO change_log VALUES (9, 0, 'x', 'x', '[]')", []).expect("written");
    drop(connection);
    drop(EmbeddedStore::open(&data).expect("it opens"));
    let copy = Connection::open(data.join("catalogue.layout-1-2.sqlite")).expect("a second copy is made");
    let last: i64 = copy.query_row("SELECT max(sequence) FROM change_log", [], |row| row.get(0)).expect("read");
    assert_eq!(last, 9);
}

/// Brings a catalogue up to date and stops dead at the Nth step of SQLite's machine, or at the Nth commit.
#[test]
#[ignore = "started as a process of its own"]
fn dies_on_the_way() {
    let Some(path) = told("SAFETY_CATALOGUE") else { return };
    let at: u64 = told("SAFETY_STEP").and_then(|text| text.to_str()?.parse().ok()).expect("a number");
    let connection = Connection::open(&path).expect("opens");
    let at_commit = told("SAFETY_COMMIT").is_some();
    static STEPS: AtomicU64 = AtomicU64::new(0);
    let die = move || {
        if STEPS.fetch_add(1, Ordering::Relaxed) + 1 == at {
            std::process::abort();
        }
        false
    };
    if at_commit {
        connection.commit_hook(Some(die));
    } else {
        connection.progress_handler(1, Some(die));
    }
    bring_up_to_date(&connection, &path).expect("brought up to date");
    std::process::exit(77);
}

/// Kills at the Nth step of a machine and looks whether the next start finds everything; false when it came to its end.
fn dies_at(step: u64, at_commit: bool) -> bool {
    let outer = old_folder(1);
    let data = outer.path().join("data");
    let path = data.join("catalogue.sqlite");
    let (catalogue, number) = (path.display().to_string(), step.to_string());
    let mut settings = vec![("SAFETY_CATALOGUE", catalogue.as_str()), ("SAFETY_STEP", &number)];
    if at_commit {
        settings.push(("SAFETY_COMMIT", "yes"));
    }
    let ended = child("layouts::dies_on_the_way", &settings).wait().expect("it ends");
    assert!(ended.code() == Some(77) || ended.code().is_none(), "it is killed or done: {ended}");
    let copy = data.join("catalogue.layout-1.sqlite");
    assert!(layout_of(&path) == 1 || copy.exists(), "no step is made before the copy is there");
    if copy.exists() {
        assert_eq!(layout_of(&copy), 1, "a copy that has its name is whole");
        assert!(SqliteLedger::open_reading(&copy).expect("opens").check().is_ok());
    }
    check_content(&data, 1);
    ended.code().is_none()
}

#[test]
fn killed_at_any_step_of_a_change_of_layout_the_next_start_has_everything() {
    let mut killed = 0;
    let mut step = 1;
    while dies_at(step, false) {
        killed += 1;
        step += 1 + step / 12;
    }
    assert!(killed > 20, "it was killed {killed} times, up to step {step}");
    let mut commits = 0;
    while dies_at(commits + 1, true) {
        commits += 1;
    }
    assert!(commits > 0, "a commit was interrupted");
}
