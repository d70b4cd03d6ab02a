//! Pixels with premultiplied alpha, and the ways of putting colour on them.

use crate::style::Colour;
use std::ops::Range;
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
    scale(u32::from_le_bytes([red, green, blue, 255]), u32::from(alpha)).to_le_bytes()
}

/// Four bytes, each times `by / 255` and rounded: two at a time in the halves of a word.
#[inline]
fn scale(bytes: u32, by: u32) -> u32 {
    const HALF: u32 = 0x00ff_00ff;
    const ROUND: u32 = 0x0080_0080;
    let divide = |product: u32| (product + ((product >> 8) & HALF)) >> 8 & HALF;
    let even = divide((bytes & HALF) * by + ROUND);
    let odd = divide((bytes >> 8 & HALF) * by + ROUND);
    even | odd << 8
}

/// Source over: the ink, thinned by a coverage of 0 to 255, on a pixel.
#[inline]
fn over(pixel: &mut Ink, ink: Ink, coverage: u8) {
    let ink = u32::from_le_bytes(ink);
    let thinned = if coverage == 255 { ink } else { scale(ink, u32::from(coverage)) };
    let rest = 255 - (thinned >> 24);
    // No byte overflows: a premultiplied colour is at most its alpha, and rounding is the same for both.
    *pixel = thinned.wrapping_add(scale(u32::from_le_bytes(*pixel), rest)).to_le_bytes();
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
        put_run(&mut self.row(y)[x..], coverage, ink);
    }

    /// The rows in strips of a height, from the top.
    pub fn strips(&mut self, height: usize) -> impl Iterator<Item = Strip<'_>> {
        let (width, height) = (self.width.max(1), height.max(1));
        self.data.chunks_mut(width * height).enumerate().map(move |(at, data)| {
            let top = at * height;
            Strip { width, rows: top..top + data.len() / width, data }
        })
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
    pub fn into_picture(mut self) -> Picture {
        for pixel in self.data.iter_mut().filter(|pixel| pixel[3] != 255) {
            *pixel = straight(*pixel);
        }
        Picture { width_px: self.width as u32, height_px: self.height as u32, rgba: self.data.into_flattened() }
    }
}

fn straight([red, green, blue, alpha]: Ink) -> [u8; 4] {
    if alpha == 0 {
        return [0; 4];
    }
    let whole = u32::from(alpha);
    let divide = |channel: u8| ((u32::from(channel) * 255 + whole / 2) / whole).min(255) as u8;
    [divide(red), divide(green), divide(blue), alpha]
}

/// Some rows of pixels.
pub struct Strip<'a> {
    width: usize,
    rows: Range<usize>,
    data: &'a mut [Ink],
}

impl Strip<'_> {
    /// Which rows of the picture.
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// One row, by its number in the picture.
    pub fn row(&mut self, y: usize) -> &mut [Ink] {
        let at = y - self.rows.start;
        &mut self.data[at * self.width..(at + 1) * self.width]
    }

    /// Puts ink on a run of pixels, as much as each is covered, 0 to 1.
    pub fn put_run(&mut self, y: usize, x: usize, coverage: &[f32], ink: Ink) {
        put_run(&mut self.row(y)[x..], coverage, ink);
    }
}

/// Puts ink on a pixel.
#[inline]
pub fn put(pixel: &mut Ink, ink: Ink) {
    if ink[3] == 255 { *pixel = ink } else { over(pixel, ink, 255) }
}

fn put_run(pixels: &mut [Ink], coverage: &[f32], ink: Ink) {
    let opaque = ink[3] == 255;
    for (pixel, &covered) in pixels.iter_mut().zip(coverage) {
        match (covered * 255.0 + 0.5) as u8 {
            0 => {}
            255 if opaque => *pixel = ink,
            covered => over(pixel, ink, covered),
        }
    }
}

/// Where areas of a tessellation are gathered: colours are added in proportion to what they cover, so that where neighbours
/// meet the shares sum to one and no ground shows through. Where areas overlap, shares would sum to more; the later one then takes from
/// the earlier ones.
pub struct SumLayer {
    width: usize,
    /// Red, green, blue and alpha times the share in 256ths.
    sums: Vec<[u16; 4]>,
    rows: [usize; 2],
}

/// A whole pixel, in shares.
const WHOLE: u32 = 256;
/// Shares that sum to this are a whole pixel: each of a few neighbours is rounded by half a share.
const NEARLY_WHOLE: u32 = 252;

