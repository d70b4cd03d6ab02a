//! JPEG (ISO/IEC 10918), for imagery: small, opaque, not exact. What shows through is laid on white.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::borrow::Cow;
use terrane_model::picture::Picture;
use terrane_model::{Error, Result};

/// Of 100. At 85 photographs show no blocks; lines and letters of maps do, for which PNG and WebP are there.
const QUALITY: u8 = 85;

/// The picture as a baseline JPEG file with colours at half resolution (4:2:0).
pub fn write(picture: &Picture) -> Result<Vec<u8>> {
    super::check(picture)?;
    let side = |pixels: u32| {
        u16::try_from(pixels).map_err(|_| Error::too_large("A JPEG picture has at most 65535 pixels on a side."))
    };
    let (width, height) = (side(picture.width_px)?, side(picture.height_px)?);
    let mut file = Vec::with_capacity(picture.rgba.len() / 16 + 1_024);
    let mut encoder = Encoder::new(&mut file, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    // The alpha of what is left is passed over.
    encoder.encode(&on_white(&picture.rgba), width, height, ColorType::Rgba).map_err(Error::internal)?;
    Ok(file)
}

fn on_white(rgba: &[u8]) -> Cow<'_, [u8]> {
    if super::is_opaque(rgba) {
        return Cow::Borrowed(rgba);
    }
    let laid = |pixel: &[u8]| {
        let alpha = u32::from(pixel[3]);
        let channel = |value: u8| ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        [channel(pixel[0]), channel(pixel[1]), channel(pixel[2]), 255]
    };
    Cow::Owned(rgba.chunks_exact(4).flat_map(laid).collect())
}
