//! Directories: which tiles lie where, in columns of varints (specification, 4.2).

use super::damaged;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::io::{Read as _, Write as _};
use terrane_model::limits::ARCHIVE_DIRECTORY_BYTES_MAX;
use terrane_model::{Error, Result};

/// Tiles with one content in a row, or, with a run of 0, a directory of those from a number on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The number of the first.
    pub number: u64,
    /// How many.
    pub run: u32,
    /// Bytes of the content.
    pub length: u32,
    /// Where it begins among the tiles or directories.
    pub offset: u64,
}

/// A directory as it is written, compressed.
pub fn to_bytes(entries: &[Entry]) -> Result<Vec<u8>> {
    let mut plain = Vec::with_capacity(entries.len() * 6 + 8);
    varint(&mut plain, entries.len() as u64);
    let mut before = 0;
    for entry in entries {
        varint(&mut plain, entry.number - before);
        before = entry.number;
    }
    entries.iter().for_each(|entry| varint(&mut plain, u64::from(entry.run)));
    entries.iter().for_each(|entry| varint(&mut plain, u64::from(entry.length)));
    let mut end = None;
    for entry in entries {
        // 0 says that it follows the one before.
        varint(&mut plain, if end == Some(entry.offset) { 0 } else { entry.offset + 1 });
        end = Some(entry.offset + u64::from(entry.length));
    }
    compressed(&plain)
}

/// Reads a directory.
pub fn from_bytes(bytes: &[u8]) -> Result<Vec<Entry>> {
    let mut rest = bytes;
    let count = read_varint(&mut rest)?;
    // Each entry takes four bytes at least.
    if count > rest.len() as u64 / 4 {
        return Err(damaged("a directory says that it has more entries than it has bytes"));
    }
    let empty = Entry { number: 0, run: 0, length: 0, offset: 0 };
    let mut entries = vec![empty; count as usize];
    let mut before = 0u64;
    for entry in &mut entries {
        before = before.checked_add(read_varint(&mut rest)?).ok_or_else(|| damaged("numbers of tiles overflow"))?;
        entry.number = before;
    }
    let small = |number: u64| u32::try_from(number).map_err(|_| damaged("a length is too great"));
    for entry in &mut entries {
        entry.run = small(read_varint(&mut rest)?)?;
    }
    for entry in &mut entries {
        entry.length = small(read_varint(&mut rest)?)?;
    }
    let mut end = 0u64;
    for entry in &mut entries {
        let stated = read_varint(&mut rest)?;
        entry.offset = if stated == 0 { end } else { stated - 1 };
        end = entry.offset.checked_add(u64::from(entry.length)).ok_or_else(|| damaged("offsets overflow"))?;
    }
    Ok(entries)
}

/// Bytes gzipped.
pub fn compressed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_err(Error::internal)
}

/// Gzipped bytes unpacked, within the limit.
pub fn unpacked(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut plain = Vec::new();
    let read = GzDecoder::new(bytes).take(ARCHIVE_DIRECTORY_BYTES_MAX + 1).read_to_end(&mut plain);
    read.map_err(|error| damaged("a directory does not unpack").because(error))?;
    if plain.len() as u64 > ARCHIVE_DIRECTORY_BYTES_MAX {
        return Err(damaged("a directory unpacks to too many bytes"));
    }
    Ok(plain)
}

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn read_varint(rest: &mut &[u8]) -> Result<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let Some((&byte, after)) = rest.split_first() else { return Err(damaged("a directory ends early")) };
        *rest = after;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(damaged("a number in a directory does not end"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(steps in prop::collection::vec((1u64..1_000_000, 0u32..9, 0u32..70_000, 0u64..1 << 40, any::<bool>()), 0..200)) {
            let mut entries: Vec<Entry> = Vec::new();
            for (step, run, length, offset, follows) in steps {
                let before = entries.last().copied();
                let number = before.map_or(step, |before| before.number + step);
                let offset = before.filter(|_| follows).map_or(offset, |before| before.offset + u64::from(before.length));
                entries.push(Entry { number, run, length, offset });
            }
            let bytes = to_bytes(&entries).expect("written");
            prop_assert_eq!(from_bytes(&unpacked(&bytes).expect("unpacked")).expect("read"), entries);
        }

        #[test]
        fn damaged_directories_are_refused_or_read_but_never_more(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let entries = from_bytes(&bytes);
            prop_assert!(entries.is_err() || entries.is_ok_and(|entries| entries.len() <= bytes.len()));
        }
    }
}
