//! The values of one column of one block, and identities: how they are written and read. Layout: README.md beside this file.

use super::bytes::{Decoded, In, Out, offsets};
use std::collections::HashMap;
use std::sync::Arc;
use terrane_model::batch::{Bitmap, ColumnData, Ids, Strings, Times, Values};
use terrane_model::schema::ColumnKind;

const NOTHING: u32 = 0;
const BOOL: u32 = 1;
const INT: u32 = 2;
const FLOAT: u32 = 3;
const TEXT: u32 = 4;
const CODED: u32 = 5;
const TIME: u32 = 6;
const BYTES: u32 = 7;
const NESTED: u32 = 8;

const HAS_GAPS: u32 = 1;
const EXACT: u32 = 2;
const STATED: u32 = 4;

/// Texts are coded when each distinct one stands for this many rows or more.
const ROWS_PER_WORD: usize = 4;

/// Writes the values of a column, of which there must be one for each row.
pub fn encode(values: &Values, rows: usize, out: &mut Out) -> Decoded<()> {
    if length(&values.data) != rows {
        return Err("a column has not one value for each row");
    }
    let valid = |row: usize| values.is_valid(row);
    let gaps = (0..rows).any(|row| !valid(row));
    let all_gaps = !(0..rows).any(valid);
    let flags = if gaps { HAS_GAPS } else { 0 };
    match &values.data {
        _ if all_gaps => {
            head(out, NOTHING, 0);
            return Ok(());
        }
        ColumnData::Bool(truths) => plain(out, BOOL, flags, truths),
        ColumnData::Int(numbers) => plain(out, INT, flags, numbers),
        ColumnData::Float(numbers) => plain(out, FLOAT, flags, numbers),
        ColumnData::Text(_) | ColumnData::Coded { .. } => texts(values, rows, flags, out)?,
        ColumnData::Time(times) => encode_times(times, &valid, flags, out)?,
        ColumnData::Bytes { offsets, bytes } => {
            head(out, BYTES, flags);
            let value = |row: usize| bytes.get(offsets[row] as usize..offsets[row + 1] as usize).unwrap_or_default();
            pieces((0..rows).map(value), out)?;
        }
        ColumnData::Nested(trees) => {
            head(out, NESTED, flags);
            pieces((0..rows).map(|row| trees.get(row).as_bytes()), out)?;
        }
    }
    if gaps {
        out.list(&(0..rows).map(valid).collect::<Bitmap>().0);
    }
    Ok(())
}

fn length(data: &ColumnData) -> usize {
    match data {
        ColumnData::Bool(values) => values.len(),
        ColumnData::Int(values) => values.len(),
        ColumnData::Float(values) => values.len(),
        ColumnData::Text(texts) | ColumnData::Nested(texts) => texts.len(),
        ColumnData::Coded { codes, .. } => codes.len(),
        ColumnData::Time(times) => times.earliest.len().min(times.latest.len()).min(times.precision.len()),
        ColumnData::Bytes { offsets, .. } => offsets.len().saturating_sub(1),
    }
}

fn head(out: &mut Out, encoding: u32, flags: u32) {
    out.number(encoding);
    out.number(flags);
}

fn plain<T: bytemuck::NoUninit>(out: &mut Out, encoding: u32, flags: u32, list: &[T]) {
    head(out, encoding, flags);
    out.list(list);
}

/// Runs of bytes as offsets and all bytes.
fn pieces<'a>(pieces: impl Iterator<Item = &'a [u8]>, out: &mut Out) -> Decoded<()> {
    let (mut offsets, mut bytes) = (vec![0_u32], Vec::new());
    for piece in pieces {
        bytes.extend_from_slice(piece);
        offsets.push(u32::try_from(bytes.len()).map_err(|_| "the values of a block have more than 4 GiB")?);
    }
    out.counted(&bytes);
    out.list(&offsets);
    Ok(())
}

fn texts(values: &Values, rows: usize, flags: u32, out: &mut Out) -> Decoded<()> {
    let text = |row: usize| if let terrane_model::batch::Value::Text(text) = values.get(row) { text } else { "" };
    match codes(rows, &text) {
        Some((codes, words)) => {
            head(out, CODED, flags);
            out.list(&codes);
            out.number(words.len() as u32);
            pieces(words.iter().map(|word| word.as_bytes()), out)
        }
        None => {
            head(out, TEXT, flags);
            pieces((0..rows).map(|row| text(row).as_bytes()), out)
        }
    }
}

/// A code for each row and the distinct texts; nothing when they are too many.
fn codes<'a>(rows: usize, text: &dyn Fn(usize) -> &'a str) -> Option<(Vec<u32>, Vec<&'a str>)> {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let (mut codes, mut words) = (Vec::with_capacity(rows), Vec::new());
    for row in 0..rows {
        let word = text(row);
        let code = *known.entry(word).or_insert_with(|| {
            words.push(word);
            words.len() as u32 - 1
        });
        if words.len() * ROWS_PER_WORD > rows {
            return None;
        }
        codes.push(code);
    }
    Some((codes, words))
}

fn encode_times(times: &Times, valid: &dyn Fn(usize) -> bool, flags: u32, out: &mut Out) -> Decoded<()> {
    let rows = times.earliest.len();
    let exact = (0..rows).all(|row| !valid(row) || times.earliest[row] == times.latest[row]);
    let stated = times.stated_as.as_ref().filter(|texts| (0..rows).any(|row| !texts.get(row).is_empty()));
    let flag = |is: bool, flag: u32| if is { flag } else { 0 };
    head(out, TIME, flags | flag(exact, EXACT) | flag(stated.is_some(), STATED));
    out.list(&times.earliest);
    if !exact {
        out.list(&times.latest);
    }
    out.list(&times.precision);
    stated.map_or(Ok(()), |texts| pieces((0..rows).map(|row| texts.get(row).as_bytes()), out))
}

