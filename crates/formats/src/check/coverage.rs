//! How well areas cover the ground together: where two lie over each other, where none lies between them.
//!
//! What fits into memory is measured exactly. Of more, whole cells of the ground are measured, chosen by a hash of their place.

use super::border::Borders;
use super::faults::{Tally, say_once};
use super::repair::{Area, Plane, area_of, double_area};
use super::window::{Overlaps, Piece, Window};
use std::collections::BTreeMap;
use std::hash::Hasher as _;
use terrane_model::limits::{COVERAGE_CELLS_PER_POLYGON_MAX, COVERAGE_POSITIONS_MAX};
use terrane_model::report::{Finding, Report, Severity};

/// How well the areas of a layer cover the ground together. Areas are in the units of the CRS, squared: in degrees a share says
/// less the farther a layer reaches from south to north.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Coverage {
    /// Rows with an area.
    pub polygons: u64,
    /// The sum of their areas.
    pub area: f64,
    /// The share of that area which lies over an area of another row; absent when it could not be measured.
    pub overlap_share: Option<f64>,
    /// The area of gaps (enclosed by areas, covered by none), as a share of the sum; absent when it could not be measured.
    pub gap_share: Option<f64>,
    /// The share of the length of all borders that exactly two areas have in common, position for position: near 1 for a clean
    /// map, 0 for scattered areas.
    pub shared_border_share: f64,
    /// Of so many edges one was counted; 1 when all were.
    pub border_sampling: u64,
    /// The share of the area in which overlaps and gaps were measured; 1 when they were measured everywhere.
    pub measured_share: f64,
    /// The first row that lies over an earlier one, and how many were found.
    pub overlapping: Option<(u64, u64)>,
}

/// Shares smaller than this come from the grid that the measurement rounds to.
const NOISE_SHARE: f64 = 1e-7;
/// Where neighbours have less of their borders in common, areas are not meant to leave no gaps.
const MOSAIC_BORDER_SHARE: f64 = 0.1;
/// Positions of the areas of a row that is kept.
const PIECE_POSITIONS_MAX: usize = COVERAGE_POSITIONS_MAX / 8;
/// Areas across a cell, about.
const POLYGONS_ACROSS: f64 = 16.0;

/// Gathers areas.
#[derive(Default)]
pub struct CoverageWatch {
    borders: Borders,
    kept: Vec<Piece>,
    positions: usize,
    /// Side of a cell, once there are too many areas.
    cell: Option<f64>,
    level: u32,
    polygons: u64,
    area: f64,
    left_out: u64,
}

impl CoverageWatch {
    /// Adds the areas of a row, rings closed or not, the outer one of each first; they are valid.
    pub fn add<'a, Part, Ring>(&mut self, row: u64, parts: Part)
    where
        Part: Iterator<Item = Ring>,
        Ring: Iterator<Item = &'a [[f64; 2]]>,
    {
        let mut piece = Piece::new(row);
        let mut area = 0.0;
        for part in parts {
            for (place, ring) in part.enumerate() {
                self.borders.add(ring);
                area += double_area(ring).abs() / if place == 0 { 2.0 } else { -2.0 };
                if piece.xy.len() <= PIECE_POSITIONS_MAX {
                    piece.push(ring, place == 0);
                }
            }
        }
        self.polygons += 1;
        self.area += area;
        if piece.xy.len() > PIECE_POSITIONS_MAX {
            self.left_out += 1;
        } else if area > 0.0 && self.wants(&piece) {
            self.positions += piece.xy.len();
            self.kept.push(piece);
            self.make_room();
        }
    }

    /// The areas of a row that were repaired.
    pub fn add_repaired(&mut self, row: u64, areas: &[Area]) {
        self.add(row, areas.iter().map(|area| area.iter().map(Vec::as_slice)));
    }

    fn make_room(&mut self) {
        while self.positions > COVERAGE_POSITIONS_MAX {
            let mean = self.kept.iter().map(Piece::side).sum::<f64>() / self.kept.len().max(1) as f64;
            self.cell.get_or_insert(mean * POLYGONS_ACROSS);
            self.level += 1;
            let mut kept = std::mem::take(&mut self.kept);
            kept.retain(|piece| self.wants(piece));
            self.positions = kept.iter().map(|piece| piece.xy.len()).sum();
            self.kept = kept;
            // Areas so large that they are in every cell.
            if self.level > 32 && self.positions > COVERAGE_POSITIONS_MAX {
                self.left_out += self.kept.len() as u64;
                self.kept.clear();
                self.positions = 0;
            }
        }
    }

    /// Whether an area lies in a cell that is measured.
    fn wants(&self, piece: &Piece) -> bool {
        let Some(side) = self.cell else { return true };
        piece.cells(side).is_none_or(|mut cells| cells.any(|cell| self.is_chosen(cell)))
    }

    fn is_chosen(&self, [x, y]: [i64; 2]) -> bool {
        (super::doubles::hash(|hasher| {
            hasher.write_i64(x);
            hasher.write_i64(y);
        }) >> 32)
            .trailing_zeros()
            >= self.level
    }

