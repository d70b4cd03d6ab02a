//! Whether the rings of a shape lie in each other as they must, told cheaply; whoever is not sure asks the full check.

use terrane_formats::tile::mvt::{Shape, double_area};

/// Rings beyond which the cheap way is not cheap.
const RINGS_MAX: usize = 64;

/// Whether it is certain that every hole is in its outer ring and no two rings are in each other otherwise. No edges may meet.
pub fn is_certain(shape: &Shape) -> bool {
    if shape.ends.len() == 1 {
        return true;
    }
    if shape.ends.len() > RINGS_MAX {
        return false;
    }
    let rings: Vec<Ring<'_>> = shape.runs().map(Ring::of).collect();
    let mut outer = 0;
    for (place, ring) in rings.iter().enumerate() {
        let begin = if ring.is_outer { 0 } else { outer + 1 };
        if ring.is_outer {
            outer = place;
        } else if !ring.is_in(&rings[outer]) {
            return false;
        }
        // Outer rings keep clear of all others before them, holes of those of the same area.
        let others = rings[begin..place].iter().filter(|other| other.is_outer == ring.is_outer);
        if others.into_iter().any(|other| ring.meets_box_of(other)) {
            return false;
        }
    }
    true
}

struct Ring<'a> {
    positions: &'a [[i32; 2]],
    min: [i32; 2],
    max: [i32; 2],
    is_outer: bool,
}

impl<'a> Ring<'a> {
    fn of(positions: &'a [[i32; 2]]) -> Self {
        let least = |axis: usize| positions.iter().map(|position| position[axis]).min().unwrap_or(0);
        let most = |axis: usize| positions.iter().map(|position| position[axis]).max().unwrap_or(0);
        let is_outer = double_area(positions) > 0;
        Self { positions, min: [least(0), least(1)], max: [most(0), most(1)], is_outer }
    }

    fn meets_box_of(&self, other: &Self) -> bool {
        (0..2).all(|axis| self.min[axis] <= other.max[axis] && other.min[axis] <= self.max[axis])
    }

    /// Whether its first position is in another ring that it does not meet (crossing number; Shimrat 1962).
    fn is_in(&self, other: &Self) -> bool {
        if !self.meets_box_of(other) {
            return false;
        }
        let (Some(&at), Some(&last)) = (self.positions.first(), other.positions.last()) else { return false };
        let (mut inside, mut from) = (false, last);
        for &to in other.positions {
            if (from[1] > at[1]) != (to[1] > at[1]) {
                let side = super::ring::turn(from, to, at);
                inside ^= (side > 0) == (to[1] > from[1]);
            }
            from = to;
        }
        inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_formats::tile::mvt::ShapeKind;

    fn square(x: i32, y: i32, side: i32) -> Vec<[i32; 2]> {
        vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
    }

    fn hole(x: i32, y: i32, side: i32) -> Vec<[i32; 2]> {
        let mut ring = square(x, y, side);
        ring.reverse();
        ring
    }

    fn certain(rings: &[Vec<[i32; 2]>]) -> bool {
        let mut shape = Shape::default();
        shape.begin(ShapeKind::Area);
        for ring in rings {
            shape.positions.extend_from_slice(ring);
            shape.end_run();
        }
        is_certain(&shape)
    }

    #[test]
    fn holes_belong_into_the_ring_before_them() {
        assert!(certain(&[square(0, 0, 10), hole(1, 1, 2), hole(5, 5, 2), square(20, 20, 4), hole(21, 21, 1)]));
        assert!(!certain(&[square(0, 0, 10), hole(11, 1, 2)]), "beside");
        assert!(!certain(&[square(0, 0, 10), hole(1, 1, 6), hole(2, 2, 2)]), "in each other");
        assert!(!certain(&[square(0, 0, 10), square(1, 1, 2)]), "an area in another");
    }
}
