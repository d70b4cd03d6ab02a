//! A palette for maps of few colours whose antialiased borders have many tones between them.

use super::palette::{Found, Palette, runs};

/// How far a channel of a rounded tone may be from what was drawn, of 255.
pub const TONE_ERROR_MAX: u8 = 4;

/// A colour with at least so many pixels beside one another is a colour of an area, and kept.
const RUN_MIN: usize = 4;
/// Of all pixels, the share beside areas up to which a picture is taken for a map of areas: a quarter. Rounding would leave steps in
/// pictures that are all tones, such as reliefs.
const TONES_SHARE: usize = 4;

/// A palette and an index per pixel, with the colours of areas exact and others within [`TONE_ERROR_MAX`]; `None` when the picture is
/// not one of areas, or when this takes more than 256 colours.
///
/// Tones are rounded in the same way in every picture, so that what two tiles share stays the same in both.
pub(super) fn palette(rgba: &[u8]) -> Option<(Palette, Vec<u8>)> {
    let areas = areas(rgba)?;
    let mut found = areas.clone();
    let mut indices = Vec::with_capacity(rgba.len() / 4);
    for (colour, count) in runs(rgba) {
        let index = areas.known(colour).map_or_else(|| found.index(rounded(colour)), Some)?;
        indices.resize(indices.len() + count, index);
    }
    Some(found.into_palette(indices))
}

/// The colours of areas.
fn areas(rgba: &[u8]) -> Option<Found> {
    let mut found = Found::default();
    let tones_max = rgba.len() / 4 / TONES_SHARE;
    let mut tones = 0;
    for (colour, count) in runs(rgba) {
        if count >= RUN_MIN {
            found.index(colour)?;
            continue;
        }
        tones += count;
        if tones > tones_max {
            return None;
        }
    }
    (found.len() > 0).then_some(found)
}

/// The middle of the eight values next to each channel. What is opaque, or not there, stays so.
fn rounded(colour: u32) -> u32 {
    let [red, green, blue, alpha] = colour.to_ne_bytes();
    let middle = |channel: u8| (channel & !7) | TONE_ERROR_MAX;
    let rounded_alpha = if alpha == 255 || alpha == 0 { alpha } else { middle(alpha) };
    u32::from_ne_bytes([middle(red), middle(green), middle(blue), rounded_alpha])
}
