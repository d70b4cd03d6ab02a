//! A feed is asked: which address, and when again.

use super::{TakeOptions, Taken};
use crate::Engine;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};
use terrane_formats::about::{Feed, FeedKind, FeedState};
use terrane_model::limits::{FEED_BACK_OFF_SECONDS_MAX, FEED_BYTES_MAX, FEED_EVENTS_MAX, FEED_FILES_MAX};
use terrane_model::outgoing::{Fetch, Outgoing};
use terrane_model::{Error, Instant, Kind, Result};

/// Microseconds before the last known change from which on changes are asked for again: agencies' clocks are not ours.
const OVERLAP_MICROS: i64 = 300_000_000;
/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;

impl Engine {
    /// Asks a feed and takes what it answers. Files of a folder are read here; services are asked through the one way out.
    pub async fn poll_feed(&self, outgoing: &dyn Outgoing, id: &str, options: TakeOptions) -> Result<Taken> {
        let feed = self.feed(id)?;
        let mut state = self.feed_state(id)?;
        match feed.kind {
            FeedKind::Webhook => Err(Error::invalid(format!("“{id}” is not asked; its sender comes by itself."))),
            FeedKind::Folder => {
                let taken = self.read_folder(&feed, &state, options);
                // What was read of the folder before something failed is noted by then.
                state = self.feed_state(id)?;
                self.note(&feed, &mut state, (taken.as_ref(), options.at))?;
                taken
            }
            FeedKind::Fdsn | FeedKind::UsgsGeojson => match ask(&feed, &state, (outgoing, options.at)).await {
                Ok(body) => self.take_answer(id, &body, options),
                Err(error) => {
                    self.note(&feed, &mut state, (Err(&error), options.at))?;
                    Err(error)
                }
            },
        }
    }

    /// Takes the files that are new, each by itself: one that is half written is tried again.
    fn read_folder(&self, feed: &Feed, state: &FeedState, options: TakeOptions) -> Result<Taken> {
        let (mut all, mut broken) = (Taken::default(), None);
        for (path, changed) in new_files(Path::new(&feed.address), state.cursor)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let read = std::fs::read(&path).map_err(|error| Error::invalid("The file cannot be read.").because(error));
            match read.and_then(|body| self.take_file(feed, &body, (state, options))) {
                Ok(taken) => {
                    all = sum(&all, &taken);
                    if broken.is_none() {
                        all.cursor = all.cursor.max(Some(changed));
                    }
                }
                Err(error) => broken = broken.or(Some(Error::new(error.kind(), format!("“{name}”: {}", error.say())))),
            }
        }
        match broken {
            // What was read before the broken file need not be read again.
            Some(error) => {
                let mut state = state.clone();
                state.cursor = state.cursor.max(all.cursor);
                if state.cursor != self.feed_state(&feed.id)?.cursor {
                    self.put_feed_state(&feed.id, &state)?;
                }
                Err(error)
            }
            None => Ok(all),
        }
    }
}

fn sum(one: &Taken, other: &Taken) -> Taken {
    Taken {
        told: one.told + other.told,
        news: one.news + other.news,
        new: one.new + other.new,
        put: one.put + other.put,
        gone: one.gone + other.gone,
        withdrawn: one.withdrawn + other.withdrawn,
        future: one.future + other.future,
        cursor: one.cursor,
    }
}

/// Files of a folder that were changed at a moment or later, in the order of their change.
fn new_files(folder: &Path, since: Option<Instant>) -> Result<Vec<(PathBuf, Instant)>> {
    let unreadable = |error: std::io::Error| {
        Error::invalid(format!("The folder “{}” cannot be read: {error}.", folder.display())).at("address")
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let Ok(about) = std::fs::metadata(&path) else { continue };
        let is_meant = ["xml", "quakeml", "qml", "geojson", "json"].contains(&extension.as_str()) && about.is_file();
        let changed = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let Some(changed) = changed.and_then(|at| i64::try_from(at.as_micros()).ok()).map(Instant) else { continue };
        if is_meant && about.len() <= FEED_BYTES_MAX as u64 && since.is_none_or(|since| changed >= since) {
            files.push((path, changed));
        }
    }
    files.sort_by(|one, other| (one.1, &one.0).cmp(&(other.1, &other.0)));
    files.truncate(FEED_FILES_MAX);
    Ok(files)
}

