//! Text with case or accents folded away (CQL2 `CASEI`, `ACCENTI`).

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// Text in which letters that differ only in case are equal.
///
/// Each character is raised and then lowered, which folds `ß` to `ss` and `ς` to `σ` as Unicode's full case folding does
/// (Unicode 15.1, 3.13, toCasefold); it differs only for the Turkish dotless `ı`, folded here to `i`.
pub fn fold_case(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(text.to_ascii_lowercase()),
            false => Cow::Borrowed(text),
        };
    }
    Cow::Owned(text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect())
}

/// Text without the accents of Latin, Greek and Cyrillic letters.
///
/// Characters are decomposed, combining diacritical marks are left out, and the rest is composed again. Marks that belong
/// to other scripts (Thai tones, Japanese voicing, vowel signs) are letters of their own there and stay.
pub fn fold_accents(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfd().filter(|&character| !is_diacritic(character)).nfc().collect())
}

/// The blocks of combining diacritical marks: basic, extended, supplement, for symbols, half marks.
fn is_diacritic(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_sharp_s_and_final_sigma_fold() {
        assert_eq!(fold_case("STRASSE"), fold_case("Straße"));
        assert_eq!(fold_case("ΟΔΟΣ"), fold_case("Οδος"));
        assert_eq!(fold_case("Basalt"), "basalt");
        assert_ne!(fold_case("basalt"), fold_case("gabbro"));
    }

    #[test]
    fn accents_fold_however_they_are_composed() {
        assert_eq!(fold_accents("Beyonce\u{301}"), "Beyonce");
        assert_eq!(fold_accents("débárquér"), "debarquer");
        assert_eq!(fold_accents("Đà Nẵng"), "Đa Nang");
    }

    #[test]
    fn marks_of_other_scripts_stay() {
        assert_eq!(fold_accents("ガーネット"), "ガーネット");
        assert_eq!(fold_accents("น้ำ"), "น้ำ".nfc().collect::<String>());
        assert_eq!(fold_accents("서울"), "서울");
    }
}
