//! Cursors, names, texts in languages and patterns.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use terrane_model::about::{DatasetId, LocalText};
use terrane_model::cursor::CursorKey;
use terrane_model::filter::{Literal, Pattern, Piece};
use terrane_model::query::Position;
use terrane_model::{FeatureId, Instant};

fn scalar() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Bool),
        any::<i64>().prop_map(Literal::Int),
        (prop::num::f64::NORMAL | prop::num::f64::ZERO).prop_map(Literal::Float),
        "\\PC{0,10}".prop_map(Literal::Text),
        any::<i64>().prop_map(|at| Literal::Instant(Instant(at))),
    ]
}

fn position() -> impl Strategy<Value = Position> {
    let id = prop_oneof![any::<i64>().prop_map(FeatureId::Number), "\\PC{0,10}".prop_map(FeatureId::Text)];
    (prop::collection::vec(scalar(), 0..4), id).prop_map(|(key, id)| Position { key, id })
}

/// Whether a text matches a pattern, by the table of all prefixes.
fn matches_plainly(pieces: &[Piece], text: &str) -> bool {
    let mut wanted: Vec<Option<Option<char>>> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Any => wanted.push(None),
            Piece::One => wanted.push(Some(None)),
            Piece::Text(run) => wanted.extend(run.chars().map(|character| Some(Some(character)))),
        }
    }
    let characters: Vec<char> = text.chars().collect();
    let mut reached = vec![false; characters.len() + 1];
    reached[0] = true;
    for one in wanted {
        let mut next = vec![false; characters.len() + 1];
        for at in 0..=characters.len() {
            match one {
                None => next[at] = reached[at] || (at > 0 && next[at - 1]),
                Some(wanted) => {
                    next[at] = at > 0 && reached[at - 1] && wanted.is_none_or(|wanted| wanted == characters[at - 1]);
                }
            }
        }
        reached = next;
    }
    reached[characters.len()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cursors_come_back_and_any_flipped_bit_is_refused(position in position(), revision in "[a-z0-9-]{0,20}", bit in any::<prop::sample::Index>()) {
        let key = CursorKey::new([7; 32]);
        let text = key.seal(&revision, &position);
        prop_assert_eq!(key.open(&text).expect("its own"), (revision, position));
        prop_assert!(CursorKey::new([8; 32]).open(&text).is_err(), "another key");
        let mut bytes = URL_SAFE_NO_PAD.decode(&text).expect("base 64");
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(key.open(&URL_SAFE_NO_PAD.encode(&bytes)).is_err(), "bit {} flipped", bit);
        prop_assert!(key.open(&text[..text.len() - 1]).is_err());
    }

    #[test]
    fn any_text_as_cursor_is_refused(text in "\\PC{0,80}|[A-Za-z0-9_-]{0,80}") {
        prop_assert!(CursorKey::new([7; 32]).open(&text).is_err());
    }

    #[test]
    fn any_name_gives_an_identifier_and_identifiers_stay(name in "\\PC{0,90}") {
        let id = DatasetId::from_name(&name);
        prop_assert!(DatasetId::new(id.as_str()).is_ok(), "{}", id);
        if let Ok(id) = DatasetId::new(name.clone()) {
            prop_assert_eq!(id.as_str(), &name);
            prop_assert!(!name.contains(['/', '\\', ' ']) && !name.contains("..") && name.len() <= 64);
        }
    }

    #[test]
    fn a_text_is_found_in_its_language_and_else_in_another(languages in prop::collection::vec("[a-z]{2}(-[A-Z]{2})?", 1..5)) {
        let mut text = LocalText::default();
        languages.iter().for_each(|language| text.set(language, format!("in {language}")));
        for language in &languages {
            prop_assert_eq!(text.get(&[language]), format!("in {language}"));
        }
        prop_assert!(!text.get(&["zz-ZZ"]).is_empty());
        let distinct: std::collections::BTreeSet<_> = languages.iter().collect();
        prop_assert_eq!(text.iter().count(), distinct.len());
    }

    #[test]
    fn patterns_match_as_the_table_of_all_prefixes_says(pattern in "[ab%_é]{0,8}", text in "[abé]{0,10}") {
        let pieces = Piece::parse_like(&pattern);
        let expected = matches_plainly(&pieces, &text);
        let pattern = Pattern { pieces, fold_case: false, fold_accents: false };
        prop_assert_eq!(pattern.matches(&text), expected);
    }
}

#[test]
fn a_language_is_found_by_its_primary_tag_and_english_is_next() {
    let text: LocalText = [("ja", "地質"), ("en-GB", "Geology"), ("th", "ธรณีวิทยา")]
        .map(|(language, text)| (language.to_owned(), text.to_owned()))
        .into_iter()
        .collect();
    assert_eq!(text.get(&["ja-JP"]), "地質");
    assert_eq!(text.get(&["fr", "th"]), "ธรณีวิทยา");
    assert_eq!(text.get(&["fr"]), "Geology");
    assert_eq!(text.get(&[]), "Geology");
}
