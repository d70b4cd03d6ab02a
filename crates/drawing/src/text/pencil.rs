//! Draws shaped text on pixels, with a halo or without.

use super::fonts::Fonts;
use super::glyphs::{Rings, rings};
use super::shaping::{Glyph, Shaped, shape_line};
use crate::canvas::accumulator::Accumulator;
use crate::canvas::path::Run;
use crate::canvas::pixels::{Ink, Pixels};
use crate::canvas::stroke::{Pen, stroke};
use crate::style::{Cap, Join};
use skrifa::GlyphId;
use std::collections::HashMap;
use std::rc::Rc;

/// Sizes are told apart to this many steps per pixel.
const SIZE_STEPS: f64 = 4.0;
/// Glyphs and texts kept in the caches.
const CACHE_MAX: usize = 4_096;

/// A line of text in its place.
#[derive(Clone, Copy)]
pub(crate) struct Placed<'t> {
    /// What it says.
    pub text: &'t Shaped,
    /// Pixels per em.
    pub size: f64,
    /// Where its baseline begins, pixels; drawn on the nearest whole row.
    pub at: [f64; 2],
}

/// Draws text with some fonts, and keeps what it has shaped.
pub struct Pencil<'a> {
    fonts: &'a Fonts,
    shaped: HashMap<(String, Option<String>), Rc<Shaped>>,
    glyphs: HashMap<(usize, GlyphId, u32), Rc<Rings>>,
    accumulator: Option<Accumulator>,
}

impl<'a> Pencil<'a> {
    /// A pencil that has drawn nothing yet.
    pub fn new(fonts: &'a Fonts) -> Self {
        Self { fonts, shaped: HashMap::new(), glyphs: HashMap::new(), accumulator: None }
    }

    /// Shapes a line of text in a language (a BCP 47 tag).
    pub fn shape(&mut self, text: &str, language: Option<&str>) -> Rc<Shaped> {
        let key = (text.to_owned(), language.map(str::to_owned));
        if let Some(shaped) = self.shaped.get(&key) {
            return Rc::clone(shaped);
        }
        if self.shaped.len() >= CACHE_MAX {
            self.shaped.clear();
        }
        let shaped = Rc::new(shape_line(self.fonts, text, language));
        self.shaped.insert(key, Rc::clone(&shaped));
        shaped
    }

    /// Draws text.
    pub(crate) fn write(&mut self, pixels: &mut Pixels, words: Placed<'_>, ink: Ink) {
        self.gather(pixels, words, 0.0);
        self.put(pixels, ink);
    }

    /// Draws what is around text, as far as `reach` pixels.
    pub(crate) fn halo(&mut self, pixels: &mut Pixels, words: Placed<'_>, ink: Ink, reach: f64) {
        self.gather(pixels, words, reach);
        self.put(pixels, ink);
    }

    fn put(&mut self, pixels: &mut Pixels, ink: Ink) {
        if let Some(accumulator) = &mut self.accumulator {
            accumulator.sweep(|y, x, run| pixels.put_run(y, x, run, ink));
        }
    }

    fn gather(&mut self, pixels: &Pixels, words: Placed<'_>, reach: f64) {
        let Placed { text, at, .. } = words;
        let size = (words.size * SIZE_STEPS).round().max(1.0) / SIZE_STEPS;
        let baseline = at[1].round();
        for glyph in &text.glyphs {
            let rings = self.rings(*glyph, size);
            let origin = [at[0] + glyph.x * size, baseline - glyph.y * size];
            let accumulator = self.accumulator.get_or_insert_with(|| Accumulator::new(pixels.width(), pixels.height()));
            gather_glyph(&rings, origin, reach, accumulator);
        }
    }

    fn rings(&mut self, glyph: Glyph, size: f64) -> Rc<Rings> {
        let key = (glyph.face, glyph.id, (size * SIZE_STEPS) as u32);
        if let Some(rings) = self.glyphs.get(&key) {
            return Rc::clone(rings);
        }
        if self.glyphs.len() >= CACHE_MAX {
            self.glyphs.clear();
        }
        let made = Rc::new(rings(self.fonts, glyph, size));
        self.glyphs.insert(key, Rc::clone(&made));
        made
    }
}

/// Adds a glyph at a place; with a reach above 0 also all that is as near to it.
fn gather_glyph(rings: &Rings, origin: [f64; 2], reach: f64, accumulator: &mut Accumulator) {
    let pen = Pen { width: reach * 2.0, cap: Cap::Round, join: Join::Round };
    for ring in &rings.rings {
        let positions: Vec<[f64; 2]> = ring.iter().map(|[x, y]| [x + origin[0], y + origin[1]]).collect();
        accumulator.outline(&positions, rings.winding);
        if reach > 0.0 {
            stroke(&Run { positions, start: 0.0, closed: true }, pen, accumulator);
        }
    }
}
