//! Words of time in all languages: names of units from the chart, and the reviewed table of how people write.

use super::chart::chart;
use super::name::{chinese, is_mistaken, japanese, spaced};
use super::span::Age;
use super::unit::{Rank, Unit};
use crate::text::{fold, is_boundary};
use std::collections::HashMap;
use std::sync::OnceLock;

/// The reviewed table of words.
pub const TABLE: &str = include_str!("../../data/time_words.txt");

/// A part of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    Early,
    Middle,
    Late,
    Earliest,
    Latest,
}

/// Where a word for a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Before,
    After,
    Either,
}

/// What a word means.
#[derive(Debug, Clone, Copy)]
pub enum Word {
    /// A unit or a range of units, and how sure that is.
    Unit(Age, f32),
    /// The first half of a double name: `Permo-`.
    First(Age),
    Part(Part, Place),
    Join,
    And,
    Older,
    Younger,
    OlderThat,
    YoungerThat,
    Unsaid,
    Process(&'static str),
}

/// All words, by their first character, the longest first.
pub struct Dictionary {
    words: HashMap<char, Vec<(String, Word)>>,
    subdivisions: HashMap<(String, Part), (Age, f32)>,
    /// Names that are common words elsewhere, and are names only when they stand alone.
    alone: HashMap<String, Age>,
}

/// The dictionary, made at its first use.
pub fn dictionary() -> &'static Dictionary {
    static DICTIONARY: OnceLock<Dictionary> = OnceLock::new();
    DICTIONARY.get_or_init(make)
}

impl Dictionary {
    /// The longest word a text goes on with at a byte, and its length in bytes.
    pub fn at(&self, text: &str, start: usize) -> Option<(Word, usize)> {
        let rest = &text[start..];
        let before = text[..start].chars().next_back();
        let first = rest.chars().next()?;
        let found = self.words.get(&first)?.iter().find(|(word, _)| {
            let fits = |rest: &str| is_boundary(word.chars().next_back(), rest.chars().next());
            rest.strip_prefix(word.as_str()).is_some_and(fits) && is_boundary(before, Some(first))
        });
        found.map(|(word, meaning)| (*meaning, word.len()))
    }
    /// The unit of a folded text that is nothing but a short name in a language where it is one.
    pub fn alone(&self, text: &str) -> Option<Age> {
        self.alone.get(text).copied()
    }
    /// What custom takes a part of a unit to be, and how surely.
    pub fn subdivision(&self, unit: &Unit, part: Part) -> Option<(Age, f32)> {
        self.subdivisions.get(&(unit.id.clone(), part)).copied()
    }
}

#[derive(Default)]
struct Maker {
    words: HashMap<String, Word>,
    alone: HashMap<String, Age>,
    subdivisions: HashMap<(String, Part), (Age, f32)>,
}

fn make() -> Dictionary {
    let mut maker = Maker::default();
    TABLE.lines().filter(|line| !line.starts_with('#')).for_each(|line| maker.line(line));
    chart().units().iter().for_each(|unit| maker.unit(unit));
    let mut words: HashMap<char, Vec<(String, Word)>> = HashMap::new();
    for (word, meaning) in maker.words {
        if let Some(first) = word.chars().next() {
            words.entry(first).or_default().push((word, meaning));
        }
    }
    words.values_mut().for_each(|list| list.sort_by_key(|(word, _)| std::cmp::Reverse(word.len())));
    Dictionary { words, subdivisions: maker.subdivisions, alone: maker.alone }
}

