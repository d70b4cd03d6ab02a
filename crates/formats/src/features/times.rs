//! Which column says when a row happened: the one asked, the only one there is, or the one that is named so.

use terrane_model::report::{Finding, Report, Severity};
use terrane_model::schema::{ColumnKind, Schema, TimeColumns};
use terrane_model::{Error, Result};

/// Names that a time column has when there are several, the likeliest first.
pub const USUAL: [&str; 8] =
    ["time", "datetime", "date_time", "date", "origin_time", "timestamp", "event_time", "start"];

/// Sets the time column of a schema that has none. Returns the place of a column that was asked for and is made one of time.
pub fn choose(schema: &mut Schema, asked: Option<&str>, report: &mut Report) -> Result<Option<usize>> {
    if let Some(asked) = asked {
        return ask(schema, asked);
    }
    if schema.time.is_some() {
        return Ok(None);
    }
    let times: Vec<&str> = schema
        .columns
        .iter()
        .filter(|column| column.kind == ColumnKind::Time)
        .map(|column| column.name.as_str())
        .collect();
    let usual = USUAL.iter().find_map(|usual| times.iter().find(|name| name.eq_ignore_ascii_case(usual)));
    let chosen = match times.as_slice() {
        [only] => Some(*only),
        _ => usual.copied(),
    };
    if let Some(start) = chosen.map(str::to_owned) {
        if times.len() > 1 {
            let what =
                format!("Of {} columns of dates or times, “{start}” is taken as the time of a row.", times.len());
            report.add(Finding::new(Severity::Note, what, "Say it with --time when it is another."));
        }
        schema.time = Some(TimeColumns { start, end: None });
    }
    Ok(None)
}

fn ask(schema: &mut Schema, asked: &str) -> Result<Option<usize>> {
    let Some(place) = schema.column(asked).map(|(place, _)| place) else {
        let names: Vec<&str> = schema.columns.iter().map(|column| column.name.as_str()).take(50).collect();
        let say = format!("There is no column “{asked}”; there are: {}.", names.join(", "));
        return Err(Error::invalid(say).at("time"));
    };
    let column = &mut schema.columns[place];
    let changed = column.kind != ColumnKind::Time;
    if changed && !matches!(column.kind, ColumnKind::Text | ColumnKind::Int) {
        let say = format!("The column “{asked}” holds neither texts nor whole numbers, so it cannot be read as time.");
        return Err(Error::invalid(say).at("time"));
    }
    column.kind = ColumnKind::Time;
    schema.time = Some(TimeColumns { start: asked.to_owned(), end: None });
    Ok(changed.then_some(place))
}
