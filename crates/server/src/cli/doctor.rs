//! `terrane doctor`: looks at everything in a data folder and says what to do. Looking changes nothing, so it works beside a server.

use crate::commands::{self, Command};
use crate::output::{self, Terminal};
use crate::{local, stores};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use terrane_engine::{Caller, Engine, FeatureQuestion};
use terrane_formats::about::EditionRecord;
use terrane_model::grid::GridQuery;
use terrane_model::{Dataset, DatasetId, Error, GridSource, Kind, Result};
use terrane_store_embedded::{Fault, FaultKind, verify_copies, verify_revision};

/// One thing that was looked at.
struct Check {
    what: String,
    state: State,
}

enum State {
    /// It is as it should be.
    Well,
    /// Worth knowing; nothing is broken.
    Note(String),
    /// What is wrong and what to do.
    Wrong(String),
}

impl Check {
    fn well(what: impl Into<String>) -> Self {
        Self { what: what.into(), state: State::Well }
    }
    fn note(what: impl Into<String>, note: impl Into<String>) -> Self {
        Self { what: what.into(), state: State::Note(note.into()) }
    }
    fn wrong(what: impl Into<String>, wrong: impl Into<String>) -> Self {
        Self { what: what.into(), state: State::Wrong(wrong.into()) }
    }
    fn of<T>(what: impl Into<String>, outcome: Result<T>) -> Self {
        match outcome {
            Ok(_) => Self::well(what),
            Err(error) => Self::wrong(what, told(&error)),
        }
    }
}

/// The sentence, and what the log would have.
fn told(error: &Error) -> String {
    match error.cause() {
        Some(cause) => format!("{error} ({cause})"),
        None => error.to_string(),
    }
}

/// What is to be done with a data folder.
#[derive(clap::Args)]
pub struct Doctor {
    /// The data folder
    folder: PathBuf,
    /// Build a damaged or lost catalogue anew from what is in the folder; no server may run
    #[arg(long)]
    recover: bool,
    /// Make all display copies anew, also while a server runs
    #[arg(long, conflicts_with = "recover")]
    rebuild: bool,
}

/// Checks, or recovers; exit code 1 when something is wrong.
pub fn run(doctor: &Doctor, json: bool) -> Result<u8> {
    if doctor.recover {
        return recover(&doctor.folder, json);
    }
    if doctor.rebuild {
        return rebuild(&doctor.folder, json);
    }
    check(&doctor.folder, json)
}

fn rebuild(folder: &Path, json: bool) -> Result<u8> {
    let terminal = Terminal::new("making display copies");
    let outcome = commands::run(folder, &Command::Rebuild, &terminal);
    terminal.clear();
    let value = outcome?.value;
    let count = value["rebuilt"].as_array().map_or(0, Vec::len);
    match json {
        true => output::json(&value),
        false => output::line(&format!("{count} display copies were made anew.")),
    }
    Ok(0)
}

fn recover(folder: &Path, json: bool) -> Result<u8> {
    let terminal = Terminal::new("reading what is there");
    let recovery = terrane_store_embedded::recover(folder, &terminal);
    terminal.clear();
    let recovery = recovery?;
    let records = recovery.records.iter().map(|(shelf, id, outcome)| json!([shelf, id, format!("{outcome:?}")]));
    match json {
        true => output::json(&json!({"damaged": recovery.damaged, "records": records.collect::<Vec<_>>()})),
        false => output::line(&recovery.to_string()),
    }
    Ok(0)
}

fn check(folder: &Path, json: bool) -> Result<u8> {
    let terminal = Terminal::new("checking");
    let checks = all_checks(folder, &terminal);
    terminal.clear();
    let checks = checks?;
    let wrong = checks.iter().filter(|check| matches!(check.state, State::Wrong(_))).count();
    match json {
        true => output::json(&json!({"checks": checks.iter().map(for_machines).collect::<Vec<_>>(), "wrong": wrong})),
        false => print(&checks, wrong),
    }
    Ok(if wrong == 0 { 0 } else { output::FAILED })
}

fn for_machines(check: &Check) -> serde_json::Value {
    let (state, say) = match &check.state {
        State::Well => ("well", None),
        State::Note(say) => ("note", Some(say)),
        State::Wrong(say) => ("wrong", Some(say)),
    };
    json!({"what": check.what, "state": state, "say": say})
}

fn print(checks: &[Check], wrong: usize) {
    for check in checks {
        match &check.state {
            State::Well => output::paragraph("ok     ", &check.what),
            State::Note(say) => output::paragraph("note   ", &format!("{}: {say}", check.what)),
            State::Wrong(say) => output::paragraph("WRONG  ", &format!("{}: {say}", check.what)),
        }
    }
    output::line(&match wrong {
        0 => format!("{} checks, nothing wrong.", checks.len()),
        _ => format!("{} checks, {wrong} wrong.", checks.len()),
    });
}

