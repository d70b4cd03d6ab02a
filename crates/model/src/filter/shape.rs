//! A geometry given in a filter, made ready once, and whether rows share a point with it.

use super::edges::{Edge, Edges, Side, side_of_rings};
use crate::bbox::Bbox;
use crate::error::{Error, Result};
use crate::geometry::{GeometryRef, PartRef};
use crate::schema::GeometryKind;
use geo_types::{Coord, Geometry, LineString, MultiPolygon, Point, Polygon};

/// A geometry given: its positions, lines and areas apart, each indexed.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) geometry: Geometry<f64>,
    /// The plain box of all positions.
    pub(super) bbox: Bbox,
    /// The boxes that the whole shape consists of, when it was given as a box.
    pub(super) boxes: Vec<Bbox>,
    points: Edges,
    lines: Edges,
    areas: Edges,
    /// One position of each point, line and ring.
    representatives: Vec<[f64; 2]>,
}

impl Shape {
    /// Refuses positions that are not numbers.
    pub(super) fn new(geometry: Geometry<f64>) -> Result<Self> {
        let mut parts = Parts::default();
        parts.add(&geometry);
        if !parts.positions.iter().flatten().all(|number| number.is_finite()) {
            return Err(Error::invalid("A geometry in a filter has a coordinate that is not a finite number."));
        }
        Ok(Self {
            bbox: Bbox::of(&parts.positions),
            boxes: Vec::new(),
            points: Edges::new(parts.points),
            lines: Edges::new(parts.lines),
            areas: Edges::new(parts.areas),
            representatives: parts.representatives,
            geometry,
        })
    }

    /// The area of a box: two areas when it crosses the antimeridian, a line or a point when it has no width or height.
    pub(super) fn of_box(bbox: &Bbox) -> Result<Self> {
        let mut shape = Self::new(box_geometry(bbox))?;
        shape.boxes = bbox.parts().collect();
        Ok(shape)
    }

    /// Whether the shape and a row share a point.
    pub(super) fn meets(&self, row: &GeometryRef<'_>, bbox: &Bbox) -> bool {
        if !self.bbox.intersects(bbox) {
            return false;
        }
        self.boxes.iter().any(|own| own.contains_box(bbox)) || row.parts().any(|part| self.meets_part(&part, bbox))
    }

    /// Whether a row that meets the shape lies within it, where that is plain: the shape is an area and its edges do not come
    /// near the row.
    pub(super) fn plainly_holds(&self, row: &GeometryRef<'_>, bbox: &Bbox) -> Option<bool> {
        if !self.points.is_empty() || !self.lines.is_empty() {
            return None;
        }
        let mut sides =
            row.parts().flat_map(|part| part.rings()).filter_map(|ring| ring.first()).map(|&at| self.areas.side(at));
        let mut all_inside = true;
        if sides.any(|side| {
            all_inside &= side == Side::Inside;
            side == Side::Outside
        }) {
            return Some(false);
        }
        let crossed = |part: PartRef<'_>| {
            part.rings().any(|ring| ring.windows(2).any(|pair| self.areas.cross(&[pair[0], pair[1]])))
        };
        let around_a_hole = |part: PartRef<'_>| part.kind() == GeometryKind::Polygon && self.within_rings(&part, bbox);
        (all_inside && !row.parts().any(|part| around_a_hole(part) || crossed(part))).then_some(true)
    }

    fn meets_part(&self, part: &PartRef<'_>, bbox: &Bbox) -> bool {
        if part.kind() == GeometryKind::Point {
            return part.rings().flatten().any(|&position| self.covers(position));
        }
        // Cheapest first: a part that lies within is told by one position, one that lies around by one of ours.
        let within = || part.rings().any(|ring| ring.first().is_some_and(|&position| self.covers(position)));
        let crossed = || part.rings().any(|ring| ring.windows(2).any(|pair| self.meets_edge(&[pair[0], pair[1]])));
        let around = || part.kind() == GeometryKind::Polygon && self.within_rings(part, bbox);
        within() || crossed() || around()
    }

    fn meets_edge(&self, edge: &Edge) -> bool {
        let near = Bbox::of(edge);
        self.bbox.intersects(&near) && (self.areas.cross(edge) || self.lines.cross(edge) || self.points.cross(edge))
    }

    /// Whether some part of the shape lies in an area whose edges it does not cross.
    fn within_rings(&self, part: &PartRef<'_>, bbox: &Bbox) -> bool {
        let near = self.representatives.iter().filter(|&&position| bbox.contains(position));
        near.into_iter().any(|&position| side_of_rings(position, part.rings()) != Side::Outside)
    }

    fn covers(&self, position: [f64; 2]) -> bool {
        self.bbox.contains(position)
            && (self.points.touch(position)
                || self.lines.touch(position)
                || (!self.areas.is_empty() && self.areas.side(position) != Side::Outside))
    }
}

