//! The command line: what can be typed, and who does it.

mod add;
mod amend;
mod backup;
mod check;
mod config;
mod demo;
mod doctor;
mod editions;
mod export;
mod feed;
mod geology;
mod look;
mod merge;
mod serve;
mod subscription;
mod summarise;
mod tiles;
mod warm;

use crate::commands::{AddOptions, Command, NamedStyle, ReadingOptions, Words};
use crate::output;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use terrane_model::{Error, Result};
use terrane_store_embedded::EmbeddedStore;

/// Publishes what a geological survey knows: maps and data, through every standard service.
#[derive(Parser)]
#[command(
    name = "terrane",
    version,
    max_term_width = 100,
    before_help = "Examples:
  terrane demo                                    a whole portal with open data
  terrane init survey                             a new data folder
  terrane add survey geology.shp --id geology     publish a file
  terrane serve survey                            serve it at http://127.0.0.1:8080"
)]
pub struct Arguments {
    /// Write JSON, for machines
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    command: Task,
}

impl Arguments {
    /// Whether the program goes on until it is told to stop.
    pub fn serves(&self) -> bool {
        matches!(self.command, Task::Serve(_) | Task::Demo(_))
    }
}

#[derive(Subcommand)]
enum Task {
    /// Show a whole portal made of open data
    #[command(before_help = "Examples:
  terrane demo
  terrane demo --listen 127.0.0.1:9000
  terrane demo --data /srv/demo --no-serve")]
    Demo(demo::Demo),
    /// Make a new data folder
    #[command(before_help = "Examples:
  terrane init survey
  terrane init /srv/survey
  terrane init copy --from out")]
    Init {
        /// The folder to make
        folder: PathBuf,
        /// Fill it with what “terrane export” wrote
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
    },
    /// Serve a data folder
    #[command(before_help = "Examples:
  terrane serve survey
  terrane serve survey --listen 0.0.0.0:80
  terrane serve survey --public-url https://maps.example.org/geo")]
    Serve(serve::Serve),
    /// Publish files; a running server shows them at once
    #[command(before_help = "Examples:
  terrane add survey geology.shp --id geology --title \"Geology 1:50 000\" --licence CC-BY-4.0
  terrane add survey wells.csv --x lon --y lat --encoding shift_jis
  terrane add survey everything.gpkg --dry-run")]
    Add(Box<AddArguments>),
    /// List what is published
    #[command(before_help = "Examples:
  terrane list survey
  terrane list survey --json")]
    List {
        /// The data folder
        folder: PathBuf,
    },
    /// Show everything about one dataset or map
    #[command(before_help = "Examples:
  terrane show survey geology
  terrane show survey geology --json")]
    Show {
        /// The data folder
        folder: PathBuf,
        /// The dataset or map
        id: String,
    },
    /// Change what the catalogue says of a dataset, or how it is drawn
    #[command(before_help = "Examples:
  terrane edit survey geology --style geology.json
  terrane edit survey geology --licence CC-BY-4.0 --attribution \"Geological Survey of …\"
  terrane edit survey geology --title \"Geology\" --title ja=地質")]
    Edit {
        /// The data folder
        folder: PathBuf,
        /// The dataset
        id: String,
        #[command(flatten)]
        words: Words,
        /// A style file: JSON or SLD
        #[arg(long, value_name = "FILE")]
        style: Option<PathBuf>,
        /// The name that the style gets
        #[arg(long, value_name = "NAME", default_value = "default", requires = "style")]
        style_name: String,
    },
    /// Change rows of a dataset that changes often; a running server shows them at once
    #[command(before_help = "Examples:
  terrane amend survey events latest.csv
  terrane amend survey events --delete us7000abcd
  terrane amend survey events corrected.geojson --expect us7000abcd=3")]
    Amend(amend::Amend),
    /// Write a dataset with many changes anew; a server does this by itself
    #[command(before_help = "Example:
  terrane compact survey events")]
    Compact {
        /// The data folder
        folder: PathBuf,
        /// The dataset
        id: String,
    },
    /// List, compare, restore and remove editions of a dataset
    #[command(before_help = "Examples:
  terrane editions survey geology
  terrane editions survey geology --compare 1 2
  terrane editions survey geology --restore 1
  terrane editions survey geology --label 2 \"2nd edition, 2026\"")]
    Editions(editions::Editions),
    /// Tell a geological map in the terms of GeoSciML and EarthResourceML: ages, rocks, faults, contacts
    #[command(before_help = "Examples:
  terrane geology survey units --propose units.mapping.json
  terrane geology survey units faults --mapping units.mapping.json
  terrane geology survey units
  terrane geology survey units --all")]
    Geology(geology::Geology),
    /// Take events from feeds of agencies as they come: FDSN services, the USGS, folders, webhooks
    #[command(before_help = "Examples:
  terrane feed add survey usgs --kind usgs-geojson --agency USGS --dataset live --url https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/all_hour.geojson
  terrane feed list survey
  terrane feed poll survey usgs")]
    Feed {
        #[command(subcommand)]
        what: feed::Feed,
    },
    /// Tell others of changes of events as they happen, signed
    #[command(before_help = "Examples:
  terrane subscription add survey alarm --url https://alarm.example.org/hook --secret-file secret.txt --minmag 5
  terrane subscription list survey
  terrane subscription test survey alarm")]
    Subscription {
        #[command(subcommand)]
        what: subscription::Subscription,
    },
    /// Make one table of earthquakes out of several: what each tells of the same event is matched
    #[command(before_help = "Examples:
  terrane merge survey isc comcat geonet --id merged
  terrane merge survey isc comcat --id merged --dry-run --pairs 100
  terrane merge survey isc comcat --id merged --replace --seconds 10 --kilometres 50")]
    Merge(merge::Merge),
    /// Copy a data folder into one file, also while it is served
    #[command(before_help = "Examples:
  terrane backup survey survey-2026-11-26.tar
  terrane backup --verify survey-2026-11-26.tar")]
    Backup(backup::Backup),
    /// Make a data folder of a backup
    #[command(before_help = "Examples:
  terrane restore survey-2026-11-26.tar survey --verify
  terrane restore survey-2026-11-26.tar --verify")]
    Restore(backup::Restore),
    /// Write everything as plain files, which any GIS opens and “terrane init --from” reads again
    #[command(before_help = "Examples:
  terrane export survey out
  terrane init copy --from out")]
    Export {
        /// The data folder
        folder: PathBuf,
        /// The folder to make
        to: PathBuf,
    },
    /// Write all tiles of a dataset or map into one file or folder, with a style
    #[command(before_help = "Examples:
  terrane tiles survey geology --to geology.pmtiles --zoom 0-10
  terrane tiles survey geology --to site/geology --url https://example.org/geology
  terrane tiles survey overview --to overview.pmtiles --format webp --zoom 0-7")]
    Tiles(tiles::Tiles),
    /// Put rows into groups and tell numbers of each: counts, means, b-values of earthquakes
    #[command(before_help = "Examples:
  terrane summarise survey earthquakes --by time:decade --aggregates \"count,max(mag),mc(mag),b(mag)\"
  terrane summarise survey units --by lithology --sortby=-count
  terrane summarise survey wells --by geometry:0.5 --aggregates \"count,median(depth)\" --json")]
    Summarise(summarise::Summarise),
    /// Take datasets or maps away
    #[command(before_help = "Examples:
  terrane remove survey geology
  terrane remove survey wells wells-2")]
    Remove {
        /// The data folder
        folder: PathBuf,
        /// The datasets or maps
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// Check a data folder, also while it is served, and say what to do
    #[command(before_help = "Examples:
  terrane doctor survey
  terrane doctor survey --json
  terrane doctor survey --rebuild
  terrane doctor survey --recover")]
    Doctor(doctor::Doctor),
    /// Check a WMS or WFS, of anybody: does it work, and is it ready for OneGeology
    #[command(before_help = "Examples:
  terrane check https://maps.example.org/wms
  terrane check http://localhost:8080/wms --local
  terrane check https://maps.example.org/wms --wfs https://maps.example.org/wfs --stars 3")]
    Check(check::Check),
    /// Make tiles ahead of time, so that the first who asks need not wait; also while it is served
    #[command(before_help = "Examples:
  terrane warm survey geology
  terrane warm survey geology wells --zoom 0-10 --format png,webp
  terrane warm survey --all --zoom 0-6")]
    Warm(warm::Warm),
    /// Read a file for the program itself
    #[command(hide = true, name = crate::limited::COMMAND)]
    ReadFile,
    /// Check or show the settings in terrane.toml
    #[command(before_help = "Examples:
  terrane config check survey
  terrane config show survey
  terrane config schema > terrane.schema.json")]
    Config {
        #[command(subcommand)]
        what: config::Config,
    },
    /// Write completions for a shell
    #[command(before_help = "Example:
  terrane completions bash > ~/.local/share/bash-completion/completions/terrane")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(clap::Args)]
struct AddArguments {
    /// The data folder
    folder: PathBuf,
    /// GeoPackage, GeoJSON, Shapefile (.shp, folder or zip), CSV, GeoTIFF, QuakeML, FDSN event text, NDK, IMS bulletins
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The dataset's name in addresses; from the file's name without it
    #[arg(long)]
    id: Option<String>,
    #[command(flatten)]
    words: Words,
    /// A style file: JSON or SLD
    #[arg(long, value_name = "FILE")]
    style: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingOptions,
    /// Put geometry right that is wrong; the file as it was given is kept beside
    #[arg(long)]
    repair: bool,
    /// Publish over the dataset that has this id, as its next edition
    #[arg(long)]
    replace: bool,
    /// What the edition is called, such as "2nd edition, 2026"
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    label: String,
    /// Only report what would be published
    #[arg(long)]
    dry_run: bool,
}

impl AddArguments {
    fn options(&self) -> Result<AddOptions> {
        let style = self.style.as_deref().map(style_text).transpose()?;
        Ok(AddOptions {
            id: self.id.clone(),
            words: self.words.clone(),
            style,
            reading: self.reading.clone(),
            repair: self.repair,
            replace: self.replace,
            label: self.label.clone(),
            dry_run: self.dry_run,
        })
    }
}

fn style_text(path: &std::path::Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| Error::invalid(format!("“{}” cannot be read: {error}.", path.display())).at("--style"))
}

