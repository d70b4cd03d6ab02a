//! The edges of a geometry, packed so that those near a box are found quickly; built once for a geometry that is given.

use crate::bbox::Bbox;
use geo::{GeoNum, Kernel, Orientation};
use geo_types::Coord;

/// Entries per box of the level above.
const FAN: usize = 16;

/// Straight edges in the order of their rings, so that neighbours in the list are neighbours on the ground, under boxes of
/// sixteen, of sixteen times sixteen, and so on.
#[derive(Debug, Clone, Default)]
pub(super) struct Edges {
    edges: Vec<Edge>,
    /// Boxes of runs of edges, the finest level first.
    levels: Vec<Vec<Bbox>>,
}

/// Two positions.
pub(super) type Edge = [[f64; 2]; 2];

/// Where a position is relative to an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Inside,
    Boundary,
    Outside,
}

impl Edges {
    pub(super) fn new(edges: Vec<Edge>) -> Self {
        let mut levels: Vec<Vec<Bbox>> = Vec::new();
        let mut boxes: Vec<Bbox> = edges.iter().map(|edge| Bbox::of(edge)).collect();
        while boxes.len() > FAN {
            boxes = boxes.chunks(FAN).map(|run| run.iter().fold(Bbox::EMPTY, Bbox::union)).collect();
            levels.push(boxes.clone());
        }
        Self { edges, levels }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// Whether the test holds for some edge whose box meets this one.
    pub(super) fn any_near(&self, near: &Bbox, test: &mut impl FnMut(&Edge) -> bool) -> bool {
        let top = self.levels.len();
        let entries = self.levels.last().map_or(self.edges.len(), Vec::len);
        self.any_of(top, 0..entries, near, test)
    }

    fn any_of(
        &self,
        level: usize,
        run: std::ops::Range<usize>,
        near: &Bbox,
        test: &mut impl FnMut(&Edge) -> bool,
    ) -> bool {
        match level.checked_sub(1) {
            None => self.edges[run].iter().any(|edge| meets(edge, near) && test(edge)),
            Some(below) => run.into_iter().any(|at| {
                let count = below.checked_sub(1).map_or(self.edges.len(), |finer| self.levels[finer].len());
                let children = at * FAN..((at + 1) * FAN).min(count);
                overlap(&self.levels[below][at], near) && self.any_of(below, children, near, test)
            }),
        }
    }

    /// Whether an edge shares a point with one of these.
    pub(super) fn cross(&self, edge: &Edge) -> bool {
        self.any_near(&Bbox::of(edge), &mut |own| share_point(own, edge))
    }

    /// Whether a position lies on one of these.
    pub(super) fn touch(&self, position: [f64; 2]) -> bool {
        self.any_near(&Bbox::of(&[position]), &mut |edge| on_edge(position, edge))
    }

    /// Where a position is relative to the area that these edges bound, by the even–odd rule.
    pub(super) fn side(&self, position: [f64; 2]) -> Side {
        let ray = Bbox { min: position, max: [f64::INFINITY, position[1]] };
        let mut inside = false;
        let on_boundary = self.any_near(&ray, &mut |edge| cast(position, edge, &mut inside));
        match (on_boundary, inside) {
            (true, _) => Side::Boundary,
            (false, true) => Side::Inside,
            (false, false) => Side::Outside,
        }
    }
}

/// Where a position is relative to the area that rings bound, by the even–odd rule.
pub(super) fn side_of_rings<'a>(position: [f64; 2], rings: impl Iterator<Item = &'a [[f64; 2]]>) -> Side {
    let mut inside = false;
    for ring in rings {
        if ring.windows(2).any(|pair| cast(position, &[pair[0], pair[1]], &mut inside)) {
            return Side::Boundary;
        }
    }
    if inside { Side::Inside } else { Side::Outside }
}

/// Turns `inside` when the ray east from the position crosses the edge; tells whether the position is on the edge.
fn cast(position: [f64; 2], edge: &Edge, inside: &mut bool) -> bool {
    let [from, to] = *edge;
    if (from[1] > position[1]) == (to[1] > position[1]) {
        return on_edge(position, edge);
    }
    let (low, high) = if from[1] < to[1] { (from, to) } else { (to, from) };
    match orientation(low, high, position) {
        Orientation::Collinear => return true,
        Orientation::CounterClockwise => *inside = !*inside,
        Orientation::Clockwise => {}
    }
    false
}

fn orientation(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> Orientation {
    let coord = |[x, y]: [f64; 2]| Coord { x, y };
    <f64 as GeoNum>::Ker::orient2d(coord(a), coord(b), coord(c))
}

fn on_edge(position: [f64; 2], edge: &Edge) -> bool {
    Bbox::of(edge).contains(position) && orientation(edge[0], edge[1], position) == Orientation::Collinear
}

/// Whether two edges share a point, ends included.
pub(super) fn share_point(one: &Edge, other: &Edge) -> bool {
    if !overlap(&Bbox::of(one), &Bbox::of(other)) {
        return false;
    }
    let sides = |edge: &Edge, of: &Edge| [orientation(edge[0], edge[1], of[0]), orientation(edge[0], edge[1], of[1])];
    let apart = |[a, b]: [Orientation; 2]| a == b && a != Orientation::Collinear;
    let flat = |[a, b]: [Orientation; 2]| a == Orientation::Collinear && b == Orientation::Collinear;
    let (a, b) = (sides(one, other), sides(other, one));
    // Two edges on one line share a point when their boxes do, which was asked above; a point edge is on no line of its own.
    if flat(a) && flat(b) { true } else { !apart(a) && !apart(b) }
}

/// Whether two boxes, neither of which crosses the antimeridian, share a point.
fn overlap(a: &Bbox, b: &Bbox) -> bool {
    a.min[0] <= b.max[0] && b.min[0] <= a.max[0] && a.min[1] <= b.max[1] && b.min[1] <= a.max[1]
}

fn meets(edge: &Edge, near: &Bbox) -> bool {
    let [[x1, y1], [x2, y2]] = *edge;
    x1.min(x2) <= near.max[0] && near.min[0] <= x1.max(x2) && y1.min(y2) <= near.max[1] && near.min[1] <= y1.max(y2)
}
