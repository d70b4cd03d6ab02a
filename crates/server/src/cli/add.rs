//! `terrane add`: publishes files and says what was found.

use super::AddArguments;
use crate::commands::{self, Command};
use crate::output::{self, Terminal};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use terrane_model::{Error, Result};

/// Publishes; exit code 3 when data was refused.
pub fn run(arguments: &AddArguments, json: bool) -> Result<u8> {
    let paths = arguments.files.iter().map(|path| found(path)).collect::<Result<Vec<_>>>()?;
    let command = Command::Add { paths, options: Box::new(arguments.options()?) };
    let names: Vec<String> = arguments.files.iter().map(|path| path.display().to_string()).collect();
    let terminal = Terminal::new(&format!("reading {}", names.join(", ")));
    let outcome = commands::run(&arguments.folder, &command, &terminal);
    terminal.clear();
    let outcome = outcome?;
    match json {
        true => output::json(&outcome.value),
        false => print(&outcome.value, &arguments.folder, arguments.dry_run),
    }
    Ok(outcome.code)
}

fn found(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
            _ => error.to_string(),
        };
        Error::invalid(format!("“{}” cannot be added: {why}.", path.display()))
    })
}

fn print(value: &Json, folder: &Path, dry_run: bool) {
    let datasets: Vec<&Json> = value["datasets"].as_array().into_iter().flatten().collect();
    datasets.iter().for_each(|done| print_report(done, dry_run));
    for failed in value["failed"].as_array().into_iter().flatten() {
        let place = failed["place"].as_str().map_or_else(String::new, |place| format!("{place}: "));
        let (file, say) = (text(&failed["file"]), text(&failed["say"]));
        let place = if place.trim_end_matches(": ") == file { String::new() } else { place };
        output::complaint(&format!("{file}: not published. {place}{say}"));
    }
    let published = datasets.iter().any(|done| done["published"] == true);
    for url in datasets.iter().filter_map(|done| done["url"].as_str()) {
        output::line(&format!("Look at it: {url}"));
    }
    if published && datasets.iter().all(|done| done["url"].is_null()) {
        output::line(&format!("Serve it with: terrane serve {}", folder.display()));
    }
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or("")
}

/// Columns of the words before facts.
const LABEL_COLUMNS: usize = 10;
/// Columns of a table that are named; the rest are counted.
const COLUMNS_NAMED: usize = 12;

fn fact(label: &str, value: &str) {
    output::paragraph(&format!("  {}", output::pad(label, LABEL_COLUMNS)), value);
}

/// What became of one layer: a headline, facts, remarks.
fn print_report(done: &Json, dry_run: bool) {
    let refused = done["findings"].as_array().into_iter().flatten().any(|finding| finding["severity"] == "refusal");
    let state = match (done["published"] == true, refused, dry_run) {
        (true, ..) => "published",
        (_, true, _) => "REFUSED",
        (_, false, true) => "would be published",
        (_, false, false) => "not published, because another layer was refused",
    };
    output::line(&format!("{}  {state}", text(&done["id"])));
    fact("file", &[text(&done["file"]), text(&done["format"])].join(", "));
    facts_of_rows(done);
    facts_of_grid(&done["grid"]);
    for (label, key) in [("CRS", "crs"), ("text", "encoding")] {
        let about = &done[key];
        if let Some(name) = about["name"].as_str() {
            let title =
                about["title"].as_str().filter(|title| *title != name).map_or_else(String::new, |it| format!(", {it}"));
            fact(label, &format!("{name}{title} ({})", text(&about["how"])));
        }
    }
    if let Some(place) = place(&done["extent"]) {
        fact("place", &place);
    }
    if let Some(period) = done["period"].as_array() {
        let end =
            |at: usize| period.get(at).and_then(Json::as_str).map_or("…", |text| text.trim_end_matches("T00:00:00Z"));
        fact("time", &format!("{} to {}", end(0), end(1)));
    }
    done["findings"].as_array().into_iter().flatten().for_each(print_finding);
    print_samples(done);
}

fn facts_of_rows(done: &Json) {
    let Some(columns) = done["columns"].as_array() else { return };
    let rows = |key: &str| done[key].as_u64().unwrap_or(0);
    let (kept, read) = (rows("rows_kept"), rows("rows_read"));
    let of_all = if read > kept { format!(" of {}", output::number(read)) } else { String::new() };
    let geometry = done["geometry"].as_str().map_or_else(String::new, |kind| format!(", {kind}"));
    fact("rows", &format!("{}{of_all}{geometry}", output::number(kept)));
    let named = columns.iter().take(COLUMNS_NAMED).map(|it| format!("{} ({})", text(&it["name"]), text(&it["kind"])));
    let mut named: Vec<String> = named.collect();
    if columns.len() > COLUMNS_NAMED {
        named.push(format!("and {} more", columns.len() - COLUMNS_NAMED));
    }
    if !named.is_empty() {
        fact("columns", &named.join(", "));
    }
}

fn facts_of_grid(grid: &Json) {
    let (Some(width), Some(height)) = (grid["width"].as_u64(), grid["height"].as_u64()) else { return };
    fact("samples", &format!("{} × {}", output::number(width), output::number(height)));
    let bands: Vec<&str> = grid["bands"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    fact("bands", &bands.join(", "));
}

/// West to east and south to north, with their sides of the globe.
fn place(extent: &Json) -> Option<String> {
    let corners: Vec<f64> = extent.as_array()?.iter().filter_map(Json::as_f64).collect();
    let [west, south, east, north] = corners.as_slice() else { return None };
    let side = |degrees: f64, sides: [&str; 2]| {
        let rounded = (degrees.abs() * 1e4).round() / 1e4;
        format!("{rounded}° {}", if degrees < 0.0 { sides[1] } else { sides[0] })
    };
    let (x, y) = (["E", "W"], ["N", "S"]);
    Some(format!("{} to {}, {} to {}", side(*west, x), side(*east, x), side(*south, y), side(*north, y)))
}

fn print_finding(finding: &Json) {
    let row = finding["row"].as_u64().map(|row| format!("row {}", output::number(row)));
    let field = finding["field"].as_str().map(|field| format!("field {field}"));
    let place: Vec<String> = row.into_iter().chain(field).collect();
    let place = if place.is_empty() { String::new() } else { format!("{}: ", place.join(", ")) };
    let more = match finding["count"].as_u64() {
        Some(count) if count > 1 => format!(" ({} times)", output::number(count)),
        _ => String::new(),
    };
    fact(text(&finding["severity"]), &format!("{place}{}{more} {}", text(&finding["what"]), text(&finding["remedy"])));
}

/// Texts as they were decoded, when somebody should look whether they are right.
fn print_samples(done: &Json) {
    let samples: Vec<&str> = done["samples"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let has_other_letters = samples.iter().any(|sample| !sample.is_ascii());
    if has_other_letters {
        let shown: Vec<&str> = samples.into_iter().filter(|sample| !sample.is_ascii()).take(6).collect();
        fact("reads", &shown.join(" · "));
    }
}
