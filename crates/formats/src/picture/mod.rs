//! Pictures as they are sent: PNG, WebP and JPEG.

pub mod jpeg;
pub mod png;
pub mod webp;

use terrane_model::picture::{Picture, PictureFormat};
use terrane_model::{Error, Result};

/// The picture in a form. The same picture always gives the same bytes.
///
/// A PNG of a map with more than 256 colours may have its antialiased tones rounded, by at most [`png::TONE_ERROR_MAX`] of 255; areas
/// keep their colours. [`png::write`] rounds nothing.
pub fn write(picture: &Picture, format: PictureFormat) -> Result<Vec<u8>> {
    match format {
        PictureFormat::Png => png::write_map(picture),
        PictureFormat::Png8 => png::write_reduced(picture),
        PictureFormat::Webp => webp::write(picture),
        PictureFormat::Jpeg => jpeg::write(picture),
    }
}

/// Refuses pictures without pixels, and those whose bytes do not fit their size.
fn check(picture: &Picture) -> Result<()> {
    let pixels = picture.width_px as usize * picture.height_px as usize;
    match pixels > 0 && picture.rgba.len() == pixels * 4 {
        true => Ok(()),
        false => Err(Error::internal(format!(
            "a picture of {} × {} pixels came with {} bytes",
            picture.width_px,
            picture.height_px,
            picture.rgba.len()
        ))),
    }
}

fn is_opaque(rgba: &[u8]) -> bool {
    rgba.chunks_exact(4).all(|pixel| pixel[3] == 255)
}

fn without_alpha(rgba: &[u8]) -> Vec<u8> {
    let mut rgb = vec![0; rgba.len() / 4 * 3];
    let (places, _) = rgb.as_chunks_mut::<3>();
    places.iter_mut().zip(rgba.chunks_exact(4)).for_each(|(place, pixel)| place.copy_from_slice(&pixel[..3]));
    rgb
}
