//! The Hilbert curve: cells that follow each other along it are neighbours.

/// The number of a cell along the curve through a square of 2ⁿ cells a side, `order` being n, at most 32; Warren, Hacker's Delight
/// (2012), 16-3, the classic algorithm by quadrants.
pub fn index(order: u32, [mut x, mut y]: [u64; 2]) -> u64 {
    let mut index = 0;
    for bit in (0..order).rev() {
        let right = x >> bit & 1;
        let up = y >> bit & 1;
        index = index << 2 | (3 * right) ^ up;
        // The part of the curve in a quarter is turned so that its ends meet those of its neighbours.
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
    use super::index;

    #[test]
    fn neighbours_along_the_curve_are_neighbours_on_the_ground() {
        let mut cells: Vec<(u64, [i64; 2])> = Vec::new();
        for x in 0..64_u64 {
            for y in 0..64_u64 {
                cells.push((index(16, [x << 10, y << 10]) >> 20, [x as i64, y as i64]));
            }
        }
        cells.sort_unstable();
        for (place, pair) in cells.windows(2).enumerate() {
            let [a, b] = [pair[0].1, pair[1].1];
            assert_eq!(pair[0].0 as usize, place, "every cell has its own place");
            assert_eq!((a[0] - b[0]).abs() + (a[1] - b[1]).abs(), 1, "{a:?} and {b:?}");
        }
    }
}
