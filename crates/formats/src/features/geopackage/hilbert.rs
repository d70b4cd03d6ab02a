//! Places along a Hilbert curve: rows that are near each other on the ground come near each other in the file.

use terrane_model::Bbox;

/// The number of a position along the curve of order 16 over a box. Positions outside are taken to its edge.
pub fn rank(bbox: &Bbox, position: [f64; 2]) -> u32 {
    let cell = |axis: usize| {
        let width = bbox.max[axis] - bbox.min[axis];
        let share = if width > 0.0 { (position[axis] - bbox.min[axis]) / width } else { 0.0 };
        (share.clamp(0.0, 1.0) * 65_535.0) as u32
    };
    index(cell(0), cell(1))
}

/// Position of a cell along the curve; Warren, Hacker's Delight (2012), 16-3, the classic algorithm by quadrants.
fn index(mut x: u32, mut y: u32) -> u32 {
    let mut index = 0;
    for bit in (0..16).rev() {
        let right = x >> bit & 1;
        let up = y >> bit & 1;
        index = index << 2 | (3 * right) ^ up;
        if up == 0 {
            if right == 1 {
                (x, y) = (!x, !y);
            }
            (x, y) = (y, x);
        }
    }
    index
}

#[cfg(test)]
mod tests {
    use super::{index, rank};
    use terrane_model::Bbox;

    #[test]
    fn neighbours_along_the_curve_are_neighbours_on_the_ground() {
        let mut cells: Vec<(u32, [i64; 2])> = Vec::new();
        for x in 0..64_u32 {
            for y in 0..64_u32 {
                cells.push((index(x << 10, y << 10) >> 20, [i64::from(x), i64::from(y)]));
            }
        }
        cells.sort_unstable();
        for (place, pair) in cells.windows(2).enumerate() {
            let [a, b] = [pair[0].1, pair[1].1];
            assert_eq!(pair[0].0 as usize, place, "every cell has its own place");
            assert_eq!((a[0] - b[0]).abs() + (a[1] - b[1]).abs(), 1, "{a:?} and {b:?}");
        }
    }

    #[test]
    fn positions_outside_and_boxes_without_width_do_no_harm() {
        let line = Bbox { min: [1.0, 0.0], max: [1.0, 10.0] };
        assert_eq!(rank(&line, [99.0, -5.0]), rank(&line, [1.0, 0.0]));
        assert_eq!(rank(&Bbox::EMPTY, [f64::NAN, 0.0]), rank(&Bbox::EMPTY, [0.0, 0.0]));
    }
}