    /// Measures. Nothing when there was no area.
    pub fn finish(self) -> Option<Coverage> {
        if self.polygons == 0 {
            return None;
        }
        let (shared_border_share, border_sampling) = self.borders.shared();
        let mut sum = Measured::default();
        let mut overlaps = Overlaps::default();
        let mut all_measured = true;
        for window in self.windows() {
            match measure(&window) {
                Some(measured) => {
                    if measured.overlap > measured.area * NOISE_SHARE {
                        overlaps.look(&window.pieces);
                    }
                    sum = sum.plus(&measured);
                }
                None => all_measured = false,
            }
        }
        let mut rows = overlaps.rows;
        rows.sort_unstable();
        rows.dedup();
        let share = |part: f64| if part > sum.area * NOISE_SHARE { part / sum.area } else { 0.0 };
        let measured = sum.area > 0.0 && (all_measured || self.level > 0);
        Some(Coverage {
            polygons: self.polygons,
            area: self.area,
            overlap_share: measured.then(|| share(sum.overlap)),
            gap_share: (measured && self.left_out == 0).then(|| share(sum.gap)),
            shared_border_share,
            border_sampling,
            measured_share: if self.area > 0.0 { (sum.area / self.area).min(1.0) } else { 0.0 },
            overlapping: rows.first().map(|first| (*first, rows.len() as u64)),
        })
    }

    /// The pieces of ground that are measured.
    fn windows(&self) -> Vec<Window<'_>> {
        let Some(side) = self.cell else {
            return vec![Window::whole(self.kept.iter().collect())];
        };
        let mut cells: BTreeMap<[i64; 2], Vec<&Piece>> = BTreeMap::new();
        for piece in &self.kept {
            for cell in piece.cells(side).into_iter().flatten().filter(|cell| self.is_chosen(*cell)) {
                cells.entry(cell).or_default().push(piece);
            }
        }
        let large: Vec<&Piece> = self.kept.iter().filter(|piece| piece.cells(side).is_none()).collect();
        let windows = cells.into_iter().map(|([x, y], mut pieces)| {
            let bbox = [x as f64 * side, y as f64 * side, (x + 1) as f64 * side, (y + 1) as f64 * side];
            pieces.extend(large.iter().filter(|piece| super::sweep::boxes_meet(&piece.bbox, &bbox)));
            Window { bbox: Some(bbox), pieces }
        });
        windows.collect()
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Measured {
    area: f64,
    overlap: f64,
    gap: f64,
}

impl Measured {
    fn plus(&self, other: &Self) -> Self {
        Self { area: self.area + other.area, overlap: self.overlap + other.overlap, gap: self.gap + other.gap }
    }
}

/// Measures one window: what its areas add up to, what they cover together, what they enclose. `None` when they cross too often.
fn measure(window: &Window<'_>) -> Option<Measured> {
    use i_overlay::core::overlay_rule::OverlayRule::Subject;
    let rings = window.rings();
    let area: f64 = rings.iter().map(|ring| double_area(ring) / 2.0).sum();
    let plane = Plane::new(super::sweep::bbox_of(rings.as_flattened_positions()))?;
    if !rings.can_be_combined() {
        return None;
    }
    let covered = plane.combine(Subject, rings.iter(), []);
    let outers: Vec<&[[f64; 2]]> = covered.iter().filter_map(|area| area.first().map(Vec::as_slice)).collect();
    let filled =
        if covered.iter().any(|area| area.len() > 1) { plane.combine(Subject, outers, []) } else { Vec::new() };
    let covered_area = area_of(&covered);
    let gap = if filled.is_empty() { 0.0 } else { area_of(&filled) - covered_area };
    Some(Measured { area, overlap: (area - covered_area).max(0.0), gap: gap.max(0.0) })
}

impl Coverage {
    /// Remarks on overlaps and gaps.
    pub fn report(&self, report: &mut Report) {
        let where_measured = match self.measured_share {
            share if share > 0.999 => String::new(),
            share => format!(" (measured in {} of the area)", percent(share)),
        };
        if let Some(share) = self.overlap_share.filter(|share| *share > 0.0) {
            let what = format!("{} of the area lies under more than one polygon{where_measured}.", percent(share));
            let remedy = "If polygons should not overlap, find where with QGIS' “Topology Checker”.";
            let (first, count) = self.overlapping.unwrap_or_default();
            let tally = Tally { first, count: count.max(1) };
            say_once(report, tally.put(Finding::new(Severity::Note, what, remedy)));
        }
        let is_mosaic = self.shared_border_share >= MOSAIC_BORDER_SHARE;
        if let Some(share) = self.gap_share.filter(|share| *share > 0.0 && is_mosaic) {
            let what = format!("Between polygons there are gaps of {} of their area{where_measured}.", percent(share));
            let remedy = "If there should be none, find them with QGIS' “Topology Checker”.";
            say_once(report, Finding::new(Severity::Note, what, remedy));
        }
        if self.overlap_share.is_none() {
            let what = "Overlaps and gaps between polygons were not measured: they are too large or cross too often.";
            say_once(report, Finding::new(Severity::Note, what, ""));
        }
    }
}

/// A share with two digits that say something: `12 %`, `0.0034 %`.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = if percent >= 10.0 || percent <= 0.0 { 0.0 } else { 1.0 - percent.log10().floor() };
    format!("{percent:.*} %", decimals.clamp(0.0, 9.0) as usize)
}

/// How many cells an area may be in before it counts as being in all.
pub const CELLS_MAX: i64 = COVERAGE_CELLS_PER_POLYGON_MAX as i64;
