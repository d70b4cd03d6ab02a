//! `terrane editions`: what was published before, and back to it.

use crate::commands::{self, Command, EditionTask};
use crate::output::{self, Terminal};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use terrane_model::Result;

/// Which dataset, and what is to be done with its editions.
#[derive(clap::Args)]
pub struct Editions {
    /// The data folder
    folder: PathBuf,
    /// The dataset
    id: String,
    /// Say what differs between two editions
    #[arg(long, num_args = 2, value_names = ["EARLIER", "LATER"], group = "task")]
    compare: Option<Vec<u64>>,
    /// Publish an older edition again, as the next one
    #[arg(long, value_name = "EDITION", group = "task")]
    restore: Option<u64>,
    /// Remove all but the newest so many
    #[arg(long, value_name = "COUNT", group = "task", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    keep: Option<u64>,
    /// Say what people call an edition
    #[arg(long, num_args = 2, value_names = ["EDITION", "TEXT"], group = "task")]
    label: Option<Vec<String>>,
}

impl Editions {
    fn task(&self) -> Result<EditionTask> {
        if let Some([earlier, later]) = self.compare.as_deref() {
            return Ok(EditionTask::Compare(*earlier, *later));
        }
        if let Some([number, label]) = self.label.as_deref() {
            let number = number.parse().map_err(|_| {
                let say = format!("“{number}” is no number of an edition; write --label 2 \"2nd edition, 2026\".");
                terrane_model::Error::invalid(say).at("--label")
            })?;
            return Ok(EditionTask::Label(number, label.clone()));
        }
        Ok(match (self.restore, self.keep) {
            (Some(number), _) => EditionTask::Restore(number),
            (None, Some(count)) => EditionTask::Keep(usize::try_from(count).unwrap_or(usize::MAX)),
            (None, None) => EditionTask::List,
        })
    }
}

/// Lists, compares, restores, removes or names.
pub fn run(arguments: &Editions, json: bool) -> Result<u8> {
    let task = arguments.task()?;
    let command = Command::Editions { id: arguments.id.clone(), task: task.clone() };
    let terminal = Terminal::new("editions");
    let outcome = commands::run(&arguments.folder, &command, &terminal);
    terminal.clear();
    let value = outcome?.value;
    match (json, task) {
        (true, _) => output::json(&value),
        (false, EditionTask::List) => list(&value, &arguments.folder),
        (false, EditionTask::Compare(..)) => compared(&value),
        (false, EditionTask::Restore(number)) => output::line(&format!(
            "Edition {number} of {} is published again, as edition {}.",
            arguments.id, value["published"]["edition"]
        )),
        (false, EditionTask::Keep(_)) => removed(&value),
        (false, EditionTask::Label(number, label)) => output::line(&format!("Edition {number} is “{label}” now.")),
    }
    Ok(0)
}

fn list(value: &Json, folder: &Path) {
    let all = value["editions"].as_array().cloned().unwrap_or_default();
    let cell = |value: &Json| {
        value.as_str().map_or_else(|| value.as_u64().map_or_else(String::new, output::number), str::to_owned)
    };
    let size =
        |edition: &Json| edition["bytes"].as_u64().filter(|bytes| *bytes > 0).map_or_else(String::new, output::bytes);
    let day = |moment: &Json| moment.as_str().map_or("", |text| text.get(..16).unwrap_or(text)).replace('T', " ");
    let row = |edition: &Json| {
        let state = if edition["superseded"].is_null() { "published" } else { "" };
        vec![
            cell(&edition["edition"]),
            state.to_owned(),
            day(&edition["published"]),
            cell(&edition["rows"]),
            size(edition),
            cell(&edition["label"]),
            cell(&edition["why"]),
        ]
    };
    let header = ["EDITION", "STATE", "SINCE (UTC)", "ROWS", "SIZE", "LABEL", "WHY"];
    output::table(&header, &all.iter().map(row).collect::<Vec<_>>());
    if let [.., before, last] = all.as_slice() {
        let (folder, id) = (folder.display(), value["id"].as_str().unwrap_or(""));
        output::line("What the last one changed:");
        output::line(&format!("  terrane editions {folder} {id} --compare {} {}", before["edition"], last["edition"]));
    }
}

fn compared(value: &Json) {
    let names = |key: &str| -> Vec<&str> {
        value["columns"][key].as_array().into_iter().flatten().filter_map(Json::as_str).collect()
    };
    for (key, word) in [("added", "new"), ("removed", "gone"), ("changed", "of another kind")] {
        let names = names(key);
        if !names.is_empty() {
            output::paragraph("columns ", &format!("{word}: {}", names.join(", ")));
        }
    }
    let rows = &value["rows"];
    let number = |value: &Json| output::number(value.as_u64().unwrap_or(0));
    output::line(&format!("rows     {} before, {} after", number(&rows["before"]), number(&rows["after"])));
    for kind in ["added", "removed", "changed"] {
        let (count, ids) = (rows[kind]["count"].as_u64().unwrap_or(0), &rows[kind]["ids"]);
        let ids: Vec<&str> = ids.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let more = if count > ids.len() as u64 { " …" } else { "" };
        let named = if ids.is_empty() { String::new() } else { format!(": {}{more}", ids.join(", ")) };
        output::paragraph(&output::pad(kind, LABEL_COLUMNS), &format!("{}{named}", output::number(count)));
    }
}

/// Columns of the words before facts.
const LABEL_COLUMNS: usize = 9;

fn removed(value: &Json) {
    let numbers: Vec<String> = value["removed"].as_array().into_iter().flatten().map(ToString::to_string).collect();
    output::line(&match numbers.len() {
        0 => "No edition was removed. One that was superseded less than an hour ago stays until nobody reads it."
            .to_owned(),
        _ => format!("Removed: editions {}.", numbers.join(", ")),
    });
}
