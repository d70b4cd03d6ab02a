//! Questions made from the rows of a source, each with a plain judgement of single rows to compare its answer with.

use super::table::Table;
use crate::batch::{Feature, Value};
use crate::bbox::Bbox;
use crate::filter::{CompareOp, Expr, Filter, Literal, Pattern, Piece, distance_m};
use crate::query::FeatureQuery;
use crate::schema::{ColumnKind, Schema};
use crate::time::{Instant, Interval};
use std::cmp::Ordering;

/// True, false or unknown of a row.
pub(super) type Judge = Box<dyn Fn(&Feature<'_>) -> Option<bool>>;

/// A question and which rows it asks for.
pub(super) struct Question {
    pub(super) what: String,
    pub(super) query: FeatureQuery,
    pub(super) judge: Judge,
}

/// A filter and what it means.
struct Condition {
    what: String,
    filter: Filter,
    judge: Judge,
}

/// Questions about every column, place, time and words, and about their combinations.
pub(super) fn questions(table: &Table, schema: &Schema) -> Vec<Question> {
    let mut all = Vec::new();
    all.extend(places(table, schema));
    all.extend(times(table, schema));
    all.extend(words(table, schema));
    all.extend(distances(table, schema));
    // Sources of many rows are asked about fewer columns, so that the suite stays quick.
    let columns = (400_000 / table.len().max(1)).clamp(2, 12);
    let mut conditions: Vec<Condition> =
        (0..schema.columns.len().min(columns)).flat_map(|column| of_column(table, schema, column)).collect();
    all.extend(combinations(&mut conditions));
    all.extend(conditions.into_iter().map(|condition| Question {
        what: condition.what,
        query: FeatureQuery { filter: Some(condition.filter), ..FeatureQuery::default() },
        judge: condition.judge,
    }));
    all
}

/// The first, the middle and the last row that have what is looked for.
fn samples<T>(table: &Table, find: impl Fn(&Feature<'_>) -> Option<T>) -> Vec<T> {
    let mut found: Vec<T> = table.rows().filter_map(|row| find(&row)).collect();
    let last = found.len().saturating_sub(1);
    let mut at = 0;
    found.retain(|_| {
        at += 1;
        [1, last / 2 + 1, last + 1].contains(&at)
    });
    found
}

fn places(table: &Table, schema: &Schema) -> Vec<Question> {
    if schema.geometry.is_none() {
        return Vec::new();
    }
    let boxes: Vec<Bbox> = table
        .rows()
        .filter_map(|row| row.geometry())
        .map(|place| place.bbox())
        .filter(|bbox| !bbox.is_empty())
        .collect();
    let all = boxes.iter().fold(Bbox::EMPTY, Bbox::union);
    let mut asked = samples(table, |row| row.geometry().map(|place| place.bbox()).filter(|bbox| !bbox.is_empty()));
    if !all.is_empty() {
        let [x, y] = all.centre();
        asked.push(all);
        asked.push(Bbox { min: all.min, max: [x, y] });
        asked.push(Bbox { min: [x, all.min[1]], max: all.max });
        asked.push(Bbox { min: [all.max[0] + 1.0, all.max[1] + 1.0], max: [all.max[0] + 2.0, all.max[1] + 2.0] });
        if schema.crs().is_some_and(crate::Crs::is_geographic) && all.width() > 0.0 {
            // East of the middle, and west of the first quarter by way of 180°.
            asked.push(Bbox { min: [x, all.min[1]], max: [(all.min[0] + x) / 2.0, all.max[1]] });
        }
    }
    asked.into_iter().map(place).collect()
}

fn place(bbox: Bbox) -> Question {
    let meets = move |row: &Feature<'_>| match row.geometry().filter(|place| !place.is_empty()) {
        None => true,
        Some(place) => {
            let [west, south, east, north] = Bbox::of(place.positions()).to_array();
            let across = if bbox.min[0] <= bbox.max[0] {
                west <= bbox.max[0] && bbox.min[0] <= east
            } else {
                east >= bbox.min[0] || west <= bbox.max[0]
            };
            across && south <= bbox.max[1] && bbox.min[1] <= north
        }
    };
    Question {
        what: format!("rows that meet {bbox:?}"),
        query: FeatureQuery { bbox: Some(bbox), ..FeatureQuery::default() },
        judge: Box::new(move |row| Some(meets(row))),
    }
}

fn times(table: &Table, schema: &Schema) -> Vec<Question> {
    let Some(columns) = &schema.time else { return Vec::new() };
    let start = columns.start.clone();
    let moments = samples(table, |row| if let Value::Time(when) = row.get(&start) { Some(when) } else { None });
    let periods = moments.into_iter().flat_map(|when| {
        let (from, until) = (Some(when.earliest), Some(when.latest));
        [
            Interval { start: from, end: until },
            Interval { start: from, end: None },
            Interval { start: None, end: until },
        ]
    });
    periods
        .map(|period| {
            let columns = columns.clone();
            Question {
                what: format!("rows whose time meets {period:?}"),
                query: FeatureQuery { time: Some(period), ..FeatureQuery::default() },
                judge: Box::new(move |row| Some(row_meets(row, &columns.start, columns.end.as_deref(), period))),
            }
        })
        .collect()
}

/// Whether the row's time meets the period, or it has none. A period without an end goes on.
fn row_meets(row: &Feature<'_>, start: &str, end: Option<&str>, period: Interval) -> bool {
    let Value::Time(first) = row.get(start) else { return true };
    let last = match end.map(|end| row.get(end)) {
        None => Some(first.latest),
        Some(Value::Time(last)) => Some(last.latest),
        Some(_) => None,
    };
    Interval { start: Some(first.earliest), end: last }.intersects(&period)
}

fn words(table: &Table, schema: &Schema) -> Vec<Question> {
    let is_text = |column: &usize| schema.columns[*column].kind == ColumnKind::Text;
    let columns: Vec<usize> = (0..schema.columns.len()).filter(is_text).collect();
    let all_texts = move |row: &Feature<'_>| -> Vec<String> {
        columns
            .iter()
            .filter_map(|&at| if let Value::Text(text) = row.value(at) { Some(text.to_lowercase()) } else { None })
            .collect()
    };
    let plain = |text: &String| text.is_ascii();
    let found = samples(table, |row| {
        let texts = all_texts(row);
        texts.iter().filter(|text| plain(text)).find_map(|text| text.split_whitespace().next().map(str::to_owned))
    });
    found
        .into_iter()
        .map(|word| {
            let (asked, all_texts) = (word.to_uppercase(), all_texts.clone());
            Question {
                what: format!("rows with the word {asked}"),
                query: FeatureQuery { text: Some(asked), ..FeatureQuery::default() },
                judge: Box::new(move |row| Some(all_texts(row).iter().any(|text| text.contains(&word)))),
            }
        })
        .collect()
}

