//! Feeds of events: added, looked at, asked, played again from a recording, taken away.

use super::{Here, OPERATOR};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use terrane_engine::Engine;
use terrane_engine::hazard::feeds::{TakeOptions, Taken};
use terrane_engine::publish::now;
use terrane_formats::about::{Feed, FeedKind};
use terrane_model::store::Progress;
use terrane_model::{Error, Instant, Result};

/// What is to be done with feeds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum FeedTask {
    /// Make the dataset of a feed.
    Init(String),
    /// Write a feed, and what its sender signs with.
    Put(Box<Feed>, Option<String>),
    /// All feeds and how they do.
    List,
    /// One feed and how it does.
    Show(String),
    /// Take a feed away; its events stay.
    Remove(String),
    /// Ask a feed now.
    Poll {
        /// The feed.
        id: String,
        /// Believe what it says.
        accept: bool,
    },
    /// Take answers of another time.
    Replay(Vec<Recorded>),
}

/// An answer of a feed as it was recorded.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// The feed.
    pub feed: String,
    /// When it came, RFC 3339.
    pub at: String,
    /// All of it.
    pub body: String,
}

/// Does it.
pub fn feed(here: &Here<'_>, task: &FeedTask, progress: &dyn Progress) -> Result<Json> {
    let engine = here.engine;
    match task {
        FeedTask::Init(id) => {
            let feed = engine.feed(id)?;
            Ok(json!({"feed": id, "dataset": feed.dataset, "made": engine.make_target(&feed, OPERATOR)?}))
        }
        FeedTask::Put(feed, secret) => {
            if feed.kind == FeedKind::Webhook && secret.is_none() && engine.feed_secret(&feed.id)?.is_none() {
                return Err(Error::invalid("A webhook needs a secret that its sender signs with.").at("--secret-file"));
            }
            engine.put_feed(feed, secret.as_deref(), OPERATOR)?;
            told(engine, feed)
        }
        FeedTask::List => {
            let all = engine.feeds()?.iter().map(|feed| told(engine, feed)).collect::<Result<Vec<_>>>()?;
            Ok(json!({"feeds": all}))
        }
        FeedTask::Show(id) => told(engine, &engine.feed(id)?),
        FeedTask::Remove(id) => engine.remove_feed(id, OPERATOR).map(|()| json!({"removed": id})),
        FeedTask::Poll { id, accept } => {
            let options = TakeOptions { at: now(), is_accepted: *accept };
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
            runtime.block_on(engine.poll_feed(here.outgoing, id, options)).map(|taken| taken_json(id, &taken))
        }
        FeedTask::Replay(answers) => replay(engine, answers, progress),
    }
}

/// Answers that cannot be taken are told and passed over, as they would be when they came.
fn replay(engine: &Engine, answers: &[Recorded], progress: &dyn Progress) -> Result<Json> {
    let mut all = Vec::new();
    for (number, answer) in answers.iter().enumerate() {
        if !progress.step("answers", number as u64, answers.len() as u64) {
            return Err(Error::conflict("Stopped. What was taken stays; playing it again does no harm."));
        }
        engine.feed(&answer.feed)?;
        let at = Instant::parse(&answer.at).map_err(|error| error.at(format!("answer {}, at", number + 1)))?;
        let taken = engine.take_answer(&answer.feed, answer.body.as_bytes(), TakeOptions { at, is_accepted: false });
        all.push(match taken {
            Ok(taken) => taken_json(&answer.feed, &taken),
            Err(error) => json!({"feed": answer.feed, "refused": error.to_string()}),
        });
    }
    let refused = all.iter().filter(|it| !it["refused"].is_null()).count();
    Ok(json!({"answers": all, "refused": refused}))
}

fn taken_json(id: &str, taken: &Taken) -> Json {
    json!({
        "feed": id, "told": taken.told, "news": taken.news, "new": taken.new, "put": taken.put, "gone": taken.gone,
        "withdrawn": taken.withdrawn, "future": taken.future,
    })
}

/// A feed and how it does; what its sender signs with is not told.
fn told(engine: &Engine, feed: &Feed) -> Result<Json> {
    let state = serde_json::to_value(engine.feed_state(&feed.id)?).map_err(Error::internal)?;
    let mut value = serde_json::to_value(feed).map_err(Error::internal)?;
    value["state"] = state;
    Ok(value)
}
