//! What identifies a row: the value of a declared key column, else a hash of its content.

use crate::batch::{Feature, Value};
use std::fmt;

/// The identity of a feature within its dataset. Ordered: numbers before texts, each in their own order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeatureId {
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
}

impl FeatureId {
    /// From the spelling in an address: digits are a number only if they print the same again.
    pub fn parse(text: &str) -> Self {
        match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => Self::Number(number),
            _ => Self::Text(text.to_owned()),
        }
    }
}

impl fmt::Display for FeatureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// A hash of geometry and values that stays the same when the same content is imported again: 16 letters and digits.
///
/// `copy` tells apart rows that are equal in everything (0 for the first).
pub fn content_id(feature: &Feature<'_>, copy: u64) -> FeatureId {
    let mut hasher = blake3::Hasher::new();
    hash_geometry(&mut hasher, feature);
    for column in 0..feature.batch().columns.len() {
        hash_value(&mut hasher, &feature.value(column));
    }
    hasher.update(&copy.to_le_bytes());
    FeatureId::Text(base32(&hasher.finalize().as_bytes()[..10]))
}

fn hash_geometry(hasher: &mut blake3::Hasher, feature: &Feature<'_>) {
    let Some(geometry) = feature.geometry() else { return };
    hasher.update(&[geometry.kind() as u8]);
    for part in geometry.parts() {
        hasher.update(b"p");
        for ring in part.rings() {
            hasher.update(b"r");
            for [x, y] in ring.iter().copied() {
                hasher.update(&(x + 0.0).to_le_bytes());
                hasher.update(&(y + 0.0).to_le_bytes());
            }
        }
    }
}

fn hash_value(hasher: &mut blake3::Hasher, value: &Value<'_>) {
    let (tag, bytes): (u8, std::borrow::Cow<'_, [u8]>) = match value {
        Value::Null => (0, Vec::new().into()),
        Value::Bool(truth) => (1, vec![u8::from(*truth)].into()),
        Value::Int(number) => (2, number.to_le_bytes().to_vec().into()),
        Value::Float(number) => (3, (number + 0.0).to_le_bytes().to_vec().into()),
        Value::Text(text) => (4, text.as_bytes().into()),
        Value::Time(when) => (5, [when.earliest.0.to_le_bytes(), when.latest.0.to_le_bytes()].concat().into()),
        Value::Bytes(bytes) => (6, (*bytes).into()),
        Value::Nested(json) => (7, json.as_bytes().into()),
    };
    hasher.update(&[tag]);
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(&bytes);
}

/// Crockford's alphabet in lower case: no letter is mistaken for a digit when read aloud.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u32, 0);
    for &byte in bytes {
        held = held << 8 | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(held >> bits & 31) as usize]));
        }
    }
    text
}
