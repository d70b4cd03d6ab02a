//! PNG (ISO/IEC 15948): written small and fast, read back under a limit.
//!
//! Maps have few colours. Up to 256 of them are written as a palette, exact to the last bit of alpha, in as few bits a pixel as
//! will do; the rest as RGB when opaque, else RGBA. Compression is always the fast kind: the slow kinds cost twenty times as much
//! for a tenth of the size.

mod palette;

use palette::Palette;
use ::png::{BitDepth, ColorType, Compression, Decoder, Encoder, Filter, Transformations};
use std::io::Cursor;
use terrane_model::limits::Limits;
use terrane_model::picture::Picture;
use terrane_model::{Error, Result};

/// How pixels are stored in a file.
struct Layout {
    colour: ColorType,
    depth: BitDepth,
    filter: Option<Filter>,
    palette: Option<Palette>,
    rows: Vec<u8>,
}

/// The picture as a PNG file, without loss. The same picture always gives the same bytes.
pub fn write(picture: &Picture) -> Result<Vec<u8>> {
    let pixels = picture.width_px as usize * picture.height_px as usize;
    if pixels == 0 || picture.rgba.len() != pixels * 4 {
        return Err(Error::internal(format!(
            "a picture of {} × {} pixels came with {} bytes",
            picture.width_px,
            picture.height_px,
            picture.rgba.len()
        )));
    }
    encode(picture, &layout(picture)).map_err(Error::internal)
}

fn layout(picture: &Picture) -> Layout {
    if let Some((palette, indices)) = Palette::of(&picture.rgba) {
        let (depth, rows) = palette::packed(&indices, picture.width_px as usize, palette.len());
        return Layout { colour: ColorType::Indexed, depth, filter: Some(Filter::NoFilter), palette: Some(palette), rows };
    }
    let opaque = picture.rgba.chunks_exact(4).all(|pixel| pixel[3] == 255);
    let (colour, rows) = match opaque {
        true => (ColorType::Rgb, picture.rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()),
        false => (ColorType::Rgba, picture.rgba.clone()),
    };
    Layout { colour, depth: BitDepth::Eight, filter: None, palette: None, rows }
}

fn encode(picture: &Picture, layout: &Layout) -> std::result::Result<Vec<u8>, ::png::EncodingError> {
    let mut file = Vec::with_capacity(layout.rows.len() / 4 + 1_024);
    let mut encoder = Encoder::new(&mut file, picture.width_px, picture.height_px);
    encoder.set_color(layout.colour);
    encoder.set_depth(layout.depth);
    encoder.set_compression(Compression::Fast);
    if let Some(filter) = layout.filter {
        if let Ok(l) = std::env::var("LV") { encoder.set_deflate_compression(::png::DeflateCompression::Level(l.parse().unwrap_or(1))); }
        encoder.set_filter(filter);
    } else if let Ok(l) = std::env::var("LW") { encoder.set_deflate_compression(::png::DeflateCompression::Level(l.parse().unwrap_or(1))); if let Ok(f) = std::env::var("FI") { encoder.set_filter(match f.as_str() { "sub"=>Filter::Sub, "up"=>Filter::Up, "paeth"=>Filter::Paeth, "none"=>Filter::NoFilter, _=>Filter::Adaptive }); } }
    else if let Ok(f) = std::env::var("FI") { encoder.set_filter(match f.as_str() { "sub"=>Filter::Sub, "up"=>Filter::Up, "paeth"=>Filter::Paeth, "none"=>Filter::NoFilter, _=>Filter::Adaptive }); }
    if let Some(palette) = &layout.palette {
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
    let not_png = |error: ::png::DecodingError| Error::invalid("The picture is not a PNG file, or is damaged.").because(error);
    let (width_px, height_px) = decoder.read_header_info().map(|info| (info.width, info.height)).map_err(not_png)?;
    check_size(width_px, height_px, limits)?;
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
