//! A filter made ready: the nodes that judge a batch, and how each does.

use super::distance::Near;
use super::like::Matcher;
use super::near::NearShape;
use super::operand::{Columns, Lane, Operand};
use super::scalar::{Moment, Scalar};
use super::shape::Shape;
use super::temporal::{OPEN_END, OPEN_START, Period};
use super::truth::{Bits, Truth};
use super::{ArrayOp, CompareOp, SpatialOp, TemporalOp};
use super::{column, relate};
use crate::batch::{Batch, Ids};
use crate::bbox::Bbox;
use crate::identity::FeatureId;
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub(super) enum Node {
    /// The same for all rows; unknown when absent.
    Constant(Option<bool>),
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Compare {
        op: CompareOp,
        left: Operand,
        right: Operand,
    },
    Like {
        value: Operand,
        matcher: Matcher,
    },
    In {
        value: Operand,
        members: Members,
    },
    IsNull(Operand),
    GeometryIsNull,
    Spatial {
        op: SpatialOp,
        shape: Arc<Shape>,
    },
    OwnSpatial {
        op: SpatialOp,
    },
    Temporal {
        op: TemporalOp,
        left: Time,
        right: Time,
    },
    Array {
        op: ArrayOp,
        left: List,
        right: List,
    },
    Holds(Operand),
    /// Boxes none of which crosses the antimeridian.
    Bbox(Vec<Bbox>),
    Ids(Identities),
    /// Folded words, and the slots of text columns to find them in.
    Words {
        words: Vec<String>,
        slots: Vec<usize>,
    },
    Near(Near),
    NearShape(Arc<NearShape>),
}

/// A time made ready.
#[derive(Debug, Clone)]
pub(super) enum Time {
    Moment(Operand),
    Period(Option<Operand>, Option<Operand>),
}

/// A list made ready.
#[derive(Debug, Clone)]
pub(super) enum List {
    Given(Vec<Scalar<'static>>),
    Read(Operand),
}

/// The members of a list that values are looked up in.
#[derive(Debug, Clone)]
pub(super) enum Members {
    /// Texts, and whether a null is among them.
    Texts(HashSet<String>, bool),
    /// Numbers by key, and whether a null is among them.
    Numbers(HashSet<NumberKey>, bool),
    /// Anything, asked one after the other.
    Others(Vec<Operand>),
}

/// Identities, as numbers and as they print.
#[derive(Debug, Clone)]
pub(super) struct Identities {
    numbers: HashSet<i64>,
    texts: HashSet<String>,
}

/// A number such that equal numbers have equal keys, whole or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum NumberKey {
    Whole(i64),
    Bits(u64),
}

impl NumberKey {
    pub(super) fn of(value: &Scalar<'_>) -> Option<Self> {
        match value {
            Scalar::Int(whole) => Some(Self::Whole(*whole)),
            Scalar::Float(number) => Some(Self::of_float(*number)),
            _ => None,
        }
    }

    pub(super) fn of_float(number: f64) -> Self {
        let whole = number as i64;
        let is_whole = super::scalar::order_int_float(whole, number).is_some_and(std::cmp::Ordering::is_eq);
        if is_whole { Self::Whole(whole) } else { Self::Bits(number.to_bits()) }
    }
}

impl Members {
    pub(super) fn new(members: Vec<Operand>) -> Self {
        let given: Option<Vec<&Scalar<'static>>> = members.iter().map(Operand::constant).collect();
        let Some(given) = given else { return Self::Others(members) };
        let has_null = given.iter().any(|value| value.is_null());
        let known = || given.iter().filter(|value| !value.is_null());
        let text =
            |value: &&Scalar<'static>| if let Scalar::Text(text) = value { Some(text.to_string()) } else { None };
        if let Some(texts) = known().map(text).collect() {
            return Self::Texts(texts, has_null);
        }
        match known().map(|value| NumberKey::of(value)).collect() {
            Some(numbers) => Self::Numbers(numbers, has_null),
            None => Self::Others(members),
        }
    }
}

impl Identities {
    pub(super) fn new(ids: &[FeatureId]) -> Self {
        let numbers = ids.iter().filter_map(|id| if let FeatureId::Number(number) = id { Some(*number) } else { None });
        Self { numbers: numbers.collect(), texts: ids.iter().map(ToString::to_string).collect() }
    }

    fn of_rows(&self, ids: &Ids, asked: &Bits) -> Truth {
        match ids {
            Ids::Numbers(numbers) => Truth::each(asked, |row| Some(self.numbers.contains(&numbers[row]))),
            Ids::Texts(texts) => Truth::each(asked, |row| Some(self.texts.contains(texts.get(row)))),
        }
    }
}

impl Node {
    /// A comparison with the column on the left where there is but one.
    pub(super) fn compare(op: CompareOp, left: Operand, right: Operand) -> Self {
        match (&left, &right) {
            (Operand::Constant(a), Operand::Constant(b)) => Self::Constant(a.order(b).map(|order| op.holds(order))),
            (Operand::Constant(_), _) => Self::Compare { op: op.exchanged(), left: right, right: left },
            _ => Self::Compare { op, left, right },
        }
    }

