//! An open display copy: chunks are read where they stand, held against their checksums, and kept in the cache.

use super::bytes::{Decoded, In};
use super::cache::{DisplayCache, Held, Loaded};
use super::columns::{self, decode_ids};
use super::directory::{Chunk, Directory, HEADER_BYTES, Header, Part};
use super::index::{IdentityPage, PAGE_ROWS, TimePage, count_before};
use super::shapes::{self, Places, decode_places, decode_shapes};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use terrane_model::batch::{Ids, Values};
use terrane_model::buffer::Buffer;
use terrane_model::geometry::GeometryArrays;
use terrane_model::limits::{BATCH_BYTES, BATCH_ROWS};
use terrane_model::{Error, FeatureId, Kind, Result};

/// A file, its directory, and the cache that its chunks go to.
pub struct DisplayFile {
    /// What is in it.
    pub directory: Directory,
    /// Bytes of the file for each row, at least 1.
    pub bytes_per_row: u64,
    file: File,
    number: u32,
    cache: Arc<DisplayCache>,
    /// 0, 1, 2, … for points.
    steps: Buffer<u32>,
    /// Stand for identities where nobody looks at them.
    numbers: Buffer<i64>,
    buffers: Mutex<Vec<Vec<u8>>>,
}

/// Buffers for reading that are kept when idle, a few megabytes each at most.
const IDLE_BUFFERS_MAX: usize = 4;

impl DisplayFile {
    /// Opens a file and checks its header, its length and its directory.
    pub fn open(path: &Path, cache: Arc<DisplayCache>) -> Result<Self> {
        let file = File::open(path).map_err(|error| damaged("file", error))?;
        let directory = read_directory(&file)?;
        let steps = (0..=BATCH_ROWS as u32).collect::<Vec<_>>().into();
        let numbers = vec![0; BATCH_ROWS].into();
        let (own, all) = (directory.own_blocks as u64, directory.blocks.len().max(1) as u64);
        let bytes: u64 = directory.chunks.iter().map(|chunk| u64::from(chunk.bytes)).sum::<u64>() * own / all;
        let bytes_per_row = (bytes / u64::from(directory.rows.max(1))).max(1);
        Ok(Self {
            directory,
            bytes_per_row,
            file,
            number: cache.new_file(),
            cache,
            steps,
            numbers,
            buffers: Mutex::default(),
        })
    }

    /// Reads every chunk; the error names the first that is not as it was written.
    pub fn verify(&self) -> Result<()> {
        for place in 0..self.directory.chunks.len() {
            let part = self.directory.part(place);
            let may_lack = matches!(part, Part::Places(_) | Part::Shapes(_) | Part::Level(..));
            match part {
                _ if may_lack && self.directory.chunks[place].bytes == 0 => {}
                Part::Shapes(block) => {
                    let held = self.get(Part::Places(block), None)?;
                    self.load(part, places_of(&held))?;
                }
                _ => {
                    self.load(part, None)?;
                }
            }
        }
        Ok(())
    }

    /// A chunk from the cache or the file; exact shapes need the places of the same block.
    fn get(&self, part: Part, places: Option<&Places>) -> Result<Arc<Held>> {
        let place = self.directory.place(part) as u32;
        self.cache.get((self.number, place), || self.load(part, places))
    }

    fn load(&self, part: Part, places: Option<&Places>) -> Result<Held> {
        let broken = |error: Broken| damaged(&self.directory.name(part), error);
        // Buffers are used again: fresh memory costs more than the read.
        let mut buffer = self.buffers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let bytes = read_chunk(&self.file, self.directory.chunk(part), &mut buffer).map_err(broken)?;
        let what = self.decode(part, bytes, places).map_err(|what| broken(what.into()))?;
        self.keep(buffer);
        let bytes = bytes_held(&what);
        Ok(Held { what, bytes })
    }

    fn keep(&self, buffer: Vec<u8>) {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        if buffers.len() < IDLE_BUFFERS_MAX && buffer.len() <= 4 * BATCH_BYTES {
            buffers.push(buffer);
        }
    }

