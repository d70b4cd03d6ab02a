//! Pixels with premultiplied alpha, and the ways of putting colour on them.

use crate::style::Colour;
use terrane_model::picture::Picture;

/// A premultiplied colour: what is put on pixels.
pub type Ink = [u8; 4];

/// Pixels, row by row from the top, premultiplied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    width: usize,
    height: usize,
    data: Vec<Ink>,
}

/// The ink of a colour at an opacity of 0 to 1.
pub fn ink(colour: Colour, opacity: f64) -> Ink {
    let [red, green, blue, alpha] = colour.0;
    let alpha = (f64::from(alpha) * opacity.clamp(0.0, 1.0)).round() as u8;
    [scale(red, alpha), scale(green, alpha), scale(blue, alpha), alpha]
}

/// `value × by / 255`, rounded.
fn scale(value: u8, by: u8) -> u8 {
    let product = u32::from(value) * u32::from(by) + 128;
    ((product + (product >> 8)) >> 8) as u8
}

/// Source over: the ink, thinned by a coverage of 0 to 255, on a pixel.
#[inline]
fn over(pixel: &mut Ink, ink: Ink, coverage: u8) {
    let thinned = if coverage == 255 { ink } else { ink.map(|channel| scale(channel, coverage)) };
    let rest = 255 - thinned[3];
    for channel in 0..4 {
        pixel[channel] = thinned[channel].saturating_add(scale(pixel[channel], rest));
    }
}

impl Pixels {
    /// Pixels of one ink.
    pub fn filled(width: usize, height: usize, ink: Ink) -> Self {
        Self { width, height, data: vec![ink; width * height] }
    }

    /// Transparent pixels.
    pub fn clear(width: usize, height: usize) -> Self {
        Self::filled(width, height, [0; 4])
    }

    /// From left to right.
    pub fn width(&self) -> usize {
        self.width
    }

    /// From top to bottom.
    pub fn height(&self) -> usize {
        self.height
    }

    /// One row.
    pub fn row(&mut self, y: usize) -> &mut [Ink] {
        &mut self.data[y * self.width..(y + 1) * self.width]
    }

    /// Puts ink on a run of pixels, as much as each is covered, 0 to 1.
    pub fn put_run(&mut self, y: usize, x: usize, coverage: &[f32], ink: Ink) {
        let opaque = ink[3] == 255;
        for (pixel, &covered) in self.row(y)[x..].iter_mut().zip(coverage) {
            match (covered * 255.0 + 0.5) as u8 {
                0 => {}
                255 if opaque => *pixel = ink,
                covered => over(pixel, ink, covered),
            }
        }
    }

    /// Puts ink on a run of pixels, as much as each is covered, 0 to 255.
    pub fn put_bytes(&mut self, y: usize, x: usize, coverage: &[u8], ink: Ink) {
        let opaque = ink[3] == 255;
        for (pixel, &covered) in self.row(y)[x..].iter_mut().zip(coverage) {
            match covered {
                0 => {}
                255 if opaque => *pixel = ink,
                covered => over(pixel, ink, covered),
            }
        }
    }

    /// Puts another picture of the same size on top, faded to an opacity of 0 to 1.
    pub fn put_layer(&mut self, layer: &Self, opacity: f64) {
        let faded = (opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
        for (pixel, &ink) in self.data.iter_mut().zip(&layer.data) {
            if ink[3] != 0 {
                over(pixel, ink, faded);
            }
        }
    }

    /// As a picture, no longer premultiplied.
    pub fn into_picture(self) -> Picture {
        let divide = |channel: u8, alpha: u8| ((u32::from(channel) * 255 + u32::from(alpha) / 2) / u32::from(alpha)).min(255) as u8;
        let rgba = self.data.iter().flat_map(|&[red, green, blue, alpha]| match alpha {
            0 => [0; 4],
            255 => [red, green, blue, 255],
            _ => [divide(red, alpha), divide(green, alpha), divide(blue, alpha), alpha],
        });
        Picture { width_px: self.width as u32, height_px: self.height as u32, rgba: rgba.collect() }
    }
}

/// Where areas of a tessellation are gathered: colours are added in proportion to what they cover, so that where neighbours
/// meet the shares sum to one and no ground shows through.
pub struct SumLayer {
    width: usize,
    sums: Vec<[f32; 4]>,
}

impl SumLayer {
    /// Nothing gathered yet.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, sums: vec![[0.0; 4]; width * height] }
    }

    /// Adds a colour to a run of pixels, as much as each is covered, 0 to 1.
    pub fn add_run(&mut self, y: usize, x: usize, coverage: &[f32], colour: Colour) {
        let alpha = f32::from(colour.0[3]) / 255.0;
        let weight = |channel: usize| f32::from(colour.0[channel]) * alpha;
        let share = [weight(0), weight(1), weight(2), alpha * 255.0];
        let start = y * self.width + x;
        for (sum, &covered) in self.sums[start..].iter_mut().zip(coverage) {
            for channel in 0..4 {
                sum[channel] += share[channel] * covered;
            }
        }
    }

    /// Puts what was gathered on pixels. Where areas overlap their colours are averaged.
    pub fn put_on(&self, pixels: &mut Pixels, opacity: f64) {
        let faded = (opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
        for (pixel, sum) in pixels.data.iter_mut().zip(&self.sums) {
            let alpha = sum[3];
            if alpha < 0.5 {
                continue;
            }
            let shrink = if alpha > 255.0 { 255.0 / alpha } else { 1.0 };
            over(pixel, sum.map(|channel| (channel * shrink + 0.5) as u8), faded);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_over_a_clear_pixel_is_the_colour_itself() {
        let mut pixels = Pixels::clear(2, 1);
        pixels.put_bytes(0, 1, &[255], ink(Colour([200, 100, 50, 128]), 1.0));
        let picture = pixels.into_picture();
        assert_eq!(picture.pixel(0, 0), [0; 4]);
        let [red, green, blue, alpha] = picture.pixel(1, 0);
        assert_eq!(alpha, 128);
        assert!(red.abs_diff(200) <= 1 && green.abs_diff(100) <= 1 && blue.abs_diff(50) <= 1);
    }

    #[test]
    fn shares_that_sum_to_one_leave_no_ground() {
        let mut pixels = Pixels::filled(1, 1, [255; 4]);
        let mut sum = SumLayer::new(1, 1);
        for share in [0.3, 0.3, 0.4] {
            sum.add_run(0, 0, &[share], Colour::BLACK);
        }
        sum.put_on(&mut pixels, 1.0);
        assert_eq!(pixels.into_picture().pixel(0, 0), [0, 0, 0, 255]);
    }
}
