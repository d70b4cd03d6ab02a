//! Well-known text of geometries: Simple Features (OGC 06-103r4, 7), two to four numbers per position, of which x and y are kept.

use super::lexer::{Token, Words};
use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use std::fmt::Write as _;
use terrane_model::limits::Limits;
use terrane_model::{Error, Result};

/// Reads a geometry, x before y. Rings must be closed; sizes are those of [`Limits`]' filters.
pub fn read(text: &str, limits: &Limits) -> Result<Geometry<f64>> {
    let mut words = Words::new(text, limits)?;
    let geometry = geometry(&mut words)?.ok_or_else(|| words.expected("a geometry such as POINT(139.7 35.7)"))?;
    if *words.peek() == Token::End { Ok(geometry) } else { Err(words.expected("the end")) }
}

/// Writes a geometry, x before y, as few digits as read back to the same numbers.
pub fn write(geometry: &Geometry<f64>) -> String {
    let mut text = String::new();
    write_geometry(&mut text, geometry);
    text
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Point,
    LineString,
    Polygon,
    MultiPoint,
    MultiLineString,
    MultiPolygon,
    Collection,
}

const KINDS: [(&str, Kind); 7] = [
    ("POINT", Kind::Point),
    ("LINESTRING", Kind::LineString),
    ("POLYGON", Kind::Polygon),
    ("MULTIPOINT", Kind::MultiPoint),
    ("MULTILINESTRING", Kind::MultiLineString),
    ("MULTIPOLYGON", Kind::MultiPolygon),
    ("GEOMETRYCOLLECTION", Kind::Collection),
];

/// A geometry when one is next: its name before a bracket, `Z`, `M`, `ZM` or `EMPTY`.
pub(super) fn geometry(words: &mut Words<'_>) -> Result<Option<Geometry<f64>>> {
    let Token::Name(name) = words.peek() else { return Ok(None) };
    let Some(kind) = super::names::find(&KINDS, name) else { return Ok(None) };
    let goes_on = match words.peek_second() {
        Token::Sign("(") => true,
        Token::Name(next) => ["Z", "M", "ZM", "EMPTY"].iter().any(|word| next.eq_ignore_ascii_case(word)),
        _ => false,
    };
    if !goes_on {
        return Ok(None);
    }
    words.next();
    words.node()?;
    for dimension in ["Z", "M", "ZM"] {
        words.take_keyword(dimension);
    }
    body(words, kind).map(Some)
}

fn body(words: &mut Words<'_>, kind: Kind) -> Result<Geometry<f64>> {
    Ok(match kind {
        Kind::Point if words.take_keyword("EMPTY") => Geometry::MultiPoint(MultiPoint(Vec::new())),
        Kind::Point => Geometry::Point(bracketed_point(words)?),
        Kind::LineString => Geometry::LineString(line(words)?),
        Kind::Polygon => Geometry::Polygon(polygon(words)?),
        Kind::MultiPoint => Geometry::MultiPoint(MultiPoint(list(words, |words| {
            if matches!(words.peek(), Token::Sign("(")) { bracketed_point(words) } else { position(words).map(Point) }
        })?)),
        Kind::MultiLineString => Geometry::MultiLineString(MultiLineString(list(words, line)?)),
        Kind::MultiPolygon => Geometry::MultiPolygon(MultiPolygon(list(words, polygon)?)),
        Kind::Collection => {
            words.deeper()?;
            let members = list(words, |words| geometry(words)?.ok_or_else(|| words.expected("a geometry")))?;
            words.shallower();
            Geometry::GeometryCollection(GeometryCollection(members))
        }
    })
}

/// `(one, one, …)` or `EMPTY`.
fn list<T>(words: &mut Words<'_>, one: impl Fn(&mut Words<'_>) -> Result<T>) -> Result<Vec<T>> {
    if words.take_keyword("EMPTY") {
        return Ok(Vec::new());
    }
    words.expect("(", "to begin the geometry")?;
    let mut all = vec![one(words)?];
    while words.take(",") {
        all.push(one(words)?);
    }
    words.expect(")", "or “,” in the geometry")?;
    Ok(all)
}

fn bracketed_point(words: &mut Words<'_>) -> Result<Point<f64>> {
    words.expect("(", "to begin the position")?;
    let point = position(words)?;
    words.expect(")", "to end the position")?;
    Ok(Point(point))
}

fn position(words: &mut Words<'_>) -> Result<Coord<f64>> {
    words.vertex()?;
    let coord = Coord { x: words.expect_number()?, y: words.expect_number()? };
    for _height_or_measure in 0..2 {
        if matches!(words.peek(), Token::Number(_) | Token::Sign("-" | "+")) {
            words.expect_number()?;
        }
    }
    Ok(coord)
}

fn line(words: &mut Words<'_>) -> Result<LineString<f64>> {
    let positions = list(words, position)?;
    if positions.len() == 1 {
        return Err(words.wrong_before("a line needs at least two positions"));
    }
    Ok(LineString(positions))
}

fn polygon(words: &mut Words<'_>) -> Result<Polygon<f64>> {
    let mut rings = list(words, ring)?.into_iter();
    Ok(Polygon::new(rings.next().unwrap_or_else(|| LineString(Vec::new())), rings.collect()))
}

fn ring(words: &mut Words<'_>) -> Result<LineString<f64>> {
    let positions = list(words, position)?;
    check_ring(&positions).map_err(|what| words.wrong_before(what))?;
    Ok(LineString(positions))
}

