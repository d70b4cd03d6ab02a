//! Batches as a FeatureCollection: no value is built in between and nothing is allocated per row.

use super::text::{write_fixed, write_float, write_int, write_string};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json};
use std::io::Write as _;
use std::sync::Arc;
use terrane_model::batch::{Ids, Value};
use terrane_model::geometry::{GeometryRef, PartRef};
use terrane_model::schema::GeometryKind;
use terrane_model::{Batch, Feature, Schema};

/// Decimals of degrees: 7 are a centimetre.
pub const DEGREE_DECIMALS: u8 = 7;
/// Decimals of metres: 3 are a millimetre.
pub const METRE_DECIMALS: u8 = 3;

/// Writes one FeatureCollection: [`GeoJsonWriter::begin`], [`GeoJsonWriter::rows`] for each batch, [`GeoJsonWriter::end`].
///
/// Rings are wound by the right-hand rule. Values: numbers are the shortest that read back the same, moments are texts as fine as
/// they are known (`2019`, `2019-07`, `2019-07-01`, RFC 3339), trees are JSON as they are, bytes are base64.
pub struct GeoJsonWriter {
    decimals: u8,
    any_rows: bool,
    prepared: Option<(Arc<Schema>, Vec<Vec<u8>>)>,
}

impl GeoJsonWriter {
    /// A writer of coordinates with so many decimals: [`DEGREE_DECIMALS`] or [`METRE_DECIMALS`].
    pub fn new(decimals: u8) -> Self {
        Self { decimals, any_rows: false, prepared: None }
    }

    /// The beginning of the collection with further members, such as `links`.
    pub fn begin(&mut self, members: &Map<String, Json>, out: &mut Vec<u8>) {
        self.any_rows = false;
        out.extend_from_slice(b"{\"type\":\"FeatureCollection\"");
        write_members(members, out);
        out.extend_from_slice(b",\"features\":[");
    }

    /// The rows of a batch that count.
    pub fn rows(&mut self, batch: &Batch, out: &mut Vec<u8>) {
        self.rows_with(batch, out, |_, _| {});
    }

    /// As [`GeoJsonWriter::rows`]; `extra` may append members to each feature, each beginning with a comma: `,"links":[…]`.
    pub fn rows_with(&mut self, batch: &Batch, out: &mut Vec<u8>, mut extra: impl FnMut(&Feature<'_>, &mut Vec<u8>)) {
        let names = self.names(&batch.schema);
        for feature in batch.features() {
            out.extend_from_slice(if self.any_rows { b",\n" } else { b"\n" });
            self.any_rows = true;
            write_feature(&feature, &names, self.decimals, out);
            extra(&feature, out);
            out.push(b'}');
        }
        self.prepared = Some((Arc::clone(&batch.schema), names));
    }

    /// The end of the collection with further members, such as `numberReturned`.
    pub fn end(&mut self, members: &Map<String, Json>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\n]");
        write_members(members, out);
        out.extend_from_slice(b"}\n");
    }

    /// One feature as a document of its own.
    pub fn feature(&mut self, feature: &Feature<'_>, members: &Map<String, Json>, out: &mut Vec<u8>) {
        let names = self.names(&feature.batch().schema);
        write_feature(feature, &names, self.decimals, out);
        write_members(members, out);
        out.extend_from_slice(b"}\n");
        self.prepared = Some((Arc::clone(&feature.batch().schema), names));
    }

    /// `,"name":` of each column, made once for a schema.
    fn names(&mut self, schema: &Arc<Schema>) -> Vec<Vec<u8>> {
        match self.prepared.take() {
            Some((known, names)) if Arc::ptr_eq(&known, schema) => names,
            _ => schema.columns.iter().map(|column| member_name(&column.name)).collect(),
        }
    }
}

fn member_name(name: &str) -> Vec<u8> {
    let mut text = vec![b','];
    write_string(name, &mut text);
    text.push(b':');
    text
}

fn write_members(members: &Map<String, Json>, out: &mut Vec<u8>) {
    for (name, value) in members {
        out.extend_from_slice(&member_name(name));
        let written = write!(out, "{value}");
        debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
    }
}

/// A feature without its closing brace.
fn write_feature(feature: &Feature<'_>, names: &[Vec<u8>], decimals: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"Feature\",\"id\":");
    match &feature.batch().ids {
        Ids::Numbers(numbers) => write_int(numbers[feature.row()], out),
        Ids::Texts(texts) => write_string(texts.get(feature.row()), out),
    }
    out.extend_from_slice(b",\"geometry\":");
    match feature.geometry() {
        Some(geometry) => write_geometry(&geometry, decimals, out),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"properties\":{");
    for (column, name) in names.iter().enumerate() {
        out.extend_from_slice(if column == 0 { &name[1..] } else { name });
        write_value(&feature.value(column), out);
    }
    out.push(b'}');
}

