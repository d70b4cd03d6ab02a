//! Lines by distance: a pixel is covered by the share of a strip of the line's width that is nearest to its centre.
//!
//! Each pixel near a segment gets the overlap of the strip with an interval of one pixel across the line, and of all segments the
//! greatest counts: joints are no darker than the line, and there is no gap between segments however short they are. Corners are
//! round.

use super::clip::{Frame, along};
use super::mask::Mask;
use crate::style::Cap;

/// Lines up to this width, pixels, are always drawn so: a corner of another kind could not be seen.
pub const THIN_PX: f64 = 1.6;
/// Lines with round corners are drawn so up to this width, pixels; wider ones are cheaper as areas.
pub const WIDTH_MAX_PX: f64 = 10.0;
/// Vertices nearer than this to the one before, pixels, are passed over.
const STEP_MIN: f64 = 0.2;

/// Draws lines on a mask.
pub struct Hairline<'a> {
    mask: &'a mut Mask,
    half_width: f32,
    cap: Cap,
    frame: Frame,
}

impl<'a> Hairline<'a> {
    /// A pen of a width in pixels.
    pub fn new(mask: &'a mut Mask, width_px: f64, cap: Cap) -> Self {
        let half_width = width_px.clamp(0.0, WIDTH_MAX_PX) / 2.0;
        let frame = Frame::of(mask.width(), mask.height(), half_width * 2.0 + 1.0);
        Self { mask, half_width: half_width as f32, cap, frame }
    }

    /// A line, its two ends cut as the pen says; a ring when the last position is the first.
    pub fn line(&mut self, positions: &[[f64; 2]]) {
        let Some((&first, rest)) = positions.split_first() else { return };
        let open = positions.last() != Some(&first);
        let mut from = first;
        let mut begins = open;
        for (at, &to) in rest.iter().enumerate() {
            let last = at + 1 == rest.len();
            let near = (to[0] - from[0]).abs() + (to[1] - from[1]).abs() < STEP_MIN;
            if near && !last {
                continue;
            }
            self.segment(from, to, [begins, last && open]);
            (from, begins) = (to, false);
        }
    }

    fn segment(&mut self, mut from: [f64; 2], mut to: [f64; 2], ends: [bool; 2]) {
        if !(self.frame.holds(from) && self.frame.holds(to)) {
            let Some([enter, leave]) = self.frame.cut(from, to) else { return };
            (from, to) = (along(from, to, enter), along(from, to, leave));
        }
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let length = (dx * dx + dy * dy).sqrt();
        if length > 0.0 {
            let unit = [(dx / length) as f32, (dy / length) as f32];
            let more = if self.cap == Cap::Square { self.half_width } else { 0.0 };
            let cuts = ends.map(|end| end && self.cap != Cap::Round);
            self.strip(&Strip { from, to, unit, length: length as f32, half_width: self.half_width, cuts, more });
        }
    }

    /// Covers the pixels near a segment, row by row.
    fn strip(&mut self, strip: &Strip) {
        let reach = f64::from(self.half_width + strip.more) + 0.5;
        let (height, width) = (self.mask.height(), self.mask.width());
        let (top, bottom) =
            pixels(strip.from[1].min(strip.to[1]) - reach, strip.from[1].max(strip.to[1]) + reach, height);
        let (low, high) = (strip.from[0].min(strip.to[0]) - reach, strip.from[0].max(strip.to[0]) + reach);
        let box_columns = pixels(low, high, width);
        // A short or level segment is as wide as its box; of others only the columns near the row are looked at.
        let slanted = (high - low) > 6.0 && bottom > top + 4;
        for y in top..bottom {
            let (left, right) = if slanted {
                let [low, high] = strip.columns(y as f64 + 0.5, reach);
                pixels(low, high, width)
            } else {
                box_columns
            };
            if left < right {
                let start = [left as f64 + 0.5 - strip.from[0], y as f64 + 0.5 - strip.from[1]];
                strip.cover(self.mask.run(y, left, right), start);
            }
        }
    }
}

/// The pixels between two places, within a side: the first and the one past the last.
#[inline]
fn pixels(low: f64, high: f64, side: usize) -> (usize, usize) {
    // A cast cuts below zero at zero and rounds down above; one more is a pixel too many at most.
    (low as usize, (high as usize + 1).min(side) * usize::from(high > 0.0))
}

/// A segment with what is needed to measure distances from it.
struct Strip {
    from: [f64; 2],
    to: [f64; 2],
    unit: [f32; 2],
    length: f32,
    half_width: f32,
    /// Whether the beginning and the end are cut straight.
    cuts: [bool; 2],
    /// How far beyond its ends a cut is.
    more: f32,
}

impl Strip {
    /// The columns in which pixels of a row can be within reach.
    fn columns(&self, y: f64, reach: f64) -> [f64; 2] {
        let (dx, dy) = (self.to[0] - self.from[0], self.to[1] - self.from[1]);
        // The part of the segment whose y is within reach of the row.
        let share = |y: f64| if dy == 0.0 { 0.0 } else { ((y - self.from[1]) / dy).clamp(0.0, 1.0) };
        let [a, b] = if dy.abs() < 1e-9 { [0.0, 1.0] } else { [share(y - reach), share(y + reach)] };
        let (x0, x1) = (self.from[0] + a * dx, self.from[0] + b * dx);
        [x0.min(x1) - reach, x0.max(x1) + reach]
    }

    /// Covers a run of pixels; `start` leads from the segment's beginning to the first centre.
    #[inline]
    fn cover(&self, run: &mut [u8], start: [f64; 2]) {
        let [ux, uy] = self.unit;
        let (mut dx, dy) = (start[0] as f32, start[1] as f32);
        let (along_row, across_row) = (dy * uy, dy * ux);
        let whole = !(self.cuts[0] || self.cuts[1]);
        for pixel in run {
            let (along, across) = (dx * ux + along_row, dx * uy - across_row);
            let share = if whole { self.share(along, across) } else { self.cut_share(along, across) };
            *pixel = (*pixel).max((share * 255.0 + 0.5) as u8);
            dx += 1.0;
        }
    }

    /// How much of a pixel is covered whose centre lies so far along the segment and beside it; the ends are round.
    #[inline]
    fn share(&self, along: f32, across: f32) -> f32 {
        let beyond = (-along).max(along - self.length).max(0.0);
        let distance = (across * across + beyond * beyond).sqrt();
        self.overlap(distance)
    }

    /// The same when an end is cut straight.
    fn cut_share(&self, along: f32, across: f32) -> f32 {
        let inside = [along + self.more, self.length - along + self.more];
        let mut share = self.share(along, across);
        if self.cuts[0] && along < self.more + 0.5 || self.cuts[1] && along > self.length - self.more - 0.5 {
            let cut = |end: usize| if self.cuts[end] { (inside[end] + 0.5).clamp(0.0, 1.0) } else { 1.0 };
            let straight = self.overlap(across.abs()) * cut(0) * cut(1);
            // Beyond an end that is not cut the next segment goes on.
            let beyond = |end: usize| !self.cuts[end] && inside[end] < self.more;
            share = if beyond(0) || beyond(1) { share } else { straight };
        }
        share
    }

    /// The overlap of the strip with one pixel across it.
    #[inline]
    fn overlap(&self, distance: f32) -> f32 {
        ((distance + 0.5).min(self.half_width) - (distance - 0.5).max(-self.half_width)).max(0.0)
    }
}
