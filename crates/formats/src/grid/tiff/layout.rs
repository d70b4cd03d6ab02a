//! One image of a TIFF file: its size, its samples and where its blocks are, checked against the file before anything is read.

use super::codec::Compression;
use super::directory::{Directory, Tiff};
use super::predictor::Predictor;
use super::{damaged, tags};
use crate::grid::sample::size_of_sample;
use terrane_model::grid::SampleKind;
use terrane_model::limits::{GRID_BANDS_MAX, GRID_BLOCK_BYTES_MAX};
use terrane_model::{Error, Result};

/// How samples are spelt in the bytes of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::grid) enum Storage {
    /// As they are in memory, but for the order of bytes.
    Whole(SampleKind),
    /// One, two or four bits each; read as bytes.
    Packed { bits: usize },
    /// Signed bytes; read as 16 bits.
    SignedByte,
}

impl Storage {
    /// The kind that readers get.
    pub(in crate::grid) fn kind(self) -> SampleKind {
        match self {
            Self::Whole(kind) => kind,
            Self::Packed { .. } => SampleKind::U8,
            Self::SignedByte => SampleKind::I16,
        }
    }

    /// Bytes of a row of so many samples.
    pub(in crate::grid) fn row_bytes(self, samples: usize) -> usize {
        match self {
            Self::Whole(kind) => samples * size_of_sample(kind),
            Self::Packed { bits } => (samples * bits).div_ceil(8),
            Self::SignedByte => samples,
        }
    }
}

/// How the bytes of a block become samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::grid) struct Encoding {
    pub(in crate::grid) storage: Storage,
    pub(in crate::grid) compression: Compression,
    pub(in crate::grid) predictor: Predictor,
    pub(in crate::grid) big_endian: bool,
    /// Samples of one place that lie next to each other: all bands, or one when each band has its own blocks.
    pub(in crate::grid) channels: usize,
}

/// What a picture's colours are, as far as a grid cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::grid) enum Colours {
    /// Numbers, or red, green and blue.
    Plain,
    /// Indices into red, green, blue.
    Palette(Vec<[u8; 3]>),
}

/// One image.
#[derive(Debug)]
pub(in crate::grid) struct Image {
    pub(in crate::grid) width: u32,
    pub(in crate::grid) height: u32,
    pub(in crate::grid) bands: usize,
    pub(in crate::grid) encoding: Encoding,
    /// A smaller copy of another image.
    pub(in crate::grid) reduced: bool,
    /// A transparency mask of another image.
    pub(in crate::grid) mask: bool,
    pub(in crate::grid) colours: Colours,
    blocks: Blocks,
}

/// Where the blocks are: tiles, or strips that are as wide as the image.
#[derive(Debug)]
struct Blocks {
    width: u32,
    height: u32,
    tiled: bool,
    offsets: Vec<u64>,
    lengths: Vec<u64>,
}

/// A block of an image: which samples it holds and where its bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::grid) struct BlockPlace {
    pub(in crate::grid) first_column: u32,
    pub(in crate::grid) first_row: u32,
    /// Samples from left to right as stored, which may reach past the edge of the image.
    pub(in crate::grid) columns: u32,
    pub(in crate::grid) rows: u32,
    pub(in crate::grid) offset: u64,
    pub(in crate::grid) length: u64,
}

/// Rows of an uncompressed strip are read in runs of about so many bytes.
const RUN_BYTES: usize = 65_536;

impl Image {
    /// Reads and checks the tags of one image.
    pub(in crate::grid) fn read(tiff: &Tiff, directory: &Directory) -> Result<Self> {
        let required = |tag, name: &str| match directory.number(tiff, tag)? {
            Some(number) if (1..=i32::MAX as u64).contains(&number) => Ok(number as u32),
            Some(number) => Err(damaged(format!("it claims {number} samples of {name}"))),
            None => Err(damaged(format!("it does not say its {name}"))),
        };
        let (width, height) = (required(tags::WIDTH, "width")?, required(tags::HEIGHT, "height")?);
        let (encoding, bands) = encoding(tiff, directory)?;
        let blocks = Blocks::read(tiff, directory, [width, height], &encoding)?;
        let subfile = directory.number(tiff, tags::SUBFILE_TYPE)?.unwrap_or(0);
        let colours = colours(tiff, directory, encoding.storage)?;
        let image =
            Self { width, height, bands, encoding, reduced: subfile & 1 != 0, mask: subfile & 4 != 0, colours, blocks };
        image.check_blocks(tiff)?;
        Ok(image)
    }

    /// Planes of blocks: one, or one for each band.
    pub(in crate::grid) fn planes(&self) -> usize {
        self.bands / self.encoding.channels
    }

    fn blocks_across(&self) -> u64 {
        u64::from(self.width.div_ceil(self.blocks.width))
    }

    fn blocks_down(&self) -> u64 {
        u64::from(self.height.div_ceil(self.blocks.height))
    }

