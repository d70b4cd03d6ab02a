//! The geometry of one feature of a tile: runs of positions in tile units, y downwards.

/// What the runs are, by its number in the specification (4.3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum ShapeKind {
    /// Positions.
    #[default]
    Point = 1,
    /// Lines.
    Line = 2,
    /// Rings of areas.
    Area = 3,
}

/// Runs of positions: for points one run of all of them, for lines a run each; for areas a run for each ring, without the closing
/// position. A ring whose area (by the surveyor's formula, y downwards) is positive begins an area, those that follow with a
/// negative one are its holes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// What the runs are.
    pub kind: ShapeKind,
    /// All positions.
    pub positions: Vec<[i32; 2]>,
    /// Where each run ends among them.
    pub ends: Vec<u32>,
}

impl Shape {
    /// Begins another shape in the same memory.
    pub fn begin(&mut self, kind: ShapeKind) {
        self.kind = kind;
        self.positions.clear();
        self.ends.clear();
    }

    /// Where the run being built begins.
    pub fn start(&self) -> usize {
        self.ends.last().map_or(0, |&end| end as usize)
    }

    /// Ends the run being built.
    pub fn end_run(&mut self) {
        self.ends.push(self.positions.len() as u32);
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The runs.
    pub fn runs(&self) -> impl ExactSizeIterator<Item = &[[i32; 2]]> {
        (0..self.ends.len()).map(|run| self.run(run))
    }

    /// A run by its number.
    pub fn run(&self, run: usize) -> &[[i32; 2]] {
        let start = if run == 0 { 0 } else { self.ends[run - 1] as usize };
        &self.positions[start..self.ends[run] as usize]
    }
}

/// Twice the area of a ring without closing position, by the surveyor's formula.
pub fn double_area(ring: &[[i32; 2]]) -> i64 {
    let Some(mut before) = ring.last() else { return 0 };
    let mut sum = 0;
    for position in ring {
        sum += i64::from(before[0]) * i64::from(position[1]) - i64::from(position[0]) * i64::from(before[1]);
        before = position;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_the_positions_between_ends() {
        let mut shape = Shape::default();
        shape.begin(ShapeKind::Line);
        shape.positions.extend([[0, 0], [1, 1]]);
        shape.end_run();
        assert_eq!(shape.start(), 2);
        shape.positions.extend([[5, 5], [6, 6], [7, 5]]);
        shape.end_run();
        let lengths: Vec<usize> = shape.runs().map(<[_]>::len).collect();
        assert_eq!(lengths, [2, 3]);
    }

    #[test]
    fn a_ring_that_goes_clockwise_on_the_screen_has_a_positive_area() {
        // The outer ring of the specification's example 4.3.5.6, "exterior ring", closed by its first position.
        assert_eq!(double_area(&[[0, 0], [10, 0], [10, 10], [0, 10]]), 200);
        assert_eq!(double_area(&[[13, 13], [13, 17], [17, 17], [17, 13]]), -32);
        assert_eq!(double_area(&[]), 0);
    }
}
