//! Shapes whose rings came to touch or cross on the grid, made valid: the ground that lies inside outer rings and in no hole.

use super::ring;
use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::{ContourDirection, IntOverlayOptions, Overlay, ShapeType};
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::i_float::int::point::IntPoint;
use terrane_formats::check::are_areas_valid;
use terrane_formats::tile::mvt::{Shape, ShapeKind, double_area};
use terrane_model::batch::GeometryBuilder;
use terrane_model::schema::GeometryKind;

/// Times that a shape is put right: crossings lie on the grid too, so that mending one may make another.
const TRIES_MAX: usize = 4;
/// Areas of a shape that cannot be mended as a whole that are kept at most, the largest.
const AREAS_KEPT_MAX: usize = 64;

/// Puts a shape of rings right, in place; tells whether it is valid now.
pub fn repair(shape: &mut Shape) -> bool {
    for _try in 0..TRIES_MAX {
        unite(shape);
        if shape.is_empty() || is_valid(shape) {
            return true;
        }
    }
    keep_what_is_valid(shape);
    !shape.is_empty()
}

/// Keeps as many of the areas as are valid together, the largest first; one that its holes spoil is kept without them. Mending may go
/// round in a circle: a crossing that is put on the grid makes another, which makes the first again.
fn keep_what_is_valid(shape: &mut Shape) {
    let mut areas: Vec<Vec<Vec<[i32; 2]>>> = Vec::new();
    for run in shape.runs() {
        match areas.last_mut().filter(|_| double_area(run) < 0) {
            Some(area) => area.push(run.to_vec()),
            None => areas.push(vec![run.to_vec()]),
        }
    }
    areas.sort_by_key(|area| std::cmp::Reverse(double_area(&area[0])));
    shape.begin(ShapeKind::Area);
    for area in areas.iter().take(AREAS_KEPT_MAX) {
        let whole = add_if_valid(shape, area);
        if !whole && area.len() > 1 {
            add_if_valid(shape, &area[..1]);
        }
    }
}

/// Adds an area when the shape stays valid with it.
fn add_if_valid(shape: &mut Shape, rings: &[Vec<[i32; 2]>]) -> bool {
    let (positions, ends) = (shape.positions.len(), shape.ends.len());
    for ring in rings {
        shape.positions.extend_from_slice(ring);
        shape.end_run();
    }
    if is_valid(shape) {
        return true;
    }
    shape.positions.truncate(positions);
    shape.ends.truncate(ends);
    false
}

/// What winds around a point more often as an outer ring than as a hole, as areas with holes.
fn unite(shape: &mut Shape) {
    let options = IntOverlayOptions {
        preserve_input_collinear: false,
        output_direction: ContourDirection::CounterClockwise,
        preserve_output_collinear: false,
        min_output_area: 0,
        ogc: true,
    };
    let mut overlay = Overlay::new_custom(shape.positions.len(), options, Default::default());
    for run in shape.runs() {
        overlay.add_path_iter(run.iter().map(|&[x, y]| IntPoint { x, y }), ShapeType::Subject);
    }
    let areas = overlay.overlay(OverlayRule::Subject, FillRule::Positive);
    shape.begin(ShapeKind::Area);
    for area in areas {
        for (place, contour) in area.iter().enumerate() {
            let start = shape.start();
            contour.iter().for_each(|point| ring::add(&mut shape.positions, start, [point.x, point.y]));
            ring::close(&mut shape.positions, start);
            if !orient(shape, place == 0) && place == 0 {
                break;
            }
        }
    }
}

/// Ends the ring being built, an outer one or a hole; `false` when nothing is left of it.
pub fn orient(shape: &mut Shape, outer: bool) -> bool {
    let start = shape.start();
    let area = double_area(&shape.positions[start..]);
    if area == 0 {
        shape.positions.truncate(start);
        return false;
    }
    if (area > 0) != outer {
        shape.positions[start..].reverse();
    }
    shape.end_run();
    true
}

/// Whether the areas are what the standard calls valid, by the check that imports go through.
pub fn is_valid(shape: &Shape) -> bool {
    let mut builder = GeometryBuilder::new(false);
    builder.begin(GeometryKind::MultiPolygon);
    for run in shape.runs() {
        if double_area(run) > 0 {
            builder.part(GeometryKind::Polygon);
        }
        builder.ring();
        let closed = run.iter().chain(run.first());
        closed.for_each(|position| builder.position(position.map(f64::from), None));
    }
    builder.end_row(1);
    let arrays = builder.finish();
    arrays.view().get(0).is_none_or(|geometry| are_areas_valid(&geometry))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(rings: &[&[[i32; 2]]]) -> (bool, i64, usize) {
        let mut shape = Shape::default();
        shape.begin(ShapeKind::Area);
        for ring in rings {
            shape.positions.extend_from_slice(ring);
            shape.end_run();
        }
        let done = repair(&mut shape);
        (done, shape.runs().map(double_area).sum(), shape.ends.len())
    }

    #[test]
    fn a_bow_tie_keeps_the_wing_that_goes_the_right_way() {
        let (done, area, rings) = repaired(&[&[[0, 0], [8, 0], [0, 8], [8, 8]]]);
        assert_eq!((done, area, rings), (true, 32, 1));
    }

    #[test]
    fn a_ring_that_touches_itself_becomes_two() {
        let pinched = [[0, 0], [8, 0], [4, 4], [8, 8], [0, 8], [4, 4]];
        assert_eq!(repaired(&[&pinched]), (true, 64, 2));
    }

    #[test]
    fn a_hole_is_cut_out_wherever_it_crosses_its_outer_ring() {
        let outer = [[0, 0], [8, 0], [8, 8], [0, 8]];
        let hole = [[4, 4], [4, 6], [12, 6], [12, 4]];
        assert_eq!(repaired(&[&outer, &hole]), (true, 2 * (64 - 8), 1));
        let beside = [[10, 0], [10, 2], [12, 2], [12, 0]];
        assert_eq!(repaired(&[&outer, &beside]), (true, 128, 1));
    }

    #[test]
    fn nothing_stays_of_rings_that_go_the_wrong_way() {
        assert_eq!(repaired(&[&[[0, 0], [0, 8], [8, 8], [8, 0]]]), (true, 0, 0));
    }
}
