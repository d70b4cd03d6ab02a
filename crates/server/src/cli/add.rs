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

/// The whole path of a file that is there.
pub fn found(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
            _ => error.to_string(),
        };
        Error::invalid(format!("“{}” cannot be added: {why}.", path.display()))
    })
}

/// Datasets that are told one by one; more are told in a table.
const TOLD_IN_FULL: usize = 4;

fn print(value: &Json, folder: &Path, dry_run: bool) {
    let all = |key: &str| value[key].as_array().cloned().unwrap_or_default();
    let (datasets, maps) = (all("datasets"), all("maps"));
    match datasets.len() <= TOLD_IN_FULL {
        true => datasets.iter().for_each(|done| print_report(done, dry_run)),
        false => print_table(&datasets, dry_run),
    }
    for failed in all("failed") {
        let place = failed["place"].as_str().map_or_else(String::new, |place| format!("{place}: "));
        let (file, say) = (text(&failed["file"]), text(&failed["say"]));
        let place = if place.trim_end_matches(": ") == file { String::new() } else { place };
        output::complaint(&format!("{file}: not published. {place}{say}"));
        if let Some(cause) = failed["cause"].as_str() {
            output::complaint(&format!("  because: {cause}"));
        }
    }
    for map in &maps {
        output::line(&format!("{}  a map of all layers", text(&map["id"])));
    }
    next_steps(&datasets, &maps, folder);
}

/// Where to look at it, and what is worth doing next.
fn next_steps(datasets: &[Json], maps: &[Json], folder: &Path) {
    let published: Vec<&Json> = datasets.iter().filter(|done| done["published"] == true).collect();
    let folder = folder.display();
    if let Some(without) = published.iter().find(|done| text(&done["licence"]).is_empty()) {
        output::line("No licence is stated, so nobody knows what they may do with it. State it:");
        output::line(&format!("  terrane edit {folder} {} --licence CC-BY-4.0", text(&without["id"])));
    }
    let shown = if maps.is_empty() { &published } else { &maps.iter().collect() };
    match shown.first().map(|first| first["url"].as_str()) {
        Some(Some(_)) => {
            output::line("See it:");
            shown.iter().filter_map(|it| it["url"].as_str()).for_each(|url| output::line(&format!("  {url}")));
        }
        Some(None) => output::line(&format!("Serve it:\n  terrane serve {folder}")),
        None => {}
    }
}

/// One line for each dataset, then what is to be said of some.
fn print_table(datasets: &[Json], dry_run: bool) {
    let row = |done: &Json| {
        let size = match (done["rows_kept"].as_u64(), done["grid"]["width"].as_u64()) {
            (_, Some(width)) => format!("{width} × {}", done["grid"]["height"]),
            (rows, None) => output::number(rows.unwrap_or(0)),
        };
        let cells =
            [text(&done["id"]), state(done, dry_run), &size, text(&done["geometry"]), text(&done["crs"]["name"])];
        cells.map(str::to_owned).to_vec()
    };
    output::table(&["DATASET", "STATE", "ROWS", "GEOMETRY", "CRS"], &datasets.iter().map(row).collect::<Vec<_>>());
    for done in datasets.iter().filter(|done| done["findings"].as_array().is_some_and(|all| !all.is_empty())) {
        output::line(text(&done["id"]));
        done["findings"].as_array().into_iter().flatten().for_each(print_finding);
    }
}

/// What became of a layer, in a word or two.
fn state(done: &Json, dry_run: bool) -> &'static str {
    let refused = done["findings"].as_array().into_iter().flatten().any(|finding| finding["severity"] == "refusal");
    match (done["published"] == true, refused, dry_run) {
        (true, ..) => "published",
        (_, true, _) => "REFUSED",
        (_, false, true) => "would be published",
        (_, false, false) => "not published, because another layer is refused",
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

/// A headline, facts, remarks.
fn print_report(done: &Json, dry_run: bool) {
    output::line(&format!("{}  {}", text(&done["id"]), state(done, dry_run)));
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

/// A remark about a row, a field, or all of it.
pub fn print_finding(finding: &Json) {
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
    let others: Vec<String> = samples.into_iter().filter(|sample| !sample.is_ascii()).take(6).map(shortened).collect();
    if !others.is_empty() {
        fact("reads", &others.join(" · "));
    }
}

/// Characters of a sample that are shown.
const SAMPLE_CHARACTERS: usize = 48;

/// The part of a sample around the first letter that is not ASCII.
fn shortened(sample: &str) -> String {
    let characters: Vec<char> = sample.chars().collect();
    if characters.len() <= SAMPLE_CHARACTERS {
        return sample.to_owned();
    }
    let odd = characters.iter().position(|character| !character.is_ascii()).unwrap_or(0);
    let begin = odd.saturating_sub(SAMPLE_CHARACTERS / 2);
    let end = (begin + SAMPLE_CHARACTERS).min(characters.len());
    let dots = |there: bool| if there { "…" } else { "" };
    format!("{}{}{}", dots(begin > 0), characters[begin..end].iter().collect::<String>(), dots(end < characters.len()))
}
