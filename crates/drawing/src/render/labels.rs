//! Labels at points: shaped, anchored, and kept from covering each other in the order they are drawn.

use super::brush::Job;
use super::symbols::LabelSymbol;
use crate::canvas::pixels::{Pixels, ink};
use crate::canvas::taken::{Box4, Taken};
use crate::style::Anchor;
use crate::text::{Fonts, Pencil, Placed};
use crate::view::View;

/// What is above and below the baseline of a line of text, ems: with room for the marks of Thai and Khmer.
const ASCENT: f64 = 0.8;
const DESCENT: f64 = 0.25;
/// Height of capitals and digits, ems.
const CAPITAL: f64 = 0.71;
/// Free space between the point and its label, and around labels, ems.
const GAP: f64 = 0.15;

/// Draws labels and remembers where they are.
pub struct Labels<'a> {
    pencil: Pencil<'a>,
    taken: Taken,
    view: &'a View,
    size: [f64; 2],
}

impl<'a> Labels<'a> {
    /// Labels that keep clear of what is taken already.
    pub fn new(fonts: &'a Fonts, view: &'a View, taken: Taken) -> Self {
        let size = [f64::from(view.width_px), f64::from(view.height_px)];
        Self { pencil: Pencil::new(fonts), taken, view, size }
    }

    /// What is taken now.
    pub fn into_taken(self) -> Taken {
        self.taken
    }

    /// Draws the label of a row at a position, unless it would cover another.
    pub fn put(&mut self, label: &LabelSymbol, job: &Job<'_>, at: [f64; 2], pixels: &mut Pixels) {
        let Job { row, opacity, .. } = job;
        let far = |axis: usize| !(at[axis] > -self.size[axis] && at[axis] < 2.0 * self.size[axis]);
        if far(0) || far(1) {
            return;
        }
        let words = label.words(row);
        let (Some(size), Some(colour)) = (label.size_px(row, self.view), label.colour.of(row)) else { return };
        if words.trim().is_empty() {
            return;
        }
        let shaped = self.pencil.shape(&words, None);
        let anchored = [at[0] + label.offset[0], at[1] + label.offset[1]];
        let origin = baseline(label.anchor, anchored, shaped.width * size, size);
        let frame = frame(origin, shaped.width * size, size);
        let seen = frame[2] > 0.0 && frame[3] > 0.0 && frame[0] < self.size[0] && frame[1] < self.size[1];
        if !label.overlap && !self.taken.take(frame) || !seen {
            return;
        }
        let halo = label.halo.as_ref().and_then(|(colour, width)| Some((ink(colour.of(row)?, *opacity), *width)));
        let placed = Placed { text: &shaped, size, at: origin };
        if let Some((ink, width)) = halo.filter(|(_, width)| *width > 0.0) {
            self.pencil.halo(pixels, placed, ink, width);
        }
        self.pencil.write(pixels, placed, ink(colour, *opacity));
    }
}

/// Where the baseline begins of a text that is anchored at a point.
fn baseline(anchor: Anchor, [x, y]: [f64; 2], width: f64, size: f64) -> [f64; 2] {
    let level = y + CAPITAL / 2.0 * size;
    match anchor {
        Anchor::Centre => [x - width / 2.0, level],
        Anchor::Left => [x - width - GAP * size, level],
        Anchor::Right => [x + GAP * size, level],
        Anchor::Above => [x - width / 2.0, y - (DESCENT + GAP) * size],
        Anchor::Below => [x - width / 2.0, y + (CAPITAL + GAP) * size],
    }
}

fn frame([x, y]: [f64; 2], width: f64, size: f64) -> Box4 {
    [x - GAP * size, y - ASCENT * size, x + width + GAP * size, y + DESCENT * size]
}
