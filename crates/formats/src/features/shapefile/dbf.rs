//! The `.dbf` part: a table of dBASE III to 5 or FoxPro, records of fixed width.

use crate::features::encoding::Charset;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use terrane_model::batch::Value;
use terrane_model::limits::Limits;
use terrane_model::schema::ColumnKind;
use terrane_model::time::{Instant, When};
use terrane_model::{Error, Result};

/// One field of a record.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name as bytes of the table's encoding.
    pub name: Vec<u8>,
    /// The letter of its type.
    pub letter: u8,
    /// What its values are; `None` when they are elsewhere (memos) and left out.
    pub kind: Option<ColumnKind>,
    from: usize,
    bytes: usize,
}

/// The layout of a table.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The fields.
    pub fields: Vec<Field>,
    /// Records that the header claims and the file holds.
    pub rows: u64,
    /// The language driver's number.
    pub language: u8,
    header_bytes: u64,
    record_bytes: usize,
}

/// Numbers of language drivers and the code pages they stand for. 0x57 is left out: it is what many programs write whatever the encoding.
const LANGUAGES: [(u8, &str); 31] = [
    (0x01, "437"),
    (0x02, "850"),
    (0x03, "1252"),
    (0x08, "865"),
    (0x09, "437"),
    (0x0a, "850"),
    (0x0d, "437"),
    (0x0e, "850"),
    (0x13, "932"),
    (0x4d, "936"),
    (0x4e, "949"),
    (0x4f, "950"),
    (0x50, "874"),
    (0x58, "1252"),
    (0x59, "1252"),
    (0x26, "866"),
    (0x65, "866"),
    (0x78, "950"),
    (0x79, "949"),
    (0x7a, "936"),
    (0x7b, "932"),
    (0x7c, "874"),
    (0x7d, "1255"),
    (0x7e, "1256"),
    (0xc8, "1250"),
    (0xc9, "1251"),
    (0xca, "1254"),
    (0xcb, "1253"),
    (0xcc, "1257"),
    (0x37, "850"),
    (0x1b, "437"),
];

impl Layout {
    /// Reads the header and checks it against the size of the file.
    pub fn read(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(unreadable)?;
        let actual = file.metadata().map_err(unreadable)?.len();
        let mut input = BufReader::new(file);
        let mut head = [0; 32];
        input.read_exact(&mut head).map_err(|_| Error::invalid("The .dbf is shorter than its header."))?;
        if head[0] & 7 == 4 {
            return Err(Error::unsupported("The .dbf is of dBASE 7, which is not supported; save it as dBASE IV."));
        }
        let rows = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]]));
        let header_bytes = u64::from(u16::from_le_bytes([head[8], head[9]]));
        let record_bytes = usize::from(u16::from_le_bytes([head[10], head[11]]));
        let needed = header_bytes + rows * record_bytes as u64;
        if header_bytes < 33 || needed > actual {
            return Err(Error::invalid(format!(
                "The .dbf says that it has {rows} records, which take {needed} bytes, but it has {actual} bytes; copy it again."
            )));
        }
        let fields = read_fields(&mut input, header_bytes)?;
        let widest = fields.last().map_or(1, |field| field.from + field.bytes);
        if widest > record_bytes {
            return Err(Error::invalid("The fields of the .dbf are wider than its records; the file is damaged."));
        }
        Ok(Self { fields, rows, language: head[29], header_bytes, record_bytes })
    }

    /// The encoding that the language driver stands for.
    pub fn charset(&self) -> Option<Charset> {
        let (_, page) = LANGUAGES.iter().find(|(number, _)| *number == self.language)?;
        Charset::by_name(page)
    }
}

fn unreadable(error: std::io::Error) -> Error {
    Error::invalid("The .dbf cannot be read to its end.").because(error)
}

fn read_fields(input: &mut impl Read, header_bytes: u64) -> Result<Vec<Field>> {
    let mut fields: Vec<Field> = Vec::new();
    let most = Limits::default().import_columns_max;
    let mut from = 1;
    for _ in 0..(header_bytes - 32) / 32 {
        let mut descriptor = [0; 32];
        let mut read = 0;
        while read < 32 {
            let count = input.read(&mut descriptor[read..]).map_err(unreadable)?;
            if count == 0 {
                break;
            }
            read += count;
        }
        if read < 32 || descriptor[0] == 0x0d {
            break;
        }
        if fields.len() == most {
            return Err(Error::too_large(format!("The .dbf has more than {most} columns.")));
        }
        let field = field_of(&descriptor, from);
        from += field.bytes;
        fields.push(field);
    }
    Ok(fields)
}

