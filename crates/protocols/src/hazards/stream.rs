//! Changes as they happen: server-sent events, each with the number of its change, from where a reader can go on.

use super::answer;
use super::ask;
use crate::common::request::Request;
use crate::common::site::Site;
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _, unfold};
use serde_json::{Value, json};
use std::io;
use std::time::Duration;
use terrane_engine::Caller;
use terrane_engine::hazard::feeds::{Changes, EventWatch, Reader};
use terrane_hazard::live::{DELETED, FUTURE};
use terrane_hazard::table::Role;
use terrane_model::limits::STREAM_HEARTBEAT_SECONDS;
use terrane_model::{Kind, Result};

/// How long a reader that was cut off waits before it comes again, milliseconds.
const RETRY_MS: u32 = 5_000;
/// How long to wait before a busy engine is asked again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Somebody who follows.
pub struct Following {
    site: Site,
    watch: EventWatch,
    after: i64,
    reader: Reader,
    has_begun: bool,
}

/// Begins to follow, from what was heard last (`Last-Event-ID`) when that is told.
pub async fn begin(site: &Site, request: &Request, heard: Option<&str>) -> Result<Following> {
    let (watch, after) = ask::stream(request)?;
    let after = match heard.filter(|text| !text.is_empty()) {
        Some(text) => Some(ask::sequence(text, "Last-Event-ID")?),
        None => after,
    };
    let reader = site.engine.follow_events()?;
    let after = match after {
        Some(after) => after,
        None => {
            let engine = std::sync::Arc::clone(&site.engine);
            site.engine.pool().run(move |_| engine.event_sequence()).await?
        }
    };
    Ok(Following { site: site.clone(), watch, after, reader, has_begun: false })
}

impl Following {
    /// What is sent, piece by piece, until the server stops.
    pub fn pieces(self) -> BoxStream<'static, io::Result<Bytes>> {
        let pieces = unfold(Some(self), |following| async {
            let mut following = following?;
            let piece = following.next().await?;
            Some((Ok(Bytes::from(piece)), Some(following)))
        });
        pieces.boxed()
    }

    /// What is sent next; nothing when the server stops.
    async fn next(&mut self) -> Option<String> {
        if !self.has_begun {
            self.has_begun = true;
            return Some(format!(
                "retry: {RETRY_MS}\n: changes of events; each id can be sent back as Last-Event-ID\n\n"
            ));
        }
        loop {
            self.reader.look();
            match self.site.engine.event_changes(Caller::Public, self.after, Role::flat().collect()).await {
                Ok(changes) if changes.last > self.after => {
                    self.after = changes.last;
                    let text = told(&self.site, &changes, &self.watch);
                    if !text.is_empty() {
                        return Some(text);
                    }
                    if changes.more {
                        continue;
                    }
                }
                Ok(_) => {}
                Err(error) if error.kind() == Kind::Busy => tokio::time::sleep(AGAIN_AFTER).await,
                Err(error) => {
                    tracing::error!(?error, "changes cannot be read");
                    return None;
                }
            }
            tokio::select! {
                goes_on = self.reader.wait() => if !goes_on { return None },
                // With it goes how far everything was looked at, also what was not wanted.
                () = tokio::time::sleep(Duration::from_secs(STREAM_HEARTBEAT_SECONDS)) => {
                    return Some(format!(": nothing new\nid: {}\n\n", self.after));
                }
            }
        }
    }
}

fn told(site: &Site, changes: &Changes, watch: &EventWatch) -> String {
    let mut text = String::new();
    for (kind, sequence, feature) in features(site, changes, watch) {
        text.push_str(&format!("id: {sequence}\nevent: {kind}\ndata: {feature}\n\n"));
    }
    text
}

/// The changes that are wanted as features, each with what happened and its number.
pub fn features(site: &Site, changes: &Changes, watch: &EventWatch) -> Vec<(&'static str, i64, Value)> {
    let wanted = changes.wanted(watch).filter(|event| event.text(Role::Status) != Some(FUTURE));
    let told = wanted.map(|event| {
        let tree =
            event.text(Role::Event).and_then(|text| serde_json::from_str::<Value>(text).ok()).unwrap_or_default();
        let revisions = tree["revision"].as_array().map_or(0, Vec::len);
        let kind = match event.text(Role::Status) {
            Some(DELETED) => "withdrawn",
            _ if revisions <= 1 => "new",
            _ => "updated",
        };
        let sequence = event.number(Role::Sequence).map_or(0, |number| number as i64);
        let mut feature = answer::feature(site, &event);
        let about = event.rows.source.entry.about();
        let aliases = event.text(Role::Aliases).unwrap_or_default().split('|').filter(|name| !name.is_empty());
        let properties = &mut feature["properties"];
        properties["change"] = kind.into();
        properties["sequence"] = sequence.into();
        properties["revisions"] = revisions.into();
        properties["aliases"] = json!(aliases.collect::<Vec<_>>());
        properties["licence"] = about.licence.id.as_str().into();
        properties["attribution"] = about.attribution.as_str().into();
        (kind, sequence, feature)
    });
    told.collect()
}