async fn ask(feed: &Feed, state: &FeedState, (outgoing, at): (&dyn Outgoing, Instant)) -> Result<Vec<u8>> {
    let mut question = Fetch::new(address(feed, state, at));
    question.bytes_max = FEED_BYTES_MAX;
    question.accept = "application/xml, application/geo+json, application/json, */*;q=0.5";
    let answer = outgoing.fetch(question).await?;
    match answer.status {
        200 => Ok(answer.body),
        // Nothing has happened, says the service.
        204 if feed.kind == FeedKind::Fdsn => Ok(Vec::new()),
        status => {
            let shown: String =
                String::from_utf8_lossy(&answer.body).chars().filter(|it| !it.is_control()).take(120).collect();
            let say = format!("The service answered with status {status}: {}", shown.trim());
            Err(Error::new(Kind::Unsupported, say))
        }
    }
}

/// The address that is asked: of an FDSN service the last days, and of them what has changed since.
fn address(feed: &Feed, state: &FeedState, at: Instant) -> String {
    if feed.kind != FeedKind::Fdsn {
        return feed.address.clone();
    }
    let moment = |at: Instant| at.to_string().trim_end_matches('Z').to_owned();
    let start = Instant(at.0 - i64::from(feed.days) * DAY_MICROS);
    let joint = if feed.address.contains('?') { '&' } else { '?' };
    let since = state.cursor.map_or_else(String::new, |cursor| {
        format!("&updatedafter={}", moment(Instant(cursor.0.saturating_sub(OVERLAP_MICROS))))
    });
    let most = FEED_EVENTS_MAX - 1;
    format!("{}{joint}format=xml&orderby=time&limit={most}&starttime={}{since}", feed.address, moment(start))
}

/// How long to wait before a feed is asked again: longer after each failure, and never at the same moment as all others.
pub fn next_question(feed: &Feed, failures: u32) -> Duration {
    let seconds =
        feed.interval_s.saturating_mul(1_u64 << failures.min(12)).min(FEED_BACK_OFF_SECONDS_MAX.max(feed.interval_s));
    // What looks like chance is a hash, so that it can be told again.
    let hash = blake3::hash(format!("{} {failures}", feed.id).as_bytes());
    let share = f64::from(hash.as_bytes()[0]) / 255.0;
    Duration::from_secs_f64(seconds as f64 * (0.95 + 0.1 * share))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(kind: FeedKind, address: &str) -> Feed {
        Feed {
            id: "a".into(),
            title: String::new(),
            kind,
            address: address.into(),
            agency: "A".into(),
            rank: None,
            dataset: "live".into(),
            interval_s: 60,
            days: 2,
            licence: String::new(),
            attribution: String::new(),
        }
    }

    #[test]
    fn a_service_is_asked_for_what_has_changed_with_an_overlap() {
        let at = Instant::parse("2026-11-26T12:00:00Z").expect("a moment");
        let fdsn = feed(FeedKind::Fdsn, "https://example.org/query?includedeleted=true");
        let first = address(&fdsn, &FeedState::default(), at);
        assert_eq!(
            first,
            "https://example.org/query?includedeleted=true&format=xml&orderby=time&limit=19999&starttime=2026-11-24T12:00:00"
        );
        let state = FeedState { cursor: Some(at), ..FeedState::default() };
        assert!(address(&fdsn, &state, at).ends_with("&updatedafter=2026-11-26T11:55:00"));
        assert_eq!(address(&feed(FeedKind::UsgsGeojson, "https://example.org/x"), &state, at), "https://example.org/x");
    }

    #[test]
    fn failures_make_the_wait_longer_up_to_an_hour() {
        let it = feed(FeedKind::Fdsn, "https://example.org/");
        let waits: Vec<u64> = (0..12).map(|failures| next_question(&it, failures).as_secs()).collect();
        assert!((57..=63).contains(&waits[0]) && (114..=126).contains(&waits[1]), "{waits:?}");
        assert!((3_420..=3_780).contains(&waits[11]), "{waits:?}");
    }
}
