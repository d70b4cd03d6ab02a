//! The tables of events of a node.

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

impl Engine {
    /// All tables of events that the caller may see, by id.
    pub fn event_sources(&self, caller: Caller) -> Vec<EventSource> {
        self.catalogue().entries(caller).filter_map(EventSource::of).collect()
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
