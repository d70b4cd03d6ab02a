//! The values of one column, with validity: numbers, text as bytes and offsets or dictionary codes, times.

use crate::buffer::Buffer;
use crate::schema::ColumnKind;
use crate::time::{Instant, Precision, When};
use std::sync::Arc;

/// One value, borrowed from its column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Text(&'a str),
    /// A moment.
    Time(When),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A tree, as JSON text.
    Nested(&'a str),
}

impl Value<'_> {
    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
    /// As a number, when it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            Self::Bool(truth) => Some(f64::from(u8::from(*truth))),
            _ => None,
        }
    }
    /// The kind of column that holds such a value; `None` for null.
    pub fn kind(&self) -> Option<ColumnKind> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(_) => ColumnKind::Bool,
            Self::Int(_) => ColumnKind::Int,
            Self::Float(_) => ColumnKind::Float,
            Self::Text(_) => ColumnKind::Text,
            Self::Time(_) => ColumnKind::Time,
            Self::Bytes(_) => ColumnKind::Bytes,
            Self::Nested(_) => ColumnKind::Nested,
        })
    }
}

/// As a person reads it: numbers plainly, times as fine as they are known, bytes as their count.
impl std::fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Bool(truth) => truth.fmt(f),
            Self::Int(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
            Self::Text(text) | Self::Nested(text) => f.write_str(text),
            Self::Time(when) => when.fmt(f),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}

/// The values of one column.
#[derive(Debug, Clone)]
pub struct Values {
    /// The values; what stands where there is none does not matter.
    pub data: ColumnData,
    /// Which rows have a value; absent when all do.
    pub validity: Option<Bitmap>,
}

/// How the values are laid out.
#[derive(Debug, Clone)]
pub enum ColumnData {
    /// 0 or 1.
    Bool(Buffer<u8>),
    /// Whole numbers.
    Int(Buffer<i64>),
    /// Numbers.
    Float(Buffer<f64>),
    /// Texts, one after the other.
    Text(Strings),
    /// Texts as codes into a list of distinct ones.
    Coded {
        /// The place of each row's text in `words`.
        codes: Buffer<u32>,
        /// The distinct texts.
        words: Arc<Strings>,
    },
    /// Moments.
    Time(Times),
    /// Bytes, one value after the other.
    Bytes {
        /// `rows + 1` offsets into `bytes`.
        offsets: Buffer<u32>,
        /// All values.
        bytes: Buffer<u8>,
    },
    /// Trees as JSON text.
    Nested(Strings),
}

impl Values {
    /// The value of a row; null past the end.
    pub fn get(&self, row: usize) -> Value<'_> {
        if !self.is_valid(row) {
            return Value::Null;
        }
        match &self.data {
            ColumnData::Bool(values) => values.get(row).map_or(Value::Null, |&bit| Value::Bool(bit != 0)),
            ColumnData::Int(values) => values.get(row).map_or(Value::Null, |&number| Value::Int(number)),
            ColumnData::Float(values) => values.get(row).map_or(Value::Null, |&number| Value::Float(number)),
            ColumnData::Text(values) => Value::Text(values.get(row)),
            ColumnData::Coded { codes, words } => {
                codes.get(row).map_or(Value::Null, |&code| Value::Text(words.get(code as usize)))
            }
            ColumnData::Time(times) => times.get(row).map_or(Value::Null, Value::Time),
            ColumnData::Bytes { offsets, bytes } => {
                span(offsets, row).and_then(|range| bytes.get(range)).map_or(Value::Null, Value::Bytes)
            }
            ColumnData::Nested(values) => Value::Nested(values.get(row)),
        }
    }

    /// Whether the row has a value.
    pub fn is_valid(&self, row: usize) -> bool {
        self.validity.as_ref().is_none_or(|bitmap| bitmap.get(row))
    }
}

fn span(offsets: &[u32], row: usize) -> Option<std::ops::Range<usize>> {
    Some(*offsets.get(row)? as usize..*offsets.get(row + 1)? as usize)
}

/// Texts as bytes and offsets.
#[derive(Debug, Clone, Default)]
pub struct Strings {
    /// `rows + 1` offsets into `bytes`; empty for no rows.
    pub offsets: Buffer<u32>,
    /// UTF-8.
    pub bytes: Buffer<u8>,
}

impl Strings {
    /// How many texts.
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// One text; empty past the end or where the bytes are not UTF-8.
    pub fn get(&self, row: usize) -> &str {
        let bytes = span(&self.offsets, row).and_then(|range| self.bytes.as_slice().get(range));
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}

impl<T: AsRef<str>> FromIterator<T> for Strings {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let (mut offsets, mut bytes) = (vec![0], Vec::new());
        for text in texts {
            bytes.extend_from_slice(text.as_ref().as_bytes());
            offsets.push(bytes.len() as u32);
        }
        Self { offsets: offsets.into(), bytes: bytes.into() }
    }
}

/// Moments in columns; see [`When`].
#[derive(Debug, Clone, Default)]
pub struct Times {
    /// The first moment it can have been, microseconds.
    pub earliest: Buffer<i64>,
    /// The last moment it can have been, microseconds.
    pub latest: Buffer<i64>,
    /// `Precision as u8`.
    pub precision: Buffer<u8>,
    /// The text it was read from; empty where it says nothing more.
    pub stated_as: Option<Strings>,
}

impl Times {
    /// One moment.
    pub fn get(&self, row: usize) -> Option<When> {
        let stated = self.stated_as.as_ref().map(|texts| texts.get(row)).filter(|text| !text.is_empty());
        Some(When {
            earliest: Instant(*self.earliest.get(row)?),
            latest: Instant(*self.latest.get(row)?),
            precision: Precision::from_u8(*self.precision.get(row)?),
            stated_as: stated.map(Arc::from),
        })
    }
}

/// One bit per row, the lowest bit of the first byte first.
#[derive(Debug, Clone, Default)]
pub struct Bitmap(pub Buffer<u8>);

impl Bitmap {
    /// Whether the bit of a row is set; clear past the end.
    pub fn get(&self, row: usize) -> bool {
        self.0.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
    }
}

impl FromIterator<bool> for Bitmap {
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> Self {
        let mut bytes: Vec<u8> = Vec::new();
        for (row, bit) in bits.into_iter().enumerate() {
            if row % 8 == 0 {
                bytes.push(0);
            }
            if let Some(last) = bytes.last_mut() {
                *last |= u8::from(bit) << (row % 8);
            }
        }
        Self(bytes.into())
    }
}
