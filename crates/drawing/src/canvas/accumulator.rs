//! How much of each pixel an outline covers: the signed area to the right of every edge, summed along each row.
//!
//! An edge adds to each cell that it passes the area between it and the cell's right side, and hands the rest of its height to
//! the next cell; the running sum of a row is then the winding number times the share of the pixel that is covered. Edges
//! are always walked downward, so two areas that share a border get shares that sum to one.

use super::walk::Field;

/// Coverage being gathered, of all rows of a picture or of some.
pub struct Accumulator {
    field: Field,
    cells: Vec<f32>,
    /// The first touched cell of each row and the one past the last.
    spans: Vec<[usize; 2]>,
    rows: [usize; 2],
    line: Vec<f32>,
}

const UNTOUCHED: [usize; 2] = [usize::MAX, 0];
/// A sum that is left at the end of a row by rounding alone.
const ROUNDING: f32 = 1e-3;

impl Accumulator {
    /// Nothing gathered, for a picture of this size.
    pub fn new(width: usize, height: usize) -> Self {
        Self::of(Field::whole(width, height))
    }

    /// Nothing gathered, for some rows.
    pub fn of(field: Field) -> Self {
        let rows = field.rows.len();
        Self {
            cells: vec![0.0; (field.width + 2) * rows],
            spans: vec![UNTOUCHED; rows],
            rows: UNTOUCHED,
            line: Vec::with_capacity(field.width),
            field,
        }
    }

    /// Adds a closed run of positions, whether or not its last position repeats the first. It winds `winding` times around what it
    /// encloses, whatever way round it is given. Edges with positions that are not finite are left out.
    pub fn ring(&mut self, positions: &[[f64; 2]], winding: f32) {
        let turned = if signed_area(positions) < 0.0 { -winding } else { winding };
        self.outline(positions, turned);
    }

    /// Adds a closed run of positions whose way round matters, as in the outlines of glyphs.
    pub fn outline(&mut self, positions: &[[f64; 2]], weight: f32) {
        let Some(&last) = positions.last() else { return };
        let Self { field, cells, spans, rows, .. } = self;
        let (stride, top) = (field.width + 2, field.rows.start);
        let mut add = |row: usize, column: usize, here: f32, rest: f32| {
            let row = row - top;
            let span = &mut spans[row];
            *span = [span[0].min(column), span[1].max(column + 2)];
            *rows = [rows[0].min(row), rows[1].max(row + 1)];
            let start = row * stride + column;
            if let [cell, next] = &mut cells[start..start + 2] {
                *cell += here;
                *next += rest;
            }
        };
        let mut from = last;
        for &to in positions {
            field.edge(from, to, weight, &mut add);
            from = to;
        }
    }

    /// Hands over the coverage, 0 to 1, of each row from the first covered pixel on: row, column, run. Nothing is gathered after.
    pub fn sweep(&mut self, mut paint: impl FnMut(usize, usize, &[f32])) {
        let [top, bottom] = std::mem::replace(&mut self.rows, UNTOUCHED);
        let (width, stride) = (self.field.width, self.field.width + 2);
        for row in top..bottom {
            let [first, end] = std::mem::replace(&mut self.spans[row], UNTOUCHED);
            if first >= end {
                continue;
            }
            let cells = &mut self.cells[row * stride..][..stride];
            let inside = end.min(width);
            let mut sum = 0.0;
            self.line.clear();
            self.line.extend(cells[first..inside.max(first)].iter().map(|cell| {
                sum += cell;
                f32::abs(sum).min(1.0)
            }));
            cells[first..end.min(stride)].fill(0.0);
            if sum.abs() > ROUNDING {
                self.line.resize(width.saturating_sub(first), sum.abs().min(1.0));
            }
            if !self.line.is_empty() {
                paint(row + self.field.rows.start, first, &self.line);
            }
        }
    }
}

