//! Open-addressing tables of 32-bit tags: what stands beside each position, and in the end only the junctions.

/// What is known of each position: 32 bits of its hash, 31 bits of the hash of its two neighbours, one bit for "junction".
///
/// Two positions that share 32 bits are taken for one and, as their neighbours differ, for a junction: harmless, one
/// position in a thousand at six million. A junction is missed when two pairs share 31 bits: one in two thousand million.
#[derive(Debug)]
pub(super) struct NeighbourTable {
    /// 0 where nothing is.
    slots: Vec<u64>,
    bits: u32,
    taken: usize,
    most_bits: u32,
}

/// Slots that an empty table begins with, as a power of two.
const FIRST_BITS: u32 = 10;
/// The part of all slots that may be taken, in tenths: beyond, chains grow long.
const FULL_TENTHS: usize = 7;
const JUNCTION: u64 = 1;

impl NeighbourTable {
    /// A table for about so many positions that grows to so many bytes at most.
    pub(super) fn new(positions: usize, most_bytes: usize) -> Self {
        let most_bits = (most_bytes / size_of::<u64>()).max(1 << FIRST_BITS).ilog2().min(32);
        let wanted = positions.saturating_mul(10) / FULL_TENTHS;
        let bits = wanted.max(1).next_power_of_two().ilog2().clamp(FIRST_BITS, most_bits);
        Self { slots: vec![0; 1 << bits], bits, taken: 0, most_bits }
    }

    /// Notes the neighbours of many positions, each given by its hash and that of its pair of neighbours. `None` for a pair
    /// means that the position is a junction whatever else is seen.
    ///
    /// False when there was no room for all of them; the table then knows less than it should.
    pub(super) fn note(&mut self, seen: &[(u64, Option<u64>)]) -> bool {
        let mut all = true;
        for chunk in seen.chunks(CHUNK) {
            let room = self.room_for(chunk.len());
            // The slots are read all at once first: the processor waits for memory once a chunk, not once a position.
            let mut found = [0_u64; CHUNK];
            for (found, &(hash, _)) in found.iter_mut().zip(chunk) {
                *found = self.slots[self.home(tag(hash))];
            }
            for (&found, &(hash, pair)) in found.iter().zip(chunk) {
                let entry = entry(hash, pair);
                if found != entry {
                    all &= self.put(entry, room);
                }
            }
        }
        all
    }

    /// Whether it is known, and then whether it is a junction.
    pub(super) fn find(&self, hash: u64) -> Option<bool> {
        let slot = self.slots[self.slot_of(tag(hash))];
        (slot != 0).then_some(slot & JUNCTION != 0)
    }

    /// The tags of all junctions, in a table of their own.
    pub(super) fn junctions(&self) -> TagSet {
        let tags = || self.slots.iter().filter(|&&slot| slot & JUNCTION != 0).map(|&slot| (slot >> 32) as u32);
        TagSet::new(tags().count(), tags())
    }

    /// Bytes that the slots take.
    pub(super) fn bytes(&self) -> usize {
        self.slots.len() * size_of::<u64>()
    }

    fn put(&mut self, entry: u64, room: bool) -> bool {
        let at = self.slot_of((entry >> 32) as u32);
        let slot = &mut self.slots[at];
        if *slot != 0 {
            *slot |= u64::from(*slot != entry) * JUNCTION;
        } else if room {
            *slot = entry;
            self.taken += 1;
        } else {
            return false;
        }
        true
    }

    /// The slot of a tag or the free one where it belongs; there is always a free one.
    fn slot_of(&self, tag: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = self.home(tag);
        while self.slots[at] != 0 && (self.slots[at] >> 32) as u32 != tag {
            at = (at + 1) & mask;
        }
        at
    }

    fn home(&self, tag: u32) -> usize {
        home(tag, self.bits)
    }

    /// Grows when so many more would be too many. False when it cannot.
    fn room_for(&mut self, more: usize) -> bool {
        while (self.taken + more) * 10 > self.slots.len() * FULL_TENTHS {
            if self.bits >= self.most_bits {
                return false;
            }
            self.double();
        }
        true
    }

    fn double(&mut self) {
        let old = std::mem::take(&mut self.slots);
        self.bits += 1;
        self.slots = vec![0; 1 << self.bits];
        let mask = self.slots.len() - 1;
        for entry in old.into_iter().filter(|&entry| entry != 0) {
            let mut at = self.home((entry >> 32) as u32);
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = entry;
        }
    }
}

