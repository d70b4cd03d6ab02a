//! Commands on a data folder: one path whether a server runs there or not.

use crate::{local, stores};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use terrane_engine::catalogue::Entry;
use terrane_engine::import::{ImportOptions, Imported};
use terrane_engine::{Caller, Engine, Style};
use terrane_model::about::{Licence, Party};
use terrane_model::report::{Finding, Severity};
use terrane_model::store::{OpenOptions, Progress};
use terrane_model::{About, Crs, DatasetId, Error, LocalText, Result};

/// A command.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Command {
    /// Publish files.
    Add { paths: Vec<PathBuf>, options: Box<AddOptions> },
    /// What is published.
    List,
    /// Everything about one dataset or map.
    Show { id: String },
    /// Change what the catalogue says of a dataset, or how it is drawn.
    Edit { id: String, words: Box<Words>, style: Option<NamedStyle> },
    /// Take datasets or maps away.
    Remove { ids: Vec<String> },
}

/// What a command came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// For machines; people get it in sentences.
    pub value: Json,
    /// Whether data was refused.
    pub refused: bool,
}

/// How to publish files.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AddOptions {
    /// The dataset's name in addresses.
    pub id: Option<String>,
    /// What the catalogue says.
    pub words: Words,
    /// A style as JSON.
    pub style: Option<String>,
    /// See [`OpenOptions`].
    pub crs: Option<String>,
    /// See [`OpenOptions`].
    pub encoding: Option<String>,
    /// See [`OpenOptions`].
    pub layer: Option<String>,
    /// See [`OpenOptions`].
    pub xy_columns: Option<(String, String)>,
    /// See [`OpenOptions`].
    pub key: Option<String>,
    /// See [`OpenOptions`].
    pub time: Option<String>,
    /// Publish over a dataset with the same id.
    pub replace: bool,
    /// Only report.
    pub dry_run: bool,
}

/// What the catalogue says of a dataset, as far as it is given.
#[derive(Debug, Clone, Default, Serialize, Deserialize, clap::Args)]
pub struct Words {
    /// Title; `ja=…` for one in another language, and may be repeated
    #[arg(long, value_name = "TEXT")]
    pub title: Vec<String>,
    /// What it shows; `ja=…` as for the title
    #[arg(long, value_name = "TEXT")]
    pub description: Vec<String>,
    /// Who owns it
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// Licence: CC-BY-4.0, CC0-1.0, ODC-By-1.0, … or its name
    #[arg(long, value_name = "ID")]
    pub licence: Option<String>,
    /// How to name the source when using it
    #[arg(long, value_name = "TEXT")]
    pub attribution: Option<String>,
    /// A word to find it by; may be repeated
    #[arg(long, value_name = "WORD")]
    pub keyword: Vec<String>,
}

/// A style and the name that it gets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NamedStyle {
    /// Its name in addresses.
    pub name: String,
    /// The style as JSON.
    pub json: String,
}

