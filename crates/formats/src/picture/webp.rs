//! WebP without loss (RFC 9649, VP8L).

use image_webp::{ColorType, WebPEncoder};
use terrane_model::picture::Picture;
use terrane_model::{Error, Result};

/// Pixels on a side that the format can have.
const SIDE_MAX_PX: u32 = 16_384;

/// The picture as a WebP file, without loss; without an alpha channel when it is opaque.
pub fn write(picture: &Picture) -> Result<Vec<u8>> {
    super::check(picture)?;
    let (width, height) = (picture.width_px, picture.height_px);
    if width.max(height) > SIDE_MAX_PX {
        return Err(Error::too_large(format!("A WebP picture has at most {SIDE_MAX_PX} pixels on a side.")));
    }
    let mut file = Vec::with_capacity(picture.rgba.len() / 8 + 1_024);
    let encoder = WebPEncoder::new(&mut file);
    match super::is_opaque(&picture.rgba) {
        true => encoder.encode(&super::without_alpha(&picture.rgba), width, height, ColorType::Rgb8),
        false => encoder.encode(&picture.rgba, width, height, ColorType::Rgba8),
    }
    .map_err(Error::internal)?;
    Ok(file)
}
