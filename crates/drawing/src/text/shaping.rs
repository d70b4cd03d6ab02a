//! From characters to placed glyphs: runs of one face, each shaped.

use super::fonts::Fonts;
use harfrust::{Buffer, Language, ShapeOptions, ShaperFont, shape};
use skrifa::GlyphId;
use std::ops::Range;
use terrane_model::limits::LABEL_CHARACTERS_MAX;

/// A line of text, shaped; lengths are in ems.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shaped {
    /// Its glyphs.
    pub(super) glyphs: Vec<Glyph>,
    /// How far it reaches.
    pub width: f64,
    /// Characters that no font has.
    pub missing: Vec<char>,
}

/// A glyph and its place from the beginning of the baseline, y up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    pub face: usize,
    pub id: GlyphId,
    pub x: f64,
    pub y: f64,
}

/// Shapes a line of text in a language (a BCP 47 tag) or in none in particular. Control characters are left out, and what is longer than
/// a label may be is cut and ends in “…”.
pub(super) fn shape_line(fonts: &Fonts, text: &str, language: Option<&str>) -> Shaped {
    let mut words: String = text.chars().filter(|character| !character.is_control()).collect();
    if let Some((cut, _)) = words.char_indices().nth(LABEL_CHARACTERS_MAX) {
        words.truncate(cut);
        words.push('…');
    }
    let mut shaped = Shaped::default();
    for (range, face) in runs(fonts, &words, language, &mut shaped.missing) {
        shape_run(fonts, &words[range], face, language, &mut shaped);
    }
    shaped.missing.sort_unstable();
    shaped.missing.dedup();
    shaped
}

/// Runs of one face: a letter takes the first face that has it; spaces, digits, marks and punctuation stay with the run they are in.
fn runs(fonts: &Fonts, text: &str, language: Option<&str>, missing: &mut Vec<char>) -> Vec<(Range<usize>, usize)> {
    let mut runs: Vec<(Range<usize>, usize)> = Vec::new();
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        let current = runs.last().map(|(_, face)| *face);
        let found = fonts.face_of(character, language);
        if found.is_none() && !is_joiner(character) {
            missing.push(character);
        }
        let stays = is_joiner(character)
            || !character.is_alphabetic() && current.is_some_and(|face| has(fonts, face, character));
        let face = match (current, found) {
            (Some(current), _) if stays => current,
            (_, Some(found)) => found,
            (Some(current), None) => current,
            (None, None) => 0,
        };
        match runs.last_mut() {
            Some((range, same)) if *same == face => range.end = end,
            _ => runs.push((at..end, face)),
        }
    }
    runs
}

/// Zero-width joiners and selectors, which never end a run.
fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}')
}

fn has(fonts: &Fonts, face: usize, character: char) -> bool {
    fonts.face(face).and_then(|face| face.font()).is_some_and(|font| font.charmap().map_unicode(character).is_some())
}

fn shape_run(fonts: &Fonts, text: &str, face: usize, language: Option<&str>, shaped: &mut Shaped) {
    let Some(font) = fonts.face(face).and_then(|face| face.font()) else { return };
    let mut buffer = Buffer::new();
    buffer.push_str(text);
    buffer.set_language(language.and_then(Language::new));
    buffer.guess_segment_properties();
    if shape(&ShaperFont::new(font), &mut buffer, ShapeOptions::new()).is_err() {
        return;
    }
    let em = f64::from(font.units_per_em().max(1));
    let mut x = shaped.width;
    for (info, position) in buffer.glyph_infos().iter().zip(buffer.glyph_positions()) {
        shaped.glyphs.push(Glyph {
            face,
            id: GlyphId::new(info.glyph_id),
            x: x + f64::from(position.x_offset) / em,
            y: f64::from(position.y_offset) / em,
        });
        x += f64::from(position.x_advance) / em;
    }
    shaped.width = x;
}