    fn decode(&self, part: Part, bytes: &[u8], places: Option<&Places>) -> Decoded<Loaded> {
        let directory = &self.directory;
        let rows_of = |block: usize| directory.blocks.get(block).map_or(0, |block| block.rows as usize);
        Ok(match part {
            Part::Places(block) => Loaded::Places(decode_places(bytes, rows_of(block), &self.steps)?),
            Part::Shapes(block) => Loaded::Shapes(decode_shapes(bytes, rows_of(block), places)?),
            Part::Level(_, block) => Loaded::Shapes(decode_shapes(bytes, rows_of(block), None)?),
            Part::Column(block, column) => {
                let kind = directory.schema.columns[column].kind;
                Loaded::Values(columns::decode(bytes, kind, rows_of(block))?)
            }
            Part::Ids(block) => {
                let mut input = In::new(bytes);
                let ids = decode_ids(&mut input, rows_of(block))?;
                input.end()?;
                Loaded::Ids(ids)
            }
            Part::IdentityPage(_) => Loaded::IdentityPage(IdentityPage::decode(bytes, directory.rows)?),
            Part::TimePage(_) => Loaded::TimePage(TimePage::decode(bytes, directory.rows)?),
        })
    }

    /// The kinds and boxes of a block as geometry without positions: enough to judge boxes.
    pub fn boxes(&self, block: usize) -> Result<GeometryArrays> {
        let held = self.get(Part::Places(block), None)?;
        let places = places_of(&held).ok_or_else(|| self.mixed_up(Part::Places(block)))?;
        Ok(match &places.points {
            Some(points) => points.clone(),
            None => GeometryArrays {
                kinds: places.kinds.clone(),
                bboxes: places.bboxes.clone(),
                ..GeometryArrays::default()
            },
        })
    }

    /// The exact geometry of a block.
    pub fn shapes(&self, block: usize) -> Result<GeometryArrays> {
        let held = self.get(Part::Places(block), None)?;
        let places = places_of(&held).ok_or_else(|| self.mixed_up(Part::Places(block)))?;
        match &places.points {
            Some(points) => Ok(points.clone()),
            None => self.shapes_of(Part::Shapes(block), Some(places)),
        }
    }

    /// The geometry of a block in a level; a block of points, as all are that are in the order of time, has but the exact one.
    pub fn level(&self, level: usize, block: usize) -> Result<GeometryArrays> {
        if block >= self.directory.own_blocks {
            return self.shapes(block);
        }
        let part = Part::Level(level, block);
        if self.directory.chunk(part).bytes == 0 { self.shapes(block) } else { self.shapes_of(part, None) }
    }

    fn shapes_of(&self, part: Part, places: Option<&Places>) -> Result<GeometryArrays> {
        match &self.get(part, places)?.what {
            Loaded::Shapes(arrays) => Ok(arrays.clone()),
            _ => Err(self.mixed_up(part)),
        }
    }

    /// The values of a column of a block.
    pub fn values(&self, block: usize, column: usize) -> Result<Values> {
        match &self.get(Part::Column(block, column), None)?.what {
            Loaded::Values(values) => Ok(values.clone()),
            _ => Err(self.mixed_up(Part::Column(block, column))),
        }
    }

    /// The identities of a block.
    pub fn ids(&self, block: usize) -> Result<Ids> {
        match &self.get(Part::Ids(block), None)?.what {
            Loaded::Ids(ids) => Ok(ids.clone()),
            _ => Err(self.mixed_up(Part::Ids(block))),
        }
    }

    /// As many numbers as a block has rows, for conditions that do not look at identities.
    pub fn numbers(&self, block: usize) -> Buffer<i64> {
        self.numbers.slice(0..self.directory.blocks[block].rows as usize)
    }

    /// Calls `read` with a page of the index of identities.
    pub fn with_identities<T>(&self, page: usize, read: impl FnOnce(&IdentityPage) -> T) -> Result<T> {
        match &self.get(Part::IdentityPage(page), None)?.what {
            Loaded::IdentityPage(it) => Ok(read(it)),
            _ => Err(self.mixed_up(Part::IdentityPage(page))),
        }
    }

    /// Calls `read` with a page of the index of times.
    pub fn with_times<T>(&self, page: usize, read: impl FnOnce(&TimePage) -> T) -> Result<T> {
        match &self.get(Part::TimePage(page), None)?.what {
            Loaded::TimePage(it) => Ok(read(it)),
            _ => Err(self.mixed_up(Part::TimePage(page))),
        }
    }

