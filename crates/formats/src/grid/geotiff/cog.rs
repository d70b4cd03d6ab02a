//! Writes a grid as a Cloud Optimised GeoTIFF, in the layout that GDAL calls COG.
//!
//! Source: GDAL's COG driver documentation and the "structural metadata" it puts behind the header: all directories first, then
//! the tiles of the coarsest overview up to those of the full image, each tile between its length and its last four bytes.

use super::keys::{ESRI_WKT, MODEL_GEOGRAPHIC, MODEL_PROJECTED, RASTER_PIXEL_IS_AREA, USER_DEFINED, key};
use super::pyramid::{self, Level, Pyramid, TILE, build, cannot_write};
use super::statistics::Statistics;
use crate::grid::sample::for_kind;
use crate::grid::tiff::predictor::Predictor;
use crate::grid::tiff::tags;
use crate::grid::tiff::write::{Field, Fields, Size};
use std::fmt::Write as _;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use terrane_model::grid::{Band, GridSchema, SampleKind};
use terrane_model::store::Progress;
use terrane_model::{Error, GridSource, Result};
use terrane_projection::{WktKind, info, wkt};

/// Writes a grid as a Cloud Optimised GeoTIFF: tiles of 256 samples, deflate with a predictor, bands apart but for pictures in red,
/// green and blue, overviews until both sides are below 512, range and mean of each band. BigTIFF when it does not fit into 4 GB.
///
/// Overviews hold means by area of the samples that have data; of bands with at most 64 different whole numbers (classes) they hold
/// the sample in the middle. Refuses grids with further axes, without bands, and with bands of different kinds.
pub fn write_cog(path: &Path, grid: &dyn GridSource, progress: &dyn Progress) -> Result<()> {
    let schema = grid.schema();
    check(schema)?;
    let keys = geo_keys(schema)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let kind = schema.bands[0].kind;
    let pyramid = for_kind!(kind, build(folder, grid, progress))?;
    let plan = Plan::new(schema, &pyramid, &keys);
    let file = File::create(path).map_err(cannot_write)?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    plan.write(&pyramid, &mut out)?;
    out.into_inner().map_err(|error| cannot_write(error.into_error()))?.sync_all().map_err(cannot_write)
}

fn check(schema: &GridSchema) -> Result<()> {
    if !schema.axes.is_empty() {
        return Err(Error::unsupported(
            "A grid with further axes (time, depth) cannot be kept as GeoTIFF; choose one slice.",
        ));
    }
    let kind = schema.bands.first().ok_or_else(|| Error::invalid("The grid has no bands."))?.kind;
    if schema.bands.iter().any(|band| band.kind != kind) {
        return Err(Error::unsupported(
            "The bands of the grid are of different kinds; publish them as grids of their own.",
        ));
    }
    if schema.width == 0 || schema.height == 0 {
        return Err(Error::invalid("The grid has no samples."));
    }
    Ok(())
}

/// Behind the header: tells GDAL that directories come first and that tiles have a length before and a check behind them.
/// The blank at the end is room to note that another program has changed the file.
const STRUCTURE: &str = "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n\
                         BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n ";

fn structure() -> Vec<u8> {
    format!("GDAL_STRUCTURAL_METADATA_SIZE={:06} bytes\n{STRUCTURE}", STRUCTURE.len()).into_bytes()
}

/// Bytes before and behind each tile.
const LEADER_AND_TRAILER: u64 = 8;

/// The directories of a file, with every tile's place.
struct Plan {
    size: Size,
    directories: Vec<Fields>,
}

impl Plan {
    fn new(schema: &GridSchema, pyramid: &Pyramid, keys: &Fields) -> Self {
        let tiles = pyramid.levels.iter().flat_map(|level| &level.tiles);
        let data: u64 = tiles.map(|(_, length)| u64::from(*length) + LEADER_AND_TRAILER).sum();
        let mut plan = Self { size: Size::Classic, directories: Vec::new() };
        plan.fill(schema, pyramid, keys);
        if plan.first_tile() + data > u64::from(u32::MAX) {
            plan.size = Size::Big;
            plan.fill(schema, pyramid, keys);
        }
        plan
    }

