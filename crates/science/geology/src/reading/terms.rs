//! Tables of terms made ready: from the values of a row to what they mean.

use crate::mapping::{Entry, Event, Layer, Part, Table};
use crate::meaning::{self, Span};
use crate::view::{AGE, LITHOLOGY, TermKind};
use crate::vocabulary::{self, Concept};
use std::collections::HashMap;
use std::fmt::Write as _;
use terrane_model::batch::{Batch, ColumnData, Value, Values};
use terrane_model::filter::{CompareOp, Expr, Literal};
use terrane_model::schema::{ColumnKind, Schema};
use terrane_model::{Error, Filter, Result};

/// What the values of some columns mean.
pub(super) struct Terms {
    pub kind: &'static TermKind,
    pub columns: Vec<String>,
    pub language: String,
    /// One per entry; what is not among the entries means [`Meaning::Nothing`].
    pub meanings: Vec<Meaning>,
    whens: Vec<Vec<Option<String>>>,
    kinds: Vec<ColumnKind>,
    places: HashMap<String, u32>,
    left_out: Vec<bool>,
}

/// What an entry means.
pub(super) enum Meaning {
    Nothing,
    Term(&'static Concept),
    Rocks(Vec<Rock>),
    Ages(Vec<(Event, Span)>),
}

/// A rock of a unit.
pub(super) struct Rock {
    pub concept: &'static Concept,
    /// The part that it plays.
    pub role: Option<&'static Concept>,
}

/// Entries that differ in their last value alone: what they have in common, and their last values.
type Group<'a> = (&'a [Option<String>], Vec<&'a Option<String>>);

/// Makes the tables of a layer ready.
pub(super) fn compile(layer: &Layer, table: &Schema, language: &str) -> Result<Vec<Terms>> {
    layer.terms.iter().map(|(name, terms)| Terms::new(name, terms, table, language)).collect()
}

impl Terms {
    fn new(name: &str, table: &Table, schema: &Schema, language: &str) -> Result<Self> {
        let kind = TermKind::named(name)
            .ok_or_else(|| Error::invalid(format!("There are no terms “{name}”.")).at("mapping"))?;
        let kind_of = |column: &String| schema.column(column).map_or(ColumnKind::Text, |(_, column)| column.kind);
        let mut places = HashMap::with_capacity(table.values.len());
        for (at, entry) in table.values.iter().enumerate() {
            places.entry(key_of(&entry.when)).or_insert(at as u32);
        }
        Ok(Self {
            kind,
            columns: table.columns.clone(),
            language: language.to_owned(),
            meanings: table.values.iter().map(|entry| meaning_of(kind, entry)).collect::<Result<_>>()?,
            whens: table.values.iter().map(|entry| given(&entry.when)).collect(),
            kinds: table.columns.iter().map(kind_of).collect(),
            places,
            left_out: table.values.iter().map(|entry| entry.leave_out.is_some()).collect(),
        })
    }

    /// The entry of each row held; the number of entries where there is none.
    pub fn places(&self, rows: &Batch) -> Vec<u32> {
        let columns: Vec<Option<&Values>> =
            self.columns.iter().map(|name| rows.schema.column(name).map(|(at, _)| &rows.columns[at])).collect();
        if let [Some(Values { data: ColumnData::Coded { codes, words }, validity })] = &columns[..] {
            let of_word: Vec<u32> =
                (0..words.len()).map(|word| self.place(&key_of(&[value(words.get(word))]))).collect();
            let nothing = self.place(&key_of::<&str>(&[None]));
            let is_valid = |row: usize| validity.as_ref().is_none_or(|bitmap| bitmap.get(row));
            let place = |(row, code): (usize, &u32)| match is_valid(row) {
                true => of_word.get(*code as usize).copied().unwrap_or(nothing),
                false => nothing,
            };
            return codes.iter().enumerate().map(place).collect();
        }
        let mut key = String::new();
        let of_row = |row: usize| {
            key.clear();
            for column in &columns {
                push_value(&mut key, &column.map_or(Value::Null, |values| values.get(row)));
            }
            self.place(&key)
        };
        (0..rows.height()).map(of_row).collect()
    }

    fn place(&self, key: &str) -> u32 {
        self.places.get(key).copied().unwrap_or(self.meanings.len() as u32)
    }

    /// Rows with the values of these entries, asked of the table. Never unknown: what is not so is false.
    pub fn rows_of(&self, entries: &[usize]) -> Filter {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for &entry in entries {
            let Some((last, first)) = self.whens[entry].split_last() else { continue };
            match groups.iter_mut().find(|(known, _)| *known == first) {
                Some((_, lasts)) => lasts.push(last),
                None => groups.push((first, vec![last])),
            }
        }
        let of_group = |(first, lasts): Group<'_>| {
            let of_first = first.iter().enumerate().map(|(at, value)| self.is_value(at, value.as_deref()));
            Filter::all(of_first.chain([self.is_among(&lasts)]))
        };
        match groups.len() {
            0 if self.columns.is_empty() => Filter::Literal(!entries.is_empty()),
            0 => Filter::Literal(false),
            _ => Filter::Or(groups.into_iter().map(of_group).collect()),
        }
    }