/// Positions that are looked up together.
const CHUNK: usize = 32;

fn entry(hash: u64, pair: Option<u64>) -> u64 {
    let neighbours = pair.map_or(JUNCTION, |pair| (pair >> 32) & !JUNCTION);
    (u64::from(tag(hash)) << 32) | neighbours
}

/// The upper half of a hash; never 0, so that 0 can mean "free".
fn tag(hash: u64) -> u32 {
    ((hash >> 32) as u32).max(1)
}

fn home(tag: u32, bits: u32) -> usize {
    (u64::from(tag) >> (32 - bits)) as usize
}

/// A set of tags.
#[derive(Debug)]
pub(super) struct TagSet {
    /// 0 where nothing is.
    slots: Vec<u32>,
    bits: u32,
    count: usize,
}

impl TagSet {
    fn new(count: usize, tags: impl Iterator<Item = u32>) -> Self {
        // At most half full: most questions are answered "no" by the first slot or the one beside it.
        let bits = (count.max(4) * 2).next_power_of_two().ilog2().min(32);
        let mut slots = vec![0; 1 << bits];
        for tag in tags {
            let mut at = home(tag, bits);
            while slots[at] != 0 {
                at = (at + 1) & (slots.len() - 1);
            }
            slots[at] = tag;
        }
        Self { slots, bits, count }
    }

    /// Whether the hash of a position is in the set.
    pub(super) fn has(&self, hash: u64) -> bool {
        let tag = tag(hash);
        let mut at = home(tag, self.bits);
        while self.slots[at] != 0 {
            if self.slots[at] == tag {
                return true;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        false
    }

    /// How many tags.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Bytes that the slots take.
    pub(super) fn bytes(&self) -> usize {
        self.slots.len() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::NeighbourTable;
    use crate::display::levels::position::{hash, hash_pair};

    fn name(at: u32) -> u64 {
        hash([f64::from(at), 0.0])
    }

    fn seen(at: u32, neighbours: [u32; 2]) -> (u64, Option<u64>) {
        (name(at), Some(hash_pair(name(neighbours[0]), name(neighbours[1]))))
    }

    #[test]
    fn other_neighbours_make_a_junction_and_the_same_the_other_way_round_do_not() {
        let mut table = NeighbourTable::new(0, 1 << 20);
        assert!(table.note(&[seen(1, [0, 2]), seen(2, [1, 3]), seen(3, [2, 4]), (name(5), None)]));
        assert!(table.note(&[seen(1, [2, 0]), seen(2, [1, 9]), seen(2, [1, 3]), seen(5, [4, 6])]));
        assert_eq!(
            [1, 2, 3, 5, 7].map(|at| table.find(name(at))),
            [Some(false), Some(true), Some(false), Some(true), None]
        );
        let junctions = table.junctions();
        assert_eq!(junctions.len(), 2);
        assert_eq!([1, 2, 3, 5, 7].map(|at| junctions.has(name(at))), [false, true, false, true, false]);
    }

    #[test]
    fn a_table_that_grows_forgets_nothing() {
        let mut table = NeighbourTable::new(0, 1 << 30);
        let all: Vec<_> = (1..200_000).map(|at| seen(at, [at - 1, at + 1])).collect();
        assert!(table.note(&all) && table.note(&all));
        let found = all.iter().filter(|(hash, _)| table.find(*hash).is_some()).count();
        assert_eq!(found, all.len());
        // 200 000² / 2³³ = 5 pairs are expected to be taken for one position, and so for a junction.
        assert!(table.junctions().len() < 30, "{}", table.junctions().len());
    }

    #[test]
    fn a_table_never_takes_more_than_its_memory_and_says_so() {
        let mut table = NeighbourTable::new(1 << 30, 1 << 16);
        let all: Vec<_> = (1..20_000).map(|at| seen(at, [at - 1, at + 1])).collect();
        assert!(!table.note(&all));
        assert_eq!(table.bytes(), 1 << 16);
        assert_eq!(table.find(name(1)), Some(false));
        assert_eq!(table.find(name(19_999)), None);
        assert!(table.note(&[seen(1, [0, 9])]) && table.find(name(1)) == Some(true));
    }
}
