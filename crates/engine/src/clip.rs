//! Cuts geometry to a box before it is projected, where the projection makes no sense far away.

use terrane_model::batch::GeometryBuilder;
use terrane_model::geometry::{GeometryArrays, PartRef};
use terrane_model::schema::GeometryKind;
use terrane_model::{Batch, Bbox};

/// The batch with its geometry cut to a box in degrees or CRS units; the batch itself when all of it is inside.
///
/// Areas are cut after Sutherland and Hodgman 1974 (edges may run along the box), lines after Liang and Barsky 1984.
pub fn clipped(batch: Batch, bbox: &Bbox) -> Batch {
    let Some(geometry) = &batch.geometry else { return batch };
    let boxes = plain_boxes(bbox);
    let inside = |row: usize| {
        let own = Bbox::from_array(geometry.view().bboxes[row]);
        own.is_empty() || boxes.iter().any(|bbox| bbox.contains_box(&own))
    };
    if batch.rows().all(inside) {
        return batch;
    }
    let geometry = Some(clip_arrays(geometry, batch.height(), &boxes));
    Batch { geometry, ..batch }
}

/// The box; of one that crosses 180°, where it lies for longitudes that go on past 180° or −180°. The two do not overlap.
fn plain_boxes(bbox: &Bbox) -> Vec<Bbox> {
    const GLOBE_DEG: f64 = 360.0;
    if !bbox.crosses() {
        return vec![*bbox];
    }
    let ([west, south], [east, north]) = (bbox.min, bbox.max);
    vec![
        Bbox { min: [west, south], max: [east + GLOBE_DEG, north] },
        Bbox { min: [west - GLOBE_DEG, south], max: [east, north] },
    ]
}

fn clip_arrays(arrays: &GeometryArrays, rows: usize, boxes: &[Bbox]) -> GeometryArrays {
    let mut builder = GeometryBuilder::new(false);
    let view = arrays.view();
    for row in 0..rows {
        if let Some(geometry) = view.get(row) {
            builder.begin(geometry.kind().multi());
            for part in geometry.parts() {
                boxes.iter().for_each(|bbox| clip_part(&part, bbox, &mut builder));
            }
        }
        builder.end_row(row + 1);
    }
    builder.finish()
}

fn clip_part(part: &PartRef<'_>, bbox: &Bbox, builder: &mut GeometryBuilder) {
    match part.kind() {
        GeometryKind::Point => {
            for ring in part.rings().filter(|ring| ring.iter().all(|&position| bbox.contains(position))) {
                emit(builder, GeometryKind::Point, ring);
            }
        }
        GeometryKind::LineString => part.rings().for_each(|line| clip_line(line, bbox, builder)),
        _ => clip_area(part, bbox, builder),
    }
}

fn emit(builder: &mut GeometryBuilder, kind: GeometryKind, run: &[[f64; 2]]) {
    builder.part(kind);
    builder.ring();
    builder.positions(run);
}

fn clip_area(part: &PartRef<'_>, bbox: &Bbox, builder: &mut GeometryBuilder) {
    let mut begun = false;
    for (number, ring) in part.rings().enumerate() {
        let cut = clip_ring(ring, bbox);
        if cut.len() < 4 {
            if number == 0 {
                return;
            }
            continue;
        }
        if !begun {
            builder.part(GeometryKind::Polygon);
            begun = true;
        }
        builder.ring();
        builder.positions(&cut);
    }
}

/// A closed ring cut by the four sides, closed again.
fn clip_ring(ring: &[[f64; 2]], bbox: &Bbox) -> Vec<[f64; 2]> {
    let mut positions = ring.to_vec();
    for (axis, bound, keep_above) in
        [(0, bbox.min[0], true), (0, bbox.max[0], false), (1, bbox.min[1], true), (1, bbox.max[1], false)]
    {
        positions = clip_side(&positions, axis, bound, keep_above);
    }
    if let (Some(&first), Some(&last)) = (positions.first(), positions.last())
        && first != last
    {
        positions.push(first);
    }
    positions
}

fn clip_side(ring: &[[f64; 2]], axis: usize, bound: f64, keep_above: bool) -> Vec<[f64; 2]> {
    let inside = |position: &[f64; 2]| if keep_above { position[axis] >= bound } else { position[axis] <= bound };
    let mut kept = Vec::with_capacity(ring.len() + 8);
    for pair in ring.windows(2) {
        let [from, to] = [pair[0], pair[1]];
        match (inside(&from), inside(&to)) {
            (true, true) => kept.push(to),
            (true, false) => kept.push(crossing(from, to, axis, bound)),
            (false, true) => kept.extend([crossing(from, to, axis, bound), to]),
            (false, false) => {}
        }
    }
    if let (Some(&first), Some(&last)) = (kept.first(), kept.last())
        && first != last
    {
        kept.push(first);
    }
    kept
}

