//! Boxes moved from one CRS to another: edges are sampled, the antimeridian and the poles are looked for.

use crate::Transform;
use terrane_model::{Bbox, Result};

/// Positions along an edge, corners included.
const EDGE_SAMPLES: usize = 21;
/// Positions along each side of the lattice inside the box.
const INNER_SAMPLES: usize = 9;

/// The box that holds the moved box.
pub(crate) fn moved(transform: &Transform, bbox: &Bbox) -> Result<Bbox> {
    let parts: Vec<Bbox> =
        bbox.parts().filter(|part| !part.is_empty()).map(|part| moved_part(transform, &part)).collect::<Result<_>>()?;
    Ok(match transform.plan().to_geographic {
        true => Bbox::union_around(&parts),
        false => parts.iter().fold(Bbox::EMPTY, Bbox::union),
    })
}

fn moved_part(transform: &Transform, bbox: &Bbox) -> Result<Bbox> {
    let mut edges = edge_positions(bbox);
    let mut inside = inner_positions(bbox);
    edges.iter_mut().for_each(|edge| transform.apply(edge));
    transform.apply(&mut inside);
    match transform.plan().to_geographic {
        false => Ok(plain_box(&edges, &inside)),
        true => geographic_box(transform, bbox, edges, &inside),
    }
}

/// The four edges, anticlockwise from the lower left corner.
fn edge_positions(bbox: &Bbox) -> [Vec<[f64; 2]>; 4] {
    let Bbox { min, max } = *bbox;
    let corners = [min, [max[0], min[1]], max, [min[0], max[1]]];
    std::array::from_fn(|side| {
        let (a, b) = (corners[side], corners[(side + 1) % 4]);
        let place = |at: usize| {
            let share = at as f64 / (EDGE_SAMPLES - 1) as f64;
            [0, 1].map(|axis| if at + 1 == EDGE_SAMPLES { b[axis] } else { a[axis] + share * (b[axis] - a[axis]) })
        };
        (0..EDGE_SAMPLES).map(place).collect()
    })
}

fn inner_positions(bbox: &Bbox) -> Vec<[f64; 2]> {
    let place = |at: usize, axis: usize| {
        let share = (at + 1) as f64 / (INNER_SAMPLES + 1) as f64;
        bbox.min[axis] + share * (bbox.max[axis] - bbox.min[axis])
    };
    (0..INNER_SAMPLES * INNER_SAMPLES).map(|at| [place(at % INNER_SAMPLES, 0), place(at / INNER_SAMPLES, 1)]).collect()
}

/// The box of sampled positions, made wide enough for what lies between the samples of an edge.
fn plain_box(edges: &[Vec<[f64; 2]>; 4], inside: &[[f64; 2]]) -> Bbox {
    let mut answer = Bbox::of(inside);
    for edge in edges {
        answer = answer.union(&Bbox::of(edge));
        for three in edge.windows(3) {
            for [low, high] in bulges(three) {
                answer.include(low);
                answer.include(high);
            }
        }
    }
    answer
}

/// Where a curve through three samples has its greatest or least value at the middle one, it may go beyond that by an eighth of the
/// second difference (the error of linear interpolation). Two positions for each axis: with and without that bulge.
fn bulges(three: &[[f64; 2]]) -> [[[f64; 2]; 2]; 2] {
    [0, 1].map(|axis| {
        let [before, middle, after] = [three[0], three[1], three[2]];
        let turns = (middle[axis] - before[axis]) * (after[axis] - middle[axis]) <= 0.0;
        let second_difference = before[axis] - 2.0 * middle[axis] + after[axis];
        let mut beyond = middle;
        if turns {
            beyond[axis] -= second_difference / 8.0;
        }
        [middle, beyond]
    })
}

/// A box in degrees. Walking round the edges, longitudes are made continuous; a walk that ends a whole turn away went round a pole.
fn geographic_box(
    transform: &Transform,
    source: &Bbox,
    mut edges: [Vec<[f64; 2]>; 4],
    inside: &[[f64; 2]],
) -> Result<Bbox> {
    let mut last = None;
    for position in edges.iter_mut().flatten().filter(|position| !position[0].is_nan()) {
        position[0] = last.map_or(position[0], |longitude| nearest_turn(position[0], longitude));
        last = Some(position[0]);
    }
    let walk = plain_box(&edges, &[]);
    let middle = if walk.is_empty() { 0.0 } else { (walk.min[0] + walk.max[0]) / 2.0 };
    let turned: Vec<[f64; 2]> = inside.iter().map(|&[x, y]| [nearest_turn(x, middle), y]).collect();
    let mut answer = walk.union(&Bbox::of(&turned));
    let poles = poles_inside(transform, source)?;
    for (pole, held) in [(-90.0, poles[0]), (90.0, poles[1])] {
        if held {
            answer = answer.union(&Bbox { min: [-180.0, pole], max: [180.0, pole] });
        }
    }
    answer.min[1] = answer.min[1].max(-90.0);
    answer.max[1] = answer.max[1].min(90.0);
    Ok(wrapped(&answer))
}

/// The longitude of the same meridian that is nearest to another.
fn nearest_turn(longitude: f64, other: f64) -> f64 {
    longitude - ((longitude - other) / 360.0).round() * 360.0
}

/// A box whose longitudes may go on past 180°, brought back to −180…180.
fn wrapped(bbox: &Bbox) -> Bbox {
    if bbox.is_empty() || (bbox.min[0] >= -180.0 && bbox.max[0] <= 180.0) {
        return *bbox;
    }
    if bbox.max[0] - bbox.min[0] >= 360.0 {
        return Bbox { min: [-180.0, bbox.min[1]], max: [180.0, bbox.max[1]] };
    }
    let back = |longitude: f64| (longitude + 180.0).rem_euclid(360.0) - 180.0;
    Bbox { min: [back(bbox.min[0]), bbox.min[1]], max: [back(bbox.max[0]), bbox.max[1]] }
}

/// Whether the source box holds the south and the north pole: a pole's place must be inside and lead back to the pole.
fn poles_inside(transform: &Transform, source: &Bbox) -> Result<[bool; 2]> {
    let inverse = transform.inverse()?;
    Ok([-90.0, 90.0].map(|latitude| {
        let mut there = [[0.0, latitude]];
        inverse.apply(&mut there);
        let inside = source.contains(there[0]);
        transform.apply(&mut there);
        inside && (there[0][1] - latitude).abs() < 1e-6
    }))
}