    /// The directories: once with all places zero to know their size, then with the true ones.
    fn fill(&mut self, schema: &GridSchema, pyramid: &Pyramid, keys: &Fields) {
        let mut offsets: Vec<Vec<u64>> = pyramid.levels.iter().map(|level| vec![0; level.tiles.len()]).collect();
        for _ in 0..2 {
            let level = |(at, level): (usize, &Level)| {
                let mut fields = image_fields(pyramid, level, at > 0);
                let lengths = level.tiles.iter().map(|(_, length)| u64::from(*length)).collect();
                fields.push((tags::TILE_OFFSETS, Field::Places(offsets[at].clone())));
                fields.push((tags::TILE_BYTE_COUNTS, Field::Places(lengths)));
                if at == 0 {
                    fields.extend(keys.iter().cloned());
                    fields.push((tags::GDAL_METADATA, Field::Text(metadata(schema, &pyramid.statistics))));
                }
                let no_data = no_data_text(schema).map(|text| (tags::GDAL_NO_DATA, Field::Text(text)));
                fields.extend(no_data);
                fields.sort_by_key(|(tag, _)| *tag);
                fields
            };
            self.directories = pyramid.levels.iter().enumerate().map(level).collect();
            place_tiles(pyramid, self.first_tile(), &mut offsets);
        }
    }

    fn first_directory(&self) -> u64 {
        (self.size.header_bytes() + structure().len() as u64).next_multiple_of(8)
    }

    fn first_tile(&self) -> u64 {
        self.first_directory() + self.directories.iter().map(|fields| self.size.directory_bytes(fields)).sum::<u64>()
    }

    fn write(&self, pyramid: &Pyramid, out: &mut impl std::io::Write) -> Result<()> {
        let mut head = self.size.header(self.first_directory());
        head.extend(structure());
        head.resize(self.first_directory() as usize, 0);
        for (at, fields) in self.directories.iter().enumerate() {
            let here = head.len() as u64;
            let next = if at + 1 < self.directories.len() { here + self.size.directory_bytes(fields) } else { 0 };
            head.extend(self.size.directory(fields, here, next));
        }
        out.write_all(&head).map_err(cannot_write)?;
        for &tile in pyramid.levels.iter().rev().flat_map(|level| &level.tiles) {
            let packed = pyramid.packed(tile)?;
            let parts = [&tile.1.to_le_bytes(), packed.as_slice(), &packed[packed.len().saturating_sub(4)..]];
            parts.iter().try_for_each(|part| out.write_all(part)).map_err(cannot_write)?;
        }
        Ok(())
    }
}

fn place_tiles(pyramid: &Pyramid, first: u64, offsets: &mut [Vec<u64>]) {
    let mut at = first;
    for (level, offsets) in pyramid.levels.iter().zip(offsets).rev() {
        for ((_, length), offset) in level.tiles.iter().zip(offsets) {
            *offset = at + LEADER_AND_TRAILER / 2;
            at += u64::from(*length) + LEADER_AND_TRAILER;
        }
    }
}

fn image_fields(pyramid: &Pyramid, level: &Level, overview: bool) -> Fields {
    let kind = pyramid.encoding.storage.kind();
    let bands = pyramid.bands;
    let chunky = pyramid.encoding.channels == bands;
    let (format, bits) = match kind {
        SampleKind::U8 => (1, 8),
        SampleKind::U16 => (1, 16),
        SampleKind::U32 => (1, 32),
        SampleKind::I16 => (2, 16),
        SampleKind::I32 => (2, 32),
        SampleKind::F32 => (3, 32),
        SampleKind::F64 => (3, 64),
    };
    let picture = kind == SampleKind::U8 && (3..=4).contains(&bands);
    let one = |value: u16| Field::Shorts(vec![value]);
    let mut fields = vec![
        (tags::SUBFILE_TYPE, Field::Longs(vec![u32::from(overview)])),
        (tags::WIDTH, Field::Longs(vec![level.width])),
        (tags::HEIGHT, Field::Longs(vec![level.height])),
        (tags::BITS_PER_SAMPLE, Field::Shorts(vec![bits; bands])),
        (tags::COMPRESSION, one(8)),
        // Three or four bands of bytes are red, green, blue and perhaps alpha; else the first is grey.
        (tags::PHOTOMETRIC, one(if picture { 2 } else { 1 })),
        (tags::SAMPLES_PER_PIXEL, one(bands as u16)),
        (tags::PLANAR_CONFIGURATION, one(if chunky { 1 } else { 2 })),
        (tags::PREDICTOR, one(if pyramid.encoding.predictor == Predictor::Float { 3 } else { 2 })),
        (tags::TILE_WIDTH, one(TILE as u16)),
        (tags::TILE_HEIGHT, one(TILE as u16)),
        (tags::SAMPLE_FORMAT, Field::Shorts(vec![format; bands])),
    ];
    let extra = bands - if picture { 3 } else { 1 };
    if extra > 0 {
        let meaning = if picture { ALPHA } else { UNSPECIFIED };
        fields.push((tags::EXTRA_SAMPLES, Field::Shorts(vec![meaning; extra])));
    }
    fields
}