    fn is_value(&self, at: usize, value: Option<&str>) -> Filter {
        let column = Expr::Column(self.columns[at].clone());
        match value {
            None => self.is_nothing(at),
            Some(text) => {
                let right = Expr::Literal(literal(text, self.kinds[at]));
                let equal = Filter::Compare { op: CompareOp::Equal, left: column.clone(), right };
                Filter::And(vec![Filter::Not(Box::new(Filter::IsNull(column))), equal])
            }
        }
    }

    /// The value is null, or a text without characters, which many files write for it.
    fn is_nothing(&self, at: usize) -> Filter {
        let column = Expr::Column(self.columns[at].clone());
        let null = Filter::IsNull(column.clone());
        match self.kinds[at] {
            ColumnKind::Text => {
                let right = Expr::Literal(Literal::Text(String::new()));
                Filter::Or(vec![null, Filter::Compare { op: CompareOp::Equal, left: column, right }])
            }
            _ => null,
        }
    }

    fn is_among(&self, values: &[&Option<String>]) -> Filter {
        let at = self.columns.len() - 1;
        let column = Expr::Column(self.columns[at].clone());
        let given: Vec<Expr> =
            values.iter().filter_map(|value| Some(Expr::Literal(literal(value.as_deref()?, self.kinds[at])))).collect();
        let with_nothing = values.iter().any(|value| value.is_none()).then(|| self.is_nothing(at));
        let some = (!given.is_empty()).then(|| {
            let present = Filter::Not(Box::new(Filter::IsNull(column.clone())));
            Filter::And(vec![present, Filter::In { value: column, list: given }])
        });
        Filter::Or([some, with_nothing].into_iter().flatten().collect())
    }
}

/// Which rows are of the view: those that no table leaves out, and that the table which tells members gives a meaning.
pub(super) fn members(layer: &Layer, terms: &[Terms], _table: &Schema) -> Option<Filter> {
    let left_out = terms.iter().filter_map(|terms| {
        let entries: Vec<usize> = (0..terms.left_out.len()).filter(|&at| terms.left_out[at]).collect();
        (!entries.is_empty()).then(|| Filter::Not(Box::new(terms.rows_of(&entries))))
    });
    let telling = layer.only.as_deref().and_then(|only| terms.iter().find(|terms| terms.kind.name == only));
    let told = telling.map(|terms| {
        let has_meaning = |&at: &usize| !matches!(terms.meanings[at], Meaning::Nothing) && !terms.left_out[at];
        terms.rows_of(&(0..terms.meanings.len()).filter(has_meaning).collect::<Vec<_>>())
    });
    let all: Vec<Filter> = left_out.chain(told).collect();
    (!all.is_empty()).then(|| Filter::all(all))
}

fn meaning_of(kind: &'static TermKind, entry: &Entry) -> Result<Meaning> {
    Ok(match kind.name {
        AGE if !entry.events.is_empty() => {
            let span = |event: &Event| Ok((event.clone(), meaning::age(event)?));
            Meaning::Ages(entry.events.iter().map(span).collect::<Result<_>>()?)
        }
        LITHOLOGY if !entry.parts.is_empty() => {
            let rock = |part: &Part| {
                let role =
                    part.role.as_deref().and_then(|role| vocabulary::named("geologicunitpartrole")?.concept(role));
                Ok(Rock { concept: meaning::concept(kind, &part.lithology)?, role })
            };
            Meaning::Rocks(entry.parts.iter().map(rock).collect::<Result<_>>()?)
        }
        AGE | LITHOLOGY => Meaning::Nothing,
        _ => match &entry.term {
            Some(term) => Meaning::Term(meaning::concept(kind, term)?),
            None => Meaning::Nothing,
        },
    })
}

/// The values of an entry; a text without characters is none.
fn given(when: &[Option<String>]) -> Vec<Option<String>> {
    when.iter().map(|value| value.clone().filter(|text| !text.is_empty())).collect()
}

fn value(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The values of an entry or of a row as one text.
fn key_of<T: AsRef<str>>(values: &[Option<T>]) -> String {
    let mut key = String::new();
    for value in values {
        push_value(&mut key, &value.as_ref().map_or(Value::Null, |text| Value::Text(text.as_ref())));
    }
    key
}

/// Adds a value to a key, so that no two rows with other values have the same key.
fn push_value(key: &mut String, value: &Value<'_>) {
    let begin = key.len();
    // Writing to a text does not fail.
    let _ = write!(key, "{value}");
    let written = key.len() - begin;
    let _ = write!(key, "\u{1f}{written}\u{1e}");
}

/// A value as its column holds it.
fn literal(text: &str, kind: ColumnKind) -> Literal {
    match kind {
        ColumnKind::Int => text.parse().map_or_else(|_| Literal::Text(text.to_owned()), Literal::Int),
        ColumnKind::Float => text.parse().map_or_else(|_| Literal::Text(text.to_owned()), Literal::Float),
        ColumnKind::Bool => text.parse().map_or_else(|_| Literal::Text(text.to_owned()), Literal::Bool),
        _ => Literal::Text(text.to_owned()),
    }
}
