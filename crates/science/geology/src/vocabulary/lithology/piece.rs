//! A line of a legend in pieces: names of rocks, and the small words that say what one is to another.

use super::super::Vocabulary;
use super::super::index::{Entry, Index, singular};
use crate::text::{is_boundary, is_close, parts_phrases};

/// What a small word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    And,
    Comma,
    /// Between the members of a list that belong together.
    Dot,
    /// The end of a sentence: what was "with" something is over.
    Stop,
    Hyphen,
    Open,
    Close,
    /// What follows comes with what was before.
    With,
    /// What follows is in it as pieces.
    ClastsOf,
    /// What was before is pieces; what holds them follows.
    Clasts,
    /// 〜を含む: what was before is in what is meant.
    Holding,
    /// What was before alternates.
    Alternation,
    /// 〜質: what follows is like what was before.
    Like,
}

/// A piece of a line.
#[derive(Debug, Clone)]
pub enum Piece {
    /// A rock, the words that name it, and whether what it is made of follows it (in Thai and Vietnamese).
    Rock {
        entry: Entry,
        words: String,
        head_first: bool,
    },
    Mark(Mark),
    Other(usize),
}

/// The small words, folded; of those that fit the longest is meant.
const MARKS: [(&str, Mark); 105] = [
    ("and", Mark::And),
    ("or", Mark::And),
    ("&", Mark::And),
    ("及び", Mark::And),
    ("および", Mark::And),
    ("並びに", Mark::And),
    ("または", Mark::And),
    ("と", Mark::And),
    ("和", Mark::And),
    ("及", Mark::And),
    ("与", Mark::And),
    ("및", Mark::And),
    ("과", Mark::And),
    ("와", Mark::And),
    ("และ", Mark::And),
    ("dan", Mark::And),
    ("und", Mark::And),
    ("et", Mark::And),
    ("va", Mark::And),
    ("и", Mark::And),
    ("interbedded with", Mark::And),
    ("alternating with", Mark::And),
    ("สลับ", Mark::And),
    ("แทรกสลับ", Mark::And),
    ("xen ke", Mark::And),
    (",", Mark::Comma),
    ("、", Mark::Comma),
    ("・", Mark::Dot),
    ("/", Mark::Comma),
    ("+", Mark::Comma),
    (";", Mark::Stop),
    ("。", Mark::Stop),
    (".", Mark::Stop),
    (":", Mark::Stop),
    ("-", Mark::Hyphen),
    ("(", Mark::Open),
    ("[", Mark::Open),
    (")", Mark::Close),
    ("]", Mark::Close),
    ("with", Mark::With),
    ("including", Mark::With),
    ("includes", Mark::With),
    ("containing", Mark::With),
    ("contains", Mark::With),
    ("accompanied by", Mark::With),
    ("intercalated with", Mark::With),
    ("intercalating", Mark::With),
    ("intercalations of", Mark::With),
    ("minor", Mark::With),
    ("subordinate", Mark::With),
    ("locally", Mark::With),
    ("rarely", Mark::With),
    ("lenses of", Mark::With),
    ("intruded by", Mark::With),
    ("夹", Mark::With),
    ("含", Mark::With),
    ("偶夹", Mark::With),
    ("bersisipan", Mark::With),
    ("sisipan", Mark::With),
    ("setempat", Mark::With),
    ("dengan", Mark::With),
    ("แทรก", Mark::With),
    ("xen", Mark::With),
    ("mit", Mark::With),
    ("avec", Mark::With),
    ("с", Mark::With),
    ("clasts", Mark::ClastsOf),
    ("clast", Mark::ClastsOf),
    ("fragments of", Mark::ClastsOf),
    ("blocks of", Mark::ClastsOf),
    ("blocks", Mark::ClastsOf),
    ("pebbles of", Mark::ClastsOf),
    ("boulders of", Mark::ClastsOf),
    ("cobbles of", Mark::ClastsOf),
    ("inclusions of", Mark::ClastsOf),
    ("xenoliths of", Mark::ClastsOf),
    ("の礫", Mark::Clasts),
    ("の角礫", Mark::Clasts),
    ("の円礫", Mark::Clasts),
    ("円礫", Mark::Clasts),
    ("亜円礫", Mark::Clasts),
    ("岩塊", Mark::Clasts),
    ("の岩塊", Mark::Clasts),
    ("岩片", Mark::Clasts),
    ("の岩片", Mark::Clasts),
    ("ブロック", Mark::Clasts),
    ("のブロック", Mark::Clasts),
    ("を伴う", Mark::Holding),
    ("をともなう", Mark::Holding),
    ("を含む", Mark::Holding),
    ("をふくむ", Mark::Holding),
    ("を挟む", Mark::Holding),
    ("をはさむ", Mark::Holding),
    ("を挟在する", Mark::Holding),
    ("を挟有する", Mark::Holding),
    ("を伴い", Mark::Holding),
    ("を含み", Mark::Holding),
    ("를협재하는", Mark::Holding),
    ("을협재하는", Mark::Holding),
    ("互層", Mark::Alternation),
    ("互层", Mark::Alternation),
    ("호층", Mark::Alternation),
    ("質", Mark::Like),
    ("质", Mark::Like),
    ("질", Mark::Like),
];

