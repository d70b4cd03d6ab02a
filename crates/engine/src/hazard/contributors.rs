//! Who contributed the events of a node.

use super::question::EventQuestion;
use crate::Engine;
use crate::caller::Caller;
use crate::pool::Cancel;
use std::collections::BTreeSet;
use std::sync::Arc;
use terrane_hazard::table::Role;
use terrane_model::Result;

/// Names that are listed at most.
const NAMES_MAX: usize = 10_000;

impl Engine {
    /// All contributors that the tables of events name, in order.
    pub async fn event_contributors(self: &Arc<Self>, caller: Caller) -> Result<Vec<String>> {
        let engine = Arc::clone(self);
        self.pool().run(move |cancel: &Cancel| engine.contributors_here(caller, cancel)).await
    }

    fn contributors_here(&self, caller: Caller, cancel: &Cancel) -> Result<Vec<String>> {
        let mut names: BTreeSet<String> = BTreeSet::new();
        let everything = EventQuestion::default();
        for source in self.event_sources(caller).into_iter().filter(|it| it.table.column(Role::Contributor).is_some()) {
            self.each_event((caller, cancel), &everything, (&source, &[Role::Contributor]), |event| {
                let name = event.text(Role::Contributor).filter(|name| !names.contains(*name));
                if let Some(name) = name.filter(|_| names.len() < NAMES_MAX) {
                    names.insert(name.to_owned());
                }
            })?;
        }
        Ok(names.into_iter().collect())
    }
}