const UNSPECIFIED: u16 = 0;
const ALPHA: u16 = 2;

/// The tags that place the grid and name its CRS.
fn geo_keys(schema: &GridSchema) -> Result<Fields> {
    let mut entries: Vec<[u16; 4]> = vec![[key::RASTER_TYPE, 0, 1, RASTER_PIXEL_IS_AREA]];
    let mut text = String::new();
    let facts = info(&schema.crs)?;
    let (model, code_key, citation_key) = match facts.geographic {
        true => (MODEL_GEOGRAPHIC, key::GEODETIC_CRS, key::GEODETIC_CITATION),
        false => (MODEL_PROJECTED, key::PROJECTED_CRS, key::PROJECTED_CITATION),
    };
    entries.push([key::MODEL_TYPE, 0, 1, model]);
    match epsg_code(schema) {
        Some(code) => entries.push([code_key, 0, 1, code]),
        None => {
            text = format!("{ESRI_WKT}{}|", wkt(&schema.crs, WktKind::Wkt1Esri)?);
            entries.push([code_key, 0, 1, USER_DEFINED]);
            entries.push([citation_key, tags::GEO_TEXTS, text.len() as u16, 0]);
        }
    }
    entries.sort_unstable();
    let header = [1, 1, 0, entries.len() as u16];
    let words = std::iter::once(header).chain(entries).flatten().collect();
    let mut fields = placed(schema);
    fields.push((tags::GEO_KEY_DIRECTORY, Field::Shorts(words)));
    if !text.is_empty() {
        fields.push((tags::GEO_TEXTS, Field::Text(text)));
    }
    Ok(fields)
}

fn epsg_code(schema: &GridSchema) -> Option<u16> {
    match schema.crs.authority_code()? {
        ("EPSG", code) => code.parse().ok().filter(|&code| code < USER_DEFINED),
        ("OGC", "CRS84") => Some(4326),
        _ => None,
    }
}

fn placed(schema: &GridSchema) -> Fields {
    let transform = &schema.transform;
    let ([x, y], [across, down], [x_by_row, y_by_column]) = (transform.origin, transform.step, transform.shear);
    if [x_by_row, y_by_column] == [0.0; 2] && across > 0.0 && down < 0.0 {
        return vec![
            (tags::MODEL_PIXEL_SCALE, Field::Doubles(vec![across, -down, 0.0])),
            (tags::MODEL_TIEPOINT, Field::Doubles(vec![0.0, 0.0, 0.0, x, y, 0.0])),
        ];
    }
    let matrix = vec![across, x_by_row, 0.0, x, y_by_column, down, 0.0, y, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
    vec![(tags::MODEL_TRANSFORMATION, Field::Doubles(matrix))]
}

/// The declared value for "no data"; NaN of floating-point samples, which says the same by itself.
fn no_data_text(schema: &GridSchema) -> Option<String> {
    let float = matches!(schema.bands[0].kind, SampleKind::F32 | SampleKind::F64);
    match pyramid::common_no_data(schema) {
        Some(number) if !number.is_nan() => Some(number.to_string()),
        _ => float.then(|| "nan".to_owned()),
    }
}

/// Names, units and statistics of the bands as GDAL keeps them.
fn metadata(schema: &GridSchema, statistics: &[Statistics]) -> String {
    let mut xml = "<GDALMetadata>\n".to_owned();
    for (at, (band, facts)) in schema.bands.iter().zip(statistics).enumerate() {
        let mut item = |name: &str, role: &str, text: &str| {
            let role = if role.is_empty() { String::new() } else { format!(" role=\"{role}\"") };
            let _ = writeln!(xml, "  <Item name=\"{name}\" sample=\"{at}\"{role}>{}</Item>", escaped(text));
        };
        describe(band, &mut item);
        if facts.count > 0 {
            item("STATISTICS_MINIMUM", "", &facts.least.to_string());
            item("STATISTICS_MAXIMUM", "", &facts.greatest.to_string());
            item("STATISTICS_MEAN", "", &facts.mean().to_string());
            item("STATISTICS_STDDEV", "", &facts.deviation().to_string());
        }
    }
    xml + "</GDALMetadata>\n"
}

fn describe(band: &Band, item: &mut impl FnMut(&str, &str, &str)) {
    item("DESCRIPTION", "description", &band.name);
    if let Some(unit) = &band.unit {
        item("UNITTYPE", "unittype", unit);
    }
    if let Some(description) = &band.description {
        item("long_name", "", description);
    }
}

/// GDAL takes the escapes of an item away twice, so they are made twice.
fn escaped(text: &str) -> String {
    escaped_once(&escaped_once(text))
}

fn escaped_once(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\0', "")
}