    /// How dear it is to ask, roughly.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::Constant(_) | Self::IsNull(_) | Self::GeometryIsNull | Self::Bbox(_) => 0,
            Self::Compare { .. } | Self::Holds(_) | Self::Ids(_) => 1,
            Self::In { .. } | Self::Temporal { .. } => 2,
            Self::Like { .. } | Self::Array { .. } | Self::Words { .. } => 4,
            Self::Near(_) => 8,
            Self::NearShape(_) => 32,
            Self::Spatial { .. } | Self::OwnSpatial { .. } => 16,
            Self::Not(one) => one.cost(),
            Self::And(all) | Self::Or(all) => all.iter().map(Self::cost).sum(),
        }
    }

    /// What this is for each of the rows asked about.
    pub(super) fn judge(&self, batch: &Batch, columns: &Columns<'_>, asked: &Bits) -> Truth {
        match self {
            Self::Constant(value) => Truth::constant(asked, *value),
            Self::And(all) => and(all, batch, columns, asked),
            Self::Or(all) => or(all, batch, columns, asked),
            Self::Not(one) => one.judge(batch, columns, asked).not(),
            Self::Compare { op, left, right } => compare(*op, left, right, columns, asked),
            Self::Like { value, matcher } => {
                column::texts(&value.lane(columns, asked), asked, |text| Some(matcher.matches(text)))
            }
            Self::In { value, members } => members.of_rows(value, columns, asked),
            Self::IsNull(value) => is_null(&value.lane(columns, asked), asked),
            Self::GeometryIsNull => Truth::certain(asked, without_geometry(batch, asked)),
            Self::Spatial { op, shape } => relate::of_rows(*op, shape, batch, asked),
            Self::OwnSpatial { op } => relate::of_selves(*op, batch, asked),
            Self::Temporal { op, left, right } => {
                let (left, right) = (left.lanes(columns, asked), right.lanes(columns, asked));
                Truth::each(asked, |row| Some(op.holds(left.period(row)?, right.period(row)?)))
            }
            Self::Array { op, left, right } => arrays(*op, left, right, columns, asked),
            Self::Holds(value) => {
                let lane = value.lane(columns, asked);
                Truth::each(asked, |row| if let Scalar::Bool(truth) = *lane.get(row) { Some(truth) } else { None })
            }
            Self::Bbox(parts) => boxes(parts, batch, asked),
            Self::Ids(ids) => ids.of_rows(&batch.ids, asked),
            Self::Words { words, slots } => find_words(words, slots, columns, asked),
            Self::Near(near) => near.of_rows(batch, asked),
            Self::NearShape(near) => near.of_rows(batch, asked),
        }
    }
}

fn and(all: &[Node], batch: &Batch, columns: &Columns<'_>, asked: &Bits) -> Truth {
    let mut truth = Truth::constant(asked, Some(true));
    for one in all {
        let open = asked.clone().without(&truth.no);
        if open.is_empty() {
            break;
        }
        truth = truth.and(&one.judge(batch, columns, &open));
    }
    truth
}

fn or(all: &[Node], batch: &Batch, columns: &Columns<'_>, asked: &Bits) -> Truth {
    let mut truth = Truth::constant(asked, Some(false));
    for one in all {
        let open = asked.clone().without(&truth.yes);
        if open.is_empty() {
            break;
        }
        truth = truth.or(&one.judge(batch, columns, &open));
    }
    truth
}

fn compare(op: CompareOp, left: &Operand, right: &Operand, columns: &Columns<'_>, asked: &Bits) -> Truth {
    let (left, right) = (left.lane(columns, asked), right.lane(columns, asked));
    if let (Lane::Column(values), Lane::Constant(constant)) = (&left, &right)
        && let Some(truth) = column::compare(op, values, constant, asked)
    {
        return truth;
    }
    Truth::each(asked, |row| left.get(row).order(&right.get(row)).map(|order| op.holds(order)))
}

fn is_null(lane: &Lane<'_>, asked: &Bits) -> Truth {
    let mut null = Bits::none(asked.rows());
    match lane {
        Lane::Column(values) => column::nulls(values, asked, &mut null),
        other => asked.ones().filter(|&row| other.get(row).is_null()).for_each(|row| null.set(row)),
    }
    Truth::certain(asked, null)
}

fn without_geometry(batch: &Batch, asked: &Bits) -> Bits {
    let Some(arrays) = &batch.geometry else { return asked.clone() };
    let mut none = Bits::none(asked.rows());
    asked.ones().filter(|&row| arrays.kinds.get(row).is_none_or(|&kind| kind == 0)).for_each(|row| none.set(row));
    none
}

