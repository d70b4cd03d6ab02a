//! A filter whose geometry is moved to another CRS, or whose axes are exchanged.

use super::shape::box_geometry;
use super::{Filter, GeometryExpr};
use crate::bbox::Bbox;
use crate::error::{Error, Result};
use crate::limits::Limits;
use geo::{CoordsIter, MapCoords};
use geo_types::{Coord, Geometry, LineString, Polygon};
use std::cell::Cell;
use std::sync::Arc;

/// Moves positions from one CRS to another; `projection` has the implementation.
pub trait Transformer {
    /// Moves positions in place.
    fn positions(&self, positions: &mut [[f64; 2]]) -> Result<()>;
    /// The box that holds the moved box.
    fn bbox(&self, bbox: &Bbox) -> Result<Bbox>;
    /// Whether a moved box is a box again, as when axes are exchanged; else boxes of predicates are moved as areas.
    fn keeps_boxes(&self) -> bool {
        false
    }
}

/// Exchanges x and y: for geometry that a protocol receives in a CRS whose first axis is latitude or northing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExchangedAxes;

impl Transformer for ExchangedAxes {
    fn positions(&self, positions: &mut [[f64; 2]]) -> Result<()> {
        positions.iter_mut().for_each(|position| position.swap(0, 1));
        Ok(())
    }

    fn bbox(&self, bbox: &Bbox) -> Result<Bbox> {
        let [min, max] = [bbox.min, bbox.max].map(|[first, second]| [second, first]);
        Bbox::geographic(min, max)
    }

    fn keeps_boxes(&self) -> bool {
        true
    }
}

/// An edge whose middle moves off the straight line by more than this part of its length is divided first.
const BEND_MAX: f64 = 1e-4;
/// Edges that a bent edge is divided into.
const PIECES: usize = 8;

impl Filter {
    /// The same filter with every geometry and box moved.
    ///
    /// Edges that are straight here and bent there are divided into eight first. The box of a spatial predicate becomes an
    /// area; [`Filter::Bbox`] becomes the box that holds the moved one. The centre of [`Filter::Within`] moves, its distance
    /// does not.
    pub fn transformed(&self, transformer: &dyn Transformer) -> Result<Self> {
        let each = |all: &[Self]| all.iter().map(|one| one.transformed(transformer)).collect::<Result<Vec<_>>>();
        Ok(match self {
            Self::And(all) => Self::And(each(all)?),
            Self::Or(all) => Self::Or(each(all)?),
            Self::Not(one) => Self::Not(Box::new(one.transformed(transformer)?)),
            Self::Spatial { op, left, right } => {
                Self::Spatial { op: *op, left: move_expr(left, transformer)?, right: move_expr(right, transformer)? }
            }
            Self::Bbox(bbox) => Self::Bbox(transformer.bbox(bbox)?),
            Self::Within { centre, distance_m } => {
                let mut moved = [*centre];
                transformer.positions(&mut moved)?;
                Self::Within { centre: moved[0], distance_m: *distance_m }
            }
            Self::Near { shape, distance_m } => {
                Self::Near { shape: Arc::new(move_geometry(shape, transformer)?), distance_m: *distance_m }
            }
            other => other.clone(),
        })
    }
}

fn move_expr(expr: &GeometryExpr, transformer: &dyn Transformer) -> Result<GeometryExpr> {
    Ok(match expr {
        GeometryExpr::Column(name) => GeometryExpr::Column(name.clone()),
        GeometryExpr::Bbox(bbox) if transformer.keeps_boxes() => GeometryExpr::Bbox(transformer.bbox(bbox)?),
        GeometryExpr::Bbox(bbox) => GeometryExpr::Literal(Arc::new(move_geometry(&box_geometry(bbox), transformer)?)),
        GeometryExpr::Literal(geometry) => GeometryExpr::Literal(Arc::new(move_geometry(geometry, transformer)?)),
    })
}

fn move_geometry(geometry: &Geometry<f64>, transformer: &dyn Transformer) -> Result<Geometry<f64>> {
    let divided = if transformer.keeps_boxes() { geometry.clone() } else { divide(geometry, transformer)? };
    let mut positions: Vec<[f64; 2]> = divided.coords_iter().map(|at| [at.x, at.y]).collect();
    if positions.len() > Limits::default().filter_vertices_max * PIECES {
        return Err(Error::too_large(
            "The geometry of this filter has too many vertices once it is in the data's CRS.",
        ));
    }
    transformer.positions(&mut positions)?;
    if !positions.iter().flatten().all(|number| number.is_finite()) {
        return Err(Error::invalid(
            "The geometry of this filter reaches outside the area in which the data's CRS can be used; make it smaller.",
        ));
    }
    let next = Cell::new(0);
    // `map_coords` visits positions in the order of `coords_iter`.
    Ok(divided.map_coords(|coord| {
        let at = next.replace(next.get() + 1);
        positions.get(at).map_or(coord, |&[x, y]| Coord { x, y })
    }))
}

