//! Geometry of rows as GML, straight from the buffers.

use super::{CrsName, Version};
use crate::features::geojson::{METRE_DECIMALS, is_clockwise, write_fixed};
use crate::xml::write_escaped;
use terrane_model::geometry::{GeometryRef, PartRef};
use terrane_model::schema::GeometryKind;

/// How coordinates are written: their CRS, and decimals.
#[derive(Debug, Clone)]
pub struct CoordinateForm {
    /// The version.
    pub version: Version,
    /// The CRS that the coordinates are in, with the order of its axes. The buffers are x then y.
    pub crs: CrsName,
    /// Decimals of coordinates.
    pub decimals: u8,
}

/// Appends a geometry; `id` becomes its `gml:id`, and those of its parts follow from it. Outer rings run against the clock.
pub fn write_geometry(geometry: &GeometryRef<'_>, form: &CoordinateForm, id: &str, out: &mut Vec<u8>) {
    let writer = Writer { form, has_z: geometry.parts().any(|part| part.heights().any(|heights| heights.is_some())) };
    let (name, member) = match geometry.kind() {
        GeometryKind::MultiPoint => ("MultiPoint", "pointMember"),
        GeometryKind::MultiLineString => ("MultiCurve", "curveMember"),
        GeometryKind::MultiPolygon => ("MultiSurface", "surfaceMember"),
        GeometryKind::Collection => ("MultiGeometry", "geometryMember"),
        _ => {
            if let Some(part) = geometry.parts().next() {
                writer.part(&part, id, true, out);
            }
            return;
        }
    };
    writer.open(name, id, true, out);
    for (at, part) in geometry.parts().enumerate() {
        tag("<gml:", member, out);
        writer.part(&part, &format!("{id}.{}", at + 1), false, out);
        tag("</gml:", member, out);
    }
    tag("</gml:", name, out);
}

fn tag(before: &str, name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(before.as_bytes());
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

struct Writer<'a> {
    form: &'a CoordinateForm,
    has_z: bool,
}

impl Writer<'_> {
    /// The start tag. Only the outermost geometry names the CRS; GML 3.1.1 does not ask for ids.
    fn open(&self, name: &str, id: &str, outermost: bool, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<gml:");
        out.extend_from_slice(name.as_bytes());
        if self.form.version == Version::V321 {
            out.extend_from_slice(b" gml:id=\"");
            write_escaped(id, out);
            out.push(b'"');
        }
        if outermost {
            out.extend_from_slice(b" srsName=\"");
            write_escaped(&self.form.crs.spelled, out);
            out.push(b'"');
            if self.has_z {
                out.extend_from_slice(b" srsDimension=\"3\"");
            }
        }
        out.push(b'>');
    }

    fn part(&self, part: &PartRef<'_>, id: &str, outermost: bool, out: &mut Vec<u8>) {
        let mut runs = part.rings().zip(part.heights());
        match part.kind() {
            GeometryKind::Point => {
                self.open("Point", id, outermost, out);
                out.extend_from_slice(b"<gml:pos>");
                if let Some((run, heights)) = runs.next() {
                    self.run(run.get(..1).unwrap_or_default(), heights, false, out);
                }
                out.extend_from_slice(b"</gml:pos></gml:Point>");
            }
            GeometryKind::LineString => {
                self.open("LineString", id, outermost, out);
                if let Some((run, heights)) = runs.next() {
                    self.list(run, heights, false, out);
                }
                out.extend_from_slice(b"</gml:LineString>");
            }
            _ => {
                self.open("Polygon", id, outermost, out);
                for (place, (ring, heights)) in runs.enumerate() {
                    let side = if place == 0 { "exterior" } else { "interior" };
                    tag("<gml:", side, out);
                    out.extend_from_slice(b"<gml:LinearRing>");
                    self.list(ring, heights, is_clockwise(ring) == (place == 0), out);
                    out.extend_from_slice(b"</gml:LinearRing>");
                    tag("</gml:", side, out);
                }
                out.extend_from_slice(b"</gml:Polygon>");
            }
        }
    }

    fn list(&self, run: &[[f64; 2]], heights: Option<&[f64]>, backwards: bool, out: &mut Vec<u8>) {
        // Readers look for the dimension here or on the geometry.
        out.extend_from_slice(if self.has_z { b"<gml:posList srsDimension=\"3\">" } else { b"<gml:posList>" });
        self.run(run, heights, backwards, out);
        out.extend_from_slice(b"</gml:posList>");
    }

    fn run(&self, run: &[[f64; 2]], heights: Option<&[f64]>, backwards: bool, out: &mut Vec<u8>) {
        for step in 0..run.len() {
            let at = if backwards { run.len() - 1 - step } else { step };
            let [x, y] = run[at];
            let (first, second) = if self.form.crs.y_first { (y, x) } else { (x, y) };
            if step > 0 {
                out.push(b' ');
            }
            number(first, self.form.decimals, out);
            out.push(b' ');
            number(second, self.form.decimals, out);
            if self.has_z {
                out.push(b' ');
                let height = heights.and_then(|heights| heights.get(at)).copied();
                number(height.filter(|height| height.is_finite()).unwrap_or(0.0), METRE_DECIMALS, out);
            }
        }
    }
}

/// A number; what cannot be told (a position outside its CRS) is `NaN`, which XML Schema knows.
fn number(number: f64, decimals: u8, out: &mut Vec<u8>) {
    match number.is_finite() {
        true => write_fixed(number, decimals, out),
        false => out.extend_from_slice(b"NaN"),
    }
}
