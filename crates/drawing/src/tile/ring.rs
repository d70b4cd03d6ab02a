//! Positions put on the grid of a tile, without repetitions, spikes and positions in the middle of straight edges.

/// Added before a fraction is cut off, so that what is cut off is always below: `floor` is a call on most machines.
const ABOVE: i32 = 1_024;

/// The multiple of `quantum` that is nearest, of units within the bounds of a tile.
#[inline]
pub fn snap(units: f64, quantum: i32) -> i32 {
    let steps = if quantum == 1 { units } else { units / f64::from(quantum) };
    ((steps + (f64::from(ABOVE) + 0.5)) as i32 - ABOVE) * quantum
}

/// Twice the area of a triangle, positive when it goes clockwise on the screen. Coordinates are those of a tile, so that it fits.
#[inline]
pub fn turn(a: [i32; 2], b: [i32; 2], c: [i32; 2]) -> i64 {
    let d = |to: [i32; 2], axis: usize| i64::from(to[axis]) - i64::from(a[axis]);
    d(b, 0) * d(c, 1) - d(c, 0) * d(b, 1)
}

/// Adds a position to the ring that begins at `start`, and takes away what it makes needless: itself twice in a row, the middle of
/// three on a line, wherever the third is.
#[inline]
pub fn add(positions: &mut Vec<[i32; 2]>, start: usize, position: [i32; 2]) {
    loop {
        match positions[start..] {
            [.., last] if last == position => return,
            [.., before, last] if turn(before, last, position) == 0 => {
                positions.pop();
            }
            _ => break,
        }
    }
    positions.push(position);
}

/// Ends the ring that begins at `start`, with the same care where its end meets its beginning. Nothing stays of a ring without area.
pub fn close(positions: &mut Vec<[i32; 2]>, start: usize) {
    let mut first = start;
    loop {
        match positions[first..] {
            [] | [_] | [_, _] => {
                positions.truncate(start);
                return;
            }
            [one, .., last] if one == last => {
                positions.pop();
            }
            [one, .., before, last] if turn(before, last, one) == 0 => {
                positions.pop();
            }
            [one, two, .., last] if turn(last, one, two) == 0 => first += 1,
            _ => break,
        }
    }
    positions.drain(start..first);
}

/// Adds a position to the line that begins at `start`: itself twice in a row and the middle of a straight stretch are left out, but
/// a line may go back on itself.
pub fn add_to_line(positions: &mut Vec<[i32; 2]>, start: usize, position: [i32; 2]) {
    match positions[start..] {
        [.., last] if last == position => return,
        [.., before, last] if turn(before, last, position) == 0 && goes_on(before, last, position) => {
            positions.pop();
        }
        _ => {}
    }
    positions.push(position);
}

fn goes_on(a: [i32; 2], b: [i32; 2], c: [i32; 2]) -> bool {
    let along = |axis: usize| (i64::from(b[axis]) - i64::from(a[axis])) * (i64::from(c[axis]) - i64::from(b[axis]));
    along(0) + along(1) > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(given: &[[i32; 2]]) -> Vec<[i32; 2]> {
        let mut positions = vec![[99, 99]];
        given.iter().for_each(|&position| add(&mut positions, 1, position));
        close(&mut positions, 1);
        positions.split_off(1)
    }

    #[test]
    fn spikes_and_straight_positions_go_wherever_they_are() {
        let square = [[0, 0], [4, 0], [4, 4], [0, 4]];
        assert_eq!(clean(&square), square);
        assert_eq!(clean(&[[0, 0], [2, 0], [4, 0], [4, 0], [4, 4], [0, 4]]), square);
        assert_eq!(clean(&[[0, 0], [4, 0], [4, 4], [0, 4], [0, 9], [0, 4], [0, 2], [0, 0]]), square);
        assert_eq!(clean(&[[0, 0], [4, 0], [9, 0], [4, 0], [4, 4], [0, 4]]), square);
        assert_eq!(clean(&[[2, 0], [4, 0], [4, 4], [0, 4], [0, 0]]), [[4, 0], [4, 4], [0, 4], [0, 0]]);
    }

    #[test]
    fn nothing_stays_of_a_ring_without_area() {
        for ring in [&[][..], &[[1, 1]], &[[1, 1], [2, 2]], &[[0, 0], [1, 1], [2, 2], [1, 1]], &[[3, 3]; 5]] {
            assert_eq!(clean(ring), [[0; 2]; 0], "{ring:?}");
        }
    }

    #[test]
    fn a_line_may_go_back_on_itself() {
        let mut line = Vec::new();
        for position in [[0, 0], [1, 0], [1, 0], [5, 0], [3, 0], [3, 3]] {
            add_to_line(&mut line, 0, position);
        }
        assert_eq!(line, [[0, 0], [5, 0], [3, 0], [3, 3]]);
    }

    #[test]
    fn positions_go_to_the_nearest_multiple() {
        assert_eq!([0.4, 0.5, -0.6, -64.2].map(|units| snap(units, 1)), [0, 1, -1, -64]);
        assert_eq!([3.0, 5.9, 6.1, -64.0].map(|units| snap(units, 4)), [4, 4, 8, -64]);
    }
}
