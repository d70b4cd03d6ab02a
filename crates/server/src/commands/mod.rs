//! Commands on a data folder: one path whether a server runs there or not.

mod add;
mod amend;
mod editions;
mod feed;
mod geology;
mod look;
mod merge;
mod reading;
mod settings;
mod subscription;
mod summarise;
mod warm;
mod words;

pub use add::AddOptions;
pub use amend::AmendOptions;
pub use editions::EditionTask;
pub use feed::{FeedTask, Recorded};
pub use geology::GeologyTask;
pub use merge::MergeOptions;
pub use reading::ReadingOptions;
pub use settings::settings;
pub use subscription::SubscriptionTask;
pub use warm::WarmOptions;
pub use words::{Words, is_language_tag};

use crate::config::{self, Config};
use crate::{local, stores};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use terrane_engine::Engine;
use terrane_formats::about::DatasetRecord;
use terrane_model::outgoing::Outgoing;
use terrane_model::store::Progress;
use terrane_model::{DatasetId, Error, Result};

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
    /// Change rows.
    Amend { id: String, options: Box<AmendOptions> },
    /// Write a dataset with many changes anew.
    Compact { id: String },
    /// Make display copies anew.
    Rebuild,
    /// Make tiles ahead of time.
    Warm { options: WarmOptions },
    /// What was published before, and back to it.
    Editions { id: String, task: EditionTask },
    /// How values are told in the terms of shared views.
    Geology { ids: Vec<String>, task: GeologyTask },
    /// Feeds of events.
    Feed { task: FeedTask },
    /// Who is told of changes.
    Subscription { task: SubscriptionTask },
    /// Make one table of several tables of earthquakes.
    Merge { catalogs: Vec<String>, options: Box<MergeOptions> },
    /// Rows in groups, and numbers of each.
    Summarise { id: String, pairs: Vec<(String, String)> },
    /// Take datasets or maps away.
    Remove { ids: Vec<String> },
    /// The settings in force.
    Settings,
}

/// A style and the name that it gets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NamedStyle {
    /// Its name in addresses.
    pub name: String,
    /// The style as JSON or SLD.
    pub text: String,
}

/// What a command came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// For machines; people get it in sentences.
    pub value: Json,
    /// The exit code.
    pub code: u8,
}

/// Where commands are done: an engine, and the address that people reach it at when it is served.
pub struct Here<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// The address without a slash at the end.
    pub public_url: Option<&'a str>,
    /// The settings that hold for this command.
    pub config: &'a Config,
    /// The one way out.
    pub outgoing: &'a dyn Outgoing,
}

/// The name in the audit of whoever uses the command line.
const OPERATOR: &str = "operator";

/// Sends the command to the server of the folder when one runs, else does it here.
pub fn run(folder: &Path, command: &Command, progress: &dyn Progress) -> Result<Outcome> {
    if let Some(outcome) = local::send(folder, command, progress)? {
        return Ok(outcome);
    }
    let config = config::read(folder)?;
    let node = stores::Node::open(folder, &config)?;
    let outgoing = node.outgoing();
    execute(&Here { engine: &node.engine, public_url: None, config: &config, outgoing: &*outgoing }, command, progress)
}

/// Does a command.
pub fn execute(here: &Here<'_>, command: &Command, progress: &dyn Progress) -> Result<Outcome> {
    let done = |value: Json| Outcome { value, code: 0 };
    match command {
        Command::Add { paths, options } => add::add(here, paths, options, progress),
        Command::List => Ok(done(look::list(here.engine))),
        Command::Show { id } => look::show(here.engine, &DatasetId::new(id.as_str())?).map(done),
        Command::Edit { id, words, style } => {
            let id = DatasetId::new(id.as_str())?;
            edit(here.engine, &id, words, style.as_ref()).map(done)
        }
        Command::Amend { id, options } => {
            amend::amend(here, &DatasetId::new(id.as_str())?, options, progress).map(done)
        }
        Command::Compact { id } => amend::compact(here, &DatasetId::new(id.as_str())?, progress).map(done),
        Command::Rebuild => amend::rebuild(here, progress).map(done),
        Command::Warm { options } => warm::warm(here, options, progress).map(done),
        Command::Editions { id, task } => {
            editions::editions(here.engine, &DatasetId::new(id.as_str())?, task, progress).map(done)
        }
        Command::Geology { ids, task } => geology::geology(here.engine, ids, task).map(done),
        Command::Feed { task } => feed::feed(here, task, progress).map(done),
        Command::Subscription { task } => subscription::subscription(here, task).map(done),
        Command::Merge { catalogs, options } => merge::merge(here, catalogs, options, progress),
        Command::Summarise { id, pairs } => summarise::summarise(here, &DatasetId::new(id.as_str())?, pairs).map(done),
        Command::Remove { ids } => remove(here.engine, ids).map(done),
        Command::Settings => Ok(done(settings(here.config, here.public_url.is_some()))),
    }
}

/// Changes what is said of a dataset and one of its styles; says what became of a style that was made elsewhere.
fn edit(engine: &Engine, id: &DatasetId, words: &Words, style: Option<&NamedStyle>) -> Result<Json> {
    let at_style = |error: Error| Error::new(error.kind(), error.to_string()).at("--style");
    let read = style.map(|style| engine.read_style(id, &style.text)).transpose().map_err(at_style)?;
    let named = style.zip(read.as_ref()).map(|(style, (read, _))| (style.name.as_str(), read));
    let edit = |record: &mut DatasetRecord| record.about.amend(&words.said());
    engine.edit_with_style(id, edit, named, OPERATOR)?;
    let mut value = look::show(engine, id)?;
    if let Some((_, Some(fidelity))) = &read {
        let remarks: Vec<String> = fidelity.remarks.iter().map(ToString::to_string).collect();
        value["style_read"] = json!({"summary": fidelity.summary(), "remarks": remarks});
    }
    Ok(value)
}

fn remove(engine: &Engine, ids: &[String]) -> Result<Json> {
    let checked = ids.iter().map(|id| DatasetId::new(id.as_str())).collect::<Result<Vec<_>>>()?;
    engine.remove(&checked, OPERATOR)?;
    Ok(json!({"removed": ids}))
}
