//! Pictures: PNG.

pub mod png;

use terrane_model::picture::{Picture, PictureFormat};
use terrane_model::{Error, Result};

/// The picture in a form. The same picture always gives the same bytes.
pub fn write(picture: &Picture, format: PictureFormat) -> Result<Vec<u8>> {
    match format {
        PictureFormat::Png | PictureFormat::Png8 => png::write(picture),
        PictureFormat::Webp | PictureFormat::Jpeg => {
            Err(Error::unsupported(format!("{} is not written here; use image/png.", format.media_type())))
        }
    }
}
