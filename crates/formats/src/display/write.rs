//! Writing a display copy: blocks as rows come, then the indexes, blocks in the order of time, levels, the directory, and the header
//! last of all.

mod in_time;

use super::bytes::Out;
use super::coarse::{Generaliser, KEPT_SHARE_MAX, OWN_SHARE_MAX, Roughness, has_lines};
use super::columns::{encode, encode_ids};
use super::directory::{Chunk, Directory, HEADER_BYTES, Header, Part};
use super::file::read_chunk;
use super::gather::Gatherer;
use super::index::{AllIds, IdentityPage, PAGE_ROWS, TimePage, UNTIMED, by_time};
use super::measure::{Measures, block_of};
use super::shapes::{all_points, decode_places, decode_shapes, encode_places, encode_shapes, fits};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use terrane_model::batch::Ids;
use terrane_model::buffer::Buffer;
use terrane_model::geometry::GeometryArrays;
use terrane_model::limits::{BATCH_BYTES, BATCH_ROWS};
use terrane_model::store::Progress;
use terrane_model::{Batch, Bbox, Error, FeatureQuery, FeatureSource, Kind, Matched, Result, Rows, Schema};

/// What was built.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// Rows.
    pub rows: u64,
    /// Blocks.
    pub blocks: usize,
    /// Tolerances of the levels of detail, rising, units of the CRS.
    pub levels: Vec<f64>,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Builds a display copy with exact shapes only. See [`build_with`].
pub fn build(source: &dyn FeatureSource, path: &Path, progress: &dyn Progress) -> Result<Built> {
    build_with(source, path, None, progress)
}

/// Builds a display copy of all rows of a source, in its own order, with levels of detail made by `generaliser`.
///
/// Rows are written as they come; identities, starts and boxes of blocks stay in memory. The file is good only when this
/// returns; the caller syncs it to the disk. `Unsupported` for sources behind a network and for identities that are numbers in
/// some rows and texts in others.
pub fn build_with(
    source: &dyn FeatureSource,
    path: &Path,
    generaliser: Option<&mut dyn Generaliser>,
    progress: &dyn Progress,
) -> Result<Built> {
    if !super::IS_LITTLE_ENDIAN {
        return Err(Error::unsupported("Display copies need a machine whose numbers are little endian."));
    }
    let mut draft = Draft::new(source.schema(), path, progress)?;
    draft.write_rows(source)?;
    let by_time = draft.write_indexes()?;
    draft.write_in_time(&by_time)?;
    if let Some(generaliser) = generaliser {
        draft.write_levels(generaliser)?;
    }
    draft.finish()
}

struct Draft<'a> {
    file: File,
    /// Where the next chunk goes.
    end: u64,
    out: Out,
    directory: Directory,
    measures: Measures,
    roughness: Roughness,
    /// Whether some row is more than points.
    has_lines: bool,
    ids: Option<AllIds>,
    /// Chunks of levels and of index pages, which come after those of all blocks.
    levels: Vec<Chunk>,
    pages: Vec<Chunk>,
    progress: &'a dyn Progress,
    rows_expected: u64,
}

impl<'a> Draft<'a> {
    fn new(schema: &Arc<Schema>, path: &Path, progress: &'a dyn Progress) -> Result<Self> {
        let mut options = std::fs::OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(true).open(path).map_err(cannot_write)?;
        let directory = Directory {
            schema: Arc::clone(schema),
            rows: 0,
            key_is_identity: false,
            timed_rows: 0,
            uncertainty_us_max: 0,
            levels: Vec::new(),
            blocks: Vec::new(),
            own_blocks: 0,
            identity_pages: Ids::Numbers(Buffer::default()),
            time_pages: Vec::new(),
            chunks: Vec::new(),
        };
        file.write_all_at(&[0; HEADER_BYTES as usize], 0).map_err(cannot_write)?;
        Ok(Self {
            file,
            end: HEADER_BYTES,
            out: Out::default(),
            measures: Measures::new(schema),
            directory,
            roughness: Roughness::default(),
            has_lines: false,
            ids: None,
            levels: Vec::new(),
            pages: Vec::new(),
            progress,
            rows_expected: 0,
        })
    }

