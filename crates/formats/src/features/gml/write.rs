//! Rows as GML features, written one after the other without a tree.

use super::{CoordinateForm, encode_id, write_geometry};
use crate::features::geojson::{write_float, write_int};
use crate::xml::write_escaped;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::Write as _;
use std::sync::Arc;
use terrane_model::batch::Value;
use terrane_model::time::{Civil, Precision};
use terrane_model::{Batch, Feature, Instant, Schema, When};

/// A property of a feature type.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The element with its prefix, `geo:magnitude`.
    pub element: String,
    /// What it holds.
    pub content: Content,
}

/// What a property holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// The value of this column.
    Column(String),
    /// The geometry.
    Geometry,
    /// The same text in every row.
    Text(String),
    /// Whole elements made of several columns.
    Built(Builder),
}

/// Makes a property of a row that is more than one value: its elements, as often as the row has it.
#[derive(Clone, Copy)]
pub struct Builder {
    /// A name to tell builders apart by.
    pub name: &'static str,
    /// The columns that it reads.
    pub columns: &'static [&'static str],
    /// Whether it writes the geometry too.
    pub geometry: bool,
    /// Appends the elements; the `gml:id` of the feature is given.
    pub write: fn(&Feature<'_>, &str, &CoordinateForm, &mut Vec<u8>),
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Builder {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Builder {}

/// How rows become features.
#[derive(Debug, Clone, PartialEq)]
pub struct FeaturePlan {
    /// The element of a feature with its prefix, `geo:quakes`.
    pub element: String,
    /// Attributes of a feature beside its id, each after a blank: namespaces that differ from those of the document.
    pub attributes: String,
    /// What each `gml:id` begins with, `quakes.`.
    pub id_start: String,
    /// The properties, in order.
    pub properties: Vec<Property>,
}

/// Writes features; rows of one scan share their schema, so where columns are is looked up once.
pub struct FeatureWriter {
    plan: FeaturePlan,
    form: CoordinateForm,
    known: Option<(Arc<Schema>, Vec<Option<usize>>)>,
}

impl FeatureWriter {
    /// A writer of features of one type.
    pub fn new(plan: FeaturePlan, form: CoordinateForm) -> Self {
        Self { plan, form, known: None }
    }

    /// Appends the rows of a batch that count, each as a feature between `before` and `after`.
    pub fn rows(&mut self, batch: &Batch, [before, after]: [&str; 2], out: &mut Vec<u8>) {
        let places = self.places(&batch.schema);
        for feature in batch.features() {
            out.extend_from_slice(before.as_bytes());
            self.feature(&feature, &places, out);
            out.extend_from_slice(after.as_bytes());
        }
        self.known = Some((Arc::clone(&batch.schema), places));
    }

    /// Appends the values of one property of the rows of a batch, each between `before` and `after`; rows without are left out.
    /// Returns how many there were.
    pub fn values(&mut self, batch: &Batch, property: usize, [before, after]: [&str; 2], out: &mut Vec<u8>) -> usize {
        let places = self.places(&batch.schema);
        let mut count = 0;
        for feature in batch.features() {
            let (began, id) = (out.len(), self.id(&feature));
            out.extend_from_slice(before.as_bytes());
            let from = out.len();
            self.property(&feature, property, (&places, &id), out);
            if out.len() == from {
                out.truncate(began);
                continue;
            }
            count += 1;
            out.extend_from_slice(after.as_bytes());
        }
        self.known = Some((Arc::clone(&batch.schema), places));
        count
    }

    /// The `gml:id` of a row.
    pub fn id(&self, feature: &Feature<'_>) -> String {
        format!("{}{}", self.plan.id_start, encode_id(&feature.id().to_string()))
    }

    /// Where the column of each property is.
    fn places(&mut self, schema: &Arc<Schema>) -> Vec<Option<usize>> {
        match self.known.take() {
            Some((known, places)) if Arc::ptr_eq(&known, schema) => places,
            _ => {
                let place = |property: &Property| match &property.content {
                    Content::Column(name) => schema.column(name).map(|(place, _)| place),
                    Content::Geometry | Content::Text(_) | Content::Built(_) => None,
                };
                self.plan.properties.iter().map(place).collect()
            }
        }
    }

    /// Appends one feature.
    fn feature(&self, feature: &Feature<'_>, places: &[Option<usize>], out: &mut Vec<u8>) {
        let id = self.id(feature);
        out.push(b'<');
        out.extend_from_slice(self.plan.element.as_bytes());
        out.extend_from_slice(self.plan.attributes.as_bytes());
        out.extend_from_slice(b" gml:id=\"");
        write_escaped(&id, out);
        out.extend_from_slice(b"\">");
        for at in 0..self.plan.properties.len() {
            self.property(feature, at, (places, &id), out);
        }
        close(&self.plan.element, out);
    }

    /// Appends a property; nothing when the row has none.
    fn property(&self, feature: &Feature<'_>, at: usize, (places, id): (&[Option<usize>], &str), out: &mut Vec<u8>) {
        let Some(property) = self.plan.properties.get(at) else { return };
        match &property.content {
            Content::Geometry => {
                let Some(geometry) = feature.geometry().filter(|geometry| !geometry.is_empty()) else { return };
                open(&property.element, out);
                write_geometry(&geometry, &self.form, &format!("{id}.g"), out);
            }
            Content::Text(text) => {
                open(&property.element, out);
                write_escaped(text, out);
            }
            Content::Built(builder) => {
                return (builder.write)(feature, id, &self.form, out);
            }
            Content::Column(_) => {
                let Some(place) = places.get(at).copied().flatten() else { return };
                let value = feature.value(place);
                if value.is_null() || matches!(&value, Value::Float(number) if number.is_nan()) {
                    return;
                }
                open(&property.element, out);
                write_value(&value, out);
            }
        }
        close(&property.element, out);
    }
}

fn open(element: &str, out: &mut Vec<u8>) {
    out.push(b'<');
    out.extend_from_slice(element.as_bytes());
    out.push(b'>');
}

fn close(element: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"</");
    out.extend_from_slice(element.as_bytes());
    out.push(b'>');
}

/// Appends a value as XML Schema writes it: times as fine as they are known (`2019`, `2019-07`, `2019-07-01`, RFC 3339).
pub fn write_value(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => {}
        Value::Bool(truth) => out.extend_from_slice(if *truth { b"true" } else { b"false" }),
        Value::Int(number) => write_int(*number, out),
        Value::Float(number) if number.is_finite() => write_float(*number, out),
        Value::Float(number) if number.is_nan() => out.extend_from_slice(b"NaN"),
        Value::Float(number) => out.extend_from_slice(if *number > 0.0 { b"INF" } else { b"-INF" }),
        Value::Text(text) | Value::Nested(text) => write_escaped(text, out),
        Value::Time(when) => write_time(when, out),
        Value::Bytes(bytes) => out.extend_from_slice(STANDARD.encode(bytes).as_bytes()),
    }
}

/// A moment as `xsd:gYear`, `gYearMonth`, `date` or `dateTime`; bounds as the moment that they begin.
fn write_time(when: &When, out: &mut Vec<u8>) {
    let Civil { year, month, day, .. } = when.earliest.civil();
    let sign = if year < 0 { "-" } else { "" };
    let year = year.unsigned_abs();
    let written = match when.precision {
        Precision::Year => write!(out, "{sign}{year:04}"),
        Precision::Month => write!(out, "{sign}{year:04}-{month:02}"),
        Precision::Day => write!(out, "{sign}{year:04}-{month:02}-{day:02}"),
        Precision::Bounds | Precision::Minute | Precision::Instant => write_moment(when.earliest, out),
    };
    debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
}

fn write_moment(instant: Instant, out: &mut Vec<u8>) -> std::io::Result<()> {
    let Civil { year, month, day, hour, minute, second, microsecond } = instant.civil();
    let sign = if year < 0 { "-" } else { "" };
    write!(out, "{sign}{:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}", year.unsigned_abs())?;
    if microsecond > 0 {
        let digits = format!("{microsecond:06}");
        write!(out, ".{}", digits.trim_end_matches('0'))?;
    }
    out.write_all(b"Z")
}
