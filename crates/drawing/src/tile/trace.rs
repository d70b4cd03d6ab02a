//! Cells of a raster as areas: what hangs together by sides becomes one area with holes, valid as it is.

use std::collections::HashMap;
use terrane_formats::tile::mvt::{Shape, ShapeKind, double_area};

/// A square of cells, each of a class; 0 is no class.
#[derive(Debug)]
pub struct Cells {
    /// Cells along a side.
    pub side: usize,
    /// Row by row.
    pub classes: Vec<u32>,
}

/// To the next cell along a side: top to the right, right down, bottom to the left, left up.
const AHEAD: [[isize; 2]; 4] = [[1, 0], [0, 1], [-1, 0], [0, -1]];
/// From a cell to the neighbour beyond a side.
const BEYOND: [[isize; 2]; 4] = [[0, -1], [1, 0], [0, 1], [-1, 0]];
/// From a cell's corner to the end of a side.
const END: [[usize; 2]; 4] = [[1, 0], [1, 1], [0, 1], [0, 0]];

impl Cells {
    /// The shape of each class: `put` turns the number of a corner along an axis into units.
    pub fn shapes(&self, put: impl Fn(usize) -> i32) -> Vec<(u32, Shape)> {
        let mut shapes: Vec<(u32, Shape)> = Vec::new();
        let mut place_of: HashMap<u32, usize> = HashMap::new();
        let mut labels = vec![0_u32; self.classes.len()];
        let mut walked = vec![0_u8; self.classes.len()];
        let mut label = 0;
        for start in 0..self.classes.len() {
            let class = self.classes[start];
            if class == 0 || labels[start] != 0 {
                continue;
            }
            label += 1;
            let members = self.spread(start, label, &mut labels);
            let place = *place_of.entry(class).or_insert_with(|| {
                shapes.push((class, Shape { kind: ShapeKind::Area, ..Shape::default() }));
                shapes.len() - 1
            });
            let mut rings = Vec::new();
            for &cell in &members {
                for (side, &step) in BEYOND.iter().enumerate() {
                    if walked[cell] & 1 << side == 0 && self.label_at(&labels, cell, step) != label {
                        self.walk((cell, side), &labels, &mut walked, &mut rings);
                    }
                }
            }
            write(&rings, &put, &mut shapes[place].1);
        }
        shapes.sort_by_key(|(class, _)| *class);
        shapes
    }

    /// Gives a label to all cells of a class that hang together with one.
    fn spread(&self, start: usize, label: u32, labels: &mut [u32]) -> Vec<usize> {
        labels[start] = label;
        let mut members = vec![start];
        let mut next = 0;
        while let Some(&cell) = members.get(next) {
            next += 1;
            for step in BEYOND {
                let Some(other) = self.neighbour(cell, step) else { continue };
                if labels[other] == 0 && self.classes[other] == self.classes[start] {
                    labels[other] = label;
                    members.push(other);
                }
            }
        }
        members
    }

    fn neighbour(&self, cell: usize, [dx, dy]: [isize; 2]) -> Option<usize> {
        let x = (cell % self.side).checked_add_signed(dx).filter(|&x| x < self.side)?;
        let y = (cell / self.side).checked_add_signed(dy).filter(|&y| y < self.side)?;
        Some(y * self.side + x)
    }

    fn label_at(&self, labels: &[u32], cell: usize, step: [isize; 2]) -> u32 {
        self.neighbour(cell, step).map_or(0, |other| labels[other])
    }

    /// Walks around from a side, the cells on the right hand. Where the way comes back to a corner, what lies between is a ring.
    fn walk(&self, start: (usize, usize), labels: &[u32], walked: &mut [u8], rings: &mut Vec<Vec<[usize; 2]>>) {
        let label = labels[start.0];
        let mut path: Vec<[usize; 2]> = Vec::new();
        let mut seen: HashMap<[usize; 2], usize> = HashMap::new();
        let (mut cell, mut side) = start;
        loop {
            walked[cell] |= 1 << side;
            let corner = [cell % self.side + END[side][0], cell / self.side + END[side][1]];
            let before = side;
            (cell, side) = self.onward(cell, side, label, labels);
            if side != before {
                if let Some(&from) = seen.get(&corner) {
                    for corner in &path[from..] {
                        seen.remove(corner);
                    }
                    rings.push(path.split_off(from));
                }
                seen.insert(corner, path.len());
                path.push(corner);
            }
            if (cell, side) == start {
                break;
            }
        }
        rings.push(path);
    }

    /// The next side on the way. Cells that meet at a corner only do not hang together there.
    fn onward(&self, cell: usize, side: usize, label: u32, labels: &[u32]) -> (usize, usize) {
        let own = |step: [isize; 2]| self.neighbour(cell, step).filter(|&other| labels[other] == label);
        let ([ahead_x, ahead_y], [beyond_x, beyond_y]) = (AHEAD[side], BEYOND[side]);
        match (own(AHEAD[side]), own([ahead_x + beyond_x, ahead_y + beyond_y])) {
            (None, _) => (cell, (side + 1) % 4),
            (Some(ahead), None) => (ahead, side),
            (Some(_), Some(across)) => (across, (side + 3) % 4),
        }
    }
}

/// The rings of what hangs together: one outer ring, the others holes.
fn write(rings: &[Vec<[usize; 2]>], put: &impl Fn(usize) -> i32, shape: &mut Shape) {
    let placed = |ring: &Vec<[usize; 2]>| ring.iter().map(|corner| corner.map(put)).collect::<Vec<[i32; 2]>>();
    let (outer, holes): (Vec<_>, Vec<_>) = rings.iter().map(placed).partition(|ring| double_area(ring) > 0);
    for ring in outer.into_iter().chain(holes) {
        shape.positions.extend(ring);
        shape.end_run();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(picture: &[&str]) -> Vec<(u32, Vec<i64>)> {
        let classes = picture.iter().flat_map(|line| line.bytes().map(|byte| u32::from(byte - b'0'))).collect();
        let cells = Cells { side: picture.len(), classes };
        let all = cells.shapes(|corner| corner as i32);
        all.iter().map(|(class, shape)| (*class, shape.runs().map(|run| double_area(run) / 2).collect())).collect()
    }

    #[test]
    fn cells_that_share_sides_are_one_area_with_its_holes() {
        assert_eq!(shapes(&["111", "101", "111"]), [(1, vec![9, -1])]);
        assert_eq!(shapes(&["111", "121", "111"]), [(1, vec![9, -1]), (2, vec![1])]);
        assert_eq!(shapes(&["110", "010", "001"]), [(1, vec![3, 1])]);
    }

    #[test]
    fn a_ring_that_would_touch_itself_is_an_outer_ring_and_a_hole() {
        assert_eq!(shapes(&["1110", "1011", "1101", "0111"]), [(1, vec![14, -1, -1])]);
        assert_eq!(shapes(&["111", "101", "110"]), [(1, vec![8, -1])]);
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(shapes(&["00", "00"]), []);
    }
}