/// A box as a geometry of the `geo` crates; see [`Shape::of_box`].
pub(super) fn box_geometry(bbox: &Bbox) -> Geometry<f64> {
    let mut parts = bbox.parts();
    match (parts.next(), parts.next()) {
        (Some(west), Some(east)) => Geometry::MultiPolygon(MultiPolygon(vec![rectangle(&west), rectangle(&east)])),
        _ if bbox.width() == 0.0 && bbox.height() == 0.0 => Geometry::Point(Point::new(bbox.min[0], bbox.min[1])),
        _ if bbox.width() == 0.0 || bbox.height() == 0.0 => {
            Geometry::LineString(LineString::from(vec![(bbox.min[0], bbox.min[1]), (bbox.max[0], bbox.max[1])]))
        }
        _ => Geometry::Polygon(rectangle(bbox)),
    }
}

fn rectangle(bbox: &Bbox) -> Polygon<f64> {
    let ([west, south], [east, north]) = (bbox.min, bbox.max);
    Polygon::new(
        LineString::from(vec![(west, south), (east, south), (east, north), (west, north), (west, south)]),
        Vec::new(),
    )
}

#[derive(Default)]
struct Parts {
    positions: Vec<[f64; 2]>,
    points: Vec<Edge>,
    lines: Vec<Edge>,
    areas: Vec<Edge>,
    representatives: Vec<[f64; 2]>,
}

impl Parts {
    fn add(&mut self, geometry: &Geometry<f64>) {
        match geometry {
            Geometry::Point(point) => self.add_point(point.0),
            Geometry::MultiPoint(points) => points.iter().for_each(|point| self.add_point(point.0)),
            Geometry::Line(line) => self.add_run(&[line.start, line.end], false),
            Geometry::LineString(line) => self.add_run(&line.0, false),
            Geometry::MultiLineString(lines) => lines.iter().for_each(|line| self.add_run(&line.0, false)),
            Geometry::Polygon(polygon) => self.add_area(polygon),
            Geometry::MultiPolygon(polygons) => polygons.iter().for_each(|polygon| self.add_area(polygon)),
            Geometry::GeometryCollection(all) => all.iter().for_each(|one| self.add(one)),
            Geometry::Rect(rectangle) => self.add_area(&rectangle.to_polygon()),
            Geometry::Triangle(triangle) => self.add_area(&triangle.to_polygon()),
        }
    }

    fn add_point(&mut self, coord: Coord<f64>) {
        self.positions.push([coord.x, coord.y]);
        self.points.push([[coord.x, coord.y]; 2]);
        self.representatives.push([coord.x, coord.y]);
    }

    fn add_area(&mut self, polygon: &Polygon<f64>) {
        self.add_run(&polygon.exterior().0, true);
        polygon.interiors().iter().for_each(|ring| self.add_run(&ring.0, true));
    }

