//! Levels of detail: which tolerances are worth a level, and the seam to whatever simplifies shapes. It simplifies nothing itself.

use terrane_model::Bbox;
use terrane_model::geometry::{GeometryArrays, GeometryView};
use terrane_model::limits::{DISPLAY_LEVELS_MAX, DISPLAY_SAMPLES_MAX};
use terrane_model::schema::GeometryKind;

/// Simplifies the shapes of a dataset level by level. Sees all rows before the first level, in the order of the file.
pub trait Generaliser {
    /// About so many positions will be seen.
    fn expect(&mut self, positions: u64);
    /// Sees exact rows, to learn which borders are shared.
    fn see(&mut self, rows: &GeometryArrays);
    /// Begins a level of this tolerance, in units of the CRS.
    fn level(&mut self, tolerance: f64) -> Box<dyn LevelMaker + '_>;
}

/// Makes one level from the rows of the level before: rounds of looking at all of them, then the same rows simplified.
pub trait LevelMaker {
    /// Sees rows, some blocks at once, so that all processors can help.
    fn look(&mut self, blocks: &[GeometryArrays]);
    /// Ends a round; `false` asks for another in which all rows are looked at again.
    fn settle(&mut self) -> bool;
    /// The same rows, block by block, each with a shape of its own kind that differs by no more than the tolerance.
    fn simplify(&mut self, blocks: &[GeometryArrays]) -> Vec<GeometryArrays>;
}

/// The part of a level's tolerance that its own simplification may use at most. Each level is made from the one before, so what
/// they lost adds up: a level has what the one before has left of its tolerance.
pub const OWN_SHARE_MAX: f64 = 0.75;

/// A level has at most this share of the positions of the level before, else it is not worth its bytes.
pub const KEPT_SHARE_MAX: f64 = 0.7;

/// The tolerances of levels, as halvings of the coarsest. Coarse levels take few bytes and are for maps of everything, which are the
/// dearest to draw: there are more of them.
const HALVINGS: [i32; DISPLAY_LEVELS_MAX] = [0, 1, 2, 3, 4, 6, 8, 10, 12, 14];

/// The coarsest tolerance is this part of the extent: more than half a pixel of any map that shows the whole.
const EXTENT_PER_TOLERANCE_MIN: f64 = 500.0;

/// How far positions lie from the line between their neighbours, sampled at even steps: about the tolerance at which they can go.
#[derive(Default)]
pub struct Roughness {
    samples: Vec<f64>,
    seen: u64,
    step: u64,
    positions: u64,
}

impl Roughness {
    /// Sees exact rows.
    pub fn see(&mut self, arrays: &GeometryArrays) {
        let view = arrays.view();
        if !has_lines(&view) {
            return;
        }
        self.positions += view.xy.len() as u64;
        for ring in view.ring_offsets.windows(2) {
            let positions = view.xy.get(ring[0] as usize..ring[1] as usize).unwrap_or_default();
            positions.windows(3).for_each(|three| self.sample(three));
        }
    }

    /// Positions of rows that may be simplified.
    pub fn positions(&self) -> u64 {
        self.positions
    }

    fn sample(&mut self, three: &[[f64; 2]]) {
        self.seen += 1;
        if !self.seen.is_multiple_of(self.step.max(1)) {
            return;
        }
        self.samples.push(distance_to_line(three[1], three[0], three[2]));
        if self.samples.len() > DISPLAY_SAMPLES_MAX {
            let mut at = 0;
            self.samples.retain(|_| {
                at += 1;
                at % 2 == 0
            });
            self.step = self.step.max(1) * 2;
        }
    }

    /// Tolerances to try, rising: from about where enough positions drop up to a share of the extent.
    pub fn tolerances(mut self, extent: &Bbox) -> Vec<f64> {
        let coarsest = extent.width().max(extent.height()) / EXTENT_PER_TOLERANCE_MIN;
        self.samples.retain(|sample| sample.is_finite());
        self.samples.sort_by(f64::total_cmp);
        let finest = self.samples.get((self.samples.len() as f64 * (1.0 - KEPT_SHARE_MAX)) as usize).copied();
        let Some(finest) = finest.filter(|_| coarsest.is_finite() && coarsest > 0.0) else { return Vec::new() };
        let all = HALVINGS.into_iter().map(|halvings| coarsest / 2_f64.powi(halvings));
        let mut tolerances: Vec<f64> = all.take_while(|&tolerance| tolerance >= finest).collect();
        tolerances.reverse();
        tolerances
    }
}

/// Whether some row has a line or an area.
pub fn has_lines(view: &GeometryView<'_>) -> bool {
    const POINTS: [u8; 3] = [GeometryKind::Any as u8, GeometryKind::Point as u8, GeometryKind::MultiPoint as u8];
    view.kinds.iter().any(|kind| !POINTS.contains(kind))
}

/// How far a position is from the line through two others; from the first when they are one.
fn distance_to_line(position: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    let [px, py] = [position[0] - from[0], position[1] - from[1]];
    let length = dx.hypot(dy);
    if length > 0.0 { (px * dy - py * dx).abs() / length } else { px.hypot(py) }
}

/// The coarsest of rising tolerances that is not above the one asked.
pub fn level_for(levels: &[f64], tolerance: Option<f64>) -> Option<usize> {
    let asked = tolerance?;
    levels.iter().rposition(|&level| level <= asked)
}

#[cfg(test)]
mod tests {
    use super::{Roughness, level_for};
    use terrane_model::Bbox;
    use terrane_model::batch::GeometryBuilder;
    use terrane_model::schema::GeometryKind;

    #[test]
    fn the_coarsest_level_that_is_fine_enough_is_chosen() {
        let levels = [0.5, 2.0, 8.0];
        let chosen =
            [None, Some(f64::NAN), Some(0.4), Some(0.5), Some(7.9), Some(1e9)].map(|it| level_for(&levels, it));
        assert_eq!(chosen, [None, None, None, Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn tolerances_begin_where_positions_drop_and_end_at_a_share_of_the_extent() {
        let mut builder = GeometryBuilder::new(false);
        builder.begin(GeometryKind::LineString);
        builder.part(GeometryKind::LineString);
        builder.ring();
        // Every other position lies a tenth off the line.
        (0..100_000).for_each(|at| builder.position([f64::from(at) / 100.0, f64::from(at % 2) * 0.1], None));
        builder.end_row(1);
        let mut roughness = Roughness::default();
        roughness.see(&builder.finish());
        let tolerances = roughness.tolerances(&Bbox { min: [0.0, 0.0], max: [1_000.0, 0.1] });
        assert_eq!(tolerances, [0.125, 0.25, 0.5, 1.0, 2.0]);
    }
}