/// Does what was typed and returns the exit code.
pub fn run(arguments: Arguments) -> Result<u8> {
    let json = arguments.json;
    match arguments.command {
        Task::Demo(demo) => demo::run(&demo, json),
        Task::Init { folder, from } => init(&folder, from.as_deref(), json),
        Task::Serve(serve) => serve::run(&serve, json),
        Task::Add(add) => add::run(&add, json),
        Task::List { folder } => look::list(&folder, json),
        Task::Show { folder, id } => look::show(&folder, &id, json),
        Task::Edit { folder, id, words, style, style_name } => {
            let style = style.as_deref().map(style_text).transpose()?;
            let style = style.map(|text| NamedStyle { name: style_name, text });
            look::edit(&folder, &Command::Edit { id, words: Box::new(words), style }, json)
        }
        Task::Amend(amend) => amend::run(&amend, json),
        Task::Compact { folder, id } => amend::compact(&folder, &id, json),
        Task::Backup(backup) => backup::run(&backup, json),
        Task::Restore(restore) => backup::restore(&restore, json),
        Task::Export { folder, to } => export::export(&folder, &to, json),
        Task::Tiles(tiles) => tiles::run(&tiles, json),
        Task::Merge(merge) => merge::run(&merge, json),
        Task::Summarise(summarise) => summarise::run(&summarise, json),
        Task::Geology(geology) => geology::run(&geology, json),
        Task::Feed { what } => feed::run(&what, json),
        Task::Subscription { what } => subscription::run(&what, json),
        Task::Editions(editions) => editions::run(&editions, json),
        Task::Remove { folder, ids } => look::remove(&folder, &ids, json),
        Task::Doctor(doctor) => doctor::run(&doctor, json),
        Task::Check(check) => check::run(&check, json),
        Task::Warm(warm) => warm::run(&warm, json),
        Task::ReadFile => crate::limited::run_child(),
        Task::Config { what } => config::run(&what, json),
        Task::Completions { shell } => completions(shell),
    }
}

fn completions(shell: clap_complete::Shell) -> Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut <Arguments as clap::CommandFactory>::command(), "terrane", &mut script);
    output::raw(&script);
    Ok(0)
}

fn init(folder: &std::path::Path, from: Option<&std::path::Path>, json: bool) -> Result<u8> {
    if let Some(from) = from {
        return export::init(folder, from, json);
    }
    make(folder, crate::config::TEMPLATE)?;
    if json {
        output::json(&serde_json::json!({"folder": folder.display().to_string()}));
        return Ok(0);
    }
    output::line(&format!("“{}” is ready. Next:", folder.display()));
    output::line(&format!("  terrane add {} FILE", folder.display()));
    output::line(&format!("  terrane serve {}", folder.display()));
    Ok(0)
}

/// Makes a data folder with its settings.
fn make(folder: &std::path::Path, settings: &str) -> Result<()> {
    EmbeddedStore::create(folder)?;
    std::fs::write(folder.join(crate::config::FILE), settings).map_err(Error::internal)
}
