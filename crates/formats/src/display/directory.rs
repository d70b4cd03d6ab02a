//! The header and the directory: what is in a display copy, where, and with which checksum. Layout: README.md beside this file.

use super::bytes::{Decoded, In, Out};
use super::columns::{decode_ids, encode_ids};
use super::index::PAGE_ROWS;
use super::record;
use std::sync::Arc;
use terrane_model::batch::Ids;
use terrane_model::{Bbox, Schema};

/// The first bytes of a file. A file that is not finished begins with zeros.
pub const MAGIC: [u8; 8] = *b"TERRDISP";
/// The layout that is written; the one before, which has no rows in the order of time, is read as well.
pub const VERSION: u32 = 2;
const VERSION_MIN: u32 = 1;
/// Bytes of the header.
pub const HEADER_BYTES: u64 = 64;

/// Chunks of a block before those of its columns: places, shapes, identities.
const FIRST_COLUMN: usize = 3;

const HAS_UNPLACED: u32 = 1;
const HAS_UNTIMED: u32 = 2;
const KEY_IS_IDENTITY: u32 = 1;

/// Where the directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Its first byte.
    pub offset: u64,
    /// How long it is.
    pub bytes: u64,
    /// Its checksum.
    pub crc: u32,
    /// Bytes of the whole file.
    pub file_bytes: u64,
}

impl Header {
    /// As it stands in the file.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Out::default();
        out.list(&MAGIC);
        out.number(VERSION);
        out.number(self.crc);
        [self.offset, self.bytes, self.file_bytes].into_iter().for_each(|number| out.number(number));
        out.list(&[0_u8; 16]);
        let mut bytes = out.take();
        bytes.extend(u64::from(crc32fast::hash(&bytes)).to_le_bytes());
        bytes
    }

    /// Reads the first bytes of a file; `Err` says why they are none of ours.
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut input = In::new(bytes);
        if input.list::<u8>(8)? != MAGIC {
            return Err("it does not begin as a finished display copy");
        }
        let version: u32 = input.number()?;
        if !(VERSION_MIN..=VERSION).contains(&version) {
            return Err("it has the layout of another version");
        }
        let crc = input.number()?;
        let (offset, directory_bytes, file_bytes) = (input.number()?, input.number()?, input.number()?);
        let _reserved: Vec<u8> = input.list(16)?;
        if input.number::<u64>()? != u64::from(crc32fast::hash(&bytes[..HEADER_BYTES as usize - 8])) {
            return Err("its header is damaged");
        }
        Ok(Self { offset, bytes: directory_bytes, crc, file_bytes })
    }
}

/// Where a run of bytes is, and its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, bytemuck::Zeroable, bytemuck::Pod)]
#[repr(C)]
pub struct Chunk {
    /// Its first byte.
    pub offset: u64,
    /// How long it is, a multiple of 8; 0 when there is none.
    pub bytes: u32,
    /// CRC-32 (ISO-HDLC) of the bytes.
    pub crc: u32,
}

/// What is known of the rows of a block without reading them. Times are of the columns that the schema names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Block {
    /// The number of its first row in the file.
    pub first: u32,
    /// Its rows.
    pub rows: u32,
    /// Whether some row has no position.
    pub has_unplaced: bool,
    /// Whether some row has no start.
    pub has_untimed: bool,
    /// The box of all positions.
    pub bbox: Bbox,
    /// The earliest moment at which a row can have started, microseconds.
    pub start_min: i64,
    /// The latest moment at which a row can have started.
    pub start_max: i64,
    /// The latest moment at which a row can have ended; `i64::MAX` when one goes on.
    pub end_max: i64,
}

/// A key of an index page: the time of its first entry and that entry's place in the order of identities.
pub type TimeKey = (i64, u32);

/// All that must be known to read a file.
#[derive(Debug, Clone)]
pub struct Directory {
    /// The schema of the source.
    pub schema: Arc<Schema>,
    /// All rows.
    pub rows: u32,
    /// Whether the value of the key column is the identity of each row.
    pub key_is_identity: bool,
    /// Rows that have a start.
    pub timed_rows: u32,
    /// How far apart the earliest and the latest moment of a start are at most, microseconds.
    pub uncertainty_us_max: i64,
    /// Tolerances of the levels of detail, rising, units of the CRS.
    pub levels: Vec<f64>,
    /// Blocks, in the order of rows; after them, where the copy has them, the same rows once more in blocks in the order of
    /// the index of times, a page each.
    pub blocks: Vec<Block>,
    /// How many of the blocks are in the order of rows.
    pub own_blocks: usize,
    /// The first identity on each page of the index of identities.
    pub identity_pages: Ids,
    /// The first entry on each page of the index of times; empty without time.
    pub time_pages: Vec<TimeKey>,
    /// All chunks; see [`Directory::chunk`].
    pub chunks: Vec<Chunk>,
}

