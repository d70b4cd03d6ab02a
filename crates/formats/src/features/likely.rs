//! How likely bytes are to be text of an encoding: a sum of logarithms over their characters, by classes of characters and how common
//! these are in the language that the encoding is for. It knows no words.
//!
//! The shares of the classes are rough and meant to be: what decides is that one reading is millions of times likelier than another.

use super::encoding::Charset;
use encoding_rs::{BIG5, EUC_KR, GB18030, GBK, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1252, WINDOWS_1258};

/// Encodings that are weighed against each other when nothing says which it is.
pub const CANDIDATES: [Charset; 7] = [
    Charset::Web(SHIFT_JIS),
    Charset::Web(GBK),
    Charset::Web(BIG5),
    Charset::Web(EUC_KR),
    Charset::Web(WINDOWS_874),
    Charset::Web(WINDOWS_1258),
    Charset::Web(WINDOWS_1252),
];

/// ASCII letters and digits, in any encoding.
const ASCII: f64 = -3.7;
/// A text that ends within a character.
const CUT: f64 = -12.0;
/// What an encoding has but hardly any text.
const ODD: f64 = -16.0;

/// The logarithm of the likelihood of texts; `None` when some are not valid in the encoding. An incomplete character at the end of a
/// text is passed over, since fields of fixed width cut texts anywhere.
pub fn likelihood(charset: Charset, texts: &[&[u8]]) -> Option<f64> {
    let mut sum = 0.0;
    for text in texts {
        let whole = whole_part(charset, text)?;
        sum += if whole.len() < text.len() { CUT } else { 0.0 };
        sum += match charset {
            Charset::Web(encoding) if encoding == SHIFT_JIS => pairs(whole, is_lead_of_shift_jis, shift_jis),
            Charset::Web(encoding) if encoding == GBK || encoding == GB18030 => pairs(whole, is_lead, gbk),
            Charset::Web(encoding) if encoding == BIG5 => pairs(whole, is_lead, big5),
            Charset::Web(encoding) if encoding == EUC_KR => pairs(whole, is_lead, euc_kr),
            Charset::Web(encoding) if encoding == WINDOWS_874 => thai(whole),
            Charset::Web(encoding) if encoding == WINDOWS_1252 => latin(whole, french),
            Charset::Web(encoding) if encoding == WINDOWS_1258 => latin(whole, vietnamese),
            other => other.decode(whole).0.chars().map(|character| any(character, other)).sum(),
        };
    }
    Some(sum)
}

/// The text without a character that is cut off at its end; `None` when it is not valid in the encoding.
pub fn whole_part(charset: Charset, text: &[u8]) -> Option<&[u8]> {
    let shorter = 0..=text.len().min(3);
    let mut cuts = shorter.map(|cut| &text[..text.len() - cut]);
    let whole = cuts.find(|part| !charset.decode(part).1)?;
    let cut = &text[whole.len()..];
    // Only what begins a character may be missing its end.
    let is_start = |byte: &u8| *byte >= 0x80;
    cut.iter().next().is_none_or(is_start).then_some(whole)
}

/// Sums over bytes, taking two where the first leads.
fn pairs(text: &[u8], leads: fn(u8) -> bool, weigh: fn(u8, Option<u8>) -> f64) -> f64 {
    let mut sum = 0.0;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte < 0x80 {
            sum += ASCII;
        } else if leads(byte) {
            sum += weigh(byte, text.get(at).copied());
            at += 1;
        } else {
            sum += weigh(byte, None);
        }
    }
    sum
}

fn is_lead(byte: u8) -> bool {
    (0x81..=0xfe).contains(&byte)
}

fn is_lead_of_shift_jis(byte: u8) -> bool {
    matches!(byte, 0x81..=0x9f | 0xe0..=0xfc)
}

/// Kana about half of a text, the 2 965 kanji of level 1 (JIS X 0208) nearly all of the rest.
fn shift_jis(lead: u8, trail: Option<u8>) -> f64 {
    match (lead, trail.unwrap_or(0)) {
        (0xa1..=0xdf, _) => -9.7,
        (0x82, 0x9f..=0xf1) => -5.5,
        (0x82, 0x4f..=0x9a) => -7.6,
        (0x83, 0x40..=0x96) => -6.3,
        (0x81, _) => -8.2,
        (0x88, 0x9f..) | (0x89..=0x97, _) | (0x98, ..=0x72) => -8.9,
        (0x98..=0x9f | 0xe0..=0xea, _) => -13.0,
        (0x83 | 0x84, _) => -11.0,
        _ => ODD,
    }
}

/// The 3 755 characters of level 1 (GB 2312) nearly all of a text, the 3 008 of level 2 a few in a hundred, the rest of GBK hardly.
fn gbk(lead: u8, trail: Option<u8>) -> f64 {
    match (lead, trail.unwrap_or(0)) {
        (0xb0..=0xd7, 0xa1..) => -8.3,
        (0xd8..=0xf7, 0xa1..) => -11.5,
        (0xa1, 0xa1..) => -8.5,
        (0xa3, 0xa1..) => -9.1,
        (0xa2 | 0xa4..=0xa9, 0xa1..) => -12.4,
        _ => ODD,
    }
}

/// The 5 401 characters of level 1 nearly all of a text.
fn big5(lead: u8, trail: Option<u8>) -> f64 {
    match (lead, trail) {
        (0xa4..=0xc6, _) => -8.6,
        (0xc9..=0xf9, _) => -13.1,
        (0xa1..=0xa3, _) => -9.5,
        _ => ODD,
    }
}

