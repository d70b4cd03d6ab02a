//! The rings or lines of one part, cleaned and cut at junctions into arcs that have a direction of their own.

use super::borders::Borders;
use super::position::{Position, hash, hash_all, is_before, is_finite};
use std::ops::Range;

/// One part of a geometry; keeps its memory from part to part.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Positions of all runs. Those of a ring begin at a junction when it has one, and end with the first again.
    pub(super) positions: Vec<Position>,
    /// Rings (the outer one first) or lines.
    pub(super) runs: Vec<Run>,
    /// All arcs, run by run.
    pub(super) arcs: Vec<Arc>,
    junctions: Vec<bool>,
}

/// A ring or a line.
#[derive(Debug, Clone)]
pub(super) struct Run {
    /// Its positions in the outline.
    pub(super) positions: Range<usize>,
    /// Its arcs in the outline; they follow each other and share their ends.
    pub(super) arcs: Range<usize>,
    /// Whether it has no junction: a ring that stands for itself.
    pub(super) alone: bool,
}

/// A stretch of border between two junctions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arc {
    /// Its first position in the outline.
    pub(super) first: usize,
    /// Its last position in the outline.
    pub(super) last: usize,
    /// Whether it is simplified from its last to its first position, as whoever owns it from the other side will.
    pub(super) reversed: bool,
}

impl Outline {
    pub(super) fn clear(&mut self) {
        self.positions.clear();
        self.runs.clear();
        self.arcs.clear();
    }

    /// Adds a ring, closed or not. One of fewer than three positions that differ becomes a run without arcs.
    pub(super) fn add_ring(&mut self, ring: &[Position], borders: &Borders) {
        let start = self.gather(ring);
        while self.positions.len() > start + 1 && self.positions.last() == self.positions.get(start) {
            self.positions.pop();
        }
        let alone = self.positions.len() - start < 3 || self.turn_to_its_start(start, borders);
        self.positions.extend_from_within(start..(start + 1).min(self.positions.len()));
        self.add_run(start, alone);
    }

    /// Adds a line.
    pub(super) fn add_line(&mut self, line: &[Position], borders: &Borders) {
        let start = self.gather(line);
        if self.positions.len() == start + 1 && line.len() > 1 {
            // A line that goes nowhere stays a line.
            self.positions.extend_from_within(start..);
        }
        self.find_junctions(start, borders);
        self.add_run(start, false);
    }

    /// The positions of an arc in its own direction, put into `run`.
    pub(super) fn copy_arc(&self, arc: Arc, run: &mut Vec<Position>) {
        run.clear();
        run.extend_from_slice(&self.positions[arc.first..=arc.last]);
        if arc.reversed {
            run.reverse();
        }
    }

    /// What an arc is called: the same from both sides.
    pub(super) fn key(&self, arc: Arc) -> u64 {
        let Arc { first, last, reversed } = arc;
        let ends = if reversed { [last, last - 1, first + 1, first] } else { [first, first + 1, last - 1, last] };
        hash_all(ends.map(|at| hash(self.positions[at])).into_iter().chain([(last - first) as u64]))
    }

    /// `[min x, min y, max x, max y]` of some positions.
    pub(super) fn bbox(&self, range: Range<usize>) -> [f64; 4] {
        bbox_of(&self.positions[range])
    }

    /// Adds the positions that are finite and differ from the one before; tells where they begin.
    fn gather(&mut self, run: &[Position]) -> usize {
        let start = self.positions.len();
        for &position in run.iter().filter(|&&position| is_finite(position)) {
            if self.positions.len() == start || self.positions.last() != Some(&position) {
                self.positions.push(position);
            }
        }
        start
    }

    fn find_junctions(&mut self, start: usize, borders: &Borders) {
        self.junctions.clear();
        self.junctions.extend(self.positions[start..].iter().map(|&position| borders.is_junction(hash(position))));
    }

    /// Turns a ring so that it begins at its least junction, or at its least position when it has none: true then. Wherever
    /// the ring began, the same numbers follow.
    fn turn_to_its_start(&mut self, start: usize, borders: &Borders) -> bool {
        self.find_junctions(start, borders);
        let ring = &mut self.positions[start..];
        let alone = !self.junctions.contains(&true);
        let candidates = (0..ring.len()).filter(|&at| alone || self.junctions[at]);
        let least = candidates.reduce(|least, at| if is_before(ring[at], ring[least]) { at } else { least });
        let least = least.unwrap_or_default();
        ring.rotate_left(least);
        self.junctions.rotate_left(least);
        alone
    }

    /// Cuts what was gathered since `start` into arcs.
    fn add_run(&mut self, start: usize, alone: bool) {
        let (first_arc, end) = (self.arcs.len(), self.positions.len());
        if end - start > 1 && !(alone && end - start < 4) {
            let mut first = start;
            for at in start + 1..end {
                let cut = !alone && self.junctions.get(at - start).copied().unwrap_or(true);
                if cut || at + 1 == end {
                    self.arcs.push(Arc { first, last: at, reversed: is_backwards(&self.positions[first..=at]) });
                    first = at;
                }
            }
        }
        self.runs.push(Run { positions: start..end, arcs: first_arc..self.arcs.len(), alone });
    }
}

/// The box of some positions; infinite and inverted of none.
pub(super) fn bbox_of(positions: &[Position]) -> [f64; 4] {
    let nothing = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    positions.iter().fold(nothing, |all, &[x, y]| [all[0].min(x), all[1].min(y), all[2].max(x), all[3].max(y)])
}

/// Whether a run comes first when it is read from its end: of the first pair of positions that differ, the lesser one leads.
fn is_backwards(run: &[Position]) -> bool {
    let pairs = run.iter().zip(run.iter().rev());
    let differing = pairs.take(run.len() / 2).find(|(one, other)| one != other);
    differing.is_some_and(|(&one, &other)| is_before(other, one))
}

#[cfg(test)]
mod tests {
    use super::is_backwards;

    #[test]
    fn a_run_and_its_reverse_agree_on_a_direction() {
        let runs: [&[[f64; 2]]; 4] = [
            &[[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]],
            &[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]],
            &[[3.0, 0.0], [-1.0, 0.0]],
            &[[0.0, 0.0], [5.0, 5.0], [1.0, 0.0], [5.0, 4.0], [0.0, 0.0]],
        ];
        for run in runs {
            let mut back = run.to_vec();
            back.reverse();
            assert!(is_backwards(run) != is_backwards(&back), "{run:?}");
        }
        assert!(!is_backwards(&[[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]]));
    }
}