    fn add_run(&mut self, run: &[Coord<f64>], area: bool) {
        let edges = if area { &mut self.areas } else { &mut self.lines };
        edges.extend(run.windows(2).map(|pair| [[pair[0].x, pair[0].y], [pair[1].x, pair[1].y]]));
        self.positions.extend(run.iter().map(|coord| [coord.x, coord.y]));
        self.representatives.extend(run.first().map(|coord| [coord.x, coord.y]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::GeometryBuilder;
    use geo::{Intersects, MapCoords};
    use proptest::prelude::*;

    /// A star around a centre: never crosses itself, seldom convex.
    fn star(centre: [f64; 2], radii: &[f64]) -> Vec<[f64; 2]> {
        let at = |(turn, radius): (usize, &f64)| {
            let angle = turn as f64 / radii.len() as f64 * std::f64::consts::TAU;
            [centre[0] + radius * angle.cos(), centre[1] + radius * angle.sin()]
        };
        let mut ring: Vec<[f64; 2]> = radii.iter().enumerate().map(at).collect();
        ring.push(ring[0]);
        ring
    }

    fn row(kind: GeometryKind, run: &[[f64; 2]]) -> crate::geometry::GeometryArrays {
        let schema = crate::Schema {
            columns: Vec::new(),
            geometry: Some(crate::schema::GeometryColumn {
                name: "geometry".into(),
                kind: GeometryKind::Any,
                crs: crate::Crs::crs84(),
                has_z: false,
            }),
            time: None,
            key: None,
        };
        let mut builder = crate::batch::BatchBuilder::new(std::sync::Arc::new(schema));
        let geometry: &mut GeometryBuilder = builder.geometry().expect("the schema has geometry");
        geometry.begin(kind);
        geometry.part(kind);
        geometry.ring();
        geometry.positions(run);
        builder.end_row(crate::FeatureId::Number(1));
        builder.finish().geometry.expect("the schema has geometry")
    }

    fn run() -> impl Strategy<Value = Vec<[f64; 2]>> {
        let radii = prop::collection::vec(0.5..6.0_f64, 3..60);
        (-8..8_i32, -8..8_i32, radii).prop_map(|(x, y, radii)| star([f64::from(x), f64::from(y)], &radii))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_row_meets_a_shape_just_when_an_independent_library_says_so(
            given in run(), mut other in run(), kind in 1..4_u8, whole in any::<bool>(),
        ) {
            let kind = GeometryKind::from_u8(kind);
            other.truncate(if kind == GeometryKind::Point { 1 } else { other.len() });
            let line = LineString::from(given.iter().map(|&[x, y]| (x, y)).collect::<Vec<_>>());
            let mut geometry: Geometry<f64> = Polygon::new(line, Vec::new()).into();
            if whole {
                // Whole coordinates make shared corners and overlapping edges likely.
                let round = |coord: Coord<f64>| Coord { x: coord.x.round(), y: coord.y.round() };
                geometry = geometry.map_coords(round);
                other.iter_mut().flatten().for_each(|number| *number = number.round());
            }
            let arrays = row(kind, &other);
            let row = arrays.view().get(0).expect("the row has geometry");
            let expected = geometry.intersects(&row.to_geo());
            let within = geo::Relate::relate(&row.to_geo(), &geometry).is_within();
            let shape = Shape::new(geometry).expect("finite");
            prop_assert_eq!(shape.meets(&row, &row.bbox()), expected);
            prop_assert!(shape.plainly_holds(&row, &row.bbox()).is_none_or(|plainly| plainly == within));
        }
    }

    #[test]
    fn a_row_around_a_hole_is_not_within() {
        let square = |low: f64, high: f64| {
            LineString::from(vec![(low, low), (high, low), (high, high), (low, high), (low, low)])
        };
        let holed = Shape::new(Polygon::new(square(0.0, 10.0), vec![square(4.0, 6.0)]).into()).expect("finite");
        for (low, high, expected) in
            [(1.0, 2.0, Some(true)), (3.0, 7.0, None), (0.0, 2.0, None), (11.0, 12.0, Some(false))]
        {
            let ring: Vec<[f64; 2]> = square(low, high).0.iter().map(|at| [at.x, at.y]).collect();
            let arrays = row(GeometryKind::Polygon, &ring);
            let row = arrays.view().get(0).expect("an area");
            assert_eq!(holed.plainly_holds(&row, &row.bbox()), expected, "{low} to {high}");
        }
    }

    #[test]
    fn a_box_across_180_degrees_is_two_areas() {
        let shape = Shape::of_box(&Bbox::geographic([170.0, -10.0], [-170.0, 10.0]).expect("a box")).expect("finite");
        for (x, inside) in [(175.0, true), (-175.0, true), (180.0, true), (0.0, false), (165.0, false)] {
            let arrays = row(GeometryKind::Point, &[[x, 0.0]]);
            let row = arrays.view().get(0).expect("a point");
            assert_eq!(shape.meets(&row, &row.bbox()), inside, "{x}");
        }
    }
}
