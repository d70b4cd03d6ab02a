//! Segments of one area that meet where they should not, and holes that came to lie outside, found with a grid of cells.

use super::position::Position;
use robust::{Coord, orient2d};
use terrane_model::limits::LEVEL_CHECK_STEPS_PER_SEGMENT_MAX;

/// A segment of a ring.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub(super) from: Position,
    pub(super) to: Position,
    /// The ring that it is part of.
    pub(super) ring: u32,
    /// The arc that it is made from.
    pub(super) arc: u32,
}

/// The check would take longer than the limit allows.
#[derive(Debug, PartialEq)]
pub(super) struct TooLong;

/// The segments of an area, sorted into cells; keeps its memory from area to area.
#[derive(Debug, Default)]
pub(super) struct Crossings {
    pub(super) segments: Vec<Segment>,
    grid: Grid,
    /// Segments of each cell: `entries[starts[cell]..starts[cell + 1]]`.
    starts: Vec<u32>,
    entries: Vec<u32>,
    /// The last question in which each segment was counted.
    asked: Vec<u32>,
    question: u32,
    steps_left: usize,
}

/// Segments that share one cell when there is no grid worth making.
const SEGMENTS_WITHOUT_GRID: usize = 16;

impl Crossings {
    /// Sorts [`Crossings::segments`] into cells.
    pub(super) fn sort(&mut self) -> Result<(), TooLong> {
        self.steps_left = self.segments.len().saturating_mul(LEVEL_CHECK_STEPS_PER_SEGMENT_MAX);
        self.asked.clear();
        self.asked.resize(self.segments.len(), 0);
        self.question = 0;
        self.grid = Grid::over(&self.segments);
        self.starts.clear();
        self.starts.resize(self.grid.columns * self.grid.rows + 1, 0);
        self.count()?;
        self.fill();
        Ok(())
    }