/// Appends a value as JSON.
fn write_value(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(truth) => out.extend_from_slice(if *truth { b"true" } else { b"false" }),
        Value::Int(number) => write_int(*number, out),
        Value::Float(number) => write_float(*number, out),
        Value::Text(text) => write_string(text, out),
        Value::Nested(json) if is_json(json) => out.extend_from_slice(json.as_bytes()),
        Value::Nested(other) => write_string(other, out),
        Value::Time(when) => {
            let written = write!(out, "\"{when}\"");
            debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
        }
        Value::Bytes(bytes) => {
            out.push(b'"');
            out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
            out.push(b'"');
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Appends a geometry object with so many decimals. Collections are written as GeometryCollections of their parts.
pub fn write_geometry(geometry: &GeometryRef<'_>, decimals: u8, out: &mut Vec<u8>) {
    let kind = geometry.kind();
    if kind == GeometryKind::Collection {
        out.extend_from_slice(b"{\"type\":\"GeometryCollection\",\"geometries\":[");
        for (place, part) in geometry.parts().enumerate() {
            separate(place, out);
            open_geometry(part.kind(), out);
            write_part(&part, decimals, out);
            out.push(b'}');
        }
        out.extend_from_slice(b"]}");
        return;
    }
    open_geometry(kind, out);
    if kind == kind.part() {
        match geometry.parts().next() {
            Some(part) => write_part(&part, decimals, out),
            None => out.extend_from_slice(b"[]"),
        }
    } else {
        out.push(b'[');
        for (place, part) in geometry.parts().enumerate() {
            separate(place, out);
            write_part(&part, decimals, out);
        }
        out.push(b']');
    }
    out.push(b'}');
}

fn open_geometry(kind: GeometryKind, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(kind.name().as_bytes());
    out.extend_from_slice(b"\",\"coordinates\":");
}

fn separate(place: usize, out: &mut Vec<u8>) {
    if place > 0 {
        out.push(b',');
    }
}

fn write_part(part: &PartRef<'_>, decimals: u8, out: &mut Vec<u8>) {
    let runs = part.rings().zip(part.heights());
    match part.kind() {
        GeometryKind::Point => {
            for (ring, heights) in runs {
                match ring.first() {
                    Some(position) => write_position(*position, height_at(heights, 0), decimals, out),
                    None => out.extend_from_slice(b"[]"),
                }
            }
        }
        GeometryKind::LineString => {
            for (ring, heights) in runs {
                write_run((0..ring.len()).map(|at| (ring[at], height_at(heights, at))), decimals, out);
            }
        }
        _ => {
            out.push(b'[');
            for (place, (ring, heights)) in runs.enumerate() {
                separate(place, out);
                let run = (0..ring.len()).map(|at| (ring[at], height_at(heights, at)));
                match is_clockwise(ring) == (place == 0) {
                    true => write_run(run.rev(), decimals, out),
                    false => write_run(run, decimals, out),
                }
            }
            out.push(b']');
        }
    }
}

fn height_at(heights: Option<&[f64]>, at: usize) -> Option<f64> {
    heights.and_then(|heights| heights.get(at)).copied().filter(|height| height.is_finite())
}

fn write_run(run: impl Iterator<Item = ([f64; 2], Option<f64>)>, decimals: u8, out: &mut Vec<u8>) {
    out.push(b'[');
    for (place, (position, height)) in run.enumerate() {
        separate(place, out);
        write_position(position, height, decimals, out);
    }
    out.push(b']');
}

fn write_position([x, y]: [f64; 2], height: Option<f64>, decimals: u8, out: &mut Vec<u8>) {
    out.push(b'[');
    write_fixed(x, decimals, out);
    out.push(b',');
    write_fixed(y, decimals, out);
    if let Some(height) = height {
        out.push(b',');
        write_fixed(height, METRE_DECIMALS, out);
    }
    out.push(b']');
}

/// Whether a ring runs clockwise: the sign of its area by the shoelace formula, taken from its first position so that large
/// coordinates lose nothing.
pub(crate) fn is_clockwise(ring: &[[f64; 2]]) -> bool {
    let Some(&[x0, y0]) = ring.first() else { return false };
    let double_area: f64 =
        ring.windows(2).map(|pair| (pair[0][0] - x0) * (pair[1][1] - y0) - (pair[1][0] - x0) * (pair[0][1] - y0)).sum();
    double_area < 0.0
}
