//! The `.dbf` part: fields as wide as their widest value.

use super::{PART_BYTES_MAX, too_large};
use crate::features::gml::write_value;
use std::collections::HashSet;
use terrane_model::batch::Value;
use terrane_model::schema::ColumnKind;
use terrane_model::time::Precision;
use terrane_model::{Batch, Error, Feature, Result, Schema};

const TEXT_BYTES_MAX: usize = 254;
const NUMBER_BYTES_MAX: usize = 24;
const NAME_BYTES_MAX: usize = 10;
const DECIMALS_MAX: usize = 15;

struct Field {
    column: String,
    name: String,
    kind: ColumnKind,
    /// Bytes of the widest value.
    width: usize,
    decimals: usize,
    /// Whether all moments are days that `YYYYMMDD` can write.
    days: bool,
}

/// The fields of a table.
pub(super) struct Fields(Vec<Field>);

impl Fields {
    /// A field for each column that a table can hold: bytes have no place there.
    pub(super) fn new(schema: &Schema) -> Self {
        let mut taken = HashSet::new();
        let field = |column: &terrane_model::schema::Column| Field {
            name: short_name(&column.name, &mut taken),
            column: column.name.clone(),
            kind: column.kind,
            width: 1,
            decimals: 0,
            days: true,
        };
        let kept = schema.columns.iter().filter(|column| column.kind != ColumnKind::Bytes);
        let mut fields: Vec<Field> = kept.map(field).collect();
        if fields.is_empty() {
            // A table has one field at least.
            let column = terrane_model::schema::Column::new("id", ColumnKind::Text);
            fields.push(Field {
                name: "id".into(),
                column: column.name,
                kind: column.kind,
                width: 1,
                decimals: 0,
                days: true,
            });
        }
        Self(fields)
    }

    /// Looks at the values of rows.
    pub(super) fn measure(&mut self, batch: &Batch) {
        let mut text = Vec::new();
        for feature in batch.features() {
            for field in &mut self.0 {
                let value = feature.get(&field.column);
                if let Value::Time(when) = &value {
                    field.days &= when.precision == Precision::Day && (0..=9999).contains(&when.earliest.civil().year);
                }
                text.clear();
                print(&value, &mut text);
                field.width = field.width.max(text.len());
                if field.kind == ColumnKind::Float {
                    let decimals = text.iter().position(|byte| *byte == b'.').map_or(0, |at| text.len() - at - 1);
                    field.decimals = field.decimals.max(decimals.min(DECIMALS_MAX));
                }
            }
        }
    }

    /// The header of a table of so many rows.
    pub(super) fn header(&self, rows: usize) -> Result<Vec<u8>> {
        let record: usize = 1 + self.0.iter().map(Field::bytes).sum::<usize>();
        let header = 32 + 32 * self.0.len() + 1;
        let fits = (rows as u64) * (record as u64) + (header as u64) <= PART_BYTES_MAX;
        let (Ok(rows), Ok(header), Ok(record), true) =
            (u32::try_from(rows), u16::try_from(header), u16::try_from(record), fits)
        else {
            return Err(too_large());
        };
        // dBASE III without memos; the date is that of the format's own beginning, so that equal data are equal files.
        let mut out = vec![3, 95, 7, 26];
        out.extend_from_slice(&rows.to_le_bytes());
        out.extend_from_slice(&header.to_le_bytes());
        out.extend_from_slice(&record.to_le_bytes());
        out.resize(32, 0);
        for field in &self.0 {
            let from = out.len();
            out.extend_from_slice(field.name.as_bytes());
            out.resize(from + 11, 0);
            out.push(field.letter());
            out.resize(from + 16, 0);
            out.push(u8::try_from(field.bytes()).map_err(Error::internal)?);
            out.push(u8::try_from(field.decimals).map_err(Error::internal)?);
            out.resize(from + 32, 0);
        }
        out.push(0x0d);
        Ok(out)
    }

    /// Appends the record of a row.
    pub(super) fn record(&self, feature: &Feature<'_>, out: &mut Vec<u8>) {
        out.push(b' ');
        let mut text = Vec::new();
        for field in &self.0 {
            text.clear();
            let value = feature.get(&field.column);
            match (&value, field.letter()) {
                (Value::Time(when), b'D') => {
                    let day = when.earliest.civil();
                    text.extend_from_slice(format!("{:04}{:02}{:02}", day.year, day.month, day.day).as_bytes());
                }
                _ => print(&value, &mut text),
            }
            let width = field.bytes();
            text.truncate(boundary(&text, width));
            let blanks = std::iter::repeat_n(b' ', width - text.len());
            if field.letter() == b'N' {
                out.extend(blanks);
                out.extend_from_slice(&text);
            } else {
                out.extend_from_slice(&text);
                out.extend(blanks);
            }
        }
    }
}

impl Field {
    fn letter(&self) -> u8 {
        match self.kind {
            ColumnKind::Bool => b'L',
            ColumnKind::Int | ColumnKind::Float => b'N',
            ColumnKind::Time if self.days => b'D',
            _ => b'C',
        }
    }

    fn bytes(&self) -> usize {
        match self.letter() {
            b'L' => 1,
            b'D' => 8,
            b'N' => self.width.min(NUMBER_BYTES_MAX),
            _ => self.width.min(TEXT_BYTES_MAX),
        }
    }
}

/// A value as text.
fn print(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Bool(truth) => out.push(if *truth { b'T' } else { b'F' }),
        Value::Float(number) if !number.is_finite() => {}
        Value::Float(number) => {
            let plain = number.to_string();
            let text = if plain.len() > NUMBER_BYTES_MAX { format!("{number:e}") } else { plain };
            out.extend_from_slice(text.as_bytes());
        }
        Value::Text(text) | Value::Nested(text) => out.extend_from_slice(text.as_bytes()),
        other => write_value(other, out),
    }
}

/// The most bytes of a text, up to a limit, that end with a whole character.
fn boundary(text: &[u8], most: usize) -> usize {
    let mut end = text.len().min(most);
    while end < text.len() && end > 0 && text[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    end
}

/// A name that fits and is unlike those before, case aside.
fn short_name(name: &str, taken: &mut HashSet<String>) -> String {
    let cut = |text: &str, most: usize| text[..boundary(text.as_bytes(), most)].to_owned();
    let mut short = cut(name, NAME_BYTES_MAX);
    let mut number = 1;
    while !taken.insert(short.to_uppercase()) {
        let ending = format!("_{number}");
        short = cut(name, NAME_BYTES_MAX - ending.len()) + &ending;
        number += 1;
    }
    short
}
