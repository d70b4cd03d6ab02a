//! Feeds of events: what agencies say, put into ordinary datasets as it comes, and told on.
//!
//! A feed is a record of the ledger. What its answers do to the catalogue is decided by [`terrane_hazard::live`] and written as one
//! amendment; an answer that is taken twice, or again after a crash, changes nothing.

mod answer;
mod changes;
mod index;
mod poll;
mod read;
mod shelf;
pub mod signed;
mod target;
mod watch;

pub(super) use answer::HIDDEN;
pub use answer::{TakeOptions, Taken, decided};
pub use changes::Changes;
pub use poll::next_question;
pub use read::read_answer;
pub use watch::{EventWatch, area};

use crate::Engine;
use index::Index;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use terrane_model::limits::{STREAM_READERS_MAX, STREAM_RECENT_MAX};
use terrane_model::{DatasetId, Error, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch as tokio_watch};

/// What a node remembers of its live tables while it runs; all of it can be made again from them.
pub struct Live {
    /// Held while an answer is put into a table, so that numbers of changes come in the order in which they can be seen.
    desk: Mutex<Indexes>,
    recent: Mutex<Recent>,
    newest: tokio_watch::Sender<i64>,
    stopping: tokio_watch::Sender<bool>,
    readers: Arc<Semaphore>,
    /// Signatures of messages that came a short while ago, and when.
    signatures: Mutex<HashMap<Vec<u8>, i64>>,
}

/// What is known of each live table.
type Indexes = HashMap<DatasetId, Index>;

/// The last changes, so that whoever is nearly up to date need not search the tables.
#[derive(Default)]
struct Recent {
    /// Number, table and event of each, in order.
    changes: VecDeque<(i64, DatasetId, String)>,
    /// All changes after this one are here; nothing is known before the first.
    since: Option<i64>,
}

impl Default for Live {
    fn default() -> Self {
        let (newest, _) = tokio_watch::channel(0);
        let (stopping, _) = tokio_watch::channel(false);
        let readers = Arc::new(Semaphore::new(STREAM_READERS_MAX));
        Self {
            desk: Mutex::default(),
            recent: Mutex::default(),
            newest,
            stopping,
            readers,
            signatures: Mutex::default(),
        }
    }
}

impl Live {
    fn desk(&self) -> MutexGuard<'_, Indexes> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signatures(&self) -> MutexGuard<'_, HashMap<Vec<u8>, i64>> {
        self.signatures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets everybody who waits know of changes that can be seen now.
    fn tell(&self, before: i64, changes: Vec<(i64, DatasetId, String)>) {
        let newest = changes.iter().map(|(sequence, ..)| *sequence).max().unwrap_or(before);
        let mut recent = self.recent();
        recent.since.get_or_insert(before);
        recent.changes.extend(changes);
        while recent.changes.len() > STREAM_RECENT_MAX {
            recent.since = recent.changes.pop_front().map(|(sequence, ..)| sequence);
        }
        drop(recent);
        self.newest.send_replace(newest);
    }
}

/// Somebody who follows the changes, and holds a place among those who may.
pub struct Reader {
    newest: tokio_watch::Receiver<i64>,
    stopping: tokio_watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
}

impl Reader {
    /// Takes note that everything up to now is being looked at.
    pub fn look(&mut self) {
        self.newest.mark_unchanged();
    }

    /// Waits until there is something new; `false` when nothing more will be told.
    pub async fn wait(&mut self) -> bool {
        tokio::select! {
            changed = self.newest.changed() => changed.is_ok(),
            _ = self.stopping.wait_for(|stopping| *stopping) => false,
        }
    }
}

impl Engine {
    /// A place among those who follow the changes; `Busy` when there is none.
    pub fn follow_events(&self) -> Result<Reader> {
        let place = Arc::clone(&self.live.readers).try_acquire_owned();
        let full = |_| Error::busy("As many follow the changes as this node can bear; try again in a minute.");
        let (newest, stopping) = (self.live.newest.subscribe(), self.live.stopping.subscribe());
        Ok(Reader { newest, stopping, _place: place.map_err(full)? })
    }

    /// Lets everybody go who follows the changes: the program is about to end.
    pub fn stop_telling(&self) {
        self.live.stopping.send_replace(true);
    }
}
