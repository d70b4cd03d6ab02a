//! Ages as people write them in legends, tables and questions: read into bounds, with what was not understood and a score.

mod group;

use super::chart::chart;
use super::dictionary::{Word, dictionary};
use super::number::number_at;
use super::span::Age;
use crate::text::fold;
use crate::vocabulary::Concept;
use group::Group;

/// What happened at the age: `Age of accretion`, 付加年代.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process(&'static str);

impl Process {
    /// The id of the term in CGI's vocabulary `eventprocess`: `accretion`, `intrusion`, `metamorphic_process`.
    pub fn id(self) -> &'static str {
        self.0
    }
    /// The term.
    pub fn concept(self) -> Option<&'static Concept> {
        crate::vocabulary::named("eventprocess").and_then(|vocabulary| vocabulary.concept(self.0))
    }
}

/// An age that was read from text.
#[derive(Debug, Clone)]
pub struct ReadAge {
    /// The age.
    pub age: Age,
    /// What it is the age of, where the text says so.
    pub process: Option<Process>,
    /// How sure the reading is: 1 where every word is understood and has a unit of the chart, less where a part is a share of the time,
    /// a name is used in several ways, or words are left over.
    pub score: f32,
    /// What was not understood, folded (see [`crate::text::fold`]).
    pub rest: String,
}

/// A piece of text.
#[derive(Debug, Clone, Copy)]
enum Token<'a> {
    Word(Word),
    Number(Age),
    /// `-`: a range, or part of a double name.
    Dash,
    /// A comma or the like.
    Comma,
    Open,
    Close,
    Unknown(&'a str),
}

/// How groups follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    /// The two ends of a range, or two ages.
    Range,
    /// A finer word for the same, or one more age.
    Comma,
}

/// Reads an age in any of the languages known; `None` where the text has none.
///
/// A name of the chart in all its languages, older names, other spellings, parts (`early`, 後期, `ตอนปลาย`), ranges, numbers with a
/// unit, what is older or younger than something, and the process in words.
pub fn read_age(text: &str) -> Option<ReadAge> {
    let folded = fold(text);
    let folded = folded.trim();
    if let Some(symbols) = super::symbol::range(text) {
        return Some(ReadAge { age: symbols, process: None, score: 0.8, rest: String::new() });
    }
    if let Some(age) = dictionary().alone(folded) {
        return Some(ReadAge { age, process: None, score: 0.5, rest: String::new() });
    }
    let tokens = tokens(folded);
    let process = tokens.iter().find_map(|token| match token {
        Token::Word(Word::Process(id)) => Some(Process(id)),
        _ => None,
    });
    let (age, score) = combine(&groups(&tokens))?;
    let rest = rest(&tokens);
    let score = score * understood(folded, &rest);
    Some(ReadAge { age, process, score, rest })
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let (token, length) = match first {
            ' ' => {
                at += 1;
                continue;
            }
            _ => token(text, at, first),
        };
        push(&mut tokens, token, text, at);
        at += length;
    }
    tokens
}

/// Adds a piece; unknown characters that follow each other are one piece.
fn push<'a>(tokens: &mut Vec<Token<'a>>, token: Token<'a>, text: &'a str, at: usize) {
    if let (Some(Token::Unknown(last)), Token::Unknown(next)) = (tokens.last_mut(), token) {
        let start = last.as_ptr() as usize - text.as_ptr() as usize;
        if start + last.len() == at {
            *last = &text[start..at + next.len()];
            return;
        }
    }
    tokens.push(token);
}

fn token(text: &str, at: usize, first: char) -> (Token<'_>, usize) {
    if let Some((age, length)) = number_at(text, at) {
        return (Token::Number(age), length);
    }
    if let Some((word, length)) = dictionary().at(text, at) {
        return (Token::Word(word), length);
    }
    let length = first.len_utf8();
    let token = match first {
        '-' => Token::Dash,
        ',' | ';' | ':' | '、' | '。' | '.' => Token::Comma,
        '(' | '[' | '「' | '【' => Token::Open,
        ')' | ']' | '」' | '】' => Token::Close,
        _ => {
            let rest = &text[at..];
            let end = rest.find(|c: char| !c.is_alphanumeric() || crate::text::is_close(c)).unwrap_or(rest.len());
            return (Token::Unknown(&rest[..end.max(length)]), end.max(length));
        }
    };
    (token, length)
}

/// Parts the text where a range or a list is parted.
fn groups(tokens: &[Token<'_>]) -> Vec<(Link, Group)> {
    let mut groups = vec![(Link::Comma, Group::default())];
    for (place, token) in tokens.iter().enumerate() {
        let link = match token {
            Token::Dash | Token::Word(Word::Join | Word::And) => Link::Range,
            Token::Comma | Token::Open | Token::Close => Link::Comma,
            _ => {
                if let Some((_, group)) = groups.last_mut() {
                    group.take(*token, &tokens[place + 1..]);
                }
                continue;
            }
        };
        match groups.last_mut() {
            Some((last, group)) if group.is_empty() => *last = stronger(*last, link),
            _ => groups.push((link, Group::default())),
        }
    }
    share(&mut groups);
    groups
}

fn stronger(one: Link, other: Link) -> Link {
    if one == Link::Range || other == Link::Range { Link::Range } else { Link::Comma }
}

/// Parts without a unit take their neighbour's: `Early to Middle Jurassic`, ジュラ紀前期-中期.
fn share(groups: &mut [(Link, Group)]) {
    for place in 0..groups.len() {
        if !groups[place].1.wants_unit() {
            continue;
        }
        let before = place.checked_sub(1).and_then(|before| groups[before].1.bare());
        let after = groups.get(place + 1).and_then(|(_, group)| group.bare());
        let unit = if groups[place].1.follows() { before.or(after) } else { after.or(before) };
        groups[place].1.lend(unit);
    }
}

/// One age of all groups: the span from the oldest to the youngest, or the finer one where one holds the other.
fn combine(groups: &[(Link, Group)]) -> Option<(Age, f32)> {
    let mut found: Option<(Age, f32)> = None;
    for (link, group) in groups {
        let Some((age, score)) = group.age() else {
            continue;
        };
        found = Some(match found {
            None => (age, score),
            Some((whole, before)) if *link == Link::Comma && whole.covers(&age) => (age, before.min(score)),
            Some((whole, before)) if *link == Link::Comma && age.covers(&whole) => (whole, before.min(score)),
            Some((whole, before)) => (whole.hull(age), before.min(score)),
        });
    }
    found.map(|(age, score)| (Age { older_ma: age.older_ma.min(chart().oldest_ma().max(age.older_ma)), ..age }, score))
}

fn rest(tokens: &[Token<'_>]) -> String {
    let unknown = tokens.iter().filter_map(|token| match token {
        Token::Unknown(text) => Some(*text),
        _ => None,
    });
    unknown.collect::<Vec<_>>().join(" ")
}

/// A factor for the share of the letters that is understood.
fn understood(all: &str, rest: &str) -> f32 {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let (all, rest) = (letters(all), letters(rest));
    #[allow(clippy::cast_precision_loss)]
    if rest == 0 { 1.0 } else { 0.9 * (1.0 - rest as f32 / all.max(1) as f32).max(0.1) }
}
