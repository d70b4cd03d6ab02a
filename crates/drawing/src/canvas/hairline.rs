//! Thin lines: a pixel is covered by the share of a strip of the line's width that is nearest to its centre.
//!
//! Each pixel near a segment gets the overlap of the strip with an interval of one pixel across the line, and of all segments the
//! greatest counts: joints are no darker than the line, and there is no gap between segments however short they are.

use super::clip::{Frame, along};
use super::mask::Mask;

/// Lines up to this width, pixels, are drawn so; wider ones as areas.
pub const WIDTH_MAX: f64 = 1.6;
/// Vertices nearer than this to the one before, pixels, are passed over.
const STEP_MIN: f64 = 0.2;

/// Draws thin lines on a mask.
pub struct Hairline<'a> {
    mask: &'a mut Mask,
    half_width: f64,
    frame: Frame,
}

impl<'a> Hairline<'a> {
    /// A pen of a width in pixels.
    pub fn new(mask: &'a mut Mask, width_px: f64) -> Self {
        let half_width = width_px.clamp(0.0, WIDTH_MAX) / 2.0;
        let frame = Frame::of(mask.width(), mask.height(), half_width + 1.0);
        Self { mask, half_width, frame }
    }

    /// A line, with its two ends cut straight; none of a closed ring.
    pub fn line(&mut self, positions: &[[f64; 2]]) {
        let Some((&first, rest)) = positions.split_first() else { return };
        let closed = positions.last() == Some(&first);
        let mut from = first;
        let mut begins = !closed;
        for (at, &to) in rest.iter().enumerate() {
            let last = at + 1 == rest.len();
            let near = (to[0] - from[0]).abs() + (to[1] - from[1]).abs() < STEP_MIN;
            if near && !last {
                continue;
            }
            self.segment(from, to, [begins, last && !closed]);
            (from, begins) = (to, false);
        }
    }

    fn segment(&mut self, from: [f64; 2], to: [f64; 2], ends: [bool; 2]) {
        let Some([enter, leave]) = self.frame.cut(from, to) else { return };
        let (from, to) = (along(from, to, enter), along(from, to, leave));
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let length = dx.hypot(dy);
        if length > 0.0 {
            let unit = [dx / length, dy / length];
            self.strip(&Strip { from, to, unit, length, half_width: self.half_width, ends });
        }
    }

    /// Covers the pixels near a segment, row by row.
    fn strip(&mut self, strip: &Strip) {
        let reach = self.half_width + 0.5;
        let (height, width) = (self.mask.height() as f64, self.mask.width() as f64);
        let top = (strip.from[1].min(strip.to[1]) - reach).floor().clamp(0.0, height) as usize;
        let bottom = (strip.from[1].max(strip.to[1]) + reach).ceil().clamp(0.0, height) as usize;
        for y in top..bottom {
            let [left, right] = strip.columns(y as f64 + 0.5, reach);
            let (left, right) = (left.floor().clamp(0.0, width) as usize, right.ceil().clamp(0.0, width) as usize);
            if left < right {
                strip.cover(self.mask.run(y, left, right), left as f64 + 0.5, y as f64 + 0.5);
            }
        }
    }
}

/// A segment with what is needed to measure distances from it.
struct Strip {
    from: [f64; 2],
    to: [f64; 2],
    unit: [f64; 2],
    length: f64,
    half_width: f64,
    ends: [bool; 2],
}

impl Strip {
    /// The columns in which pixels of a row can be within reach.
    fn columns(&self, y: f64, reach: f64) -> [f64; 2] {
        // The part of the segment whose y is within reach of the row.
        let [share0, share1] = if self.unit[1].abs() < 1e-9 {
            [0.0, self.length]
        } else {
            let a = (y - reach - self.from[1]) / self.unit[1];
            let b = (y + reach - self.from[1]) / self.unit[1];
            [a.min(b).clamp(0.0, self.length), a.max(b).clamp(0.0, self.length)]
        };
        let (x0, x1) = (self.from[0] + share0 * self.unit[0], self.from[0] + share1 * self.unit[0]);
        [x0.min(x1) - reach, x0.max(x1) + reach]
    }

    /// Covers a run of pixels whose first centre is given.
    #[inline]
    fn cover(&self, run: &mut [u8], x: f64, y: f64) {
        let [ux, uy] = self.unit;
        let (mut dx, dy) = (x - self.from[0], y - self.from[1]);
        for pixel in run {
            let along = dx * ux + dy * uy;
            let across = (dx * uy - dy * ux).abs();
            let share = self.share(along, across);
            if share > 0.0 {
                *pixel = (*pixel).max((share * 255.0 + 0.5) as u8);
            }
            dx += 1.0;
        }
    }

    /// How much of a pixel is covered whose centre lies so far along the segment and beside it.
    #[inline]
    fn share(&self, along: f64, across: f64) -> f64 {
        let (mut distance, mut cut) = (across, 1.0);
        if along < 0.5 && self.ends[0] {
            cut = (along + 0.5).clamp(0.0, 1.0);
        } else if along < 0.0 {
            distance = across.hypot(along);
        }
        let beyond = along - self.length;
        if beyond > -0.5 && self.ends[1] {
            cut *= (0.5 - beyond).clamp(0.0, 1.0);
        } else if beyond > 0.0 {
            distance = across.hypot(beyond);
        }
        let overlap = (distance + 0.5).min(self.half_width) - (distance - 0.5).max(-self.half_width);
        overlap.max(0.0) * cut
    }
}
