//! Rows from lists of positions, and a judge of shapes that the crate has not written: the validation of `geo`.

use geo::Validation as _;
use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use terrane_drawing::tile::{Cutter, Row};
use terrane_formats::tile::mvt::{Shape, ShapeKind, double_area};
use terrane_model::batch::GeometryBuilder;
use terrane_model::geometry::GeometryArrays;
use terrane_model::schema::GeometryKind;

pub type Ring = Vec<[f64; 2]>;

/// One row of areas, each a list of rings; rings are closed here.
pub fn areas(parts: &[Vec<Ring>]) -> GeometryArrays {
    row(GeometryKind::MultiPolygon, |builder| {
        for rings in parts {
            builder.part(GeometryKind::Polygon);
            for ring in rings {
                builder.ring();
                builder.positions(ring);
                builder.positions(&ring[..ring.len().min(1)]);
            }
        }
    })
}

/// One row of lines.
pub fn lines(parts: &[Ring]) -> GeometryArrays {
    row(GeometryKind::MultiLineString, |builder| {
        for line in parts {
            builder.part(GeometryKind::LineString);
            builder.ring();
            builder.positions(line);
        }
    })
}

/// One row of points.
pub fn points(positions: &[[f64; 2]]) -> GeometryArrays {
    row(GeometryKind::MultiPoint, |builder| {
        for position in positions {
            builder.part(GeometryKind::Point);
            builder.ring();
            builder.positions(&[*position]);
        }
    })
}

fn row(kind: GeometryKind, build: impl FnOnce(&mut GeometryBuilder)) -> GeometryArrays {
    let mut builder = GeometryBuilder::new(false);
    builder.begin(kind);
    build(&mut builder);
    builder.end_row(1);
    builder.finish()
}

/// The shape of a row whose positions are units already.
pub fn cut(cutter: &mut Cutter, arrays: &GeometryArrays, kind: ShapeKind) -> Shape {
    let geometry = arrays.view().get(0).expect("a row was built");
    cutter.cut(&Row::new(geometry, &arrays.xy), kind).clone()
}

/// The areas of a shape.
pub fn polygons(shape: &Shape) -> MultiPolygon<f64> {
    let mut parts: Vec<(LineString<f64>, Vec<LineString<f64>>)> = Vec::new();
    for run in shape.runs() {
        let line = LineString(run.iter().map(|&[x, y]| Coord { x: f64::from(x), y: f64::from(y) }).collect());
        match (double_area(run) > 0, parts.last_mut()) {
            (true, _) => parts.push((line, Vec::new())),
            (false, Some(part)) => part.1.push(line),
            (false, None) => panic!("a hole without an outer ring: {shape:?}"),
        }
    }
    MultiPolygon(parts.into_iter().map(|(outer, holes)| Polygon::new(outer, holes)).collect())
}

/// Fails when a shape is not what the specification and Simple Features want.
pub fn judge(shape: &Shape) {
    for &coordinate in shape.positions.iter().flatten() {
        assert!((-64..=4_160).contains(&coordinate), "{coordinate} is beyond the margin");
    }
    assert_eq!(shape.start(), shape.positions.len(), "positions after the last run");
    match shape.kind {
        ShapeKind::Point => assert!(shape.ends.len() <= 1),
        ShapeKind::Line => shape.runs().for_each(|run| {
            assert!(run.len() > 1 && run.windows(2).all(|pair| pair[0] != pair[1]), "{run:?}");
        }),
        ShapeKind::Area => {
            let areas = polygons(shape);
            assert!(shape.runs().all(|run| run.len() > 2 && double_area(run) != 0), "{shape:?}");
            areas.check_validation().unwrap_or_else(|error| panic!("{error}: {shape:?}"));
        }
    }
}

/// What a shape covers, square units.
pub fn area(shape: &Shape) -> f64 {
    shape.runs().map(double_area).sum::<i64>() as f64 / 2.0
}
