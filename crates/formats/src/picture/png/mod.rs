//! PNG (ISO/IEC 15948): written small and fast, read back under a limit.
//!
//! Maps have few colours. Up to 256 of them are written as a palette, exact to the last bit of alpha, in as few bits a pixel as
//! will do; the rest as RGB when opaque, else RGBA.

mod palette;
mod reduce;
mod tones;

use ::png::{BitDepth, ColorType, Decoder, DeflateCompression, Encoder, Filter, Transformations};
use palette::Palette;
use std::io::Cursor;
use terrane_model::limits::Limits;
use terrane_model::picture::Picture;
use terrane_model::{Error, Result};
pub use tones::TONE_ERROR_MAX;

/// The level of deflate for palettes.
const PALETTE_LEVEL: u8 = 2;
/// Bytes that one byte of deflate can become (RFC 1951: a match of 258 bytes in two bits).
const DEFLATE_RATIO_MAX: u64 = 1_032;

/// How pixels are stored in a file.
struct Layout {
    colour: ColorType,
    depth: BitDepth,
    palette: Option<Palette>,
    rows: Vec<u8>,
}

/// The picture as a PNG file, without loss. The same picture always gives the same bytes.
pub fn write(picture: &Picture) -> Result<Vec<u8>> {
    write_with(picture, Palette::of)
}

/// The picture as a PNG file as [`write`] makes it, but for maps of few colours whose antialiased borders have many tones: these
/// are rounded by at most [`TONE_ERROR_MAX`], when that is what it takes to make do with a palette. Colours of areas are exact.
pub fn write_map(picture: &Picture) -> Result<Vec<u8>> {
    write_with(picture, |rgba| Palette::of(rgba).or_else(|| tones::palette(rgba)))
}

/// The picture as a PNG file of at most 256 colours, whatever that costs in likeness.
pub fn write_reduced(picture: &Picture) -> Result<Vec<u8>> {
    write_with(picture, |rgba| {
        Palette::of(rgba).or_else(|| tones::palette(rgba)).or_else(|| Some(reduce::palette(rgba)))
    })
}

/// Writes a picture with the palette and indices that are found for its pixels, when some are.
fn write_with(picture: &Picture, find: impl FnOnce(&[u8]) -> Option<(Palette, Vec<u8>)>) -> Result<Vec<u8>> {
    super::check(picture)?;
    encode(picture, &layout(picture, find(&picture.rgba))).map_err(Error::internal)
}

fn layout(picture: &Picture, found: Option<(Palette, Vec<u8>)>) -> Layout {
    if let Some((palette, indices)) = found {
        let (depth, rows) = palette::packed(indices, picture.width_px as usize, palette.len());
        return Layout { colour: ColorType::Indexed, depth, palette: Some(palette), rows };
    }
    let (colour, rows) = match super::is_opaque(&picture.rgba) {
        true => (ColorType::Rgb, super::without_alpha(&picture.rgba)),
        false => (ColorType::Rgba, picture.rgba.clone()),
    };
    Layout { colour, depth: BitDepth::Eight, palette: None, rows }
}

fn encode(picture: &Picture, layout: &Layout) -> std::result::Result<Vec<u8>, ::png::EncodingError> {
    let mut file = Vec::with_capacity(layout.rows.len() / 4 + 1_024);
    let mut encoder = Encoder::new(&mut file, picture.width_px, picture.height_px);
    encoder.set_color(layout.colour);
    encoder.set_depth(layout.depth);
    encoder.set_deflate_compression(DeflateCompression::FdeflateUltraFast);
    encoder.set_filter(Filter::Up);
    if let Some(palette) = &layout.palette {
        encoder.set_deflate_compression(DeflateCompression::Level(PALETTE_LEVEL));
        encoder.set_filter(Filter::NoFilter);
        encoder.set_palette(palette.colours());
        if let Some(alphas) = palette.alphas() {
            encoder.set_trns(alphas);
        }
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&layout.rows)?;
    writer.finish()?;
    Ok(file)
}

/// The picture of a PNG file of any kind, as 8-bit RGBA. Refused by its header, before anything is unpacked, when it is larger than
/// the limits for pictures.
pub fn read(file: &[u8], limits: &Limits) -> Result<Picture> {
    let bytes_max = usize::try_from(limits.picture_pixels_max.saturating_mul(8)).unwrap_or(usize::MAX);
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), ::png::Limits { bytes: bytes_max });
    decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
    let not_png =
        |error: ::png::DecodingError| Error::invalid("The picture is not a PNG file, or is damaged.").because(error);
    let info = decoder.read_header_info().map_err(not_png)?;
    let (width_px, height_px, row_bytes) = (info.width, info.height, info.raw_row_length() as u64);
    check_size(width_px, height_px, limits)?;
    if row_bytes * u64::from(height_px) > file.len() as u64 * DEFLATE_RATIO_MAX {
        return Err(Error::invalid(format!("The file is too short to hold {width_px} × {height_px} pixels.")));
    }
    let mut reader = decoder.read_info().map_err(not_png)?;
    let size = reader.output_buffer_size().ok_or_else(|| Error::too_large("The picture does not fit into memory."))?;
    let mut bytes = vec![0; size];
    let frame = reader.next_frame(&mut bytes).map_err(not_png)?;
    bytes.truncate(frame.buffer_size());
    let rgba = match frame.color_type {
        ColorType::Rgba => bytes,
        _ => bytes.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect(),
    };
    Ok(Picture { width_px, height_px, rgba })
}

fn check_size(width_px: u32, height_px: u32, limits: &Limits) -> Result<()> {
    let side = limits.picture_side_px_max;
    let pixels = u64::from(width_px) * u64::from(height_px);
    match width_px <= side && height_px <= side && pixels <= limits.picture_pixels_max {
        true => Ok(()),
        false => Err(Error::too_large(format!(
            "The picture has {width_px} × {height_px} pixels; at most {side} on a side and {} in all are read.",
            limits.picture_pixels_max
        ))),
    }
}
