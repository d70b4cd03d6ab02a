//! An answer of a feed, put into its table: all of it or none, judged before.

use super::index::{Index, joined};
use super::read::read_answer;
use crate::Engine;
use crate::caller::Caller;
use crate::features::FeatureQuestion;
use crate::pool::Cancel;
use std::collections::HashSet;
use std::sync::Arc;
use terrane_formats::about::{Feed, FeedState, Mark};
use terrane_formats::events::{EventRow, row_of};
use terrane_hazard::association::AssociationRules;
use terrane_hazard::live::{self, Decision, Desk, FUTURE, KEY, Message, Packed};
use terrane_hazard::table::{EventTable, Role};
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::limits::{AMENDMENT_ROWS_MAX, FEED_KNOWN_EVENTS_LEAST, FEED_NEW_EVENTS_MAX, FEED_PART_EVENTS};
use terrane_model::query::Columns;
use terrane_model::{
    Amendment, DatasetId, Error, FeatureId, FeatureQuery, Filter, Instant, Kind, Result, Schema, When,
};

/// How an answer is taken.
#[derive(Debug, Clone, Copy)]
pub struct TakeOptions {
    /// When it came.
    pub at: Instant,
    /// A person has looked at it: it is believed whatever it says.
    pub is_accepted: bool,
}

/// What an answer came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Events in the answer.
    pub told: usize,
    /// Those that said something new.
    pub news: usize,
    /// Events that no row told of before.
    pub new: usize,
    /// Rows put and rows taken away.
    pub put: usize,
    /// Rows taken away: their solutions are part of other events now.
    pub gone: usize,
    /// Solutions that were taken back.
    pub withdrawn: usize,
    /// Events that lie in the future by this node's clock; kept, but not believed yet.
    pub future: usize,
    /// The latest moment up to which nothing is missed when changes are asked for after it.
    pub cursor: Option<Instant>,
}

/// Rows asked for by name at once.
const ROWS_AT_ONCE: usize = 500;
/// The share of known events that an answer may move or take back.
const SUSPICIOUS_SHARE: f64 = 0.8;

impl Engine {
    /// Takes an answer of a feed and notes how the feed does. What cannot be read, or cannot be, changes nothing but that note.
    pub fn take_answer(&self, id: &str, body: &[u8], options: TakeOptions) -> Result<Taken> {
        let feed = self.feed(id)?;
        let mut state = self.feed_state(id)?;
        let taken = self.take_file(&feed, body, (&state, options));
        self.note(&feed, &mut state, (taken.as_ref(), options.at))?;
        taken
    }

    /// Notes what came of asking a feed.
    pub(super) fn note(
        &self,
        feed: &Feed,
        state: &mut FeedState,
        (taken, at): (std::result::Result<&Taken, &Error>, Instant),
    ) -> Result<()> {
        let before = state.clone();
        match taken {
            Ok(taken) => {
                state.succeed(at);
                state.cursor = state.cursor.max(taken.cursor);
                state.news += taken.news as u64;
                state.future = taken.future as u64;
            }
            Err(error) => {
                if error.kind() == Kind::Conflict && error.place() == Some(DOUBTED) {
                    state.mark = Some(Mark::Lying);
                }
                state.fail(at, error);
            }
        }
        // A success that changes nothing is written once an hour, so that the ledger does not grow by the minute.
        let since = before.succeeded.map_or(i64::MAX, |it| at.0.saturating_sub(it.0));
        let is_same = FeedState { succeeded: before.succeeded, ..state.clone() } == before;
        if is_same && since < 3_600_000_000 { Ok(()) } else { self.put_feed_state(&feed.id, state) }
    }

    /// As [`Engine::take_answer`], without the note.
    pub(super) fn take_file(
        &self,
        feed: &Feed,
        body: &[u8],
        (state, options): (&FeedState, TakeOptions),
    ) -> Result<Taken> {
        self.take_messages(feed, read_answer(feed, body, options.at)?, (state, options))
    }

    fn take_messages(
        &self,
        feed: &Feed,
        messages: Vec<Message>,
        (state, options): (&FeedState, TakeOptions),
    ) -> Result<Taken> {
        let id = DatasetId::new(feed.dataset.as_str())?;
        self.make_target(feed, "terrane")?;
        let mut indexes = self.live.desk();
        let index = indexes.entry(id.clone()).or_default();
        let mut taken = Taken { told: messages.len(), ..Taken::default() };
        taken.future = messages.iter().filter(|it| it.is_future).count();
        taken.cursor = cursor(&messages, options.at);
        let is_known_feed = state.news > 0 && !options.is_accepted;
        self.renew(&id, index)?;
        if is_known_feed {
            check_surge(&messages, index)?;
        }
        let mut parts = vec![messages];
        while let Some(mut part) = parts.pop() {
            if part.len() > FEED_PART_EVENTS {
                parts.push(part.split_off(FEED_PART_EVENTS));
            }
            self.renew(&id, index)?;
            let decision = self.decide(&id, index, part.clone())?;
            if is_known_feed {
                check_plausible(&decision)?;
            }
            if decision.put.len() + decision.gone.len() > AMENDMENT_ROWS_MAX && part.len() > 1 {
                let rest = part.split_off(part.len() / 2);
                parts.extend([rest, part]);
                continue;
            }
            self.write_decision(&id, index, &decision)?;
            taken.news += decision.news;
            taken.new += decision.new;
            taken.put += decision.put.len();
            taken.gone += decision.gone.len();
            taken.withdrawn += decision.withdrawn;
        }
        Ok(taken)
    }