/// Refuses rings that bound no area or do not end where they begin.
pub(crate) fn check_ring(positions: &[Coord<f64>]) -> std::result::Result<(), &'static str> {
    if positions.len() < 4 || positions.first() != positions.last() {
        return Err("a ring needs at least four positions and must end where it begins");
    }
    Ok(())
}

fn write_geometry(text: &mut String, geometry: &Geometry<f64>) {
    match geometry {
        Geometry::Point(point) => tagged(text, "POINT", &[point.0], write_position),
        Geometry::Line(line) => tagged(text, "LINESTRING", &[line.start, line.end], write_position),
        Geometry::LineString(line) => tagged(text, "LINESTRING", &line.0, write_position),
        Geometry::Polygon(polygon) => tagged(text, "POLYGON", &rings(polygon), |text, ring| write_run(text, ring)),
        Geometry::MultiPoint(points) => {
            tagged(text, "MULTIPOINT", &points.0, |text, point| listed(text, &[point.0], write_position));
        }
        Geometry::MultiLineString(lines) => tagged(text, "MULTILINESTRING", &lines.0, write_run),
        Geometry::MultiPolygon(polygons) => tagged(text, "MULTIPOLYGON", &polygons.0, |text, polygon| {
            listed(text, &rings(polygon), |text, ring| write_run(text, ring));
        }),
        Geometry::GeometryCollection(all) => tagged(text, "GEOMETRYCOLLECTION", &all.0, write_geometry),
        Geometry::Rect(rectangle) => write_geometry(text, &rectangle.to_polygon().into()),
        Geometry::Triangle(triangle) => write_geometry(text, &triangle.to_polygon().into()),
    }
}

fn rings(polygon: &Polygon<f64>) -> Vec<&LineString<f64>> {
    let outer = Some(polygon.exterior()).filter(|ring| !ring.0.is_empty());
    outer.into_iter().chain(polygon.interiors()).collect()
}

fn tagged<T>(text: &mut String, name: &str, all: &[T], one: impl Fn(&mut String, &T)) {
    text.push_str(name);
    if all.is_empty() {
        text.push_str(" EMPTY");
    } else {
        listed(text, all, one);
    }
}

fn listed<T>(text: &mut String, all: &[T], one: impl Fn(&mut String, &T)) {
    text.push('(');
    for (at, member) in all.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        one(text, member);
    }
    text.push(')');
}

fn write_run(text: &mut String, run: &LineString<f64>) {
    listed(text, &run.0, write_position);
}

fn write_position(text: &mut String, coord: &Coord<f64>) {
    // Writing to a text does not fail.
    let _ = write!(text, "{} {}", coord.x, coord.y);
}

/// A box of four or six numbers, as `BBOX(…)` and `{"bbox": […]}` give it; heights are left out. Which axis is which
/// is known only to whoever knows the filter's CRS, so corners are not judged here.
pub(super) fn bbox(numbers: &[f64]) -> Result<terrane_model::Bbox> {
    match *numbers {
        [a, b, c, d] | [a, b, _, c, d, _] => Ok(terrane_model::Bbox { min: [a, b], max: [c, d] }),
        _ => Err(Error::invalid(format!("A box needs four or six numbers; this one has {}.", numbers.len()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(text: &str) -> String {
        write(&read(text, &Limits::default()).expect(text))
    }

    #[test]
    fn every_kind_reads_and_writes() {
        for text in [
            "POINT(1.5 -2)",
            "LINESTRING(0 0,1 1)",
            "POLYGON((0 0,4 0,4 4,0 0),(1 1,2 1,2 2,1 1))",
            "MULTIPOINT((1 2),(3 4))",
            "MULTILINESTRING((0 0,1 1),(2 2,3 3))",
            "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))",
            "GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 1))",
            "MULTIPOINT EMPTY",
            "POLYGON EMPTY",
            "LINESTRING EMPTY",
        ] {
            assert_eq!(again(text), text);
        }
        assert_eq!(again("multipoint(1 2, 3 4)"), "MULTIPOINT((1 2),(3 4))");
        assert_eq!(again("Polygon Z ((0 0 1, 4 0 1, 4 4 -1e3, 0 0 1))"), "POLYGON((0 0,4 0,4 4,0 0))");
    }

    #[test]
    fn mistakes_are_refused_with_their_place() {
        let say = |text: &str| read(text, &Limits::default()).expect_err(text).say().to_owned();
        assert!(say("POLYGON((0 0,1 0,1 1,2 2))").contains("must end where it begins"));
        assert!(say("LINESTRING(0 0)").contains("two positions"));
        assert_eq!(say("POINT(1)"), "The filter cannot be read at character 8: expected a number, found “)”.");
        assert!(say("POINT(1e999 2)").contains("too large"));
        assert!(say("").contains("expected a geometry"));
        assert!(say("POINT(1 2) x").contains("expected the end"));
    }

    #[test]
    fn sizes_are_limited() {
        let limits = Limits { filter_vertices_max: 100, filter_depth_max: 10, ..Limits::default() };
        let many = format!("LINESTRING({})", vec!["0 0"; 101].join(","));
        assert_eq!(read(&many, &limits).expect_err("too many").kind(), terrane_model::error::Kind::TooLarge);
        let deep = "GEOMETRYCOLLECTION(".repeat(5_000);
        assert!(read(&deep[..60_000], &limits).is_err());
    }
}
