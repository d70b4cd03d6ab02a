//! The file of a delta: what opens it, what it keeps, and what is told when it is not as it should be.

use super::support::{
    Event, Place, batches, delete, event, event_schema, memory, sample_rows, stored, strengths, ten, upsert,
};
use std::process::Command;
use std::sync::Arc;
use terrane_model::schema::{Column, ColumnKind, Schema};
use terrane_model::testing::{Effort, MemoryFeatures, Table, sample_features};
use terrane_model::{Amendment, FeatureId, FeatureSource, Kind};
use terrane_store_embedded::delta::Delta;

fn changed() -> Place {
    let place = Place::new(memory(&ten(), Effort::Everything));
    place.delta.amend(&upsert(&[event(3, 30.0), event(11, 11.0)])).expect("amended");
    place.delta.amend(&delete(&[2])).expect("amended");
    place.delta.amend(&upsert(&[event(3, 33.0)])).expect("amended");
    place
}

#[test]
fn after_opening_again_every_state_and_every_value_is_as_it_was() {
    let sample = sample_features(Effort::Everything);
    let base: Arc<dyn FeatureSource> =
        Arc::new(MemoryFeatures::new(Arc::clone(sample.schema()), sample_rows(|row| row < 100, 0), Effort::Everything));
    let Place { delta, folder } = Place::new(Arc::clone(&base));
    delta.amend(&Amendment { upserts: sample_rows(|row| row >= 50, 0), ..Amendment::default() }).expect("amended");
    delta.amend(&delete(&[1_000, 997])).expect("amended");
    let path = delta.path().to_owned();
    let before: Vec<Table> = (0..=2).map(|at| Table::read(&delta.source(at).expect("a state"))).collect();
    drop(delta);
    let again = Delta::open(&path, base).expect("it opens again");
    for (at, before) in before.iter().enumerate() {
        let after = Table::read(&again.source(at as u64).expect("a state"));
        assert_eq!(after.ids(), before.ids());
        for (a, b) in after.rows().zip(before.rows()) {
            (0..8).for_each(|column| assert_eq!(a.value(column), b.value(column), "{} of {}", column, a.id()));
            assert_eq!(a.geometry().map(|it| it.to_geo()), b.geometry().map(|it| it.to_geo()));
        }
    }
    // Compared with what was given, not only with itself: the sample has years, days, bounds and 2 000 BCE.
    let given = Table::of(sample.batches().to_vec());
    let last = Table::read(&again.source(1).expect("a state"));
    for row in given.rows() {
        let kept = last.find(&row.id()).expect("it is there");
        (0..8).for_each(|column| assert_eq!(kept.value(column), row.value(column), "{} of {}", column, row.id()));
        assert_eq!(kept.geometry().map(|it| it.to_geo()), row.geometry().map(|it| it.to_geo()), "{}", row.id());
    }
    drop(folder);
}

#[test]
fn a_state_in_memory_is_what_the_file_will_say() {
    let place = Place::new(memory(&ten(), Effort::Everything));
    let strange = Event { magnitude: Some(f64::NAN), ..event(3, 0.0) };
    place.delta.amend(&upsert(&[strange, Event { magnitude: Some(-0.0), ..event(4, 0.0) }])).expect("amended");
    let values = |delta: &Delta| {
        let table = Table::read(&delta.source(1).expect("a state"));
        [3, 4].map(|id| format!("{:?}", table.find(&FeatureId::Number(id)).map(|row| row.get("magnitude"))))
    };
    let looking = Delta::open_reading(place.delta.path(), memory(&ten(), Effort::Everything)).expect("it opens");
    assert_eq!(values(&place.delta), values(&looking));
}

#[test]
fn who_looks_sees_what_is_written_meanwhile_and_cannot_write() {
    let place = changed();
    let looking = Delta::open_reading(place.delta.path(), memory(&ten(), Effort::Everything)).expect("it opens");
    assert_eq!(looking.sequence(), 3);
    place.delta.amend(&delete(&[4])).expect("amended");
    assert_eq!(looking.latest().expect("it looks again").sequence(), 4);
    assert_eq!(strengths(&looking.source(4).expect("a state")), strengths(&place.delta.source(4).expect("a state")));
    assert_eq!(looking.amend(&delete(&[5])).err().map(|error| error.kind()), Some(Kind::Internal));
}

