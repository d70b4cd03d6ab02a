//! Filters as SQL: only what SQLite judges exactly as [`terrane_model::filter`] does; values are always bound, never pasted.

use super::layer::{Layer, Stored, TimeForm, quoted};
use super::times;
use rusqlite::types::Value as Sql;
use terrane_model::filter::{CompareOp, Expr, Filter, Literal, Pattern, Piece, TemporalOp, TimeExpr};
use terrane_model::query::{Position, SortKey};
use terrane_model::schema::ColumnKind;
use terrane_model::time::{Instant, Interval, Precision, When};

/// A condition and its values, in the order of its question marks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Condition {
    /// The SQL; true when empty.
    pub sql: String,
    /// The values.
    pub values: Vec<Sql>,
}

impl Condition {
    /// Adds another condition that must hold as well.
    pub fn and(&mut self, other: Self) {
        if other.sql.is_empty() {
            return;
        }
        let joint = if self.sql.is_empty() { "" } else { " AND " };
        self.sql = format!("{}{joint}({})", self.sql, other.sql);
        self.values.extend(other.values);
    }

    /// ` WHERE …`, or nothing.
    pub fn clause(&self) -> String {
        if self.sql.is_empty() { String::new() } else { format!(" WHERE {}", self.sql) }
    }
}

/// The condition that is true for exactly the rows for which the filter is; `None` when SQLite cannot say that.
pub fn condition(filter: &Filter, layer: &Layer) -> Option<Condition> {
    let mut translation = Translation { layer, condition: Condition::default() };
    translation.filter(filter)?;
    Some(translation.condition)
}

struct Translation<'a> {
    layer: &'a Layer,
    condition: Condition,
}

impl<'a> Translation<'a> {
    fn push(&mut self, sql: &str) {
        self.condition.sql.push_str(sql);
    }

    fn bind(&mut self, value: Sql) {
        self.condition.sql.push('?');
        self.condition.values.push(value);
    }

    fn filter(&mut self, filter: &Filter) -> Option<()> {
        match filter {
            Filter::Literal(truth) => self.push(if *truth { "1" } else { "0" }),
            Filter::And(all) => self.joined(all, " AND ", "1")?,
            Filter::Or(any) => self.joined(any, " OR ", "0")?,
            Filter::Not(inner) => {
                self.push("NOT (");
                self.filter(inner)?;
                self.push(")");
            }
            Filter::Compare { op, left, right } => self.compare(*op, left, right)?,
            Filter::Between { value, low, high } => {
                self.compare(CompareOp::GreaterOrEqual, value, low)?;
                self.push(" AND ");
                self.compare(CompareOp::LessOrEqual, value, high)?;
            }
            Filter::In { value, list } => self.list(value, list)?,
            Filter::Like { value, pattern } => self.like(value, pattern)?,
            Filter::IsNull(Expr::Column(name)) => {
                let sql = format!("{} IS NULL", self.column(name)?.1);
                self.push(&sql);
            }
            Filter::Holds(Expr::Column(name)) => {
                let (kind, sql) = self.column(name)?;
                (kind == ColumnKind::Bool).then_some(())?;
                self.push(&sql);
            }
            Filter::Temporal { op: TemporalOp::Intersects, left, right } => self.intersects(left, right)?,
            _ => return None,
        }
        Some(())
    }

    fn joined(&mut self, filters: &[Filter], word: &str, none: &str) -> Option<()> {
        if filters.is_empty() {
            self.push(none);
        }
        for (place, filter) in filters.iter().enumerate() {
            self.push(if place > 0 { word } else { "" });
            self.push("(");
            self.filter(filter)?;
            self.push(")");
        }
        Some(())
    }

    /// The kind of a column and its SQL; of a time column only its beginning counts.
    fn column(&self, name: &str) -> Option<(ColumnKind, String)> {
        let (at, column) = self.layer.schema.column(name)?;
        Some((column.kind, sort_expression(&self.layer.columns[at])))
    }

    fn compare(&mut self, op: CompareOp, left: &Expr, right: &Expr) -> Option<()> {
        let (op, name, literal) = match (left, right) {
            (Expr::Column(name), Expr::Literal(literal)) => (op, name, literal),
            (Expr::Literal(literal), Expr::Column(name)) => (flipped(op), name, literal),
            _ => return None,
        };
        let (kind, column) = self.column(name)?;
        let value = bound(kind, literal)?;
        self.push(&format!("{column} {} ", spelling(op)));
        self.bind(value);
        Some(())
    }

    fn list(&mut self, value: &Expr, list: &[Expr]) -> Option<()> {
        let Expr::Column(name) = value else { return None };
        let (kind, column) = self.column(name)?;
        (!list.is_empty()).then_some(())?;
        self.push(&format!("{column} IN ("));
        for (place, item) in list.iter().enumerate() {
            let Expr::Literal(literal) = item else { return None };
            self.push(if place > 0 { ", " } else { "" });
            let value = bound(kind, literal)?;
            self.bind(value);
        }
        self.push(")");
        Some(())
    }