    /// Reads the index anew when the table was changed by somebody else or written anew.
    fn renew(&self, id: &DatasetId, index: &mut Index) -> Result<()> {
        let source = self.live_table(id)?;
        if source.entry.state() != index.state {
            *index = self.index_of(&source)?;
        }
        Ok(())
    }

    /// The rules of a table: its agencies in the order of the ranks of their feeds.
    fn rules_of(&self, id: &DatasetId) -> Result<AssociationRules> {
        let feeds = self.feeds()?.into_iter().filter(|feed| feed.dataset == id.as_str());
        let mut ranked: Vec<(u32, String)> = feeds.filter_map(|feed| Some((feed.rank?, feed.agency))).collect();
        ranked.sort();
        let mut agencies: Vec<String> = Vec::new();
        for (_, agency) in ranked {
            if !agencies.contains(&agency) {
                agencies.push(agency);
            }
        }
        Ok(AssociationRules { agencies, ..AssociationRules::default() })
    }

    /// What messages do to a table.
    fn decide(&self, id: &DatasetId, index: &Index, messages: Vec<Message>) -> Result<Decision> {
        let mut desk = Desk::new(self.rules_of(id)?, messages);
        loop {
            let (names, spans) = (desk.names(), desk.spans());
            if names.is_empty() && spans.is_empty() {
                return desk.decide();
            }
            self.hand_in(id, index.rows(&names, &spans), &mut desk)?;
        }
    }

    /// Hands rows in.
    fn hand_in(&self, id: &DatasetId, rows: HashSet<String>, desk: &mut Desk) -> Result<()> {
        // Those that are there already may have come to matter by a name.
        let (there, wanted): (Vec<String>, Vec<String>) = rows.into_iter().partition(|row| desk.has(row));
        there.iter().for_each(|row| desk.add(row, serde_json::Value::Null));
        let table = self.live_table(id)?.table;
        let column = |role| table.column(role).unwrap_or_default().to_owned();
        let (key, tree) = (column(Role::Id), column(Role::Event));
        for some in wanted.chunks(ROWS_AT_ONCE) {
            let query = FeatureQuery {
                filter: Some(Filter::Ids(some.iter().map(|id| FeatureId::parse(id)).collect())),
                columns: Columns::These { names: vec![key.clone(), tree.clone()], geometry: false },
                limit: Some(usize::MAX - 1),
                ..FeatureQuery::default()
            };
            let asked = FeatureQuestion { query, rows_max: Some(usize::MAX - 1), ..FeatureQuestion::new(id.clone()) };
            let cancel = Cancel::default();
            let mut stream = self.feature_stream_here(Caller::Operator, asked, &cancel)?;
            while let Some(batch) = stream.batch(&cancel)? {
                for row in batch.features() {
                    let (Value::Text(name), Value::Nested(text) | Value::Text(text)) = (row.get(&key), row.get(&tree))
                    else {
                        continue;
                    };
                    desk.add(name, serde_json::from_str(text).map_err(Error::internal)?);
                }
            }
        }
        Ok(())
    }

