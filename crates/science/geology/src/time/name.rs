//! What units are called: names of time from the chart's labels, which name rocks and time at once, and names for units the chart
//! names by their address only.

use super::dictionary::TABLE;
use super::unit::{Rank, Unit};
use crate::text::fold;

/// How the early, middle and late part of a unit are called, by language.
const PARTS: [(&str, [&str; 3]); 12] = [
    ("de", ["Unter{}", "Mittel{}", "Ober{}"]),
    ("en", ["Early {}", "Middle {}", "Late {}"]),
    ("es", ["{} Inferior", "{} Medio", "{} Superior"]),
    ("fr", ["{} inférieur", "{} moyen", "{} supérieur"]),
    ("id", ["{} Awal", "{} Tengah", "{} Akhir"]),
    ("it", ["{} inferiore", "{} medio", "{} superiore"]),
    ("ja", ["前期{}", "中期{}", "後期{}"]),
    ("ko", ["전기 {}", "중기 {}", "후기 {}"]),
    ("pt", ["{} Inferior", "{} Médio", "{} Superior"]),
    ("th", ["{}ตอนต้น", "{}ตอนกลาง", "{}ตอนปลาย"]),
    ("vi", ["{} sớm", "{} giữa", "{} muộn"]),
    ("zh", ["早{}", "中{}", "晚{}"]),
];
/// Languages the chart has no labels in, whose names are those of the table of words.
const FROM_TABLE: [&str; 3] = ["th", "vi", "mn"];
const ENGLISH_PARTS: [&str; 3] = ["Lower", "Middle", "Upper"];

/// Corrections of labels that the chart has wrong: language, unit, name.
const CORRECTED: [(&str, &str, &str); 5] = [
    ("ko", "Cenozoic", "신생대"),
    ("ko", "Mississippian", "미시시피아기"),
    ("pt", "Neoproterozoic", "Neoproterozoico"),
    ("pt-br", "Neoproterozoic", "Neoproterozoico"),
    ("es-419", "Archean", "Arqueano"),
];

/// Whether the chart's label of a unit in a language is wrong, and names another unit.
pub fn is_mistaken(language: &str, id: &str) -> bool {
    CORRECTED.iter().any(|(tag, unit, _)| *tag == language && *unit == id)
}

/// Gives every unit its names.
pub fn give(units: &mut [Unit]) {
    for unit in units.iter_mut() {
        let given = unit.stated.iter().map(|(language, text)| {
            (language.clone(), time_name(language, text, unit.longer_rank.unwrap_or(unit.rank)))
        });
        unit.labels = given.collect();
        for (language, _, name) in CORRECTED.iter().filter(|(_, id, _)| *id == unit.id) {
            unit.labels.retain(|(tag, _)| tag != language);
            unit.labels.push(((*language).to_owned(), (*name).to_owned()));
        }
        unit.labels.extend(from_table(unit));
    }
    for place in 0..units.len() {
        if units[place].stated.is_empty() {
            units[place].labels = made(units, place);
        }
        units[place].labels.sort();
    }
}

/// Names of a unit in the table of words: the first of the line that stands for it alone.
fn from_table(unit: &Unit) -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> = Vec::new();
    let ours = |line: &&str| {
        line.strip_prefix("unit\t").is_some_and(|rest| FROM_TABLE.iter().any(|tag| rest.starts_with(tag)))
    };
    for line in TABLE.lines().filter(ours) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [_, language, texts, id] = cells[..] else {
            continue;
        };
        if id == unit.id && FROM_TABLE.contains(&language) && !names.iter().any(|(known, _)| known == language) {
            let name = texts.split('|').next().unwrap_or(texts);
            let name = if language == "th" { thai(name, unit.rank) } else { capital(name) };
            names.push((language.to_owned(), name));
        }
    }
    names
}

