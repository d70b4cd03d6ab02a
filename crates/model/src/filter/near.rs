//! How far rows are from a geometry that is given: metres on the ellipsoid in geographic CRSs, CRS units elsewhere.

use super::distance::{Near, on_ellipsoid};
use super::edges::{Side, side_of_rings};
use super::truth::{Bits, Truth};
use crate::batch::Batch;
use crate::bbox::Bbox;
use crate::error::{Error, Result};
use crate::geometry::GeometryRef;
use crate::limits::DISTANCE_VERTICES_MAX;
use crate::schema::GeometryKind;
use geo::{Distance, Geodesic};
use geo_types::{Geometry, LineString, Point, Polygon};

/// A part of a geometry: an area with its rings, or a run of positions.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    is_area: bool,
    rings: Vec<Vec<[f64; 2]>>,
}

/// The ground within a distance of a geometry.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NearShape {
    parts: Vec<Part>,
    bbox: Bbox,
    distance_m: f64,
    geographic: bool,
}

impl NearShape {
    /// Refuses empty geometry, one with more positions than the limit, and distances that are none.
    pub(super) fn new(geometry: &Geometry<f64>, distance_m: f64, geographic: bool) -> Result<Self> {
        let mut parts = Vec::new();
        collect(geometry, &mut parts);
        let positions = || parts.iter().flat_map(|part| part.rings.iter().flatten());
        let count = positions().count();
        if count > DISTANCE_VERTICES_MAX {
            let say = format!(
                "Distances are measured from geometry of at most {DISTANCE_VERTICES_MAX} vertices, not {count}."
            );
            return Err(Error::too_large(say));
        }
        if count == 0
            || distance_m.is_nan()
            || distance_m < 0.0
            || !positions().flatten().all(|number| number.is_finite())
        {
            return Err(Error::invalid("A distance needs a geometry of finite numbers and must not be negative."));
        }
        let own = Bbox::of(&positions().copied().collect::<Vec<_>>());
        let bbox = around(&own, distance_m, geographic);
        Ok(Self { parts, bbox, distance_m, geographic })
    }

    /// A box that holds all positions within the distance.
    pub(super) fn bbox(&self) -> Bbox {
        self.bbox
    }

    /// Whether each row comes as near; rows without geometry are unknown.
    pub(super) fn of_rows(&self, batch: &Batch, asked: &Bits) -> Truth {
        let Some(arrays) = &batch.geometry else { return Truth::constant(asked, None) };
        let view = arrays.view();
        Truth::each(asked, |row| {
            let geometry = view.get(row)?;
            Some(!geometry.is_empty() && self.bbox.intersects(&geometry.bbox()) && self.is_close(&geometry))
        })
    }

    fn is_close(&self, geometry: &GeometryRef<'_>) -> bool {
        let mut best: Option<(f64, [[f64; 2]; 2])> = None;
        for part in geometry.parts() {
            let row: Vec<&[[f64; 2]]> = part.rings().collect();
            for own in &self.parts {
                if meets(&row, part.kind() == GeometryKind::Polygon, own) {
                    return true;
                }
                for (ring, other) in row.iter().flat_map(|ring| own.rings.iter().map(move |other| (ring, other))) {
                    let found = match self.geographic {
                        true => nearest(ring, other, on_ellipsoid),
                        false => nearest(ring, other, |position| position),
                    };
                    let Some(found) = found else { continue };
                    if best.is_none_or(|known| found.0 < known.0) {
                        best = Some(found);
                    }
                }
            }
        }
        best.is_some_and(|(squared, [a, b])| match self.geographic {
            true => Geodesic.distance(Point::new(a[0], a[1]), Point::new(b[0], b[1])) <= self.distance_m,
            false => squared.sqrt() <= self.distance_m,
        })
    }
}

/// The box grown on all sides: that of the circles around its corners, which are widest where the meridians are nearest.
fn around(own: &Bbox, distance_m: f64, geographic: bool) -> Bbox {
    let [[west, south], [east, north]] = [own.min, own.max];
    let corners = [[west, south], [east, south], [west, north], [east, north]];
    let boxes: Vec<Bbox> = corners.into_iter().map(|centre| Near { centre, distance_m, geographic }.bbox()).collect();
    if !geographic {
        return own.grown(distance_m);
    }
    Bbox::union_around(boxes.iter().chain([own]))
}

/// Whether two parts have a position in common: one lies in the other, or their edges cross.
fn meets(row: &[&[[f64; 2]]], is_area: bool, own: &Part) -> bool {
    let within = |position: Option<&[f64; 2]>, rings: &[&[[f64; 2]]]| {
        position.is_some_and(|&position| side_of_rings(position, rings.iter().copied()) != Side::Outside)
    };
    let mine: Vec<&[[f64; 2]]> = own.rings.iter().map(Vec::as_slice).collect();
    let first = |rings: &[&[[f64; 2]]]| rings.first().and_then(|ring| ring.first()).copied();
    if (is_area && within(first(&mine).as_ref(), row)) || (own.is_area && within(first(row).as_ref(), &mine)) {
        return true;
    }
    row.iter()
        .any(|ring| mine.iter().any(|other| nearest(ring, other, |at| at).is_some_and(|(squared, _)| squared == 0.0)))
}

