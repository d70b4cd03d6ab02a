//! A question to a feature source, in the source's own CRS.

use crate::batch::Feature;
use crate::bbox::Bbox;
use crate::filter::{Expr, Filter, TemporalOp, TimeExpr, order_int_float};
use crate::filter::{Literal, Piece};
use crate::identity::FeatureId;
use crate::schema::Schema;
use crate::time::Interval;
use std::cmp::Ordering;

/// Which rows, which columns, in which order, how many.
///
/// `bbox`, `time`, `filter`, `text` and `near.within_m` all narrow; a row must satisfy all. Everything spatial is in the CRS of
/// the source's schema.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FeatureQuery {
    /// Rows whose box meets this box; rows without geometry match too (OGC API Features 7.15.3).
    pub bbox: Option<Bbox>,
    /// Rows whose time meets this period; rows without time match too (OGC API Features 7.15.4).
    pub time: Option<Interval>,
    /// Rows for which this is true.
    pub filter: Option<Filter>,
    /// Rows in whose text columns all these words are found.
    pub text: Option<String>,
    /// The nearest rows to a position.
    pub near: Option<Near>,
    /// Which columns to return.
    pub columns: Columns,
    /// The order. With keys, ties are broken by the identity, ascending. Without keys it is the source's own order, which stays
    /// the same within a revision and in which it can go on after any row.
    pub sort: Vec<SortKey>,
    /// How many rows at most.
    pub limit: Option<usize>,
    /// Begin after this row in the order asked.
    pub after: Option<Position>,
    /// Geometry may differ by this much, in CRS units, because it will be drawn: half a pixel on the ground. Predicates
    /// never see the difference; downloads and measurements do not set it.
    pub tolerance: Option<f64>,
}

/// Which columns a query returns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Columns {
    /// All, and geometry.
    #[default]
    All,
    /// Just these, in this order.
    These {
        /// Names of columns.
        names: Vec<String>,
        /// Whether geometry too.
        geometry: bool,
    },
}

/// The nearest rows to a position.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// The position, x then y.
    pub centre: [f64; 2],
    /// How many rows.
    pub count: usize,
    /// Not farther than this, metres.
    pub within_m: Option<f64>,
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// The column.
    pub column: String,
    /// From large to small. Rows without a value come last either way.
    pub descending: bool,
}

/// Where a page begins: the sort values and the identity of the last row of the page before.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// One value per sort key.
    pub key: Vec<Literal>,
    /// The identity.
    pub id: FeatureId,
}

impl FeatureQuery {
    /// Everything that narrows, as one filter, for sources that judge rows one by one and for [`crate::scan::FeatureScan`].
    ///
    /// A row without geometry passes `bbox`, a row without time passes `time`, as the OGC API asks.
    pub fn whole_filter(&self, schema: &Schema) -> Filter {
        let near = self
            .near
            .as_ref()
            .and_then(|near| near.within_m.map(|distance_m| Filter::Within { centre: near.centre, distance_m }));
        Filter::all(
            [
                self.bbox.map(Filter::Bbox),
                self.time.and_then(|period| time_filter(&period, schema)),
                self.text.clone().map(Filter::Text),
                near,
                self.filter.clone(),
            ]
            .into_iter()
            .flatten(),
        )
    }

    /// Whether every row is asked for, whatever the order.
    pub fn narrows_nothing(&self) -> bool {
        self.bbox.is_none()
            && self.time.is_none()
            && self.filter.is_none()
            && self.text.is_none()
            && self.near.is_none()
    }
}

/// "The row's time meets the period, or it has none."
pub fn time_filter(period: &Interval, schema: &Schema) -> Option<Filter> {
    let columns = schema.time.as_ref()?;
    let moment = Expr::Column(columns.start.clone());
    let row_time = match &columns.end {
        None => TimeExpr::Moment(moment.clone()),
        Some(end) => TimeExpr::Period(Some(moment.clone()), Some(Expr::Column(end.clone()))),
    };
    let bound = |instant: Option<crate::time::Instant>| instant.map(|at| Expr::Literal(Literal::Instant(at)));
    let asked = TimeExpr::Period(bound(period.start), bound(period.end));
    let meets = Filter::Temporal { op: TemporalOp::Intersects, left: row_time, right: asked };
    Some(Filter::Or(vec![meets, Filter::IsNull(moment)]))
}

impl Position {
    /// Where a row stands in an order. A time stands where it begins; what has no order (bytes, a number that is none) counts as
    /// nothing.
    pub fn of(feature: &Feature<'_>, sort: &[SortKey]) -> Self {
        Self { key: sort.iter().map(|key| Literal::of(&feature.get(&key.column))).collect(), id: feature.id() }
    }
}

/// The order of two rows: key by key, rows without a value last either way, then by identity, ascending.
pub fn compare_positions(sort: &[SortKey], a: &Position, b: &Position) -> Ordering {
    let by_key = sort.iter().zip(a.key.iter().zip(&b.key)).map(|(key, (left, right))| match (left, right) {
        (Literal::Null, Literal::Null) => Ordering::Equal,
        (Literal::Null, _) => Ordering::Greater,
        (_, Literal::Null) => Ordering::Less,
        _ if key.descending => compare_literals(right, left),
        _ => compare_literals(left, right),
    });
    by_key.fold(Ordering::Equal, Ordering::then).then_with(|| a.id.cmp(&b.id))
}

/// The order of two values of one column; numbers exactly, texts by code point.
fn compare_literals(a: &Literal, b: &Literal) -> Ordering {
    match (a, b) {
        (Literal::Bool(a), Literal::Bool(b)) => a.cmp(b),
        (Literal::Int(a), Literal::Int(b)) => a.cmp(b),
        (Literal::Float(a), Literal::Float(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
        (Literal::Int(a), Literal::Float(b)) => order_int_float(*a, *b).unwrap_or(Ordering::Equal),
        (Literal::Float(a), Literal::Int(b)) => order_int_float(*b, *a).map_or(Ordering::Equal, Ordering::reverse),
        (Literal::Text(a), Literal::Text(b)) => a.cmp(b),
        (Literal::Instant(a), Literal::Instant(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

impl SortKey {
    /// From small to large.
    pub fn ascending(column: impl Into<String>) -> Self {
        Self { column: column.into(), descending: false }
    }
}

impl Piece {
    /// Takes a LIKE pattern apart: `%` any number of characters, `_` one, `\` makes the next one plain.
    pub fn parse_like(pattern: &str) -> Vec<Self> {
        let mut pieces: Vec<Self> = Vec::new();
        let mut run = String::new();
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            let wildcard = match character {
                '%' => Self::Any,
                '_' => Self::One,
                '\\' => {
                    run.extend(characters.next());
                    continue;
                }
                plain => {
                    run.push(plain);
                    continue;
                }
            };
            if !run.is_empty() {
                pieces.push(Self::Text(std::mem::take(&mut run)));
            }
            if wildcard != Self::Any || pieces.last() != Some(&Self::Any) {
                pieces.push(wildcard);
            }
        }
        if !run.is_empty() {
            pieces.push(Self::Text(run));
        }
        pieces
    }
}