#[test]
fn an_older_state_is_read_again_after_many_amendments() {
    let place = Place::new(memory(&ten(), Effort::Everything));
    let amendments = terrane_model::limits::DELTA_STATES_KEPT as u64 + 40;
    for at in 1..=amendments {
        assert_eq!(place.delta.amend(&upsert(&[event(1, at as f64)])).expect("amended"), at);
    }
    for at in [1, 7, amendments / 2, amendments] {
        let rows = strengths(&place.delta.source(at).expect("a state"));
        assert!(rows.contains(&("1".to_owned(), at as f64)), "state {at}: {rows:?}");
    }
}

#[test]
fn a_delta_of_another_base_is_refused() {
    let place = changed();
    let mut schema = (*event_schema()).clone();
    schema.columns.push(Column::new("more", ColumnKind::Text));
    let other = MemoryFeatures::new(Arc::new(schema), Vec::new(), Effort::Everything);
    assert_eq!(Delta::open(place.delta.path(), Arc::new(other)).err().map(|error| error.kind()), Some(Kind::Internal));
}

#[test]
fn a_file_that_is_no_delta_is_told_and_left_alone() {
    let folder = super::support::quick_folder();
    let base = memory(&ten(), Effort::Everything);
    for (name, content) in [("a.gpkg", "<html>not a database, but long enough to be looked at</html>"), ("b.gpkg", "")]
    {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        assert_eq!(Delta::open_reading(&path, Arc::clone(&base)).err().map(|error| error.kind()), Some(Kind::Internal));
        assert_eq!(Delta::open(&path, Arc::clone(&base)).err().map(|error| error.kind()), Some(Kind::Internal));
        assert_eq!(Delta::create(&path, Arc::clone(&base)).err().map(|error| error.kind()), Some(Kind::Conflict));
    }
    assert!(Delta::open(&folder.path().join("none.gpkg"), Arc::clone(&base)).is_err());
    assert!(!folder.path().join("none.gpkg").exists(), "looking makes no file");
    let features = stored(&folder, "features.gpkg", &event_schema(), batches(&event_schema(), &ten()));
    assert!(Delta::open_reading(&folder.path().join("features.gpkg"), features).is_err(), "a layer is no log");
}

#[test]
fn a_file_half_made_by_a_killed_program_does_not_stand_in_the_way() {
    let folder = super::support::quick_folder();
    for name in ["r1.delta.part", "r1.delta.part-wal", "r1.delta.part-shm"] {
        std::fs::write(folder.path().join(name), "half").expect("written");
    }
    let delta = Delta::create(&folder.path().join("r1.delta.gpkg"), memory(&ten(), Effort::Everything)).expect("made");
    assert_eq!(delta.amend(&delete(&[1])).expect("amended"), 1);
    drop(delta);
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("there").flatten().map(|it| it.file_name()).collect();
    assert_eq!(left, ["r1.delta.gpkg"], "and nothing else is left when it is closed");
    Delta::remove(&folder.path().join("r1.delta.gpkg")).expect("removed");
    Delta::remove(&folder.path().join("r1.delta.gpkg")).expect("what is not there needs no removing");
    assert_eq!(std::fs::read_dir(folder.path()).expect("there").count(), 0);
}

#[test]
fn a_copy_is_whole_while_the_delta_is_open() {
    let place = changed();
    let copy = place.path("copy.gpkg");
    place.delta.copy_to(&copy).expect("copied");
    place.delta.amend(&delete(&[5])).expect("amended");
    let copied = Delta::open_reading(&copy, memory(&ten(), Effort::Everything)).expect("it opens");
    assert_eq!(strengths(&copied.source(3).expect("a state")), strengths(&place.delta.source(3).expect("a state")));
}

#[test]
fn it_is_due_when_there_are_many_changes() {
    let place = Place::new(memory(&ten(), Effort::Everything));
    assert!(!place.delta.is_due());
    let most = terrane_model::limits::AMENDMENT_ROWS_MAX.min(terrane_model::limits::DELTA_ROWS_DUE);
    let rows: Vec<Event> = (100..100 + most as i64).map(|id| event(id, 1.0)).collect();
    place.delta.amend(&upsert(&rows)).expect("amended");
    assert_eq!(place.delta.is_due(), most >= terrane_model::limits::DELTA_ROWS_DUE);
    let state = place.delta.latest().expect("a state");
    assert!(state.batches().all(|batch| batch.len() <= terrane_model::limits::BATCH_ROWS));
    let each = state.bytes() / most;
    assert!((50..1_000).contains(&each), "{each} bytes a row, counted roughly");
}