    /// How many identities come before the one asked, or at it, and the row that has it.
    pub fn find(&self, id: &FeatureId) -> Result<(usize, Option<u32>)> {
        let pages = count_before(&self.directory.identity_pages, std::cmp::Ordering::is_le, id);
        let Some(page) = pages.checked_sub(1) else { return Ok((0, None)) };
        self.with_identities(page, |entries| {
            let before = count_before(&entries.ids, std::cmp::Ordering::is_le, id);
            let last = before.checked_sub(1);
            let found = last.filter(|&at| super::index::compare(&entries.ids, at, id).is_eq());
            (page * PAGE_ROWS + before, found.and_then(|at| entries.rows.get(at).copied()))
        })
    }

    fn mixed_up(&self, part: Part) -> Error {
        damaged(&self.directory.name(part), "the cache holds something else")
    }
}

impl Drop for DisplayFile {
    fn drop(&mut self) {
        self.cache.forget(self.number, self.directory.chunks.len());
    }
}

fn places_of(held: &Held) -> Option<&Places> {
    if let Loaded::Places(places) = &held.what { Some(places) } else { None }
}

fn bytes_held(what: &Loaded) -> usize {
    let ids = |ids: &Ids| match ids {
        Ids::Numbers(numbers) => numbers.len() * 8,
        Ids::Texts(texts) => texts.offsets.len() * 4 + texts.bytes.len(),
    };
    match what {
        Loaded::Values(values) => columns::bytes_held(values),
        Loaded::Ids(list) => ids(list),
        Loaded::Places(places) => {
            places.kinds.len() * 33 + places.points.as_ref().map_or(0, |points| points.xy.len() * 24)
        }
        Loaded::Shapes(arrays) => shapes::bytes_held(&arrays.view()),
        Loaded::IdentityPage(page) => ids(&page.ids) + page.rows.len() * 4,
        Loaded::TimePage(page) => page.rows.len() * 16,
    }
}

/// What is wrong, for the log.
type Broken = Box<dyn std::error::Error + Send + Sync>;

/// What a person reads when a display copy is not as it was written.
pub fn damaged(place: &str, cause: impl Into<Broken>) -> Error {
    let say =
        "The display copy of this dataset is missing or damaged; it must be made again from the dataset's own file.";
    Error::new(Kind::Internal, say).at(place).because(cause)
}

fn read_directory(file: &File) -> Result<Directory> {
    let length = file.metadata().map_err(|error| damaged("file", error))?.len();
    let mut bytes = vec![0; HEADER_BYTES as usize];
    file.read_exact_at(&mut bytes, 0).map_err(|error| damaged("header", error))?;
    let header = Header::decode(&bytes).map_err(|what| damaged("header", what))?;
    let whole = header.file_bytes == length && header.offset.checked_add(header.bytes) == Some(length);
    if !whole || header.offset < HEADER_BYTES {
        return Err(damaged("header", format!("the file has {length} bytes and should have {}", header.file_bytes)));
    }
    let mut bytes = vec![0; header.bytes as usize];
    file.read_exact_at(&mut bytes, header.offset).map_err(|error| damaged("directory", error))?;
    if crc32fast::hash(&bytes) != header.crc {
        return Err(damaged("directory", "its checksum differs"));
    }
    let directory = Directory::decode(&bytes).map_err(|what| damaged("directory", what))?;
    let within = |end: Option<u64>| end.is_some_and(|end| end <= header.offset);
    let too_high = directory.blocks.iter().any(|block| block.rows as usize > BATCH_ROWS);
    if too_high || !directory.chunks.iter().all(|chunk| within(chunk.offset.checked_add(u64::from(chunk.bytes)))) {
        return Err(damaged("directory", "it names bytes that are not there"));
    }
    Ok(directory)
}

/// The bytes of a chunk, as they were written; read into a buffer that may be longer.
pub fn read_chunk<'a>(file: &File, chunk: Chunk, buffer: &'a mut Vec<u8>) -> Result<&'a [u8], Broken> {
    if chunk.bytes == 0 {
        return Err("there is no such chunk".into());
    }
    let length = chunk.bytes as usize;
    if buffer.len() < length {
        buffer.resize(length, 0);
    }
    let bytes = &mut buffer[..length];
    file.read_exact_at(bytes, chunk.offset)?;
    if crc32fast::hash(bytes) == chunk.crc { Ok(bytes) } else { Err("its checksum differs".into()) }
}