fn field_of(descriptor: &[u8; 32], from: usize) -> Field {
    let name: Vec<u8> = descriptor[..11].iter().copied().take_while(|&byte| byte != 0).collect();
    let (letter, length, decimals) = (descriptor[11].to_ascii_uppercase(), descriptor[16], descriptor[17]);
    let bytes = match letter {
        // Clipper and FoxPro keep the high byte of long texts where decimals are.
        b'C' => usize::from(length) + usize::from(decimals) * 256,
        _ => usize::from(length),
    };
    let kind = match letter {
        b'C' => Some(ColumnKind::Text),
        b'N' if decimals == 0 && length <= 18 => Some(ColumnKind::Int),
        b'I' | b'+' if length == 4 => Some(ColumnKind::Int),
        b'N' | b'F' => Some(ColumnKind::Float),
        b'B' | b'O' if length == 8 => Some(ColumnKind::Float),
        b'Y' if length == 8 => Some(ColumnKind::Float),
        b'D' => Some(ColumnKind::Time),
        b'@' | b'T' if length == 8 => Some(ColumnKind::Time),
        b'L' => Some(ColumnKind::Bool),
        _ => None,
    };
    Field { name, letter, kind, from, bytes }
}

/// Reads records in the order of the file.
pub struct Records {
    input: BufReader<File>,
    left: u64,
    record: Vec<u8>,
}

impl Records {
    /// Begins at the first record.
    pub fn open(path: &Path, layout: &Layout) -> Result<Self> {
        let mut input = BufReader::with_capacity(65_536, File::open(path).map_err(unreadable)?);
        std::io::copy(&mut input.by_ref().take(layout.header_bytes), &mut std::io::sink()).map_err(unreadable)?;
        Ok(Self { input, left: layout.rows, record: vec![0; layout.record_bytes] })
    }

    /// Reads the next record; `false` when there is none.
    pub fn next(&mut self) -> Result<bool> {
        if self.left == 0 || self.record.is_empty() {
            return Ok(false);
        }
        self.left -= 1;
        self.input.read_exact(&mut self.record).map_err(unreadable)?;
        Ok(true)
    }

    /// Whether the record is marked as deleted.
    pub fn is_deleted(&self) -> bool {
        self.record.first() == Some(&b'*')
    }

    /// The bytes of a field, without the spaces at its end.
    pub fn bytes(&self, field: &Field) -> &[u8] {
        let bytes = &self.record[field.from..field.from + field.bytes];
        let end = bytes.iter().rposition(|&byte| byte != b' ' && byte != 0).map_or(0, |last| last + 1);
        &bytes[..end]
    }

    fn raw<const N: usize>(&self, field: &Field) -> Option<[u8; N]> {
        self.record.get(field.from..field.from + field.bytes)?.first_chunk().copied()
    }

    /// The value of a field that is not text; `Err` holds what is there when it is no such value.
    pub fn value(&self, field: &Field) -> Result<Value<'static>, String> {
        let bytes = self.bytes(field);
        let binary = match field.letter {
            b'I' | b'+' => self.raw(field).map(|bytes| Value::Int(i64::from(i32::from_le_bytes(bytes)))),
            b'B' | b'O' => self.raw(field).map(|bytes| float(f64::from_le_bytes(bytes))),
            b'Y' => self.raw(field).map(|bytes| Value::Float(i64::from_le_bytes(bytes) as f64 / 10_000.0)),
            b'@' | b'T' => self.raw(field).map(stamp),
            _ => None,
        };
        if let Some(value) = binary {
            return Ok(value);
        }
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim();
        // Values too wide for their field are written as asterisks.
        if text.is_empty() || text.bytes().all(|byte| byte == b'*') {
            return Ok(Value::Null);
        }
        let value = match field.letter {
            b'L' => truth(text),
            b'D' => day(text),
            _ if field.kind == Some(ColumnKind::Int) => whole(text),
            _ => text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Float),
        };
        value.ok_or_else(|| text.to_owned())
    }
}

fn float(number: f64) -> Value<'static> {
    if number.is_finite() { Value::Float(number) } else { Value::Null }
}

fn whole(text: &str) -> Option<Value<'static>> {
    let number = text.parse::<i64>().ok();
    let spelt_out = || {
        text.parse::<f64>()
            .ok()
            .filter(|number| number.fract() == 0.0 && number.abs() < 9e15)
            .map(|number| number as i64)
    };
    number.or_else(spelt_out).map(Value::Int)
}

fn truth(text: &str) -> Option<Value<'static>> {
    match text {
        "T" | "t" | "Y" | "y" => Some(Value::Bool(true)),
        "F" | "f" | "N" | "n" => Some(Value::Bool(false)),
        "?" => Some(Value::Null),
        _ => None,
    }
}

/// `YYYYMMDD`; zeros are no date.
fn day(text: &str) -> Option<Value<'static>> {
    if text.bytes().all(|byte| byte == b'0') {
        return Some(Value::Null);
    }
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u16>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let when = When::day(i64::from(year), u8::try_from(month).ok()?, u8::try_from(day).ok()?).ok()?;
    (text.len() == 8).then_some(Value::Time(when))
}

/// Days since 4713 BCE (Julian day numbers; 2 440 588 is 1970-01-01) and milliseconds of the day.
fn stamp(bytes: [u8; 8]) -> Value<'static> {
    let [days, millis] = [&bytes[..4], &bytes[4..]]
        .map(|half| half.first_chunk().map_or(0, |half| i64::from(i32::from_le_bytes(*half))));
    if days == 0 {
        return Value::Null;
    }
    Value::Time(When::exactly(Instant((days - 2_440_588) * 86_400_000_000 + millis * 1_000)))
}