/// The 2 350 syllables of KS X 1001 nearly all of a text; Chinese characters are rare today.
fn euc_kr(lead: u8, trail: Option<u8>) -> f64 {
    match (lead, trail.unwrap_or(0)) {
        (0xb0..=0xc8, 0xa1..) => -7.8,
        (0xca..=0xfd, 0xa1..) => -13.6,
        (0xa1, 0xa1..) => -9.1,
        (0xa2..=0xac, 0xa1..) => -12.0,
        _ => ODD,
    }
}

/// Letters of TIS-620. Vowels and tones above and below stand on a consonant, never two alike.
fn thai(text: &[u8]) -> f64 {
    let mut before = 0;
    let mut sum = 0.0;
    for &byte in text {
        let stands_on = matches!(before, 0xa1..=0xce) || (matches!(before, 0xd1 | 0xd4..=0xda) && byte >= 0xe7);
        sum += match byte {
            ..0x80 => ASCII,
            0xd1 | 0xd4..=0xda | 0xe7..=0xee if !stands_on => -12.5,
            0xe0..=0xe4 if matches!(before, 0xe0..=0xe4) => -12.5,
            0xa3 | 0xa5 | 0xc4 | 0xc6 | 0xcf | 0xdb..=0xdf | 0xef | 0xfa.. => -10.0,
            0xa1..=0xee => -4.2,
            0xf0..=0xf9 => -7.0,
            _ => -9.0,
        };
        before = byte;
    }
    sum
}

/// Letters of the upper half stand in words of ASCII letters: small after small, hardly three together, signs not within words.
fn latin(text: &[u8], weigh: fn(u8, u8) -> f64) -> f64 {
    let mut run = 0;
    let mut sum = 0.0;
    for (at, &byte) in text.iter().enumerate() {
        let before = if at == 0 { b' ' } else { text[at - 1] };
        let after = text.get(at + 1).copied().unwrap_or(b' ');
        if byte < 0x80 {
            run = 0;
            sum += ASCII;
            continue;
        }
        run += 1;
        let is_letter = byte >= 0xc0;
        let is_small = |byte: u8| byte.is_ascii_lowercase() || byte >= 0xdf;
        let odd_place = (is_letter && byte < 0xde && is_small(before) && before != 0xd7)
            || (!is_letter && before.is_ascii_alphabetic() && after.is_ascii_alphabetic() && byte != 0x92);
        sum += weigh(byte, before) + if run >= 3 { -5.0 } else { 0.0 };
        // A tone of Vietnamese is a letter by its number only.
        sum += if odd_place && weigh(byte, before) < -2.5 { -6.0 } else { 0.0 };
    }
    sum
}

/// Letters of French, German and their neighbours first, those of the far north and the signs after.
fn french(byte: u8, _before: u8) -> f64 {
    match byte {
        0x81 | 0x8d | 0x8f | 0x90 | 0x9d => -12.0,
        0xcc | 0xd0 | 0xd2 | 0xd5 | 0xdd..=0xde | 0xe3 | 0xec | 0xf0 | 0xf2 | 0xf5 | 0xfd..=0xfe => -6.5,
        0xdf..=0xf6 | 0xf8..=0xff => -3.6,
        0xc0..=0xd6 | 0xd8..=0xde => -5.5,
        0x85
        | 0x8c
        | 0x91..=0x94
        | 0x96
        | 0x97
        | 0x9c
        | 0xa0
        | 0xab
        | 0xb0
        | 0xb1..=0xb3
        | 0xb5
        | 0xb7
        | 0xba
        | 0xbb => -6.0,
        _ => -9.5,
    }
}

/// Vowels with marks of their own, and tones as bytes after the vowel that they stand on.
fn vietnamese(byte: u8, before: u8) -> f64 {
    let is_vowel = |byte: u8| {
        b"aeiouyAEIOUY".contains(&byte)
            || matches!(byte, 0xc2 | 0xc3 | 0xca | 0xd4 | 0xd5 | 0xdd | 0xe2 | 0xe3 | 0xea | 0xf4 | 0xf5 | 0xfd)
    };
    match byte {
        0xcc | 0xd2 | 0xde | 0xec | 0xf2 if is_vowel(before) => -2.3,
        0xcc | 0xd2 | 0xde | 0xec | 0xf2 => -12.0,
        0xe2 | 0xe3 | 0xea | 0xf0 | 0xf4 | 0xf5 | 0xfd => -3.0,
        0xc2 | 0xc3 | 0xca | 0xd0 | 0xd4 | 0xd5 | 0xdd => -4.5,
        0xe0 | 0xe1 | 0xe8 | 0xe9 | 0xed | 0xf3 | 0xf9 | 0xfa => -3.6,
        other => french(other, before),
    }
}

/// A character of any other encoding, by its script.
fn any(character: char, charset: Charset) -> f64 {
    // What UTF-8 makes is there by intention: bytes seldom are UTF-8 by chance.
    let bonus = if charset == Charset::Web(UTF_8) { 4.0 } else { 0.0 };
    bonus
        + match character {
            '\0'..='\x7f' => ASCII - bonus,
            'À'..='ɏ' => -5.0,
            'Α'..='ԯ' | 'א'..='ۿ' | 'ก'..='๛' => -4.8,
            'ぁ'..='ヿ' => -6.3,
            '一'..='鿿' => -9.0,
            '가'..='힣' => -8.5,
            'Ḁ'..='ỿ' => -5.0,
            _ => -10.0,
        }
}
