//! Whether edges of rings meet anywhere but at their common ends: exact, on whole numbers.

use super::ring::turn;
use terrane_formats::tile::mvt::Shape;

/// What was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// No two edges meet.
    None,
    /// Some do, or it would take too long to tell.
    Some,
}

/// An edge: its box, and its ends by their numbers among all positions.
#[derive(Debug, Clone, Copy)]
struct Edge {
    min: [i32; 2],
    max: [i32; 2],
    ends: [u32; 2],
}

/// Pairs that are looked at for each edge on average, before it would take too long.
const PAIRS_PER_EDGE: usize = 128;

/// Looks for meetings; keeps its memory from shape to shape.
#[derive(Debug, Default)]
pub struct Meetings {
    edges: Vec<Edge>,
}

impl Meetings {
    /// Whether edges of a shape of rings meet.
    pub fn look(&mut self, shape: &Shape) -> Meeting {
        if shape.ends.len() == 1 && is_star(&shape.positions) {
            return Meeting::None;
        }
        self.gather(shape);
        self.edges.sort_unstable_by_key(|edge| edge.min[0]);
        let mut left = PAIRS_PER_EDGE * self.edges.len();
        for (place, one) in self.edges.iter().enumerate() {
            for other in &self.edges[place + 1..] {
                if other.min[0] > one.max[0] {
                    break;
                }
                left = left.saturating_sub(1);
                if one.min[1] <= other.max[1] && other.min[1] <= one.max[1] && meet(one, other, &shape.positions) {
                    return Meeting::Some;
                }
            }
            if left == 0 {
                return Meeting::Some;
            }
        }
        Meeting::None
    }

    fn gather(&mut self, shape: &Shape) {
        self.edges.clear();
        let mut start = 0;
        for &end in &shape.ends {
            let mut from = end - 1;
            for to in start..end {
                let [a, b] = [from, to].map(|at| shape.positions[at as usize]);
                let min = [a[0].min(b[0]), a[1].min(b[1])];
                let max = [a[0].max(b[0]), a[1].max(b[1])];
                self.edges.push(Edge { min, max, ends: [from, to] });
                from = to;
            }
            start = end;
        }
    }
}

/// Whether two edges, whose boxes meet, have a point in common beside an end that joins them. Rings are clean, so that edges with a
/// common end do not lie on each other.
fn meet(one: &Edge, other: &Edge, positions: &[[i32; 2]]) -> bool {
    if one.ends[1] == other.ends[0] || other.ends[1] == one.ends[0] {
        return false;
    }
    let [a, b] = one.ends.map(|end| positions[end as usize]);
    let [c, d] = other.ends.map(|end| positions[end as usize]);
    let apart = |p: i64, q: i64| (p > 0 && q > 0) || (p < 0 && q < 0);
    !apart(turn(a, b, c), turn(a, b, d)) && !apart(turn(c, d, a), turn(c, d, b))
}

/// Whether all of a ring can be seen from the middle of its box: then it does not meet itself. Most areas of a map are so.
fn is_star(ring: &[[i32; 2]]) -> bool {
    let Some(&last) = ring.last() else { return true };
    let (mut min, mut max) = (last, last);
    for position in ring {
        for axis in 0..2 {
            min[axis] = min[axis].min(position[axis]);
            max[axis] = max[axis].max(position[axis]);
        }
    }
    // Doubled, so that the middle is a whole number.
    let from_middle = |position: [i32; 2]| [0, 1].map(|axis| i64::from(2 * position[axis] - min[axis] - max[axis]));
    let mut before = from_middle(last);
    let mut rounds = 0;
    for &position in ring {
        let now = from_middle(position);
        if before[0] * now[1] - now[0] * before[1] <= 0 {
            return false;
        }
        // Each edge turns by less than half a circle, so a round is one way over the ray to the right.
        rounds += i32::from(before[1] < 0 && now[1] >= 0);
        before = now;
    }
    rounds == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_formats::tile::mvt::ShapeKind;

    fn look(rings: &[&[[i32; 2]]]) -> Meeting {
        let mut shape = Shape::default();
        shape.begin(ShapeKind::Area);
        for ring in rings {
            shape.positions.extend_from_slice(ring);
            shape.end_run();
        }
        Meetings::default().look(&shape)
    }

    #[test]
    fn rings_that_touch_or_cross_themselves_are_found() {
        assert_eq!(look(&[&[[0, 0], [4, 0], [4, 4], [0, 4]]]), Meeting::None);
        assert_eq!(look(&[&[[0, 0], [4, 4], [4, 0], [0, 4]]]), Meeting::Some);
        assert_eq!(look(&[&[[0, 0], [8, 0], [8, 8], [4, 0], [0, 8]]]), Meeting::Some);
        let comb = [[0, 0], [9, 0], [9, 9], [8, 9], [8, 1], [5, 1], [5, 9], [4, 9], [4, 1], [0, 1]];
        assert_eq!(look(&[&comb]), Meeting::None);
        assert_eq!(look(&[&[[0, 0], [9, 0], [9, 9], [0, 9]], &[[0, 0], [1, 2], [2, 1]]]), Meeting::Some);
        assert_eq!(look(&[&[[0, 0], [9, 0], [9, 9], [0, 9]], &[[1, 1], [1, 2], [2, 1]]]), Meeting::None);
    }

    #[test]
    fn a_ring_that_goes_round_twice_is_no_star() {
        let once = [[4, 0], [0, 4], [-4, 0], [0, -4]];
        let twice = [[4, 0], [0, 4], [-4, 0], [0, -4], [5, 0], [0, 5], [-5, 0], [0, -5]];
        assert!(is_star(&once) && !is_star(&twice));
        assert!(!is_star(&once.map(|[x, y]| [y, x])), "the other way round");
    }
}