fn distances(table: &Table, schema: &Schema) -> Vec<Question> {
    let geographic = schema.crs().is_some_and(crate::Crs::is_geographic);
    let centres = samples(table, |row| row.geometry().and_then(|place| place.positions().first().copied()));
    centres
        .into_iter()
        .map(|centre| {
            let distance = if geographic { 50_000.0 } else { 1_000.0 };
            let near = move |row: &Feature<'_>| {
                Some(distance_m(&row.geometry()?, centre, geographic).is_some_and(|found| found <= distance))
            };
            Question {
                what: format!("rows within {distance} of {centre:?}"),
                query: FeatureQuery {
                    filter: Some(Filter::Within { centre, distance_m: distance }),
                    ..FeatureQuery::default()
                },
                judge: Box::new(near),
            }
        })
        .collect()
}

fn of_column(table: &Table, schema: &Schema, at: usize) -> Vec<Condition> {
    let name = schema.columns[at].name.clone();
    let mut conditions = vec![is_null(&name, at)];
    for literal in samples(table, |row| literal(&row.value(at))) {
        let ops = [CompareOp::Equal, CompareOp::NotEqual, CompareOp::Less, CompareOp::GreaterOrEqual];
        let usable = if matches!(literal, Literal::Bool(_)) { &ops[..2] } else { &ops[..] };
        conditions.extend(usable.iter().map(|&op| compare(&name, at, op, literal.clone())));
        conditions.push(one_of(&name, at, literal.clone()));
        if let Literal::Text(text) = literal {
            conditions.push(like(&name, at, &text));
        }
    }
    conditions
}

