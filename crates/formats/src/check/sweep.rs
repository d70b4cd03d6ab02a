//! Where the segments of the rings of one geometry meet: a sweep along x over their boxes, then exact predicates.

use std::ops::Range;

/// Rings of one geometry, closed and without repeated positions.
#[derive(Debug, Default)]
pub struct Rings {
    /// All positions.
    pub xy: Vec<[f64; 2]>,
    /// Which are whose; the first ring of a part is its outer one.
    pub spans: Vec<Span>,
}

/// One ring.
#[derive(Debug, Clone)]
pub struct Span {
    /// Its positions.
    pub range: Range<usize>,
    /// The part that it belongs to.
    pub part: u32,
    /// Its box: min x, min y, max x, max y.
    pub bbox: [f64; 4],
}

impl Rings {
    /// Forgets all rings.
    pub fn clear(&mut self) {
        self.xy.clear();
        self.spans.clear();
    }

    /// The positions of a ring.
    pub fn ring(&self, ring: usize) -> &[[f64; 2]] {
        &self.xy[self.spans[ring].range.clone()]
    }

    /// Adds a ring without positions that come twice in a row; tells whether there was one. A ring that is left with fewer than
    /// four positions is added all the same.
    pub fn push(&mut self, part: u32, positions: &[[f64; 2]]) -> bool {
        let start = self.xy.len();
        for position in positions {
            if self.xy.len() == start || self.xy.last() != Some(position) {
                self.xy.push(*position);
            }
        }
        let repeated = self.xy.len() - start < positions.len();
        if self.xy.len() > start && self.xy[start] != self.xy[self.xy.len() - 1] {
            self.xy.push(self.xy[start]);
        }
        let range = start..self.xy.len();
        let bbox = bbox_of(&self.xy[range.clone()]);
        self.spans.push(Span { range, part, bbox });
        repeated
    }
}

/// The box of some positions.
pub fn bbox_of(positions: &[[f64; 2]]) -> [f64; 4] {
    let mut bbox = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for [x, y] in positions {
        bbox = [bbox[0].min(*x), bbox[1].min(*y), bbox[2].max(*x), bbox[3].max(*y)];
    }
    bbox
}

/// Whether two boxes share a point.
pub fn boxes_meet(a: &[f64; 4], b: &[f64; 4]) -> bool {
    a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
}

/// Steps that checking one geometry may still take.
#[derive(Debug, Clone, Copy)]
pub struct Work(pub u64);

impl Work {
    /// Takes steps; `false` when there are not as many left.
    pub fn spend(&mut self, steps: usize) -> bool {
        let enough = self.0 >= steps as u64;
        self.0 = self.0.saturating_sub(steps as u64);
        enough
    }
}

/// How two segments that do not follow one another meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meeting {
    /// They cross within both.
    Cross,
    /// They run along each other.
    Along,
    /// They share one point, an end of at least one of them.
    Touch([f64; 2]),
}

#[derive(Debug, Clone, Copy)]
struct Segment {
    /// The end with the lesser x.
    a: [f64; 2],
    /// The end with the greater x.
    b: [f64; 2],
    ring: u32,
    /// Its place in the ring.
    at: u32,
}

impl Segment {
    fn min(&self, axis: usize) -> f64 {
        self.a[axis].min(self.b[axis])
    }
    fn max(&self, axis: usize) -> f64 {
        self.a[axis].max(self.b[axis])
    }
}

/// Memory of a sweep, used again from row to row.
#[derive(Debug, Default)]
pub struct Scratch {
    segments: Vec<Segment>,
    active: Vec<u32>,
}

/// Tells of each meeting of two segments that do not follow one another in a ring, with their rings. `false` when the work was
/// too much.
pub fn meetings(
    rings: &Rings,
    scratch: &mut Scratch,
    work: &mut Work,
    mut found: impl FnMut(usize, usize, Meeting),
) -> bool {
    let Scratch { segments, active } = scratch;
    gather(rings, segments);
    segments.sort_unstable_by(|one, other| one.a[0].total_cmp(&other.a[0]));
    active.clear();
    for (place, segment) in segments.iter().enumerate() {
        if !work.spend(active.len() + 1) {
            return false;
        }
        let mut at = 0;
        while let Some(&other) = active.get(at) {
            let other = &segments[other as usize];
            if other.b[0] < segment.a[0] {
                active.swap_remove(at);
                continue;
            }
            at += 1;
            let apart = other.max(1) < segment.min(1) || segment.max(1) < other.min(1);
            if apart || follow(rings, segment, other) {
                continue;
            }
            if let Some(meeting) = meeting(segment, other) {
                found(segment.ring as usize, other.ring as usize, meeting);
            }
        }
        active.push(place as u32);
    }
    true
}