fn all_checks(folder: &Path, terminal: &Terminal) -> Result<Vec<Check>> {
    let engine = stores::engine_reading(folder)?;
    let served = local::is_served(folder);
    let mut checks = vec![
        Check::of("settings in terrane.toml", crate::config::read(folder)),
        Check::of("catalogue.sqlite is whole", sound(&folder.join("catalogue.sqlite"))),
        Check::of("coordinate reference systems (PROJ)", terrane_projection::init(None)),
        disk(folder),
        match served {
            true => Check::well("a server is running here; it is not disturbed"),
            false => Check::well("no server is running here"),
        },
    ];
    checks.extend(drafts(folder, served));
    checks.extend(cache(folder));
    checks.extend(strays(folder, &engine));
    for (id, error) in engine.catalogue().problems() {
        let wrong =
            format!("it cannot be opened; restore a backup, or remove it and add the file again. {}", told(error));
        checks.push(Check::wrong(id.clone(), wrong));
    }
    check_datasets(folder, &engine, terminal, &mut checks)?;
    checks.extend(maps(&engine));
    checks.push(fonts(&engine));
    Ok(checks)
}

/// Bytes on the disk below which there is a note.
const FREE_BYTES_LOW: u64 = 2_000_000_000;

fn disk(folder: &Path) -> Check {
    let what = "room on the disk";
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let shown = format!("{what}: {} free", output::bytes(free));
            match free < FREE_BYTES_LOW {
                true => Check::note(shown, "publishing needs about twice the size of a file; make room."),
                false => Check::well(shown),
            }
        }
        Err(error) => Check::note(what, format!("it cannot be found out ({error}).")),
    }
}

/// What a killed program has left, and revisions that are no longer published.
fn drafts(folder: &Path, served: bool) -> Option<Check> {
    let left = std::fs::read_dir(folder.join("drafts")).map_or(0, Iterator::count);
    let say = match (left, served) {
        (0, _) => return None,
        (_, true) => "being written now, or left by a publication that was cut off; the next start removes the latter.",
        (_, false) => "left by a publication that was cut off; the next start removes them.",
    };
    Some(Check::note(format!("{left} unfinished drafts"), say))
}

/// Tiles that are kept.
fn cache(folder: &Path) -> Option<Check> {
    let bytes = bytes_below(&folder.join(terrane_engine::cache::FOLDER));
    let most = crate::config::read(folder).ok()?.cache.disk_bytes;
    let what = format!("tiles that are kept: {} of {} on the disk", output::bytes(bytes), output::bytes(most));
    (bytes > 0).then(|| Check::well(what))
}

/// Data that no dataset names: left by a publication that was cut off just before its end, or of a catalogue that was lost.
fn strays(folder: &Path, engine: &Engine) -> Vec<Check> {
    let catalogue = engine.catalogue();
    let left_out: BTreeSet<&str> = catalogue.problems().iter().map(|(id, _)| id.as_str()).collect();
    let known = |id: &str| {
        let entry = DatasetId::new(id).and_then(|id| catalogue.entry(Caller::Operator, &id).map(drop));
        entry.is_ok() || left_out.contains(id)
    };
    let entries = std::fs::read_dir(folder.join("datasets")).into_iter().flatten().flatten();
    let strange = entries.filter(|entry| !known(&entry.file_name().to_string_lossy()));
    let note = |entry: std::fs::DirEntry| {
        let say = format!(
            "no dataset has this data ({}). A publication that was cut off leaves it so: add the file again under this id, or remove the folder.",
            output::bytes(bytes_below(&entry.path()))
        );
        Check::note(format!("datasets/{}", entry.file_name().to_string_lossy()), say)
    };
    strange.map(note).collect()
}

fn check_datasets(folder: &Path, engine: &Engine, terminal: &Terminal, checks: &mut Vec<Check>) -> Result<()> {
    let catalogue = engine.catalogue();
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(Error::internal)?;
    for entry in catalogue.entries(Caller::Operator) {
        let (id, revision) = (&entry.record().about.id, &entry.record().revision);
        terminal.show(&format!("checking {id}"));
        let own = folder.join("datasets").join(id.as_str());
        checks.push(files(&own.join(revision), format!("{id}: files are whole"), terminal));
        let copies = verify_copies(&own.join(revision));
        checks.extend(copies.map(|say| Check::note(id.to_string(), format!("{say} Make it anew with --rebuild."))));
        let dataset = catalogue.open(Caller::Operator, id)?;
        checks.push(Check::of(format!("{id}: data can be read"), runtime.block_on(readable(engine, &dataset))));
        checks.extend(old_editions(engine, folder, id, terminal)?);
    }
    Ok(())
}

/// The files of a revision against their checksums.
fn files(own: &Path, what: String, terminal: &Terminal) -> Check {
    let faults = match verify_revision(own, terminal) {
        Ok(faults) => faults,
        Err(error) => return Check::wrong(what, told(&error)),
    };
    let (unlisted, faults): (Vec<_>, Vec<_>) = faults.iter().partition(|fault| fault.kind == FaultKind::Unlisted);
    let say = |faults: &[&Fault]| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    match (faults.is_empty(), unlisted.is_empty()) {
        (false, _) => Check::wrong(what, say(&faults)),
        (true, false) => Check::note(what, say(&unlisted)),
        (true, true) => Check::well(what),
    }
}