fn crossing(from: [f64; 2], to: [f64; 2], axis: usize, bound: f64) -> [f64; 2] {
    let share = (bound - from[axis]) / (to[axis] - from[axis]);
    let mut at = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
    at[axis] = bound;
    at
}

fn clip_line(line: &[[f64; 2]], bbox: &Bbox, builder: &mut GeometryBuilder) {
    let mut run: Vec<[f64; 2]> = Vec::new();
    let mut flush = |run: &mut Vec<[f64; 2]>| {
        if run.len() > 1 {
            emit(builder, GeometryKind::LineString, run);
        }
        run.clear();
    };
    for pair in line.windows(2) {
        let Some([from, to]) = clip_segment(pair[0], pair[1], bbox) else {
            flush(&mut run);
            continue;
        };
        if run.last() != Some(&from) {
            flush(&mut run);
            run.push(from);
        }
        run.push(to);
        if to != pair[1] {
            flush(&mut run);
        }
    }
    flush(&mut run);
}

/// The part of a segment inside the box.
fn clip_segment(from: [f64; 2], to: [f64; 2], bbox: &Bbox) -> Option<[[f64; 2]; 2]> {
    let delta = [to[0] - from[0], to[1] - from[1]];
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for axis in 0..2 {
        for (direction, distance) in
            [(-delta[axis], from[axis] - bbox.min[axis]), (delta[axis], bbox.max[axis] - from[axis])]
        {
            if direction == 0.0 && distance < 0.0 {
                return None;
            }
            if direction < 0.0 {
                enter = enter.max(distance / direction);
            } else if direction > 0.0 {
                leave = leave.min(distance / direction);
            }
        }
    }
    let at = |share: f64| [from[0] + share * delta[0], from[1] + share * delta[1]];
    let start = if enter > 0.0 { at(enter) } else { from };
    let end = if leave < 1.0 { at(leave) } else { to };
    (enter <= leave).then_some([start, end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Bbox = Bbox { min: [0.0, 0.0], max: [10.0, 10.0] };

    #[test]
    fn a_ring_that_reaches_far_out_keeps_just_what_is_inside() {
        let ring = [[-1e9, 2.0], [5.0, 2.0], [5.0, 4.0], [-1e9, 4.0], [-1e9, 2.0]];
        let cut = clip_ring(&ring, &BOX);
        assert_eq!(Bbox::of(&cut), Bbox { min: [0.0, 2.0], max: [5.0, 4.0] });
        assert_eq!(cut.first(), cut.last());
    }

    #[test]
    fn a_line_that_leaves_and_comes_back_becomes_two() {
        let mut builder = GeometryBuilder::new(false);
        builder.begin(GeometryKind::MultiLineString);
        clip_line(&[[1.0, 1.0], [20.0, 1.0], [20.0, 9.0], [1.0, 9.0]], &BOX, &mut builder);
        builder.end_row(1);
        let arrays = builder.finish();
        let geometry = arrays.view().get(0).expect("a row was built");
        let lines: Vec<_> = geometry.parts().flat_map(|part| part.rings().collect::<Vec<_>>()).collect();
        assert_eq!(lines, [[[1.0, 1.0], [10.0, 1.0]].as_slice(), [[10.0, 9.0], [1.0, 9.0]].as_slice()]);
    }

    #[test]
    fn a_box_across_180_degrees_keeps_what_lies_on_both_sides_of_it() {
        let strip = |west: f64, east: f64| vec![[west, 0.0], [east, 0.0], [east, 1.0], [west, 1.0], [west, 0.0]];
        let crossing = Bbox { min: [170.0, -10.0], max: [-170.0, 10.0] };
        let cut = |ring: Vec<[f64; 2]>| {
            let mut builder = GeometryBuilder::new(false);
            builder.begin(GeometryKind::Polygon);
            emit(&mut builder, GeometryKind::Polygon, &ring);
            builder.end_row(1);
            let arrays = clip_arrays(&builder.finish(), 1, &plain_boxes(&crossing));
            let geometry = arrays.view().get(0).expect("a row was built");
            geometry.parts().flat_map(|part| part.rings().map(Bbox::of).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        assert_eq!(cut(strip(100.0, 180.0)), [Bbox { min: [170.0, 0.0], max: [180.0, 1.0] }]);
        assert_eq!(cut(strip(-180.0, -100.0)), [Bbox { min: [-180.0, 0.0], max: [-170.0, 1.0] }]);
        assert_eq!(cut(strip(100.0, 260.0)), [Bbox { min: [170.0, 0.0], max: [190.0, 1.0] }]);
        assert_eq!(cut(strip(-100.0, 100.0)), []);
    }

    #[test]
    fn a_segment_beside_the_box_is_dropped() {
        assert_eq!(clip_segment([-5.0, 11.0], [5.0, 11.0], &BOX), None);
        assert_eq!(clip_segment([-5.0, 5.0], [15.0, 5.0], &BOX), Some([[0.0, 5.0], [10.0, 5.0]]));
    }
}