/// Rows whose box meets one of these, and rows without any position.
fn boxes(parts: &[Bbox], batch: &Batch, asked: &Bits) -> Truth {
    let Some(arrays) = &batch.geometry else { return Truth::constant(asked, Some(true)) };
    let bboxes = arrays.bboxes.as_slice();
    if bboxes.len() < asked.rows() {
        return Truth::constant(asked, Some(true));
    }
    let meets = |row: usize, part: &Bbox| {
        let [west, south, east, north] = bboxes[row];
        west <= part.max[0] && part.min[0] <= east && south <= part.max[1] && part.min[1] <= north
    };
    Truth::quick(asked, None, |row| bboxes[row][1] > bboxes[row][3] || parts.iter().any(|part| meets(row, part)))
}

fn find_words(words: &[String], slots: &[usize], columns: &Columns<'_>, asked: &Bits) -> Truth {
    let lanes: Vec<_> = slots.iter().filter_map(|&slot| columns.get(slot)).collect();
    let mut folded = String::new();
    Truth::each(asked, |row| {
        folded.clear();
        for values in &lanes {
            if let crate::batch::Value::Text(text) = values.get(row) {
                folded.push_str(&super::fold_case(text));
                // No word holds a line break, so none is found across two columns.
                folded.push('\n');
            }
        }
        Some(words.iter().all(|word| folded.contains(word.as_str())))
    })
}

fn arrays(op: ArrayOp, left: &List, right: &List, columns: &Columns<'_>, asked: &Bits) -> Truth {
    let lane = |list: &List| if let List::Read(operand) = list { Some(operand.lane(columns, asked)) } else { None };
    let (left_lane, right_lane) = (lane(left), lane(right));
    Truth::each(asked, |row| {
        let (left_value, right_value) =
            (left_lane.as_ref().map(|lane| lane.get(row)), right_lane.as_ref().map(|lane| lane.get(row)));
        let left = left.members(left_value.as_deref())?;
        let right = right.members(right_value.as_deref())?;
        Some(op.holds(&left, &right))
    })
}

impl List {
    fn members<'a>(&'a self, value: Option<&'a Scalar<'_>>) -> Option<Cow<'a, [Scalar<'a>]>> {
        match (self, value) {
            (Self::Given(members), _) => Some(Cow::Borrowed(members)),
            (Self::Read(_), Some(Scalar::Json(json))) => super::list::read(json).map(Cow::Owned),
            _ => None,
        }
    }
}

impl Members {
    fn of_rows(&self, value: &Operand, columns: &Columns<'_>, asked: &Bits) -> Truth {
        let lane = value.lane(columns, asked);
        let answer = |found: bool, has_null: bool| if found { Some(true) } else { (!has_null).then_some(false) };
        match self {
            Self::Texts(texts, has_null) => column::texts(&lane, asked, |text| answer(texts.contains(text), *has_null)),
            Self::Numbers(numbers, has_null) => Truth::each(asked, |row| {
                NumberKey::of(&lane.get(row))
                    .map(|key| numbers.contains(&key))
                    .and_then(|found| answer(found, *has_null))
            }),
            Self::Others(members) => {
                let members: Vec<Lane<'_>> = members.iter().map(|member| member.lane(columns, asked)).collect();
                Truth::each(asked, |row| {
                    let value = lane.get(row);
                    let equal = |member: &Lane<'_>| value.order(&member.get(row)).map(std::cmp::Ordering::is_eq);
                    let mut answers = members.iter().map(equal);
                    let mut unknown = false;
                    let found = answers.any(|equal| {
                        unknown |= equal.is_none();
                        equal == Some(true)
                    });
                    answer(found, unknown)
                })
            }
        }
    }
}

/// A time for all rows.
enum TimeLanes<'a> {
    Moment(Lane<'a>),
    Period(Option<Lane<'a>>, Option<Lane<'a>>),
}

impl Time {
    fn lanes<'a>(&self, columns: &Columns<'a>, asked: &Bits) -> TimeLanes<'a> {
        let lane = |end: &Option<Operand>| end.as_ref().map(|operand| operand.lane(columns, asked));
        match self {
            Self::Moment(operand) => TimeLanes::Moment(operand.lane(columns, asked)),
            Self::Period(start, end) => TimeLanes::Period(lane(start), lane(end)),
        }
    }
}

impl TimeLanes<'_> {
    /// The period of a row: an end that has no value is open, and with neither the period is unknown.
    fn period(&self, row: usize) -> Option<Period> {
        let moment = |lane: &Lane<'_>| -> Option<Moment> {
            if let Scalar::Time(moment) = *lane.get(row) { Some(moment) } else { None }
        };
        match self {
            Self::Moment(lane) => moment(lane).map(Period::moment),
            Self::Period(None, None) => Some(Period { start: OPEN_START, end: OPEN_END }),
            Self::Period(start, end) => {
                let (start, end) = (start.as_ref().and_then(moment), end.as_ref().and_then(moment));
                (start.is_some() || end.is_some())
                    .then(|| Period { start: start.unwrap_or(OPEN_START), end: end.unwrap_or(OPEN_END) })
            }
        }
    }
}
