//! Words between two separators: one age, put together from units, parts and what is older or younger than them.

use super::super::chart::chart;
use super::super::dictionary::{Part, Place, Word};
use super::super::span::{Age, part};
use super::super::unit::Unit;
use super::Token;

/// What may be said of everything before or after an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Older,
    Younger,
}

/// The words of one age.
#[derive(Debug, Default, Clone)]
pub struct Group {
    /// Parts that wait for their unit, the outermost first.
    waiting: Vec<Part>,
    /// Parts that stood after where a unit would be.
    trailing: bool,
    /// The last unit without its parts.
    bare: Option<(Age, f32)>,
    found: Option<(Age, f32)>,
    side: Option<Side>,
    touched: bool,
}

impl Group {
    /// Whether it holds nothing yet.
    pub fn is_empty(&self) -> bool {
        !self.touched
    }
    /// Whether it has parts and nothing they are parts of.
    pub fn wants_unit(&self) -> bool {
        self.bare.is_none() && self.found.is_none() && !self.waiting.is_empty()
    }
    /// Whether its parts are of a kind that stands after the unit.
    pub fn follows(&self) -> bool {
        self.trailing
    }
    /// The unit a neighbour may borrow.
    pub fn bare(&self) -> Option<(Age, f32)> {
        self.bare
    }
    /// Gives the waiting parts a neighbour's unit.
    pub fn lend(&mut self, unit: Option<(Age, f32)>) {
        if let Some((age, score)) = unit {
            self.found = Some(self.waiting.drain(..).rev().fold((age, score), narrowed));
        }
    }
    /// Takes the next piece; `after` is what follows.
    pub fn take(&mut self, token: Token<'_>, after: &[Token<'_>]) {
        match token {
            Token::Number(age) => self.add(age, 1.0, false),
            Token::Word(Word::Unit(age, score)) => self.add(age, score, true),
            Token::Word(Word::First(age)) => {
                if matches!(after.first(), Some(Token::Dash)) {
                    self.add(age, 0.95, true);
                }
            }
            Token::Word(Word::Part(named, place)) => self.part(named, place, after),
            Token::Word(Word::Older) => self.side = Some(Side::Older),
            Token::Word(Word::Younger) => self.side = Some(Side::Younger),
            Token::Word(Word::OlderThat) => {
                self.found = self.found.map(|(age, score)| (until(age, Side::Older), score * 0.9));
            }
            Token::Word(Word::YoungerThat) => {
                self.found = self.found.map(|(age, score)| (until(age, Side::Younger), score * 0.9));
            }
            _ => return,
        }
        self.touched = true;
    }
    fn add(&mut self, age: Age, score: f32, named: bool) {
        let (mut age, mut score) = (age, score);
        if named {
            self.bare = Some((whole(age), score));
            (age, score) = self.waiting.drain(..).rev().fold((age, score), narrowed);
        }
        if let Some(side) = self.side.take() {
            (age, score) = (until(age, side), score * 0.9);
        }
        self.found = Some(match self.found {
            None => (age, score),
            Some((whole, before)) if whole.covers(&age) => (age, before.min(score)),
            Some((whole, before)) if age.covers(&whole) => (whole, before.min(score)),
            Some((whole, before)) => (whole.hull(age), before.min(score)),
        });
    }
    fn part(&mut self, named: Part, place: Place, after: &[Token<'_>]) {
        let unit_follows = after.iter().find(|token| !matches!(token, Token::Word(Word::Part(..) | Word::Unsaid)));
        let unit_follows = matches!(unit_follows, Some(Token::Word(Word::Unit(..))));
        let applies_back = place == Place::After || (place == Place::Either && !unit_follows);
        match self.found {
            Some(found) if applies_back => self.found = Some(narrowed(found, named)),
            _ => {
                self.trailing = applies_back;
                self.waiting.push(named);
            }
        }
    }
    /// The age; parts that found no unit count for nothing but make it less sure.
    pub fn age(&self) -> Option<(Age, f32)> {
        let lost = if self.waiting.is_empty() { 1.0 } else { 0.7 };
        self.found.map(|(age, score)| (age, score * lost))
    }
}

fn narrowed((age, score): (Age, f32), named: Part) -> (Age, f32) {
    let (age, sure) = part(age, named);
    (age, score * sure)
}

/// What a neighbour's part may be a part of: of `Middle Jurassic`, which is a name of its own, the Jurassic.
fn whole(age: Age) -> Age {
    let part = age.unit().filter(|unit| ["Lower", "Middle", "Upper"].iter().any(|part| unit.id.starts_with(part)));
    part.and_then(Unit::parent_unit).map_or(age, Age::of)
}

/// Everything older or younger than an age.
fn until(age: Age, side: Side) -> Age {
    match side {
        Side::Older => Age { older_ma: chart().oldest_ma(), younger_ma: age.older_ma, older: None, younger: age.older },
        Side::Younger => Age { older_ma: age.younger_ma, younger_ma: 0.0, older: age.younger, younger: None },
    }
}
