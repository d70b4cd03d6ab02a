//! What has changed in all live tables, in one order that survives a restart.

use super::super::{EventOrder, EventPage, EventQuestion};
use super::EventWatch;
use crate::Engine;
use crate::caller::Caller;
use crate::pool::Cancel;
use std::sync::Arc;
use terrane_hazard::table::Role;
use terrane_model::limits::STREAM_CHANGES_AT_ONCE;
use terrane_model::{DatasetId, Result};
use tokio::sync::watch;

/// Changes after one, and the number of the last that was looked at: also of those that were not wanted.
pub struct Changes {
    /// The events that have changed, as they are now, the one that changed first at the front.
    pub page: EventPage,
    /// The number of the last change among them.
    pub last: i64,
    /// Whether there are more.
    pub more: bool,
}

impl Engine {
    /// Tells the number of the newest change whenever there is one.
    pub fn watch_events(&self) -> watch::Receiver<i64> {
        self.live.newest.subscribe()
    }

    /// The number of the newest change of all live tables.
    pub fn event_sequence(&self) -> Result<i64> {
        let newest = *self.live.newest.borrow();
        if newest > 0 {
            return Ok(newest);
        }
        let order = EventOrder { by: Role::Sequence, descending: true };
        let asked = EventQuestion {
            after_sequence: Some(0),
            with_withdrawn: true,
            order,
            limit: 1,
            ..EventQuestion::default()
        };
        let page = self.events_here((Caller::Operator, &Cancel::default()), &asked, &[Role::Sequence], false)?;
        let newest = page.events().next().and_then(|event| event.number(Role::Sequence)).map_or(0, |it| it as i64);
        self.live.newest.send_if_modified(|known| {
            let is_news = *known == 0 && newest > 0;
            *known = (*known).max(newest);
            is_news
        });
        Ok(newest)
    }

    /// What has changed after a change, as it is now: an event that has changed twice is told once. Events that were withdrawn, and
    /// those that are not believed yet, are among it.
    pub async fn event_changes(self: &Arc<Self>, caller: Caller, after: i64, roles: Vec<Role>) -> Result<Changes> {
        let engine = Arc::clone(self);
        self.pool().run(move |cancel: &Cancel| engine.event_changes_here(caller, after, &roles, cancel)).await
    }

    /// As [`Engine::event_changes`], for a task that runs in the pool already.
    pub fn event_changes_here(&self, caller: Caller, after: i64, roles: &[Role], cancel: &Cancel) -> Result<Changes> {
        let asked = EventQuestion {
            after_sequence: Some(after),
            with_withdrawn: true,
            order: EventOrder { by: Role::Sequence, descending: false },
            limit: STREAM_CHANGES_AT_ONCE,
            ..EventQuestion::default()
        };
        let asked = match self.recently_changed(after) {
            Some((_, ids)) if ids.is_empty() => {
                return Ok(Changes { page: EventPage::default(), last: after, more: false });
            }
            Some((catalogs, ids)) => EventQuestion { catalogs, ids, ..asked },
            None => asked,
        };
        let mut wanted = roles.to_vec();
        wanted.extend([Role::Sequence, Role::Status, Role::Aliases, Role::Event]);
        let page = self.events_here((caller, cancel), &asked, &wanted, false)?;
        let last = page.events().filter_map(|event| event.number(Role::Sequence)).map(|number| number as i64).max();
        Ok(Changes { more: page.more, last: last.unwrap_or(after), page })
    }

    /// Tables and events that have changed after a change, when that is known without searching: the first so many.
    fn recently_changed(&self, after: i64) -> Option<(Vec<DatasetId>, Vec<String>)> {
        let recent = self.live.recent();
        recent.since.filter(|since| *since <= after)?;
        let start = recent.changes.partition_point(|(sequence, ..)| *sequence <= after);
        let some = recent.changes.range(start..).take(2 * STREAM_CHANGES_AT_ONCE);
        let (mut catalogs, mut ids) = (Vec::new(), Vec::new());
        for (_, catalog, id) in some {
            if !catalogs.contains(catalog) {
                catalogs.push(catalog.clone());
            }
            ids.push(id.clone());
        }
        // A table that was removed meanwhile is none that can be asked.
        catalogs.retain(|id| self.event_source(Caller::Operator, id).is_ok());
        if catalogs.is_empty() {
            ids.clear();
        }
        ids.sort();
        ids.dedup();
        Some((catalogs, ids))
    }
}

impl Changes {
    /// The changes that somebody wants to hear of.
    pub fn wanted<'a>(&'a self, watch: &'a EventWatch) -> impl Iterator<Item = super::super::Event<'a>> {
        self.page.events().filter(|event| watch.wants(event))
    }
}
