//! One spelling for everything that means the same: how words are compared, in every script.
//!
//! Not for showing: what a person reads keeps its spelling.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest text that is looked at, in characters; what follows is not read.
pub const LONGEST_TEXT_CHARACTERS: usize = 4_000;

/// Text as it is compared: compatibility forms unified (NFKC), small letters, no accents, one kind of hyphen, quotation marks gone,
/// single blanks, and none beside characters of scripts that are written without.
pub fn fold(text: &str) -> String {
    let small = text.chars().take(LONGEST_TEXT_CHARACTERS).nfkc().flat_map(char::to_lowercase);
    let plain = small.nfd().filter(|c| !is_accent(*c)).nfc().filter_map(unify);
    squeeze(plain)
}

/// An accent of Latin, Greek or Cyrillic; the marks of other scripts tell letters apart.
fn is_accent(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character) && is_combining_mark(character)
}

fn unify(character: char) -> Option<char> {
    Some(match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{301c}' | '~' => '-',
        '"' | '\'' | '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{200b}'..='\u{200d}' | '\u{ad}' => return None,
        'ł' => 'l',
        'ø' => 'o',
        'đ' => 'd',
        'ı' => 'i',
        'ё' => 'е',
        c if c.is_whitespace() || c.is_control() => ' ',
        c => c,
    })
}

fn squeeze(characters: impl Iterator<Item = char>) -> String {
    let mut folded = String::new();
    let mut blank = false;
    for character in characters {
        if character == ' ' {
            blank = true;
            continue;
        }
        let before = folded.chars().next_back();
        if blank && before.is_some_and(|last| !(is_unspaced(last) && is_unspaced(character))) {
            folded.push(' ');
        }
        blank = false;
        folded.push(character);
    }
    folded
}

/// A character of a script whose words stand without blanks between them.
pub fn is_close(character: char) -> bool {
    is_unspaced(character) || parts_phrases(character)
}

/// A character of a script (Thai, Lao, Burmese, Khmer) that has blanks between phrases only.
pub fn parts_phrases(character: char) -> bool {
    matches!(character, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// A character of a script without blanks, or (Hangul) with blanks as the writer likes.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{1100}'..='\u{11ff}' | '\u{3000}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Whether a word may end between two characters: never inside a word of letters that are spaced.
pub fn is_boundary(before: Option<char>, after: Option<char>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => !(is_spaced_letter(before) && is_spaced_letter(after)),
        _ => true,
    }
}

fn is_spaced_letter(character: char) -> bool {
    character.is_alphabetic() && !is_close(character)
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn what_means_the_same_is_spelt_the_same() {
        assert_eq!(fold("Jurásico  Superior"), "jurasico superior");
        assert_eq!(fold("第 四 系"), "第四系");
        assert_eq!(fold("ジュラ紀－白亜紀"), "ジュラ紀-白亜紀");
        assert_eq!(fold("ｼﾞｭﾗ紀"), "ジュラ紀");
        assert_eq!(fold("66–23 Ma"), "66-23 ma");
        assert_eq!(fold("후기 쥐라기"), "후기쥐라기");
        assert_eq!(fold("砂・泥"), "砂・泥");
        assert_eq!(fold("\"Toishi type\""), "toishi type");
    }
}
