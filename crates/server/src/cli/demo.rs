//! `terrane demo`: a whole portal made of open data, in one command.

use super::make;
use super::serve::{self, Serve};
use crate::output::{self, Terminal};
use crate::stores;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terrane_engine::import::ImportOptions;
use terrane_engine::{Caller, Engine, Style};
use terrane_formats::about::{Manifest, ManifestDataset, manifest};
use terrane_geology::mapping::Mapping;
use terrane_model::{Error, Result};

/// Where the demo's data is made and served.
#[derive(clap::Args)]
pub struct Demo {
    /// The data folder to make or to go on with
    #[arg(long, value_name = "DIR", default_value = "terrane-demo")]
    data: PathBuf,
    /// The folder with demo.json [default: found beside the program]
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Address and port to listen at
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// The address that people use when a proxy stands before this program, with its path
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Make the data folder and stop
    #[arg(long)]
    no_serve: bool,
}

/// What the site says of itself.
const SETTINGS: &str = r#"[site]
title = { en = "Terrane demo", ja = "Terrane デモ" }
description = { en = "Open geoscience data of Asia and the Pacific, as a survey would publish it.", ja = "アジア太平洋の公開地球科学データ。地質調査機関が公開するとおりに。" }
"#;

/// Makes the demo, then serves it.
pub fn run(demo: &Demo, json: bool) -> Result<u8> {
    let source = demo.from.clone().map_or_else(find, Ok)?;
    fill(&demo.data, &source)?;
    if demo.no_serve {
        match json {
            true => output::json(&serde_json::json!({"folder": demo.data.display().to_string()})),
            false => output::line(&format!(
                "“{}” holds the demo. Serve it with:\n  terrane serve {}",
                demo.data.display(),
                demo.data.display()
            )),
        }
        return Ok(0);
    }
    let serve =
        Serve { folder: demo.data.clone(), listen: Some(demo.listen.clone()), public_url: demo.public_url.clone() };
    serve::run(&serve, json)
}

/// The folder with `demo.json`: here, beside the program, or where packages put it.
fn find() -> Result<PathBuf> {
    let program = std::env::current_exe().ok();
    let beside = program.iter().flat_map(|path| path.ancestors().skip(1).take(PARENTS_LOOKED_AT));
    let places = std::iter::once(PathBuf::from("demo"))
        .chain(beside.flat_map(|folder| [folder.join("demo"), folder.join("share/terrane/demo")]));
    places.into_iter().find(|place| place.join("demo.json").is_file()).ok_or_else(|| {
        Error::not_found("The demo's data is not found; name the folder that holds demo.json with --from.")
    })
}

/// Folders above the program that are looked at.
const PARENTS_LOOKED_AT: usize = 4;

/// Publishes whatever of the demo is not there yet, so that an interrupted start goes on.
fn fill(folder: &Path, source: &Path) -> Result<()> {
    if !folder.join("catalogue.sqlite").exists() {
        make(folder, SETTINGS)?;
    }
    let path = source.join("demo.json");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Error::invalid(format!("“{}” cannot be read: {error}.", path.display())).at("--from"))?;
    let manifest = manifest(&text)?;
    let node = stores::Node::open(folder, &crate::config::read(folder)?)?;
    let engine = &node.engine;
    let missing = |dataset: &&ManifestDataset| engine.catalogue().entry(Caller::Operator, &dataset.about.id).is_err();
    let todo: Vec<&ManifestDataset> = manifest.datasets.iter().filter(missing).collect();
    let terminal = Arc::new(Terminal::new("publishing"));
    let outcome = publish_all(engine, &manifest, &todo, source, &terminal);
    terminal.clear();
    outcome
}

fn publish_all(
    engine: &Engine,
    manifest: &Manifest,
    todo: &[&ManifestDataset],
    source: &Path,
    terminal: &Terminal,
) -> Result<()> {
    for (number, dataset) in todo.iter().enumerate() {
        let id = &dataset.about.id;
        terminal.show(&format!("publishing {id} ({} of {})", number + 1, todo.len()));
        let done = engine.import(&source.join(&dataset.file), &options(dataset, source)?, terminal)?;
        if let Some(refused) = done.iter().find(|done| done.report.is_refused()) {
            let why = refused.report.findings.first().map_or("", |finding| finding.what.as_str());
            return Err(Error::invalid(format!("The demo's dataset “{id}” is refused: {why}")));
        }
        if let Some(file) = &dataset.mapping {
            let mapping = Mapping::from_json(&text_of(&source.join(file))?).map_err(|error| error.at(file.clone()))?;
            engine.put_mapping(std::slice::from_ref(id), &mapping, "demo")?;
        }
    }
    let catalogue = engine.catalogue();
    let known = |id| catalogue.maps(Caller::Operator).any(|map| map.id == id);
    for map in manifest.maps.iter().filter(|map| !known(map.id.clone())) {
        engine.put_map(map, "demo")?;
    }
    Ok(())
}

fn options(dataset: &ManifestDataset, source: &Path) -> Result<ImportOptions> {
    let mut styles = Vec::new();
    for style in &dataset.styles {
        let path = source.join(&style.file);
        let text = text_of(&path)?;
        styles.push((style.id.clone(), Style::from_json(&text).map_err(|error| error.at(style.file.clone()))?));
    }
    let mut about = dataset.about.clone();
    about.default_style = dataset.styles.first().map(|style| style.id.clone());
    Ok(ImportOptions {
        open: dataset.options.clone(),
        about: Some(about),
        said: Default::default(),
        columns: dataset.columns.clone(),
        styles,
        style_text: None,
        replace: false,
        dry_run: false,
        repair: false,
        originals: None,
        label: String::new(),
        who: "demo".to_owned(),
    })
}

fn text_of(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| Error::invalid(format!("“{}” cannot be read: {error}.", path.display())))
}
