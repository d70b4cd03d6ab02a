//! Sentences as pictures: lines of a legend whose swatches are too small to be seen.

use terrane_drawing::legend::{self, Legend, LegendItem};
use terrane_drawing::text::{Fonts, Pencil};
use terrane_model::LocalText;
use terrane_model::picture::Picture;

/// Device pixels per em in legends, and a little more, so that no line is cut.
const EM_PX: f64 = 13.0;
/// What a legend leaves free left and right of its words, pixels.
const BESIDE_PX: f64 = 26.0;
/// The least height of a line, pixels.
const LINE_PX: u32 = 16;

/// The text on white in the upper left corner of a picture, in lines that fit; what is left over at the bottom is cut off.
pub fn picture(text: &str, size_px: [u32; 2], background: [u8; 4], fonts: &Fonts) -> Picture {
    let [width_px, height_px] = size_px;
    let mut pencil = Pencil::new(fonts);
    let room_ems = (f64::from(width_px) - BESIDE_PX) / EM_PX;
    let lines = wrapped(text, |line| pencil.shape(line, None).width <= room_ems);
    let items = lines.into_iter().take((height_px / LINE_PX) as usize + 1).map(line_item).collect();
    let words = legend::picture_with(&Legend { items, ramp: None, scale_px: 1.0 }, &[], fonts);
    let mut picture = Picture::filled(width_px, height_px, background);
    lay(&words, &mut picture);
    picture
}

fn line_item(line: String) -> LegendItem {
    let swatch = Picture::filled(1, 1, [255; 4]);
    LegendItem { group: LocalText::default(), label: LocalText::one("und", line), swatch, filter: None }
}

/// Lines that fit, broken between words; a word that is too long for a line is broken where it must.
fn wrapped(text: &str, mut fits: impl FnMut(&str) -> bool) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or("", String::as_str);
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if fits(&longer) {
            lines.pop();
            lines.push(longer);
            continue;
        }
        if line.is_empty() {
            lines.pop();
        }
        lines.extend(pieces(word, &mut fits));
    }
    lines
}

fn pieces(word: &str, fits: &mut impl FnMut(&str) -> bool) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for character in word.chars() {
        let longer = format!("{}{character}", pieces.last().map_or("", String::as_str));
        match fits(&longer) || longer.chars().nth(1).is_none() {
            true => {
                pieces.pop();
                pieces.push(longer);
            }
            false => pieces.push(character.to_string()),
        }
    }
    pieces
}

/// Lays one picture on the upper left corner of another.
fn lay(above: &Picture, below: &mut Picture) {
    let columns = above.width_px.min(below.width_px) as usize * 4;
    let [from, to] = [above.width_px, below.width_px].map(|width| width as usize * 4);
    for row in 0..above.height_px.min(below.height_px) as usize {
        below.rgba[row * to..row * to + columns].copy_from_slice(&above.rgba[row * from..row * from + columns]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_long_words_where_they_must() {
        let fits = |line: &str| line.chars().count() <= 8;
        assert_eq!(
            wrapped("There is no layer “地質図幅の地層名称”.", fits),
            ["There is", "no layer", "“地質図幅の地層", "名称”."]
        );
        assert_eq!(wrapped("", fits), [""]);
        assert_eq!(wrapped("ab", |_: &str| false), ["a", "b"]);
    }

    #[test]
    fn words_are_dark_on_white_and_the_rest_is_the_background() {
        let made = picture("There is no layer “x”.", [200, 100], [0, 0, 255, 255], &Fonts::built_in());
        let dark = |x: u32, y: u32| made.pixel(x, y)[..3].iter().all(|&part| part < 128);
        let rows: Vec<u32> = (0..100).filter(|&y| (0..200).any(|x| dark(x, y))).collect();
        assert!(!rows.is_empty() && rows.iter().all(|&row| row < 40), "one line at the top: {rows:?}");
        assert_eq!(made.pixel(199, 99), [0, 0, 255, 255]);
        assert_eq!(made.pixel(0, 0), [255; 4]);
    }

    #[test]
    fn every_size_has_a_picture_of_that_size() {
        for size in [[1, 1], [1, 500], [500, 1], [30, 30]] {
            let made = picture(
                "A sentence that is far too long for a picture as small as this one.",
                size,
                [0; 4],
                &Fonts::built_in(),
            );
            assert_eq!(([made.width_px, made.height_px], made.rgba.len() as u32), (size, size[0] * size[1] * 4));
        }
    }
}