/// Twice the area enclosed, positive when it is turned from x toward y.
pub fn signed_area(positions: &[[f64; 2]]) -> f64 {
    let Some((&[origin_x, origin_y], rest)) = positions.split_first() else { return 0.0 };
    let relative = |[x, y]: [f64; 2]| [x - origin_x, y - origin_y];
    let pairs = rest.windows(2).map(|pair| (relative(pair[0]), relative(pair[1])));
    pairs.map(|(a, b)| a[0] * b[1] - b[0] * a[1]).filter(|area| area.is_finite()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(accumulator: &mut Accumulator) -> f64 {
        let mut total = 0.0;
        accumulator.sweep(|_, _, run| total += run.iter().map(|&share| f64::from(share)).sum::<f64>());
        total
    }

    #[test]
    fn a_ring_covers_its_area_whichever_way_round() {
        let triangle = [[1.25, 2.5], [17.75, 4.0], [6.5, 18.25]];
        let expected = signed_area(&triangle).abs() / 2.0;
        let mut accumulator = Accumulator::new(20, 20);
        for ring in [triangle.to_vec(), triangle.iter().rev().copied().collect()] {
            accumulator.ring(&ring, 1.0);
            let covered = area(&mut accumulator);
            assert!((covered - expected).abs() < 1e-3, "{covered} {expected}");
        }
        assert_eq!(area(&mut accumulator), 0.0, "a sweep leaves nothing");
    }

    #[test]
    fn what_lies_outside_is_cut_away() {
        let far = [[-1e9, -1e9], [1e9, -1e9], [1e9, 1e9], [-1e9, 1e9]];
        let mut accumulator = Accumulator::new(7, 5);
        accumulator.ring(&far, 1.0);
        assert_eq!(area(&mut accumulator), 35.0);
        accumulator.ring(&[[-5.0, -5.0], [3.5, -5.0], [3.5, 9.0], [-5.0, 9.0]], 1.0);
        assert!((area(&mut accumulator) - 17.5).abs() < 1e-4);
        accumulator.ring(&[[8.0, 0.0], [9.0, 0.0], [9.0, 5.0]], 1.0);
        assert_eq!(area(&mut accumulator), 0.0);
    }

    #[test]
    fn a_slanted_half_plane_is_cut_at_both_sides() {
        // Below the line from (-10, 0) to (20, 6) and above y = 10, x from -10 to 20, in a picture of 10 × 10.
        let mut accumulator = Accumulator::new(10, 10);
        accumulator.ring(&[[-10.0, 0.0], [20.0, 6.0], [20.0, 10.0], [-10.0, 10.0]], 1.0);
        let covered = area(&mut accumulator);
        assert!((covered - (100.0 - 30.0)).abs() < 1e-3, "{covered}");
    }

    #[test]
    fn a_hole_is_taken_out_and_an_overlap_counts_once() {
        let square = |low: f64, high: f64| [[low, low], [high, low], [high, high], [low, high]];
        let mut accumulator = Accumulator::new(12, 12);
        accumulator.ring(&square(1.0, 11.0), 1.0);
        accumulator.ring(&square(3.0, 6.0), -1.0);
        assert!((area(&mut accumulator) - 91.0).abs() < 1e-3);
        accumulator.ring(&square(1.0, 7.0), 1.0);
        accumulator.ring(&square(4.0, 10.0), 1.0);
        assert!((area(&mut accumulator) - 63.0).abs() < 1e-3);
    }

    #[test]
    fn positions_that_are_not_numbers_do_no_harm() {
        let mut accumulator = Accumulator::new(4, 4);
        let hostile = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e308, -1e308, 0.0, 2.0, 4.0];
        for a in hostile {
            for b in hostile {
                accumulator.ring(&[[a, b], [1.0, 1.0], [b, a], [3.0, b]], 1.0);
                accumulator.sweep(|row, column, run| {
                    assert!(row < 4 && column + run.len() <= 4);
                    assert!(run.iter().all(|share| (0.0..=1.0).contains(share)));
                });
            }
        }
    }
}
