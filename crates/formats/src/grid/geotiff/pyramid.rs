//! The tiles of a grid and of its overviews, packed one by one into a temporary file.
//!
//! A Cloud Optimised GeoTIFF begins with the coarsest tiles, which can be made only last; so tiles are first kept aside. Memory is
//! bounded: a run of tiles of the source, a few tiles of the level below, and the places of all tiles.

use super::average::{Axis, Method, reduce};
use super::statistics::Statistics;
use crate::grid::sample::{Sample, size_of_sample};
use crate::grid::tiff::block;
use crate::grid::tiff::codec::Compression;
use crate::grid::tiff::layout::{Encoding, Storage};
use crate::grid::tiff::predictor::Predictor;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use terrane_model::grid::{GridQuery, GridSchema, SampleKind, Samples};
use terrane_model::limits::GRID_WRITE_BYTES;
use terrane_model::store::Progress;
use terrane_model::{Bbox, Error, GridSource, Result};

/// Width and height of a tile. Smaller than GDAL's 512, because a map tile of 256 pixels then unpacks half as many samples.
pub(super) const TILE: u32 = 256;
/// Levels are added until both sides are below this.
const COARSEST: u32 = 512;
/// Tiles of the finer level kept at hand while an overview is made.
const TILES_KEPT: usize = 24;

/// The channels of one tile, each `TILE` × `TILE`.
type Tile<T> = Vec<Vec<T>>;
/// Level, plane, column and row of a tile.
type TileAt = (usize, usize, u32, u32);

/// One level.
pub(super) struct Level {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Where the packed tiles are in the temporary file, plane by plane, row by row.
    pub(super) tiles: Vec<(u64, u32)>,
}

impl Level {
    fn new([width, height]: [u32; 2], planes: usize) -> Self {
        let mut level = Self { width, height, tiles: Vec::new() };
        level.tiles = vec![(0, 0); level.across() as usize * level.down() as usize * planes];
        level
    }
    pub(super) fn across(&self) -> u32 {
        self.width.div_ceil(TILE)
    }
    pub(super) fn down(&self) -> u32 {
        self.height.div_ceil(TILE)
    }
}

/// All levels, from full resolution to the coarsest.
pub(super) struct Pyramid {
    pub(super) levels: Vec<Level>,
    pub(super) encoding: Encoding,
    pub(super) bands: usize,
    pub(super) statistics: Vec<Statistics>,
    pub(super) method: Method,
    spool: File,
    spool_bytes: u64,
}

/// Width and height of every level of a grid.
pub(super) fn sizes(width: u32, height: u32) -> Vec<[u32; 2]> {
    let mut sizes = vec![[width, height]];
    let mut last = [width, height];
    while last[0] >= COARSEST || last[1] >= COARSEST {
        last = last.map(|side| side.div_ceil(2));
        sizes.push(last);
    }
    sizes
}

/// How the tiles of a grid are packed.
pub(super) fn encoding(schema: &GridSchema) -> Encoding {
    let kind = schema.bands[0].kind;
    let float = matches!(kind, SampleKind::F32 | SampleKind::F64);
    Encoding {
        storage: Storage::Whole(kind),
        compression: Compression::Deflate,
        predictor: if float { Predictor::Float } else { Predictor::Horizontal },
        big_endian: false,
        channels: if is_picture(schema) { schema.bands.len() } else { 1 },
    }
}

/// Red, green, blue and perhaps alpha, which are always wanted together. Other bands are kept apart, so that a map of one does
/// not unpack them all.
fn is_picture(schema: &GridSchema) -> bool {
    schema.bands[0].kind == SampleKind::U8 && (3..=4).contains(&schema.bands.len())
}