fn literal(value: &Value<'_>) -> Option<Literal> {
    match value {
        Value::Bool(truth) => Some(Literal::Bool(*truth)),
        Value::Int(number) => Some(Literal::Int(*number)),
        Value::Float(number) if number.is_finite() => Some(Literal::Float(*number)),
        Value::Text(text) => Some(Literal::Text((*text).to_owned())),
        Value::Time(when) => Some(Literal::Instant(when.earliest)),
        _ => None,
    }
}

fn order(value: &Value<'_>, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (Value::Bool(a), Literal::Bool(b)) => Some(a.cmp(b)),
        (Value::Int(a), Literal::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Literal::Float(b)) => a.partial_cmp(b),
        (Value::Text(a), Literal::Text(b)) => Some((*a).cmp(b.as_str())),
        (Value::Time(when), Literal::Instant(Instant(at))) if when.latest.0 < *at => Some(Ordering::Less),
        (Value::Time(when), Literal::Instant(Instant(at))) if when.earliest.0 > *at => Some(Ordering::Greater),
        (Value::Time(_), Literal::Instant(_)) => Some(Ordering::Equal),
        _ => None,
    }
}

fn is_null(name: &str, at: usize) -> Condition {
    let absent = |value: &Value<'_>| value.is_null() || matches!(value, Value::Float(number) if number.is_nan());
    Condition {
        what: format!("rows without {name}"),
        filter: Filter::IsNull(Expr::Column(name.to_owned())),
        judge: Box::new(move |row| Some(absent(&row.value(at)))),
    }
}

fn compare(name: &str, at: usize, op: CompareOp, literal: Literal) -> Condition {
    let (left, right) = (Expr::Column(name.to_owned()), Expr::Literal(literal.clone()));
    Condition {
        what: format!("rows whose {name} is {op:?} {literal:?}"),
        filter: Filter::Compare { op, left, right },
        judge: Box::new(move |row| order(&row.value(at), &literal).map(|order| op.holds(order))),
    }
}

fn one_of(name: &str, at: usize, literal: Literal) -> Condition {
    let (value, list) = (Expr::Column(name.to_owned()), vec![Expr::Literal(literal.clone())]);
    Condition {
        what: format!("rows whose {name} is in {list:?}"),
        filter: Filter::In { value, list },
        judge: Box::new(move |row| order(&row.value(at), &literal).map(Ordering::is_eq)),
    }
}

/// Texts that begin as this one does.
fn like(name: &str, at: usize, text: &str) -> Condition {
    let start: String = text.chars().take(2).collect();
    let pieces = vec![Piece::Text(start.clone()), Piece::Any];
    Condition {
        what: format!("rows whose {name} begins with {start:?}"),
        filter: Filter::Like {
            value: Expr::Column(name.to_owned()),
            pattern: Pattern { pieces, fold_case: false, fold_accents: false },
        },
        judge: Box::new(
            move |row| if let Value::Text(text) = row.value(at) { Some(text.starts_with(&start)) } else { None },
        ),
    }
}

/// Some conditions joined and negated, in three-valued logic.
fn combinations(conditions: &mut Vec<Condition>) -> Vec<Question> {
    let mut questions = Vec::new();
    for _pair in 0..conditions.len().min(12) / 2 {
        // From both ends, so that different columns meet.
        let (Some(first), last) = (conditions.pop(), conditions.remove(0)) else { break };
        let what = format!("not ({}) or ({}), and the other way round", first.what, last.what);
        let filter = Filter::Or(vec![
            Filter::And(vec![Filter::Not(Box::new(first.filter.clone())), last.filter.clone()]),
            Filter::And(vec![Filter::Not(Box::new(last.filter)), first.filter]),
        ]);
        let judge = move |row: &Feature<'_>| {
            let (first, last) = ((first.judge)(row), (last.judge)(row));
            or(and(first.map(|truth| !truth), last), and(last.map(|truth| !truth), first))
        };
        questions.push(Question {
            what,
            query: FeatureQuery { filter: Some(filter), ..FeatureQuery::default() },
            judge: Box::new(judge),
        });
    }
    questions
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    and(a.map(|truth| !truth), b.map(|truth| !truth)).map(|truth| !truth)
}
