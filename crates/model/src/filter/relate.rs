//! Spatial predicates of rows: cheap refusals first, the full relation (DE-9IM) only where it must be.

use super::SpatialOp;
use super::shape::Shape;
use super::truth::{Bits, Truth};
use crate::batch::Batch;
use crate::bbox::Bbox;
use crate::geometry::GeometryRef;
use geo::PreparedGeometry;
use geo::relate::{IntersectionMatrix, Relate};
use geo_types::Geometry;
use std::cell::OnceCell;

impl SpatialOp {
    /// The relation with the sides exchanged: "a within b" is "b contains a".
    #[must_use]
    pub fn exchanged(self) -> Self {
        match self {
            Self::Within => Self::Contains,
            Self::Contains => Self::Within,
            same => same,
        }
    }

    fn holds(self, matrix: &IntersectionMatrix) -> bool {
        match self {
            Self::Intersects => matrix.is_intersects(),
            Self::Disjoint => matrix.is_disjoint(),
            Self::Equals => matrix.is_equal_topo(),
            Self::Touches => matrix.is_touches(),
            Self::Crosses => matrix.is_crosses(),
            Self::Within => matrix.is_within(),
            Self::Contains => matrix.is_contains(),
            Self::Overlaps => matrix.is_overlaps(),
        }
    }
}

/// Two geometries that are given.
pub(super) fn of_two(op: SpatialOp, left: &Shape, right: &Shape) -> bool {
    op.holds(&left.geometry.relate(&right.geometry))
}

/// Each row related to a shape that is given; rows without geometry are unknown.
pub(super) fn of_rows(op: SpatialOp, shape: &Shape, batch: &Batch, asked: &Bits) -> Truth {
    let prepared = OnceCell::new();
    each_row(batch, asked, |row, bbox| {
        if !shape.meets(row, bbox) {
            return op == SpatialOp::Disjoint;
        }
        let plainly = || if op == SpatialOp::Within { shape.plainly_holds(row, bbox) } else { None };
        by_boxes(op, shape, bbox).or_else(plainly).unwrap_or_else(|| {
            let shape: &PreparedGeometry<'_, &Geometry<f64>> =
                prepared.get_or_init(|| PreparedGeometry::from(&shape.geometry));
            op.exchanged().holds(&shape.relate(&row.to_geo()))
        })
    })
}

/// Each row related to itself.
pub(super) fn of_selves(op: SpatialOp, batch: &Batch, asked: &Bits) -> Truth {
    each_row(batch, asked, |row, _| op.holds(&row.to_geo().relate(&row.to_geo())))
}

/// What the boxes say of a row that meets the shape, when they suffice.
fn by_boxes(op: SpatialOp, shape: &Shape, row: &Bbox) -> Option<bool> {
    match op {
        SpatialOp::Intersects => Some(true),
        SpatialOp::Disjoint => Some(false),
        SpatialOp::Within if !shape.bbox.contains_box(row) => Some(false),
        SpatialOp::Within if shape.boxes.iter().any(|own| strictly_within(row, own)) => Some(true),
        SpatialOp::Contains if !row.contains_box(&shape.bbox) => Some(false),
        SpatialOp::Equals if *row != shape.bbox => Some(false),
        _ => None,
    }
}

fn strictly_within(inner: &Bbox, outer: &Bbox) -> bool {
    (0..2).all(|axis| outer.min[axis] < inner.min[axis] && inner.max[axis] < outer.max[axis])
}

/// Rows without geometry, and those with positions that are not numbers, are unknown.
fn each_row(batch: &Batch, asked: &Bits, mut test: impl FnMut(&GeometryRef<'_>, &Bbox) -> bool) -> Truth {
    let Some(arrays) = &batch.geometry else { return Truth::constant(asked, None) };
    let view = arrays.view();
    Truth::each(asked, |row| {
        let geometry = view.get(row)?;
        let finite = geometry.positions().iter().flatten().all(|number| number.is_finite());
        finite.then(|| test(&geometry, &geometry.bbox()))
    })
}
