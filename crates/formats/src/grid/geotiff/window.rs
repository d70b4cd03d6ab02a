//! Which level, rows and columns answer a question, and the copying of their blocks into one window.

use std::ops::Range;
use terrane_model::grid::{GridQuery, GridTransform};
use terrane_model::{Bbox, Error, Result};

/// A part of one level.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// Columns from left to right.
    pub(super) columns: Range<i64>,
    /// Rows.
    pub(super) rows: Range<i64>,
}

/// How far a place may miss a cell's edge and still be meant to be on it, cells.
const EDGE_TOLERANCE: f64 = 1e-6;

/// The size of a sample on the ground along rows and down columns.
pub(super) fn steps(transform: &GridTransform) -> [f64; 2] {
    let GridTransform { step, shear, .. } = transform;
    [step[0].hypot(shear[1]), step[1].hypot(shear[0])]
}

/// The coarsest level (0 is full resolution) whose samples are no larger than asked.
pub(super) fn level_for(step_max: Option<f64>, levels: &[GridTransform]) -> usize {
    let Some(step_max) = step_max else { return 0 };
    let fine_enough = |transform: &GridTransform| steps(transform).iter().all(|&step| step <= step_max * (1.0 + 1e-9));
    levels.iter().rposition(fine_enough).unwrap_or(0)
}

/// What a level has of a region. Longitudes are taken as they are: the grid of 60° to 200° has its 190° there and not at −170°.
///
/// Of a box that crosses the antimeridian it is the least part that holds all of it that the grid has.
pub(super) fn part(bbox: &Bbox, transform: &GridTransform, size: [u32; 2]) -> Part {
    let nothing = Part { columns: 0..0, rows: 0..0 };
    let found = boxes_of(bbox).into_iter().filter_map(|bbox| plain_part(&bbox, transform, size));
    let join = |a: Part, b: Part| Part { columns: hull(&a.columns, &b.columns), rows: hull(&a.rows, &b.rows) };
    found.reduce(join).unwrap_or(nothing)
}

/// A crossing box as the boxes that a grid in degrees may know it by.
fn boxes_of(bbox: &Bbox) -> Vec<Bbox> {
    if !bbox.crosses() {
        return vec![*bbox];
    }
    let on = Bbox { min: bbox.min, max: [bbox.max[0] + 360.0, bbox.max[1]] };
    let back = Bbox { min: [bbox.min[0] - 360.0, bbox.min[1]], max: bbox.max };
    bbox.parts().chain([on, back]).collect()
}

fn hull(a: &Range<i64>, b: &Range<i64>) -> Range<i64> {
    a.start.min(b.start)..a.end.max(b.end)
}

fn plain_part(bbox: &Bbox, transform: &GridTransform, size: [u32; 2]) -> Option<Part> {
    let [columns, rows] = cells(bbox, transform)?;
    let (columns, rows) = (clip(columns, size[0]), clip(rows, size[1]));
    (!columns.is_empty() && !rows.is_empty()).then_some(Part { columns, rows })
}

fn clip(range: Range<i64>, end: u32) -> Range<i64> {
    range.start.clamp(0, end.into())..range.end.clamp(0, end.into())
}

/// The cells that a box touches, without regard to where the grid ends; `None` of an empty box.
fn cells(bbox: &Bbox, transform: &GridTransform) -> Option<[Range<i64>; 2]> {
    let [min, max] = [bbox.min, bbox.max];
    if bbox.is_empty() {
        return None;
    }
    let corners = [min, [max[0], min[1]], [min[0], max[1]], max].map(|corner| transform.place(corner));
    let touched = |axis: usize| {
        let least = corners.iter().map(|place| place[axis]).fold(f64::INFINITY, f64::min);
        let greatest = corners.iter().map(|place| place[axis]).fold(f64::NEG_INFINITY, f64::max);
        let first = (least + EDGE_TOLERANCE).floor();
        let last = (greatest - EDGE_TOLERANCE).ceil().max(first + 1.0);
        // Casts saturate, so that boxes of any size stay in order.
        (first as i64).max(-FAR)..(last as i64).min(FAR)
    };
    Some([touched(0), touched(1)])
}

/// Beyond every column.
const FAR: i64 = 1 << 40;

/// Refuses a part with more samples than asked for.
pub(super) fn check_size(part: &Part, query: &GridQuery) -> Result<[u32; 2]> {
    let width = (part.columns.end - part.columns.start) as u64;
    let height = (part.rows.end - part.rows.start) as u64;
    match width.saturating_mul(height) <= query.samples_max {
        true => Ok([width as u32, height as u32]),
        false => Err(Error::too_large(format!(
            "The region has {width} × {height} samples; at most {} are given at once. Ask for a smaller region or a coarser resolution.",
            query.samples_max
        ))),
    }
}
