//! Short codes of units: `J`, `K1`, `J2-K1`. Read only when asked, for a letter may mean anything.

use super::chart::chart;
use super::span::Age;

/// Codes in use beside those of the CGMW, which the chart carries: those of Chinese, Russian and many Asian maps.
const CUSTOM: [(&str, &str); 14] = [
    ("Qh", "Holocene"),
    ("Q4", "Holocene"),
    ("Qp", "Pleistocene"),
    ("Q3", "UpperPleistocene"),
    ("Ng", "Neogene"),
    ("Pg", "Paleogene"),
    ("Z", "Ediacaran"),
    ("Pt", "Proterozoic"),
    ("Ar", "Archean"),
    ("Kz", "Cenozoic"),
    ("Cz", "Cenozoic"),
    ("Mz", "Mesozoic"),
    ("Pz", "Paleozoic"),
    ("Pc", "Precambrian"),
];

/// The age of a short code, or of two with a hyphen or nothing between: `Q`, `K1`, `J3K1`, `P-T`. Capitals matter. Codes of the CGMW
/// come first; the Cambrian may be written Є.
pub fn read_symbol(text: &str) -> Option<Age> {
    let text: String = text.trim().chars().take(16).map(plain).collect();
    if let Some(age) = one(&text) {
        return Some(age);
    }
    if let Some((older, younger)) = text.split_once('-') {
        return Some(one(older.trim())?.hull(one(younger.trim())?));
    }
    let cuts = text.char_indices().skip(1).map(|(place, _)| text.split_at(place));
    cuts.filter(|(_, second)| second.starts_with(char::is_uppercase)).find_map(|(a, b)| Some(one(a)?.hull(one(b)?)))
}

/// Two codes with figures and a hyphen, which are plain enough to be read unasked.
pub fn range(text: &str) -> Option<Age> {
    let text: String = text.trim().chars().take(16).map(plain).collect();
    let (older, younger) = text.split_once('-')?;
    let figured = |code: &str| code.starts_with(char::is_uppercase) && code.ends_with(|c: char| c.is_ascii_digit());
    (figured(older) && figured(younger)).then(|| read_symbol(&text)).flatten()
}

fn plain(character: char) -> char {
    match character {
        '₀'..='₉' => char::from_digit(u32::from(character) - u32::from('₀'), 10).unwrap_or(character),
        '–' | '—' | '−' | '～' | '〜' | '~' => '-',
        c => c,
    }
}

fn one(code: &str) -> Option<Age> {
    let cambrian = code.replace(['Є', 'Ꞓ', 'ϵ'], "Ep");
    if let Some(unit) = chart().units().iter().find(|unit| unit.symbol == cambrian || unit.symbol == code) {
        return Some(Age::of(unit));
    }
    CUSTOM.iter().find(|(custom, _)| *custom == code).and_then(|(_, id)| chart().unit(id)).map(Age::of)
}