/// Names of rocks that, right behind another, name its pieces: チャート角礫.
const PIECES_BEHIND: [&str; 3] = ["礫", "角礫", "礫岩塊"];

/// Vietnamese is the only script here whose accents make other words: *cát* is sand, `cat` is not.
pub fn is_vietnamese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{1ea0}'..='\u{1ef9}' | 'ơ' | 'ư' | 'đ' | 'Đ' | 'Ơ' | 'Ư'))
}

/// A folded line in pieces.
pub fn pieces(vocabulary: &Vocabulary, line: &str, vietnamese: bool) -> Vec<Piece> {
    let index = vocabulary.index();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while let Some(first) = line[at..].chars().next() {
        if first == ' ' {
            if line[..at].chars().next_back().is_some_and(parts_phrases) {
                pieces.push(Piece::Mark(Mark::Dot));
            }
            at += 1;
            continue;
        }
        let rock = rock_at(index, line, at, vietnamese);
        let mark = mark_at(line, at);
        at += match (rock, mark) {
            (Some((_, length)), Some((mark, longer))) if longer > length => add(&mut pieces, Piece::Mark(mark), longer),
            (Some((_, length)), _) if is_pieces(&pieces, &line[at..at + length]) => {
                add(&mut pieces, Piece::Mark(Mark::Clasts), length)
            }
            (Some((entry, length)), _) => {
                let words = line[at..at + length].to_owned();
                let head_first = vietnamese || ('\u{e00}'..='\u{e7f}').contains(&first);
                add(&mut pieces, Piece::Rock { entry, words, head_first }, length)
            }
            (None, Some((mark, length))) => add(&mut pieces, Piece::Mark(mark), length),
            (None, None) => other(&mut pieces, line, at),
        };
    }
    pieces
}

fn add(pieces: &mut Vec<Piece>, piece: Piece, length: usize) -> usize {
    pieces.push(piece);
    length
}

/// A word that says nothing here; characters of scripts without blanks that follow each other are one.
fn other(pieces: &mut Vec<Piece>, line: &str, at: usize) -> usize {
    let rest = &line[at..];
    let first = rest.chars().next().unwrap_or(' ');
    let end = rest.find(|c: char| !c.is_alphanumeric() || is_close(c)).filter(|end| *end > 0);
    let length = if is_close(first) || end.is_none() && !first.is_alphanumeric() {
        first.len_utf8()
    } else {
        end.unwrap_or(rest.len())
    };
    match pieces.last_mut() {
        Some(Piece::Other(last)) if is_close(first) => *last += length,
        _ => pieces.push(Piece::Other(length)),
    }
    length
}

fn is_pieces(before: &[Piece], words: &str) -> bool {
    PIECES_BEHIND.contains(&words) && matches!(before.last(), Some(Piece::Rock { .. }))
}

fn rock_at(index: &Index, line: &str, at: usize, vietnamese: bool) -> Option<(Entry, usize)> {
    let rest = &line[at..];
    let before = line[..at].chars().next_back();
    let first = rest.chars().next()?;
    if !is_boundary(before, Some(first)) {
        return None;
    }
    let fits = |word: &str| {
        rest.strip_prefix(word).is_some_and(|after| is_boundary(word.chars().next_back(), after.chars().next()))
    };
    let whole = index.starting(first).iter().find(|word| fits(word) && index.is_plain(word, vietnamese));
    let whole = whole.and_then(|word| Some((*index.get(word).first()?, word.len())));
    plural_at(index, rest).filter(|(_, length)| whole.is_none_or(|(_, other)| *length > other)).or(whole)
}

/// An English plural of up to three words: `siliceous shales`.
fn plural_at(index: &Index, rest: &str) -> Option<(Entry, usize)> {
    let mut ends =
        rest.match_indices(|c: char| !c.is_ascii_lowercase() && c != '-').map(|(place, _)| place).chain([rest.len()]);
    let ends: Vec<usize> = ends.by_ref().take(3).collect();
    ends.into_iter().rev().find_map(|end| {
        let found = singular(rest.get(..end)?)
            .into_iter()
            .find_map(|word| index.get(&word).first().copied().filter(|_| index.is_plain(&word, false)));
        found.map(|entry| (entry, end))
    })
}

fn mark_at(line: &str, at: usize) -> Option<(Mark, usize)> {
    let rest = &line[at..];
    let before = line[..at].chars().next_back();
    let fits = |word: &str| {
        let after = rest.strip_prefix(word)?;
        let free =
            is_boundary(before, word.chars().next()) && is_boundary(word.chars().next_back(), after.chars().next());
        free.then_some(word.len())
    };
    MARKS.iter().filter_map(|(word, mark)| Some((*mark, fits(word)?))).max_by_key(|(_, length)| *length)
}
