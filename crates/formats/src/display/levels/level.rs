//! A level of detail over all rows of a dataset: rounds of looking, then the rows themselves.

use super::borders::Borders;
use super::shape::{Rules, Shape};
use super::stages::{Stage, Stages, Touched, raise};
use terrane_model::batch::GeometryBuilder;
use terrane_model::geometry::{GeometryArrays, GeometryRef, PartRef};
use terrane_model::limits::{LEVEL_ROUNDS_MAX, LEVEL_TRIES_MAX};
use terrane_model::schema::GeometryKind;

/// Makes one level of detail.
///
/// ```
/// # use terrane_formats::display::levels::{BorderFinder, LevelBuilder};
/// # let batches: Vec<terrane_model::geometry::GeometryArrays> = Vec::new();
/// let mut finder = BorderFinder::new();
/// batches.iter().for_each(|arrays| finder.look(arrays));
/// let borders = finder.finish();
/// let mut level = LevelBuilder::new(&borders, 12.5);
/// loop {
///     batches.iter().for_each(|arrays| level.look(arrays));
///     if level.settle() {
///         break;
///     }
/// }
/// let simplified: Vec<_> = batches.iter().map(|arrays| level.simplify(arrays)).collect();
/// ```
///
/// The result does not depend on the order of rows or on how they are cut into batches.
#[derive(Debug)]
pub struct LevelBuilder<'a> {
    borders: &'a Borders,
    tolerance: f64,
    settled: Stages,
    pending: Findings,
    touched: Option<Touched>,
    rounds: usize,
}

/// Arcs that must be simplified less, found in some rows: what [`LevelBuilder::examine`] hands to [`LevelBuilder::take`].
#[derive(Debug, Default)]
pub struct Findings {
    stages: Stages,
    boxes: Vec<[f64; 4]>,
}

impl<'a> LevelBuilder<'a> {
    /// A level for drawing with pixels of twice the tolerance or more; the tolerance is in units of the coordinates.
    /// `borders` are those of the exact geometry or of the rows that will be shown.
    ///
    /// At half a pixel, 1 to 6 % of the pixels of a dense geological map differ by more than an eighth of the scale from the
    /// exact drawing; at a quarter of a pixel, under 2 %.
    ///
    /// A tolerance that is not a positive number drops nothing but positions that add nothing.
    pub fn new(borders: &'a Borders, tolerance: f64) -> Self {
        let tolerance = if tolerance > 0.0 { tolerance } else { 0.0 };
        Self { borders, tolerance, settled: Stages::new(), pending: Findings::default(), touched: None, rounds: 0 }
    }

    /// Looks at some rows; in a round every row must be shown once. Same as [`LevelBuilder::examine`] and
    /// [`LevelBuilder::take`].
    pub fn look(&mut self, arrays: &GeometryArrays) {
        let findings = self.examine(arrays);
        self.take(findings);
    }

    /// Looks at some rows without changing anything, so that many threads can.
    pub fn examine(&self, arrays: &GeometryArrays) -> Findings {
        let mut findings = Findings::default();
        let mut shape = Shape::default();
        let view = arrays.view();
        for geometry in (0..view.kinds.len()).filter_map(|row| view.get(row)) {
            if self.touched.as_ref().is_none_or(|touched| touched.meets(geometry.bbox().to_array())) {
                let areas = geometry.parts().filter(|part| part.kind() == GeometryKind::Polygon);
                areas.for_each(|area| self.examine_area(&area, &mut shape, &mut findings));
            }
        }
        findings
    }

    /// Takes in what was found, in any order.
    pub fn take(&mut self, findings: Findings) {
        for (key, stage) in findings.stages {
            raise(&mut self.pending.stages, key, stage);
        }
        self.pending.boxes.extend(findings.boxes);
    }

    /// Ends a round. True when the level is settled; else all rows must be looked at once more, since what was changed for
    /// one area may not suit its neighbour. Later rounds only look where something changed.
    ///
    /// Two or three rounds are usual; after [`LEVEL_ROUNDS_MAX`] it is settled whatever is left.
    pub fn settle(&mut self) -> bool {
        let pending = std::mem::take(&mut self.pending);
        let unchanged = pending.stages.is_empty();
        for (key, stage) in pending.stages {
            raise(&mut self.settled, key, stage);
        }
        self.touched = Some(Touched::of(&pending.boxes));
        self.rounds += 1;
        unchanged || self.rounds >= LEVEL_ROUNDS_MAX
    }

