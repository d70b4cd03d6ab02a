//! Rings of a shapefile polygon, which come in one list, as areas with their holes.

/// A ring with what is needed to place it.
struct Ring {
    range: std::ops::Range<usize>,
    /// Twice the signed area; negative when clockwise.
    double_area: f64,
    min: [f64; 2],
    max: [f64; 2],
}

/// Comparisons of a hole with an outer ring that one polygon may cost; holes beyond become areas of their own.
const COMPARISONS_MAX: usize = 20_000_000;

/// The rings of each area, the outer one first, as ranges of positions.
///
/// Outer rings run clockwise, holes the other way (Esri 1998, page 9). Files that got this wrong are read as well: a hole that lies in no
/// outer ring is an area.
pub fn areas(positions: &[[f64; 2]], ranges: Vec<std::ops::Range<usize>>) -> Vec<Vec<std::ops::Range<usize>>> {
    if ranges.len() < 2 {
        return vec![ranges];
    }
    let rings: Vec<Ring> = ranges.into_iter().map(|range| measure(positions, range)).collect();
    let mut areas: Vec<(usize, Vec<std::ops::Range<usize>>)> = Vec::new();
    for (place, ring) in rings.iter().enumerate().filter(|(_, ring)| ring.double_area <= 0.0) {
        areas.push((place, vec![ring.range.clone()]));
    }
    let mut comparisons = 0;
    let outers = areas.len();
    for (place, hole) in rings.iter().enumerate().filter(|(_, ring)| ring.double_area > 0.0) {
        // Most writers put holes after their outer ring.
        let before = areas[..outers].partition_point(|(outer, _)| *outer < place);
        let nearest =
            before.checked_sub(1).filter(|_| outers == 1 || holds(&rings[areas[before - 1].0], hole, positions));
        let owner = nearest.or_else(|| {
            comparisons += outers;
            let mut candidates: Vec<usize> = match comparisons <= COMPARISONS_MAX {
                true => (0..outers).filter(|&area| holds(&rings[areas[area].0], hole, positions)).collect(),
                false => Vec::new(),
            };
            let size = |area: &usize| rings[areas[*area].0].double_area.abs();
            candidates.sort_by(|a, b| size(a).total_cmp(&size(b)));
            candidates.first().copied()
        });
        match owner {
            Some(area) => areas[area].1.push(hole.range.clone()),
            None => areas.push((place, vec![hole.range.clone()])),
        }
    }
    areas.into_iter().map(|(_, rings)| rings).collect()
}

fn measure(positions: &[[f64; 2]], range: std::ops::Range<usize>) -> Ring {
    let ring = &positions[range.clone()];
    let [x0, y0] = ring.first().copied().unwrap_or_default();
    let (mut double_area, mut min, mut max) = (0.0, [f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for pair in ring.windows(2) {
        double_area += (pair[0][0] - x0) * (pair[1][1] - y0) - (pair[1][0] - x0) * (pair[0][1] - y0);
    }
    for position in ring {
        for axis in 0..2 {
            min[axis] = min[axis].min(position[axis]);
            max[axis] = max[axis].max(position[axis]);
        }
    }
    Ring { range, double_area, min, max }
}

/// Whether a ring lies within another: its box does, and one of its first positions is inside (some may touch the border).
fn holds(outer: &Ring, hole: &Ring, positions: &[[f64; 2]]) -> bool {
    let boxed = (0..2).all(|axis| outer.min[axis] <= hole.min[axis] && hole.max[axis] <= outer.max[axis]);
    let ring = &positions[outer.range.clone()];
    boxed && positions[hole.range.clone()].iter().take(8).any(|&position| is_inside(position, ring))
}

/// Whether a ray to the right crosses the ring an odd number of times.
fn is_inside([x, y]: [f64; 2], ring: &[[f64; 2]]) -> bool {
    let crosses = |pair: &[[f64; 2]]| {
        let ([x1, y1], [x2, y2]) = (pair[0], pair[1]);
        (y1 > y) != (y2 > y) && x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
    };
    ring.windows(2).filter(|pair| crosses(pair)).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::areas;

    /// A square, clockwise as outer rings run.
    fn square(x: f64, y: f64, side: f64) -> Vec<[f64; 2]> {
        vec![[x, y], [x, y + side], [x + side, y + side], [x + side, y], [x, y]]
    }

    fn grouped(rings: &[Vec<[f64; 2]>]) -> Vec<Vec<usize>> {
        let positions: Vec<[f64; 2]> = rings.iter().flatten().copied().collect();
        let ranges = (0..rings.len()).map(|ring| ring * 5..ring * 5 + 5).collect();
        areas(&positions, ranges).iter().map(|area| area.iter().map(|range| range.start / 5).collect()).collect()
    }

    fn reversed(mut ring: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
        ring.reverse();
        ring
    }

    #[test]
    fn holes_go_to_the_smallest_ring_around_them_wherever_they_stand() {
        let (sea, island, lake) =
            (square(0.0, 0.0, 100.0), square(40.0, 40.0, 20.0), reversed(square(45.0, 45.0, 5.0)));
        let bay = reversed(square(30.0, 30.0, 40.0));
        assert_eq!(grouped(&[sea.clone(), bay.clone(), island.clone(), lake.clone()]), [vec![0, 1], vec![2, 3]]);
        assert_eq!(grouped(&[lake, bay, sea, island]), [vec![2, 1], vec![3, 0]]);
    }

    #[test]
    fn rings_that_run_the_wrong_way_are_areas() {
        assert_eq!(grouped(&[reversed(square(0.0, 0.0, 1.0)), reversed(square(5.0, 0.0, 1.0))]), [vec![0], vec![1]]);
    }
}
