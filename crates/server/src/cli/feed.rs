//! `terrane feed`: feeds of events, put into live tables as they come.

use crate::commands::{self, Command, FeedTask, Recorded};
use crate::output::{self, Terminal};
use clap::Subcommand;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use terrane_formats::about::{Feed as Record, FeedKind};
use terrane_model::limits::FEED_BYTES_MAX;
use terrane_model::{Error, Result};

/// What is to be done with feeds.
#[derive(Subcommand)]
pub enum Feed {
    /// Add a feed, or change one; its dataset is made when it is not there
    #[command(before_help = "Examples:
  terrane feed add survey usgs --kind usgs-geojson --agency USGS --dataset live --url https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/all_hour.geojson
  terrane feed add survey emsc --kind fdsn --agency EMSC --dataset live --url https://www.seismicportal.eu/fdsnws/event/1/query --every 120
  terrane feed add survey own --kind folder --agency PHIVOLCS --dataset live --folder /srv/quakeml
  terrane feed add survey push --kind webhook --agency GSJ --dataset live --secret-file secret.txt")]
    Add(Box<Add>),
    /// Make the dataset of a feed, empty
    #[command(before_help = "Example:
  terrane feed init survey usgs")]
    Init(One),
    /// List all feeds and how they do
    #[command(before_help = "Examples:
  terrane feed list survey
  terrane feed list survey --json")]
    List {
        /// The data folder
        folder: PathBuf,
    },
    /// Show one feed and how it does
    #[command(before_help = "Example:
  terrane feed show survey usgs")]
    Show(One),
    /// Take a feed away; its events stay
    #[command(before_help = "Example:
  terrane feed remove survey usgs")]
    Remove(One),
    /// Ask a feed now
    #[command(before_help = "Examples:
  terrane feed poll survey usgs
  terrane feed poll survey usgs --accept")]
    Poll {
        #[command(flatten)]
        one: One,
        /// Believe what it says, after a person has looked
        #[arg(long)]
        accept: bool,
    },
    /// Take recorded answers in their order, each as if it came at its time
    #[command(before_help = "Example:
  terrane feed replay survey hour.jsonl")]
    Replay {
        /// The data folder
        folder: PathBuf,
        /// Lines of JSON: {\"feed\": ID, \"at\": TIME, \"body\": TEXT}
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// A feed of a data folder.
#[derive(clap::Args)]
pub struct One {
    /// The data folder
    folder: PathBuf,
    /// The feed
    id: String,
}

/// A feed to be added.
#[derive(clap::Args)]
pub struct Add {
    #[command(flatten)]
    one: One,
    /// fdsn, usgs-geojson, folder or webhook
    #[arg(long)]
    kind: String,
    /// The agency whose solutions it brings; feeds of one agency have its name spelt alike
    #[arg(long)]
    agency: String,
    /// Its agency's place in the order in which agencies are believed, 1 first
    #[arg(long)]
    rank: Option<u32>,
    /// The dataset that it is put into
    #[arg(long)]
    dataset: String,
    /// The address that is asked
    #[arg(long, default_value = "", hide_default_value = true)]
    url: String,
    /// The folder of QuakeML files
    #[arg(long = "folder", value_name = "DIR", conflicts_with = "url")]
    folder_of_files: Option<PathBuf>,
    /// Seconds between two questions
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    every: u64,
    /// Days back that an FDSN service is asked about
    #[arg(long, default_value_t = 7)]
    days: u32,
    /// Its title
    #[arg(long, default_value = "", hide_default_value = true)]
    title: String,
    /// On what terms its events may be used, such as CC0-1.0
    #[arg(long, default_value = "", hide_default_value = true)]
    licence: String,
    /// How to name the source
    #[arg(long, default_value = "", hide_default_value = true)]
    attribution: String,
    /// A file with the secret that the sender of a webhook signs with
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

impl Add {
    fn task(&self) -> Result<FeedTask> {
        let address = match &self.folder_of_files {
            Some(folder) => std::path::absolute(folder).map_err(Error::internal)?.to_string_lossy().into_owned(),
            None => self.url.clone(),
        };
        let feed = Record {
            id: self.one.id.clone(),
            title: self.title.clone(),
            kind: FeedKind::named(&self.kind).map_err(|error| error.at("--kind"))?,
            address,
            agency: self.agency.clone(),
            rank: self.rank,
            dataset: self.dataset.clone(),
            interval_s: self.every,
            days: self.days,
            licence: self.licence.clone(),
            attribution: self.attribution.clone(),
        };
        feed.check()?;
        Ok(FeedTask::Put(Box::new(feed), self.secret_file.as_deref().map(secret).transpose()?))
    }
}

/// Characters of a secret at least.
const SECRET_CHARACTERS_LEAST: usize = 16;

/// A secret from a file: on a command line, everybody on the machine could read it.
pub fn secret(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::invalid(format!("“{}” cannot be read: {error}.", path.display())).at("--secret-file")
    })?;
    let secret = text.trim();
    if secret.chars().count() < SECRET_CHARACTERS_LEAST {
        return Err(Error::invalid("A secret has at least 16 characters.").at("--secret-file"));
    }
    Ok(secret.to_owned())
}

/// Does it.
pub fn run(feed: &Feed, json: bool) -> Result<u8> {
    let (folder, task) = match feed {
        Feed::Add(add) => (&add.one.folder, add.task()?),
        Feed::Init(one) => (&one.folder, FeedTask::Init(one.id.clone())),
        Feed::List { folder } => (folder, FeedTask::List),
        Feed::Show(one) => (&one.folder, FeedTask::Show(one.id.clone())),
        Feed::Remove(one) => (&one.folder, FeedTask::Remove(one.id.clone())),
        Feed::Poll { one, accept } => (&one.folder, FeedTask::Poll { id: one.id.clone(), accept: *accept }),
        Feed::Replay { folder, files } => (folder, FeedTask::Replay(recorded(files)?)),
    };
    let terminal = Terminal::new("feeds");
    let outcome = commands::run(folder, &Command::Feed { task }, &terminal);
    terminal.clear();
    let value = outcome?.value;
    match (json, feed) {
        (true, _) => output::json(&value),
        (false, Feed::List { .. }) => list(&value),
        (false, Feed::Add(_) | Feed::Show(_)) => show(&value),
        (false, Feed::Init(one)) => output::line(&match value["made"] == true {
            true => format!("The dataset “{}” is made; it is empty.", text(&value["dataset"])),
            false => format!("The dataset “{}” of feed “{}” is there.", text(&value["dataset"]), one.id),
        }),
        (false, Feed::Remove(one)) => output::line(&format!("Feed “{}” is removed; its events stay.", one.id)),
        (false, Feed::Poll { .. }) => taken(&value),
        (false, Feed::Replay { .. }) => value["answers"].as_array().into_iter().flatten().for_each(taken),
    }
    Ok(0)
}

/// Bytes of all recordings together: they are sent to the server in one piece.
const RECORDINGS_BYTES_MAX: u64 = 15_000_000;

fn recorded(files: &[PathBuf]) -> Result<Vec<Recorded>> {
    let mut all = Vec::new();
    let mut bytes = 0;
    for path in files {
        let failed = |error: std::io::Error| Error::invalid(format!("“{}” cannot be read: {error}.", path.display()));
        bytes += std::fs::metadata(path).map_err(failed)?.len();
        if bytes > RECORDINGS_BYTES_MAX {
            return Err(Error::too_large(format!(
                "The recordings have more than {RECORDINGS_BYTES_MAX} bytes; play them in parts."
            )));
        }
        let text = std::fs::read_to_string(path).map_err(failed)?;
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let answer: Recorded = serde_json::from_str(line).map_err(|error| {
                let say = format!("“{}”, line {}: {error}.", path.display(), number + 1);
                Error::invalid(say).at(format!("line {}", number + 1))
            })?;
            if answer.body.len() > FEED_BYTES_MAX {
                return Err(Error::too_large("A recorded answer is longer than a feed's may be."));
            }
            all.push(answer);
        }
    }
    Ok(all)
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

fn taken(value: &Json) {
    if let Some(why) = value["refused"].as_str() {
        return output::paragraph(&format!("{}: refused. ", text(&value["feed"])), why);
    }
    let number = |key: &str| output::number(value[key].as_u64().unwrap_or(0));
    output::line(&format!(
        "{}: {} events told, {} say something new; {} rows put, {} taken away, {} withdrawn.",
        text(&value["feed"]),
        number("told"),
        number("news"),
        number("put"),
        number("gone"),
        number("withdrawn")
    ));
    if value["future"].as_u64().unwrap_or(0) > 0 {
        let say = format!(
            "{} events lie in the future by this machine's clock; they are kept and not shown yet.",
            number("future")
        );
        output::paragraph("  ! ", &say);
    }
}

fn list(value: &Json) {
    let row = |feed: &Json| {
        let state = &feed["state"];
        vec![
            text(&feed["id"]).to_owned(),
            text(&feed["kind"]).to_owned(),
            text(&feed["agency"]).to_owned(),
            text(&feed["dataset"]).to_owned(),
            text(&state["succeeded"]).to_owned(),
            health(state),
        ]
    };
    let rows: Vec<Vec<String>> = value["feeds"].as_array().into_iter().flatten().map(row).collect();
    match rows.is_empty() {
        true => output::line("There are no feeds; “terrane feed add” adds one."),
        false => output::table(&["FEED", "KIND", "AGENCY", "DATASET", "LAST TAKEN", "STATE"], &rows),
    }
}

fn health(state: &Json) -> String {
    let failures = state["failures"].as_u64().unwrap_or(0);
    match (text(&state["mark"]), failures) {
        ("", 0) if state["succeeded"].is_null() => "not asked yet".to_owned(),
        ("", 0) => "well".to_owned(),
        ("", failures) => format!("failed {failures} times"),
        (mark, failures) => format!("{mark}, failed {failures} times"),
    }
}

fn show(value: &Json) {
    for key in ["id", "title", "kind", "address", "agency", "dataset", "interval_s", "licence", "attribution"] {
        let told = match &value[key] {
            Json::String(text) if text.is_empty() => continue,
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        output::line(&format!("{key:<12}{told}"));
    }
    let state = &value["state"];
    output::line(&format!("{:<12}{}", "state", health(state)));
    for (key, name) in [("succeeded", "last taken"), ("failed", "last failed"), ("cursor", "known up to")] {
        if let Some(at) = state[key].as_str() {
            output::line(&format!("{name:<12}{at}"));
        }
    }
    if !text(&state["error"]).is_empty() {
        output::paragraph("  ! ", text(&state["error"]));
    }
}
