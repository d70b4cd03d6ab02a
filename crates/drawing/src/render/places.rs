//! Where labels go: the positions of points, the middle of lines, a place inside areas.

use crate::canvas::accumulator::signed_area;
use crate::view::View;
use terrane_model::geometry::{GeometryRef, PartRef};
use terrane_model::schema::GeometryKind;

/// The places of a geometry, in its own coordinates: all of its points, else one of its largest part; in an area, of what the view
/// shows of it, or of all of it when no view is given.
pub fn of(geometry: &GeometryRef<'_>, view: Option<&View>) -> Vec<[f64; 2]> {
    let points: Vec<[f64; 2]> = geometry
        .parts()
        .filter(|part| part.kind() == GeometryKind::Point)
        .filter_map(|part| part.rings().next()?.first().copied())
        .collect();
    if !points.is_empty() {
        return points;
    }
    let largest = geometry.parts().max_by(|a, b| size(a).total_cmp(&size(b)));
    let place = largest.and_then(|part| match part.kind() {
        GeometryKind::LineString => part.rings().next().and_then(middle),
        _ => inside(&part, view),
    });
    place.into_iter().collect()
}

fn size(part: &PartRef<'_>) -> f64 {
    let Some(ring) = part.rings().next() else { return 0.0 };
    match part.kind() {
        GeometryKind::LineString => length(ring),
        _ => signed_area(ring).abs(),
    }
}

fn length(line: &[[f64; 2]]) -> f64 {
    line.windows(2).map(|pair| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1])).sum()
}

/// The position half way along a line.
fn middle(line: &[[f64; 2]]) -> Option<[f64; 2]> {
    let mut left = length(line) / 2.0;
    for pair in line.windows(2) {
        let step = (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
        if step >= left && step > 0.0 {
            return Some(crate::canvas::clip::along(pair[0], pair[1], left / step));
        }
        left -= step;
    }
    line.first().copied()
}

/// The middle of the widest stretch of an area along a few level lines through what the view shows of it.
fn inside(part: &PartRef<'_>, view: Option<&View>) -> Option<[f64; 2]> {
    const LINES: usize = 9;
    let mut bbox = terrane_model::Bbox::EMPTY;
    part.rings().next()?.iter().for_each(|&position| bbox.include(position));
    let seen = view.map_or(Some(bbox), |view| bbox.intersection(&view.bbox))?;
    let level = |at: usize| seen.min[1] + seen.height() * (at as f64 + 0.5) / LINES as f64;
    let stretches = (0..LINES).filter_map(|at| widest(part, level(at), [seen.min[0], seen.max[0]]));
    // The middle line wins among equals, then the lower ones: the order of `max_by` is fixed.
    stretches.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, place)| place)
}

/// The widest stretch of an area along a level line, and its middle.
fn widest(part: &PartRef<'_>, y: f64, limits: [f64; 2]) -> Option<(f64, [f64; 2])> {
    let mut crossings: Vec<f64> = Vec::new();
    for ring in part.rings() {
        for pair in ring.windows(2) {
            if (pair[0][1] <= y) != (pair[1][1] <= y) {
                let share = (y - pair[0][1]) / (pair[1][1] - pair[0][1]);
                crossings.push((pair[0][0] + share * (pair[1][0] - pair[0][0])).clamp(limits[0], limits[1]));
            }
        }
    }
    crossings.sort_by(f64::total_cmp);
    let stretches = crossings.chunks_exact(2).map(|pair| (pair[1] - pair[0], [(pair[0] + pair[1]) / 2.0, y]));
    stretches.max_by(|a, b| a.0.total_cmp(&b.0))
}
