//! Which arcs are simplified less than the tolerance allows, and how much less.

use super::position::Position;
use std::collections::HashMap;

/// Arcs by key; those that are not here are simplified in full.
pub(super) type Stages = HashMap<u64, Stage>;

/// How much an arc is simplified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Stage {
    /// With the tolerance of the level.
    #[default]
    Full,
    /// With a quarter of it.
    Quarter,
    /// Not at all.
    Exact,
}

impl Stage {
    /// One less simplified.
    pub(super) fn raised(self) -> Self {
        if self == Self::Full { Self::Quarter } else { Self::Exact }
    }
}

/// Raises an arc to a stage at least; tells whether that changed anything.
pub(super) fn raise(stages: &mut Stages, key: u64, stage: Stage) -> bool {
    let known = stages.entry(key).or_default();
    let higher = *known < stage;
    *known = stage.max(*known);
    higher
}

/// Where arcs changed in a round: rows elsewhere need no second look.
///
/// A mask of cells over the box of all changes. It may say "touched" too often, never too seldom.
#[derive(Debug)]
pub(super) struct Touched {
    bbox: [f64; 4],
    cells: Vec<bool>,
}

/// Cells along each side of the mask.
const SIDE: usize = 256;

impl Touched {
    /// The mask of some boxes.
    pub(super) fn of(boxes: &[[f64; 4]]) -> Self {
        let corners: Vec<Position> = boxes.iter().flat_map(|bbox| [[bbox[0], bbox[1]], [bbox[2], bbox[3]]]).collect();
        let mut touched = Self { bbox: super::outline::bbox_of(&corners), cells: vec![false; SIDE * SIDE] };
        for bbox in boxes {
            let [columns, rows] = touched.cells_of(*bbox);
            rows.for_each(|row| touched.cells[row * SIDE..][columns.clone()].fill(true));
        }
        touched
    }

    /// Whether a change may have happened inside a box.
    pub(super) fn meets(&self, bbox: [f64; 4]) -> bool {
        let apart = (0..2).any(|axis| bbox[axis] > self.bbox[axis + 2] || bbox[axis + 2] < self.bbox[axis]);
        let [columns, mut rows] = self.cells_of(bbox);
        !apart && rows.any(|row| self.cells[row * SIDE..][columns.clone()].contains(&true))
    }

    fn cells_of(&self, bbox: [f64; 4]) -> [std::ops::RangeInclusive<usize>; 2] {
        [0, 1].map(|axis| {
            let size = self.bbox[axis + 2] - self.bbox[axis];
            // Casting cuts what is outside and turns NaN into 0.
            let cell = |at: f64| (((at - self.bbox[axis]) / size * SIDE as f64) as usize).min(SIDE - 1);
            cell(bbox[axis])..=cell(bbox[axis + 2])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Stage, Stages, Touched, raise};

    #[test]
    fn an_arc_is_never_lowered() {
        let mut stages = Stages::new();
        assert!(raise(&mut stages, 7, Stage::Exact));
        assert!(!raise(&mut stages, 7, Stage::Quarter));
        assert_eq!(stages[&7], Stage::Exact);
        assert_eq!(
            [Stage::Full.raised(), Stage::Quarter.raised(), Stage::Exact.raised()],
            [Stage::Quarter, Stage::Exact, Stage::Exact]
        );
    }

    #[test]
    fn what_meets_a_change_is_touched_and_what_is_far_is_not() {
        let touched = Touched::of(&[[0.0, 0.0, 1.0, 1.0], [100.0, 50.0, 101.0, 50.0]]);
        assert!(touched.meets([0.5, 0.5, 0.6, 0.6]) && touched.meets([-9.0, -9.0, 200.0, 200.0]));
        assert!(touched.meets([100.5, 50.0, 100.5, 50.0]));
        assert!(!touched.meets([50.0, 20.0, 60.0, 30.0]) && !touched.meets([200.0, 0.0, 300.0, 1.0]));
        assert!(!Touched::of(&[]).meets([0.0, 0.0, 1.0, 1.0]));
        assert!(Touched::of(&[[3.0, 3.0, 3.0, 3.0]]).meets([0.0, 0.0, 9.0, 9.0]));
    }
}
