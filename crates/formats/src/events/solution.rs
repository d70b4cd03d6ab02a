//! Pieces of trees that readers of several formats make.

use serde_json::{Map, Value, json};

/// `{value, uncertainty}`; null without a value.
pub fn quantity(value: Option<f64>, uncertainty: Option<f64>) -> Value {
    match (value, uncertainty) {
        (None, _) => Value::Null,
        (Some(value), None) => json!({ "value": value }),
        (Some(value), Some(uncertainty)) => json!({ "value": value, "uncertainty": uncertainty }),
    }
}

/// A tree of those members that are not null.
pub fn tree<const N: usize>(members: [(&str, Value); N]) -> Value {
    let told = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(told.map(|(name, value)| (name.to_owned(), value)).collect::<Map<String, Value>>())
}

/// A text; null when it is empty.
pub fn text(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::from(text) }
}

/// Who made something; null when nobody is known.
pub fn made(agency: &str, time: Option<String>) -> Value {
    match (agency.is_empty(), time) {
        (true, None) => Value::Null,
        (_, time) => tree([("agencyID", text(agency)), ("creationTime", time.map_or(Value::Null, Value::from))]),
    }
}

/// Kilometres as metres, without the noise of a binary fraction.
pub fn metres(km: f64) -> f64 {
    (km * 1e6).round() / 1e3
}
