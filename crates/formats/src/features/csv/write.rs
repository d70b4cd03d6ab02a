//! Batches as comma-separated values: the id, the place, then the columns.

use crate::features::geojson::{write_fixed, write_float};
use crate::features::wkt;
use std::io::Write as _;
use terrane_model::batch::Value;
use terrane_model::schema::GeometryKind;
use terrane_model::{Batch, Feature, Schema};

/// Writes a table: [`CsvWriter::begin`], then [`CsvWriter::rows`] for each batch. UTF-8, lines end with CR LF (RFC 4180).
pub struct CsvWriter {
    decimals: u8,
    points: bool,
    placed: bool,
    field: Vec<u8>,
}

impl CsvWriter {
    /// A writer for rows of this schema; points are two columns with so many decimals, other geometry is well-known text.
    pub fn new(schema: &Schema, decimals: u8) -> Self {
        let kind = schema.geometry.as_ref().map(|geometry| geometry.kind);
        Self { decimals, points: kind == Some(GeometryKind::Point), placed: kind.is_some(), field: Vec::new() }
    }

    /// The line of names; `xy` are those of the two columns of a point, such as `longitude` and `latitude`.
    pub fn begin(&mut self, schema: &Schema, xy: [&str; 2], out: &mut Vec<u8>) {
        write_field(b"id", false, out);
        let places: &[&str] = match (self.placed, self.points) {
            (true, true) => &xy,
            (true, false) => &["geometry"],
            _ => &[],
        };
        let names = places.iter().copied().chain(schema.columns.iter().map(|column| column.name.as_str()));
        for name in names {
            out.push(b',');
            write_field(name.as_bytes(), true, out);
        }
        out.extend_from_slice(b"\r\n");
    }

    /// The rows of a batch that count.
    pub fn rows(&mut self, batch: &Batch, out: &mut Vec<u8>) {
        for feature in batch.features() {
            self.field.clear();
            let written = write!(self.field, "{}", feature.id());
            debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
            write_field(&self.field, matches!(feature.id(), terrane_model::FeatureId::Text(_)), out);
            self.place(&feature, out);
            for column in 0..batch.columns.len() {
                out.push(b',');
                self.value(&feature.value(column), out);
            }
            out.extend_from_slice(b"\r\n");
        }
    }

    fn place(&mut self, feature: &Feature<'_>, out: &mut Vec<u8>) {
        if !self.placed {
            return;
        }
        out.push(b',');
        let geometry = feature.geometry();
        if !self.points {
            self.field.clear();
            geometry.iter().for_each(|geometry| wkt::write(geometry, &mut self.field));
            return write_field(&self.field, false, out);
        }
        let position = geometry.and_then(|geometry| geometry.positions().first().copied());
        if let Some([x, _]) = position {
            write_fixed(x, self.decimals, out);
        }
        out.push(b',');
        if let Some([_, y]) = position {
            write_fixed(y, self.decimals, out);
        }
    }

    fn value(&mut self, value: &Value<'_>, out: &mut Vec<u8>) {
        self.field.clear();
        match value {
            Value::Null => {}
            Value::Float(number) => write_float(*number, out),
            Value::Text(text) | Value::Nested(text) => write_field(text.as_bytes(), true, out),
            Value::Bytes(bytes) => {
                let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
                out.extend(digits.map(|digit| b"0123456789abcdef"[usize::from(digit)]));
            }
            other => {
                let written = write!(self.field, "{other}");
                debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
                write_field(&self.field, false, out);
            }
        }
    }
}

/// A field, in quotation marks when it needs them; a text that a spreadsheet would run as a formula gets a `'` before it.
fn write_field(text: &[u8], is_text: bool, out: &mut Vec<u8>) {
    let formula = is_text && matches!(text.first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'));
    let edge = |byte: Option<&u8>| byte == Some(&b' ');
    let quoted =
        text.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) || edge(text.first()) || edge(text.last());
    let mark: &[u8] = if quoted { b"\"" } else { b"" };
    out.extend_from_slice(mark);
    out.extend_from_slice(if formula { b"'" } else { b"" });
    for &byte in text {
        out.push(byte);
        if byte == b'"' && quoted {
            out.push(b'"');
        }
    }
    out.extend_from_slice(mark);
}
