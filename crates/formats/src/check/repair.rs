//! Areas made valid: each ring on its own by the non-zero rule, holes taken from their outer ring, parts united. A hole that does not
//! meet its outer ring is an area of its own.
//!
//! This is GEOS' "structure" method of MakeValid, which QGIS' “Fix geometries” offers as well.

use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::{ContourDirection, ShapeType};
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::float::overlay::{FloatOverlay, OverlayOptions};
use i_overlay::float::relate::FloatRelate as _;
use i_overlay::i_float::adapter::FloatPointAdapter;
use i_overlay::i_float::float::rect::FloatRect;
use terrane_model::batch::GeometryBuilder;
use terrane_model::geometry::GeometryRef;
use terrane_model::schema::GeometryKind;

/// Rings of one area without the closing position, the outer one first and counter-clockwise.
pub type Area = Vec<Vec<[f64; 2]>>;

/// Coordinates beyond this are no places, and squares of them no numbers.
const COORDINATE_MAX: f64 = 1e100;

/// Boolean operations on one grid of integers, so that results of one are exact input of the next.
pub struct Plane {
    adapter: FloatPointAdapter<[f64; 2], f64>,
}

impl Plane {
    /// The plane of a box; `None` when it has no extent that numbers can tell.
    pub fn new([min_x, min_y, max_x, max_y]: [f64; 4]) -> Option<Self> {
        let greatest = min_x.abs().max(max_x.abs()).max(min_y.abs()).max(max_y.abs());
        let extent = (max_x - min_x).max(max_y - min_y);
        let usable = greatest < COORDINATE_MAX && extent > greatest * f64::EPSILON && extent > COORDINATE_MAX.recip();
        usable.then(|| Self { adapter: FloatPointAdapter::new(FloatRect { min_x, max_x, min_y, max_y }) })
    }

    /// The distance within which positions are taken for one another.
    pub fn grain(&self) -> f64 {
        self.adapter.inv_scale
    }

    /// Combines contours by the non-zero rule; results are valid, outer rings counter-clockwise.
    pub fn combine<'a>(
        &self,
        rule: OverlayRule,
        subject: impl IntoIterator<Item = &'a [[f64; 2]]>,
        clip: impl IntoIterator<Item = &'a [[f64; 2]]>,
    ) -> Vec<Area> {
        let options = OverlayOptions {
            preserve_input_collinear: true,
            preserve_output_collinear: true,
            output_direction: ContourDirection::CounterClockwise,
            ogc: true,
            ..OverlayOptions::default()
        };
        let mut overlay = FloatOverlay::new_custom(self.adapter.clone(), options, Default::default(), 64);
        for contour in subject {
            overlay = overlay.unsafe_add_contour(contour, ShapeType::Subject);
        }
        for contour in clip {
            overlay = overlay.unsafe_add_contour(contour, ShapeType::Clip);
        }
        let mut areas = overlay.overlay(rule, FillRule::NonZero);
        areas.iter_mut().for_each(orient);
        areas
    }

    /// What one ring encloses.
    fn enclosed(&self, ring: &[[f64; 2]]) -> Vec<Area> {
        self.combine(OverlayRule::Subject, [ring], [])
    }
}

/// Turns the outer ring counter-clockwise and holes clockwise: i_overlay 4.5 leaves a hole that touches the outer ring as it is.
fn orient(area: &mut Area) {
    for (place, ring) in area.iter_mut().enumerate() {
        if (double_area(ring) > 0.0) != (place == 0) {
            ring.reverse();
        }
    }
}

/// The contours of some areas.
pub fn contours(areas: &[Area]) -> impl Iterator<Item = &[[f64; 2]]> {
    areas.iter().flatten().map(Vec::as_slice)
}

/// Twice the signed area of a ring, closed or not; positive when counter-clockwise. Differences to the first position keep digits.
pub fn double_area(ring: &[[f64; 2]]) -> f64 {
    let Some(&[x0, y0]) = ring.first() else { return 0.0 };
    let cross = |a: [f64; 2], b: [f64; 2]| (a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0);
    ring.windows(2).map(|pair| cross(pair[0], pair[1])).sum()
}

/// The area of some areas.
pub fn area_of(areas: &[Area]) -> f64 {
    areas.iter().map(|area| net_area(area.iter().map(Vec::as_slice))).sum()
}