    /// GLOB tells case apart and compares by code point, as the model's patterns without folding do.
    fn like(&mut self, value: &Expr, pattern: &Pattern) -> Option<()> {
        let Expr::Column(name) = value else { return None };
        let (kind, column) = self.column(name)?;
        (kind == ColumnKind::Text && !pattern.fold_case && !pattern.fold_accents).then_some(())?;
        self.push(&format!("{column} GLOB "));
        self.bind(Sql::Text(glob(&pattern.pieces)?));
        Some(())
    }

    /// A row's time meets a period: it begins before the period's end and ends after the period's beginning.
    fn intersects(&mut self, left: &TimeExpr, right: &TimeExpr) -> Option<()> {
        let (start, end) = match left {
            TimeExpr::Moment(Expr::Column(name)) => (name, name),
            TimeExpr::Period(Some(Expr::Column(start)), Some(Expr::Column(end))) => (start, end),
            _ => return None,
        };
        let period = literal_period(right)?;
        let (first, last) = (self.stored_time(start)?, self.stored_time(end)?);
        // A missing end leaves a period open, which is for the engine to judge.
        (start == end).then_some(())?;
        self.push(&format!("{} IS NOT NULL", quoted_in_t(&first.name)));
        if let Some(at) = period.end {
            self.bound_time(first, at, true);
        }
        if let Some(at) = period.start {
            self.bound_time(last, at, false);
        }
        Some(())
    }

    fn stored_time(&self, name: &str) -> Option<&'a Stored> {
        let (at, column) = self.layer.schema.column(name)?;
        (column.kind == ColumnKind::Time).then(|| &self.layer.columns[at])
    }

    /// `AND earliest <= at` or `AND latest >= at`, in the spelling of the column.
    fn bound_time(&mut self, stored: &Stored, at: Instant, earliest: bool) {
        let Some(time) = &stored.time else { return };
        let sign = if earliest { "<=" } else { ">=" };
        match &time.companions {
            Some(names) => {
                let name = if earliest { &names.earliest } else { &names.latest };
                self.push(&format!(" AND {} {sign} ", quoted_in_t(name)));
                self.bind(Sql::Integer(at.0));
            }
            None => {
                self.push(&format!(" AND {} {sign} ", quoted_in_t(&stored.name)));
                self.bind(Sql::Text(bound_text(time.form, at, earliest)));
            }
        }
    }
}

/// The text that moments at or before (after) an instant sort at or before (after). Columns spelt as texts hold years 1 to 9999.
fn bound_text(form: TimeForm, at: Instant, at_most: bool) -> String {
    let year = at.civil().year;
    if year < 1 {
        return "0000".to_owned();
    }
    if year > 9999 {
        return "9999-99".to_owned();
    }
    // Whole milliseconds are stored: a bound from below is rounded up.
    let micros = if at_most { at.0 } else { at.0 + 999 };
    let when = When { precision: Precision::Instant, ..When::exactly(Instant(micros)) };
    let when = if form == TimeForm::Date { When::exactly(at) } else { when };
    let mut text = String::new();
    times::spell(form, &when, &mut text);
    text
}

fn literal_period(time: &TimeExpr) -> Option<Interval> {
    let instant = |expr: &Expr| match expr {
        Expr::Literal(Literal::Instant(at)) => Some(*at),
        _ => None,
    };
    let end = |expr: &Option<Expr>| match expr {
        None => Some(None),
        Some(expr) => instant(expr).map(Some),
    };
    match time {
        TimeExpr::Moment(expr) => instant(expr).map(Interval::at),
        TimeExpr::Period(from, to) => Some(Interval { start: end(from)?, end: end(to)? }),
    }
}

fn quoted_in_t(name: &str) -> String {
    format!("t.{}", quoted(name))
}

/// What rows are sorted by: of a time column, its beginning.
pub fn sort_expression(stored: &Stored) -> String {
    quoted_in_t(stored.reads().next().unwrap_or(&stored.name))
}

/// The value as SQLite must get it to compare as the model does; `None` for kinds that do not compare.
fn bound(kind: ColumnKind, literal: &Literal) -> Option<Sql> {
    match (kind, literal) {
        (ColumnKind::Bool, Literal::Bool(truth)) => Some(Sql::Integer(i64::from(*truth))),
        (ColumnKind::Int | ColumnKind::Float, Literal::Int(number)) => Some(Sql::Integer(*number)),
        (ColumnKind::Int | ColumnKind::Float, Literal::Float(number)) if number.is_finite() => Some(Sql::Real(*number)),
        (ColumnKind::Text, Literal::Text(text)) => Some(Sql::Text(text.clone())),
        _ => None,
    }
}

fn flipped(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessOrEqual => CompareOp::GreaterOrEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterOrEqual => CompareOp::LessOrEqual,
        same => same,
    }
}

fn spelling(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "=",
        CompareOp::NotEqual => "<>",
        CompareOp::Less => "<",
        CompareOp::LessOrEqual => "<=",
        CompareOp::Greater => ">",
        CompareOp::GreaterOrEqual => ">=",
    }
}