fn gather(rings: &Rings, segments: &mut Vec<Segment>) {
    segments.clear();
    segments.reserve_exact(rings.xy.len().saturating_sub(rings.spans.len()));
    for (ring, span) in rings.spans.iter().enumerate() {
        let pairs = rings.xy[span.range.clone()].windows(2).enumerate();
        segments.extend(pairs.map(|(at, pair)| {
            let (a, b) = if pair[0][0] <= pair[1][0] { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
            Segment { a, b, ring: ring as u32, at: at as u32 }
        }));
    }
}

/// Whether two segments follow one another in one ring.
fn follow(rings: &Rings, one: &Segment, other: &Segment) -> bool {
    let apart = one.at.abs_diff(other.at);
    one.ring == other.ring && (apart == 1 || apart as usize + 2 == rings.spans[one.ring as usize].range.len())
}

/// Which side of the line from `a` to `b` a point is on: positive on the left; exact (Shewchuk 1997).
pub fn side(a: [f64; 2], b: [f64; 2], point: [f64; 2]) -> f64 {
    let coord = |[x, y]: [f64; 2]| robust::Coord { x, y };
    robust::orient2d(coord(a), coord(b), coord(point))
}

fn meeting(p: &Segment, q: &Segment) -> Option<Meeting> {
    let (c, d) = (side(p.a, p.b, q.a), side(p.a, p.b, q.b));
    if (c > 0.0 && d > 0.0) || (c < 0.0 && d < 0.0) {
        return None;
    }
    if c == 0.0 && d == 0.0 {
        return along(p, q);
    }
    let (a, b) = (side(q.a, q.b, p.a), side(q.a, q.b, p.b));
    if (a > 0.0 && b > 0.0) || (a < 0.0 && b < 0.0) {
        return None;
    }
    // An end on the other's line, with the other's ends on both sides of its own line, is on the other segment.
    let ends = [(c, q.a), (d, q.b), (a, p.a), (b, p.b)];
    let touching = ends.into_iter().find(|(side, _)| *side == 0.0);
    Some(touching.map_or(Meeting::Cross, |(_, end)| Meeting::Touch(end)))
}

/// Two segments on one line.
fn along(p: &Segment, q: &Segment) -> Option<Meeting> {
    let axis = usize::from(p.max(1) - p.min(1) > p.b[0] - p.a[0]);
    let (from, to) = (p.min(axis).max(q.min(axis)), p.max(axis).min(q.max(axis)));
    if from < to {
        return Some(Meeting::Along);
    }
    let end = [q.a, q.b].into_iter().find(|end| end[axis] == from);
    (from == to).then_some(Meeting::Touch(end.unwrap_or(q.a)))
}

/// Whether a ring turns back on itself at any of its positions.
pub fn has_spike(ring: &[[f64; 2]]) -> bool {
    let count = ring.len().saturating_sub(1);
    (0..count).any(|at| {
        let (before, here, after) = (ring[(at + count - 1) % count], ring[at], ring[at + 1]);
        let (back, on) = ([before[0] - here[0], before[1] - here[1]], [after[0] - here[0], after[1] - here[1]]);
        back[0] * on[0] + back[1] * on[1] > 0.0 && side(before, here, after) == 0.0
    })
}

/// Errors of the products below are smaller than this share of them.
const SAFE_SHARE: f64 = 1e-12;

/// Whether the mean of its positions sees the whole of a ring, which is then certainly simple; a cheap test that most blobs pass.
pub fn is_star(ring: &[[f64; 2]]) -> bool {
    let count = ring.len().saturating_sub(1);
    if count < 3 {
        return false;
    }
    let sum = ring[1..].iter().fold([0.0, 0.0], |sum, position| [sum[0] + position[0], sum[1] + position[1]]);
    let centre = [sum[0] / count as f64, sum[1] / count as f64];
    let seen = |position: [f64; 2]| [position[0] - centre[0], position[1] - centre[1]];
    let (mut left, mut right, mut ups) = (0, 0, 0);
    let mut a = seen(ring[0]);
    for position in &ring[1..] {
        let b = seen(*position);
        let (one, other) = (a[0] * b[1], a[1] * b[0]);
        let safe = (one.abs() + other.abs()) * SAFE_SHARE;
        left += usize::from(one - other > safe);
        right += usize::from(other - one > safe);
        ups += usize::from((a[1] < 0.0) != (b[1] < 0.0));
        a = b;
    }
    // Seen all on one side, and around once: the line through the centre is crossed twice.
    (left == count || right == count) && ups == 2
}
