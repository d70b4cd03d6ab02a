//! Outlines of glyphs as rings of straight edges, fine enough for the size they are drawn at.

use super::fonts::Fonts;
use super::shaping::Glyph;
use crate::canvas::accumulator::signed_area;
use skrifa::{DrawMemory, PathSink, ScalerFont};

/// The rings of a glyph in pixels, y down, around the beginning of its baseline.
#[derive(Debug, Default)]
pub(super) struct Rings {
    pub rings: Vec<Vec<[f64; 2]>>,
    /// 1 or −1: the way round of its outer rings, which differs between formats of fonts.
    pub winding: f32,
}

/// The rings of a glyph at a size in pixels per em.
pub(super) fn rings(fonts: &Fonts, glyph: Glyph, size: f64) -> Rings {
    let mut sink = Sink::default();
    if let Some(font) = fonts.face(glyph.face).and_then(|face| face.font()) {
        let scaler = ScalerFont::force_unhinted(font.clone(), Some(size as f32));
        if let Some(outline) = scaler.outline(glyph.id) {
            // A glyph whose outline is broken is drawn as far as it is sound.
            let _ = outline.draw(DrawMemory::Scratch, &mut sink);
        }
    }
    let rings = sink.finish();
    let area: f64 = rings.iter().map(|ring| signed_area(ring)).sum();
    Rings { rings, winding: if area < 0.0 { -1.0 } else { 1.0 } }
}

#[derive(Default)]
struct Sink {
    rings: Vec<Vec<[f64; 2]>>,
    ring: Vec<[f64; 2]>,
}

/// Chords of a curve may be this far from it, pixels.
const ERROR: f64 = 0.05;

impl Sink {
    fn finish(mut self) -> Vec<Vec<[f64; 2]>> {
        self.end();
        self.rings
    }

    fn end(&mut self) {
        let ring = std::mem::take(&mut self.ring);
        if ring.len() > 2 {
            self.rings.push(ring);
        }
    }

    fn last(&self) -> [f64; 2] {
        self.ring.last().copied().unwrap_or_default()
    }

    /// Chords of a curve given by a function of 0 to 1; `bend` is how far its control polygon is from straight.
    fn curve(&mut self, bend: f64, at: impl Fn(f64) -> [f64; 2]) {
        let steps = (bend / ERROR).sqrt().ceil().clamp(1.0, 64.0) as usize;
        self.ring.extend((1..=steps).map(|step| at(step as f64 / steps as f64)));
    }
}

fn flip(x: f32, y: f32) -> [f64; 2] {
    [f64::from(x), -f64::from(y)]
}

/// How far `b` is from the middle of `a` and `c`.
fn bend(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    (a[0] - 2.0 * b[0] + c[0]).hypot(a[1] - 2.0 * b[1] + c[1])
}

impl PathSink for Sink {
    fn move_to(&mut self, x: f32, y: f32) {
        self.end();
        self.ring.push(flip(x, y));
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.ring.push(flip(x, y));
    }
    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let (a, b, c) = (self.last(), flip(cx, cy), flip(x, y));
        self.curve(bend(a, b, c) / 4.0, |t| {
            let u = 1.0 - t;
            std::array::from_fn(|axis| u * u * a[axis] + 2.0 * u * t * b[axis] + t * t * c[axis])
        });
    }
    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        let (a, b, c, d) = (self.last(), flip(cx0, cy0), flip(cx1, cy1), flip(x, y));
        self.curve(bend(a, b, c).max(bend(b, c, d)) * 0.75, |t| {
            let u = 1.0 - t;
            std::array::from_fn(|axis| {
                u * u * u * a[axis] + 3.0 * u * t * (u * b[axis] + t * c[axis]) + t * t * t * d[axis]
            })
        });
    }
    fn close(&mut self) {
        self.end();
    }
}
