//! Looks whether a mapping can be used: known views, fields, terms and ages.

use super::{Entry, Event, FORMAT, Layer, Mapping, Source, Table};
use crate::meaning;
use crate::view::{AGE, FieldKind, LITHOLOGY, TermKind, View};
use std::collections::HashSet;
use terrane_model::{Error, Result};

/// Values of one table; more are not a legend.
const VALUES_MAX: usize = 100_000;
/// Columns that are read together.
const COLUMNS_MAX: usize = 8;

/// Refuses what cannot be used, and says where.
pub(super) fn check(mapping: &Mapping) -> Result<()> {
    if mapping.mapping != FORMAT {
        return Err(wrong(format!(
            "Mappings of format {} are not known; this program reads format {FORMAT}.",
            mapping.mapping
        )));
    }
    if mapping.layers.is_empty() {
        return Err(wrong("The mapping has no layers; each tells one kind of table in one view.".to_owned()));
    }
    mapping.layers.iter().enumerate().try_for_each(|(at, layer)| {
        check_layer(layer).map_err(|error| within(&error, &format!("layers[{at}] ({})", layer.view)))
    })
}

fn wrong(say: String) -> Error {
    Error::invalid(say).at("mapping")
}

fn within(error: &Error, place: &str) -> Error {
    wrong(format!("{place}: {}", error.say()))
}

fn check_layer(layer: &Layer) -> Result<()> {
    let Some(view) = View::named(&layer.view) else {
        let known: Vec<&str> = crate::view::VIEWS.iter().map(|view| view.name).collect();
        return Err(wrong(format!("There is no view “{}”; the views are {}.", layer.view, known.join(", "))));
    };
    for (name, source) in &layer.fields {
        check_field(view, name, source)?;
    }
    for (name, table) in &layer.terms {
        check_table(view, name, table).map_err(|error| within(&error, &format!("terms.{name}")))?;
    }
    match &layer.only {
        Some(only) if !layer.terms.contains_key(only) => {
            Err(wrong(format!("`only` names “{only}”, which is none of the terms of this layer.")))
        }
        _ => Ok(()),
    }
}

fn check_field(view: &View, name: &str, source: &Source) -> Result<()> {
    let Some(field) = view.field(name) else {
        let known: Vec<&str> = view.fields().map(|field| field.name).collect();
        return Err(wrong(format!("{} has no field “{name}”; its fields are {}.", view.name, known.join(", "))));
    };
    match source {
        Source::Text(_) if field.kind == FieldKind::Number => {
            Err(wrong(format!("“{name}” is a number; write {{\"number\": …}} or name a column.")))
        }
        Source::Columns(names) if names.is_empty() => Err(wrong(format!("“{name}” names no columns."))),
        _ => Ok(()),
    }
}

fn check_table(view: &View, name: &str, table: &Table) -> Result<()> {
    let Some(kind) = TermKind::named(name).filter(|kind| view.terms().any(|of_view| of_view == *kind)) else {
        let known: Vec<&str> = view.terms().map(|kind| kind.name).collect();
        return Err(wrong(format!("{} has no such terms; it has {}.", view.name, known.join(", "))));
    };
    if table.columns.len() > COLUMNS_MAX {
        return Err(wrong(format!("Name at most {COLUMNS_MAX} columns, not {}.", table.columns.len())));
    }
    if table.values.len() > VALUES_MAX {
        return Err(wrong(format!("{} values are more than {VALUES_MAX}.", table.values.len())));
    }
    let mut seen = HashSet::with_capacity(table.values.len());
    for entry in &table.values {
        let said = said(entry);
        if !seen.insert(&entry.when) {
            return Err(wrong(format!("“{said}” is said twice; keep one.")));
        }
        if entry.when.len() != table.columns.len() {
            return Err(wrong(format!(
                "“{said}” has {} values for {} columns.",
                entry.when.len(),
                table.columns.len()
            )));
        }
        check_entry(kind, entry).map_err(|error| within(&error, &format!("“{said}”")))?;
    }
    Ok(())
}

/// The values of an entry as a person would say them.
pub(super) fn said(entry: &Entry) -> String {
    entry.when.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" · ")
}

fn check_entry(kind: &TermKind, entry: &Entry) -> Result<()> {
    match kind.name {
        AGE => entry.events.iter().try_for_each(check_event),
        LITHOLOGY => entry.parts.iter().try_for_each(|part| meaning::concept(kind, &part.lithology).map(drop)),
        _ => entry.term.iter().try_for_each(|term| meaning::concept(kind, term).map(drop)),
    }
}

fn check_event(event: &Event) -> Result<()> {
    let age = meaning::age(event)?;
    match age.older_ma >= age.younger_ma {
        true => Ok(()),
        false => Err(wrong(format!(
            "It began {} Ma ago and ended {} Ma ago, which is before it began; exchange `older` and `younger`.",
            age.older_ma, age.younger_ma
        ))),
    }
}
