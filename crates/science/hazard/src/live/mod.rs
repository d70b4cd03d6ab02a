//! The live catalogue: what agencies say of events, one message at a time, as events with all their solutions.
//!
//! What the catalogue holds follows from the set of messages that came, never from their order: each agency's newest word on an event
//! is one solution, solutions near each other are associated anew whenever one of them changes, and what an agency said before is kept
//! as a version of its solution. Pure: the state is handed in as rows, and what is to be put and taken away is handed out.

mod desk;
mod held;
mod pack;

pub use desk::{Decision, Desk, Span};
pub use held::Message;
pub use pack::{KEY, Packed};

use serde_json::Value;
use terrane_model::Instant;

/// The status of an event that everybody who told it has taken back.
pub const DELETED: &str = "deleted";
/// The status of an event whose time had not come yet when it was told.
pub const FUTURE: &str = "future";

/// The names that an event's solutions have and had, from its tree.
pub fn aliases(tree: &Value) -> Vec<String> {
    let all = tree[KEY].as_array().into_iter().flatten();
    let names = all.flat_map(|it| {
        let others = it["ids"].as_array().into_iter().flatten();
        std::iter::once(&it["id"]).chain(others).filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    names
}

/// Seconds since 1970, as association counts time.
fn seconds(instant: Instant) -> f64 {
    instant.0 as f64 / 1e6
}
