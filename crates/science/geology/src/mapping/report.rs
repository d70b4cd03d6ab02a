//! What a mapping accounts for: every combination of values in a table is told, left out for a reason, or open.

use super::{Entry, Layer};
use serde::Serialize;

/// A combination of values of some columns, and how many rows have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tuple {
    /// One per column.
    pub values: Vec<Option<String>>,
    /// Rows.
    pub rows: u64,
}

/// What the terms of one kind account for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// The view.
    pub view: String,
    /// The kind of terms.
    pub kind: String,
    /// The columns that are read.
    pub columns: Vec<String>,
    /// Rows of the table.
    pub rows: u64,
    /// Rows with a meaning.
    pub told: u64,
    /// Rows left out for a reason.
    pub left_out: u64,
    /// Rows whose values have no meaning yet.
    pub open: u64,
    /// What each combination of values means, the most rows first.
    pub values: Vec<CoverageRow>,
}

/// What one combination of values means.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CoverageRow {
    /// The values.
    pub when: Vec<Option<String>>,
    /// Rows that have them.
    pub rows: u64,
    /// `told`, `left out` or `open`.
    pub state: &'static str,
    /// What they mean, in a line; why they are left out.
    pub meaning: String,
    /// How sure the proposal was; absent where a person has said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
}

/// Looks what the terms of a layer account for; `tuples` gives the combinations of values of some columns.
pub fn coverage<E>(
    layer: &Layer,
    mut tuples: impl FnMut(&[String]) -> Result<Vec<Tuple>, E>,
) -> Result<Vec<Coverage>, E> {
    let of_table = |(kind, table): (&String, &super::Table)| {
        let mut values: Vec<CoverageRow> = tuples(&table.columns)?
            .into_iter()
            .map(|tuple| {
                let entry = table.values.iter().find(|entry| same(&entry.when, &tuple.values));
                let (state, meaning) = entry.map_or(("open", String::new()), told);
                let score = entry.and_then(|entry| entry.score).filter(|_| state == "told");
                CoverageRow { when: tuple.values, rows: tuple.rows, state, meaning, score }
            })
            .collect();
        values.sort_by(|a, b| (b.state == "open").cmp(&(a.state == "open")).then(b.rows.cmp(&a.rows)));
        let sum = |state: &str| values.iter().filter(|row| row.state == state).map(|row| row.rows).sum();
        Ok(Coverage {
            view: layer.view.clone(),
            kind: kind.clone(),
            columns: table.columns.clone(),
            rows: values.iter().map(|row| row.rows).sum(),
            told: sum("told"),
            left_out: sum("left out"),
            open: sum("open"),
            values,
        })
    };
    layer.terms.iter().map(of_table).collect()
}

/// Whether two combinations are the same; a text without characters is no value.
fn same(one: &[Option<String>], other: &[Option<String>]) -> bool {
    let plain = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| plain(a) == plain(b))
}

fn told(entry: &Entry) -> (&'static str, String) {
    if let Some(why) = &entry.leave_out {
        return ("left out", why.clone());
    }
    if !entry.has_meaning() {
        return ("open", String::new());
    }
    let events = entry.events.iter().map(|event| {
        let named = |name: &Option<String>, ma: Option<f64>| {
            ma.map(|ma| format!("{ma} Ma")).or_else(|| name.clone()).unwrap_or_default()
        };
        let (older, younger) = (named(&event.older, event.older_ma), named(&event.younger, event.younger_ma));
        let when = if younger.is_empty() || older == younger { older } else { format!("{older}–{younger}") };
        event.process.as_ref().map_or(when.clone(), |process| format!("{when} ({process})"))
    });
    let parts = entry.parts.iter().map(|part| part.lithology.clone());
    let all: Vec<String> = entry.term.iter().cloned().chain(parts).chain(events).collect();
    ("told", all.join("; "))
}