/// Reads the values of a column of this kind.
pub fn decode(bytes: &[u8], kind: ColumnKind, rows: usize) -> Decoded<Values> {
    let mut input = In::new(bytes);
    let (encoding, flags): (u32, u32) = (input.number()?, input.number()?);
    if encoding == NOTHING {
        input.end()?;
        return Ok(Values { data: nothing(kind, rows), validity: Some(Bitmap(vec![0; rows.div_ceil(8)].into())) });
    }
    let data = decode_data(&mut input, (encoding, flags), kind, rows)?;
    let has_gaps = flags & HAS_GAPS != 0;
    let validity = if has_gaps { Some(Bitmap(input.list(rows.div_ceil(8))?.into())) } else { None };
    input.end()?;
    Ok(Values { data, validity })
}

fn decode_data(input: &mut In<'_>, head: (u32, u32), kind: ColumnKind, rows: usize) -> Decoded<ColumnData> {
    Ok(match (head.0, kind) {
        (BOOL, ColumnKind::Bool) => ColumnData::Bool(input.list(rows)?.into()),
        (INT, ColumnKind::Int) => ColumnData::Int(input.list(rows)?.into()),
        (FLOAT, ColumnKind::Float) => ColumnData::Float(input.list(rows)?.into()),
        (TEXT, ColumnKind::Text) => ColumnData::Text(strings(input, rows)?),
        (CODED, ColumnKind::Text) => {
            let codes: Vec<u32> = input.list(rows)?;
            let words = input.count()?;
            if codes.iter().any(|&code| code as usize >= words) {
                return Err("a code has no word");
            }
            ColumnData::Coded { codes: codes.into(), words: Arc::new(strings(input, words)?) }
        }
        (TIME, ColumnKind::Time) => ColumnData::Time(decode_times(input, head.1, rows)?),
        (BYTES, ColumnKind::Bytes) => {
            let Strings { offsets, bytes } = strings(input, rows)?;
            ColumnData::Bytes { offsets, bytes }
        }
        (NESTED, ColumnKind::Nested) => ColumnData::Nested(strings(input, rows)?),
        _ => return Err("its values are not of the kind of the column"),
    })
}

fn strings(input: &mut In<'_>, count: usize) -> Decoded<Strings> {
    let bytes = input.counted()?;
    let offsets = offsets(input, count, bytes.len())?;
    Ok(Strings { offsets: offsets.into(), bytes: bytes.to_vec().into() })
}

fn decode_times(input: &mut In<'_>, flags: u32, rows: usize) -> Decoded<Times> {
    let earliest: terrane_model::buffer::Buffer<i64> = input.list(rows)?.into();
    let latest = if flags & EXACT != 0 { earliest.clone() } else { input.list(rows)?.into() };
    let precision = input.list(rows)?.into();
    let stated_as = if flags & STATED != 0 { Some(strings(input, rows)?) } else { None };
    Ok(Times { earliest, latest, precision, stated_as })
}

/// Stand-ins for values that are all missing.
fn nothing(kind: ColumnKind, rows: usize) -> ColumnData {
    let empty = || Strings { offsets: vec![0; rows + 1].into(), bytes: Vec::new().into() };
    match kind {
        ColumnKind::Bool => ColumnData::Bool(vec![0; rows].into()),
        ColumnKind::Int => ColumnData::Int(vec![0; rows].into()),
        ColumnKind::Float => ColumnData::Float(vec![0.0; rows].into()),
        ColumnKind::Text => ColumnData::Text(empty()),
        ColumnKind::Time => ColumnData::Time(Times {
            earliest: vec![0; rows].into(),
            latest: vec![0; rows].into(),
            precision: vec![0; rows].into(),
            stated_as: None,
        }),
        ColumnKind::Bytes => {
            let Strings { offsets, bytes } = empty();
            ColumnData::Bytes { offsets, bytes }
        }
        ColumnKind::Nested => ColumnData::Nested(empty()),
    }
}

/// Writes identities: 0 and the numbers, or 1 and the texts.
pub fn encode_ids(ids: &Ids, out: &mut Out) -> Decoded<()> {
    match ids {
        Ids::Numbers(numbers) => {
            out.number(0_u64);
            out.list(numbers);
            Ok(())
        }
        Ids::Texts(texts) => {
            out.number(1_u64);
            pieces((0..texts.len()).map(|row| texts.get(row).as_bytes()), out)
        }
    }
}

/// Reads identities.
pub fn decode_ids(input: &mut In<'_>, rows: usize) -> Decoded<Ids> {
    match input.number::<u64>()? {
        0 => Ok(Ids::Numbers(input.list(rows)?.into())),
        1 => Ok(Ids::Texts(strings(input, rows)?)),
        _ => Err("its identities are of no known kind"),
    }
}

/// Bytes that values take in memory, roughly.
pub fn bytes_held(values: &Values) -> usize {
    let strings = |texts: &Strings| texts.offsets.len() * 4 + texts.bytes.len();
    let data = match &values.data {
        ColumnData::Bool(values) => values.len(),
        ColumnData::Int(values) => values.len() * 8,
        ColumnData::Float(values) => values.len() * 8,
        ColumnData::Text(texts) | ColumnData::Nested(texts) => strings(texts),
        ColumnData::Coded { codes, words } => codes.len() * 4 + strings(words),
        ColumnData::Time(times) => times.earliest.len() * 17 + times.stated_as.as_ref().map_or(0, strings),
        ColumnData::Bytes { offsets, bytes } => offsets.len() * 4 + bytes.len(),
    };
    data + values.validity.as_ref().map_or(0, |bitmap| bitmap.0.len())
}
