//! `terrane config`: whether the settings are right, what is in force and why, and the schema of the file.

use crate::commands::{self, Command};
use crate::config::{self, FILE, Finding};
use crate::output;
use crate::{local, stores};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use terrane_model::Result;
use terrane_model::store::Silent;

/// What to do with the settings.
#[derive(clap::Subcommand)]
pub enum Config {
    /// Say whether terrane.toml is right, and what to change when it is not
    Check {
        /// The data folder
        folder: PathBuf,
    },
    /// Show the settings in force and where each comes from
    Show {
        /// The data folder
        folder: PathBuf,
    },
    /// Print the JSON Schema of terrane.toml, for editors and programs
    Schema,
}

/// Does it; exit code 1 when something is wrong with the file.
pub fn run(what: &Config, json: bool) -> Result<u8> {
    match what {
        Config::Check { folder } => check(folder, json),
        Config::Show { folder } => show(folder, json),
        Config::Schema => {
            output::json(&config::schema());
            Ok(0)
        }
    }
}

fn check(folder: &Path, json: bool) -> Result<u8> {
    stores::check_is_data_folder(folder)?;
    let (path, outcome) = (folder.join(FILE), config::check(folder)?);
    let findings = outcome.as_ref().err().map_or(&[][..], Vec::as_slice);
    if json {
        let all: Vec<Json> = findings.iter().map(for_machines).collect();
        output::json(&json!({"file": path.display().to_string(), "right": findings.is_empty(), "findings": all}));
    } else {
        for finding in findings {
            output::paragraph("WRONG  ", &format!("{}, {finding}", path.display()));
        }
        match findings.len() {
            0 if path.exists() => output::line(&format!("{} is right.", path.display())),
            0 => output::line(&format!("There is no {}; all settings are as usual.", path.display())),
            1 => output::line("1 thing is wrong."),
            all => output::line(&format!("{all} things are wrong.")),
        }
    }
    Ok(if findings.is_empty() { 0 } else { output::FAILED })
}

fn for_machines(finding: &Finding) -> Json {
    json!({"line": finding.line, "key": finding.key, "what": finding.what, "remedy": finding.remedy})
}

/// Of a running server when there is one: it may have been started with options, or hold on to settings from before a mistake.
fn show(folder: &Path, json: bool) -> Result<u8> {
    stores::check_is_data_folder(folder)?;
    let value = match local::send(folder, &Command::Settings, &Silent)? {
        Some(outcome) => outcome.value,
        None => commands::settings(&config::read(folder)?, false),
    };
    if json {
        output::json(&value);
        return Ok(0);
    }
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let shown = |value: &Json| if value.is_null() { "–".to_owned() } else { text(value) };
    let row = |it: &Json| vec![text(&it["key"]), shown(&it["value"]), text(&it["from"])];
    let rows: Vec<Vec<String>> = value["settings"].as_array().into_iter().flatten().map(row).collect();
    output::table(&["SETTING", "IN FORCE", "FROM"], &rows);
    if value["served"] == true {
        output::line("These are the settings of the server that runs here.");
    }
    Ok(0)
}
