//! Rows that are equal to an earlier one, and keys that come twice, by a hash of each.

use super::border::ReadyState;
use super::faults::Tally;
use foldhash::fast::FixedState;
use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher};
use terrane_model::Feature;
use terrane_model::batch::Value;
use terrane_model::limits::CHECK_HASHES_MAX;

/// The hash of what is written.
pub fn hash(write: impl FnOnce(&mut <FixedState as BuildHasher>::Hasher)) -> u64 {
    let mut hasher = FixedState::with_seed(7).build_hasher();
    write(&mut hasher);
    hasher.finish()
}

/// Hashes seen. Of more than the limit a share is kept, and what is found is then found among those.
#[derive(Default)]
pub struct Seen {
    hashes: HashSet<u64, ReadyState>,
    level: u32,
    /// Rows whose hash an earlier one had.
    pub again: Tally,
}

impl Seen {
    /// Looks at a row; tells whether an earlier one had the hash.
    pub fn see(&mut self, row: u64, hash: u64) -> bool {
        if (hash >> 32).trailing_zeros() < self.level {
            return false;
        }
        if !self.hashes.insert(hash) {
            self.again.add(row);
            return true;
        }
        while self.hashes.len() > CHECK_HASHES_MAX {
            self.level += 1;
            let level = self.level;
            self.hashes.retain(|hash| (hash >> 32).trailing_zeros() >= level);
        }
        false
    }
}

/// A hash of the geometry and all values of a row.
pub fn content(feature: &Feature<'_>) -> u64 {
    hash(|hasher| {
        if let Some(geometry) = feature.geometry() {
            hasher.write_u8(geometry.kind() as u8);
            for part in geometry.parts() {
                hasher.write_u8(part.kind() as u8);
                for (ring, heights) in part.rings().zip(part.heights()) {
                    hasher.write_usize(ring.len());
                    hasher.write(bytemuck::cast_slice(ring));
                    hasher.write(bytemuck::cast_slice(heights.unwrap_or(&[])));
                }
            }
        }
        (0..feature.batch().columns.len()).for_each(|column| value(&feature.value(column), hasher));
    })
}

fn value(value: &Value<'_>, hasher: &mut impl Hasher) {
    match value {
        Value::Null => hasher.write_u8(0),
        Value::Bool(truth) => hasher.write_u8(1 + u8::from(*truth)),
        Value::Int(number) => hasher.write_i64(*number),
        Value::Float(number) => hasher.write_u64(number.to_bits()),
        Value::Text(text) | Value::Nested(text) => bytes(text.as_bytes(), hasher),
        Value::Time(when) => {
            hasher.write_i64(when.earliest.0);
            hasher.write_i64(when.latest.0);
        }
        Value::Bytes(given) => bytes(given, hasher),
    }
}

fn bytes(given: &[u8], hasher: &mut impl Hasher) {
    hasher.write_usize(given.len());
    hasher.write(given);
}
