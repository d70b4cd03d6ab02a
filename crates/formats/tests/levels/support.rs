//! Making levels, and measuring them with code that does not know how they are made.

use crate::tessellation::{Area, Position, Recipe, Ring};
use proptest::prelude::*;
use std::collections::HashMap;
use terrane_formats::display::levels::{BorderFinder, Borders, LevelBuilder};
use terrane_model::geometry::GeometryArrays;

/// The borders of some batches.
pub fn borders(batches: &[GeometryArrays]) -> Borders {
    let mut finder = BorderFinder::new();
    batches.iter().for_each(|arrays| finder.look(arrays));
    finder.finish()
}

/// One level.
pub fn level(borders: &Borders, batches: &[GeometryArrays], tolerance: f64) -> Vec<GeometryArrays> {
    let mut level = LevelBuilder::new(borders, tolerance);
    loop {
        batches.iter().for_each(|arrays| level.look(arrays));
        if level.settle() {
            break;
        }
    }
    batches.iter().map(|arrays| level.simplify(arrays)).collect()
}

/// Levels, each made from the one before, with the borders of the exact geometry.
pub fn levels(batches: &[GeometryArrays], tolerances: &[f64]) -> Vec<Vec<GeometryArrays>> {
    let borders = borders(batches);
    each_from_the_one_before(batches, tolerances, |before, tolerance| level(&borders, before, tolerance))
}

/// Levels, each made from the one before, with borders found anew in it.
pub fn levels_found_anew(batches: &[GeometryArrays], tolerances: &[f64]) -> Vec<Vec<GeometryArrays>> {
    each_from_the_one_before(batches, tolerances, |before, tolerance| level(&borders(before), before, tolerance))
}

fn each_from_the_one_before(
    batches: &[GeometryArrays],
    tolerances: &[f64],
    make: impl Fn(&[GeometryArrays], f64) -> Vec<GeometryArrays>,
) -> Vec<Vec<GeometryArrays>> {
    let mut all: Vec<Vec<GeometryArrays>> = Vec::new();
    for &tolerance in tolerances {
        let next = make(all.last().map_or(batches, Vec::as_slice), tolerance);
        all.push(next);
    }
    all
}

/// Maps of up to 400 areas.
pub fn any_recipe() -> impl Strategy<Value = Recipe> {
    let islands = prop_oneof![Just(0_usize), Just(1), Just(4)];
    (2_usize..12, 0_u32..4, 0.2_f64..1.0, any::<u64>(), islands).prop_map(
        |(side, depth, roughness, seed, one_island_in)| Recipe {
            side: if depth == 3 { side.min(5) } else { side },
            depth,
            roughness,
            seed,
            one_island_in,
        },
    )
}

/// A position by its bits.
pub fn bits(position: Position) -> [u64; 2] {
    position.map(|number| (number + 0.0).to_bits())
}

/// How often each directed edge occurs.
pub fn edges<'a>(rings: impl IntoIterator<Item = &'a Ring>) -> HashMap<[[u64; 2]; 2], usize> {
    let mut all = HashMap::new();
    for edge in rings.into_iter().flat_map(|ring| ring.windows(2)) {
        *all.entry([bits(edge[0]), bits(edge[1])]).or_insert(0) += 1;
    }
    all
}

/// What `geo` says about an area: nothing when it is valid.
pub fn complaints(area: &Area) -> Vec<String> {
    use geo::algorithm::Validation;
    let line = |ring: &Ring| geo::LineString::from(ring.iter().map(|&[x, y]| (x, y)).collect::<Vec<_>>());
    let polygon = geo::Polygon::new(line(&area[0]), area[1..].iter().map(line).collect());
    polygon.validation_errors().iter().map(|error| format!("{error}: {area:?}")).collect()
}

/// How far the positions of `from`, and points between them, are from the line `to` at most.
pub fn farthest(from: &[Position], to: &[Position]) -> f64 {
    let between = from.windows(2).flat_map(|edge| (0..8).map(|step| mix(edge[0], edge[1], f64::from(step) / 8.0)));
    between.map(|point| distance(point, to)).fold(0.0, f64::max)
}

fn mix(from: Position, to: Position, share: f64) -> Position {
    [0, 1].map(|axis| from[axis] + (to[axis] - from[axis]) * share)
}

fn distance(point: Position, line: &[Position]) -> f64 {
    let to_edge = |edge: &[Position]| {
        let along = [edge[1][0] - edge[0][0], edge[1][1] - edge[0][1]];
        let off = [point[0] - edge[0][0], point[1] - edge[0][1]];
        let length = along[0] * along[0] + along[1] * along[1];
        let share = if length > 0.0 { ((off[0] * along[0] + off[1] * along[1]) / length).clamp(0.0, 1.0) } else { 0.0 };
        (off[0] - share * along[0]).hypot(off[1] - share * along[1])
    };
    line.windows(2).map(to_edge).fold(f64::INFINITY, f64::min)
}
