//! Where borders meet: the junctions of a whole dataset, found in one pass and kept in little memory.

use super::position::{Position, hash, hash_pair, is_finite};
use super::table::{NeighbourTable, TagSet};
use terrane_model::geometry::{GeometryArrays, PartRef};
use terrane_model::limits::BORDERS_MEMORY_BYTES_MAX;
use terrane_model::schema::GeometryKind;

/// Looks at every ring and line of a dataset and finds the junctions: positions that do not always have the same two
/// neighbours, and ends of lines.
///
/// About 12 bytes are kept for each position that differs from all others (8 bytes a slot, 35 to 70 % of the slots taken).
#[derive(Debug)]
pub struct BorderFinder {
    table: NeighbourTable,
    complete: bool,
    hashes: Vec<u64>,
    seen: Vec<(u64, Option<u64>)>,
}

impl Default for BorderFinder {
    fn default() -> Self {
        Self::with_room_for(0)
    }
}

impl BorderFinder {
    /// Ready for a dataset of any size.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ready for a dataset of about so many different positions: the table need not grow. In a tessellation that is half of
    /// all positions.
    pub fn with_room_for(positions: usize) -> Self {
        let table = NeighbourTable::new(positions, BORDERS_MEMORY_BYTES_MAX);
        Self { table, complete: true, hashes: Vec::new(), seen: Vec::new() }
    }

    /// Looks at some rows. Every row of the dataset must be shown, once or more often, in any order and in any batches.
    pub fn look(&mut self, arrays: &GeometryArrays) {
        let view = arrays.view();
        for geometry in (0..view.kinds.len()).filter_map(|row| view.get(row)) {
            geometry.parts().for_each(|part| self.look_at(&part));
        }
    }

    /// What was found. Only the junctions are kept, a few per cent of all positions.
    pub fn finish(self) -> Borders {
        let known = if self.complete { Known::Junctions(self.table.junctions()) } else { Known::Some(self.table) };
        Borders { known }
    }

    fn look_at(&mut self, part: &PartRef<'_>) {
        match part.kind() {
            GeometryKind::Polygon => part.rings().for_each(|ring| self.note_ring(ring)),
            GeometryKind::LineString => part.rings().for_each(|line| self.note_line(line)),
            _ => {}
        }
    }

    fn note_ring(&mut self, ring: &[Position]) {
        self.gather(ring);
        while self.hashes.len() > 1 && self.hashes.first() == self.hashes.last() {
            self.hashes.pop();
        }
        let &[first, .., last] = self.hashes.as_slice() else { return };
        self.hashes.push(first);
        let mut before = last;
        self.seen.clear();
        self.seen.extend(self.hashes.windows(2).map(|pair| {
            let entry = (pair[0], neighbours(before, pair[1]));
            before = pair[0];
            entry
        }));
        self.complete &= self.table.note(&self.seen);
    }

    fn note_line(&mut self, line: &[Position]) {
        self.gather(line);
        let &[first, .., last] = self.hashes.as_slice() else { return };
        self.seen.clear();
        self.seen.push((first, None));
        self.seen.extend(self.hashes.windows(3).map(|three| (three[1], neighbours(three[0], three[2]))));
        self.seen.push((last, None));
        self.complete &= self.table.note(&self.seen);
    }

    /// The hashes of positions that differ from the one before.
    fn gather(&mut self, run: &[Position]) {
        self.hashes.clear();
        self.hashes.extend(run.iter().filter(|&&position| is_finite(position)).map(|&position| hash(position)));
        self.hashes.dedup();
    }
}

/// The pair of neighbours; none at the tip of a spike, which is an end.
fn neighbours(before: u64, after: u64) -> Option<u64> {
    (before != after).then(|| hash_pair(before, after))
}

/// The junctions of a dataset: where borders begin and end, at every level.
#[derive(Debug)]
pub struct Borders {
    known: Known,
}

#[derive(Debug)]
enum Known {
    Junctions(TagSet),
    /// There were more positions than memory for them: those that are not known count as junctions.
    Some(NeighbourTable),
}

impl Borders {
    /// How many junctions there are; `None` when the dataset was too large to know.
    pub fn junctions(&self) -> Option<usize> {
        match &self.known {
            Known::Junctions(tags) => Some(tags.len()),
            Known::Some(_) => None,
        }
    }

    /// Bytes kept in memory.
    pub fn memory_bytes(&self) -> usize {
        match &self.known {
            Known::Junctions(tags) => tags.bytes(),
            Known::Some(table) => table.bytes(),
        }
    }

    /// Whether a position with this hash must be kept.
    pub(super) fn is_junction(&self, hash: u64) -> bool {
        match &self.known {
            Known::Junctions(tags) => tags.has(hash),
            Known::Some(table) => table.find(hash).unwrap_or(true),
        }
    }
}
