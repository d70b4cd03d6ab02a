//! The tables of events of a node.

use super::question::EventQuestion;
use crate::Engine;
use crate::caller::Caller;
use crate::catalogue::Entry;
use std::sync::Arc;
use terrane_hazard::table::{EventTable, Role};
use terrane_model::{DatasetId, Error, Result, Schema};

/// A dataset that is a table of events.
#[derive(Clone)]
pub struct EventSource {
    /// The dataset.
    pub entry: Arc<Entry>,
    /// Which of its columns says what.
    pub table: Arc<EventTable>,
    /// All its columns.
    pub schema: Arc<Schema>,
}

impl EventSource {
    /// The source when an entry is a table of events.
    fn of(entry: &Arc<Entry>) -> Option<Self> {
        let (table, schema) = entry.events()?;
        Some(Self { entry: Arc::clone(entry), table: Arc::clone(table), schema: Arc::clone(schema) })
    }

    /// The name of the dataset.
    pub fn id(&self) -> &DatasetId {
        &self.entry.about().id
    }

    /// Kilometres per unit of the depth column.
    pub fn depth_unit_km(&self) -> f64 {
        let unit = self.table.column(Role::Depth).and_then(|name| self.schema.column(name)?.1.unit.as_deref());
        if unit == Some("m") { 0.001 } else { 1.0 }
    }
}

/// Whether another table of the same kind of events tells its rows again, itself or by one between them. Of tables that stand for each
/// other in a ring all are asked; a live table goes on and is never stood for.
pub fn is_stood_for(source: &EventSource, all: &[EventSource]) -> bool {
    let stands = |one: &EventSource, other: &EventSource| {
        one.table.kind == other.table.kind
            && one.id() != other.id()
            && one.entry.about().stands_for.contains(other.id())
    };
    if source.table.column(Role::Sequence).is_some() {
        return false;
    }
    let mut seen: Vec<&EventSource> = vec![source];
    let mut at = 0;
    while let Some(&one) = seen.get(at) {
        at += 1;
        let above: Vec<&EventSource> = all.iter().filter(|other| stands(other, one)).collect();
        if at > 1 && above.is_empty() {
            return true;
        }
        seen.extend(
            above.into_iter().filter(|other| seen.iter().all(|known| known.id() != other.id())).collect::<Vec<_>>(),
        );
    }
    false
}

impl Engine {
    /// All tables of events that the caller may see, by id.
    pub fn event_sources(&self, caller: Caller) -> Vec<EventSource> {
        self.catalogue().entries(caller).filter_map(EventSource::of).collect()
    }

    /// The tables that a question is put to, with their places among all of them: those that it names, else all but those that another
    /// one stands for.
    pub(super) fn asked_sources(
        &self,
        caller: Caller,
        question: &EventQuestion,
    ) -> impl Iterator<Item = (usize, EventSource)> + use<> {
        let all = self.event_sources(caller);
        // What stands for others may lack a column that a condition is about.
        let is_able = |source: &&EventSource| !question.is_particular() && question.query(source, &[]).is_some();
        let able: Vec<EventSource> = all.iter().filter(is_able).cloned().collect();
        let chosen = |source: &EventSource| question.asks(source) && !is_stood_for(source, &able);
        let chosen: Vec<(usize, EventSource)> =
            all.iter().enumerate().filter(|(_, source)| chosen(source)).map(|(at, it)| (at, it.clone())).collect();
        chosen.into_iter()
    }

    /// A table of events by the name of its dataset.
    pub fn event_source(&self, caller: Caller, id: &DatasetId) -> Result<EventSource> {
        let catalogue = self.catalogue();
        let entry = catalogue.entry(caller, id)?;
        EventSource::of(entry).ok_or_else(|| {
            let say = format!(
                "“{id}” is no table of events: that needs points, a time, and a magnitude, a VEI or a height of water."
            );
            Error::unsupported(say).at("catalog")
        })
    }
}
