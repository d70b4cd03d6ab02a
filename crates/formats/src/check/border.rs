//! Borders between areas, counted exactly: an edge that two neighbours share occurs twice, once in each direction.

use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use terrane_model::limits::COVERAGE_EDGES_MAX;

/// A hash that is there already.
#[derive(Default, Clone, Copy)]
pub struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Builds [`Ready`].
#[derive(Default, Clone, Copy)]
pub struct ReadyState;

impl BuildHasher for ReadyState {
    type Hasher = Ready;
    fn build_hasher(&self) -> Ready {
        Ready(0)
    }
}

#[derive(Clone, Copy, Default)]
struct Count {
    forward: u16,
    backward: u16,
    length: f32,
}

/// Edges met so far. When there are more than the limit, a share of them is kept, chosen by their hash, so that both sides of a
/// border are kept or none.
#[derive(Default)]
pub struct Borders {
    counts: HashMap<u64, Count, ReadyState>,
    /// One edge in 2 to the power of this is kept: bits that the table does not use for its own order decide.
    level: u32,
}

impl Borders {
    /// Counts the edges of a ring.
    pub fn add(&mut self, ring: &[[f64; 2]]) {
        for pair in ring.windows(2) {
            let (a, b) = (plain(pair[0]), plain(pair[1]));
            if a == b {
                continue;
            }
            let forward = a < b;
            let hash = hash_of(if forward { [a, b] } else { [b, a] });
            if self.is_kept(hash) {
                let count = self.counts.entry(hash).or_default();
                let side = if forward { &mut count.forward } else { &mut count.backward };
                *side = side.saturating_add(1);
                count.length = (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]) as f32;
            }
        }
        while self.counts.len() > COVERAGE_EDGES_MAX {
            self.level += 1;
            let level = self.level;
            self.counts.retain(|hash, _| (hash >> 32).trailing_zeros() >= level);
        }
    }

    fn is_kept(&self, hash: u64) -> bool {
        (hash >> 32).trailing_zeros() >= self.level
    }

    /// The share of the length of all borders that two areas have in common exactly, and of which one edge in so many was counted.
    pub fn shared(&self) -> (f64, u64) {
        let (mut all, mut shared) = (0.0, 0.0);
        for count in self.counts.values() {
            all += f64::from(count.length);
            if count.forward == 1 && count.backward == 1 {
                shared += f64::from(count.length);
            }
        }
        (if all > 0.0 { shared / all } else { 0.0 }, 1 << self.level)
    }
}

/// The bits of a position, in the order of its numbers as far as it matters here; minus zero is zero.
fn plain([x, y]: [f64; 2]) -> [u64; 2] {
    [(x + 0.0).to_bits(), (y + 0.0).to_bits()]
}

fn hash_of(ends: [[u64; 2]; 2]) -> u64 {
    let mut hasher = FixedState::with_seed(1).build_hasher();
    ends.as_flattened().iter().for_each(|bits| hasher.write_u64(*bits));
    hasher.finish()
}
