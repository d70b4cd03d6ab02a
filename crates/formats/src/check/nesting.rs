//! How the rings of one geometry lie to each other when none of them cross: holes in their outer ring, parts beside each other.

use super::faults::{Fault, Faults};
use super::sweep::{Rings, Work, boxes_meet, side};
use std::collections::HashMap;

/// Points in which two rings touch.
#[derive(Debug, Default)]
pub struct Touches {
    /// Ring, ring, and the bits of the point.
    pub list: Vec<(u32, u32, [u64; 2])>,
}

impl Touches {
    /// Remembers one.
    pub fn add(&mut self, one: usize, other: usize, point: [f64; 2]) {
        // Minus zero is the same place as zero.
        let bits = [(point[0] + 0.0).to_bits(), (point[1] + 0.0).to_bits()];
        self.list.push((one.min(other) as u32, one.max(other) as u32, bits));
    }

    /// Puts them in order, which [`check`] relies on.
    pub fn sort(&mut self) {
        self.list.sort_unstable();
        self.list.dedup();
    }

    fn between(&self, one: usize, other: usize) -> bool {
        let pair = (one.min(other) as u32, one.max(other) as u32);
        self.list.binary_search_by(|&(a, b, _)| (a, b).cmp(&pair)).is_ok()
    }
}

/// Adds the faults of rings that do not cross. `false` when the work was too much.
pub fn check(rings: &Rings, touches: &Touches, work: &mut Work, faults: &mut Faults) -> bool {
    if rings.spans.len() < 2 {
        return true;
    }
    if !touches.list.is_empty() && are_disconnected(rings, touches) {
        faults.add(Fault::Disconnected);
    }
    holes_in_outer(rings, touches, work, faults) && pairs(rings, touches, work, faults)
}

/// Every hole lies within the outer ring of its part.
fn holes_in_outer(rings: &Rings, touches: &Touches, work: &mut Work, faults: &mut Faults) -> bool {
    let mut outer = 0;
    for (ring, span) in rings.spans.iter().enumerate() {
        if ring == 0 || rings.spans[outer].part != span.part {
            outer = ring;
            continue;
        }
        let thorough = touches.between(ring, outer);
        let Some((inside, outside)) = probe(rings.ring(ring), rings.ring(outer), thorough, work) else { return false };
        match (inside, outside) {
            (true, true) => faults.add(Fault::HoleCrosses),
            (_, true) => faults.add(Fault::HoleOutside),
            _ => {}
        }
    }
    true
}

/// Holes of one part, and outer rings of different parts, are not within each other.
fn pairs(rings: &Rings, touches: &Touches, work: &mut Work, faults: &mut Faults) -> bool {
    let mut order: Vec<usize> = (0..rings.spans.len()).collect();
    order.sort_unstable_by(|&a, &b| rings.spans[a].bbox[0].total_cmp(&rings.spans[b].bbox[0]));
    let mut active: Vec<usize> = Vec::new();
    for ring in order {
        let span = &rings.spans[ring];
        if !work.spend(active.len() + 1) {
            return false;
        }
        active.retain(|&other| rings.spans[other].bbox[2] >= span.bbox[0]);
        for &other in &active {
            if boxes_meet(&span.bbox, &rings.spans[other].bbox) && !pair(rings, touches, (ring, other), work, faults) {
                return false;
            }
        }
        active.push(ring);
    }
    true
}

fn pair(rings: &Rings, touches: &Touches, (one, other): (usize, usize), work: &mut Work, faults: &mut Faults) -> bool {
    let same_part = rings.spans[one].part == rings.spans[other].part;
    let is_outer = |ring: usize| ring == 0 || rings.spans[ring - 1].part != rings.spans[ring].part;
    let fault = match (same_part, is_outer(one), is_outer(other)) {
        (true, false, false) => Fault::HolesNested,
        (false, true, true) => Fault::PartsOverlap,
        _ => return true,
    };
    let thorough = touches.between(one, other);
    for (inner, outer) in [(one, other), (other, one)] {
        if !thorough && !holds(&rings.spans[outer].bbox, &rings.spans[inner].bbox) {
            continue;
        }
        let Some((inside, _)) = probe(rings.ring(inner), rings.ring(outer), thorough, work) else { return false };
        if inside && (same_part || !is_in_hole(rings, inner, outer, work)) {
            faults.add(fault);
        }
    }
    true
}

