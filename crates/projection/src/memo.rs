//! Remembers what a pure but slow function said.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{LazyLock, PoisonError, RwLock};
use terrane_model::Result;

/// Answers kept; when there are more, all are forgotten, for a program that uses as many CRSs is being attacked.
const ANSWERS_MAX: usize = 2_048;

/// Answers by question.
pub(crate) struct Memo<K, V>(LazyLock<RwLock<HashMap<K, V>>>);

impl<K: Eq + Hash + Clone, V: Clone> Memo<K, V> {
    pub const fn new() -> Self {
        Self(LazyLock::new(RwLock::default))
    }

    /// The answer remembered, else the one that `work` finds. Errors are not remembered.
    pub fn get_or_try(&self, key: &K, work: impl FnOnce() -> Result<V>) -> Result<V> {
        if let Some(value) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Ok(value.clone());
        }
        let value = work()?;
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= ANSWERS_MAX {
            map.clear();
        }
        map.insert(key.clone(), value.clone());
        Ok(value)
    }
}
