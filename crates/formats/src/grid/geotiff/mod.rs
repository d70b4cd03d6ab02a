//! GeoTIFF: any stranger's file as a grid source, and Cloud Optimised GeoTIFF as the form in which grids are kept.
//!
//! Only the blocks that a window touches are read and unpacked; nothing of a file is trusted before it was held against the
//! length of the file and the limits.

mod average;
mod cache;
mod cog;
mod keys;
mod metadata;
mod pyramid;
mod read;
mod statistics;
#[cfg(test)]
mod tests;
mod window;
mod wkt;

pub use cache::BlockCache;
pub use cog::write_cog;

use super::sample::for_kind;
use super::tiff::block::{self, Channels};
use super::tiff::directory::{self, Directory, Tiff};
use super::tiff::layout::{BlockPlace, Colours, Image};
use super::tiff::tags;
use keys::Keys;
use read::read_bands;
use std::path::Path;
use std::sync::Arc;
use terrane_model::grid::{Band, GridQuery, GridSchema, GridTransform, Window};
use terrane_model::limits::GRID_CACHE_BYTES;
use terrane_model::report::{Finding, Severity};
use terrane_model::{BoxFuture, Crs, Error, GridSource, Result};

/// An opened GeoTIFF.
pub struct GeoTiffSource {
    tiff: Tiff,
    schema: Arc<GridSchema>,
    /// Full resolution, then the overviews from fine to coarse.
    levels: Vec<Level>,
    cache: Arc<BlockCache>,
    file: u32,
    /// What samples of blocks that were never written are: the value for "no data", which may be NaN, else 0.
    unwritten: f64,
    remarks: Vec<Finding>,
    palette: Option<Vec<[u8; 3]>>,
}

struct Level {
    image: Image,
    transform: GridTransform,
}

/// Whether the first bytes of a file are those of a TIFF or BigTIFF file.
pub fn looks_like_tiff(head: &[u8]) -> bool {
    directory::looks_like_tiff(head)
}

/// Opens a GeoTIFF with the CRS that it says and a block cache of its own.
pub fn open(path: &Path) -> Result<GeoTiffSource> {
    open_with(path, None)
}

/// Opens a GeoTIFF, with a CRS that goes before the one it says.
pub fn open_with(path: &Path, crs: Option<Crs>) -> Result<GeoTiffSource> {
    open_cached(path, crs, BlockCache::new(GRID_CACHE_BYTES))
}

/// Opens a GeoTIFF whose unpacked blocks are kept in a cache that other grids share.
pub fn open_cached(path: &Path, crs: Option<Crs>, cache: Arc<BlockCache>) -> Result<GeoTiffSource> {
    let tiff = Tiff::open(path)?;
    let directories = tiff.directories()?;
    let first = directories.first().ok_or_else(|| Error::invalid("The TIFF file has no image."))?;
    let main = Image::read(&tiff, first)?;
    let keys = Keys::read(&tiff, first)?;
    let mut remarks = Vec::new();
    let transform = match keys::transform(&tiff, first, &keys)? {
        Some(transform) => transform,
        None => world_file(path)?,
    };
    let crs = crs.map_or_else(|| keys.crs(), Ok)?;
    let no_data =
        metadata::no_data(&first.text(&tiff, tags::GDAL_NO_DATA)?, main.encoding.storage.kind(), &mut remarks);
    let bands = bands(&tiff, first, &main, no_data, &mut remarks)?;
    let palette = match &main.colours {
        Colours::Palette(colours) => Some(colours.clone()),
        Colours::Plain => None,
    };
    let overviews = overviews(&tiff, &directories[1..], &main, &mut remarks);
    let levels: Vec<_> = std::iter::once(main).chain(overviews).collect();
    let schema = schema(crs, transform, bands, &levels);
    let levels = levels.into_iter().map(|image| Level { transform: scaled(&schema, &image), image }).collect();
    let file = cache.new_file();
    Ok(GeoTiffSource {
        tiff,
        schema: Arc::new(schema),
        levels,
        cache,
        file,
        remarks,
        palette,
        unwritten: no_data.unwrap_or(0.0),
    })
}

fn schema(crs: Crs, transform: GridTransform, bands: Vec<Band>, levels: &[Image]) -> GridSchema {
    GridSchema {
        crs,
        transform,
        width: levels[0].width,
        height: levels[0].height,
        bands,
        axes: Vec::new(),
        overviews: levels[1..].iter().map(|image| [image.width, image.height]).collect(),
    }
}

/// An overview covers the same ground as the whole, whatever its size.
fn scaled(schema: &GridSchema, image: &Image) -> GridTransform {
    let factor = [f64::from(schema.width) / f64::from(image.width), f64::from(schema.height) / f64::from(image.height)];
    schema.transform.part(0.0, 0.0, factor)
}

fn bands(
    tiff: &Tiff,
    directory: &Directory,
    image: &Image,
    no_data: Option<f64>,
    remarks: &mut Vec<Finding>,
) -> Result<Vec<Band>> {
    let band = |at: usize| Band {
        name: format!("band{}", at + 1),
        description: None,
        unit: None,
        kind: image.encoding.storage.kind(),
        // NaN says "no data" by itself.
        no_data: no_data.filter(|number| !number.is_nan()),
        range: None,
    };
    let mut bands: Vec<_> = (0..image.bands).map(band).collect();
    metadata::apply(&directory.text(tiff, tags::GDAL_METADATA)?, &mut bands, remarks);
    metadata::settle_ranges(&mut bands);
    metadata::settle_names(&mut bands);
    Ok(bands)
}

