//! How the values of a row are put aside until rows are in order: a tag, then the bytes.

use rusqlite::types::ValueRef;
use std::sync::Arc;
use terrane_model::batch::Value;
use terrane_model::time::{Instant, Precision, When};

/// No value.
pub const NULL: u8 = 0;
const INT: u8 = 1;
const FLOAT: u8 = 2;
const TEXT: u8 = 3;
const BYTES: u8 = 4;
const TIME: u8 = 5;
/// A geometry blob.
pub const GEOMETRY: u8 = 6;

/// A value taken back from where it was put aside.
#[allow(missing_docs)]
pub enum Put<'a> {
    Null,
    Int(i64),
    Float(f64),
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    Time(When),
}

impl Put<'_> {
    /// As SQLite takes it; moments are spelt by whoever knows how.
    pub fn as_sql(&self) -> ValueRef<'_> {
        match self {
            Self::Null | Self::Time(_) => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Float(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }
    }
}

impl std::fmt::Display for Put<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(number) => number.fmt(f),
            Self::Text(text) => f.write_str(&String::from_utf8_lossy(text)),
            _ => Ok(()),
        }
    }
}

/// Puts bytes aside under a tag.
pub fn put_bytes(tail: &mut Vec<u8>, tag: u8, write: impl FnOnce(&mut Vec<u8>)) {
    tail.push(tag);
    let length_at = tail.len();
    tail.extend_from_slice(&[0; 4]);
    write(tail);
    let length = (tail.len() - length_at - 4) as u32;
    tail[length_at..length_at + 4].copy_from_slice(&length.to_le_bytes());
}

/// Puts a value aside.
pub fn put_value(tail: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Null => tail.push(NULL),
        Value::Bool(truth) => put_value(tail, &Value::Int(i64::from(*truth))),
        Value::Int(number) => {
            tail.push(INT);
            tail.extend_from_slice(&number.to_le_bytes());
        }
        Value::Float(number) => {
            tail.push(FLOAT);
            tail.extend_from_slice(&number.to_le_bytes());
        }
        Value::Text(text) | Value::Nested(text) => {
            put_bytes(tail, TEXT, |tail| tail.extend_from_slice(text.as_bytes()));
        }
        Value::Bytes(bytes) => put_bytes(tail, BYTES, |tail| tail.extend_from_slice(bytes)),
        Value::Time(when) => {
            tail.push(TIME);
            tail.extend_from_slice(&when.earliest.0.to_le_bytes());
            tail.extend_from_slice(&when.latest.0.to_le_bytes());
            tail.push(when.precision as u8);
            let stated = when.stated_as.as_deref().unwrap_or("");
            put_bytes(tail, TEXT, |tail| tail.extend_from_slice(stated.as_bytes()));
        }
    }
}

/// Takes bytes back; zeros where there are none.
pub fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let (head, tail) = rest.split_first_chunk::<N>().map_or(([0; N], &[][..]), |(head, tail)| (*head, tail));
    *rest = tail;
    head
}

fn take_bytes<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let length = u32::from_le_bytes(take(rest)) as usize;
    let (head, tail) = rest.split_at(length.min(rest.len()));
    *rest = tail;
    head
}

/// Takes a value back.
pub fn take_value<'a>(rest: &mut &'a [u8]) -> Put<'a> {
    let [tag] = take::<1>(rest);
    match tag {
        INT => Put::Int(i64::from_le_bytes(take(rest))),
        FLOAT => Put::Float(f64::from_le_bytes(take(rest))),
        TEXT => Put::Text(take_bytes(rest)),
        BYTES | GEOMETRY => Put::Bytes(take_bytes(rest)),
        TIME => {
            let earliest = Instant(i64::from_le_bytes(take(rest)));
            let latest = Instant(i64::from_le_bytes(take(rest)));
            let [precision] = take::<1>(rest);
            take::<1>(rest);
            let stated = String::from_utf8_lossy(take_bytes(rest));
            let stated_as = (!stated.is_empty()).then(|| Arc::from(&*stated));
            Put::Time(When { earliest, latest, precision: Precision::from_u8(precision), stated_as })
        }
        _ => Put::Null,
    }
}
