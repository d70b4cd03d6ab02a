//! What is held of one agency's solution: its newest message, and in short what it said before.

use super::seconds;
use crate::association::{Hypocentre, Mode, Solution};
use crate::event::{Event, words};
use crate::geodesy::Position;
use crate::magnitude::MagnitudeType;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use terrane_model::Instant;
use terrane_model::limits::FEED_VERSIONS_MAX;

/// What an agency says of an event at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The agency, as the feed names it.
    pub agency: String,
    /// What the agency calls the event now.
    pub id: String,
    /// What else it calls it or called it.
    pub ids: Vec<String>,
    /// When it said so last.
    pub updated: Instant,
    /// Whether that moment is told by the agency; otherwise it is when the message came, and the same words again are no news.
    pub is_dated: bool,
    /// Whether it takes the event back.
    pub is_withdrawn: bool,
    /// Whether the event had not happened yet when the message came: some clock is wrong.
    pub is_future: bool,
    /// The event with the agency's solutions; see [`crate::event`].
    pub event: Value,
}

/// A solution: the newest message, and all versions in short.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held {
    pub message: Message,
    /// The oldest first.
    pub versions: Vec<Value>,
}

/// Who calls an event what.
pub(super) type Key = (String, String);

impl Message {
    pub(super) fn key(&self) -> Key {
        (self.agency.clone(), self.id.clone())
    }

    /// What decides which of two messages is the newer one, the same whoever came first.
    fn stamp(&self) -> (Instant, bool, usize, String) {
        let members: BTreeMap<&String, &Value> = self.event.as_object().into_iter().flatten().collect();
        let text = json!(members).to_string();
        (self.updated, self.is_withdrawn, text.len(), text)
    }

    fn has_same_words(&self, other: &Self) -> bool {
        self.event == other.event && self.ids == other.ids && self.is_withdrawn == other.is_withdrawn
    }

    /// Where, when and how large, when that is told.
    pub fn hypocentre(&self) -> Option<Hypocentre> {
        let event = Event(&self.event);
        let origin = event.origin()?;
        let (longitude, latitude) = (origin.longitude()?.value, origin.latitude()?.value);
        let on_earth = (-360.0..=360.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude);
        let magnitude = event.magnitude();
        let size = magnitude.and_then(|it| Some((it.value()?.value, MagnitudeType::named(it.kind()))));
        on_earth.then_some(())?;
        Some(Hypocentre {
            time_s: seconds(origin.time()?.earliest),
            position: Position { longitude, latitude },
            depth_km: origin.depth_m().map(|depth| depth.value / 1_000.0),
            magnitude: size.filter(|(value, _)| value.is_finite()),
        })
    }

    /// Whether somebody has looked at it.
    fn mode(&self) -> Mode {
        let status = Event(&self.event).status();
        let is_reviewed = words::mode_of(status) == Some("manual")
            || matches!(words::status_of(status), Some("reviewed" | "final" | "confirmed"));
        if is_reviewed { Mode::Reviewed } else { Mode::Automatic }
    }

    /// The solution as association takes it; nothing when it has no place or is taken back.
    pub(super) fn solution(&self) -> Option<Solution> {
        let hypocentre = self.hypocentre().filter(|_| !self.is_withdrawn)?;
        let agency = self.agency.clone();
        Some(Solution { hypocentre, agency, mode: self.mode(), updated_s: Some(seconds(self.updated)) })
    }

    /// What it says in short, so that it can be told later what has changed.
    fn version(&self) -> Value {
        let event = Event(&self.event);
        let origin = event.origin();
        let mut all = Map::new();
        let mut say = |name: &str, value: Value| {
            if !value.is_null() && value != "" {
                all.insert(name.to_owned(), value);
            }
        };
        say("updated", self.updated.to_string().into());
        say("status", if self.is_withdrawn { super::DELETED.into() } else { event.status().into() });
        say("time", origin.and_then(|it| it.time()).map_or(Value::Null, |it| it.earliest.to_string().into()));
        say("longitude", json!(origin.and_then(|it| it.longitude()).map(|it| it.value)));
        say("latitude", json!(origin.and_then(|it| it.latitude()).map(|it| it.value)));
        say("depth", json!(origin.and_then(|it| it.depth_m()).map(|it| it.value)));
        say("magnitude", json!(event.magnitude().and_then(|it| it.value()).map(|it| it.value)));
        say("magnitudeType", event.magnitude().map_or("", |it| it.kind()).into());
        Value::Object(all)
    }
}

impl Held {
    pub fn new(mut message: Message) -> Self {
        message.ids.sort();
        message.ids.dedup();
        let versions = vec![message.version()];
        Self { message, versions }
    }

    /// Takes another message about the same event of the same agency; says whether anything is new.
    pub fn take(&mut self, mut message: Message) -> bool {
        let is_same = message.has_same_words(&self.message);
        if is_same && (!message.is_dated || message.updated == self.message.updated) {
            // Said again when its time has come, an event is believed.
            let is_believed = self.message.is_future && !message.is_future;
            self.message.is_future &= message.is_future;
            return is_believed;
        }
        let is_new_version = self.add_version(message.version());
        // Names that it had stay names of it.
        let mut names: Vec<String> = self.message.ids.iter().chain(&message.ids).cloned().collect();
        names.sort();
        names.dedup();
        let has_new_name = names.len() > self.message.ids.len();
        let is_newer = message.stamp() > self.message.stamp();
        if is_newer {
            std::mem::swap(&mut self.message, &mut message);
        }
        self.message.ids = names;
        is_new_version || has_new_name || is_newer
    }

    /// Puts a version in its place in time; the oldest of too many go.
    fn add_version(&mut self, version: Value) -> bool {
        if self.versions.contains(&version) {
            return false;
        }
        let key =
            |version: &Value| (version["updated"].as_str().and_then(|it| Instant::parse(it).ok()), version.to_string());
        let at = self.versions.partition_point(|known| key(known) < key(&version));
        self.versions.insert(at, version);
        let surplus = self.versions.len().saturating_sub(FEED_VERSIONS_MAX);
        self.versions.drain(..surplus);
        surplus == 0 || at >= surplus
    }

    /// Whether this solution says that the other one is itself under an older name.
    pub fn supersedes(&self, other: &Self) -> bool {
        let stamp = |it: &Self| (it.message.updated, it.message.id.clone());
        self.message.agency == other.message.agency
            && self.message.id != other.message.id
            && self.message.ids.contains(&other.message.id)
            && stamp(self) > stamp(other)
    }
}
