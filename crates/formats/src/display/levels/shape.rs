//! One area or line, simplified: each arc by itself, then each ring looked at as a whole.

use super::borders::Borders;
use super::crossings::{Crossings, Segment, TooLong};
use super::douglas_peucker::Marker;
use super::outline::{Arc, Outline, Run};
use super::position::Position;
use super::small::{is_small, signed_area, triangle};
use super::stages::{Stage, Stages};
use std::ops::Range;
use terrane_model::geometry::PartRef;
use terrane_model::schema::GeometryKind;

/// What a level is made with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'a> {
    /// The junctions.
    pub(super) borders: &'a Borders,
    /// In units of the coordinates.
    pub(super) tolerance: f64,
    /// What is known of arcs that must be simplified less; the higher stage counts.
    pub(super) stages: [&'a Stages; 2],
}

impl Rules<'_> {
    fn stage(&self, outline: &Outline, arc: Arc) -> Stage {
        if self.stages.iter().all(|stages| stages.is_empty()) {
            return Stage::Full;
        }
        let key = outline.key(arc);
        self.stages.iter().filter_map(|stages| stages.get(&key)).max().copied().unwrap_or_default()
    }
}

/// A part as given and as simplified; keeps its memory from part to part.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// As given.
    pub(super) outline: Outline,
    /// Simplified positions of all runs.
    pub(super) positions: Vec<Position>,
    /// Simplified runs, one for each run of the outline.
    pub(super) runs: Vec<Simple>,
    /// The arc of the segment that begins at each simplified position.
    arcs: Vec<u32>,
    marker: Marker,
    run: Vec<Position>,
    crossings: Crossings,
}

/// A simplified run.
#[derive(Debug, Clone)]
pub(super) struct Simple {
    /// Its positions in the shape.
    pub(super) positions: Range<usize>,
    /// What became of it.
    form: Form,
    /// Whether it takes or gives colour that would be seen: more than a part of a pixel along its length.
    weighs_wrong: bool,
}

impl Simple {
    /// Whether it was too little to be a ring.
    pub(super) fn is_nothing(&self) -> bool {
        self.form == Form::Nothing
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    /// Too little to be a ring.
    Nothing,
    /// Its arcs, simplified.
    Arcs,
    /// As it was.
    Given,
    /// A triangle that weighs as much.
    Triangle,
}

impl Shape {
    /// Takes in a part, cleaned and cut at junctions.
    pub(super) fn load(&mut self, part: &PartRef<'_>, borders: &Borders) {
        self.outline.clear();
        match part.kind() {
            GeometryKind::Polygon => part.rings().for_each(|ring| self.outline.add_ring(ring, borders)),
            _ => part.rings().for_each(|line| self.outline.add_line(line, borders)),
        }
    }

    /// Simplifies the lines that were loaded.
    pub(super) fn simplify_lines(&mut self, rules: &Rules<'_>) {
        self.begin();
        for at in 0..self.outline.runs.len() {
            self.simplify_run(at, rules);
        }
    }

    /// Simplifies the rings that were loaded.
    pub(super) fn simplify_rings(&mut self, rules: &Rules<'_>) {
        self.begin();
        for at in 0..self.outline.runs.len() {
            let run = self.outline.runs[at].clone();
            if run.arcs.is_empty() {
                self.stand(&run, None);
            } else if run.alone {
                self.simplify_alone(at, rules);
            } else {
                self.simplify_among_others(at, rules);
            }
        }
    }

    /// The arcs of the area that must be simplified less than they were, each with its new stage. `rules` as before.
    pub(super) fn faults(&mut self, rules: &Rules<'_>, faults: &mut Vec<usize>) {
        faults.clear();
        if self.is_as_given() {
            return;
        }
        for at in 0..self.runs.len() {
            if self.runs[at].form == Form::Arcs && self.is_bad(at) {
                faults.extend(self.outline.runs[at].arcs.clone());
            }
        }
        if self.cross(faults).is_err() {
            faults.extend(0..self.outline.arcs.len());
        }
        faults.sort_unstable();
        faults.dedup();
        faults.retain(|&arc| rules.stage(&self.outline, self.outline.arcs[arc]) != Stage::Exact);
    }

    fn is_as_given(&self) -> bool {
        let unchanged = |(simple, run): (&Simple, &Run)| {
            simple.form != Form::Triangle && simple.positions.len() == run.positions.len()
        };
        self.runs.iter().zip(&self.outline.runs).all(unchanged)
    }

    fn begin(&mut self) {
        self.positions.clear();
        self.arcs.clear();
        self.runs.clear();
    }