/// What numbers of rows count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// Rows in the order of the file.
    Own,
    /// Entries of the index of times, whose rows stand in blocks of their own.
    Time,
}

/// Names a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Kinds and boxes of a block.
    Places(usize),
    /// Exact shapes of a block.
    Shapes(usize),
    /// Identities of a block.
    Ids(usize),
    /// A column (second) of a block (first).
    Column(usize, usize),
    /// Shapes of a block (second) in a level (first).
    Level(usize, usize),
    /// A page of the index of identities.
    IdentityPage(usize),
    /// A page of the index of times.
    TimePage(usize),
}

impl Directory {
    /// Chunks of a block, levels left out.
    pub fn chunks_per_block(columns: usize) -> usize {
        FIRST_COLUMN + columns
    }

    /// The place of a chunk in the table: block by block, level by level, then the pages.
    pub fn place(&self, part: Part) -> usize {
        let (per_block, blocks) = (Self::chunks_per_block(self.schema.columns.len()), self.blocks.len());
        let levels = blocks * per_block;
        let pages = levels + self.own_blocks * self.levels.len();
        match part {
            Part::Places(block) => block * per_block,
            Part::Shapes(block) => block * per_block + 1,
            Part::Ids(block) => block * per_block + 2,
            Part::Column(block, column) => block * per_block + FIRST_COLUMN + column,
            Part::Level(level, block) => levels + self.own_blocks * level + block,
            Part::IdentityPage(page) => pages + page,
            Part::TimePage(page) => pages + self.identity_pages.len() + page,
        }
    }

    /// The chunk of a place in the table.
    pub fn part(&self, place: usize) -> Part {
        let (per_block, blocks) = (Self::chunks_per_block(self.schema.columns.len()), self.blocks.len());
        let own = self.own_blocks;
        let (levels, of_levels) = (blocks * per_block, own * self.levels.len());
        if place < levels {
            let block = place / per_block;
            return match place % per_block {
                0 => Part::Places(block),
                1 => Part::Shapes(block),
                2 => Part::Ids(block),
                column => Part::Column(block, column - FIRST_COLUMN),
            };
        }
        match place - levels {
            within if within < of_levels => Part::Level(within / own, within % own),
            within if within - of_levels < self.identity_pages.len() => Part::IdentityPage(within - of_levels),
            within => Part::TimePage(within - of_levels - self.identity_pages.len()),
        }
    }

    /// A chunk as a person would point at it.
    pub fn name(&self, part: Part) -> String {
        let column = |at: usize| self.schema.columns.get(at).map_or("", |column| column.name.as_str());
        let block = |at: usize| match at.checked_sub(self.own_blocks) {
            Some(page) => format!("block {page} by time"),
            None => format!("block {at}"),
        };
        match part {
            Part::Places(at) => format!("{}, places", block(at)),
            Part::Shapes(at) => format!("{}, shapes", block(at)),
            Part::Ids(at) => format!("{}, identities", block(at)),
            Part::Column(at, of) => format!("{}, column “{}”", block(at), column(of)),
            Part::Level(level, at) => format!("{}, level {level}", block(at)),
            Part::IdentityPage(page) => format!("index of identities, page {page}"),
            Part::TimePage(page) => format!("index of times, page {page}"),
        }
    }

    /// The chunk of a part.
    pub fn chunk(&self, part: Part) -> Chunk {
        let none = Chunk { offset: 0, bytes: 0, crc: 0 };
        self.chunks.get(self.place(part)).copied().unwrap_or(none)
    }

    /// The blocks in the order of rows.
    pub fn own(&self) -> &[Block] {
        &self.blocks[..self.own_blocks]
    }

    /// Whether the rows stand in the order of time as well.
    pub fn is_in_time(&self) -> bool {
        self.blocks.len() > self.own_blocks
    }

    /// The block that holds a row, and the row's number within it.
    pub fn block_of(&self, row: u32) -> (usize, u32) {
        let block = self.own().partition_point(|block| block.first <= row).saturating_sub(1);
        (block, row - self.blocks.get(block).map_or(0, |block| block.first))
    }

