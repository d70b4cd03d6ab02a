//! What the entries of a mapping mean: terms of vocabularies and ages in millions of years.

use crate::mapping::Event;
use crate::time::{self, Unit};
use crate::view::TermKind;
use crate::vocabulary::{self, Concept};
use terrane_model::{Error, Result};

/// When something happened.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// When it began, millions of years ago.
    pub older_ma: f64,
    /// When it ended, millions of years ago.
    pub younger_ma: f64,
    /// The unit in which it began.
    pub older: Option<&'static Unit>,
    /// The unit in which it ended.
    pub younger: Option<&'static Unit>,
}

impl Span {
    /// The unit that stands for it on a map.
    pub fn representative(&self) -> &'static Unit {
        time::chart().representative(self.older_ma, self.younger_ma)
    }
}

/// When an event happened; units may be named by identifier or address.
pub fn age(event: &Event) -> Result<Span> {
    let named = |name: &Option<String>| name.as_deref().map(unit).transpose();
    let (older, younger) = (named(&event.older)?, named(&event.younger)?);
    let (older, younger) = (older.or(younger), younger.or(older));
    let older_ma = event.older_ma.or(older.map(|unit| unit.older_ma));
    let younger_ma = event.younger_ma.or(younger.map(|unit| unit.younger_ma));
    let (Some(older_ma), Some(younger_ma)) = (older_ma.or(younger_ma), younger_ma.or(older_ma)) else {
        return Err(Error::invalid("An event needs `older`, `younger`, `older_ma` or `younger_ma`."));
    };
    if !(older_ma.is_finite() && younger_ma.is_finite() && older_ma >= 0.0 && younger_ma >= 0.0) {
        return Err(Error::invalid("Ages are millions of years before present, 0 or more."));
    }
    Ok(Span { older_ma, younger_ma, older, younger })
}

/// A unit of the chart by its identifier or address.
pub fn unit(name: &str) -> Result<&'static Unit> {
    let chart = time::chart();
    chart.unit(name).or_else(|| chart.by_uri(name)).ok_or_else(|| {
        let near = time::read_age(name).and_then(|read| read.age.older);
        let hint = near.map_or_else(
            || "Units are called as in /vocabularies/ischart.".to_owned(),
            |unit| format!("Is it “{}”?", unit.id),
        );
        Error::invalid(format!("The chart {} has no unit “{}”. {hint}", chart.version(), shortened(name)))
    })
}

/// A term of the vocabulary of a kind, by its identifier or address.
pub fn concept(kind: &TermKind, name: &str) -> Result<&'static Concept> {
    let Some(vocabulary) = vocabulary::named(kind.vocabulary) else {
        return Err(Error::internal(format!("the vocabulary {} is not there", kind.vocabulary)));
    };
    vocabulary.concept(name).or_else(|| vocabulary.by_uri(name)).ok_or_else(|| {
        let near = vocabulary.find(name, 3);
        let near: Vec<&str> = near.iter().map(|found| found.concept.id.as_str()).collect();
        let hint = match near.is_empty() {
            true => format!("See /vocabularies/{}.", kind.vocabulary),
            false => format!("Near it are {}.", near.join(", ")),
        };
        Error::invalid(format!("The vocabulary {} has no term “{}”. {hint}", kind.vocabulary, shortened(name)))
    })
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
