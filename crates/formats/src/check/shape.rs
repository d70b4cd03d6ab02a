//! Whether the geometry of one row is what the standard calls valid: cheap tests first, the exact ones for what they leave open.

use super::faults::{Fault, Faults};
use super::nesting::{self, Touches};
use super::sweep::{self, Meeting, Rings, Scratch, Work};
use terrane_model::geometry::GeometryRef;
use terrane_model::limits::{CHECK_STEPS_LEAST, CHECK_STEPS_PER_POSITION};
use terrane_model::schema::GeometryKind;

/// Checks geometries; keeps its memory from row to row.
#[derive(Debug, Default)]
pub struct ShapeCheck {
    rings: Rings,
    scratch: Scratch,
    touches: Touches,
    /// Meetings of segments in the geometry checked last: how much work a repair is.
    pub meetings: u64,
}

impl ShapeCheck {
    /// The faults of a geometry.
    pub fn check(&mut self, geometry: &GeometryRef<'_>) -> Faults {
        let mut faults = Faults::default();
        self.meetings = 0;
        let positions = geometry.positions();
        if positions.is_empty() {
            faults.add(Fault::Empty);
            return faults;
        }
        if !positions.iter().all(|[x, y]| x.is_finite() && y.is_finite()) {
            faults.add(Fault::NotFinite);
            return faults;
        }
        self.runs(geometry, &mut faults);
        heights(geometry, &mut faults);
        if !self.rings.spans.is_empty() && !faults.has(Fault::Short) {
            self.areas(&mut faults);
        }
        faults
    }

    /// Checks lines and rings each on its own, and gathers the rings.
    fn runs(&mut self, geometry: &GeometryRef<'_>, faults: &mut Faults) {
        self.rings.clear();
        self.rings.xy.reserve_exact(geometry.positions().len());
        for (place, part) in geometry.parts().enumerate() {
            match part.kind() {
                GeometryKind::LineString => part.rings().for_each(|run| check_line(run, faults)),
                GeometryKind::Polygon => part.rings().for_each(|ring| self.ring(place as u32, ring, faults)),
                _ => {}
            }
        }
    }

    fn ring(&mut self, part: u32, ring: &[[f64; 2]], faults: &mut Faults) {
        if ring.first() != ring.last() {
            faults.add(Fault::Unclosed);
        }
        if self.rings.push(part, ring) {
            faults.add(Fault::Repeated);
        }
        if ring.len() < 4 || self.rings.spans.last().is_some_and(|span| span.range.len() < 3) {
            faults.add(Fault::Short);
        }
    }

    fn areas(&mut self, faults: &mut Faults) {
        let rings = &self.rings;
        if let [only] = rings.spans.as_slice()
            && sweep::is_star(&rings.xy[only.range.clone()])
        {
            return;
        }
        if (0..rings.spans.len()).any(|ring| sweep::has_spike(rings.ring(ring))) {
            faults.add(Fault::Spike);
        }
        self.touches.list.clear();
        let (touches, meetings) = (&mut self.touches, &mut self.meetings);
        let mut work = Work(CHECK_STEPS_LEAST + CHECK_STEPS_PER_POSITION * rings.xy.len() as u64);
        let done = sweep::meetings(rings, &mut self.scratch, &mut work, |one, other, meeting| {
            *meetings += 1;
            let same_part = rings.spans[one].part == rings.spans[other].part;
            match (meeting, one == other, same_part) {
                (Meeting::Cross, true, _) => faults.add(Fault::Crosses),
                (Meeting::Along, true, _) => faults.add(Fault::Spike),
                (Meeting::Touch(_), true, _) => faults.add(Fault::Touches),
                (Meeting::Touch(point), ..) => touches.add(one, other, point),
                (_, _, true) => faults.add(Fault::HoleCrosses),
                (_, _, false) => faults.add(Fault::PartsOverlap),
            }
        });
        // A ring that crosses itself has no inside to speak of, and touches along the way are part of the same mistake.
        if faults.has(Fault::Crosses) || faults.has(Fault::Spike) {
            faults.remove(Fault::Touches);
        }
        touches.sort();
        let crossed = [Fault::Crosses, Fault::HoleCrosses, Fault::PartsOverlap].iter().any(|&fault| faults.has(fault));
        if !done || (!crossed && !nesting::check(rings, touches, &mut work, faults)) {
            faults.add(Fault::Unchecked);
        }
    }
}

fn check_line(run: &[[f64; 2]], faults: &mut Faults) {
    if run.windows(2).any(|pair| pair[0] == pair[1]) {
        faults.add(Fault::Repeated);
    }
    if run.len() < 2 || run.iter().all(|position| *position == run[0]) {
        faults.add(Fault::Short);
    }
}

fn heights(geometry: &GeometryRef<'_>, faults: &mut Faults) {
    let (mut some, mut none) = (false, false);
    for heights in geometry.parts().flat_map(|part| part.heights()).flatten() {
        some |= heights.iter().any(|height| !height.is_nan());
        none |= heights.iter().any(|height| height.is_nan());
    }
    if some && none {
        faults.add(Fault::HeightsMissing);
    }
}
