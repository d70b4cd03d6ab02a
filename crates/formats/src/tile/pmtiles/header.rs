//! The first 127 bytes of an archive (specification, 3).

use super::damaged;
use terrane_model::{Bbox, Result};

/// Bytes of the header.
pub const HEADER_BYTES: usize = 127;
/// Bytes at the beginning in which header and root directory lie.
pub const ROOT_END: u64 = 16_384;
/// Compressed with gzip.
pub const GZIP: u8 = 2;
/// Not compressed.
pub const PLAIN: u8 = 1;
const MAGIC: &[u8; 8] = b"PMTiles\x03";
/// Parts of a degree in which positions are written.
const PER_DEGREE: f64 = 1e7;

/// What tiles are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum TileType {
    Vector = 1,
    Png = 2,
    Jpeg = 3,
    WebP = 4,
}

/// A stretch of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stretch {
    /// Where it begins.
    pub offset: u64,
    /// Its bytes.
    pub length: u64,
}

/// What an archive says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The root directory.
    pub root: Stretch,
    /// JSON about the tiles.
    pub metadata: Stretch,
    /// Directories below the root.
    pub leaves: Stretch,
    /// The tiles.
    pub tiles: Stretch,
    /// Tiles that there are, entries for them, and different ones.
    pub counts: [u64; 3],
    /// Whether the tiles lie in the order of their numbers.
    pub clustered: bool,
    /// How directories and metadata are compressed.
    pub internal_compression: u8,
    /// How tiles are compressed.
    pub tile_compression: u8,
    /// What tiles are, by its number.
    pub tile_type: u8,
    /// The first and the last zoom.
    pub zooms: [u8; 2],
    /// The ground, degrees.
    pub bbox: Bbox,
}

impl Header {
    /// As it is written. The middle of the ground at the first zoom is where to look first.
    pub fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        let stretches = [self.root, self.metadata, self.leaves, self.tiles];
        let numbers = stretches.iter().flat_map(|stretch| [stretch.offset, stretch.length]).chain(self.counts);
        for (place, number) in numbers.enumerate() {
            bytes[8 + 8 * place..16 + 8 * place].copy_from_slice(&number.to_le_bytes());
        }
        let kinds = [u8::from(self.clustered), self.internal_compression, self.tile_compression, self.tile_type];
        bytes[96..100].copy_from_slice(&kinds);
        bytes[100..102].copy_from_slice(&self.zooms);
        let middle = [0, 1].map(|axis| self.bbox.min[axis].midpoint(self.bbox.max[axis]));
        bytes[118] = self.zooms[0];
        for (offset, position) in [(102, self.bbox.min), (110, self.bbox.max), (119, middle)] {
            for axis in 0..2 {
                let number = (position[axis] * PER_DEGREE).round() as i32;
                bytes[offset + 4 * axis..offset + 4 * axis + 4].copy_from_slice(&number.to_le_bytes());
            }
        }
        bytes
    }

    /// Reads it.
    pub fn from_bytes(bytes: &[u8; HEADER_BYTES]) -> Result<Self> {
        if &bytes[..8] != MAGIC {
            return Err(damaged("it does not begin as version 3 does"));
        }
        let number = |place: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[8 + 8 * place..16 + 8 * place]);
            u64::from_le_bytes(eight)
        };
        let stretch = |place: usize| Stretch { offset: number(2 * place), length: number(2 * place + 1) };
        let degrees = |offset: usize| {
            let mut four = [0; 4];
            four.copy_from_slice(&bytes[offset..offset + 4]);
            f64::from(i32::from_le_bytes(four)) / PER_DEGREE
        };
        Ok(Self {
            root: stretch(0),
            metadata: stretch(1),
            leaves: stretch(2),
            tiles: stretch(3),
            counts: [number(8), number(9), number(10)],
            clustered: bytes[96] == 1,
            internal_compression: bytes[97],
            tile_compression: bytes[98],
            tile_type: bytes[99],
            zooms: [bytes[100], bytes[101]],
            bbox: Bbox { min: [degrees(102), degrees(106)], max: [degrees(110), degrees(114)] },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let stretch = |offset| Stretch { offset, length: offset + 1 };
        let header = Header {
            root: stretch(127),
            metadata: stretch(5_000_000_000),
            leaves: stretch(3),
            tiles: stretch(4),
            counts: [5, 6, 7],
            clustered: true,
            internal_compression: GZIP,
            tile_compression: PLAIN,
            tile_type: TileType::WebP as u8,
            zooms: [2, 14],
            bbox: Bbox { min: [-179.5, -10.25], max: [150.000_000_1, 85.0] },
        };
        let bytes = header.to_bytes();
        assert_eq!(Header::from_bytes(&bytes).expect("read"), header);
        let mut other = bytes;
        other[7] = 2;
        assert!(Header::from_bytes(&other).is_err());
    }
}
