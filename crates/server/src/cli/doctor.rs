//! `terrane doctor`: looks at everything in a data folder and says what to do.

use crate::output::{self, Terminal};
use crate::stores;
use serde_json::json;
use std::path::Path;
use terrane_engine::{Caller, Engine, FeatureQuestion};
use terrane_model::{Dataset, Error, Result};

/// One thing that was looked at.
struct Check {
    what: String,
    /// What is wrong and what to do; nothing when it is well.
    wrong: Option<String>,
}

/// Checks; exit code 1 when something is wrong.
pub fn run(folder: &Path, json: bool) -> Result<u8> {
    let terminal = Terminal::new("checking");
    let checks = all_checks(folder, &terminal);
    terminal.clear();
    let checks = checks?;
    let wrong = checks.iter().filter(|check| check.wrong.is_some()).count();
    if json {
        let all: Vec<_> = checks.iter().map(|check| json!({"what": check.what, "wrong": check.wrong})).collect();
        output::json(&json!({"checks": all, "wrong": wrong}));
    } else {
        for check in &checks {
            match &check.wrong {
                None => output::line(&format!("ok     {}", check.what)),
                Some(wrong) => output::line(&format!("WRONG  {}: {wrong}", check.what)),
            }
        }
        output::line(&match wrong {
            0 => format!("{} checks, all well.", checks.len()),
            _ => format!("{} checks, {wrong} wrong.", checks.len()),
        });
    }
    Ok(if wrong == 0 { 0 } else { output::FAILED })
}

fn all_checks(folder: &Path, terminal: &Terminal) -> Result<Vec<Check>> {
    let mut checks = vec![
        Check { what: "settings in terrane.toml".to_owned(), wrong: said(crate::config::read(folder)) },
        Check { what: "catalogue.sqlite is whole".to_owned(), wrong: said(sound(&folder.join("catalogue.sqlite"))) },
    ];
    // A running server holds the folder; a copy of its store would be refused, so only the files are looked at then.
    let engine = match stores::engine(folder) {
        Ok(engine) => engine,
        Err(error) if error.kind() == terrane_model::Kind::Conflict => {
            checks.push(Check {
                what: "a server is running; its datasets are checked when it is stopped".to_owned(),
                wrong: None,
            });
            return Ok(checks);
        }
        Err(error) => return Err(error),
    };
    let catalogue = engine.catalogue();
    for (id, error) in catalogue.problems() {
        let wrong = format!("it cannot be opened ({error}); restore a backup, or remove it and add the file again");
        checks.push(Check { what: id.clone(), wrong: Some(wrong) });
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(Error::internal)?;
    for entry in catalogue.entries(Caller::Operator) {
        let (id, revision) = (&entry.record().about.id, &entry.record().revision);
        terminal.show(&format!("checking {id}"));
        let files = folder.join("datasets").join(id.as_str()).join(revision);
        checks.push(Check { what: format!("{id}: files are whole"), wrong: said(sound_files(&files)) });
        let dataset = catalogue.open(Caller::Operator, id)?;
        checks.push(Check {
            what: format!("{id}: data can be read"),
            wrong: said(runtime.block_on(readable(&engine, &dataset))),
        });
    }
    for map in catalogue.maps(Caller::Operator) {
        let missing = map.flat().into_iter().find(|layer| catalogue.entry(Caller::Operator, &layer.dataset).is_err());
        let wrong = missing.map(|layer| format!("it shows “{}”, which is not here", layer.dataset));
        checks.push(Check { what: format!("map {}", map.id), wrong });
    }
    Ok(checks)
}

fn said<T>(outcome: Result<T>) -> Option<String> {
    outcome.err().map(|error| error.to_string())
}

fn sound_files(folder: &Path) -> Result<()> {
    let features = folder.join("features.gpkg");
    if features.is_file() { sound(&features) } else { Ok(()) }
}

/// SQLite's own check of a database file.
fn sound(path: &Path) -> Result<()> {
    let failed = |error: rusqlite::Error| Error::internal(error);
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = rusqlite::Connection::open_with_flags(path, flags).map_err(failed)?;
    let answer: String =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|error| damaged(path, &error))?;
    if answer == "ok" { Ok(()) } else { Err(damaged(path, &answer)) }
}

fn damaged(path: &Path, why: &dyn std::fmt::Display) -> Error {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Error::new(
        terrane_model::Kind::Internal,
        format!("{name} is damaged ({why}); restore a backup, or add the data again."),
    )
}

/// Reads a little of each view and compares the number of rows with what the catalogue says.
async fn readable(engine: &Engine, dataset: &Dataset) -> Result<()> {
    let about = &dataset.about;
    if dataset.features.is_some() {
        let mut question = FeatureQuestion::new(about.id.clone());
        question.query.limit = Some(1);
        question.count = true;
        question.query.filter = Some(terrane_model::Filter::And(Vec::new()));
        let page = engine.features(Caller::Operator, question).await?;
        if page.matched.is_some() && about.rows.is_some() && page.matched != about.rows {
            let (there, said) = (page.matched.unwrap_or(0), about.rows.unwrap_or(0));
            let say = format!(
                "{there} rows are there and the catalogue says {said}; restore a backup, or add the data again."
            );
            return Err(Error::new(terrane_model::Kind::Internal, say));
        }
    }
    Ok(())
}