    fn write_rows(&mut self, source: &dyn FeatureSource) -> Result<()> {
        let scan = super::now(source.scan(&FeatureQuery::default()))?;
        if let Matched::Exact(rows) = scan.matched() {
            self.rows_expected = rows;
        }
        let Rows::Local(rows) = scan.into_rows() else { return Err(behind_a_network()) };
        let mut pending = Gatherer::new(source.schema());
        for batch in rows {
            self.add(&batch?, &mut pending)?;
        }
        self.flush(&mut pending)
    }

    /// Takes a batch as a block when it is of the right size, else row by row.
    fn add(&mut self, batch: &Batch, pending: &mut Gatherer) -> Result<()> {
        let schema = &self.directory.schema;
        if batch.columns.len() != schema.columns.len() || batch.geometry.is_some() != schema.geometry.is_some() {
            return Err(Error::internal("a source gave a batch that has not the columns of its schema"));
        }
        if !pending.takes(&batch.ids) {
            return Err(Error::unsupported("Some identities are numbers and others are texts."));
        }
        if pending.len() == 0 && is_whole(batch) {
            return self.write_block(batch);
        }
        for row in batch.rows() {
            pending.add(batch, std::iter::once(row));
            if pending.len() >= BATCH_ROWS || pending.positions() * 16 >= BATCH_BYTES {
                self.flush(pending)?;
            }
        }
        Ok(())
    }

    fn flush(&mut self, pending: &mut Gatherer) -> Result<()> {
        if pending.len() == 0 { Ok(()) } else { self.write_block(&pending.finish()) }
    }

    fn write_block(&mut self, batch: &Batch) -> Result<()> {
        let first = self.directory.rows;
        self.directory.rows = u32::try_from(u64::from(first) + batch.height() as u64)
            .map_err(|_| Error::too_large("A display copy holds at most 4 294 967 295 rows."))?;
        self.directory.own_blocks += 1;
        if let Some(arrays) = &batch.geometry {
            self.roughness.see(arrays);
            self.has_lines |= has_lines(&arrays.view());
        }
        self.put_block(batch, first)?;
        self.measures.see(batch);
        let ids = self.ids.get_or_insert_with(|| AllIds::like(&batch.ids));
        if !ids.add(&batch.ids) {
            return Err(Error::unsupported("Some identities are numbers and others are texts."));
        }
        self.step("rows of the display copy", u64::from(self.directory.rows), self.rows_expected)
    }

    /// Writes the chunks of a block and what the directory tells of it.
    fn put_block(&mut self, batch: &Batch, first: u32) -> Result<()> {
        let rows = batch.height();
        self.write_geometry(batch.geometry.as_ref(), rows)?;
        let mut out = std::mem::take(&mut self.out);
        encode_ids(&batch.ids, &mut out).map_err(cannot_hold)?;
        let chunk = self.put(&out.take())?;
        self.directory.chunks.push(chunk);
        for values in &batch.columns {
            encode(values, rows, &mut out).map_err(cannot_hold)?;
            let chunk = self.put(&out.take())?;
            self.directory.chunks.push(chunk);
        }
        self.out = out;
        self.directory.blocks.push(block_of(batch, first, &self.directory.schema));
        Ok(())
    }

    fn write_geometry(&mut self, geometry: Option<&GeometryArrays>, rows: usize) -> Result<()> {
        let none = Chunk { offset: 0, bytes: 0, crc: 0 };
        let Some(arrays) = geometry else {
            self.directory.chunks.extend([none, none]);
            return Ok(());
        };
        if !fits(arrays, rows) {
            return Err(Error::internal("a source gave geometry whose offsets do not hold together"));
        }
        encode_places(arrays, &mut self.out);
        let places = self.out.take();
        let places = self.put(&places)?;
        self.directory.chunks.push(places);
        let shapes = match all_points(arrays) {
            true => none,
            false => self.put_shapes(arrays, false)?,
        };
        self.directory.chunks.push(shapes);
        Ok(())
    }

    fn put_shapes(&mut self, arrays: &GeometryArrays, with_kinds: bool) -> Result<Chunk> {
        encode_shapes(arrays, with_kinds, &mut self.out);
        let bytes = self.out.take();
        self.put(&bytes)
    }

