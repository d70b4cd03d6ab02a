//! Decides what messages do to the catalogue, from the rows that they may touch.

use super::aliases;
use super::held::{Held, Key, Message};
use super::pack::{Packed, pack, unpack};
use crate::association::{AssociationRules, Hypocentre, compare};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use terrane_model::{Instant, Result};

/// A period of which all rows are wanted: those whose time is within.
pub type Span = (Instant, Instant);

/// Messages, and the rows that they may touch as far as they were handed in.
pub struct Desk {
    rules: AssociationRules,
    messages: Vec<Message>,
    rows: BTreeMap<String, Row>,
    touched: BTreeSet<String>,
    /// Names in the messages and in touched rows, and those of them that were not asked for yet.
    names: BTreeSet<String>,
    unasked: Vec<String>,
    /// Where solutions were, are and will be whose neighbours have to be thought over, in the order of time.
    frontier: Vec<(Hypocentre, String)>,
    covered: Vec<(f64, f64)>,
}

struct Row {
    tree: Value,
    held: Vec<Held>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// Events that are new or changed.
    pub put: Vec<Packed>,
    /// Names of rows that go, because their solutions are part of other events now or have another name.
    pub gone: Vec<String>,
    /// How many of the events put no row told of before.
    pub new: usize,
    /// Solutions that were known and moved by more than the rules allow between solutions of one event.
    pub moved: usize,
    /// Solutions that were known and are taken back now.
    pub withdrawn: usize,
    /// Solutions that were known and are told again, changed or not.
    pub known: usize,
    /// Messages that said something new.
    pub news: usize,
}

impl Desk {
    /// Messages of any agencies in any order.
    pub fn new(rules: AssociationRules, messages: Vec<Message>) -> Self {
        let frontier = messages.iter().filter_map(|it| Some((it.hypocentre()?, it.agency.clone()))).collect();
        let all = messages.iter().flat_map(|it| std::iter::once(&it.id).chain(&it.ids)).cloned();
        let names: BTreeSet<String> = all.collect();
        let unasked = names.iter().cloned().collect();
        let (rows, touched) = (BTreeMap::new(), BTreeSet::new());
        Self { rules, messages, rows, touched, names, unasked, frontier, covered: Vec::new() }
    }

    /// Names that were not asked for yet: all rows that have one of them are to be handed in.
    pub fn names(&mut self) -> Vec<String> {
        std::mem::take(&mut self.unasked)
    }

    /// Whether a row was handed in.
    pub fn has(&self, id: &str) -> bool {
        self.rows.contains_key(id)
    }

    /// Hands in a row.
    pub fn add(&mut self, id: &str, tree: Value) {
        if !self.has(id) {
            self.rows.insert(id.to_owned(), Row { held: unpack(&tree), tree });
        }
        let names = self.rows.get(id).map(|row| aliases(&row.tree)).unwrap_or_default();
        if names.iter().any(|name| self.names.contains(name)) {
            self.touch(id);
        }
    }

    /// Periods of which rows are wanted still; when there are none, everything that may matter is here.
    pub fn spans(&mut self) -> Vec<Span> {
        self.spread();
        let reach = 2.0 * self.rules.time_s + 1.0;
        let mut wanted: Vec<(f64, f64)> =
            self.frontier.iter().map(|(it, _)| (it.time_s - reach, it.time_s + reach)).collect();
        wanted = merged(wanted);
        let missing: Vec<(f64, f64)> = wanted
            .into_iter()
            .filter(|(from, to)| !self.covered.iter().any(|(start, end)| start <= from && to <= end))
            .collect();
        self.covered.extend(&missing);
        self.covered = merged(std::mem::take(&mut self.covered));
        missing.into_iter().map(|(from, to)| (instant(from), instant(to))).collect()
    }

    fn touch(&mut self, id: &str) {
        let Some(row) = self.rows.get(id).filter(|_| self.touched.insert(id.to_owned())) else { return };
        let places = row.held.iter().filter_map(|it| Some((it.message.hypocentre()?, it.message.agency.clone())));
        self.frontier.extend(places);
        for name in row.held.iter().flat_map(|it| std::iter::once(&it.message.id).chain(&it.message.ids)) {
            if self.names.insert(name.clone()) {
                self.unasked.push(name.clone());
            }
        }
    }