    /// The block that holds the row with a number.
    pub fn block_by(&self, numbering: Numbering, row: u32) -> usize {
        match numbering {
            Numbering::Own => self.block_of(row).0,
            Numbering::Time => self.own_blocks + row as usize / PAGE_ROWS,
        }
    }

    /// As it stands in the file.
    pub fn encode(&self) -> Decoded<Vec<u8>> {
        let mut out = Out::default();
        out.counted(&record::write(&self.schema));
        let counts = [self.own_blocks, self.levels.len(), self.identity_pages.len(), self.time_pages.len()];
        counts.into_iter().for_each(|count| out.number(count as u32));
        out.number(self.rows);
        out.number(self.timed_rows);
        out.number(if self.key_is_identity { KEY_IS_IDENTITY } else { 0 });
        out.number((self.blocks.len() - self.own_blocks) as u32);
        out.number(self.uncertainty_us_max);
        out.list(&self.levels);
        self.blocks.iter().for_each(|block| block.encode(&mut out));
        encode_ids(&self.identity_pages, &mut out)?;
        out.list(&self.time_pages.iter().map(|&(time, _)| time).collect::<Vec<_>>());
        out.list(&self.time_pages.iter().map(|&(_, rank)| rank).collect::<Vec<_>>());
        out.list(&self.chunks);
        Ok(out.take())
    }

    /// Reads a directory whose checksum was right.
    pub fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut input = In::new(bytes);
        let schema = record::read(input.counted()?)?;
        let [own_blocks, levels, identity_pages, time_pages] =
            [input.count()?, input.count()?, input.count()?, input.count()?];
        let (rows, timed_rows, flags): (u32, u32, u32) = (input.number()?, input.number()?, input.number()?);
        let in_time = input.count()?;
        let uncertainty_us_max = input.number()?;
        let levels: Vec<f64> = input.list(levels)?;
        let mut blocks = read_blocks(&mut input, own_blocks, rows)?;
        if in_time > 0 {
            let mut timed = read_blocks(&mut input, in_time, rows)?;
            let is_like_pages = timed.iter().rev().skip(1).all(|block| block.rows as usize == PAGE_ROWS);
            if in_time != time_pages || !is_like_pages {
                return Err("its blocks in the order of time are not like the pages of the index");
            }
            blocks.append(&mut timed);
        }
        let identity_pages = decode_ids(&mut input, identity_pages)?;
        let times: Vec<i64> = input.list(time_pages)?;
        let ranks: Vec<u32> = input.list(time_pages)?;
        let of_blocks = blocks.len() * Self::chunks_per_block(schema.columns.len()) + own_blocks * levels.len();
        let chunks = input.list(of_blocks + identity_pages.len() + time_pages)?;
        input.end()?;
        Ok(Self {
            schema: Arc::new(schema),
            rows,
            key_is_identity: flags & KEY_IS_IDENTITY != 0,
            timed_rows,
            uncertainty_us_max,
            levels,
            blocks,
            own_blocks,
            identity_pages,
            time_pages: times.into_iter().zip(ranks).collect(),
            chunks,
        })
    }
}

/// Blocks that hold all rows.
fn read_blocks(input: &mut In<'_>, count: usize, rows: u32) -> Decoded<Vec<Block>> {
    let mut first = 0;
    let blocks = (0..count).map(|_| Block::decode(input, &mut first)).collect::<Decoded<Vec<_>>>()?;
    if first == rows { Ok(blocks) } else { Err("its blocks have not as many rows as the whole") }
}

impl Block {
    fn encode(&self, out: &mut Out) {
        let flag = |is: bool, flag: u32| if is { flag } else { 0 };
        out.number(self.rows);
        out.number(flag(self.has_unplaced, HAS_UNPLACED) | flag(self.has_untimed, HAS_UNTIMED));
        self.bbox.to_array().into_iter().for_each(|number| out.number(number));
        [self.start_min, self.start_max, self.end_max].into_iter().for_each(|number| out.number(number));
    }

    fn decode(input: &mut In<'_>, next: &mut u32) -> Decoded<Self> {
        let (rows, flags): (u32, u32) = (input.number()?, input.number()?);
        let bbox = Bbox::from_array([input.number()?, input.number()?, input.number()?, input.number()?]);
        let first = *next;
        *next = first.checked_add(rows).ok_or("it has too many rows")?;
        Ok(Self {
            first,
            rows,
            has_unplaced: flags & HAS_UNPLACED != 0,
            has_untimed: flags & HAS_UNTIMED != 0,
            bbox,
            start_min: input.number()?,
            start_max: input.number()?,
            end_max: input.number()?,
        })
    }
}