    /// A ring that nobody else has a part of: as a whole it is the same from both sides.
    fn simplify_alone(&mut self, at: usize, rules: &Rules<'_>) {
        let run = self.outline.runs[at].clone();
        let arc = self.outline.arcs[run.arcs.start];
        self.outline.copy_arc(arc, &mut self.run);
        let area = signed_area(&self.run);
        let small = is_small(&self.run, area, rules.tolerance) && rules.stage(&self.outline, arc) == Stage::Full;
        let few = run.positions.len() <= FEW_POSITIONS;
        let triangle = if small && !few { self.triangle(arc, area) } else { None };
        if small && (few || triangle.is_some()) {
            self.stand(&run, triangle);
        } else {
            self.simplify_run(at, rules);
            self.weigh(at, if arc.reversed { -area } else { area }, rules.tolerance);
        }
    }

    /// A ring with junctions. A small one that comes out badly stands for itself; its neighbours do not see the difference.
    fn simplify_among_others(&mut self, at: usize, rules: &Rules<'_>) {
        let run = self.outline.runs[at].clone();
        let exact = &self.outline.positions[run.positions.clone()];
        let area = signed_area(exact);
        let small = is_small(exact, area, rules.tolerance);
        let (positions, arcs) = (self.positions.len(), self.arcs.len());
        self.simplify_run(at, rules);
        self.weigh(at, area, rules.tolerance);
        let whole = |arc: usize| rules.stage(&self.outline, self.outline.arcs[arc]) == Stage::Full;
        if !(small && run.arcs.clone().all(whole)) || !(self.is_bad(at) || self.crosses_itself(at)) {
            return;
        }
        if let Some(triangle) = triangle(&self.outline.positions[run.positions.clone()], area) {
            self.positions.truncate(positions);
            self.arcs.truncate(arcs);
            self.runs.pop();
            self.stand(&run, Some(triangle));
        }
    }

    /// The triangle for the ring in `self.run`, which is turned the way of its arc.
    fn triangle(&self, arc: Arc, area: f64) -> Option<[Position; 4]> {
        let mut triangle = triangle(&self.run, area)?;
        if arc.reversed {
            triangle.reverse();
        }
        Some(triangle)
    }

    /// Puts a triangle in the place of a run, or the run as it was.
    fn stand(&mut self, run: &Run, triangle: Option<[Position; 4]>) {
        let start = self.positions.len();
        match &triangle {
            Some(corners) => self.positions.extend_from_slice(corners),
            None => self.positions.extend_from_slice(&self.outline.positions[run.positions.clone()]),
        }
        self.arcs.resize(self.positions.len(), run.arcs.start as u32);
        let form = match triangle {
            Some(_) => Form::Triangle,
            None if run.arcs.is_empty() => Form::Nothing,
            None => Form::Given,
        };
        self.runs.push(Simple { positions: start..self.positions.len(), form, weighs_wrong: false });
    }

    /// Simplifies a run arc by arc.
    fn simplify_run(&mut self, at: usize, rules: &Rules<'_>) {
        let run = self.outline.runs[at].clone();
        let start = self.positions.len();
        for at in run.arcs.clone() {
            self.simplify_arc(at, rules);
        }
        if let Some(&last) = self.outline.positions[run.positions.clone()].last() {
            self.positions.push(last);
        }
        self.arcs.resize(self.positions.len(), run.arcs.end.saturating_sub(1) as u32);
        self.runs.push(Simple { positions: start..self.positions.len(), form: Form::Arcs, weighs_wrong: false });
    }

    /// Adds what is kept of an arc, but for its last position, with which the next one begins.
    fn simplify_arc(&mut self, at: usize, rules: &Rules<'_>) {
        let arc = self.outline.arcs[at];
        let given = &self.outline.positions[arc.first..arc.last];
        if given.len() == 1 {
            self.positions.push(given[0]);
        } else {
            self.mark(arc, rules);
            let given = self.outline.positions[arc.first..arc.last].iter();
            let keep = &self.marker.keep;
            let turned = |at: usize| if arc.reversed { keep[keep.len() - 1 - at] } else { keep[at] };
            self.positions.extend(given.enumerate().filter(|(at, _)| turned(*at)).map(|(_, &position)| position));
        }
        self.arcs.resize(self.positions.len(), at as u32);
    }