/// Editions that are kept beside the published one: their files too.
fn old_editions(engine: &Engine, folder: &Path, id: &DatasetId, terminal: &Terminal) -> Result<Vec<Check>> {
    let editions = engine.editions(id)?;
    let published = editions.last().map(|edition| edition.revision().to_owned()).unwrap_or_default();
    let old = editions.iter().filter(|edition| edition.revision() != published);
    let check = |edition: &EditionRecord| {
        let own = folder.join("datasets").join(id.as_str()).join(edition.revision());
        files(&own, format!("{id}: files of edition {} are whole", edition.number), terminal)
    };
    Ok(old.map(check).collect())
}

fn bytes_below(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            true => bytes_below(&entry.path()),
            false => entry.metadata().map_or(0, |about| about.len()),
        })
        .sum()
}

fn maps(engine: &Engine) -> Vec<Check> {
    let catalogue = engine.catalogue();
    let check = |map: &std::sync::Arc<terrane_model::map::Map>| {
        let what = format!("map {}", map.id);
        let missing = map.flat().into_iter().find(|layer| {
            let entry = catalogue.entry(Caller::Operator, &layer.dataset);
            entry.and_then(|entry| entry.style(layer.style.as_deref()).map(drop)).is_err()
        });
        match missing {
            None => Check::well(what),
            Some(layer) => {
                let style = layer.style.as_deref().map_or_else(String::new, |style| format!(" with style “{style}”"));
                Check::wrong(what, format!("it shows “{}”{style}, which is not here.", layer.dataset))
            }
        }
    };
    catalogue.maps(Caller::Operator).map(check).collect()
}

/// Characters of titles that no font has are drawn as boxes.
fn fonts(engine: &Engine) -> Check {
    let catalogue = engine.catalogue();
    let mut missing: BTreeSet<char> = BTreeSet::new();
    let titles = catalogue.entries(Caller::Operator).map(|entry| &entry.record().about.title);
    for title in titles.chain(catalogue.maps(Caller::Operator).map(|map| &map.title)) {
        title.iter().for_each(|(_, text)| missing.extend(engine.fonts().missing(text)));
    }
    if missing.is_empty() {
        return Check::well("fonts have all characters of titles");
    }
    let some: Vec<String> = missing.iter().take(10).map(char::to_string).collect();
    let say = format!(
        "{} characters of titles are in no font and are drawn as boxes ({} …); install a font that has them, such as Noto Sans CJK, or put one into “fonts” in the data folder.",
        missing.len(),
        some.join(" ")
    );
    Check::note("fonts", say)
}

/// SQLite's own check of a database file.
fn sound(path: &Path) -> Result<()> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = rusqlite::Connection::open_with_flags(path, flags).map_err(|error| damaged(path, &error))?;
    let answer: String =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|error| damaged(path, &error))?;
    if answer == "ok" { Ok(()) } else { Err(damaged(path, &answer)) }
}

fn damaged(path: &Path, why: &dyn std::fmt::Display) -> Error {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Error::new(Kind::Internal, format!("{name} is damaged ({why}); restore a backup, or add the data again."))
}

/// Reads all rows and some samples, and compares the number of rows with what the catalogue says.
async fn readable(engine: &Engine, dataset: &Dataset) -> Result<()> {
    if let Some(grid) = &dataset.grid {
        grid_readable(&**grid).await?;
    }
    if dataset.features.is_none() {
        return Ok(());
    }
    let about = &dataset.about;
    let mut question = FeatureQuestion::new(about.id.clone());
    question.query.limit = Some(1);
    question.count = true;
    question.query.filter = Some(terrane_model::Filter::And(Vec::new()));
    let page = engine.features(Caller::Operator, question).await?;
    match (page.matched, about.rows) {
        (Some(there), Some(said)) if there != said => Err(Error::new(
            Kind::Internal,
            format!("{there} rows are there and the catalogue says {said}; restore a backup, or add the data again."),
        )),
        _ => Ok(()),
    }
}

/// Samples that are read of a grid.
const SAMPLES_READ_MAX: u64 = 16_777_216;

/// Reads the middle of a grid at full resolution.
async fn grid_readable(grid: &dyn GridSource) -> Result<()> {
    let schema = grid.schema();
    let (centre, step) = (schema.bbox().centre(), schema.transform.step.map(f64::abs));
    let (min, max) =
        ([0, 1].map(|axis| centre[axis] - step[axis] * 8.0), [0, 1].map(|axis| centre[axis] + step[axis] * 8.0));
    let query = GridQuery {
        bbox: terrane_model::Bbox { min, max },
        step_max: None,
        bands: Vec::new(),
        slice: vec![0; schema.axes.len()],
        samples_max: SAMPLES_READ_MAX,
    };
    grid.window(&query).await.map(drop)
}
