//! One tree for every filter: CQL2, OGC Filter, style rules, grants and bounding boxes all become this.
//!
//! Logic has three values, as in SQL and CQL2: a comparison with nothing is unknown, and only true keeps a row.
//! Text compares by code point. Spatial predicates are those of Simple Features on x and y.

mod column;
mod compile;
mod distance;
mod edges;
mod fold;
mod functions;
mod implied;
mod like;
mod list;
mod moved;
mod near;
mod operand;
mod plan;
mod predicate;
mod relate;
mod renamed;
mod scalar;
mod shape;
mod suggest;
mod temporal;
mod truth;
mod visit;

pub use distance::distance_m;
pub use fold::{fold_accents, fold_case};
pub use functions::{FUNCTIONS, Function};
pub use moved::{ExchangedAxes, Transformer};
pub use predicate::Predicate;
pub(crate) use scalar::order_int_float;

use crate::batch::Value;
use crate::bbox::Bbox;
use crate::identity::FeatureId;
use crate::time::{Instant, Interval};
use std::sync::Arc;

/// A condition on rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Always, or never.
    Literal(bool),
    /// All hold; true of none.
    And(Vec<Filter>),
    /// One holds; false of none.
    Or(Vec<Filter>),
    /// It does not hold; unknown stays unknown.
    Not(Box<Filter>),
    /// Two values compare so.
    Compare {
        /// How.
        op: CompareOp,
        /// The left value.
        left: Expr,
        /// The right value.
        right: Expr,
    },
    /// A value is within two, both included.
    Between {
        /// The value.
        value: Expr,
        /// The least.
        low: Expr,
        /// The most.
        high: Expr,
    },
    /// A text matches a pattern.
    Like {
        /// The text.
        value: Expr,
        /// The pattern.
        pattern: Pattern,
    },
    /// A value is one of a list.
    In {
        /// The value.
        value: Expr,
        /// The list.
        list: Vec<Expr>,
    },
    /// There is no value.
    IsNull(Expr),
    /// Two geometries relate so.
    Spatial {
        /// How.
        op: SpatialOp,
        /// The left geometry.
        left: GeometryExpr,
        /// The right geometry.
        right: GeometryExpr,
    },
    /// Two times relate so.
    Temporal {
        /// How.
        op: TemporalOp,
        /// The left time.
        left: TimeExpr,
        /// The right time.
        right: TimeExpr,
    },
    /// Two lists relate so.
    Array {
        /// How.
        op: ArrayOp,
        /// The left list.
        left: Expr,
        /// The right list.
        right: Expr,
    },
    /// A column, or a function whose value is true or false, holds.
    Holds(Expr),
    /// The row's box meets this box (cheap; what a `bbox` parameter means). Rows without geometry pass, as the OGC API asks.
    Bbox(Bbox),
    /// The row's identity is one of these.
    Ids(Vec<FeatureId>),
    /// Each of these words is found in some text column, case folded, also within words (`basalt` in `metabasalts`): that
    /// finds words of scripts that do not put blanks between them.
    Text(String),
    /// The geometry is within a distance of a position; metres on the ellipsoid for geographic CRSs, else CRS units.
    Within {
        /// The position, x then y.
        centre: [f64; 2],
        /// The distance, metres.
        distance_m: f64,
    },
    /// The geometry comes within a distance of a geometry; metres on the ellipsoid for geographic CRSs, else CRS units.
    Near {
        /// The geometry, in the CRS of the source that is asked.
        shape: Arc<geo_types::Geometry<f64>>,
        /// The distance, metres.
        distance_m: f64,
    },
}

/// A value: read, given or computed.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// The value of a column.
    Column(String),
    /// A value given.
    Literal(Literal),
    /// Two numbers computed.
    Arithmetic {
        /// How.
        op: ArithmeticOp,
        /// The left number.
        left: Box<Expr>,
        /// The right number.
        right: Box<Expr>,
    },
    /// A listed function of values.
    Call {
        /// Its name, lower case.
        name: String,
        /// Its arguments.
        arguments: Vec<Expr>,
    },
    /// A text with case folded away (CQL2 `CASEI`).
    CaseFolded(Box<Expr>),
    /// A text with accents folded away (CQL2 `ACCENTI`).
    AccentFolded(Box<Expr>),
}

/// A value given in a filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Text(String),
    /// A moment.
    Instant(Instant),
    /// A day, which a moment within it equals: first and last moment.
    Day(Interval),
    /// A list.
    List(Vec<Literal>),
}

impl Literal {
    /// A value of a row as a literal, which also puts rows in order. A time stands where it begins; what has no order (bytes, a number
    /// that is none) counts as nothing.
    pub fn of(value: &Value<'_>) -> Self {
        match value {
            Value::Null | Value::Bytes(_) => Self::Null,
            Value::Float(number) if number.is_nan() => Self::Null,
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Int(number) => Self::Int(*number),
            Value::Float(number) => Self::Float(*number),
            Value::Text(text) | Value::Nested(text) => Self::Text((*text).to_owned()),
            Value::Time(when) => Self::Instant(when.earliest),
        }
    }
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum CompareOp {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// How two numbers are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ArithmeticOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// Whole quotient, rounded toward zero (CQL2 `div`).
    WholeDivide,
    /// Remainder (CQL2 `%`).
    Modulo,
    Power,
}

/// How two geometries relate (Simple Features, DE-9IM).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum SpatialOp {
    Intersects,
    Disjoint,
    Equals,
    Touches,
    Crosses,
    Within,
    Contains,
    Overlaps,
}

/// How two periods or moments relate (Allen 1983; CQL2 names).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum TemporalOp {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

/// How two lists relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ArrayOp {
    Equals,
    Contains,
    ContainedBy,
    Overlaps,
}

/// A geometry: the row's or one given.
#[derive(Debug, Clone, PartialEq)]
pub enum GeometryExpr {
    /// The row's geometry.
    Column(String),
    /// A geometry given, in the CRS of the source that is asked.
    Literal(Arc<geo_types::Geometry<f64>>),
    /// A box given.
    Bbox(Bbox),
}

/// A time: the row's or one given.
#[derive(Debug, Clone, PartialEq)]
pub enum TimeExpr {
    /// A moment or a column of moments.
    Moment(Expr),
    /// A period whose ends are given or columns; `None` is open.
    Period(Option<Expr>, Option<Expr>),
}

/// A pattern for texts, already taken apart: literal runs and wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The pieces in order.
    pub pieces: Vec<Piece>,
    /// Whether case does not matter.
    pub fold_case: bool,
    /// Whether accents do not matter.
    pub fold_accents: bool,
}

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// This text.
    Text(String),
    /// One character, whichever.
    One,
    /// Any number of characters, also none.
    Any,
}

impl Filter {
    /// Both hold. Keeps the tree flat and drops what is always true.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Literal(true), filter) | (filter, Self::Literal(true)) => filter,
            (Self::And(mut all), Self::And(more)) => {
                all.extend(more);
                Self::And(all)
            }
            (Self::And(mut all), filter) => {
                all.push(filter);
                Self::And(all)
            }
            (filter, Self::And(mut all)) => {
                all.insert(0, filter);
                Self::And(all)
            }
            (left, right) => Self::And(vec![left, right]),
        }
    }

    /// All of some filters hold.
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        filters.into_iter().fold(Self::Literal(true), Self::and)
    }

    /// A column equals a value.
    pub fn equals(column: impl Into<String>, value: Literal) -> Self {
        Self::Compare { op: CompareOp::Equal, left: Expr::Column(column.into()), right: Expr::Literal(value) }
    }
}