    /// How many arcs are simplified less than the tolerance allows.
    pub fn arcs_held(&self) -> usize {
        self.settled.len()
    }

    /// The same rows in the same order, simplified: kinds are unchanged, rows without geometry stay without, points stay
    /// what they are. Heights are dropped: levels are for drawing on a plane.
    ///
    /// - Positions that are not finite or repeat the one before are dropped; rings are closed and keep their direction, but
    ///   may begin elsewhere.
    /// - A ring that weighs at most one pixel and fits into two by two pixels becomes an equilateral triangle of the same
    ///   area and centroid, hole or not: when it has no junction, so that an island and the hole around it agree; when it
    ///   has some, only if it would otherwise vanish or cross itself.
    /// - Rings without area keep their positions when they are outer ones and vanish when they are holes. No part is dropped.
    /// - Lines keep their ends; closed ones also two positions in between.
    pub fn simplify(&self, arrays: &GeometryArrays) -> GeometryArrays {
        let rules = Rules { stages: [&self.settled, &self.pending.stages], ..self.rules() };
        let view = arrays.view();
        let (mut builder, mut shape) = (GeometryBuilder::new(false), Shape::default());
        for row in 0..view.kinds.len() {
            if let Some(geometry) = view.get(row) {
                push_row(&geometry, &rules, &mut shape, &mut builder);
            }
            builder.end_row(row + 1);
        }
        builder.finish()
    }

    fn rules(&self) -> Rules<'_> {
        Rules { borders: self.borders, tolerance: self.tolerance, stages: [&self.settled, &self.settled] }
    }

    /// Raises arcs of an area until nothing is wrong with it, each area by itself: what is known of others comes in rounds, so
    /// that no order of rows is better than another.
    fn examine_area(&self, area: &PartRef<'_>, shape: &mut Shape, findings: &mut Findings) {
        shape.load(area, self.borders);
        let (mut own, mut faults) = (Stages::new(), Vec::new());
        for _ in 0..LEVEL_TRIES_MAX {
            let rules = Rules { stages: [&self.settled, &own], ..self.rules() };
            shape.simplify_rings(&rules);
            shape.faults(&rules, &mut faults);
            if faults.is_empty() {
                break;
            }
            findings.boxes.extend(faults.iter().map(|&arc| arc_box(shape, arc)));
            self.raise_all(&faults, shape, &mut own);
        }
        if !faults.is_empty() {
            own.extend(shape.outline.arcs.iter().map(|&arc| (shape.outline.key(arc), Stage::Exact)));
            findings.boxes.extend((0..shape.outline.arcs.len()).map(|arc| arc_box(shape, arc)));
        }
        for (key, stage) in own {
            raise(&mut findings.stages, key, stage);
        }
    }

    fn raise_all(&self, faults: &[usize], shape: &Shape, own: &mut Stages) {
        for &arc in faults {
            let key = shape.outline.key(shape.outline.arcs[arc]);
            let known = [self.settled.get(&key), own.get(&key)].into_iter().flatten().max().copied();
            raise(own, key, known.unwrap_or_default().raised());
        }
    }
}

fn arc_box(shape: &Shape, arc: usize) -> [f64; 4] {
    let arc = shape.outline.arcs[arc];
    shape.outline.bbox(arc.first..arc.last + 1)
}

fn push_row(geometry: &GeometryRef<'_>, rules: &Rules<'_>, shape: &mut Shape, builder: &mut GeometryBuilder) {
    builder.begin(geometry.kind());
    for part in geometry.parts() {
        builder.part(part.kind());
        match part.kind() {
            GeometryKind::Polygon => {
                shape.load(&part, rules.borders);
                shape.simplify_rings(rules);
                push_rings(shape, builder);
            }
            GeometryKind::LineString => {
                shape.load(&part, rules.borders);
                shape.simplify_lines(rules);
                push_rings(shape, builder);
            }
            _ => part.rings().for_each(|ring| push_ring(ring, builder)),
        }
    }
}

fn push_rings(shape: &Shape, builder: &mut GeometryBuilder) {
    for (at, run) in shape.runs.iter().enumerate() {
        if at == 0 || !run.is_nothing() {
            push_ring(&shape.positions[run.positions.clone()], builder);
        }
    }
}

fn push_ring(positions: &[[f64; 2]], builder: &mut GeometryBuilder) {
    builder.ring();
    builder.positions(positions);
}
