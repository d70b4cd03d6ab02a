//! `terrane add`: publishes files and says what was found.

use super::AddArguments;
use crate::commands::{self, Command};
use crate::output::{self, Terminal};
use serde_json::Value as Json;
use std::path::PathBuf;
use terrane_model::{Error, Result};

/// Publishes; exit code 3 when data was refused.
pub fn run(arguments: &AddArguments) -> Result<u8> {
    let absolute = |path: &PathBuf| {
        path.canonicalize().map_err(|error| Error::invalid(format!("“{}” cannot be read: {error}.", path.display())))
    };
    let paths = arguments.files.iter().map(absolute).collect::<Result<Vec<_>>>()?;
    let command = Command::Add { paths, options: Box::new(arguments.options()?) };
    let terminal = Terminal::new("reading");
    let outcome = commands::run(&arguments.folder, &command, &terminal);
    terminal.clear();
    let outcome = outcome?;
    if arguments.json {
        output::json(&outcome.value);
    } else {
        let datasets = outcome.value["datasets"].as_array().cloned().unwrap_or_default();
        datasets.iter().for_each(print_report);
    }
    Ok(if outcome.refused { output::REFUSED } else { 0 })
}

/// What became of one layer, in sentences.
pub fn print_report(done: &Json) {
    let text = |key: &str| done[key].as_str().unwrap_or("").to_owned();
    let state = if done["published"] == true { "published" } else { "not published" };
    let rows = match done["rows_kept"].as_u64() {
        Some(rows) if rows > 0 => format!(", {rows} rows"),
        _ => String::new(),
    };
    output::line(&format!("{}: {state}{rows} ({}, {})", text("id"), text("format"), text("layer")));
    for (what, name) in [("crs", "CRS"), ("encoding", "text")] {
        if let (Some(value), Some(how)) = (done[what]["name"].as_str(), done[what]["how"].as_str()) {
            output::line(&format!("  {name}: {value} ({how})"));
        }
    }
    for finding in done["findings"].as_array().into_iter().flatten() {
        print_finding(finding);
    }
    let asked = done["findings"].as_array().is_some_and(|all| all.iter().any(|finding| finding["field"].is_null()));
    let samples: Vec<&str> = done["samples"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    if asked && !samples.is_empty() {
        output::line(&format!("  text as read: {}", samples.join(" · ")));
    }
}

fn print_finding(finding: &Json) {
    let row = finding["row"].as_u64().map(|row| format!("row {row}"));
    let field = finding["field"].as_str().map(|field| format!("field {field}"));
    let place: Vec<String> = row.into_iter().chain(field).collect();
    let place = if place.is_empty() { String::new() } else { format!("{}: ", place.join(", ")) };
    let more = match finding["count"].as_u64() {
        Some(count) if count > 1 => format!(" ({count} times)"),
        _ => String::new(),
    };
    let (severity, what) = (finding["severity"].as_str().unwrap_or(""), finding["what"].as_str().unwrap_or(""));
    let remedy =
        finding["remedy"].as_str().filter(|remedy| !remedy.is_empty()).map_or(String::new(), |r| format!(" {r}"));
    output::line(&format!("  {severity}: {place}{what}{more}{remedy}"));
}
