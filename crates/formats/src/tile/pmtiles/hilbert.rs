//! Numbers of tiles: all of zoom 0, then of zoom 1, … each along a Hilbert curve (specification, 4.1).

use crate::curve;

/// Zooms whose numbers fit.
pub const ZOOM_MAX: u8 = 26;

/// The number of a tile; `None` when there is no such tile.
pub fn number(zoom: u8, column: u64, row: u64) -> Option<u64> {
    if zoom > ZOOM_MAX || column >> zoom > 0 || row >> zoom > 0 {
        return None;
    }
    Some(before(zoom) + curve::index(zoom.into(), [column, row]))
}

/// The zoom, column and row of a number; `None` beyond the last zoom.
pub fn place(number: u64) -> Option<(u8, u64, u64)> {
    let zoom = (0..=ZOOM_MAX).find(|&zoom| number < before(zoom + 1))?;
    let mut along = number - before(zoom);
    let (mut x, mut y, mut side) = (0, 0, 1u64);
    while side < 1 << zoom {
        let right = 1 & (along / 2);
        let down = 1 & (along ^ right);
        if down == 0 {
            if right == 1 {
                (x, y) = (side - 1 - x, side - 1 - y);
            }
            (x, y) = (y, x);
        }
        (x, y) = (x + side * right, y + side * down);
        along /= 4;
        side *= 2;
    }
    Some((zoom, x, y))
}

/// Tiles of all zooms before one.
fn before(zoom: u8) -> u64 {
    ((1u64 << (2 * u32::from(zoom))) - 1) / 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_specification() {
        // The table of 4.1.
        let known = [
            ((0, 0, 0), 0),
            ((1, 0, 0), 1),
            ((1, 0, 1), 2),
            ((1, 1, 1), 3),
            ((1, 1, 0), 4),
            ((2, 0, 0), 5),
            ((12, 3423, 1763), 19_078_479),
        ];
        for ((zoom, x, y), expected) in known {
            assert_eq!(number(zoom, x, y), Some(expected));
            assert_eq!(place(expected), Some((zoom, x, y)));
        }
        assert_eq!((number(1, 2, 0), number(27, 0, 0), place(u64::MAX)), (None, None, None));
    }

    #[test]
    fn every_tile_has_its_own_number() {
        let mut seen = vec![false; 4_096];
        for (x, y) in (0..64).flat_map(|x| (0..64).map(move |y| (x, y))) {
            let number = number(6, x, y).expect("there");
            assert_eq!(place(number), Some((6, x, y)));
            seen[(number - before(6)) as usize] = true;
        }
        assert!(seen.iter().all(|seen| *seen));
    }
}
