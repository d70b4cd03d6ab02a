//! Terms that answer to a word: exactly, by another word, by plural, order of words, and at last by likeness. Scores are honest.

use super::index::{Index, Kind, singular, words};
use super::{Concept, Vocabulary};
use crate::text::fold;

/// What a term is to what a text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The text is about it; several that are named side by side are all of this role.
    Main,
    /// It comes with the main ones: "with conglomerate", 〜を伴う.
    Subordinate,
    /// Pieces of it are in the main ones: "with clasts of chert", 〜の礫を含む.
    Clast,
    /// The main one is made of it or like it: "rhyolite tuff", 流紋岩凝灰岩.
    Composition,
}

/// A term that answers.
#[derive(Debug, Clone)]
pub struct Match<'a> {
    /// The term.
    pub concept: &'a Concept,
    /// 1 for a label in any language, 0.95 for another word, less for plurals, other orders and likeness.
    pub score: f32,
    /// What it is to the text.
    pub role: Role,
    /// The words that named it, folded.
    pub words: String,
}

/// Below this a likeness says nothing.
const LEAST_LIKENESS: f32 = 0.72;
/// Longer questions are not compared by likeness.
const LONGEST_QUESTION_CHARACTERS: usize = 80;
/// What is less sure than this is no answer.
const LEAST_SCORE: f32 = 0.4;

impl Vocabulary {
    /// The terms that answer to a word, the best first; none where nothing is near.
    pub fn find(&self, text: &str, limit: usize) -> Vec<Match<'_>> {
        let wanted = fold(text);
        let wanted = wanted.trim();
        let index = self.index();
        let mut scores: Vec<(usize, f32)> = exact(index, wanted);
        if scores.is_empty() && !wanted.is_empty() {
            scores = similar(index, wanted);
        }
        scores.retain(|(_, score)| *score >= LEAST_SCORE);
        scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut found: Vec<Match<'_>> = Vec::new();
        for (place, score) in scores {
            let concept = &self.concepts()[place];
            if found.len() < limit && !found.iter().any(|other| other.concept.id == concept.id) {
                found.push(Match { concept, score, role: Role::Main, words: wanted.to_owned() });
            }
        }
        found
    }
    pub(super) fn index(&self) -> &Index {
        self.terms().index.get_or_init(|| Index::of(self.concepts()))
    }
}

fn exact(index: &Index, wanted: &str) -> Vec<(usize, f32)> {
    let direct = index.get(wanted).iter().map(|entry| (entry.place, entry.kind.score()));
    let single = singular(wanted);
    let plural = single.iter().flat_map(|word| index.get(word)).map(|entry| (entry.place, entry.kind.score() * 0.95));
    direct.chain(plural).collect()
}

/// Words in another order, all words in a longer label, likeness of letters.
fn similar(index: &Index, wanted: &str) -> Vec<(usize, f32)> {
    let letters: Vec<char> = wanted.chars().collect();
    let mut scores = Vec::new();
    if letters.len() > LONGEST_QUESTION_CHARACTERS {
        return scores;
    }
    let words: Vec<String> = words(wanted);
    for named in index.all() {
        let score = order(&words, &named.words).max(likeness(&letters, &named.letters));
        if score > 0.0 {
            scores.extend(named.entries.iter().map(|entry| (entry.place, score * entry.kind.score())));
        }
    }
    scores
}

/// How well the words of a label are those of a question, in any order; Latin scripts only.
#[allow(clippy::cast_precision_loss)]
fn order(wanted: &[String], have: &[String]) -> f32 {
    if wanted.iter().map(String::len).sum::<usize>() < 4 || (wanted.len() < 2 && have.len() < 2) {
        return 0.0;
    }
    let common = wanted.iter().filter(|word| have.contains(word)).count();
    if common == wanted.len() && common == have.len() {
        0.9
    } else if common == wanted.len() {
        0.75 * (0.5 + 0.5 * common as f32 / have.len() as f32)
    } else if common == have.len() {
        0.7 * common as f32 / wanted.len() as f32
    } else {
        0.0
    }
}

/// A likeness by the letters that must be changed; short words must be near.
#[allow(clippy::cast_precision_loss)]
fn likeness(wanted: &[char], have: &[char]) -> f32 {
    let length = have.len().max(wanted.len());
    if wanted.len() < 5 || length > 48 || have.len().abs_diff(wanted.len()) > length / 4 {
        return 0.0;
    }
    let share = 1.0 - changes(wanted, have) as f32 / length as f32;
    if share >= LEAST_LIKENESS { share * 0.85 } else { 0.0 }
}

/// The number of letters to change, add or take away (Levenshtein's distance).
fn changes(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = (0..=other.len()).collect();
    for (row, a) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in other.iter().enumerate() {
            let change = before[column] + usize::from(a != b);
            current.push(change.min(before[column + 1] + 1).min(current[column] + 1));
        }
        before = current;
    }
    before[other.len()]
}

impl Kind {
    /// How sure a word of this kind is.
    pub fn score(self) -> f32 {
        match self {
            Self::Label => 1.0,
            Self::Synonym => 0.95,
            Self::Alternative => 0.9,
        }
    }
}
