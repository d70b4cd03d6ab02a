//! Batches as KML placemarks, written while they are read. Columns are `ExtendedData`, which viewers show as a table, so that nothing
//! of the data is ever markup.

use crate::features::geojson::write_fixed;
use crate::xml::write_escaped;
use std::io::{Cursor, Write as _};
use terrane_model::batch::{Ids, Value};
use terrane_model::geometry::{GeometryRef, PartRef};
use terrane_model::schema::GeometryKind;
use terrane_model::time::When;
use terrane_model::{Batch, Error, Feature, Result};
use zip::write::{SimpleFileOptions, ZipWriter};

/// How a row is drawn, as far as KML can say it: red, green, blue, alpha.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Look {
    /// The inside of areas.
    pub fill: Option<[u8; 4]>,
    /// Lines and rings.
    pub line: Option<[u8; 4]>,
    /// Their width, pixels.
    pub line_px: f64,
    /// Points.
    pub mark: Option<[u8; 4]>,
}

/// What stands at the head of a document.
#[derive(Debug, Clone, Default)]
pub struct KmlHead {
    /// Its title.
    pub title: String,
    /// Where it comes from and on what terms it may be used.
    pub source: String,
    /// The address of the page that tells more.
    pub page: String,
    /// The address of the picture of the legend.
    pub legend: Option<String>,
}

/// Writes one document: [`KmlWriter::begin`], [`KmlWriter::rows`] for each batch, [`KmlWriter::end`]. Coordinates are degrees.
#[derive(Debug, Default)]
pub struct KmlWriter {
    /// The column that names a row; its id without one.
    pub name: Option<usize>,
    /// The column that says when a row is.
    pub time: Option<usize>,
}

/// Decimals of degrees: 7 are a centimetre.
const DECIMALS: u8 = 7;

impl KmlWriter {
    /// The beginning, with the legend laid into a corner of the screen.
    pub fn begin(&self, head: &KmlHead, out: &mut Vec<u8>) {
        out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><Document>");
        element("name", &head.title, out);
        if !head.page.is_empty() {
            out.extend_from_slice(b"<atom:link rel=\"related\" href=\"");
            write_escaped(&head.page, out);
            out.extend_from_slice(b"\"/>");
        }
        if !head.source.is_empty() {
            out.extend_from_slice(b"<Snippet maxLines=\"2\">");
            write_escaped(&head.source, out);
            out.extend_from_slice(b"</Snippet>");
        }
        if let Some(legend) = &head.legend {
            out.extend_from_slice(b"\n<ScreenOverlay><name>Legend</name><Icon>");
            element("href", legend, out);
            out.extend_from_slice(b"</Icon><overlayXY x=\"0\" y=\"1\" xunits=\"fraction\" yunits=\"fraction\"/><screenXY x=\"12\" y=\"12\" xunits=\"pixels\" yunits=\"insetPixels\"/></ScreenOverlay>");
        }
    }

    /// The rows of a batch that count, each with its look; rows without one have that of the viewer.
    pub fn rows(&self, batch: &Batch, looks: &[Look], out: &mut Vec<u8>) {
        for (place, feature) in batch.features().enumerate() {
            out.extend_from_slice(b"\n<Placemark>");
            self.name_of(&feature, out);
            self.time_of(&feature, out);
            if let Some(look) = looks.get(place) {
                style(look, out);
            }
            data(&feature, out);
            if let Some(shape) = feature.geometry() {
                geometry(&shape, out);
            }
            out.extend_from_slice(b"</Placemark>");
        }
    }

    /// The end.
    pub fn end(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\n</Document></kml>\n");
    }

    fn name_of(&self, feature: &Feature<'_>, out: &mut Vec<u8>) {
        let named = self.name.and_then(|column| text_of(&feature.value(column)));
        let id = || match &feature.batch().ids {
            Ids::Numbers(numbers) => numbers[feature.row()].to_string(),
            Ids::Texts(texts) => texts.get(feature.row()).to_owned(),
        };
        element("name", &named.unwrap_or_else(id), out);
    }

    fn time_of(&self, feature: &Feature<'_>, out: &mut Vec<u8>) {
        let Some(Value::Time(when)) = self.time.map(|column| feature.value(column)) else { return };
        if let Some(text) = date(&when) {
            out.extend_from_slice(b"<TimeStamp>");
            element("when", &text, out);
            out.extend_from_slice(b"</TimeStamp>");
        }
    }
}

/// A moment as XML Schema has it (dateTime, date, gYearMonth, gYear); none of what lies before the year 1 or past 9999.
fn date(when: &When) -> Option<String> {
    let text = when.to_string();
    let plain = text.len() >= 4 && text.bytes().take(4).all(|byte| byte.is_ascii_digit()) && !text.starts_with("0000");
    let next = text.as_bytes().get(4).copied();
    (plain && matches!(next, None | Some(b'-')) && !text.contains('/')).then_some(text)
}

/// A picture laid upon the ground: west, south, east and north in degrees.
pub fn overlay(head: &KmlHead, picture: &str, [west, south, east, north]: [f64; 4]) -> Vec<u8> {
    let mut out = Vec::new();
    let writer = KmlWriter::default();
    writer.begin(head, &mut out);
    out.extend_from_slice(b"\n<GroundOverlay>");
    element("name", &head.title, &mut out);
    out.extend_from_slice(b"<Icon>");
    element("href", picture, &mut out);
    out.extend_from_slice(b"</Icon><LatLonBox>");
    for (side, degrees) in [("north", north), ("south", south), ("east", east), ("west", west)] {
        element(side, &degrees.to_string(), &mut out);
    }
    out.extend_from_slice(b"</LatLonBox></GroundOverlay>");
    writer.end(&mut out);
    out
}

