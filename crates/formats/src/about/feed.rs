//! Feeds of events and who is told of changes, as a ledger keeps them.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use terrane_model::limits::{FEED_FAILURES_MAX, FEED_INTERVAL_SECONDS_LEAST};
use terrane_model::{DatasetId, Error, Instant, Result};

/// How a feed comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeedKind {
    /// An FDSN event service is asked.
    Fdsn,
    /// A GeoJSON feed of the USGS is asked.
    UsgsGeojson,
    /// A folder of QuakeML files is looked through.
    Folder,
    /// Somebody sends what is new, signed.
    Webhook,
}

impl FeedKind {
    /// All kinds, with their names.
    pub const NAMES: [(Self, &'static str); 4] = [
        (Self::Fdsn, "fdsn"),
        (Self::UsgsGeojson, "usgs-geojson"),
        (Self::Folder, "folder"),
        (Self::Webhook, "webhook"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Result<Self> {
        let found = Self::NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind);
        found.ok_or_else(|| {
            Error::invalid(format!("“{name}” is no kind of feed; use fdsn, usgs-geojson, folder or webhook."))
        })
    }
}

/// A feed of events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// Its name.
    pub id: String,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// How it comes.
    pub kind: FeedKind,
    /// The address that is asked, or the folder; empty for a webhook.
    #[serde(default)]
    pub address: String,
    /// The agency whose solutions it brings.
    pub agency: String,
    /// Its agency's place in the order in which agencies are believed, 1 first; agencies without come after all with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// The dataset that it is put into.
    pub dataset: String,
    /// Seconds between two questions.
    pub interval_s: u64,
    /// Days back that a service is asked about.
    #[serde(default = "days")]
    pub days: u32,
    /// On what terms its events may be used.
    #[serde(default)]
    pub licence: String,
    /// How to name it.
    #[serde(default)]
    pub attribution: String,
}

fn days() -> u32 {
    7
}

impl Feed {
    /// Refuses what cannot work, naming the member.
    pub fn check(&self) -> Result<()> {
        DatasetId::new(self.id.as_str()).map_err(|error| error.at("id"))?;
        DatasetId::new(self.dataset.as_str()).map_err(|error| error.at("dataset"))?;
        let refused = |say: &str, place: &str| Err(Error::invalid(say).at(place));
        let is_web = self.address.starts_with("https://") || self.address.starts_with("http://");
        match self.kind {
            _ if self.agency.trim().is_empty() => refused("A feed needs the name of its agency.", "agency"),
            _ if self.interval_s < FEED_INTERVAL_SECONDS_LEAST => {
                refused("A feed is asked every 10 seconds at most.", "interval")
            }
            FeedKind::Fdsn | FeedKind::UsgsGeojson if !is_web => {
                refused("A service needs its address, which begins with https://.", "address")
            }
            FeedKind::Folder if self.address.is_empty() => refused("Say which folder.", "address"),
            FeedKind::Webhook if !self.address.is_empty() => refused("A webhook has no address of its own.", "address"),
            _ => Ok(()),
        }
    }
}

/// Why a feed is not believed or not heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// It has failed many times in a row.
    Dead,
    /// What it says cannot be; nothing of it was taken.
    Lying,
}

/// How a feed is doing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FeedState {
    /// When it last brought an answer that was taken.
    #[serde(with = "moment")]
    pub succeeded: Option<Instant>,
    /// When it last failed.
    #[serde(with = "moment")]
    pub failed: Option<Instant>,
    /// Why.
    pub error: String,
    /// Failures since the last success.
    pub failures: u32,
    /// Up to when its changes are known.
    #[serde(with = "moment")]
    pub cursor: Option<Instant>,
    /// Messages that said something new, ever.
    pub news: u64,
    /// Events of the last answer that lie in the future by this node's clock.
    pub future: u64,
    /// Why it is not believed or not heard.
    pub mark: Option<Mark>,
}

impl FeedState {
    /// Takes note of a failure.
    pub fn fail(&mut self, at: Instant, error: &Error) {
        self.failures = self.failures.saturating_add(1);
        (self.failed, self.error) = (Some(at), error.to_string());
        if self.mark.is_none() && self.failures >= FEED_FAILURES_MAX {
            self.mark = Some(Mark::Dead);
        }
    }

    /// Takes note of an answer that was taken.
    pub fn succeed(&mut self, at: Instant) {
        (self.succeeded, self.failures, self.mark) = (Some(at), 0, None);
        self.error.clear();
    }
}

/// Who is told of changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// Its name.
    pub id: String,
    /// The address that is told.
    pub address: String,
    /// The least magnitude.
    #[serde(default)]
    pub minmag: Option<f64>,
    /// Kinds of events; all when none is named.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Tables of events; all when none is named.
    #[serde(default)]
    pub catalogs: Vec<String>,
    /// An area as WKT, longitude first; everywhere when it is empty.
    #[serde(default)]
    pub polygon: String,
}

/// How telling somebody goes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SubscriptionState {
    /// The last change that was told or passed over.
    pub sequence: i64,
    /// Changes told, ever.
    pub told: u64,
    /// Failures since the last success.
    pub failures: u32,
    /// Why the last one failed.
    pub error: String,
    /// When the last one failed.
    #[serde(with = "moment")]
    pub failed: Option<Instant>,
    /// Whether it is told no more until somebody says so.
    pub dead: bool,
}

/// A record of this module as JSON.
pub fn record_to_json(record: &impl Serialize) -> Result<String> {
    serde_json::to_string_pretty(record).map_err(Error::internal)
}

/// A record of this module from JSON.
pub fn record_from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::invalid(format!("The record cannot be read: {error}.")))
}

/// Moments as RFC 3339.
mod moment {
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use terrane_model::Instant;

    #[allow(clippy::ref_option)]
    pub fn serialize<S: Serializer>(at: &Option<Instant>, to: S) -> Result<S::Ok, S::Error> {
        at.map(|at| at.to_string()).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Instant>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| Instant::parse(&text).map_err(serde::de::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_comes_back_and_its_mistakes_are_named() {
        let text = r#"{"id":"usgs","kind":"fdsn","address":"https://example.org/fdsnws/event/1/query","agency":"USGS","dataset":"live","interval_s":60}"#;
        let feed: Feed = record_from_json(text).expect("a feed");
        assert_eq!((feed.kind, feed.days), (FeedKind::Fdsn, 7));
        assert_eq!(record_from_json::<Feed>(&record_to_json(&feed).expect("JSON")).expect("a feed"), feed);
        let place = |feed: Feed| feed.check().expect_err("a mistake").place().map(str::to_owned);
        assert_eq!(place(Feed { address: "file:///etc/passwd".into(), ..feed.clone() }).as_deref(), Some("address"));
        assert_eq!(place(Feed { interval_s: 1, ..feed.clone() }).as_deref(), Some("interval"));
        assert_eq!(place(Feed { agency: " ".into(), ..feed }).as_deref(), Some("agency"));
    }

    #[test]
    fn a_feed_that_fails_is_dead_until_it_succeeds() {
        let mut state = FeedState::default();
        for _ in 0..FEED_FAILURES_MAX {
            assert_eq!(state.mark, None);
            state.fail(Instant(0), &Error::invalid("no"));
        }
        assert_eq!(state.mark, Some(Mark::Dead));
        let text = record_to_json(&state).expect("JSON");
        assert_eq!(record_from_json::<FeedState>(&text).expect("a state"), state);
        state.succeed(Instant(1));
        assert_eq!((state.mark, state.failures, state.error.as_str()), (None, 0, ""));
    }
}
