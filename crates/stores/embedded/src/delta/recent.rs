//! States of a delta that are kept in memory: the last one, and a few that somebody may be paging through.

use super::state::DeltaState;
use std::collections::VecDeque;
use std::sync::Arc;
use terrane_model::limits::{DELTA_BYTES_MAX, DELTA_STATES_KEPT};

/// The last state and others, the one asked for longest ago first.
pub struct Recent {
    latest: Arc<DeltaState>,
    others: VecDeque<Arc<DeltaState>>,
}

impl Recent {
    /// Just one state.
    pub fn new(latest: DeltaState) -> Self {
        Self { latest: Arc::new(latest), others: VecDeque::new() }
    }

    /// The last state.
    pub fn latest(&self) -> Arc<DeltaState> {
        Arc::clone(&self.latest)
    }

    /// A state, when it is here.
    pub fn find(&mut self, sequence: u64) -> Option<Arc<DeltaState>> {
        if self.latest.sequence() == sequence {
            return Some(self.latest());
        }
        let at = self.others.iter().position(|state| state.sequence() == sequence)?;
        let state = self.others.remove(at)?;
        self.keep(Arc::clone(&state));
        Some(state)
    }

    /// Makes a state the last one.
    pub fn publish(&mut self, state: DeltaState) {
        let before = std::mem::replace(&mut self.latest, Arc::new(state));
        self.keep(before);
    }

    /// Keeps a state for a while.
    pub fn keep(&mut self, state: Arc<DeltaState>) {
        self.others.push_back(state);
        self.trim();
    }

    /// Forgets those asked for longest ago while there are too many. States share much of their memory; it is counted as if they did
    /// not.
    fn trim(&mut self) {
        let bytes = |others: &VecDeque<Arc<DeltaState>>| others.iter().map(|it| it.bytes_with_orders()).sum::<usize>();
        while self.others.len() > DELTA_STATES_KEPT || bytes(&self.others) > DELTA_BYTES_MAX {
            self.others.pop_front();
        }
    }
}