/// Whether the outer ring of a part lies within a hole of another part.
fn is_in_hole(rings: &Rings, inner: usize, outer: usize, work: &mut Work) -> bool {
    let part = rings.spans[outer].part;
    let holes = (outer + 1..rings.spans.len()).take_while(|&ring| rings.spans[ring].part == part);
    holes
        .filter(|&hole| holds(&rings.spans[hole].bbox, &rings.spans[inner].bbox))
        .any(|hole| probe(rings.ring(inner), rings.ring(hole), true, work) == Some((true, false)))
}

fn holds(outer: &[f64; 4], inner: &[f64; 4]) -> bool {
    outer[0] <= inner[0] && outer[1] <= inner[1] && inner[2] <= outer[2] && inner[3] <= outer[3]
}

/// Whether some of a ring is inside and some outside of another. The first position that is not on the border decides, unless
/// all are to be looked at, with the middles between them: rings may cross in their corners. `None` when the work was too much.
fn probe(ring: &[[f64; 2]], around: &[[f64; 2]], thorough: bool, work: &mut Work) -> Option<(bool, bool)> {
    let middles = ring.windows(2).map(|pair| [0, 1].map(|axis| (pair[0][axis] + pair[1][axis]) / 2.0));
    let (mut inside, mut outside) = (false, false);
    for position in ring.iter().copied().skip(1).chain(middles) {
        if !work.spend(around.len()) {
            return None;
        }
        match is_inside(position, around) {
            Some(true) => inside = true,
            Some(false) => outside = true,
            None => {}
        }
        if (inside || outside) && (!thorough || (inside && outside)) {
            break;
        }
    }
    Some((inside, outside))
}

/// Whether a point is inside a ring; `None` on its border.
fn is_inside(point: [f64; 2], ring: &[[f64; 2]]) -> Option<bool> {
    let [x, y] = point;
    let mut inside = false;
    for pair in ring.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if a == point || (a[1] == y && b[1] == y && a[0].min(b[0]) <= x && x <= a[0].max(b[0])) {
            return None;
        }
        if (a[1] > y) != (b[1] > y) {
            let side = side(a, b, point);
            if side == 0.0 {
                return None;
            }
            inside ^= (side > 0.0) == (b[1] > a[1]);
        }
    }
    Some(inside)
}

/// Rings and the points in which they touch are nodes, "touches in" an edge: a cycle encloses a piece of the area that is cut off.
fn are_disconnected(rings: &Rings, touches: &Touches) -> bool {
    let mut incidences: Vec<(u32, u32, [u64; 2])> = Vec::new();
    for &(one, other, point) in &touches.list {
        let (a, b) = (rings.spans[one as usize].part, rings.spans[other as usize].part);
        if a == b {
            incidences.extend([(a, one, point), (a, other, point)]);
        }
    }
    incidences.sort_unstable();
    incidences.dedup();
    let mut points: HashMap<(u32, [u64; 2]), usize> = HashMap::new();
    let mut parents: Vec<usize> = (0..rings.spans.len()).collect();
    for (part, ring, point) in incidences {
        let node = *points.entry((part, point)).or_insert_with(|| {
            parents.push(parents.len());
            parents.len() - 1
        });
        let (a, b) = (root(&mut parents, ring as usize), root(&mut parents, node));
        if a == b {
            return true;
        }
        parents[a] = b;
    }
    false
}

fn root(parents: &mut [usize], mut node: usize) -> usize {
    while parents[node] != node {
        parents[node] = parents[parents[node]];
        node = parents[node];
    }
    node
}