/// Reads a grid and packs all its tiles into a temporary file in a folder.
pub(super) fn build<T: Sample>(folder: &Path, grid: &dyn GridSource, progress: &dyn Progress) -> Result<Pyramid> {
    let schema = grid.schema();
    let sizes = sizes(schema.width, schema.height);
    let encoding = encoding(schema);
    let planes = schema.bands.len() / encoding.channels;
    let mut pyramid = Pyramid {
        levels: sizes.iter().map(|&size| Level::new(size, planes)).collect(),
        encoding,
        bands: schema.bands.len(),
        statistics: vec![Statistics::new(); schema.bands.len()],
        method: Method::Nearest,
        spool: tempfile::tempfile_in(folder).map_err(cannot_write)?,
        spool_bytes: 0,
    };
    let mut counter = Counter { progress, done: 0, of: pyramid.tiles_in_all() };
    let no_data = common_no_data(schema);
    pyramid.read_source::<T>(grid, no_data, &mut counter)?;
    if !pyramid.statistics.iter().all(Statistics::is_classes) {
        pyramid.method = Method::Average;
    }
    for level in 1..sizes.len() {
        pyramid.reduce_level::<T>(level, no_data, &mut counter)?;
    }
    Ok(pyramid)
}

/// A TIFF file has one value for "no data"; samples of bands with another are changed to it.
pub(super) fn common_no_data(schema: &GridSchema) -> Option<f64> {
    schema.bands.iter().find_map(|band| band.no_data)
}

struct Counter<'a> {
    progress: &'a dyn Progress,
    done: u64,
    of: u64,
}

impl Counter<'_> {
    fn step(&mut self) -> Result<()> {
        self.done += 1;
        match self.progress.step("tiles of the grid", self.done, self.of) {
            true => Ok(()),
            false => Err(Error::new(
                terrane_model::Kind::Conflict,
                "The work was stopped on request; nothing was published.",
            )),
        }
    }
}

pub(super) fn cannot_write(cause: std::io::Error) -> Error {
    Error::new(terrane_model::Kind::Internal, "The grid cannot be written; is there room left on the disk?")
        .because(cause)
}

impl Pyramid {
    pub(super) fn planes(&self) -> usize {
        self.bands / self.encoding.channels
    }

    fn tiles_in_all(&self) -> u64 {
        let tiles = |level: &Level| u64::from(level.across()) * u64::from(level.down());
        self.levels.iter().map(tiles).sum::<u64>() * self.planes() as u64
    }