    /// Touches all rows that are near what is touched, and those near them, as far as they were handed in.
    fn spread(&mut self) {
        let mut places: Vec<(Hypocentre, &str, &str)> = Vec::new();
        for (id, row) in &self.rows {
            if !self.touched.contains(id) {
                let solutions = row.held.iter().filter_map(|it| {
                    Some((it.message.solution()?.hypocentre, it.message.agency.as_str(), id.as_str()))
                });
                places.extend(solutions);
            }
        }
        places.sort_by(|one, other| one.0.time_s.total_cmp(&other.0.time_s));
        let places: Vec<(Hypocentre, String, String)> =
            places.into_iter().map(|(place, agency, id)| (place, agency.to_owned(), id.to_owned())).collect();
        let mut next = 0;
        while let Some((from, agency)) = self.frontier.get(next).cloned() {
            next += 1;
            let start = places.partition_point(|(it, ..)| it.time_s < from.time_s - self.rules.time_s - 1.0);
            let near = places[start..].iter().take_while(|(it, ..)| it.time_s <= from.time_s + self.rules.time_s + 1.0);
            let near = near.filter(|(_, other, id)| *other != agency && !self.touched.contains(id));
            let linked: Vec<&String> =
                near.filter(|(it, ..)| compare(&from, it, &self.rules).exceeds.is_none()).map(|(.., id)| id).collect();
            linked.into_iter().for_each(|id| self.touch(id));
        }
    }

    /// What the messages do, when all that may matter was handed in. `TooLarge` when more solutions are near each other than can be
    /// thought over.
    pub fn decide(self) -> Result<Decision> {
        let mut decision = Decision::default();
        let mut solutions: BTreeMap<Key, Held> = BTreeMap::new();
        let touched = self.rows.into_iter().filter(|(id, _)| self.touched.contains(id));
        let before: BTreeMap<String, Row> = touched.collect();
        for held in before.values().flat_map(|row| &row.held) {
            solutions.insert(held.message.key(), held.clone());
        }
        let known: BTreeSet<Key> = solutions.keys().cloned().collect();
        for message in self.messages {
            decision.news += usize::from(take(&mut solutions, message, &known, (&mut decision, &self.rules)));
        }
        let after = pack(solutions, &self.rules)?;
        let names: BTreeSet<&str> = after.iter().map(|it| it.id.as_str()).collect();
        decision.gone = before.keys().filter(|id| !names.contains(id.as_str())).cloned().collect();
        let is_known = |it: &Packed| unpack(&it.tree).iter().any(|held| known.contains(&held.message.key()));
        decision.new = after.iter().filter(|it| !is_known(it)).count();
        decision.put =
            after.into_iter().filter(|it| before.get(&it.id).is_none_or(|row| row.tree != it.tree)).collect();
        Ok(decision)
    }
}

/// Takes a message; says whether it says anything new.
fn take(
    solutions: &mut BTreeMap<Key, Held>,
    message: Message,
    known: &BTreeSet<Key>,
    (decision, rules): (&mut Decision, &AssociationRules),
) -> bool {
    let key = message.key();
    let Some(held) = solutions.get_mut(&key) else {
        solutions.insert(key, Held::new(message));
        return true;
    };
    let before = (held.message.hypocentre(), held.message.is_withdrawn);
    let is_news = held.take(message);
    if known.contains(&key) {
        decision.known += 1;
        decision.withdrawn += usize::from(held.message.is_withdrawn && !before.1);
        let places = before.0.zip(held.message.hypocentre());
        let is_far = places.is_some_and(|(one, other)| {
            let plain = |it: Hypocentre| Hypocentre { magnitude: None, depth_km: None, ..it };
            compare(&plain(one), &plain(other), rules).exceeds.is_some()
        });
        decision.moved += usize::from(is_far);
    }
    is_news
}

fn merged(mut spans: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    spans.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut all: Vec<(f64, f64)> = Vec::new();
    for (from, to) in spans {
        match all.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => all.push((from, to)),
        }
    }
    all
}

fn instant(time_s: f64) -> Instant {
    Instant((time_s * 1e6).round() as i64)
}