    /// The block of a plane that holds a sample inside the image.
    pub(in crate::grid) fn block(&self, plane: usize, column: u32, row: u32) -> BlockPlace {
        let blocks = &self.blocks;
        let (across, down) = (column / blocks.width, row / blocks.height);
        let index = plane as u64 * self.blocks_across() * self.blocks_down()
            + u64::from(down) * self.blocks_across()
            + u64::from(across);
        let mut place = BlockPlace {
            first_column: across * blocks.width,
            first_row: down * blocks.height,
            columns: blocks.width,
            rows: blocks.height,
            offset: blocks.offsets[index as usize],
            length: blocks.lengths[index as usize],
        };
        if !blocks.tiled {
            place.rows = place.rows.min(self.height - place.first_row);
            self.narrow_to_run(&mut place, row);
        }
        place
    }

    /// Of an uncompressed strip only some rows around the one asked need be read.
    fn narrow_to_run(&self, place: &mut BlockPlace, row: u32) {
        if self.encoding.compression != Compression::None || place.offset == 0 {
            return;
        }
        let row_bytes = self.row_bytes(place.columns);
        let run = (RUN_BYTES / row_bytes.max(1)).max(1) as u32;
        let skipped = (row - place.first_row) / run * run;
        place.first_row += skipped;
        place.rows = run.min(place.rows - skipped);
        place.offset += u64::from(skipped) * row_bytes as u64;
        place.length = u64::from(place.rows) * row_bytes as u64;
    }

    fn row_bytes(&self, columns: u32) -> usize {
        self.encoding.storage.row_bytes(columns as usize * self.encoding.channels)
    }

    /// Holds the number, the places and the unpacked size of the blocks against the file and the limits.
    fn check_blocks(&self, tiff: &Tiff) -> Result<()> {
        let wanted = (self.blocks_across() * self.blocks_down()).saturating_mul(self.planes() as u64);
        let there = self.blocks.offsets.len().min(self.blocks.lengths.len());
        if (there as u64) < wanted {
            return Err(damaged(format!(
                "an image of {} × {} samples needs {wanted} blocks, but {there} are listed",
                self.width, self.height
            )));
        }
        let one_row = self.row_bytes(self.blocks.width);
        let rows = if self.blocks.tiled { self.blocks.height } else { self.blocks.height.min(self.height) };
        let unpacked = (one_row as u64).saturating_mul(u64::from(rows));
        let whole = self.blocks.tiled || self.encoding.compression != Compression::None;
        if (if whole { unpacked } else { one_row as u64 }) > GRID_BLOCK_BYTES_MAX {
            return Err(Error::too_large(format!(
                "The TIFF file keeps its samples in blocks of {unpacked} bytes; at most {GRID_BLOCK_BYTES_MAX} can be read \
                 at once. Convert it with “gdal_translate -of COG in.tif out.tif” and add the result."
            )));
        }
        self.check_places(tiff, if whole { 0 } else { one_row as u64 })
    }

    fn check_places(&self, tiff: &Tiff, raw_row_bytes: u64) -> Result<()> {
        let name = if self.blocks.tiled { "TileOffsets" } else { "StripOffsets" };
        for (index, (&offset, &length)) in self.blocks.offsets.iter().zip(&self.blocks.lengths).enumerate() {
            // Rows of raw strips are found by arithmetic, so their length follows from the size of the image.
            let first_row = index as u64 % self.blocks_down() * u64::from(self.blocks.height);
            let rows = u64::from(self.blocks.height).min(u64::from(self.height).saturating_sub(first_row));
            let length = if raw_row_bytes > 0 && offset > 0 { raw_row_bytes.saturating_mul(rows) } else { length };
            if offset.checked_add(length).is_none_or(|end| end > tiff.bytes.length()) {
                return Err(damaged(format!(
                    "{name} says that block {index} has {length} bytes from byte {offset}, but the file ends at {}",
                    tiff.bytes.length()
                ))
                .at(name));
            }
        }
        Ok(())
    }
}

impl Blocks {
    fn read(tiff: &Tiff, directory: &Directory, size: [u32; 2], encoding: &Encoding) -> Result<Self> {
        let tiled = directory.has(tags::TILE_OFFSETS);
        let side = |number: Option<u64>, most: u32| match number {
            Some(number) if number >= 1 => Ok(number.min(u64::from(most)) as u32),
            Some(_) => Err(damaged("its blocks are empty")),
            None if tiled => Err(damaged("it does not say how large its tiles are")),
            None => Ok(most),
        };
        let (width, height) = match tiled {
            true => {
                let [width, height] = [tags::TILE_WIDTH, tags::TILE_HEIGHT].map(|tag| directory.number(tiff, tag));
                (side(width?, TILE_SIDE_MAX)?, side(height?, TILE_SIDE_MAX)?)
            }
            false => (size[0], side(directory.number(tiff, tags::ROWS_PER_STRIP)?, size[1])?),
        };
        let [offsets, lengths] = if tiled {
            [tags::TILE_OFFSETS, tags::TILE_BYTE_COUNTS]
        } else {
            [tags::STRIP_OFFSETS, tags::STRIP_BYTE_COUNTS]
        };
        let offsets = directory.numbers(tiff, offsets)?;
        let mut lengths = directory.numbers(tiff, lengths)?;
        if lengths.is_empty() && encoding.compression == Compression::None {
            let row = encoding.storage.row_bytes(width as usize * encoding.channels) as u64;
            let raw = row.saturating_mul(u64::from(height));
            lengths = vec![if tiled { raw } else { 0 }; offsets.len()];
        }
        Ok(Self { width, height, tiled, offsets, lengths })
    }
}

