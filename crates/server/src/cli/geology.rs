//! `terrane geology`: how a dataset's values are told in the terms of shared views.

use crate::commands::{self, Command, GeologyTask};
use crate::output::{self, Terminal};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use terrane_geology::mapping::Mapping;
use terrane_model::{Error, Result};

/// Which datasets, and what is to be done.
#[derive(clap::Args)]
pub struct Geology {
    /// The data folder
    folder: PathBuf,
    /// The datasets
    #[arg(required = true)]
    ids: Vec<String>,
    /// Write a proposal into a file, to be looked through and laid over with --mapping
    #[arg(long, value_name = "FILE", group = "task")]
    propose: Option<PathBuf>,
    /// Lay a mapping over those of the datasets that it fits
    #[arg(long, value_name = "FILE", group = "task")]
    mapping: Option<PathBuf>,
    /// Take the mapping away; the data stays as it is
    #[arg(long, group = "task")]
    remove: bool,
    /// List every value, not only those without a meaning
    #[arg(long)]
    all: bool,
}

impl Geology {
    fn task(&self) -> Result<GeologyTask> {
        if let Some(path) = &self.mapping {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Error::invalid(format!("“{}” cannot be read: {error}.", path.display())).at("--mapping")
            })?;
            return Ok(GeologyTask::Map(text));
        }
        Ok(match (&self.propose, self.remove) {
            (Some(_), _) => GeologyTask::Propose,
            (None, true) => GeologyTask::Remove,
            (None, false) => GeologyTask::Show,
        })
    }
}

/// Proposes, lays over, shows or removes.
pub fn run(arguments: &Geology, json: bool) -> Result<u8> {
    let command = Command::Geology { ids: arguments.ids.clone(), task: arguments.task()? };
    let terminal = Terminal::new("geology");
    let outcome = commands::run(&arguments.folder, &command, &terminal);
    terminal.clear();
    let value = outcome?.value;
    if let Some(path) = &arguments.propose {
        let text = Mapping::from_json(&value["mapping"].to_string())?.to_json();
        std::fs::write(path, text)
            .map_err(|error| Error::invalid(format!("“{}” cannot be written: {error}.", path.display())))?;
    }
    if json {
        output::json(&value);
        return Ok(0);
    }
    print(arguments, &value);
    Ok(0)
}

fn print(arguments: &Geology, value: &Json) {
    if arguments.remove {
        return output::line("The mapping is removed; the data is as it was.");
    }
    if let Some(path) = &arguments.propose {
        covered(value, arguments.all);
        output::line("");
        output::line(&format!("Written to “{}”. Look it through, then:", path.display()));
        return output::line(&next(arguments, path));
    }
    for dataset in value["datasets"].as_array().into_iter().flatten() {
        let views: Vec<&str> = dataset["views"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        output::line(&format!("{}: {}", text(&dataset["dataset"]), views.join(", ")));
        covered(dataset, arguments.all);
    }
}

fn next(arguments: &Geology, path: &Path) -> String {
    format!("  terrane geology {} {} --mapping {}", arguments.folder.display(), arguments.ids.join(" "), path.display())
}

/// What each kind of term accounts for, and the values that have no meaning yet.
fn covered(report: &Json, all: bool) {
    for remark in report["remarks"].as_array().into_iter().flatten() {
        output::paragraph("  ! ", text(remark));
    }
    for coverage in report["coverage"].as_array().into_iter().flatten() {
        let columns: Vec<&str> =
            coverage["columns"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let number = |key: &str| coverage[key].as_u64().unwrap_or(0);
        output::line(&format!(
            "  {} · {} from {}: {} of {} rows told, {} left out, {} open",
            text(&coverage["view"]),
            text(&coverage["kind"]),
            columns.join(", "),
            output::number(number("told")),
            output::number(number("rows")),
            output::number(number("left_out")),
            output::number(number("open")),
        ));
        let rows = coverage["values"].as_array().into_iter().flatten().filter(|row| all || row["state"] == "open");
        let rows: Vec<Vec<String>> = rows.map(row).collect();
        if !rows.is_empty() {
            output::table(&["    ROWS", "SCORE", "MEANING", "VALUES"], &rows);
        }
    }
}

fn row(row: &Json) -> Vec<String> {
    let values: Vec<&str> = row["when"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let values = if values.is_empty() { "(no value)".to_owned() } else { values.join(" · ") };
    let meaning = match text(&row["state"]) {
        "open" => "—".to_owned(),
        "left out" => format!("left out: {}", text(&row["meaning"])),
        _ => text(&row["meaning"]).to_owned(),
    };
    let score = row["score"].as_f64().map_or_else(String::new, |score| format!("{score:.2}"));
    vec![format!("    {}", row["rows"]), score, meaning, values]
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}
