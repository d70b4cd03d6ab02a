//! The chain of directories of a TIFF or BigTIFF file, and the values of their tags.

use super::{Bytes, damaged};
use std::path::Path;
use terrane_model::limits::{TIFF_DIRECTORIES_MAX, TIFF_TAGS_MAX, TIFF_TEXT_BYTES_MAX};
use terrane_model::{Error, Result};

/// An opened TIFF file: its bytes and how numbers are spelt in it.
#[derive(Debug)]
pub(in crate::grid) struct Tiff {
    pub(in crate::grid) bytes: Bytes,
    pub(in crate::grid) big_endian: bool,
    big: bool,
    first: u64,
}

/// The tags of one image.
#[derive(Debug)]
pub(in crate::grid) struct Directory(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    /// The value itself when it is short, else its place in the file; four bytes, eight in BigTIFF.
    value: [u8; 8],
}

/// Whether the bytes begin as a TIFF or BigTIFF file does.
pub(in crate::grid) fn looks_like_tiff(head: &[u8]) -> bool {
    matches!(head, [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..])
}

impl Tiff {
    /// Reads the header.
    pub(in crate::grid) fn open(path: &Path) -> Result<Self> {
        let bytes = Bytes::open(path)?;
        let head = bytes.read(0, bytes.length().min(16))?;
        if head.len() < 8 || !looks_like_tiff(&head) {
            return Err(Error::unsupported(
                "This is not a TIFF file: it does not begin with “II” or “MM” and 42 or 43.",
            ));
        }
        let big_endian = head[0] == b'M';
        let mut tiff = Self { bytes, big_endian, big: head[..4].contains(&43), first: 0 };
        tiff.first = match tiff.big {
            true if head.len() < 16 || tiff.unsigned(&head[4..6]) != 8 => return Err(damaged("its header is cut off")),
            true => tiff.unsigned(&head[8..16]),
            false => tiff.unsigned(&head[4..8]),
        };
        Ok(tiff)
    }

    /// All directories in the order of the chain. A chain that comes back to itself or never ends is refused.
    pub(in crate::grid) fn directories(&self) -> Result<Vec<Directory>> {
        let mut seen = Vec::new();
        let mut directories = Vec::new();
        let mut at = self.first;
        while at != 0 {
            if seen.contains(&at) {
                return Err(damaged("its chain of images comes back to itself"));
            }
            if seen.len() == TIFF_DIRECTORIES_MAX {
                return Err(Error::too_large(format!(
                    "The TIFF file has more than {TIFF_DIRECTORIES_MAX} images; split it into files of one image each."
                )));
            }
            seen.push(at);
            let (directory, next) = self.directory(at)?;
            directories.push(directory);
            at = next;
        }
        Ok(directories)
    }

    fn directory(&self, at: u64) -> Result<(Directory, u64)> {
        let (count_size, entry_size, offset_size) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let count = self.unsigned(&self.bytes.read(at, count_size)?);
        if count == 0 || count > TIFF_TAGS_MAX {
            return Err(damaged(format!("an image claims {count} tags; at most {TIFF_TAGS_MAX} are read")));
        }
        let table = self.bytes.read(at + count_size, count * entry_size + offset_size)?;
        let (entries, next) = table.split_at((count * entry_size) as usize);
        let entries = entries.chunks_exact(entry_size as usize).map(|entry| self.entry(entry)).collect();
        Ok((Directory(entries), self.unsigned(next)))
    }

    fn entry(&self, bytes: &[u8]) -> Entry {
        let split = if self.big { 12 } else { 8 };
        let mut value = [0; 8];
        value[..bytes.len() - split].copy_from_slice(&bytes[split..]);
        Entry {
            tag: self.unsigned(&bytes[..2]) as u16,
            kind: self.unsigned(&bytes[2..4]) as u16,
            count: self.unsigned(&bytes[4..split]),
            value,
        }
    }

    /// A whole number of one to eight bytes in the file's byte order.
    fn unsigned(&self, bytes: &[u8]) -> u64 {
        let join = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        if self.big_endian { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) }
    }

    fn value(&self, entry: &Entry) -> Result<Vec<u8>> {
        let size = size_of_kind(entry.kind).ok_or_else(|| wrong_kind(entry))?;
        let inline = if self.big { 8 } else { 4 };
        match entry.count.checked_mul(size) {
            Some(length) if length <= inline => Ok(entry.value[..length as usize].to_vec()),
            Some(length) => {
                let offset = self.unsigned(&entry.value[..inline as usize]);
                self.bytes.read(offset, length).map_err(|error| error.at(format!("TIFF tag {}", entry.tag)))
            }
            None => Err(damaged(format!("tag {} claims {} values", entry.tag, entry.count))),
        }
    }
}

impl Directory {
    fn find(&self, tag: u16) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.tag == tag)
    }

    /// Whether the tag is there.
    pub(in crate::grid) fn has(&self, tag: u16) -> bool {
        self.find(tag).is_some()
    }

    /// The whole numbers of a tag; none when it is not there.
    pub(in crate::grid) fn numbers(&self, tiff: &Tiff, tag: u16) -> Result<Vec<u64>> {
        let Some(entry) = self.find(tag) else { return Ok(Vec::new()) };
        if !matches!(entry.kind, 1 | 3 | 4 | 13 | 16 | 18) {
            return Err(wrong_kind(entry));
        }
        let size = size_of_kind(entry.kind).ok_or_else(|| wrong_kind(entry))? as usize;
        Ok(tiff.value(entry)?.chunks_exact(size).map(|bytes| tiff.unsigned(bytes)).collect())
    }

    /// The first whole number of a tag.
    pub(in crate::grid) fn number(&self, tiff: &Tiff, tag: u16) -> Result<Option<u64>> {
        Ok(self.numbers(tiff, tag)?.first().copied())
    }

    /// The numbers of a tag that holds doubles or floats; none when it is not there.
    pub(in crate::grid) fn reals(&self, tiff: &Tiff, tag: u16) -> Result<Vec<f64>> {
        let Some(entry) = self.find(tag) else { return Ok(Vec::new()) };
        let bytes = tiff.value(entry)?;
        match entry.kind {
            12 => Ok(bytes.chunks_exact(8).map(|eight| f64::from_bits(tiff.unsigned(eight))).collect()),
            11 => Ok(bytes.chunks_exact(4).map(|four| f64::from(f32::from_bits(tiff.unsigned(four) as u32))).collect()),
            _ => Err(wrong_kind(entry)),
        }
    }

    /// The text of a tag up to its first NUL, bytes that are no UTF-8 replaced; empty when it is not there.
    pub(in crate::grid) fn text(&self, tiff: &Tiff, tag: u16) -> Result<String> {
        let Some(entry) = self.find(tag) else { return Ok(String::new()) };
        if !matches!(entry.kind, 1 | 2 | 7) {
            return Err(wrong_kind(entry));
        }
        if entry.count > TIFF_TEXT_BYTES_MAX {
            return Err(Error::too_large(format!(
                "Tag {tag} of the TIFF file has a text of {} bytes; at most {TIFF_TEXT_BYTES_MAX} are read.",
                entry.count
            )));
        }
        let bytes = tiff.value(entry)?;
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        Ok(String::from_utf8_lossy(&bytes[..end]).into_owned())
    }
}

fn wrong_kind(entry: &Entry) -> Error {
    damaged(format!("tag {} has values of kind {}, which it cannot have", entry.tag, entry.kind))
}

/// Bytes of one value of a field type of TIFF 6.0 and BigTIFF.
fn size_of_kind(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16 | 17 | 18 => Some(8),
        _ => None,
    }
}
