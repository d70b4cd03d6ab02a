//! What is wrong with a text, and what else it could be: misread bytes, spaces around it, a number, a date in some order.

use encoding_rs::WINDOWS_1252;

/// What one text is like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Holds U+FFFD, which stands for bytes that could not be read.
    pub replaced: bool,
    /// Is UTF-8 that was read as windows-1252, or holds what no text has: control characters, characters of private use.
    pub misread: bool,
    /// Is nothing but question marks, which is what a failed conversion leaves.
    pub lost: bool,
    /// Begins or ends with a space.
    pub spaced: bool,
}

/// Looks at a text.
pub fn look(text: &str) -> Look {
    let bytes = text.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
    let plain = text.is_ascii();
    let (first, last) = (text.chars().next(), text.chars().next_back());
    Look {
        replaced: !plain && text.contains('\u{fffd}'),
        misread: has_odd_control(text) || (!plain && (is_doubly_encoded(text) || text.chars().any(is_private))),
        lost: bytes.len() >= 2 && bytes.iter().all(|byte| *byte == b'?'),
        spaced: edge(bytes.first())
            || edge(bytes.last())
            || (!plain && [first, last].iter().flatten().any(|edge| edge.is_whitespace())),
    }
}

/// Control characters that no text has: ASCII's but for tab and line ends, and the C1 set, which is what bytes read as Latin-1 become.
fn has_odd_control(text: &str) -> bool {
    text.chars().any(|character| character.is_control() && !matches!(character, '\t' | '\n' | '\r'))
}

/// Characters that are in no script: what bytes of one encoding become in the gaps of another.
fn is_private(character: char) -> bool {
    matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}

/// Whether the text, written as windows-1252, is UTF-8 of more than ASCII.
fn is_doubly_encoded(text: &str) -> bool {
    text.chars().any(|character| matches!(character, 'Â'..='ô')) && undone(text).is_some()
}

/// What a text was before its UTF-8 was read as windows-1252; `None` when it cannot have been that.
pub fn undone(text: &str) -> Option<String> {
    let (bytes, _, unmappable) = WINDOWS_1252.encode(text);
    (!unmappable && !bytes.is_ascii()).then(|| String::from_utf8(bytes.into_owned()).ok()).flatten()
}

/// Whether a text is a number and not a code such as `007`.
pub fn is_number(text: &str) -> bool {
    let digits = text.trim().trim_start_matches(['-', '+']).as_bytes();
    let starts_well = digits.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.');
    let is_code = digits.first() == Some(&b'0') && digits.get(1).is_some_and(u8::is_ascii_digit);
    starts_well && !is_code && text.trim().parse::<f64>().is_ok_and(f64::is_finite)
}

/// In which order a date of numbers with slashes, dots or dashes can be, the year last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Only the day can come first.
    DayFirst,
    /// Only the month can come first.
    MonthFirst,
    /// Either.
    Either,
}

/// The order of a date like `13/02/2019`; `None` when the text is no such date.
pub fn order(text: &str) -> Option<Order> {
    let date = text.trim().split([' ', 'T']).next()?;
    if !(6..=10).contains(&date.len()) || !date.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    let mark = date.chars().find(|character| !character.is_ascii_digit()).filter(|mark| "/.-".contains(*mark))?;
    let fields: Vec<&str> = date.split(mark).collect();
    let [first, second, year] = fields.as_slice() else { return None };
    let number = |field: &str, digits: &[usize]| {
        let fits = digits.contains(&field.len()) && field.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| field.parse::<u16>().ok()).flatten()
    };
    number(year, &[2, 4])?;
    match (number(first, &[1, 2])?, number(second, &[1, 2])?) {
        (0, _) | (_, 0) => None,
        (13..=31, 1..=12) => Some(Order::DayFirst),
        (1..=12, 13..=31) => Some(Order::MonthFirst),
        (1..=12, 1..=12) => Some(Order::Either),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Look, Order, is_number, look, order, undone};

    #[test]
    fn misread_texts_are_told_from_right_ones() {
        let misread = Look { misread: true, ..Look::default() };
        for right in ["地質図", "Grès à Ã", "São Tomé", "ĐÁ VÔI", "Åre – Älv", "°C", "ÎLE", "naïve", "a\tb\nc"]
        {
            assert_eq!(look(right), Look::default(), "{right}");
            if right.is_ascii() {
                continue;
            }
            let double = encoding_rs::WINDOWS_1252.decode_without_bom_handling(right.as_bytes()).0.into_owned();
            assert_eq!(undone(&double).as_deref(), Some(right), "{double}");
            assert!(look(&double).misread, "{double}");
        }
        assert_eq!(look("a\u{81}b"), misread);
        assert_eq!(look("\u{e123}"), misread);
        assert_eq!(look("a\u{fffd}"), Look { replaced: true, ..Look::default() });
        assert_eq!(look("????"), Look { lost: true, ..Look::default() });
        assert_eq!(look("?"), Look::default());
        assert_eq!(look("\u{3000}岩"), Look { spaced: true, ..Look::default() });
        assert_eq!(look("a "), Look { spaced: true, ..Look::default() });
    }

    #[test]
    fn the_order_of_a_date_is_told_where_it_can_be() {
        assert_eq!(order("13/02/2019"), Some(Order::DayFirst));
        assert_eq!(order("2.13.19"), Some(Order::MonthFirst));
        assert_eq!(order("01-02-2019 12:00"), Some(Order::Either));
        for text in ["2019-02-13", "1/2", "32/01/2019", "0/1/2019", "1/2/3", "10.5", "地/1/2019", ""] {
            assert_eq!(order(text), None, "{text}");
        }
    }

    #[test]
    fn codes_are_no_numbers() {
        for (text, expected) in
            [("12", true), (" -1.5e3 ", true), ("007", false), ("0.5", true), ("<5", false), ("", false)]
        {
            assert_eq!(is_number(text), expected, "{text}");
        }
    }
}
