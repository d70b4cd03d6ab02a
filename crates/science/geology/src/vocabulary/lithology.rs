//! The rocks that a line of a legend names, the main one first, and what the others are to it.

mod piece;

use super::{Concept, Match, Role, Vocabulary};
use crate::text::fold;
use piece::{Mark, Piece, pieces};

/// How much a word must be like a rock's name where a line names none.
const LEAST_LIKENESS: f32 = 0.6;

/// A rock in a line.
#[derive(Debug, Clone)]
struct Rock<'a> {
    concept: &'a Concept,
    score: f32,
    words: String,
    role: Role,
    /// Which piece of the line it is.
    place: usize,
}

/// The rocks a text names in CGI's simple lithology: those it is about in its order, then what they are made of, what comes with them
/// and what is in them as pieces. Empty where it names none; a word that is only like a rock's name counts when nothing else is there,
/// and its score says so.
pub fn lithologies_in(text: &str) -> Vec<Match<'static>> {
    let Some(vocabulary) = super::named("simplelithology") else {
        return Vec::new();
    };
    let folded = fold(text);
    let line = pieces(vocabulary, folded.trim(), piece::is_vietnamese(text));
    let mut rocks = named(vocabulary, &line);
    behind(&line, &mut rocks);
    made_of(vocabulary, &line, &mut rocks);
    let mut found = distinct(rocks);
    if found.is_empty() {
        found = vocabulary.find(text, 1);
        found.retain(|rock| rock.score >= LEAST_LIKENESS);
    }
    found
}

/// The rocks with the roles that words before them give: "with", "clasts of", and brackets.
fn named<'a>(vocabulary: &'a Vocabulary, line: &[Piece]) -> Vec<Rock<'a>> {
    let mut role = Role::Main;
    let mut outside = Vec::new();
    let mut rocks = Vec::new();
    for (place, piece) in line.iter().enumerate() {
        match piece {
            Piece::Rock { entry, words, .. } => rocks.push(Rock {
                concept: &vocabulary.concepts()[entry.place],
                score: entry.kind.score(),
                words: words.clone(),
                role,
                place,
            }),
            Piece::Mark(Mark::With) => role = Role::Subordinate,
            Piece::Mark(Mark::ClastsOf) => role = Role::Clast,
            Piece::Mark(Mark::Stop) => role = Role::Main,
            Piece::Mark(Mark::Open) => {
                outside.push(role);
                role = Role::Subordinate;
            }
            Piece::Mark(Mark::Close) => role = outside.pop().unwrap_or(role),
            _ => {}
        }
    }
    rocks
}

/// The roles that words behind the rocks give: 〜を伴う, 〜の礫を含む. They reach back to the comma, or, where a rock follows that they
/// describe, to the last "and".
fn behind(line: &[Piece], rocks: &mut [Rock<'_>]) {
    for (place, _) in line.iter().enumerate().filter(|(_, piece)| matches!(piece, Piece::Mark(Mark::Holding))) {
        let describes = line[place + 1..].iter().find(|piece| !matches!(piece, Piece::Other(_)));
        let describes = matches!(describes, Some(Piece::Rock { .. }));
        let stops = |piece: &Piece| match piece {
            Piece::Mark(Mark::Comma | Mark::Stop | Mark::Open | Mark::Close | Mark::Holding) => true,
            Piece::Mark(Mark::And) => describes,
            _ => false,
        };
        let start = line[..place].iter().rposition(stops).map_or(0, |stop| stop + 1);
        let pieces = line[start..place].iter().any(|piece| matches!(piece, Piece::Mark(Mark::Clasts)));
        let role = if pieces { Role::Clast } else { Role::Subordinate };
        rocks.iter_mut().filter(|rock| (start..place).contains(&rock.place)).for_each(|rock| rock.role = role);
    }
}

/// A rock's name right before another's says what that is made of: rhyolite tuff. In Thai and Vietnamese it stands behind. Where the
/// second is only a wider word for the first (dacite lava), the first is meant.
fn made_of(vocabulary: &Vocabulary, line: &[Piece], rocks: &mut Vec<Rock<'_>>) {
    let alternate = line.iter().rposition(|piece| matches!(piece, Piece::Mark(Mark::Alternation)));
    let mut dropped = Vec::new();
    for second in (1..rocks.len()).rev() {
        let (first, this) = (&rocks[second - 1], &rocks[second]);
        let between = &line[first.place + 1..this.place];
        let joined = between.iter().all(|piece| matches!(piece, Piece::Mark(Mark::Hyphen)));
        let beside = between.iter().all(|piece| matches!(piece, Piece::Other(_) | Piece::Mark(Mark::Like)));
        let like = between.iter().any(|piece| matches!(piece, Piece::Mark(Mark::Like)));
        if vocabulary.is_within(&first.concept.id, &this.concept.id) && between.is_empty() {
            dropped.push(second);
        } else if joined && !between.is_empty() && this.role == Role::Composition {
            rocks[second - 1].role = Role::Composition;
        } else if beside && (like || between.len() <= 1) && (like || !alternates(line, alternate, this.place)) {
            let made =
                if matches!(line[this.place], Piece::Rock { head_first: true, .. }) { second } else { second - 1 };
            rocks[made].role = Role::Composition;
        }
    }
    dropped.into_iter().for_each(|place| drop(rocks.remove(place)));
}

/// Whether rocks named one after another alternate: 砂岩泥岩互層.
fn alternates(line: &[Piece], alternation: Option<usize>, place: usize) -> bool {
    alternation.is_some_and(|mark| {
        mark > place && line[place + 1..mark].iter().all(|piece| matches!(piece, Piece::Other(_) | Piece::Rock { .. }))
    })
}

/// Each term once, with the first of its roles in the order of roles; main ones first.
fn distinct(rocks: Vec<Rock<'_>>) -> Vec<Match<'_>> {
    let mut found: Vec<Match<'_>> = Vec::new();
    let mut ordered = rocks;
    ordered.sort_by_key(|rock| (order(rock.role), rock.place));
    for rock in ordered {
        if !found.iter().any(|other| other.concept.id == rock.concept.id) {
            found.push(Match { concept: rock.concept, score: rock.score, role: rock.role, words: rock.words });
        }
    }
    found
}

fn order(role: Role) -> u8 {
    match role {
        Role::Main => 0,
        Role::Composition => 1,
        Role::Subordinate => 2,
        Role::Clast => 3,
    }
}