/// A pattern as GLOB; `None` when it holds a character that GLOB ends at.
fn glob(pieces: &[Piece]) -> Option<String> {
    let mut glob = String::new();
    for piece in pieces {
        match piece {
            Piece::Any => glob.push('*'),
            Piece::One => glob.push('?'),
            Piece::Text(text) => {
                for character in text.chars() {
                    match character {
                        '\0' => return None,
                        '*' | '?' | '[' => glob.extend(['[', character, ']']),
                        plain => glob.push(plain),
                    }
                }
            }
        }
    }
    Some(glob)
}

/// One key of an order as SQL.
#[derive(Debug, Clone)]
pub struct Key {
    expression: String,
    kind: ColumnKind,
    form: Option<TimeForm>,
    descending: bool,
}

/// The keys of an order; `None` when one does not sort in SQLite as it does in the model.
pub fn keys(sort: &[SortKey], layer: &Layer) -> Option<Vec<Key>> {
    sort.iter().map(|key| one_key(key, layer)).collect()
}

fn one_key(key: &SortKey, layer: &Layer) -> Option<Key> {
    let (at, column) = layer.schema.column(&key.column)?;
    let stored = &layer.columns[at];
    let form = stored.time.as_ref().filter(|time| time.companions.is_none()).map(|time| time.form);
    let sorts = !matches!(column.kind, ColumnKind::Bytes | ColumnKind::Nested);
    sorts.then(|| Key { expression: sort_expression(stored), kind: column.kind, form, descending: key.descending })
}

/// ` ORDER BY …`, the identity last.
pub fn order_clause(keys: &[Key], identity: &str) -> String {
    let mut all: Vec<String> = keys
        .iter()
        .map(|key| format!("{} {} NULLS LAST", key.expression, if key.descending { "DESC" } else { "ASC" }))
        .collect();
    all.push(quoted_in_t(identity));
    format!(" ORDER BY {}", all.join(", "))
}

/// The rows that come after a position in an order; `None` when its values are not of the keys' kinds.
///
/// The `+` keeps SQLite from looking the alternatives up in an index each and sorting all that they find: walking the index that gives
/// the order, and stopping at the limit, is a thousand times less work on a large table.
pub fn after(position: &Position, keys: &[Key], (identity, id): (&str, Sql)) -> Option<Condition> {
    let mut steps: Vec<Condition> = Vec::new();
    let mut equal = Condition::default();
    let mut between = false;
    for (key, value) in keys.iter().zip(&position.key) {
        let bound = key_value(key, value)?;
        between = is_between(key, value);
        if let Some(step) = beyond(key, &bound, between) {
            let mut whole = equal.clone();
            whole.and(step);
            steps.push(whole);
        }
        if between {
            break;
        }
        equal.and(Condition { sql: format!("+{} IS ?", key.expression), values: vec![bound] });
    }
    if !between {
        equal.and(Condition { sql: format!("+{} > ?", quoted_in_t(identity)), values: vec![id] });
        steps.push(equal);
    }
    let sql = steps.iter().map(|step| format!("({})", step.sql)).collect::<Vec<_>>().join(" OR ");
    Some(Condition { sql, values: steps.into_iter().flat_map(|step| step.values).collect() })
}

/// Whether a moment, of a row from elsewhere, is finer than the column's spelling: no row of ours has it, and it lies between the
/// spelling that [`key_value`] cuts it to and the next.
fn is_between(key: &Key, literal: &Literal) -> bool {
    let step_us = match key.form {
        Some(TimeForm::DateTime) => 1_000,
        Some(TimeForm::Date) => 86_400_000_000,
        Some(TimeForm::Text) | None => return false,
    };
    matches!(literal, Literal::Instant(at) if at.0.rem_euclid(step_us) != 0)
}

/// Rows whose key comes after a value: larger (smaller when descending), or missing; nothing comes after a missing one. What lies
/// between two spellings has been cut to the smaller, which comes after it when descending.
fn beyond(key: &Key, value: &Sql, between: bool) -> Option<Condition> {
    let sign = match (key.descending, between) {
        (false, _) => ">",
        (true, false) => "<",
        (true, true) => "<=",
    };
    let expression = &key.expression;
    (*value != Sql::Null).then(|| Condition {
        sql: format!("+{expression} {sign} ? OR +{expression} IS NULL"),
        values: vec![value.clone()],
    })
}

fn key_value(key: &Key, literal: &Literal) -> Option<Sql> {
    match (key.kind, literal) {
        (_, Literal::Null) => Some(Sql::Null),
        (ColumnKind::Time, Literal::Instant(at)) => Some(match key.form {
            None => Sql::Integer(at.0),
            Some(form) => Sql::Text(key_text(form, *at)),
        }),
        (kind, literal) => bound(kind, literal),
    }
}

/// The spelling of a moment, cut to what the form has; columns spelt as texts hold years 1 to 9999.
fn key_text(form: TimeForm, at: Instant) -> String {
    let mut text = String::new();
    match at.civil().year {
        ..1 => text.push_str("0000"),
        1..=9999 => times::spell(form, &When::exactly(at), &mut text),
        _ => text.push_str("9999-99"),
    }
    text
}
