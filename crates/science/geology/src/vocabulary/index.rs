//! The words of a vocabulary in all languages, folded, and the terms each names.

use super::Concept;
use crate::text::fold;
use std::collections::{HashMap, HashSet};

/// Where a word is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Label,
    Synonym,
    Alternative,
}

/// A term a word names.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub place: usize,
    pub kind: Kind,
}

/// A word with what it names.
#[derive(Debug, Default)]
pub struct Named {
    /// The terms, the surest first.
    pub entries: Vec<Entry>,
    /// Its single words, without plural.
    pub words: Vec<String>,
    /// Its characters.
    pub letters: Vec<char>,
}

/// All words.
#[derive(Debug, Default)]
pub struct Index {
    words: HashMap<String, Named>,
    /// All words by their first character, the longest first.
    starts: HashMap<char, Vec<String>>,
    /// Words that may stand in any text.
    plain: HashSet<String>,
    /// Words that may stand in Vietnamese text.
    vietnamese: HashSet<String>,
}

impl Index {
    /// The words of terms.
    pub fn of(concepts: &[Concept]) -> Self {
        let mut index = Self::default();
        for (place, concept) in concepts.iter().enumerate() {
            let name = concept.id.replace(['_', '-'], " ");
            index.add(&name, Entry { place, kind: Kind::Label });
            index.allow("en", &name);
            let lists = [
                (&concept.preferred, Kind::Label),
                (&concept.synonyms, Kind::Synonym),
                (&concept.labels, Kind::Label),
                (&concept.alternatives, Kind::Alternative),
            ];
            for (list, kind) in lists {
                for (language, text) in list.iter().filter(|(language, text)| !concept.is_mistaken(language, text)) {
                    index.add(text, Entry { place, kind });
                    index.allow(language, text);
                }
            }
        }
        index.sort();
        index
    }
    fn add(&mut self, text: &str, entry: Entry) {
        let word = fold(text);
        let letters = || Named { words: words(&word), letters: word.chars().collect(), ..Named::default() };
        let entries = &mut self.words.entry(word.clone()).or_insert_with(letters).entries;
        if !entries.iter().any(|other| other.place == entry.place) {
            entries.push(entry);
        }
    }
    /// Short words in Latin letters are common words of another language too, and are looked for only where theirs is spoken.
    fn allow(&mut self, language: &str, text: &str) {
        let word = fold(text);
        let short = word.is_ascii() && word.len() < 5;
        match language {
            "vi" => drop(self.vietnamese.insert(word)),
            "ru-Latn" => {}
            "en" | "id" | "ms" => drop(self.plain.insert(word)),
            _ if short => {}
            _ => drop(self.plain.insert(word)),
        }
    }
    /// Whether a word may be looked for in a text.
    pub fn is_plain(&self, word: &str, vietnamese: bool) -> bool {
        self.plain.contains(word) || (vietnamese && self.vietnamese.contains(word))
    }
    fn sort(&mut self) {
        self.words.values_mut().for_each(|named| named.entries.sort_by_key(|entry| entry.kind));
        for word in self.words.keys() {
            if let Some(first) = word.chars().next() {
                self.starts.entry(first).or_default().push(word.clone());
            }
        }
        self.starts
            .values_mut()
            .for_each(|words| words.sort_by_key(|word| (std::cmp::Reverse(word.len()), word.clone())));
    }
    /// The terms a folded word names, the surest first.
    pub fn get(&self, word: &str) -> &[Entry] {
        self.words.get(word).map_or(&[], |named| &named.entries)
    }
    /// All words and their terms.
    pub fn all(&self) -> impl Iterator<Item = &Named> {
        self.words.values()
    }
    /// Words that begin with a character, the longest first.
    pub fn starting(&self, first: char) -> &[String] {
        self.starts.get(&first).map_or(&[], Vec::as_slice)
    }
}

/// The single words of a text, without plural.
pub fn words(text: &str) -> Vec<String> {
    let one = |word: &str| singular(word).pop().unwrap_or_else(|| word.to_owned());
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(one).collect()
}

/// What an English plural may be the plural of.
pub fn singular(word: &str) -> Vec<String> {
    if !word.is_ascii() || word.len() < 4 {
        return Vec::new();
    }
    let mut found = Vec::new();
    if let Some(stem) = word.strip_suffix("ies") {
        found.push(format!("{stem}y"));
    }
    if let Some(stem) = word.strip_suffix("es").filter(|stem| stem.ends_with(['s', 'x', 'h'])) {
        found.push(stem.to_owned());
    }
    if let Some(stem) = word.strip_suffix('s').filter(|stem| !stem.ends_with(['s', 'i', 'u'])) {
        found.push(stem.to_owned());
    }
    found
}
