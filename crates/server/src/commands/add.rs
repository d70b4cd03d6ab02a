//! Publishing files: what was asked, each file on its own, and what was found.

use super::{Here, OPERATOR, Outcome, ReadingOptions, Words};
use crate::output;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_engine::import::{ImportOptions, Imported};
use terrane_engine::{Caller, Engine};
use terrane_formats::about::write_finding;
use terrane_model::grid::GridSchema;
use terrane_model::map::Map;
use terrane_model::schema::{ColumnKind, Schema};
use terrane_model::store::Progress;
use terrane_model::{About, Crs, DatasetId, Error, Kind, LocalText, Result};

/// How to publish files.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AddOptions {
    /// The dataset's name in addresses.
    pub id: Option<String>,
    /// What the catalogue says.
    pub words: Words,
    /// A style as JSON or SLD.
    pub style: Option<String>,
    /// How they are read.
    pub reading: ReadingOptions,
    /// Put geometry right that is wrong.
    pub repair: bool,
    /// Publish over a dataset with the same id.
    pub replace: bool,
    /// What the edition is called.
    pub label: String,
    /// Only report.
    pub dry_run: bool,
}

/// Publishes files, each whole or not at all; one that fails does not keep the others from being published.
pub fn add(here: &Here<'_>, paths: &[PathBuf], options: &AddOptions, progress: &dyn Progress) -> Result<Outcome> {
    if paths.len() > 1 && options.id.is_some() {
        return Err(Error::invalid("One --id cannot name several files; add them one by one.").at("--id"));
    }
    let (mut datasets, mut maps, mut failed, mut code) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for path in paths {
        match add_file(here.engine, path, options, progress) {
            Ok(done) => {
                if done.iter().any(|done| done.report.is_refused()) {
                    code = output::REFUSED;
                }
                datasets.extend(done.iter().map(|done| imported(here, done)));
                maps.extend(map_of(here, &done));
            }
            Err(error) if datasets.is_empty() && failed.is_empty() && is_about_an_option(&error) => return Err(error),
            Err(error) => {
                tracing::info!(?error, "a file cannot be published");
                code = code.max(code_of(&error));
                let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
                let cause = error.cause().map(ToString::to_string);
                failed.push(json!({"file": file, "place": error.place(), "say": error.say(), "cause": cause}));
            }
        }
    }
    Ok(Outcome { value: json!({"datasets": datasets, "maps": maps, "failed": failed}), code })
}

/// The map that was made of a file's layers.
fn map_of(here: &Here<'_>, done: &[Imported]) -> Option<Json> {
    let all_published = done.len() > 1 && done.iter().all(|done| done.published);
    let catalogue = here.engine.catalogue();
    let layers_are =
        |map: &&Arc<Map>| map.flat().iter().map(|layer| &layer.dataset).eq(done.iter().map(|done| &done.id));
    let map = catalogue.maps(Caller::Operator).filter(|_| all_published).find(layers_are)?;
    let id = map.id.as_str();
    Some(json!({"id": id, "url": here.public_url.map(|url| format!("{url}/p/{id}"))}))
}

/// What readers call the places that options are about.
const PLACES_OF_OPTIONS: [&str; 4] = ["columns of x and y", "encoding", "key", "time"];

fn is_about_an_option(error: &Error) -> bool {
    error.place().is_some_and(|place| place.starts_with("--") || PLACES_OF_OPTIONS.contains(&place))
}

/// What is wrong with a file is not wrong with the command.
fn code_of(error: &Error) -> u8 {
    match error.kind() {
        Kind::Invalid | Kind::Unsupported | Kind::TooLarge => output::REFUSED,
        _ => output::FAILED,
    }
}

fn add_file(engine: &Engine, path: &Path, options: &AddOptions, progress: &dyn Progress) -> Result<Vec<Imported>> {
    engine.import(path, &import_options(engine, path, options)?, progress)
}

fn import_options(engine: &Engine, path: &Path, options: &AddOptions) -> Result<ImportOptions> {
    let about = match &options.id {
        None => None,
        Some(id) => {
            let id = DatasetId::new(id.as_str()).map_err(|error| error.at("--id"))?;
            let known = engine.catalogue().entry(Caller::Operator, &id).ok().map(|entry| entry.record().about.clone());
            let mut about = known.unwrap_or_else(|| About::new(id));
            if options.words.title.is_empty() && about.title.get(&["und"]) == about.id.as_str() {
                let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
                about.title = LocalText::one("und", stem);
            }
            Some(about)
        }
    };
    let open = options.reading.open()?;
    Ok(ImportOptions {
        open,
        about,
        said: options.words.said(),
        columns: Vec::new(),
        styles: Vec::new(),
        style_text: options.style.clone(),
        repair: options.repair,
        originals: None,
        replace: options.replace,
        label: options.label.clone(),
        dry_run: options.dry_run,
        who: OPERATOR.to_owned(),
    })
}

fn imported(here: &Here<'_>, done: &Imported) -> Json {
    let report = &done.report;
    let id = done.id.as_str();
    let record = here.engine.catalogue().entry(Caller::Operator, &done.id).ok().map(|entry| entry.record().clone());
    let licence = record.filter(|_| done.published).map(|record| record.about.licence.id);
    let period = done.about.period.map(|period| [period.start, period.end].map(|end| end.map(|at| at.to_string())));
    json!({
        "id": id,
        "published": done.published,
        "url": here.public_url.filter(|_| done.published).map(|url| format!("{url}/d/{id}")),
        "file": report.file,
        "layer": report.layer,
        "format": report.format,
        "crs": report.crs.as_ref().map(|(crs, how)| json!({"name": crs_name(crs), "title": crs_title(crs), "how": how})),
        "encoding": report.encoding.as_ref().map(|(name, how)| json!({"name": name, "how": how})),
        "samples": report.samples,
        "rows_read": report.rows_read,
        "rows_kept": report.rows_kept,
        "columns": done.schema.as_deref().map(columns),
        "geometry": done.schema.as_ref().and_then(|schema| schema.geometry.as_ref()).map(|it| it.kind.name()),
        "grid": done.grid.as_deref().map(grid),
        "extent": done.about.extent.map(|bbox| bbox.to_array()),
        "period": period,
        "licence": licence,
        "findings": report.findings.iter().map(write_finding).collect::<Vec<_>>(),
    })
}

fn columns(schema: &Schema) -> Vec<Json> {
    let kind = |kind| match kind {
        ColumnKind::Bool => "yes or no",
        ColumnKind::Int => "whole number",
        ColumnKind::Float => "number",
        ColumnKind::Text => "text",
        ColumnKind::Time => "time",
        ColumnKind::Bytes => "bytes",
        ColumnKind::Nested => "tree",
    };
    schema.columns.iter().map(|column| json!({"name": column.name, "kind": kind(column.kind)})).collect()
}

fn grid(schema: &GridSchema) -> Json {
    let bands: Vec<&str> = schema.bands.iter().map(|band| band.name.as_str()).collect();
    json!({"width": schema.width, "height": schema.height, "bands": bands, "step": schema.transform.step})
}

/// An authority's name, or a word for a CRS that has none.
pub fn crs_name(crs: &Crs) -> &str {
    if crs.authority_code().is_some() { crs.name() } else { "a CRS of its own" }
}

/// What people call it, when that is more than its name.
fn crs_title(crs: &Crs) -> Option<String> {
    terrane_projection::info(crs).ok().map(|info| info.title.clone())
}