/// The outer ring's area less the holes'.
pub fn net_area<'a>(rings: impl IntoIterator<Item = &'a [[f64; 2]]>) -> f64 {
    let sizes = rings.into_iter().map(|ring| double_area(ring).abs() / 2.0).enumerate();
    sizes.map(|(place, size)| if place == 0 { size } else { -size }).sum()
}

/// A valid geometry of the same places.
#[derive(Debug)]
pub struct Repair {
    /// Its areas; none when nothing of the geometry had an extent.
    pub areas: Vec<Area>,
    /// The area before, as programs that do not look at validity measure it.
    pub area_before: f64,
    /// The area now.
    pub area_after: f64,
}

impl Repair {
    /// By how much the area changed, as a share of the greater one.
    pub fn change(&self) -> f64 {
        let greater = self.area_before.abs().max(self.area_after);
        if greater > 0.0 { (self.area_after - self.area_before).abs() / greater } else { 0.0 }
    }
}

/// Makes the areas of a geometry valid. `None` when it cannot be told where they are.
pub fn repair(geometry: &GeometryRef<'_>) -> Option<Repair> {
    let plane = Plane::new(geometry.bbox().to_array())?;
    let mut areas: Vec<Area> = Vec::new();
    let mut area_before = 0.0;
    let mut parts = 0;
    for part in geometry.parts().filter(|part| part.kind() == GeometryKind::Polygon) {
        parts += 1;
        area_before += net_area(part.rings());
        let mut rings = part.rings();
        let mut outer = rings.next().map(|ring| plane.enclosed(ring)).unwrap_or_default();
        if outer.is_empty() {
            continue;
        }
        let (holes, others): (Vec<Vec<Area>>, Vec<Vec<Area>>) =
            rings.map(|hole| plane.enclosed(hole)).partition(|hole| outer.intersects(hole));
        parts += others.len();
        outer.extend(others.into_iter().flatten());
        areas.extend(match holes.is_empty() {
            true => outer,
            false => {
                let holes = holes.iter().flat_map(|hole| contours(hole));
                plane.combine(OverlayRule::Difference, contours(&outer), holes)
            }
        });
    }
    if parts > 1 {
        areas = plane.combine(OverlayRule::Subject, contours(&areas), []);
    }
    let area_after = area_of(&areas);
    Some(Repair { areas, area_before, area_after })
}

/// Positions of a geometry with their heights, to be found again by place.
pub struct Places {
    /// By x.
    sorted: Vec<([f64; 2], f64)>,
    reach: f64,
}

impl Places {
    /// The positions of a geometry.
    pub fn of(geometry: &GeometryRef<'_>) -> Self {
        let reach = Plane::new(geometry.bbox().to_array()).map_or(0.0, |plane| plane.grain() * 2.0);
        let mut sorted = Vec::with_capacity(geometry.positions().len());
        for part in geometry.parts() {
            for (ring, heights) in part.rings().zip(part.heights()) {
                let height = |at: usize| heights.map_or(f64::NAN, |heights| heights[at]);
                sorted.extend(ring.iter().enumerate().map(|(at, position)| (*position, height(at))));
            }
        }
        sorted.sort_unstable_by(|a, b| a.0[0].total_cmp(&b.0[0]));
        Self { sorted, reach }
    }

    /// The position as it was given, with its height, when one is as near as the grid of the repair is fine.
    fn nearest(&self, [x, y]: [f64; 2]) -> Option<([f64; 2], f64)> {
        let from = self.sorted.partition_point(|(position, _)| position[0] < x - self.reach);
        let near = self.sorted[from..].iter().take_while(|(position, _)| position[0] <= x + self.reach);
        let distance = |position: &[f64; 2]| (position[0] - x).abs().max((position[1] - y).abs());
        let best = near.min_by(|a, b| distance(&a.0).total_cmp(&distance(&b.0)))?;
        (distance(&best.0) <= self.reach).then_some(*best)
    }
}

/// Writes areas as the row that `into` is building, with the positions as they were given where there is one.
pub fn build(areas: &[Area], kind: GeometryKind, places: Option<&Places>, into: &mut GeometryBuilder) {
    into.begin(kind);
    for area in areas {
        into.part(GeometryKind::Polygon);
        for ring in area {
            into.ring();
            for position in ring.iter().chain(ring.first()) {
                let given = places.and_then(|places| places.nearest(*position));
                let (position, height) = given.unwrap_or((*position, f64::NAN));
                into.position(position, Some(height));
            }
        }
    }
}