fn divide(geometry: &Geometry<f64>, transformer: &dyn Transformer) -> Result<Geometry<f64>> {
    Ok(match geometry {
        Geometry::Line(line) => {
            Geometry::LineString(divide_line(&LineString::from(vec![line.start, line.end]), transformer)?)
        }
        Geometry::LineString(line) => Geometry::LineString(divide_line(line, transformer)?),
        Geometry::MultiLineString(lines) => Geometry::MultiLineString(geo_types::MultiLineString(
            lines.iter().map(|line| divide_line(line, transformer)).collect::<Result<_>>()?,
        )),
        Geometry::Polygon(polygon) => Geometry::Polygon(divide_area(polygon, transformer)?),
        Geometry::MultiPolygon(polygons) => Geometry::MultiPolygon(geo_types::MultiPolygon(
            polygons.iter().map(|polygon| divide_area(polygon, transformer)).collect::<Result<_>>()?,
        )),
        Geometry::GeometryCollection(all) => Geometry::GeometryCollection(geo_types::GeometryCollection(
            all.iter().map(|one| divide(one, transformer)).collect::<Result<_>>()?,
        )),
        Geometry::Rect(rectangle) => Geometry::Polygon(divide_area(&rectangle.to_polygon(), transformer)?),
        Geometry::Triangle(triangle) => Geometry::Polygon(divide_area(&triangle.to_polygon(), transformer)?),
        Geometry::Point(_) | Geometry::MultiPoint(_) => geometry.clone(),
    })
}

fn divide_area(polygon: &Polygon<f64>, transformer: &dyn Transformer) -> Result<Polygon<f64>> {
    let holes = polygon.interiors().iter().map(|ring| divide_line(ring, transformer)).collect::<Result<_>>()?;
    Ok(Polygon::new(divide_line(polygon.exterior(), transformer)?, holes))
}

fn divide_line(line: &LineString<f64>, transformer: &dyn Transformer) -> Result<LineString<f64>> {
    let Some(first) = line.0.first() else { return Ok(line.clone()) };
    let between =
        |a: Coord<f64>, b: Coord<f64>, share: f64| Coord { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
    let halfway = line.0.windows(2).flat_map(|pair| [pair[0], between(pair[0], pair[1], 0.5), pair[1]]);
    let mut probe: Vec<[f64; 2]> = halfway.map(|at| [at.x, at.y]).collect();
    transformer.positions(&mut probe)?;
    let mut divided = vec![*first];
    for (pair, moved) in line.0.windows(2).zip(probe.chunks_exact(3)) {
        if is_bent(moved) {
            divided.extend((1..PIECES).map(|piece| between(pair[0], pair[1], piece as f64 / PIECES as f64)));
        }
        divided.push(pair[1]);
    }
    Ok(LineString(divided))
}

/// Whether the middle of three positions lies off the middle of the outer two.
fn is_bent(moved: &[[f64; 2]]) -> bool {
    let [from, middle, to] = moved else { return false };
    let off = (0..2).map(|axis| (middle[axis] - (from[axis] + to[axis]) / 2.0).powi(2)).sum::<f64>();
    let length = (0..2).map(|axis| (to[axis] - from[axis]).powi(2)).sum::<f64>();
    off > length * BEND_MAX * BEND_MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::SpatialOp;

    /// Squares x: straight lines that are neither horizontal nor vertical bend.
    struct Squared;

    impl Transformer for Squared {
        fn positions(&self, positions: &mut [[f64; 2]]) -> Result<()> {
            positions.iter_mut().for_each(|position| position[0] *= position[0]);
            Ok(())
        }
        fn bbox(&self, bbox: &Bbox) -> Result<Bbox> {
            Bbox::plain([bbox.min[0].powi(2), bbox.min[1]], [bbox.max[0].powi(2), bbox.max[1]])
        }
    }

    fn intersects(right: GeometryExpr) -> Filter {
        Filter::Spatial { op: SpatialOp::Intersects, left: GeometryExpr::Column("geometry".into()), right }
    }

    #[test]
    fn bent_edges_are_divided_and_straight_ones_are_not() {
        let line = LineString::from(vec![(1.0, 0.0), (3.0, 4.0), (3.0, 9.0)]);
        let moved = intersects(GeometryExpr::Literal(Arc::new(line.into()))).transformed(&Squared).expect("moved");
        assert_eq!(moved.vertices(), 1 + PIECES + 1);
    }

    #[test]
    fn exchanged_axes_keep_boxes_and_their_crossing() {
        let given = Bbox { min: [-20.0, 170.0], max: [-10.0, -170.0] };
        let moved = intersects(GeometryExpr::Bbox(given)).transformed(&ExchangedAxes).expect("moved");
        let expected = Bbox::geographic([170.0, -20.0], [-170.0, -10.0]).expect("a box");
        assert_eq!(moved, intersects(GeometryExpr::Bbox(expected)));
    }
}