/// A Thai name with the word for its rank before it.
fn thai(name: &str, rank: Rank) -> String {
    let word = match rank {
        Rank::SuperEon | Rank::Eon => "บรมยุค",
        Rank::Era => "มหายุค",
        Rank::Period | Rank::SubPeriod => "ยุค",
        Rank::Epoch => "สมัย",
        Rank::Age => "ช่วงอายุ",
    };
    format!("{word}{name}")
}

/// The name of the time in a label of the chart.
fn time_name(language: &str, label: &str, rank: Rank) -> String {
    match language {
        "ja" => japanese(label).into_iter().next().map_or_else(|| label.to_owned(), |name| with_rank(name, rank)),
        "zh" => chinese(label).pop().unwrap_or_else(|| label.to_owned()),
        "ko" => fold(label),
        _ => capital(label),
    }
}

fn capital(label: &str) -> String {
    let mut rest = label.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// A name in katakana gets the word for its rank, which the chart leaves out.
fn with_rank(name: String, rank: Rank) -> String {
    if name.ends_with(['代', '紀', '世', '期']) {
        return name;
    }
    let word = match rank {
        Rank::Period | Rank::SubPeriod => "紀",
        Rank::Epoch => "世",
        Rank::Age => "期",
        _ => "代",
    };
    name + word
}

/// The names in a Japanese label, names of time first: `完新統／世` holds 完新世 and 完新統.
pub fn japanese(label: &str) -> Vec<String> {
    let folded = fold(label);
    let long = folded.replace("(累)", "累");
    let short = folded.replace("(累)", "");
    let mut names: Vec<_> =
        [short, long].iter().flat_map(|text| text.split(['(', ')']).flat_map(both).collect::<Vec<_>>()).collect();
    names.dedup();
    names
}

/// The name of the time and of the rocks in `ジュラ系/紀`.
fn both(text: &str) -> Vec<String> {
    let Some((rocks, time)) = text.trim().split_once('/') else {
        return if text.trim().is_empty() { Vec::new() } else { vec![text.trim().to_owned()] };
    };
    let suffix = if time.starts_with('亜') { 2 } else { 1 };
    let stem: String = rocks.chars().take(rocks.chars().count().saturating_sub(suffix)).collect();
    vec![stem + time, rocks.to_owned()]
}

/// The names in a Chinese label: 侏罗系 names the rocks, 侏罗纪 the time; the name of the time is the last.
pub fn chinese(label: &str) -> Vec<String> {
    let rocks = fold(label);
    let stem = rocks.trim_end_matches(['系', '统', '阶', '界', '宇']).to_owned();
    let time = match rocks.chars().next_back() {
        Some('系') => "纪",
        Some('统') => "世",
        Some('阶') => "期",
        Some('界') => "代",
        Some('宇') => "宙",
        _ => return vec![rocks],
    };
    vec![rocks, stem + time]
}

/// Names of a unit that has only an address: `UpperJurassic`, `CambrianStage2`.
fn made(units: &[Unit], place: usize) -> Vec<(String, String)> {
    let unit = &units[place];
    let part = ENGLISH_PARTS.iter().position(|part| unit.id.starts_with(part));
    let parent = units.iter().find(|other| Some(&other.id) == unit.parent.as_ref());
    let (Some(part), Some(parent)) = (part, parent) else {
        return vec![("en".to_owned(), spaced(&unit.id))];
    };
    let names = PARTS.iter().filter_map(|(language, forms)| {
        let whole = crate::vocabulary::exactly(&parent.labels, language)?;
        let whole = match *language {
            "zh" => whole.replace('纪', "世"),
            "de" => whole.to_lowercase(),
            _ => whole.to_owned(),
        };
        Some(((*language).to_owned(), forms[part].replace("{}", &whole)))
    });
    names.collect()
}

/// `CambrianStage2` with its blanks.
pub fn spaced(id: &str) -> String {
    let mut text = String::new();
    let mut before = ' ';
    for character in id.chars() {
        if !text.is_empty() && (character.is_uppercase() || (character.is_numeric() && !before.is_numeric())) {
            text.push(' ');
        }
        text.push(character);
        before = character;
    }
    text
}