/// The document as a zipped file, as `.kmz` is one.
pub fn kmz(kml: &[u8]) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("doc.kml", options).map_err(Error::internal)?;
    zip.write_all(kml).map_err(Error::internal)?;
    Ok(zip.finish().map_err(Error::internal)?.into_inner())
}

fn element(name: &str, text: &str, out: &mut Vec<u8>) {
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
    write_escaped(text, out);
    out.extend_from_slice(b"</");
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

fn style(look: &Look, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<Style>");
    if let Some(mark) = look.mark {
        out.extend_from_slice(b"<IconStyle>");
        element("color", &colour(mark), out);
        out.extend_from_slice(b"</IconStyle>");
    }
    if let Some(line) = look.line {
        out.extend_from_slice(b"<LineStyle>");
        element("color", &colour(line), out);
        element("width", &format!("{:.2}", look.line_px.clamp(0.0, 100.0)), out);
        out.extend_from_slice(b"</LineStyle>");
    }
    if look.fill.is_some() || look.line.is_some() {
        out.extend_from_slice(b"<PolyStyle>");
        if let Some(fill) = look.fill {
            element("color", &colour(fill), out);
        }
        element("fill", if look.fill.is_some() { "1" } else { "0" }, out);
        element("outline", if look.line.is_some() { "1" } else { "0" }, out);
        out.extend_from_slice(b"</PolyStyle>");
    }
    out.extend_from_slice(b"</Style>");
}

/// Alpha, blue, green, red, as KML writes colours.
fn colour([red, green, blue, alpha]: [u8; 4]) -> String {
    format!("{alpha:02x}{blue:02x}{green:02x}{red:02x}")
}

fn data(feature: &Feature<'_>, out: &mut Vec<u8>) {
    let columns = &feature.batch().schema.columns;
    if columns.is_empty() {
        return;
    }
    out.extend_from_slice(b"<ExtendedData>");
    for (place, column) in columns.iter().enumerate() {
        let Some(text) = text_of(&feature.value(place)) else { continue };
        out.extend_from_slice(b"<Data name=\"");
        write_escaped(&column.name, out);
        out.extend_from_slice(b"\">");
        element("value", &text, out);
        out.extend_from_slice(b"</Data>");
    }
    out.extend_from_slice(b"</ExtendedData>");
}

/// A value as text; nothing where there is none or none for people.
fn text_of(value: &Value<'_>) -> Option<String> {
    Some(match value {
        Value::Null | Value::Bytes(_) => return None,
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => (*text).to_owned(),
        Value::Nested(json) => (*json).to_owned(),
        Value::Time(when) => when.to_string(),
    })
}

fn geometry(shape: &GeometryRef<'_>, out: &mut Vec<u8>) {
    let several = shape.kind() == GeometryKind::Collection || shape.kind() != shape.kind().part();
    if several {
        out.extend_from_slice(b"<MultiGeometry>");
    }
    shape.parts().for_each(|part| part_of(&part, out));
    if several {
        out.extend_from_slice(b"</MultiGeometry>");
    }
}

fn part_of(part: &PartRef<'_>, out: &mut Vec<u8>) {
    match part.kind() {
        GeometryKind::Point => wrapped("Point", part, out),
        GeometryKind::LineString => wrapped("LineString", part, out),
        _ => {
            out.extend_from_slice(b"<Polygon>");
            for (place, (ring, heights)) in part.rings().zip(part.heights()).enumerate() {
                let [open, close]: [&[u8]; 2] = match place {
                    0 => [b"<outerBoundaryIs><LinearRing>", b"</LinearRing></outerBoundaryIs>"],
                    _ => [b"<innerBoundaryIs><LinearRing>", b"</LinearRing></innerBoundaryIs>"],
                };
                out.extend_from_slice(open);
                // Outer rings run against the clock, seen from above.
                coordinates(ring, heights, crate::features::geojson::is_clockwise(ring) == (place == 0), out);
                out.extend_from_slice(close);
            }
            out.extend_from_slice(b"</Polygon>");
        }
    }
}

fn wrapped(name: &str, part: &PartRef<'_>, out: &mut Vec<u8>) {
    for (ring, heights) in part.rings().zip(part.heights()) {
        out.extend_from_slice(format!("<{name}>").as_bytes());
        coordinates(ring, heights, false, out);
        out.extend_from_slice(format!("</{name}>").as_bytes());
    }
}

fn coordinates(ring: &[[f64; 2]], heights: Option<&[f64]>, reversed: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<coordinates>");
    for step in 0..ring.len() {
        let at = if reversed { ring.len() - 1 - step } else { step };
        if step > 0 {
            out.push(b' ');
        }
        write_fixed(ring[at][0], DECIMALS, out);
        out.push(b',');
        write_fixed(ring[at][1], DECIMALS, out);
        if let Some(height) = heights.and_then(|heights| heights.get(at)).filter(|height| height.is_finite()) {
            out.push(b',');
            write_fixed(*height, 3, out);
        }
    }
    out.extend_from_slice(b"</coordinates>");
}