impl Maker {
    /// One line of the table: kind, language, texts, value, score.
    fn line(&mut self, line: &'static str) {
        let cells: Vec<_> = line.split('\t').collect();
        let [kind, _, texts, more @ ..] = cells.as_slice() else {
            return;
        };
        let value = more.first().copied().unwrap_or_default();
        let score = more.get(1).and_then(|text| text.parse().ok()).unwrap_or(1.0);
        if *kind == "subdivision" {
            self.subdivision(texts, value, score);
            return;
        }
        if let Some(word) = meaning(kind, value, score) {
            texts.split('|').for_each(|text| self.add(text, word));
        }
    }
    fn subdivision(&mut self, key: &str, value: &str, score: f32) {
        let Some((unit, part)) = key.split_once(' ') else {
            return;
        };
        if let (Some(part), Some(age)) = (part_named(part), range(value)) {
            self.subdivisions.insert((unit.to_owned(), part), (age, score));
        }
    }
    fn unit(&mut self, unit: &'static Unit) {
        let word = Word::Unit(Age::of(unit), 1.0);
        self.add(&spaced(&unit.id), word);
        for (language, text) in unit.stated.iter().filter(|(language, _)| !is_mistaken(language, &unit.id)) {
            match language.as_str() {
                "ja" => japanese(text).iter().for_each(|name| self.ranked(name, unit.rank, word)),
                "zh" => chinese(text).iter().for_each(|name| self.add(name, word)),
                "ko" => self.add(text, word),
                "en" => self.add(text, word),
                other if is_common_word(other, text, unit.rank) => self.alone(text, unit),
                _ => self.add(text, word),
            }
        }
        for (language, text) in unit.labels() {
            if !is_common_word(language, text, unit.rank) {
                self.add(text, word);
            }
        }
    }
    /// The first to claim a short name keeps it.
    fn alone(&mut self, text: &str, unit: &'static Unit) {
        self.alone.entry(fold(text)).or_insert(Age::of(unit));
    }
    /// A name in katakana, alone and with the words for its rank.
    fn ranked(&mut self, name: &str, rank: Rank, word: Word) {
        self.add(name, word);
        if name.chars().all(|c| ('ァ'..='ー').contains(&c)) {
            let ranks: &[&str] = if rank == Rank::Age { &["期", "階"] } else { &["紀", "系", "世", "統"] };
            ranks.iter().for_each(|suffix| self.add(&format!("{name}{suffix}"), word));
        }
    }
    /// The first to claim a word keeps it: the reviewed table, then the chart from its top. A name cut short gives way to a name.
    fn add(&mut self, text: &str, word: Word) {
        let kept = self.words.entry(fold(text)).or_insert(word);
        if matches!(kept, Word::First(_)) {
            *kept = word;
        }
    }
}

/// Short names of stages that are words of other languages too: Finnish for the Wordian is `Word`.
fn is_common_word(language: &str, text: &str, rank: Rank) -> bool {
    const SHORTENING: [&str; 8] = ["az", "cs", "fi", "hu", "lt", "no", "pl", "sk"];
    let short = text.chars().count() <= 5 && text.is_ascii();
    short && SHORTENING.contains(&language) && !matches!(rank, Rank::Period | Rank::Era | Rank::Eon)
}

fn meaning(kind: &str, value: &'static str, score: f32) -> Option<Word> {
    Some(match kind {
        "unit" => Word::Unit(range(value)?, score),
        "first" => Word::First(range(value)?),
        "part" => {
            let (part, place) = value.split_once(' ')?;
            Word::Part(part_named(part)?, place_named(place))
        }
        "join" => Word::Join,
        "and" => Word::And,
        "older" => Word::Older,
        "younger" => Word::Younger,
        "olderthat" => Word::OlderThat,
        "youngerthat" => Word::YoungerThat,
        "unsaid" => Word::Unsaid,
        "process" => Word::Process(value),
        _ => return None,
    })
}

/// A unit, or a range of units, older first: `Paleogene..Neogene`.
fn range(value: &str) -> Option<Age> {
    match value.split_once("..") {
        Some((older, younger)) => Some(Age::of(chart().unit(older)?).hull(Age::of(chart().unit(younger)?))),
        None => Some(Age::of(chart().unit(value)?)),
    }
}

fn part_named(name: &str) -> Option<Part> {
    Some(match name {
        "early" => Part::Early,
        "middle" => Part::Middle,
        "late" => Part::Late,
        "earliest" => Part::Earliest,
        "latest" => Part::Latest,
        _ => return None,
    })
}

fn place_named(name: &str) -> Place {
    match name {
        "before" => Place::Before,
        "after" => Place::After,
        _ => Place::Either,
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, TABLE, chart, dictionary, meaning, part_named, range};

    #[test]
    fn every_line_of_the_table_is_understood() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<_> = line.split('\t').collect();
            let value = cells.get(3).copied().unwrap_or_default();
            let understood = match cells[0] {
                "subdivision" => {
                    let (unit, part) = cells[2].split_once(' ').unwrap();
                    chart().unit(unit).is_some() && part_named(part).is_some() && range(value).is_some()
                }
                kind => meaning(kind, value, 1.0).is_some(),
            };
            assert!(understood, "{line}");
            assert!(cells.get(4).is_none_or(|score| (0.0..=1.0).contains(&score.parse::<f32>().unwrap())), "{line}");
        }
        assert!(dictionary().subdivision(chart().unit("Miocene").unwrap(), Part::Early).is_some());
    }
}