fn collect(geometry: &Geometry<f64>, parts: &mut Vec<Part>) {
    let run = |line: &LineString<f64>| line.0.iter().map(|at| [at.x, at.y]).collect::<Vec<_>>();
    let line = |line: &LineString<f64>| Part { is_area: false, rings: vec![run(line)] };
    let area = |polygon: &Polygon<f64>| {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(run).collect();
        Part { is_area: true, rings }
    };
    let point = |point: &Point<f64>| Part { is_area: false, rings: vec![vec![[point.x(), point.y()]]] };
    match geometry {
        Geometry::Point(one) => parts.push(point(one)),
        Geometry::MultiPoint(all) => parts.extend(all.iter().map(point)),
        Geometry::Line(one) => parts.push(line(&LineString::from(vec![one.start, one.end]))),
        Geometry::LineString(one) => parts.push(line(one)),
        Geometry::MultiLineString(all) => parts.extend(all.iter().map(line)),
        Geometry::Polygon(one) => parts.push(area(one)),
        Geometry::MultiPolygon(all) => parts.extend(all.iter().map(area)),
        Geometry::Rect(one) => parts.push(area(&one.to_polygon())),
        Geometry::Triangle(one) => parts.push(area(&one.to_polygon())),
        Geometry::GeometryCollection(all) => all.iter().for_each(|one| collect(one, parts)),
    }
}

/// The nearest positions of two runs: the square of their straight distance, and both.
fn nearest<const N: usize>(
    one: &[[f64; 2]],
    other: &[[f64; 2]],
    place: fn([f64; 2]) -> [f64; N],
) -> Option<(f64, [[f64; 2]; 2])> {
    let mut best: Option<(f64, [[f64; 2]; 2])> = None;
    for a in edges(one) {
        let here = a.map(place);
        for b in edges(other) {
            let (squared, [s, t]) = between_edges(here, b.map(place));
            if best.is_none_or(|(least, _)| squared < least) {
                best = Some((squared, [along(a, s), along(b, t)]));
            }
        }
    }
    best
}

/// The edges of a run; a lone position is an edge without length.
fn edges(run: &[[f64; 2]]) -> impl Iterator<Item = [[f64; 2]; 2]> + Clone + '_ {
    let lone = (run.len() == 1).then(|| run.first().map(|&at| [at, at])).flatten();
    lone.into_iter().chain(run.windows(2).map(|pair| [pair[0], pair[1]]))
}

fn along([from, to]: [[f64; 2]; 2], share: f64) -> [f64; 2] {
    [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]
}

/// The square of the distance of two straight edges, and how far along each the nearest place is (Ericson, Real-Time Collision
/// Detection, 2005, 5.1.9).
fn between_edges<const N: usize>([a, b]: [[f64; N]; 2], [c, d]: [[f64; N]; 2]) -> (f64, [f64; 2]) {
    let dot = |a: [f64; N], b: [f64; N]| (0..N).map(|axis| a[axis] * b[axis]).sum::<f64>();
    let minus = |a: [f64; N], b: [f64; N]| std::array::from_fn(|axis| a[axis] - b[axis]);
    let (first, second, apart): ([f64; N], [f64; N], [f64; N]) = (minus(b, a), minus(d, c), minus(a, c));
    let (own, other) = (dot(first, first), dot(second, second));
    let (lead, trail, both) = (dot(first, apart), dot(second, apart), dot(first, second));
    let denominator = own * other - both * both;
    let mut s = if own > 0.0 && denominator > 0.0 {
        ((both * trail - lead * other) / denominator).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let t = if other > 0.0 { ((both * s + trail) / other).clamp(0.0, 1.0) } else { 0.0 };
    if own > 0.0 {
        s = ((both * t - lead) / own).clamp(0.0, 1.0);
    }
    let rest: [f64; N] = std::array::from_fn(|axis| apart[axis] + s * first[axis] - t * second[axis]);
    (dot(rest, rest), [s, t])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_as_far_apart_as_they_look() {
        let far = |a: [[f64; 2]; 2], b: [[f64; 2]; 2]| between_edges(a, b).0.sqrt();
        assert_eq!(far([[0.0, 0.0], [2.0, 0.0]], [[1.0, 1.0], [1.0, 5.0]]), 1.0);
        assert_eq!(far([[0.0, 0.0], [2.0, 0.0]], [[1.0, -1.0], [1.0, 5.0]]), 0.0);
        assert_eq!(far([[0.0, 0.0], [2.0, 0.0]], [[5.0, 4.0], [9.0, 4.0]]), 5.0);
        assert_eq!(far([[0.0, 0.0], [0.0, 0.0]], [[3.0, 4.0], [3.0, 4.0]]), 5.0);
        assert_eq!(far([[0.0, 0.0], [4.0, 0.0]], [[1.0, 2.0], [3.0, 2.0]]), 2.0);
    }

    #[test]
    fn a_line_of_the_equator_is_near_what_lies_a_degree_north() {
        let line = Geometry::LineString(LineString::from(vec![(0.0, 0.0), (10.0, 0.0)]));
        let shape = |distance_m| NearShape::new(&line, distance_m, true).expect("a distance");
        // A degree of latitude at the equator is 110 574 m on WGS 84.
        assert!(shape(111_000.0).bbox().contains([5.0, 1.0]) && !shape(100_000.0).bbox().contains([5.0, 1.0]));
        assert!(NearShape::new(&line, -1.0, true).is_err());
    }
}
