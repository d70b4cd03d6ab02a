//! `terrane export`, `init --from`: everything as plain files, and a new node made of them.
//!
//! `datasets/<id>/` holds `about.json`, `features.gpkg` or `grid.tif`, `styles/` and `original/`; `maps/` holds a file for each map.

use super::make;
use crate::config::{FILE, TEMPLATE};
use crate::output::{self, Terminal};
use crate::stores::{self, Node};
use serde_json::json;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_engine::import::ImportOptions;
use terrane_engine::pool::wait;
use terrane_engine::{Caller, Engine, Style};
use terrane_formats::about::{dataset_from_json, dataset_to_json, map_from_json, map_to_json};
use terrane_formats::features::geopackage;
use terrane_formats::grid::geotiff;
use terrane_geology::mapping::Mapping;
use terrane_model::map::Map;
use terrane_model::store::{OpenOptions, Progress};
use terrane_model::{Dataset, DatasetId, Error, FeatureQuery, FileSource, Result, Rows};
use terrane_store_embedded::write_checksums;

const README: &str = "This folder holds everything that a Terrane node has published, as plain files.

datasets/<id>/about.json      what the dataset is about: title, licence, owner, extent, columns
datasets/<id>/features.gpkg   its rows, a GeoPackage (QGIS and GDAL open it)
datasets/<id>/grid.tif        its samples, a Cloud Optimised GeoTIFF
datasets/<id>/styles/         how it is drawn, one JSON file for each style
datasets/<id>/original/       the files as they were given
maps/<id>.json                the maps: which datasets, in which order, with which style
terrane.toml                  the settings of the node
SHA256SUMS                    checks all files: sha256sum -c SHA256SUMS

A new node of it:  terrane init FOLDER --from THIS_FOLDER
";

/// Writes everything that is published.
pub fn export(folder: &Path, to: &Path, json: bool) -> Result<u8> {
    let engine = stores::engine_reading(folder)?;
    let terminal = Terminal::new("writing");
    let part = to.with_extension("part");
    if to.exists() || part.exists() {
        let say = format!("“{}” is there already; name a new folder.", if to.exists() { to } else { &part }.display());
        return Err(Error::conflict(say));
    }
    let outcome = write_all(&engine, folder, &part, &terminal);
    terminal.clear();
    if outcome.is_err() {
        let _ = std::fs::remove_dir_all(&part);
    }
    outcome?;
    std::fs::rename(&part, to).map_err(|error| cannot(to, error))?;
    let (datasets, maps) = counts(&engine);
    match json {
        true => output::json(&json!({"folder": to.display().to_string(), "datasets": datasets, "maps": maps})),
        false => output::line(&format!("“{}” holds {datasets} datasets and {maps} maps.", to.display())),
    }
    Ok(0)
}

fn counts(engine: &Engine) -> (usize, usize) {
    let catalogue = engine.catalogue();
    (
        catalogue.entries(Caller::Operator).filter(|entry| entry.view().is_none()).count(),
        catalogue.maps(Caller::Operator).count(),
    )
}

fn write_all(engine: &Engine, folder: &Path, to: &Path, terminal: &Terminal) -> Result<()> {
    let catalogue = engine.catalogue();
    for entry in catalogue.entries(Caller::Operator).filter(|entry| entry.view().is_none()) {
        let id = &entry.record().about.id;
        terminal.show(&format!("writing {id}"));
        let own = to.join("datasets").join(id.as_str());
        let dataset = catalogue.open(Caller::Operator, id)?;
        put(&own.join("about.json"), dataset_to_json(entry.record()).as_bytes())?;
        write_data(&dataset, &own, terminal)?;
        for style in entry.styles().into_iter().filter(|style| !style.derived) {
            put(&own.join("styles").join(format!("{}.json", style.name)), style.style.to_json().as_bytes())?;
        }
        if let Some(mapping) = entry.mapping() {
            put(&own.join(MAPPING), mapping.mapping.to_json().as_bytes())?;
        }
        if let Some(files) = &dataset.files {
            write_originals(&**files, &own.join("original"))?;
        }
    }
    for map in catalogue.maps(Caller::Operator) {
        put(&to.join("maps").join(format!("{}.json", map.id)), map_to_json(map)?.as_bytes())?;
    }
    if let Ok(settings) = std::fs::read(folder.join(FILE)) {
        put(&to.join(FILE), &settings)?;
    }
    put(&to.join("README.txt"), README.as_bytes())?;
    write_checksums(to)
}

fn write_data(dataset: &Dataset, to: &Path, progress: &dyn Progress) -> Result<()> {
    if let Some(source) = &dataset.features {
        let scan = wait(source.scan(&FeatureQuery::default()))?;
        let Rows::Local(mut rows) = scan.into_rows() else {
            return Err(Error::internal("the rows of a data folder are not here"));
        };
        let schema = Arc::new(source.schema().as_kept());
        return geopackage::write(&to.join("features.gpkg"), "features", &schema, &mut *rows).map(drop);
    }
    match &dataset.grid {
        Some(grid) => geotiff::write_cog(&to.join("grid.tif"), &**grid, progress),
        None => Ok(()),
    }
}

