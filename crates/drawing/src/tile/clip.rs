//! Rings and lines cut to a square: rings after Sutherland and Hodgman 1974, lines after Liang and Barsky 1984.

/// The square, least and greatest coordinate on both axes.
pub type Square = [f64; 2];

/// Memory of the cutter of rings, kept from ring to ring.
#[derive(Debug, Default)]
pub struct Rings {
    one: Vec<[f64; 2]>,
    other: Vec<[f64; 2]>,
}

impl Rings {
    /// A ring without closing position, cut. Edges may run along the square's sides, also twice: whoever puts them on a grid looks
    /// for that.
    pub fn cut(&mut self, ring: impl Iterator<Item = [f64; 2]>, [low, high]: Square) -> &[[f64; 2]] {
        self.one.clear();
        self.one.extend(ring);
        for (axis, bound, keep_above) in [(0, low, true), (0, high, false), (1, low, true), (1, high, false)] {
            let inside =
                |position: &[f64; 2]| if keep_above { position[axis] >= bound } else { position[axis] <= bound };
            if self.one.iter().all(inside) {
                continue;
            }
            self.other.clear();
            let Some(mut from) = self.one.last().copied() else { break };
            for &to in &self.one {
                match (inside(&from), inside(&to)) {
                    (true, true) => self.other.push(to),
                    (true, false) => self.other.push(crossing(from, to, axis, bound)),
                    (false, true) => self.other.extend([crossing(from, to, axis, bound), to]),
                    (false, false) => {}
                }
                from = to;
            }
            std::mem::swap(&mut self.one, &mut self.other);
        }
        &self.one
    }
}

/// Where a segment meets a side. The same position whichever way the segment goes, so that neighbours agree on it.
fn crossing(from: [f64; 2], to: [f64; 2], axis: usize, bound: f64) -> [f64; 2] {
    let [from, to] = if from[axis] <= to[axis] { [from, to] } else { [to, from] };
    let share = ((bound - from[axis]) / (to[axis] - from[axis])).clamp(0.0, 1.0);
    let along = 1 - axis;
    let mut at = [bound; 2];
    at[along] = from[along] + share * (to[along] - from[along]);
    at
}

/// The part of a segment inside the square; nothing of one whose numbers overflow.
pub fn segment(from: [f64; 2], to: [f64; 2], [low, high]: Square) -> Option<[[f64; 2]; 2]> {
    let delta = [to[0] - from[0], to[1] - from[1]];
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for axis in 0..2 {
        for (direction, distance) in [(-delta[axis], from[axis] - low), (delta[axis], high - from[axis])] {
            if direction == 0.0 && distance < 0.0 {
                return None;
            }
            if direction < 0.0 {
                enter = enter.max(distance / direction);
            } else if direction > 0.0 {
                leave = leave.min(distance / direction);
            }
        }
    }
    let at = |share: f64| [0, 1].map(|axis| (from[axis] + share * delta[axis]).clamp(low, high));
    let start = if enter > 0.0 { at(enter) } else { from };
    let end = if leave < 1.0 { at(leave) } else { to };
    let inside = |position: &[f64; 2]| position.iter().all(|units| (low..=high).contains(units));
    (enter <= leave && inside(&start) && inside(&end)).then_some([start, end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: Square = [0.0, 10.0];

    #[test]
    fn a_ring_around_the_square_becomes_the_square() {
        let mut rings = Rings::default();
        let around = [[-1e12, -1e12], [1e12, -1e12], [1e12, 1e12], [-1e12, 1e12]];
        let mut cut = rings.cut(around.into_iter(), SQUARE).to_vec();
        cut.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(cut, [[0.0, 0.0], [0.0, 10.0], [10.0, 0.0], [10.0, 10.0]]);
        assert!(rings.cut([[11.0, 0.0], [12.0, 0.0], [12.0, 5.0]].into_iter(), SQUARE).is_empty());
        assert!(rings.cut(std::iter::empty(), SQUARE).is_empty());
    }

    #[test]
    fn neighbours_are_cut_at_the_same_position() {
        let [a, b] = [[0.1, 9.7], [0.3 + 1.0 / 3.0, 10.9]];
        assert_eq!(crossing(a, b, 1, 10.0), crossing(b, a, 1, 10.0));
    }

    #[test]
    fn a_segment_keeps_what_is_inside() {
        assert_eq!(segment([-5.0, 5.0], [15.0, 5.0], SQUARE), Some([[0.0, 5.0], [10.0, 5.0]]));
        assert_eq!(segment([-5.0, 11.0], [5.0, 11.0], SQUARE), None);
        assert_eq!(segment([5.0, 5.0], [5.0, 5.0], SQUARE), Some([[5.0, 5.0], [5.0, 5.0]]));
    }
}