    fn mark(&mut self, arc: Arc, rules: &Rules<'_>) {
        let tolerance = match rules.stage(&self.outline, arc) {
            Stage::Full => rules.tolerance,
            Stage::Quarter => rules.tolerance / 4.0,
            Stage::Exact => return self.marker.mark_all(&self.outline.positions[arc.first..=arc.last]),
        };
        if arc.reversed {
            self.outline.copy_arc(arc, &mut self.run);
            self.marker.mark(&self.run, tolerance);
        } else {
            self.marker.mark(&self.outline.positions[arc.first..=arc.last], tolerance);
        }
    }

    /// Compares the area of a simplified ring with what it was.
    ///
    /// Half or twice as much is wrong, unless the difference, spread along the ring, is thinner than 1/16 of a pixel: that is
    /// less than one can see, and hair-thin rings need not keep all their positions for it.
    fn weigh(&mut self, at: usize, exact: f64, tolerance: f64) {
        let simple = &mut self.runs[at];
        let weight = signed_area(&self.positions[simple.positions.clone()]) * exact.signum();
        let [west, south, east, north] = super::outline::bbox_of(&self.positions[simple.positions.clone()]);
        let unseen = (weight - exact.abs()).abs() <= ((east - west) + (north - south)) * tolerance / 8.0;
        let alike = weight >= exact.abs() / 2.0 && weight <= exact.abs() * 2.0;
        simple.weighs_wrong = !(unseen || alike);
    }

    /// Whether a simplified ring is no ring any more or weighs something else.
    fn is_bad(&self, at: usize) -> bool {
        let simple = &self.runs[at];
        simple.positions.len() < 4 || simple.weighs_wrong
    }

    /// Whether two segments of one ring meet; also when that would take too long to find out.
    fn crosses_itself(&mut self, at: usize) -> bool {
        self.crossings.segments.clear();
        self.gather(at);
        let mut crosses = false;
        let checked = self.crossings.sort().and_then(|()| self.crossings.pairs(|_, _| crosses = true));
        crosses || checked.is_err()
    }

    /// Adds the arcs of segments that meet, and of holes that are outside.
    fn cross(&mut self, faults: &mut Vec<usize>) -> Result<(), TooLong> {
        self.crossings.segments.clear();
        (0..self.runs.len()).for_each(|at| self.gather(at));
        self.crossings.sort()?;
        let (runs, outlines) = (&self.runs, &self.outline.runs);
        let before = faults.len();
        self.crossings.pairs(|one, other| {
            for segment in [one, other] {
                match runs[segment.ring as usize].form {
                    Form::Triangle | Form::Given => faults.extend(outlines[segment.ring as usize].arcs.clone()),
                    _ => faults.push(segment.arc as usize),
                }
            }
        })?;
        if faults.len() == before { self.stray(faults) } else { Ok(()) }
    }

    /// Adds the arcs of holes that lie outside their area or inside another hole, and of what they may have jumped over.
    fn stray(&mut self, faults: &mut Vec<usize>) -> Result<(), TooLong> {
        for at in 1..self.runs.len() {
            if !self.runs[at].is_nothing() && self.is_astray(at)? {
                let outline = &self.outline;
                let hole = outline.bbox(outline.runs[at].positions.clone());
                let near = |arc: &Arc| {
                    let bbox = outline.bbox(arc.first..arc.last + 1);
                    (0..2).all(|axis| bbox[axis] <= hole[axis + 2] && hole[axis] <= bbox[axis + 2])
                };
                faults.extend(outline.arcs.iter().enumerate().filter(|(_, arc)| near(arc)).map(|(place, _)| place));
            }
        }
        Ok(())
    }

    fn is_astray(&mut self, at: usize) -> Result<bool, TooLong> {
        for place in self.runs[at].positions.clone().take(HOLE_POSITIONS_TRIED) {
            if let Some(inside) = self.crossings.is_inside(self.positions[place], at as u32)? {
                return Ok(!inside);
            }
        }
        Ok(false)
    }

    fn gather(&mut self, at: usize) {
        if self.runs[at].is_nothing() {
            return;
        }
        let range = self.runs[at].positions.clone();
        let edges = self.positions[range.clone()].windows(2).zip(&self.arcs[range]);
        let segment = |(edge, &arc): (&[Position], &u32)| Segment { from: edge[0], to: edge[1], ring: at as u32, arc };
        self.crossings.segments.extend(edges.map(segment));
    }
}

/// Positions of a closed ring that has four corners: fewer than that are not worth a triangle.
const FEW_POSITIONS: usize = 5;
/// Positions of a hole that are asked whether they are inside before it is given up: all of them lie on other rings.
const HOLE_POSITIONS_TRIED: usize = 8;
