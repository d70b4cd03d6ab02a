//! Who is told of changes of events: added, looked at, tried, taken away.

use super::{Here, OPERATOR};
use crate::subscribers::send;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use terrane_engine::Engine;
use terrane_formats::about::Subscription;
use terrane_model::{Error, Result};

/// What is to be done with subscriptions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum SubscriptionTask {
    /// Write one, with what its messages are signed with.
    Put(Box<Subscription>, String),
    /// All of them and how they do.
    List,
    /// Take one away.
    Remove(String),
    /// Send one a message without events.
    Test(String),
}

/// Does it.
pub fn subscription(here: &Here<'_>, task: &SubscriptionTask) -> Result<Json> {
    let engine = here.engine;
    match task {
        SubscriptionTask::Put(it, secret) => {
            engine.put_subscription(it, secret, OPERATOR)?;
            told(engine, it)
        }
        SubscriptionTask::List => {
            let all = engine.subscriptions()?.iter().map(|it| told(engine, it)).collect::<Result<Vec<_>>>()?;
            Ok(json!({"subscriptions": all}))
        }
        SubscriptionTask::Remove(id) => engine.remove_subscription(id, OPERATOR).map(|()| json!({"removed": id})),
        SubscriptionTask::Test(id) => {
            let it = engine.subscription(id)?;
            let secret = engine.subscription_secret(id)?.unwrap_or_default();
            let body =
                json!({"type": "FeatureCollection", "subscription": id, "test": true, "features": []}).to_string();
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
            runtime.block_on(send(here.outgoing, &it.address, (&secret, body.into_bytes())))?;
            Ok(json!({"subscription": id, "answered": true}))
        }
    }
}

fn told(engine: &Engine, it: &Subscription) -> Result<Json> {
    let mut value = serde_json::to_value(it).map_err(Error::internal)?;
    value["state"] = serde_json::to_value(engine.subscription_state(&it.id)?).map_err(Error::internal)?;
    Ok(value)
}
