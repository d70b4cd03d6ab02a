//! `terrane list`, `show`, `edit`, `remove`.

use crate::commands::{self, Command};
use crate::output;
use serde_json::Value as Json;
use std::path::Path;
use terrane_model::Result;
use terrane_model::store::Silent;

/// Lists datasets and maps.
pub fn list(folder: &Path, json: bool) -> Result<u8> {
    let value = commands::run(folder, &Command::List, &Silent)?.value;
    if json {
        output::json(&value);
        return Ok(0);
    }
    let datasets = rows(&value["datasets"], &["id", "views", "rows", "crs", "licence", "title"]);
    let (maps, problems) = (rows(&value["maps"], &["id", "layers", "title"]), rows(&value["problems"], &["id", "say"]));
    if datasets.is_empty() && problems.is_empty() {
        output::line("Nothing is published yet. Publish a file with:");
        output::line(&format!("  terrane add {} FILE", folder.display()));
    }
    let headers: [&[&str]; 3] = [
        &["DATASET", "VIEWS", "ROWS", "CRS", "LICENCE", "TITLE"],
        &["MAP", "LAYERS", "TITLE"],
        &["CANNOT BE OPENED", "WHY"],
    ];
    let tables = headers.iter().zip([&datasets, &maps, &problems]).filter(|(_, rows)| !rows.is_empty());
    for (number, (header, rows)) in tables.enumerate() {
        if number > 0 {
            output::line("");
        }
        output::table(header, rows);
    }
    Ok(0)
}

/// Lists of members as rows of a table.
fn rows(all: &Json, keys: &[&str]) -> Vec<Vec<String>> {
    let cell = |value: &Json| match value {
        Json::Null => String::new(),
        Json::Array(all) => all.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", "),
        other => plain(other),
    };
    let all = all.as_array().into_iter().flatten();
    all.map(|row| keys.iter().map(|key| cell(&row[*key])).collect()).collect()
}

/// Shows a dataset or map.
pub fn show(folder: &Path, id: &str, json: bool) -> Result<u8> {
    let value = commands::run(folder, &Command::Show { id: id.to_owned() }, &Silent)?.value;
    print(&value, json);
    Ok(0)
}

/// Changes what the catalogue says.
pub fn edit(folder: &Path, command: &Command, json: bool) -> Result<u8> {
    let value = commands::run(folder, command, &Silent)?.value;
    print(&value, json);
    Ok(0)
}

/// Takes datasets or maps away.
pub fn remove(folder: &Path, ids: &[String], json: bool) -> Result<u8> {
    let value = commands::run(folder, &Command::Remove { ids: ids.to_vec() }, &Silent)?.value;
    match json {
        true => output::json(&value),
        false => output::line(&format!("Removed: {}.", ids.join(", "))),
    }
    Ok(0)
}

fn print(value: &Json, json: bool) {
    if json {
        return output::json(value);
    }
    facts("", value);
}

/// A tree of facts, one a line, nothing that is empty.
fn facts(path: &str, value: &Json) {
    match value {
        Json::Object(members) => {
            for (key, member) in members {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                facts(&path, member);
            }
        }
        Json::Array(all) if all.iter().any(Json::is_object) => {
            all.iter().enumerate().for_each(|(number, member)| facts(&format!("{path}.{}", number + 1), member));
        }
        Json::Array(all) if !all.is_empty() => {
            let texts: Vec<String> = all.iter().map(plain).collect();
            output::line(&format!("{path:<24} {}", texts.join(", ")));
        }
        Json::Null | Json::Array(_) => {}
        Json::String(text) if text.is_empty() => {}
        other => output::line(&format!("{path:<24} {}", plain(other))),
    }
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