    /// Packs the full resolution, a run of tiles of all bands at a time.
    fn read_source<T: Sample>(
        &mut self,
        grid: &dyn GridSource,
        no_data: Option<f64>,
        counter: &mut Counter<'_>,
    ) -> Result<()> {
        let tile_bytes = TILE as usize * TILE as usize * self.bands * size_of_sample(T::KIND);
        let across = self.levels[0].across();
        let run = ((GRID_WRITE_BYTES / tile_bytes).max(1) as u32).min(across);
        for down in 0..self.levels[0].down() {
            for first in (0..across).step_by(run as usize) {
                let tiles = first..(first + run).min(across);
                let rows = Rows::<T>::read(grid, tiles.clone(), down)?;
                for across in tiles {
                    self.learn(&rows, across, no_data);
                    for plane in 0..self.planes() {
                        let bands = plane * self.encoding.channels..(plane + 1) * self.encoding.channels;
                        self.keep((0, plane, across, down), &rows.tile(bands, across, no_data))?;
                        counter.step()?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes the samples of a tile that lie inside the grid into the statistics.
    fn learn<T: Sample>(&mut self, rows: &Rows<T>, across: u32, no_data: Option<f64>) {
        for (band, statistics) in self.statistics.iter_mut().enumerate() {
            for row in 0..rows.height {
                statistics.add(rows.row_of_tile(band, across, row), rows.no_data[band].or(no_data));
            }
        }
    }

    fn keep<T: Sample>(&mut self, at: TileAt, tile: &Tile<T>) -> Result<()> {
        let packed = block::encode(&self.encoding, tile, TILE as usize)?;
        self.spool.seek(SeekFrom::Start(self.spool_bytes)).map_err(cannot_write)?;
        self.spool.write_all(&packed).map_err(cannot_write)?;
        let index = self.index(at);
        self.levels[at.0].tiles[index] = (self.spool_bytes, packed.len() as u32);
        self.spool_bytes += packed.len() as u64;
        Ok(())
    }

    fn index(&self, (level, plane, across, down): TileAt) -> usize {
        let of = &self.levels[level];
        (plane * of.down() as usize + down as usize) * of.across() as usize + across as usize
    }

    /// The packed bytes of a tile.
    pub(super) fn packed(&self, (offset, length): (u64, u32)) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length as usize];
        (&self.spool).seek(SeekFrom::Start(offset)).map_err(cannot_write)?;
        (&self.spool).read_exact(&mut bytes).map_err(cannot_write)?;
        Ok(bytes)
    }

    fn unpacked<T: Sample>(&self, at: TileAt) -> Result<Tile<T>> {
        let packed = self.packed(self.levels[at.0].tiles[self.index(at)])?;
        block::decode_channels(&self.encoding, &packed, TILE as usize, TILE as usize)
    }

    /// Makes one level from the finer one.
    fn reduce_level<T: Sample>(&mut self, level: usize, no_data: Option<f64>, counter: &mut Counter<'_>) -> Result<()> {
        let mut near = Near::<T>::default();
        for plane in 0..self.planes() {
            for down in 0..self.levels[level].down() {
                for across in 0..self.levels[level].across() {
                    let at = (level, plane, across, down);
                    let tile = self.reduced_tile(&mut near, at, no_data)?;
                    self.keep(at, &tile)?;
                    counter.step()?;
                }
            }
        }
        Ok(())
    }

    fn reduced_tile<T: Sample>(&self, near: &mut Near<T>, at: TileAt, no_data: Option<f64>) -> Result<Tile<T>> {
        let (level, plane, across, down) = at;
        let [fine, coarse] = [&self.levels[level - 1], &self.levels[level]];
        let axis = |fine, coarse, tile: u32| Axis::new(fine, coarse, tile * TILE, ((tile + 1) * TILE).min(coarse));
        let (x, y) = (axis(fine.width, coarse.width, across), axis(fine.height, coarse.height, down));
        let region = self.region(near, (level - 1, plane), x.span(), y.span())?;
        let fill = no_data.map_or(T::default(), T::from_number);
        let channel = |fine: &Vec<T>| padded(&reduce(fine, [&x, &y], self.method, no_data), x.len(), fill);
        Ok(region.iter().map(channel).collect())
    }

    /// Samples of a rectangle of a level that is already packed.
    fn region<T: Sample>(
        &self,
        near: &mut Near<T>,
        (level, plane): (usize, usize),
        columns: Range<u32>,
        rows: Range<u32>,
    ) -> Result<Tile<T>> {
        let width = columns.len();
        let mut region = vec![vec![T::default(); width * rows.len()]; self.encoding.channels];
        for down in rows.start / TILE..=(rows.end - 1) / TILE {
            for across in columns.start / TILE..=(columns.end - 1) / TILE {
                let tile = near.get((level, plane, across, down), |at| self.unpacked(at))?;
                let left = columns.start.max(across * TILE)..columns.end.min((across + 1) * TILE);
                for row in rows.start.max(down * TILE)..rows.end.min((down + 1) * TILE) {
                    let from = ((row % TILE) * TILE + left.start % TILE) as usize;
                    let to = (row - rows.start) as usize * width + (left.start - columns.start) as usize;
                    for (target, source) in region.iter_mut().zip(tile.iter()) {
                        target[to..to + left.len()].copy_from_slice(&source[from..from + left.len()]);
                    }
                }
            }
        }
        Ok(region)
    }
}

/// The last few tiles, because neighbours need the same ones.
#[derive(Default)]
struct Near<T>(VecDeque<(TileAt, Arc<Tile<T>>)>);

impl<T: Sample> Near<T> {
    fn get(&mut self, at: TileAt, make: impl FnOnce(TileAt) -> Result<Tile<T>>) -> Result<Arc<Tile<T>>> {
        if let Some((_, tile)) = self.0.iter().find(|(known, _)| *known == at) {
            return Ok(Arc::clone(tile));
        }
        let tile = Arc::new(make(at)?);
        self.0.truncate(TILES_KEPT - 1);
        self.0.push_front((at, Arc::clone(&tile)));
        Ok(tile)
    }
}

/// Rows of the source, as high as a tile, for a run of tiles.
struct Rows<T> {
    bands: Vec<Vec<T>>,
    no_data: Vec<Option<f64>>,
    /// The first tile of the run.
    first: u32,
    width: usize,
    height: usize,
}

impl<T: Sample> Rows<T> {
    fn read(grid: &dyn GridSource, tiles: Range<u32>, down: u32) -> Result<Self> {
        let schema = grid.schema();
        let columns = tiles.start * TILE..(tiles.end * TILE).min(schema.width);
        let rows = down * TILE..((down + 1) * TILE).min(schema.height);
        let query = GridQuery {
            bbox: inner_box(schema, &columns, &rows),
            step_max: None,
            bands: (0..schema.bands.len()).collect(),
            slice: Vec::new(),
            // A rotated grid answers an upright box with a wider part.
            samples_max: u64::MAX,
        };
        let window = super::wait(grid.window(&query))?;
        // Where the window begins in the grid; it may hold more than was asked.
        let corner = schema.transform.place(window.transform.ground(0.5, 0.5)).map(|place| place.floor() as i64);
        let skipped = [i64::from(columns.start) - corner[0], i64::from(rows.start) - corner[1]];
        let (width, height) = (columns.len(), rows.len());
        let fits =
            |skipped: i64, size: usize, there: u32| skipped >= 0 && skipped as u64 + size as u64 <= u64::from(there);
        if !fits(skipped[0], width, window.width) || !fits(skipped[1], height, window.height) {
            return Err(Error::internal("a grid gave less than the region asked for"));
        }
        let cut = |samples: &Samples| {
            let samples = T::unwrap(samples).ok_or_else(|| Error::internal("a grid gave samples of another kind"))?;
            let row = |row: usize| {
                let start = (skipped[1] as usize + row) * window.width as usize + skipped[0] as usize;
                &samples[start..start + width]
            };
            Ok((0..height).flat_map(row).copied().collect())
        };
        let no_data = window.no_data.clone();
        let bands = window.bands.iter().map(cut).collect::<Result<_>>()?;
        Ok(Self { bands, no_data, first: tiles.start, width, height })
    }

    /// The samples of one row of a tile, as far as the grid reaches.
    fn row_of_tile(&self, band: usize, across: u32, row: usize) -> &[T] {
        let start = ((across - self.first) * TILE) as usize;
        &self.bands[band][row * self.width..][start..self.width.min(start + TILE as usize)]
    }

    /// A tile, filled up with "no data" beyond the edge of the grid.
    fn tile(&self, bands: Range<usize>, across: u32, no_data: Option<f64>) -> Tile<T> {
        let fill = no_data.map_or(T::default(), T::from_number);
        let channel = |band: usize| {
            let rows = (0..self.height).flat_map(|row| self.row_of_tile(band, across, row)).copied();
            let own = self.no_data[band].filter(|own| no_data != Some(*own) && !own.is_nan());
            let common = rows.map(|sample| if own == Some(sample.number()) { fill } else { sample });
            padded(&common.collect::<Vec<T>>(), self.row_of_tile(band, across, 0).len(), fill)
        };
        bands.map(channel).collect()
    }
}

/// A box in the middle of the cells at the edge, so that no neighbour is touched.
fn inner_box(schema: &GridSchema, columns: &Range<u32>, rows: &Range<u32>) -> Bbox {
    let edge = |range: &Range<u32>| [f64::from(range.start) + 0.5, f64::from(range.end) - 0.5];
    let ([left, right], [top, bottom]) = (edge(columns), edge(rows));
    let corners = [[left, top], [right, top], [left, bottom], [right, bottom]];
    Bbox::of(&corners.map(|[column, row]| schema.transform.ground(column, row)))
}

/// A whole tile from the samples in its upper left.
fn padded<T: Sample>(samples: &[T], width: usize, fill: T) -> Vec<T> {
    let side = TILE as usize;
    let mut tile = vec![fill; side * side];
    for (to, from) in tile.chunks_exact_mut(side).zip(samples.chunks_exact(width.max(1))) {
        to[..from.len()].copy_from_slice(from);
    }
    tile
}