impl SumLayer {
    /// Nothing gathered yet.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, sums: vec![[0; 4]; width * height], rows: [height, 0] }
    }

    /// Adds a colour to a run of pixels, as much as each is covered, 0 to 1.
    pub fn add_run(&mut self, y: usize, x: usize, coverage: &[f32], colour: Colour) {
        self.rows = [self.rows[0].min(y), self.rows[1].max(y + 1)];
        let ink = ink(colour, 1.0).map(u32::from);
        let whole = ink.map(|channel| (channel * WHOLE) as u16);
        let start = y * self.width + x;
        for (sum, &covered) in self.sums[start..].iter_mut().zip(coverage) {
            match (covered * WHOLE as f32 + 0.5) as u32 {
                0 => {}
                WHOLE => *sum = whole,
                share => add_share(sum, ink, share),
            }
        }
    }

    /// Puts what was gathered on pixels. All colours must have had the same alpha, as those of one symbolizer mostly have; else
    /// shares are told from alphas only roughly.
    pub fn put_on(&self, pixels: &mut Pixels, alpha: u8) {
        for y in self.rows[0]..self.rows[1].max(self.rows[0]) {
            let sums = &self.sums[y * self.width..(y + 1) * self.width];
            for (pixel, sum) in pixels.row(y).iter_mut().zip(sums) {
                put_sum(pixel, *sum, alpha);
            }
        }
    }

    /// The same for some pixels of a row of a strip; `y` counts from the first row gathered.
    pub fn put_columns(&self, y: usize, columns: &[usize], pixels: &mut [Ink], alpha: u8) {
        let sums = &self.sums[y * self.width..(y + 1) * self.width];
        columns.iter().for_each(|&x| put_sum(&mut pixels[x], sums[x], alpha));
    }
}

/// Puts a sum on a pixel.
fn put_sum(pixel: &mut Ink, sum: [u16; 4], alpha: u8) {
    let covered = u32::from(sum[3]);
    let whole = u32::from(alpha.max(1));
    if covered == 0 {
        return;
    }
    let nearly = covered >= whole * NEARLY_WHOLE && covered != whole * WHOLE;
    let ink = match nearly {
        true => sum.map(|channel| ((u32::from(channel) * u32::from(alpha) + covered / 2) / covered).min(255) as u8),
        false => sum.map(|channel| ((u32::from(channel) + 128) >> 8) as u8),
    };
    put(pixel, ink);
}

/// Adds a share of an ink to a sum; what is there gives way as far as there is no room.
fn add_share(sum: &mut [u16; 4], ink: [u32; 4], share: u32) {
    let taken = u32::from(sum[3]);
    let room = ink[3] * (WHOLE - share);
    // Up to a few shares too many come from rounding; they are taken off too, which is as well.
    if taken > room {
        for channel in sum.iter_mut() {
            *channel = (u32::from(*channel) * room / taken) as u16;
        }
    }
    for channel in 0..4 {
        sum[channel] = sum[channel].saturating_add((ink[channel] * share) as u16);
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
        for share in [0.301, 0.301, 0.201, 0.098, 0.099] {
            sum.add_run(0, 0, &[share], Colour::BLACK);
        }
        sum.put_on(&mut pixels, 255);
        assert_eq!(pixels.into_picture().pixel(0, 0), [0, 0, 0, 255]);
    }

    #[test]
    fn where_areas_overlap_the_later_is_on_top() {
        let mut pixels = Pixels::filled(2, 1, [255; 4]);
        let mut sum = SumLayer::new(2, 1);
        sum.add_run(0, 0, &[1.0, 1.0], Colour::rgb(0xff_0000));
        sum.add_run(0, 0, &[1.0, 0.5], Colour::rgb(0x00_00ff));
        sum.put_on(&mut pixels, 255);
        let picture = pixels.into_picture();
        assert_eq!(picture.pixel(0, 0), [0, 0, 255, 255]);
        assert_eq!(picture.pixel(1, 0), [128, 0, 128, 255]);
    }

    #[test]
    fn scaling_two_bytes_at_a_time_is_rounding_division_by_255() {
        for byte in 0..=255_u32 {
            for by in 0..=255_u32 {
                let expected = (byte * by * 2 + 255) / 510;
                let all = scale(byte * 0x0101_0101, by);
                assert_eq!(all, expected * 0x0101_0101, "{byte} {by}");
            }
        }
    }
}