    /// Writes a chunk at the end of the file.
    fn put(&mut self, bytes: &[u8]) -> Result<Chunk> {
        let length = u32::try_from(bytes.len()).map_err(|_| cannot_hold("a chunk has more than 4 GiB"))?;
        self.file.write_all_at(bytes, self.end).map_err(cannot_write)?;
        let chunk = Chunk { offset: self.end, bytes: length, crc: crc32fast::hash(bytes) };
        self.end += bytes.len() as u64;
        Ok(chunk)
    }

    fn step(&self, what: &str, done: u64, of: u64) -> Result<()> {
        match self.progress.step(what, done, of) {
            true => Ok(()),
            false => Err(Error::new(Kind::Conflict, "The work was stopped on request; nothing was published.")),
        }
    }

    /// Writes both indexes; returns the rows in the order of that of times, when there is one.
    fn write_indexes(&mut self) -> Result<Vec<u32>> {
        let Some(ids) = self.ids.take() else { return Ok(Vec::new()) };
        let by_identity = ids.in_order();
        let firsts: Vec<u32> = by_identity.iter().copied().step_by(PAGE_ROWS).collect();
        self.directory.identity_pages = ids.of(&firsts);
        for rows in by_identity.chunks(PAGE_ROWS) {
            let page = IdentityPage { ids: ids.of(rows), rows: rows.to_vec() };
            page.encode(&mut self.out).map_err(cannot_hold)?;
            self.put_page()?;
        }
        drop(ids);
        self.write_times(&by_identity)
    }

    fn write_times(&mut self, by_identity: &[u32]) -> Result<Vec<u32>> {
        let Some(times) = self.measures.take_starts() else { return Ok(Vec::new()) };
        self.directory.timed_rows = times.iter().filter(|&&time| time != UNTIMED).count() as u32;
        let entries = by_time(&times, by_identity);
        for entries in entries.chunks(PAGE_ROWS) {
            let page = TimePage {
                times: entries.iter().map(|entry| entry.0.0).collect(),
                ranks: entries.iter().map(|entry| entry.0.1).collect(),
                rows: entries.iter().map(|entry| entry.1).collect(),
            };
            self.directory.time_pages.push(entries[0].0);
            page.encode(&mut self.out);
            self.put_page()?;
        }
        Ok(entries.into_iter().map(|(_, row)| row).collect())
    }

    fn put_page(&mut self) -> Result<()> {
        let bytes = self.out.take();
        let chunk = self.put(&bytes)?;
        self.pages.push(chunk);
        Ok(())
    }

    fn write_levels(&mut self, generaliser: &mut dyn Generaliser) -> Result<()> {
        let extent = self.directory.own().iter().fold(Bbox::EMPTY, |all, block| all.union(&block.bbox));
        let mut positions = self.roughness.positions();
        let tolerances = std::mem::take(&mut self.roughness).tolerances(&extent);
        if tolerances.is_empty() {
            return Ok(());
        }
        generaliser.expect(positions);
        for block in 0..self.directory.own_blocks {
            generaliser.see(&self.read_shapes(block, 0)?);
        }
        for (at, &tolerance) in tolerances.iter().enumerate() {
            self.step("levels of the display copy", at as u64, tolerances.len() as u64)?;
            let (end, chunks) = (self.end, self.levels.len());
            let kept = self.write_level(generaliser, tolerance)?;
            if kept as f64 <= positions as f64 * KEPT_SHARE_MAX {
                positions = kept;
                self.directory.levels.push(tolerance);
            } else {
                self.end = end;
                self.levels.truncate(chunks);
            }
        }
        self.file.set_len(self.end).map_err(cannot_write)
    }

    /// Writes a level made from the one before and returns the positions it has.
    fn write_level(&mut self, generaliser: &mut dyn Generaliser, tolerance: f64) -> Result<u64> {
        let before = self.directory.levels.len();
        let lost = self.directory.levels.last().copied().unwrap_or(0.0);
        let mut maker = generaliser.level((tolerance - lost).min(tolerance * OWN_SHARE_MAX));
        loop {
            for group in self.groups() {
                maker.look(&self.read_group(group, before)?);
            }
            if maker.settle() {
                break;
            }
        }
        let mut kept = 0;
        for group in self.groups() {
            let exact = self.read_group(group, before)?;
            for (shapes, coarse) in exact.iter().zip(maker.simplify(&exact)) {
                kept += self.put_level(shapes, &coarse)?;
            }
        }
        Ok(kept)
    }