    /// Writes what was decided as one amendment, and lets everybody know.
    fn write_decision(&self, id: &DatasetId, index: &mut Index, decision: &Decision) -> Result<()> {
        if decision.put.is_empty() && decision.gone.is_empty() {
            return Ok(());
        }
        let source = self.live_table(id)?;
        let before = self.event_sequence()?;
        let mut sequence = index.newest.max(before).max(crate::publish::now().0);
        let mut builder = BatchBuilder::new(Arc::clone(&source.schema));
        let (mut upserts, mut changes, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for packed in &decision.put {
            sequence += 1;
            let names = live::aliases(&packed.tree);
            let row = row_for(packed);
            put_row(&mut builder, (&source.schema, &source.table), &row, (packed, &names, sequence));
            if builder.is_full() {
                upserts.push(builder.finish());
            }
            rows.push((packed.id.clone(), row.time.map(|when| when.earliest), names));
            changes.push((sequence, id.clone(), packed.id.clone()));
        }
        if !builder.is_empty() {
            upserts.push(builder.finish());
        }
        let deletes = decision.gone.iter().map(|id| FeatureId::parse(id)).collect();
        self.amend(id, &Amendment { upserts, deletes, expect: Vec::new() })?;
        decision.gone.iter().for_each(|id| index.remove(id));
        rows.into_iter().for_each(|(id, time, names)| index.put(&id, time, names));
        (index.newest, index.state) = (sequence, self.live_table(id)?.entry.state().to_owned());
        self.live.tell(before, changes);
        Ok(())
    }
}

/// Up to when an agency's changes are known after these messages: no later than now, and not beyond an event that is not believed yet,
/// so that it is told again.
fn cursor(messages: &[Message], at: Instant) -> Option<Instant> {
    let newest = messages.iter().filter(|it| it.is_dated).map(|it| it.updated).max()?;
    let unsure = messages.iter().filter(|it| it.is_future && it.is_dated).map(|it| it.updated).min();
    Some(newest.min(at).min(unsure.unwrap_or(at)))
}

/// Refuses an answer with more new events than can be.
fn check_surge(messages: &[Message], index: &Index) -> Result<()> {
    let new = messages.iter().filter(|it| !index.knows(&it.id)).count();
    if new <= FEED_NEW_EVENTS_MAX {
        return Ok(());
    }
    Err(doubted(&format!(
        "The feed suddenly tells {new} new events; up to {FEED_NEW_EVENTS_MAX} at once are believed."
    )))
}

/// Refuses an answer that moves or takes back most of what was known.
fn check_plausible(decision: &Decision) -> Result<()> {
    let is_most = |some: usize| some as f64 >= SUSPICIOUS_SHARE * decision.known as f64;
    if decision.known < FEED_KNOWN_EVENTS_LEAST {
        return Ok(());
    }
    if is_most(decision.moved) {
        return Err(doubted(&format!(
            "The feed moves {} of {} known events far away.",
            decision.moved, decision.known
        )));
    }
    if is_most(decision.withdrawn) {
        return Err(doubted(&format!(
            "The feed takes back {} of {} known events.",
            decision.withdrawn, decision.known
        )));
    }
    Ok(())
}

fn doubted(what: &str) -> Error {
    Error::conflict(format!(
        "{what} Nothing of it was taken. Look at what it says; “terrane feed poll DIR ID --accept” takes it all the same."
    ))
    .at(DOUBTED)
}

/// The place of an error that says that a feed is not believed.
const DOUBTED: &str = "feed";

/// The row of an event: what is preferred of it.
fn row_for(packed: &Packed) -> EventRow<'static> {
    let mut row = row_of(&packed.tree);
    row.id = packed.id.clone().into();
    let solutions = packed.tree[KEY].as_array().map_or(&[][..], Vec::as_slice);
    let told = |name: &str| solutions.iter().filter_map(|it| Instant::parse(it[name].as_str()?).ok()).max();
    row.updated = told("updated").map(When::exactly);
    if let Some(agency) = solutions.first().and_then(|it| it["agency"].as_str()) {
        row.contributor = agency.to_owned().into();
    }
    if row.status.is_empty() {
        row.status = "preliminary".into();
    }
    if row.time.is_none() {
        row.time = last_time(solutions).map(When::exactly);
    }
    if let Some(state) = packed.state {
        row.status = state.into();
        (row.lon_deg, row.lat_deg, row.magnitude, row.depth_km) = (None, None, None, None);
    }
    row
}

/// When an event was that is not told any more.
fn last_time(solutions: &[serde_json::Value]) -> Option<Instant> {
    let versions = solutions.first()?["version"].as_array()?;
    versions.iter().rev().find_map(|version| Instant::parse(version["time"].as_str()?).ok())
}

fn put_row(
    builder: &mut BatchBuilder,
    (schema, table): (&Schema, &EventTable),
    row: &EventRow<'_>,
    (packed, names, sequence): (&Packed, &[String], i64),
) {
    if let (Some(lon), Some(lat), Some(geometry)) = (row.lon_deg, row.lat_deg, builder.geometry()) {
        let lon = if lon > 180.0 {
            lon - 360.0
        } else if lon < -180.0 {
            lon + 360.0
        } else {
            lon
        };
        geometry.point([lon, lat], None);
    }
    let (names, tree) = (joined(names), packed.tree.to_string());
    for column in &schema.columns {
        let role = table.columns().find(|(_, name)| *name == column.name).map(|(role, _)| role);
        builder.value(&match role {
            Some(Role::Aliases) => Value::Text(&names),
            Some(Role::Sequence) => Value::Int(sequence),
            Some(Role::Event) => Value::Nested(&tree),
            Some(role) => row.value(role),
            None => Value::Null,
        });
    }
    builder.end_row(FeatureId::Text(packed.id.clone()));
}

/// Whether the status of a row says that it is not to be shown among what has happened.
pub(in crate::hazard) const HIDDEN: [&str; 2] = [live::DELETED, FUTURE];

/// How many events some messages make by themselves, as rows.
pub fn decided(messages: Vec<Message>) -> usize {
    let mut desk = Desk::new(AssociationRules::default(), messages);
    let _ = (desk.names(), desk.spans());
    let put = desk.decide().map(|decision| decision.put).unwrap_or_default();
    put.iter().map(row_for).filter(|row| !row.id.is_empty()).count()
}
