//! Values of a filter made ready, and their values for all rows of a batch at once.

use super::fold::{fold_accents, fold_case};
use super::scalar::{Moment, Scalar, compute};
use super::truth::Bits;
use super::{ArithmeticOp, Literal};
use crate::batch::{Batch, ColumnData, Values};
use crate::schema::ColumnKind;
use crate::time::When;
use std::borrow::Cow;

/// What a value is, as far as comparing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// A null that is given.
    Nothing,
    Bool,
    Number,
    Text,
    Time,
    Bytes,
    List,
}

impl Family {
    pub(super) fn of(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Bool => Self::Bool,
            ColumnKind::Int | ColumnKind::Float => Self::Number,
            ColumnKind::Text => Self::Text,
            ColumnKind::Time => Self::Time,
            ColumnKind::Bytes => Self::Bytes,
            ColumnKind::Nested => Self::List,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Time => "a time",
            Self::Bytes => "bytes",
            Self::List => "a list or record",
        }
    }
}

/// A value made ready.
#[derive(Debug, Clone)]
pub(super) enum Operand {
    Constant(Scalar<'static>),
    /// The column in a slot.
    Column(usize),
    Arithmetic {
        op: ArithmeticOp,
        sides: Box<[Self; 2]>,
    },
    Call {
        run: for<'a> fn(&[Scalar<'a>]) -> Scalar<'a>,
        arguments: Vec<Self>,
    },
    CaseFolded(Box<Self>),
    AccentFolded(Box<Self>),
}

/// The columns of a batch by slot; `None` where the batch lacks one or it is shorter than the batch.
pub(super) struct Columns<'a>(Vec<Option<&'a Values>>);

impl<'a> Columns<'a> {
    pub(super) fn new(batch: &'a Batch, slots: &[String]) -> Self {
        let find = |name: &String| batch.schema.column(name).and_then(|(at, _)| batch.columns.get(at));
        Self(slots.iter().map(|name| find(name).filter(|values| length(values) >= batch.height())).collect())
    }

    pub(super) fn get(&self, slot: usize) -> Option<&'a Values> {
        self.0.get(slot).copied().flatten()
    }
}

fn length(values: &Values) -> usize {
    match &values.data {
        ColumnData::Bool(values) => values.len(),
        ColumnData::Int(values) => values.len(),
        ColumnData::Float(values) => values.len(),
        ColumnData::Text(values) | ColumnData::Nested(values) => values.len(),
        ColumnData::Coded { codes, .. } => codes.len(),
        ColumnData::Time(times) => times.earliest.len().min(times.latest.len()),
        ColumnData::Bytes { offsets, .. } => offsets.len().saturating_sub(1),
    }
}

/// The values of all rows.
pub(super) enum Lane<'a> {
    Constant(Scalar<'a>),
    Column(&'a Values),
    /// One per row; null for rows that were not asked about.
    Computed(Vec<Scalar<'a>>),
}

impl<'a> Lane<'a> {
    pub(super) fn get(&self, row: usize) -> Cow<'_, Scalar<'a>> {
        match self {
            Self::Constant(value) => Cow::Borrowed(value),
            Self::Column(values) => Cow::Owned(value_of(values, row)),
            Self::Computed(values) => Cow::Borrowed(&values[row]),
        }
    }
}

/// As [`Values::get`], without making the stated text of a time.
fn value_of(values: &Values, row: usize) -> Scalar<'_> {
    match &values.data {
        ColumnData::Time(times) if values.is_valid(row) => {
            Scalar::Time(Moment { earliest: times.earliest[row], latest: times.latest[row] })
        }
        _ => Scalar::of(values.get(row)),
    }
}

impl Operand {
    pub(super) fn given(literal: &Literal) -> (Self, Family) {
        let family = match literal {
            Literal::Null => Family::Nothing,
            Literal::Bool(_) => Family::Bool,
            Literal::Int(_) | Literal::Float(_) => Family::Number,
            Literal::Text(_) => Family::Text,
            Literal::Instant(_) | Literal::Day(_) => Family::Time,
            Literal::List(_) => Family::List,
        };
        (Self::Constant(Scalar::given(literal)), family)
    }

    pub(super) fn moment(when: &When) -> Self {
        Self::Constant(Scalar::Time(Moment::of(when)))
    }

    /// The value, when it depends on no column.
    pub(super) fn constant(&self) -> Option<&Scalar<'static>> {
        if let Self::Constant(value) = self { Some(value) } else { None }
    }

    /// The same, computed already when all that it needs is.
    pub(super) fn computed_now(self) -> Self {
        let parts: &[Self] = match &self {
            Self::Constant(_) | Self::Column(_) => return self,
            Self::Arithmetic { sides, .. } => &sides[..],
            Self::Call { arguments, .. } => arguments,
            Self::CaseFolded(inner) | Self::AccentFolded(inner) => std::slice::from_ref(inner),
        };
        let given: Option<Vec<Scalar<'_>>> = parts.iter().map(|part| part.constant().cloned()).collect();
        given.map_or_else(|| self.clone(), |given| Self::Constant(self.apply(&given).into_owned()))
    }

    /// The values of the rows asked about.
    pub(super) fn lane<'a>(&self, columns: &Columns<'a>, asked: &Bits) -> Lane<'a> {
        let parts: &[Self] = match self {
            Self::Constant(value) => return Lane::Constant(value.clone()),
            Self::Column(slot) => return columns.get(*slot).map_or(Lane::Constant(Scalar::Null), Lane::Column),
            Self::Arithmetic { sides, .. } => &sides[..],
            Self::Call { arguments, .. } => arguments,
            Self::CaseFolded(inner) | Self::AccentFolded(inner) => std::slice::from_ref(inner),
        };
        let lanes: Vec<Lane<'a>> = parts.iter().map(|part| part.lane(columns, asked)).collect();
        let mut values = vec![Scalar::Null; asked.rows()];
        let mut given = Vec::with_capacity(lanes.len());
        for row in asked.ones() {
            given.clear();
            given.extend(lanes.iter().map(|lane| lane_value(lane, row)));
            values[row] = self.apply(&given);
        }
        Lane::Computed(values)
    }

    /// What this computes from the values of its parts.
    fn apply<'a>(&self, given: &[Scalar<'a>]) -> Scalar<'a> {
        match (self, given) {
            (_, given) if given.iter().any(Scalar::is_null) => Scalar::Null,
            (Self::Arithmetic { op, .. }, [left, right]) => compute(*op, left, right),
            (Self::Call { run, .. }, given) => run(given),
            (Self::CaseFolded(_), [Scalar::Text(text)]) => Scalar::Text(Cow::Owned(fold_case(text).into_owned())),
            (Self::AccentFolded(_), [Scalar::Text(text)]) => Scalar::Text(Cow::Owned(fold_accents(text).into_owned())),
            _ => Scalar::Null,
        }
    }
}

fn lane_value<'a>(lane: &Lane<'a>, row: usize) -> Scalar<'a> {
    match lane {
        Lane::Column(values) => value_of(values, row),
        Lane::Constant(value) => value.clone(),
        Lane::Computed(values) => values[row].clone(),
    }
}