/// Tiles are at most this wide and high; a wider claim is cut down and then fails for want of data.
const TILE_SIDE_MAX: u32 = 1 << 20;

/// How samples are stored, and how many bands there are.
fn encoding(tiff: &Tiff, directory: &Directory) -> Result<(Encoding, usize)> {
    let number = |tag, otherwise| Ok::<_, Error>(directory.number(tiff, tag)?.unwrap_or(otherwise));
    let bands = number(tags::SAMPLES_PER_PIXEL, 1)?;
    if bands == 0 || bands > GRID_BANDS_MAX {
        return Err(damaged(format!("it claims {bands} bands; 1 to {GRID_BANDS_MAX} are read")));
    }
    let storage = storage(tiff, directory)?;
    let planar = number(tags::PLANAR_CONFIGURATION, 1)? == 2;
    if matches!(storage, Storage::Packed { .. }) && number(tags::FILL_ORDER, 1)? == 2 {
        return Err(Error::unsupported(
            "The TIFF file keeps its bits in reverse order (FillOrder 2); convert it with gdal_translate.",
        ));
    }
    let encoding = Encoding {
        storage,
        compression: Compression::from_code(number(tags::COMPRESSION, 1)?)?,
        predictor: predictor(number(tags::PREDICTOR, 1)?, storage)?,
        big_endian: tiff.big_endian,
        channels: if planar { 1 } else { bands as usize },
    };
    Ok((encoding, bands as usize))
}

fn storage(tiff: &Tiff, directory: &Directory) -> Result<Storage> {
    let all_same = |tag, otherwise| {
        let numbers = directory.numbers(tiff, tag)?;
        let first = numbers.first().copied().unwrap_or(otherwise);
        match numbers.iter().all(|&number| number == first) {
            true => Ok(first),
            false => Err(Error::unsupported(
                "The bands of the TIFF file are stored in different ways; put each into a file of its own with “gdal_translate -b”.",
            )),
        }
    };
    let bits = all_same(tags::BITS_PER_SAMPLE, 1)?;
    let format = all_same(tags::SAMPLE_FORMAT, 1)?;
    Ok(match (format, bits) {
        (1 | 4, 1 | 2 | 4) => Storage::Packed { bits: bits as usize },
        (1 | 4, 8) => Storage::Whole(SampleKind::U8),
        (1 | 4, 16) => Storage::Whole(SampleKind::U16),
        (1 | 4, 32) => Storage::Whole(SampleKind::U32),
        (2, 8) => Storage::SignedByte,
        (2, 16) => Storage::Whole(SampleKind::I16),
        (2, 32) => Storage::Whole(SampleKind::I32),
        (3, 32) => Storage::Whole(SampleKind::F32),
        (3, 64) => Storage::Whole(SampleKind::F64),
        (_, 0) => return Err(damaged("it claims samples of 0 bits").at("BitsPerSample")),
        _ => {
            return Err(Error::unsupported(format!(
                "The TIFF file has {bits}-bit samples of format {format}; whole numbers of 1 to 32 bits and floating-point \
                 numbers of 32 or 64 bits are read. Convert it with “gdal_translate -ot Float32”."
            ))
            .at("BitsPerSample"));
        }
    })
}

fn predictor(code: u64, storage: Storage) -> Result<Predictor> {
    match (code, storage) {
        (1, _) => Ok(Predictor::None),
        (2, Storage::Whole(_) | Storage::SignedByte) => Ok(Predictor::Horizontal),
        (3, Storage::Whole(SampleKind::F32 | SampleKind::F64)) => Ok(Predictor::Float),
        _ => Err(damaged(format!("predictor {code} does not go with its samples"))),
    }
}

fn colours(tiff: &Tiff, directory: &Directory, storage: Storage) -> Result<Colours> {
    if directory.number(tiff, tags::PHOTOMETRIC)? != Some(3) || storage.kind() != SampleKind::U8 {
        return Ok(Colours::Plain);
    }
    let map = directory.numbers(tiff, tags::COLOUR_MAP)?;
    let count = map.len() / 3;
    let colour = |at: usize| [0, 1, 2].map(|channel| (map[channel * count + at] >> 8) as u8);
    Ok(Colours::Palette((0..count).map(colour).collect()))
}
