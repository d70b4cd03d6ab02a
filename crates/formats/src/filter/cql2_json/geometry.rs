//! Geometry in CQL2 JSON: GeoJSON objects as values of `serde_json`.

use crate::filter::lexer::check_vertices;
use crate::filter::wkt::check_ring;
use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use serde_json::{Value, json};
use terrane_model::limits::Limits;
use terrane_model::{Error, Result};

/// Reads a geometry object; heights are left out. `levels` bounds how deep collections nest.
pub(super) fn read(value: &Value, limits: &Limits, levels: usize) -> Result<Geometry<f64>> {
    let mut reader = Reader { limits, vertices: 0 };
    reader.geometry(value, levels)
}

struct Reader<'a> {
    limits: &'a Limits,
    vertices: usize,
}

impl Reader<'_> {
    fn geometry(&mut self, value: &Value, levels: usize) -> Result<Geometry<f64>> {
        let kind = value["type"].as_str().unwrap_or_default();
        let coordinates = &value["coordinates"];
        Ok(match kind {
            "Point" => Geometry::Point(Point(self.position(coordinates)?)),
            "LineString" => Geometry::LineString(self.line(coordinates)?),
            "Polygon" => Geometry::Polygon(self.polygon(coordinates)?),
            "MultiPoint" => {
                Geometry::MultiPoint(MultiPoint(self.each(coordinates, |own, one| own.position(one).map(Point))?))
            }
            "MultiLineString" => Geometry::MultiLineString(MultiLineString(self.each(coordinates, Self::line)?)),
            "MultiPolygon" => Geometry::MultiPolygon(MultiPolygon(self.each(coordinates, Self::polygon)?)),
            "GeometryCollection" => {
                let left = levels.checked_sub(1).ok_or_else(|| Error::too_large("The geometry is nested too deep."))?;
                let members = self.each(&value["geometries"], |own, one| own.geometry(one, left))?;
                Geometry::GeometryCollection(GeometryCollection(members))
            }
            other => return Err(Error::invalid(format!("“{}” is not a kind of geometry.", shortened(other)))),
        })
    }

    fn each<T>(&mut self, value: &Value, one: impl Fn(&mut Self, &Value) -> Result<T>) -> Result<Vec<T>> {
        let list = value
            .as_array()
            .ok_or_else(|| Error::invalid("The coordinates of a geometry are not lists of numbers."))?;
        list.iter().map(|member| one(self, member)).collect()
    }

    fn position(&mut self, value: &Value) -> Result<Coord<f64>> {
        self.vertices += 1;
        check_vertices(self.vertices, self.limits)?;
        match value.as_array().map(Vec::as_slice) {
            Some([x, y, rest @ ..]) if rest.len() <= 2 => match (x.as_f64(), y.as_f64()) {
                (Some(x), Some(y)) => Ok(Coord { x, y }),
                _ => Err(Error::invalid("A position of the geometry holds something that is not a number.")),
            },
            _ => Err(Error::invalid("A position of the geometry is not a list of two or three numbers.")),
        }
    }

    fn run(&mut self, value: &Value) -> Result<Vec<Coord<f64>>> {
        self.each(value, Self::position)
    }

    fn line(&mut self, value: &Value) -> Result<LineString<f64>> {
        match self.run(value)? {
            positions if positions.len() == 1 => Err(Error::invalid("A line needs at least two positions.")),
            positions => Ok(LineString(positions)),
        }
    }

    fn polygon(&mut self, value: &Value) -> Result<Polygon<f64>> {
        let ring = |own: &mut Self, one: &Value| {
            let positions = own.run(one)?;
            check_ring(&positions).map_err(|what| Error::invalid(format!("In the geometry, {what}.")))?;
            Ok(LineString(positions))
        };
        let mut rings = self.each(value, ring)?.into_iter();
        Ok(Polygon::new(rings.next().unwrap_or_else(|| LineString(Vec::new())), rings.collect()))
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

/// Writes a geometry object.
pub(super) fn write(geometry: &Geometry<f64>) -> Value {
    let run = |line: &LineString<f64>| Value::Array(line.0.iter().map(position).collect());
    let area = |polygon: &Polygon<f64>| {
        let outer = Some(polygon.exterior()).filter(|ring| !ring.0.is_empty());
        Value::Array(outer.into_iter().chain(polygon.interiors()).map(run).collect())
    };
    let tagged = |kind: &str, coordinates: Value| json!({"type": kind, "coordinates": coordinates});
    match geometry {
        Geometry::Point(point) => tagged("Point", position(&point.0)),
        Geometry::Line(line) => tagged("LineString", json!([position(&line.start), position(&line.end)])),
        Geometry::LineString(line) => tagged("LineString", run(line)),
        Geometry::Polygon(polygon) => tagged("Polygon", area(polygon)),
        Geometry::MultiPoint(points) => tagged("MultiPoint", points.iter().map(|point| position(&point.0)).collect()),
        Geometry::MultiLineString(lines) => tagged("MultiLineString", lines.iter().map(run).collect()),
        Geometry::MultiPolygon(polygons) => tagged("MultiPolygon", polygons.iter().map(area).collect()),
        Geometry::GeometryCollection(all) => {
            json!({"type": "GeometryCollection", "geometries": all.iter().map(write).collect::<Vec<_>>()})
        }
        Geometry::Rect(rectangle) => tagged("Polygon", area(&rectangle.to_polygon())),
        Geometry::Triangle(triangle) => tagged("Polygon", area(&triangle.to_polygon())),
    }
}

fn position(coord: &Coord<f64>) -> Value {
    json!([coord.x, coord.y])
}