/// The file of a dataset's mapping.
const MAPPING: &str = "mapping.json";
/// Bytes of a file that are copied at once.
const COPIED_AT_ONCE: u64 = 4_194_304;

fn write_originals(files: &dyn FileSource, to: &Path) -> Result<()> {
    for entry in wait(files.list())? {
        let path = to.join(&entry.name);
        put(&path, &[])?;
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).map_err(|error| cannot(&path, error))?;
        for start in (0..entry.bytes).step_by(COPIED_AT_ONCE as usize) {
            let bytes = wait(files.read(&entry.name, start..(start + COPIED_AT_ONCE).min(entry.bytes)))?;
            file.write_all(&bytes).map_err(|error| cannot(&path, error))?;
        }
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, bytes));
    written.map_err(|error| cannot(path, error))
}

fn cannot(path: &Path, error: std::io::Error) -> Error {
    Error::new(terrane_model::Kind::Internal, format!("“{}” cannot be written: {error}.", path.display()))
        .because(error)
}

/// Makes a node of what was exported.
pub fn init(folder: &Path, from: &Path, json: bool) -> Result<u8> {
    if !from.join("datasets").is_dir() {
        let say = format!("“{}” is not what “terrane export” writes: it has no datasets.", from.display());
        return Err(Error::invalid(say).at("--from"));
    }
    let settings = std::fs::read_to_string(from.join(FILE)).unwrap_or_else(|_| TEMPLATE.to_owned());
    make(folder, &settings)?;
    let node = Node::open(folder, &crate::config::read(folder)?)?;
    let terminal = Arc::new(Terminal::new("publishing"));
    let outcome = fill(&node.engine, from, &terminal);
    terminal.clear();
    outcome?;
    let (datasets, maps) = counts(&node.engine);
    match json {
        true => output::json(&json!({"folder": folder.display().to_string(), "datasets": datasets, "maps": maps})),
        false => {
            output::line(&format!("“{}” holds {datasets} datasets and {maps} maps.", folder.display()));
            output::line(&format!("Serve it:\n  terrane serve {}", folder.display()));
        }
    }
    Ok(0)
}

fn fill(engine: &Engine, from: &Path, terminal: &Terminal) -> Result<()> {
    for own in entries(&from.join("datasets"))?.into_iter().filter(|path| path.is_dir()) {
        terminal.show(&format!("publishing {}", own.display()));
        let options = options(&own)?;
        let data = ["features.gpkg", "grid.tif"].map(|name| own.join(name)).into_iter().find(|path| path.is_file());
        let data = data.ok_or_else(|| Error::invalid(format!("“{}” has no data.", own.display())).at("--from"))?;
        let done = engine.import(&data, &options, terminal)?;
        if let Some(refused) = done.iter().find(|done| done.report.is_refused()) {
            let why = refused.report.findings.first().map_or("", |finding| finding.what.as_str());
            return Err(Error::invalid(format!("“{}” is refused: {why}", own.display())).at("--from"));
        }
        let mapping = own.join(MAPPING);
        if mapping.is_file() {
            let mapping =
                Mapping::from_json(&read(&mapping)?).map_err(|error| error.at(mapping.display().to_string()))?;
            let ids: Vec<DatasetId> = done.into_iter().map(|done| done.id).collect();
            engine.put_mapping(&ids, &mapping, "init")?;
        }
    }
    let mut maps = Vec::new();
    for path in entries(&from.join("maps")).unwrap_or_default() {
        maps.push(map_from_json(&read(&path)?).map_err(|error| error.at(path.display().to_string()))?);
    }
    // A map that others are drawn upon comes first.
    let is_base = |map: &Map| maps.iter().any(|other| other.base.as_ref() == Some(&map.id));
    let (bases, others): (Vec<&Map>, Vec<&Map>) = maps.iter().partition(|map| is_base(map));
    bases.into_iter().chain(others).try_for_each(|map| engine.put_map(map, "init"))
}

/// How to publish a dataset that was exported.
fn options(own: &Path) -> Result<ImportOptions> {
    let at = |error: Error, path: &Path| error.at(path.display().to_string());
    let about = own.join("about.json");
    let record = dataset_from_json(&read(&about)?).map_err(|error| at(error, &about))?;
    let mut styles = Vec::new();
    for path in entries(&own.join("styles")).unwrap_or_default() {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        styles.push((name, Style::from_json(&read(&path)?).map_err(|error| at(error, &path))?));
    }
    Ok(ImportOptions {
        open: OpenOptions { key: record.key, time: record.time, ..OpenOptions::default() },
        originals: Some(entries(&own.join("original")).unwrap_or_default()),
        about: Some(record.about),
        columns: record.columns,
        styles,
        style_text: None,
        who: "init".to_owned(),
        ..ImportOptions::default()
    })
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| Error::invalid(format!("“{}” cannot be read: {error}.", path.display())).at("--from"))
}

/// What is in a folder, by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |error: std::io::Error| Error::invalid(format!("“{}” cannot be read: {error}.", folder.display()));
    let all = std::fs::read_dir(folder).map_err(failed)?;
    let mut paths: Vec<PathBuf> = all.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}