/// The usable smaller copies among the further images, from fine to coarse; what is left out is said.
fn overviews(tiff: &Tiff, directories: &[Directory], main: &Image, remarks: &mut Vec<Finding>) -> Vec<Image> {
    let mut found: Vec<Image> = Vec::new();
    let (mut masks, mut pages, mut broken) = (0, 0, 0);
    for directory in directories {
        match Image::read(tiff, directory) {
            Ok(image) if image.mask => masks += 1,
            Ok(image) if !image.reduced => pages += 1,
            Ok(image) if fits(&image, main) => found.push(image),
            _ => broken += 1,
        }
    }
    let mut remark = |count: usize, what: &str| {
        if count > 0 {
            remarks.push(Finding::new(Severity::Note, what, ""));
        }
    };
    remark(
        masks,
        "The transparency mask of the file was left out; where there is no data is told by the no-data value.",
    );
    remark(pages, "The file has several images; only the first was read.");
    remark(broken, "Some overviews of the file do not go with its image and were left out.");
    found.sort_by_key(|image| std::cmp::Reverse((image.width, image.height)));
    found.dedup_by_key(|image| (image.width, image.height));
    found
}

fn fits(image: &Image, main: &Image) -> bool {
    let smaller = image.width <= main.width && image.height <= main.height;
    let same_size = image.width == main.width && image.height == main.height;
    smaller && !same_size && image.bands == main.bands && image.encoding.storage == main.encoding.storage
}

/// A TIFF without places may have a world file beside it: six numbers, the last two the centre of the first sample.
fn world_file(path: &Path) -> Result<GridTransform> {
    const BYTES_MAX: u64 = 4_096;
    let nowhere = || {
        Error::invalid(
            "The TIFF file does not say where it lies, and there is no world file (.tfw) beside it. \
             Place it with “gdal_translate -a_ullr west north east south -a_srs EPSG:… in.tif out.tif” and add the result.",
        )
    };
    let beside = ["tfw", "TFW", "tifw", "wld"].iter().map(|extension| path.with_extension(extension));
    let is_small = |file: &std::path::PathBuf| std::fs::metadata(file).is_ok_and(|facts| facts.len() <= BYTES_MAX);
    let file = beside.into_iter().find(is_small).ok_or_else(nowhere)?;
    let text = std::fs::read_to_string(file).map_err(|cause| nowhere().because(cause))?;
    let numbers: Vec<f64> = text.split_whitespace().map_while(|word| word.replace(',', ".").parse().ok()).collect();
    let [a, d, b, e, c, f] = numbers[..] else { return Err(nowhere()) };
    let centred = GridTransform { origin: [c, f], step: [a, e], shear: [b, d] };
    keys::check(centred.part(-0.5, -0.5, [1.0, 1.0]))
}

impl GeoTiffSource {
    /// What a person should know about how the file was read.
    pub fn remarks(&self) -> &[Finding] {
        &self.remarks
    }

    /// Red, green and blue by sample value, of a file whose samples are indices into colours.
    pub fn palette(&self) -> Option<&[[u8; 3]]> {
        self.palette.as_deref()
    }

    /// Reads a window; what `GridSource::window` does, without a future.
    pub fn read(&self, query: &GridQuery) -> Result<Window> {
        let bands = self.bands_asked(query)?;
        let transforms: Vec<_> = self.levels.iter().map(|level| level.transform).collect();
        let at = window::level_for(query.step_max, &transforms);
        let level = &self.levels[at];
        let part = window::part(&query.bbox, &level.transform, [level.image.width, level.image.height]);
        let [width, height] = window::check_size(&part, query)?;
        let kind = level.image.encoding.storage.kind();
        let samples = for_kind!(kind, read_bands(self, at, &part, &bands))?;
        Ok(Window {
            crs: self.schema.crs.clone(),
            transform: level.transform.part(part.columns.start as f64, part.rows.start as f64, [1.0, 1.0]),
            width,
            height,
            bands: samples,
            no_data: bands.iter().map(|&band| self.schema.bands[band].no_data).collect(),
        })
    }

    fn bands_asked(&self, query: &GridQuery) -> Result<Vec<usize>> {
        let count = self.schema.bands.len();
        if !query.slice.is_empty() {
            return Err(Error::invalid("This grid has no further axes, such as time or depth, to choose from."));
        }
        match query.bands.iter().find(|&&band| band >= count) {
            Some(band) => Err(Error::invalid(format!("There is no band {}; this grid has {count}.", band + 1))),
            None if query.bands.is_empty() => Ok((0..count).collect()),
            None => Ok(query.bands.clone()),
        }
    }

    /// One block, unpacked: all channels of its plane.
    fn block(&self, level: usize, plane: usize, place: &BlockPlace) -> Result<Arc<Channels>> {
        let key = (self.file, level as u32, plane as u32, place.first_column, place.first_row);
        self.cache.get(key, || {
            let packed = self.tiff.bytes.read(place.offset, place.length)?;
            let encoding = &self.levels[level].image.encoding;
            block::decode(encoding, &packed, place.columns as usize, place.rows as usize)
        })
    }
}

impl GridSource for GeoTiffSource {
    fn schema(&self) -> &Arc<GridSchema> {
        &self.schema
    }

    fn window(&self, query: &GridQuery) -> BoxFuture<'_, Result<Window>> {
        let query = query.clone();
        Box::pin(async move { self.read(&query) })
    }
}

/// Waits for a grid on this thread. Sources that read files never truly wait; others wake the thread.
fn wait<T>(future: BoxFuture<'_, T>) -> T {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = future;
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(answer) => return answer,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}
