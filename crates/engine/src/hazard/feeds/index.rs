//! Which rows of a live table have which names and times: what is looked up for each message.

use super::super::{EventQuestion, EventSource};
use crate::Engine;
use crate::caller::Caller;
use crate::pool::Cancel;
use std::collections::{BTreeSet, HashMap, HashSet};
use terrane_hazard::live::Span;
use terrane_hazard::table::Role;
use terrane_model::{Instant, Result};

/// An index of one state of a live table.
#[derive(Default)]
pub struct Index {
    /// The state.
    pub state: String,
    /// The number of its last change.
    pub newest: i64,
    rows: HashMap<String, (Option<i64>, Vec<String>)>,
    by_name: HashMap<String, BTreeSet<String>>,
    by_time: BTreeSet<(i64, String)>,
}

impl Index {
    /// Takes note of a row.
    pub fn put(&mut self, id: &str, time: Option<Instant>, names: Vec<String>) {
        self.remove(id);
        for name in &names {
            self.by_name.entry(name.clone()).or_default().insert(id.to_owned());
        }
        self.by_time.extend(time.map(|time| (time.0, id.to_owned())));
        self.rows.insert(id.to_owned(), (time.map(|time| time.0), names));
    }

    /// Forgets a row.
    pub fn remove(&mut self, id: &str) {
        let Some((time, names)) = self.rows.remove(id) else { return };
        if let Some(time) = time {
            self.by_time.remove(&(time, id.to_owned()));
        }
        for name in names {
            let Some(ids) = self.by_name.get_mut(&name) else { continue };
            ids.remove(id);
            if ids.is_empty() {
                self.by_name.remove(&name);
            }
        }
    }

    /// Whether any row has a name.
    pub fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Rows with some names or with times in some periods.
    pub fn rows(&self, names: &[String], spans: &[Span]) -> HashSet<String> {
        let named = names.iter().filter_map(|name| self.by_name.get(name)).flatten().cloned();
        let within = |(from, to): &Span| {
            // An upper end that comes before all names of its moment would leave that moment out.
            self.by_time.range((from.0, String::new())..(to.0.saturating_add(1), String::new()))
        };
        named.chain(spans.iter().flat_map(within).map(|(_, id)| id.clone())).collect()
    }
}

/// Names between bars, as a column holds them.
pub fn joined(names: &[String]) -> String {
    format!("|{}|", names.join("|"))
}

impl Engine {
    /// Reads the index of a live table.
    pub(super) fn index_of(&self, source: &EventSource) -> Result<Index> {
        let mut index = Index { state: source.entry.state().to_owned(), ..Index::default() };
        let everything = EventQuestion { with_withdrawn: true, ..EventQuestion::default() };
        let roles = [Role::Id, Role::Time, Role::Aliases, Role::Sequence];
        self.each_event((Caller::Operator, &Cancel::default()), &everything, (source, &roles), |event| {
            let names = event.text(Role::Aliases).unwrap_or_default().split('|').filter(|name| !name.is_empty());
            let names = names.map(str::to_owned).collect();
            index.newest = index.newest.max(event.number(Role::Sequence).map_or(0, |number| number as i64));
            index.put(&event.id(), event.time().map(|when| when.earliest), names);
        })?;
        Ok(index)
    }
}