    /// Calls for every pair of segments that meet elsewhere than at a common end, some of them more than once.
    pub(super) fn pairs(&mut self, mut found: impl FnMut(&Segment, &Segment)) -> Result<(), TooLong> {
        for cell in self.starts.windows(2) {
            let inside = &self.entries[cell[0] as usize..cell[1] as usize];
            let steps = inside.len() * inside.len().saturating_sub(1) / 2;
            self.steps_left = self.steps_left.checked_sub(steps).ok_or(TooLong)?;
            for (place, &one) in inside.iter().enumerate() {
                let one = &self.segments[one as usize];
                for other in inside[place + 1..].iter().map(|&other| &self.segments[other as usize]) {
                    if meet(one, other) {
                        found(one, other);
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a position of a ring is inside the area that the other rings enclose; `None` when it lies on one of them.
    pub(super) fn is_inside(&mut self, position: Position, ring: u32) -> Result<Option<bool>, TooLong> {
        self.question += 1;
        let (row, last_column) = (self.grid.row(position[1]), self.grid.column(position[0]));
        let mut inside = false;
        for cell in row * self.grid.columns..=row * self.grid.columns + last_column {
            let segments = &self.entries[self.starts[cell] as usize..self.starts[cell + 1] as usize];
            self.steps_left = self.steps_left.checked_sub(segments.len() + 1).ok_or(TooLong)?;
            for &at in segments {
                let segment = &self.segments[at as usize];
                let asked = std::mem::replace(&mut self.asked[at as usize], self.question);
                if segment.ring == ring || asked == self.question {
                    continue;
                }
                match is_west(segment, position) {
                    None => return Ok(None),
                    Some(west) => inside ^= west,
                }
            }
        }
        Ok(Some(inside))
    }

    fn count(&mut self) -> Result<(), TooLong> {
        let mut left = self.steps_left;
        for segment in &self.segments {
            let most = left;
            let taken = self.grid.visit(segment, most, |cell| self.starts[cell] += 1);
            left = left.checked_sub(taken).ok_or(TooLong)?;
        }
        self.steps_left = left;
        Ok(())
    }

    /// Each start is first the end of its cell and moves down as the cell is filled.
    fn fill(&mut self) {
        let mut total = 0;
        for start in &mut self.starts {
            total += *start;
            *start = total;
        }
        self.entries.clear();
        self.entries.resize(total as usize, 0);
        for (at, segment) in self.segments.iter().enumerate() {
            self.grid.visit(segment, usize::MAX, |cell| {
                self.starts[cell] -= 1;
                self.entries[self.starts[cell] as usize] = at as u32;
            });
        }
    }
}

/// Whether a position has a segment to its west, at its own height; `None` when it is on it.
fn is_west(segment: &Segment, position: Position) -> Option<bool> {
    let (from, to) = (segment.from, segment.to);
    let level = from[1] == position[1] && to[1] == position[1];
    if level && (from[0] - position[0]) * (to[0] - position[0]) <= 0.0 {
        return None;
    }
    if (from[1] > position[1]) == (to[1] > position[1]) {
        return Some(false);
    }
    let side = turn(from, to, position);
    (side != 0.0).then_some((side < 0.0) == (to[1] > from[1]))
}

/// Whether two segments share more than one common end.
fn meet(one: &Segment, other: &Segment) -> bool {
    let apart = |axis: usize| {
        one.from[axis].max(one.to[axis]) < other.from[axis].min(other.to[axis])
            || other.from[axis].max(other.to[axis]) < one.from[axis].min(one.to[axis])
    };
    if apart(0) || apart(1) {
        return false;
    }
    let (a, b, c, d) = (one.from, one.to, other.from, other.to);
    match (a == c, a == d, b == c, b == d) {
        (true, _, _, true) | (_, true, true, _) => true,
        (true, ..) => fold_back(a, b, d),
        (_, true, ..) => fold_back(a, b, c),
        (_, _, true, _) => fold_back(b, a, d),
        (.., true) => fold_back(b, a, c),
        _ => turn(a, b, c) * turn(a, b, d) <= 0.0 && turn(c, d, a) * turn(c, d, b) <= 0.0,
    }
}

/// Whether two segments from one position run over each other.
fn fold_back(from: Position, one: Position, other: Position) -> bool {
    let along = (one[0] - from[0]) * (other[0] - from[0]) + (one[1] - from[1]) * (other[1] - from[1]);
    along > 0.0 && turn(from, one, other) == 0.0
}

/// Exactly 1 when the three go round counter-clockwise, −1 clockwise, 0 when they are on one line.
///
/// Source: Shewchuk 1997, "Adaptive precision floating-point arithmetic and fast robust geometric predicates".
fn turn(a: Position, b: Position, c: Position) -> f64 {
    let coord = |[x, y]: Position| Coord { x, y };
    let twice_area = orient2d(coord(a), coord(b), coord(c));
    if twice_area == 0.0 { 0.0 } else { twice_area.signum() }
}

/// Cells over the box of some segments.
#[derive(Debug, Default)]
struct Grid {
    min: Position,
    size: Position,
    columns: usize,
    rows: usize,
}

/// What rounding may do to the place of a segment, as a part of the whole box.
const SLACK: f64 = 1e-9;

impl Grid {
    /// About one cell for every two segments, as square as the box allows.
    fn over(segments: &[Segment]) -> Self {
        let mut bbox = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for [x, y] in segments.iter().map(|segment| segment.from) {
            bbox = [bbox[0].min(x), bbox[1].min(y), bbox[2].max(x), bbox[3].max(y)];
        }
        let size = [bbox[2] - bbox[0], bbox[3] - bbox[1]];
        let cells = if segments.len() <= SEGMENTS_WITHOUT_GRID { 1.0 } else { segments.len() as f64 / 2.0 };
        // Casting turns NaN into 0 and cuts what is too much.
        let columns = ((cells * size[0] / size[1]).sqrt() as usize).clamp(1, cells as usize);
        let rows = (cells as usize / columns).max(1);
        Self { min: [bbox[0], bbox[1]], size, columns, rows }
    }

    fn column(&self, x: f64) -> usize {
        (((x - self.min[0]) / self.size[0] * self.columns as f64) as usize).min(self.columns - 1)
    }

    fn row(&self, y: f64) -> usize {
        (((y - self.min[1]) / self.size[1] * self.rows as f64) as usize).min(self.rows - 1)
    }

    /// Calls for every cell that a segment may touch, until that is more than `most`; tells how many there were.
    fn visit(&self, segment: &Segment, most: usize, mut call: impl FnMut(usize)) -> usize {
        let (low, high) =
            if segment.from[1] <= segment.to[1] { (segment.from, segment.to) } else { (segment.to, segment.from) };
        let mut visited = 0;
        for row in self.row(low[1])..=self.row(high[1]) {
            let [west, east] = self.span(low, high, row);
            for column in self.column(west)..=self.column(east) {
                visited += 1;
                if visited > most {
                    return visited;
                }
                call(row * self.columns + column);
            }
        }
        visited
    }

    /// From where to where a segment, given from its lower end, is inside a row.
    fn span(&self, low: Position, high: Position, row: usize) -> Position {
        let (west, east) = (low[0].min(high[0]), low[0].max(high[0]));
        let height = self.size[1] / self.rows as f64;
        let bottom = self.min[1] + row as f64 * height - SLACK * self.size[1];
        let top = self.min[1] + (row + 1) as f64 * height + SLACK * self.size[1];
        let slope = (high[0] - low[0]) / (high[1] - low[1]);
        if (bottom <= low[1] && high[1] <= top) || !slope.is_finite() {
            return [west, east];
        }
        let at = |y: f64| low[0] + (y.clamp(low[1], high[1]) - low[1]) * slope;
        let (one, other) = (at(bottom), at(top));
        let slack = SLACK * self.size[0];
        [(one.min(other) - slack).max(west), (one.max(other) + slack).min(east)]
    }
}

#[cfg(test)]
mod tests {
    use super::{Crossings, Position, Segment};

    fn segments(rings: &[Vec<Position>]) -> Vec<Segment> {
        let edges =
            rings.iter().enumerate().flat_map(|(ring, positions)| positions.windows(2).map(move |edge| (ring, edge)));
        let segment = |(arc, (ring, edge)): (usize, (usize, &[Position]))| Segment {
            from: edge[0],
            to: edge[1],
            ring: ring as u32,
            arc: arc as u32,
        };
        edges.enumerate().map(segment).collect()
    }

    fn sorted(rings: &[Vec<Position>]) -> Crossings {
        let mut crossings = Crossings { segments: segments(rings), ..Crossings::default() };
        crossings.sort().unwrap();
        crossings
    }

    fn met(rings: &[Vec<Position>]) -> Vec<[u32; 2]> {
        let mut pairs = Vec::new();
        sorted(rings).pairs(|one, other| pairs.push([one.arc.min(other.arc), one.arc.max(other.arc)])).unwrap();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    fn circle(centre: Position, radius: f64, corners: usize) -> Vec<Position> {
        let corner = |at: usize| {
            let angle = at as f64 / corners as f64 * std::f64::consts::TAU;
            [centre[0] + radius * angle.cos(), centre[1] + radius * angle.sin()]
        };
        (0..corners).chain([0]).map(corner).collect()
    }

    #[test]
    fn rings_in_order_meet_nowhere() {
        for corners in [3, 10, 17, 1000] {
            assert!(met(&[circle([5.0, 5.0], 2.0, corners), circle([5.0, 5.0], 0.5, corners)]).is_empty());
        }
    }

    #[test]
    fn a_bow_tie_crosses_a_spike_runs_over_itself_and_a_corner_may_not_touch_a_side() {
        assert_eq!(met(&[vec![[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0], [0.0, 0.0]]]), [[0, 2]]);
        assert_eq!(met(&[vec![[0.0, 0.0], [2.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]), [[0, 1], [0, 2]]);
        assert_eq!(
            met(&[vec![[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [2.0, 0.0], [0.0, 2.0], [0.0, 0.0]]]),
            [[0, 2], [0, 3]]
        );
        assert_eq!(met(&[vec![[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]]]), [[0, 1]]);
    }

    #[test]
    fn the_grid_finds_what_comparing_all_with_all_finds() {
        let mut seed = 1_u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 40) as f64 / 16_777_216.0
        };
        for length in [1.0, 0.2, 0.02] {
            let mut at = [0.5, 0.5];
            let walk: Vec<Position> = (0..600)
                .map(|_| {
                    at = [
                        (at[0] + (next() - 0.5) * length).clamp(0.0, 1.0),
                        (at[1] + (next() - 0.5) * length / 50.0).clamp(0.0, 1.0),
                    ];
                    at
                })
                .collect();
            let all = segments(std::slice::from_ref(&walk));
            let mut expected = Vec::new();
            for (place, one) in all.iter().enumerate() {
                let later = all[place + 1..].iter().filter(|other| super::meet(one, other));
                expected.extend(later.map(|other| [one.arc, other.arc]));
            }
            assert!(expected.len() > 50, "{}", expected.len());
            assert_eq!(met(&[walk]), expected);
        }
    }

    #[test]
    fn holes_know_whether_they_are_inside() {
        let outer = circle([0.0, 0.0], 10.0, 400);
        let mut crossings = sorted(&[outer, circle([3.0, 3.0], 1.0, 7), circle([20.0, 0.0], 1.0, 7)]);
        assert_eq!(crossings.is_inside([3.0, 2.1], 1), Ok(Some(true)));
        assert_eq!(crossings.is_inside([3.0, 3.0], 2), Ok(Some(false)), "inside the other hole");
        assert_eq!(crossings.is_inside([19.5, 0.1], 2), Ok(Some(false)));
        assert_eq!(crossings.is_inside([10.0, 0.0], 2), Ok(None));
    }

    #[test]
    fn a_heap_of_long_segments_is_given_up() {
        let comb = (0..200_000).map(|at| [f64::from(at % 2), f64::from(at) * 1e-6]).collect::<Vec<_>>();
        let mut crossings = Crossings { segments: segments(&[comb]), ..Crossings::default() };
        let given_up = crossings.sort().is_err() || crossings.pairs(|_, _| ()).is_err();
        assert!(given_up);
    }
}
