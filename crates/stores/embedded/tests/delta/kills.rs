//! A program that is killed at any moment leaves every amendment it acknowledged, at most one more, and never half of one.

use super::support::{Event, event, event_schema, stored, ten, upsert};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use terrane_formats::features::geopackage::GeoPackageSource;
use terrane_model::testing::Table;
use terrane_model::{FeatureId, FeatureSource};
use terrane_store_embedded::delta::Delta;

/// Tells the copy of this program that writes where to write.
const FOLDER: &str = "TERRANE_DELTA_FOLDER";

fn base(folder: &Path) -> Arc<dyn FeatureSource> {
    Arc::new(GeoPackageSource::open(&folder.join("features.gpkg")).expect("the base opens"))
}

/// Amendment n makes the ten rows of the base as strong as n and adds the row 1000 + n.
fn nth(sequence: u64) -> Vec<Event> {
    (1..=10).chain([1_000 + sequence as i64]).map(|id| event(id, sequence as f64)).collect()
}

#[test]
#[ignore = "it writes until it is killed; the test below starts it"]
fn a_writer_to_be_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let (folder, mut out) = (Path::new(&folder), std::io::stdout());
    let path = folder.join("r1.delta.gpkg");
    let delta = match path.exists() {
        true => Delta::open(&path, base(folder)),
        false => Delta::create(&path, base(folder)),
    };
    let delta = delta.expect("it opens");
    loop {
        let sequence = delta.amend(&upsert(&nth(delta.sequence() + 1))).expect("amended");
        writeln!(out, "done {sequence}").and_then(|()| out.flush()).expect("told");
    }
}

fn start(folder: &Path) -> Child {
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new(program);
    command.args(["--exact", "kills::a_writer_to_be_killed", "--ignored", "--nocapture"]);
    command.env(FOLDER, folder).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts")
}

/// Lets a writer run for a while and kills it; returns the last amendment that it acknowledged.
fn run_and_kill(folder: &Path, early: bool, wait: Duration) -> Option<u64> {
    let mut child = start(folder);
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let number = |line: &str| line.strip_prefix("done ").and_then(|number| number.parse::<u64>().ok());
    let mut last = None;
    while !early && last.is_none() {
        let line = lines.next().expect("it goes on until it is killed").expect("a line");
        last = number(&line);
    }
    std::thread::sleep(wait);
    child.kill().expect("killed");
    child.wait().expect("gone");
    // A line that was cut short was not acknowledged.
    lines.map_while(Result::ok).filter_map(|line| number(&line)).last().or(last)
}

fn check(delta: &Delta, acknowledged: u64) {
    let sequence = delta.sequence();
    assert!(sequence == acknowledged || sequence == acknowledged + 1, "{sequence} after {acknowledged}");
    for state in [sequence, sequence / 2, sequence.saturating_sub(1)] {
        let table = Table::read(&delta.source(state).expect("every state is readable"));
        assert_eq!(table.len() as u64, 10 + state, "rows of state {state}");
        let strength = |id: i64| table.find(&FeatureId::Number(id)).and_then(|row| row.get("magnitude").as_f64());
        if state > 0 {
            assert!((1..=10).all(|id| strength(id) == Some(state as f64)), "state {state} is whole");
            assert_eq!(strength(1_000 + state as i64), Some(state as f64));
        }
    }
}

fn kills() -> u64 {
    std::env::var("TERRANE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

#[test]
fn what_was_acknowledged_survives_kills_at_any_moment() {
    let mut folder = fresh();
    let (mut acknowledged, mut more, mut created) = (0, 0, 0);
    for round in 0..kills() {
        if round % 5 == 0 {
            (folder, acknowledged) = (fresh(), 0);
        }
        // Some are killed while they start, or make the file; waits are spread by a multiplier without a pattern.
        let early = round % 5 < 2;
        let wait = Duration::from_micros((round * 7_919 + 1_237) % 41 * 500);
        acknowledged = run_and_kill(folder.path(), early, wait).unwrap_or(acknowledged);
        let path = folder.path().join("r1.delta.gpkg");
        if !path.exists() {
            assert_eq!(acknowledged, 0, "nothing was acknowledged before there was a file");
            continue;
        }
        created += 1;
        let looking = Delta::open_reading(&path, base(folder.path())).expect("it opens for reading");
        check(&looking, acknowledged);
        drop(looking);
        let delta = Delta::open(&path, base(folder.path())).expect("it opens");
        check(&delta, acknowledged);
        more += delta.sequence() - acknowledged;
        acknowledged = delta.sequence();
    }
    assert!(created > kills() / 2 && acknowledged > 0, "{created} files, {acknowledged} amendments in the last");
    eprintln!("{} kills; {more} amendments were on the disk though the writer had not said so", kills());
}

fn fresh() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = super::support::batches(&event_schema(), &ten());
    drop(stored(&folder, "features.gpkg", &event_schema(), rows));
    folder
}