/// The SQL that the manual gives for the merged state, run as it stands there.
#[test]
fn the_manuals_sql_gives_the_merged_state_without_this_program() {
    let manual =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/explanation/data-folder.md"));
    let manual = manual.expect("the manual");
    let (_, section) = manual.split_once("## Changes since a revision").expect("the section is there");
    let (_, sql) = section.split_once("```sql\n").expect("it has SQL");
    let (sql, _) = sql.split_once("```").expect("which ends");
    let folder = super::support::quick_folder();
    let base = stored(&folder, "features.gpkg", &event_schema(), batches(&event_schema(), &ten()));
    let delta = Delta::create(&folder.path().join("r1.delta.gpkg"), base).expect("made");
    delta.amend(&upsert(&[event(3, 30.0), event(11, 11.0)])).expect("amended");
    delta.amend(&delete(&[2])).expect("amended");
    delta.amend(&upsert(&[event(3, 33.0), event(2, 22.0)])).expect("amended");
    for state in 0..=3_u64 {
        let sql = sql
            .replace("survey/datasets/quakes/0197….delta.gpkg", &delta.path().to_string_lossy())
            .replace("<= 12", &format!("<= {state}"));
        let connection = rusqlite::Connection::open(folder.path().join("features.gpkg")).expect("opens");
        let (attach, select) = sql.split_once(';').expect("two statements");
        connection.execute_batch(attach).expect("attached");
        let mut statement = connection.prepare(select.trim().trim_end_matches(';')).expect("the SQL of the manual");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(2)?))).expect("it runs");
        let mut found: Vec<(String, f64)> = rows.map(|row| row.expect("a row")).collect();
        let mut expected = strengths(&delta.source(state).expect("a state"));
        found.sort_by(|a, b| a.0.cmp(&b.0));
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(found, expected, "state {state}");
    }
}

#[test]
fn names_of_columns_that_the_log_needs_itself_do_no_harm() {
    let names = ["fid", "geom", "terrane_id", "TERRANE_SEQUENCE", "terrane_removed", "terrane_in_base", "a\"b", "x y"];
    let columns = names.iter().map(|name| Column::new(*name, ColumnKind::Text)).collect();
    let schema = Arc::new(Schema { columns, time: None, ..(*event_schema()).clone() });
    let place = Place::new(Arc::new(MemoryFeatures::new(Arc::clone(&schema), Vec::new(), Effort::Everything)));
    let mut row = terrane_model::batch::BatchBuilder::new(Arc::clone(&schema));
    names.iter().for_each(|name| row.value(&terrane_model::batch::Value::Text(name)));
    row.end_row(FeatureId::Number(1));
    place.delta.amend(&Amendment { upserts: vec![row.finish()], ..Amendment::default() }).expect("amended");
    let table = Table::read(&place.delta.source(1).expect("a state"));
    let row = table.find(&FeatureId::Number(1)).expect("it is there");
    names.iter().for_each(|name| assert_eq!(row.get(name).to_string(), *name));
}

/// GDAL as a witness; it says so loudly when it is missing, and fails in CI.
#[test]
fn gdal_opens_the_delta_and_sees_the_latest_rows() {
    let found = Command::new("ogrinfo").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found || std::env::var_os("CI").is_none(), "CI needs GDAL's ogrinfo");
    if !found {
        eprintln!("SKIPPED: ogrinfo is not on the PATH, so nothing was compared with GDAL");
        return;
    }
    let place = changed();
    for (layer, rows) in [("changes", 4), ("latest", 2)] {
        let arguments = ["-ro", "-so", &*place.delta.path().to_string_lossy(), layer].map(str::to_owned);
        let output = Command::new("ogrinfo").args(arguments).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains(&format!("Feature Count: {rows}")), "{said}");
        assert!(said.contains("Geometry: Point") && !said.contains("Warning"), "{said}");
    }
}