    /// Blocks that are worked on at once.
    fn groups(&self) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let blocks = self.directory.own_blocks;
        (0..blocks).step_by(BLOCKS_AT_ONCE).map(move |first| first..(first + BLOCKS_AT_ONCE).min(blocks))
    }

    fn read_group(&self, blocks: std::ops::Range<usize>, levels: usize) -> Result<Vec<GeometryArrays>> {
        blocks.map(|block| self.read_shapes(block, levels)).collect()
    }

    /// Writes the simplified shapes of a block, none when it has but points, and returns the positions they have.
    fn put_level(&mut self, shapes: &GeometryArrays, coarse: &GeometryArrays) -> Result<u64> {
        let mut chunk = Chunk { offset: 0, bytes: 0, crc: 0 };
        let mut kept = 0;
        if has_lines(&shapes.view()) {
            if !fits(coarse, shapes.kinds.len()) {
                return Err(Error::internal("a simplified block has not the rows of the exact one"));
            }
            kept = coarse.xy.len() as u64;
            chunk = self.put_shapes(coarse, true)?;
        }
        self.levels.push(chunk);
        Ok(kept)
    }

    /// The shapes of a block, exact (0 levels) or as in the last of so many levels, read back from the file.
    fn read_shapes(&self, block: usize, levels: usize) -> Result<GeometryArrays> {
        let rows = self.directory.blocks[block].rows as usize;
        let level = levels.checked_sub(1).map(|level| self.levels[level * self.directory.own_blocks + block]);
        if let Some(chunk) = level.filter(|chunk| chunk.bytes > 0) {
            return decode_shapes(&self.read(chunk)?, rows, None).map_err(cannot_hold);
        }
        let steps = (0..=rows as u32).collect::<Vec<_>>().into();
        let places = self.read(self.directory.chunk(Part::Places(block)))?;
        let places = decode_places(&places, rows, &steps).map_err(cannot_hold)?;
        match places.points {
            Some(points) => Ok(points),
            None => {
                let shapes = self.read(self.directory.chunk(Part::Shapes(block)))?;
                decode_shapes(&shapes, rows, Some(&places)).map_err(cannot_hold)
            }
        }
    }

    /// A chunk as it was written.
    fn read(&self, chunk: Chunk) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        read_chunk(&self.file, chunk, &mut bytes).map_err(Error::internal)?;
        Ok(bytes)
    }

    fn finish(mut self) -> Result<Built> {
        self.directory.key_is_identity = self.measures.key_is_identity();
        self.directory.uncertainty_us_max = self.measures.uncertainty_us_max();
        self.directory.chunks.append(&mut self.levels);
        self.directory.chunks.append(&mut self.pages);
        let bytes = self.directory.encode().map_err(cannot_hold)?;
        let chunk_of_directory = (self.end, bytes.len() as u64, crc32fast::hash(&bytes));
        self.file.write_all_at(&bytes, self.end).map_err(cannot_write)?;
        let (offset, length, crc) = chunk_of_directory;
        let file_bytes = offset + length;
        let header = Header { offset, bytes: length, crc, file_bytes };
        self.file.write_all_at(&header.encode(), 0).map_err(cannot_write)?;
        Ok(Built {
            rows: u64::from(self.directory.rows),
            blocks: self.directory.own_blocks,
            levels: self.directory.levels,
            bytes: file_bytes,
        })
    }
}

/// Blocks that are simplified at once, about a megabyte each.
const BLOCKS_AT_ONCE: usize = 16;

/// Whether a batch is as large as a block is meant to be, and no larger.
fn is_whole(batch: &Batch) -> bool {
    let bytes = batch.geometry.as_ref().map_or(0, |arrays| arrays.xy.len() * 16);
    let large = batch.height() == BATCH_ROWS || (BATCH_BYTES..2 * BATCH_BYTES).contains(&bytes);
    batch.selection.is_none() && large && batch.height() <= BATCH_ROWS && bytes < 2 * BATCH_BYTES
}

fn behind_a_network() -> Error {
    Error::unsupported("A display copy is built from data on this machine; import the data first.")
}

fn cannot_write(cause: std::io::Error) -> Error {
    Error::new(Kind::Internal, "The display copy cannot be written; is the disk full?").because(cause)
}

fn cannot_hold(what: &'static str) -> Error {
    Error::new(Kind::Internal, "The rows do not fit into a display copy.").because(what)
}