/// Licences that an id is enough for: id, name, address.
const LICENCES: [(&str, &str, &str); 7] = [
    ("CC-BY-4.0", "Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    ("CC-BY-SA-4.0", "Creative Commons Attribution-ShareAlike 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    (
        "CC-BY-NC-4.0",
        "Creative Commons Attribution-NonCommercial 4.0",
        "https://creativecommons.org/licenses/by-nc/4.0/",
    ),
    ("CC0-1.0", "Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ("ODC-By-1.0", "Open Data Commons Attribution 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    ("ODbL-1.0", "Open Database Licence 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    (
        "OGL-UK-3.0",
        "Open Government Licence 3.0",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    ),
];

impl Words {
    /// Writes what is given into a record.
    pub fn apply(&self, about: &mut About) {
        set_texts(&mut about.title, &self.title);
        set_texts(&mut about.description, &self.description);
        if let Some(owner) = &self.owner {
            about.owner = Some(Party { name: LocalText::one("und", owner.as_str()), ..Party::default() });
        }
        if let Some(licence) = &self.licence {
            about.licence = licence_of(licence);
        }
        if let Some(attribution) = &self.attribution {
            about.attribution.clone_from(attribution);
        }
        if !self.keyword.is_empty() {
            about.keywords.clone_from(&self.keyword);
        }
    }
}

fn set_texts(text: &mut LocalText, given: &[String]) {
    for (number, entry) in given.iter().enumerate() {
        let tagged = entry.split_once('=').filter(|(tag, _)| {
            (2..=11).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
        if number == 0 {
            *text = LocalText::default();
        }
        let (tag, words) = tagged.unwrap_or(("und", entry));
        text.set(tag, words);
    }
}

fn licence_of(id: &str) -> Licence {
    match LICENCES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(id)) {
        Some((id, title, url)) => {
            Licence { id: (*id).to_owned(), title: (*title).to_owned(), url: Some((*url).to_owned()) }
        }
        None => Licence { id: id.to_owned(), title: id.to_owned(), url: None },
    }
}

/// Sends the command to the server of the folder when one runs, else does it here.
pub fn run(folder: &Path, command: &Command, progress: &dyn Progress) -> Result<Outcome> {
    if let Some(outcome) = local::send(folder, command, progress)? {
        return Ok(outcome);
    }
    execute(&stores::engine(folder)?, command, progress)
}

/// Does a command.
pub fn execute(engine: &Engine, command: &Command, progress: &dyn Progress) -> Result<Outcome> {
    let done = |value: Json| Outcome { value, refused: false };
    match command {
        Command::Add { paths, options } => add(engine, paths, options, progress),
        Command::List => Ok(done(list(engine))),
        Command::Show { id } => show(engine, &DatasetId::new(id.as_str())?).map(done),
        Command::Edit { id, words, style } => {
            let id = DatasetId::new(id.as_str())?;
            if let Some(style) = style {
                let read = Style::from_json(&style.json).map_err(|error| error.at("--style"))?;
                engine.put_style(&id, &style.name, &read, OPERATOR)?;
            }
            engine.edit(&id, |record| words.apply(&mut record.about), OPERATOR)?;
            show(engine, &id).map(done)
        }
        Command::Remove { ids } => {
            for id in ids {
                engine.remove(&DatasetId::new(id.as_str())?, OPERATOR)?;
            }
            Ok(done(json!({"removed": ids})))
        }
    }
}

/// The name in the audit of whoever uses the command line.
pub const OPERATOR: &str = "operator";

fn add(engine: &Engine, paths: &[PathBuf], options: &AddOptions, progress: &dyn Progress) -> Result<Outcome> {
    if paths.len() > 1 && options.id.is_some() {
        return Err(Error::invalid("One --id cannot name several files; add them one by one.").at("--id"));
    }
    let mut all = Vec::new();
    for path in paths {
        let import = import_options(engine, path, options)?;
        let name = path.display().to_string();
        all.extend(engine.import(path, &import, progress).map_err(|error| error.at(name))?);
    }
    if !options.dry_run && options.id.is_none() {
        for done in all.iter().filter(|done| done.published) {
            engine.edit(&done.id, |record| options.words.apply(&mut record.about), OPERATOR)?;
        }
    }
    let refused = all.iter().any(|done| done.report.is_refused());
    Ok(Outcome { value: json!({"datasets": all.iter().map(imported).collect::<Vec<_>>()}), refused })
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
            options.words.apply(&mut about);
            Some(about)
        }
    };
    let crs = options.crs.as_deref().map(terrane_projection::parse).transpose().map_err(|error| error.at("--crs"))?;
    let style = options.style.as_deref().map(Style::from_json).transpose().map_err(|error| error.at("--style"))?;
    Ok(ImportOptions {
        open: OpenOptions {
            crs,
            encoding: options.encoding.clone(),
            layer: options.layer.clone(),
            xy_columns: options.xy_columns.clone(),
            key: options.key.clone(),
            time: options.time.clone(),
        },
        about,
        columns: Vec::new(),
        styles: style.map(|style| ("default".to_owned(), style)).into_iter().collect(),
        replace: options.replace,
        dry_run: options.dry_run,
        who: OPERATOR.to_owned(),
    })
}

fn imported(done: &Imported) -> Json {
    let report = &done.report;
    json!({
        "id": done.id.as_str(),
        "published": done.published,
        "file": report.file,
        "layer": report.layer,
        "format": report.format,
        "crs": report.crs.as_ref().map(|(crs, how)| json!({"name": crs_name(crs), "how": how})),
        "encoding": report.encoding.as_ref().map(|(name, how)| json!({"name": name, "how": how})),
        "samples": report.samples,
        "rows_read": report.rows_read,
        "rows_kept": report.rows_kept,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding) -> Json {
    let severity = match finding.severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Refusal => "refusal",
    };
    json!({
        "severity": severity, "row": finding.row, "field": finding.field,
        "what": finding.what, "remedy": finding.remedy, "count": finding.count,
    })
}

/// An authority's name, or a word for a CRS that has none.
pub fn crs_name(crs: &Crs) -> &str {
    if crs.authority_code().is_some() { crs.name() } else { "a CRS of its own" }
}

fn list(engine: &Engine) -> Json {
    let catalogue = engine.catalogue();
    let datasets: Vec<Json> = catalogue.entries(Caller::Operator).map(|entry| summary(engine, entry)).collect();
    let maps: Vec<Json> = catalogue
        .maps(Caller::Operator)
        .map(|map| json!({"id": map.id.as_str(), "title": map.title.get(&[]), "layers": map.flat().len()}))
        .collect();
    json!({"datasets": datasets, "maps": maps})
}

fn summary(engine: &Engine, entry: &Entry) -> Json {
    let about = &entry.record().about;
    let dataset = engine.catalogue().open(Caller::Operator, &about.id).ok();
    let has = |view: &'static str, there: bool| there.then_some(view);
    let views = dataset.map(|dataset| {
        [
            has("features", dataset.features.is_some()),
            has("grid", dataset.grid.is_some()),
            has("files", dataset.files.is_some()),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
    });
    json!({
        "id": about.id.as_str(), "title": about.title.get(&[]), "views": views, "rows": about.rows,
        "crs": entry.crs().map(crs_name), "licence": about.licence.id,
    })
}

fn show(engine: &Engine, id: &DatasetId) -> Result<Json> {
    let catalogue = engine.catalogue();
    let Ok(entry) = catalogue.entry(Caller::Operator, id) else {
        let map = catalogue.map(Caller::Operator, id).map_err(|_| {
            Error::not_found(format!("There is no dataset or map “{id}”; “terrane list” shows what there is."))
        })?;
        let text = terrane_formats::about::map_to_json(&map)?;
        return serde_json::from_str(&text).map_err(Error::internal);
    };
    let text = terrane_formats::about::dataset_to_json(entry.record());
    let mut value: Json = serde_json::from_str(&text).map_err(Error::internal)?;
    let styles: Vec<&str> = entry.styles().iter().map(|style| style.name.as_str()).collect();
    value["styles"] = json!(styles);
    value["crs"] = json!(entry.crs().map(crs_name));
    Ok(value)
}
