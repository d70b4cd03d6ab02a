//! Names of columns and identities of rows as XML has them.

use std::fmt::Write as _;

/// A column's name as an XML element: other characters become underscores.
pub fn element_name(name: &str) -> String {
    let fits = |character: char| if is_name_character(character) { character } else { '_' };
    let plain: String = name.chars().map(fits).collect();
    if plain.starts_with(is_name_start) { plain } else { format!("_{plain}") }
}

/// What an XML name may begin with (XML 1.0, production 4), apart from the colon of namespaces.
fn is_name_start(character: char) -> bool {
    matches!(character, 'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

/// What an XML name may go on with (XML 1.0, production 4a).
fn is_name_character(character: char) -> bool {
    is_name_start(character)
        || matches!(character, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// An identity as the later part of a `gml:id`: characters that have no place there are `_xHEX_`, so that it can be read back.
pub fn encode_id(id: &str) -> String {
    let mut text = String::with_capacity(id.len());
    let mut characters = id.chars().peekable();
    while let Some(character) = characters.next() {
        let marks = character == '_' && characters.peek() == Some(&'x');
        if (character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_')) && !marks {
            text.push(character);
        } else {
            let _ = write!(text, "_x{:x}_", u32::from(character));
        }
    }
    text
}

/// The identity that [`encode_id`] wrote; what it did not write is taken as it stands.
pub fn decode_id(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("_x") {
        id.push_str(before);
        let written = after.split_once('_').and_then(|(digits, left)| {
            let number = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() <= 6)?;
            Some((char::from_u32(number)?, left))
        });
        match written {
            Some((character, left)) => {
                id.push(character);
                rest = left;
            }
            None => {
                id.push_str("_x");
                rest = after;
            }
        }
    }
    id.push_str(rest);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_become_names_of_elements() {
        for (name, element) in [
            ("map unit", "map_unit"),
            ("地層名", "地層名"),
            ("ស្រទាប់ថ្ម", "ស្រទាប់ថ្ម"),
            ("area (km²)", "area__km__"),
            ("2020", "_2020"),
            ("a:b/><x", "a_b___x"),
            ("", "_"),
        ] {
            assert_eq!(element_name(name), element);
            let text = format!("<{element}/>");
            assert!(roxmltree::Document::parse(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn identities_come_back_from_ids_of_gml() {
        for id in ["12", "a b", "us2000/x", "_x41_", "飛騨", "a_xb", "", "-1", "_", "x_x", "a\u{1f30b}"] {
            let text = encode_id(id);
            assert_eq!(decode_id(&text), id, "{text}");
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)), "{text}");
        }
        assert_eq!(decode_id("a_xzz_"), "a_xzz_");
    }
}
