//! Bounds that a filter implies: what a source with an index asks first.

use super::distance::Near;
use super::near::NearShape;
use super::{CompareOp, Expr, Filter, GeometryExpr, Literal, SpatialOp, TemporalOp, TimeExpr};
use crate::bbox::Bbox;
use crate::schema::Schema;
use crate::time::{Interval, When};

/// What is known of the rows that can match.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound<T> {
    /// No row can.
    Nothing,
    /// Only rows within.
    Within(T),
    /// Any row.
    Anything,
}

impl Filter {
    /// A box outside of which no row with geometry can match; `None` when there is no such bound. Rows without geometry
    /// may match all the same when the filter holds a [`Filter::Bbox`], which they pass.
    pub fn implied_bbox(&self) -> Option<Bbox> {
        self.place(None).known()
    }

    /// As [`Filter::implied_bbox`], also of distances, which need to know the CRS of the schema.
    pub fn implied_bbox_in(&self, schema: &Schema) -> Option<Bbox> {
        self.place(Some(schema.crs().is_some_and(crate::Crs::is_geographic))).known()
    }

    /// A period outside of which no row that has a value in that time column can match; `None` when there is no such
    /// bound. Rows without a value may match all the same.
    pub fn implied_time(&self, column: &str) -> Option<Interval> {
        self.moment(column).known()
    }

    fn place(&self, geographic: Option<bool>) -> Bound<Bbox> {
        match self {
            Self::Literal(false) => Bound::Nothing,
            Self::And(all) => {
                all.iter().fold(Bound::Anything, |bound, one| bound.both(one.place(geographic), narrower))
            }
            Self::Or(all) => all.iter().fold(Bound::Nothing, |bound, one| bound.either(one.place(geographic), wider)),
            Self::Bbox(bbox) => Bound::Within(*bbox),
            Self::Within { centre, distance_m } => geographic.map_or(Bound::Anything, |geographic| {
                Bound::Within(Near { centre: *centre, distance_m: *distance_m, geographic }.bbox())
            }),
            Self::Near { shape, distance_m } => geographic
                .and_then(|geographic| NearShape::new(shape, *distance_m, geographic).ok())
                .map_or(Bound::Anything, |near| Bound::Within(near.bbox())),
            Self::Spatial { op, left, right } => place_of_spatial(*op, left, right),
            _ => Bound::Anything,
        }
    }

    fn moment(&self, column: &str) -> Bound<Interval> {
        match self {
            Self::Literal(false) => Bound::Nothing,
            Self::And(all) => all.iter().fold(Bound::Anything, |bound, one| bound.both(one.moment(column), shared)),
            Self::Or(all) => all.iter().fold(Bound::Nothing, |bound, one| bound.either(one.moment(column), spanned)),
            Self::IsNull(Expr::Column(name)) if name == column => Bound::Nothing,
            Self::Compare { op, left, right } => moment_of_compare(*op, left, right, column),
            Self::Between { value: Expr::Column(name), low, high } if name == column => {
                let start = interval_of(low).map(|interval| Interval { end: None, ..interval });
                let end = interval_of(high).map(|interval| Interval { start: None, ..interval });
                bounded(start).both(bounded(end), shared)
            }
            Self::Temporal { op, left, right } => moment_of_temporal(*op, left, right, column),
            _ => Bound::Anything,
        }
    }
}

impl<T> Bound<T> {
    fn known(self) -> Option<T> {
        match self {
            Self::Within(bound) => Some(bound),
            Self::Nothing | Self::Anything => None,
        }
    }

    fn both(self, other: Self, narrow: impl Fn(T, T) -> Self) -> Self {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => Self::Nothing,
            (Self::Anything, bound) | (bound, Self::Anything) => bound,
            (Self::Within(a), Self::Within(b)) => narrow(a, b),
        }
    }

    fn either(self, other: Self, widen: impl Fn(T, T) -> T) -> Self {
        match (self, other) {
            (Self::Anything, _) | (_, Self::Anything) => Self::Anything,
            (Self::Nothing, bound) | (bound, Self::Nothing) => bound,
            (Self::Within(a), Self::Within(b)) => Self::Within(widen(a, b)),
        }
    }
}

fn bounded<T>(bound: Option<T>) -> Bound<T> {
    bound.map_or(Bound::Anything, Bound::Within)
}

/// Boxes that meet pairwise share a point (Helly 1923, on each axis), so a row that meets both meets what they share; where
/// they are apart on an axis, the row spans the gap.
fn narrower(a: Bbox, b: Bbox) -> Bound<Bbox> {
    if a.crosses() || b.crosses() {
        return Bound::Within(if a.width() <= b.width() { a } else { b });
    }
    let shared: [[f64; 2]; 2] = std::array::from_fn(|axis| {
        let (low, high) = (a.min[axis].max(b.min[axis]), a.max[axis].min(b.max[axis]));
        [low.min(high), low.max(high)]
    });
    Bound::Within(Bbox { min: shared.map(|[low, _]| low), max: shared.map(|[_, high]| high) })
}

fn wider(a: Bbox, b: Bbox) -> Bbox {
    if a.crosses() || b.crosses() { Bbox::union_around([&a, &b]) } else { a.union(&b) }
}

fn place_of_spatial(op: SpatialOp, left: &GeometryExpr, right: &GeometryExpr) -> Bound<Bbox> {
    let given = match (left, right) {
        (GeometryExpr::Column(_), given) | (given, GeometryExpr::Column(_)) => given,
        _ => return Bound::Anything,
    };
    match given {
        _ if op == SpatialOp::Disjoint => Bound::Anything,
        GeometryExpr::Column(_) => Bound::Anything,
        GeometryExpr::Bbox(bbox) => Bound::Within(*bbox),
        GeometryExpr::Literal(geometry) => {
            use geo::CoordsIter;
            let bbox = geometry.coords_iter().fold(Bbox::EMPTY, |mut bbox, at| {
                bbox.include([at.x, at.y]);
                bbox
            });
            if bbox.is_empty() { Bound::Nothing } else { Bound::Within(bbox) }
        }
    }
}

/// As [`narrower`], in time.
fn shared(a: Interval, b: Interval) -> Bound<Interval> {
    let latest_start = a.start.max(b.start);
    let earliest_end = [a.end, b.end].into_iter().flatten().min();
    match (latest_start, earliest_end) {
        (Some(start), Some(end)) if start > end => {
            // Rows that span the gap between the two meet both.
            Bound::Within(Interval { start: Some(end), end: Some(start) })
        }
        (start, end) => Bound::Within(Interval { start, end }),
    }
}

fn spanned(a: Interval, b: Interval) -> Interval {
    Interval { start: a.start.zip(b.start).map(|(a, b)| a.min(b)), end: a.end.zip(b.end).map(|(a, b)| a.max(b)) }
}

fn moment_of_compare(op: CompareOp, left: &Expr, right: &Expr, column: &str) -> Bound<Interval> {
    let (op, given) = match (left, right) {
        (Expr::Column(name), given) if name == column => (op, given),
        (given, Expr::Column(name)) if name == column => (op.exchanged(), given),
        _ => return Bound::Anything,
    };
    let Some(interval) = interval_of(given) else { return Bound::Anything };
    match op {
        CompareOp::Equal => Bound::Within(interval),
        CompareOp::Less | CompareOp::LessOrEqual => Bound::Within(Interval { start: None, ..interval }),
        CompareOp::Greater | CompareOp::GreaterOrEqual => Bound::Within(Interval { end: None, ..interval }),
        CompareOp::NotEqual => Bound::Anything,
    }
}

fn moment_of_temporal(op: TemporalOp, left: &TimeExpr, right: &TimeExpr, column: &str) -> Bound<Interval> {
    let is_row = |time: &TimeExpr| matches!(time, TimeExpr::Moment(Expr::Column(name)) if name == column);
    let (op, given) = match (is_row(left), is_row(right)) {
        (true, false) => (op, right),
        (false, true) => (op.exchanged(), left),
        _ => return Bound::Anything,
    };
    let period = match given {
        TimeExpr::Moment(moment) => interval_of(moment),
        TimeExpr::Period(start, end) => period_of(start.as_ref(), end.as_ref()),
    };
    let Some(period) = period else { return Bound::Anything };
    match op {
        TemporalOp::Before => Bound::Within(Interval { start: None, end: period.start }),
        TemporalOp::After => Bound::Within(Interval { start: period.end, end: None }),
        TemporalOp::Disjoint => Bound::Anything,
        _ => Bound::Within(period),
    }
}

fn period_of(start: Option<&Expr>, end: Option<&Expr>) -> Option<Interval> {
    let start = start.map_or(Some(Interval::default()), interval_of)?;
    let end = end.map_or(Some(Interval::default()), interval_of)?;
    Some(Interval { start: start.start, end: end.end })
}

fn interval_of(expr: &Expr) -> Option<Interval> {
    match expr {
        Expr::Literal(Literal::Instant(instant)) => Some(Interval::at(*instant)),
        Expr::Literal(Literal::Day(day)) => Some(*day),
        Expr::Literal(Literal::Text(text)) => When::parse(text).ok().map(|when| when.interval()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;

    fn at(op: CompareOp, text: &str) -> Filter {
        let right = Expr::Literal(Literal::Instant(Instant::parse(text).expect("a moment")));
        Filter::Compare { op, left: Expr::Column("when".into()), right }
    }

    #[test]
    fn conditions_that_all_hold_narrow_and_alternatives_widen() {
        let plain = |min, max| Filter::Bbox(Bbox::plain(min, max).expect("a box"));
        let (small, large) = (plain([0.0, 0.0], [1.0, 1.0]), plain([0.0, 0.0], [10.0, 10.0]));
        assert_eq!(small.clone().and(large.clone()).implied_bbox(), Bbox::plain([0.0, 0.0], [1.0, 1.0]).ok());
        assert_eq!(Filter::Or(vec![small.clone(), large]).implied_bbox(), Bbox::plain([0.0, 0.0], [10.0, 10.0]).ok());
        assert_eq!(Filter::Or(vec![small.clone(), Filter::Literal(true)]).implied_bbox(), None);
        assert_eq!(
            Filter::Or(vec![small, Filter::Literal(false)]).implied_bbox(),
            Bbox::plain([0.0, 0.0], [1.0, 1.0]).ok()
        );
    }

    #[test]
    fn a_period_is_implied_by_comparisons_and_the_absence_of_a_value_adds_nothing() {
        let (from, until) =
            (at(CompareOp::GreaterOrEqual, "2019-01-01T00:00:00Z"), at(CompareOp::Less, "2020-01-01T00:00:00Z"));
        let period = from.clone().and(until).implied_time("when").expect("a bound");
        assert_eq!(period.start, Instant::from_date(2019, 1, 1).ok());
        assert_eq!(period.end, Instant::from_date(2020, 1, 1).ok());
        let or_null = Filter::Or(vec![from, Filter::IsNull(Expr::Column("when".into()))]);
        assert_eq!(or_null.implied_time("when").expect("a bound").end, None);
        assert_eq!(or_null.implied_time("other"), None);
    }

    #[test]
    fn an_uncertain_moment_across_two_bounds_is_not_lost() {
        let gap = at(CompareOp::LessOrEqual, "2019-01-01T00:00:00Z")
            .and(at(CompareOp::GreaterOrEqual, "2020-01-01T00:00:00Z"));
        let period = gap.implied_time("when").expect("a bound");
        let row = When::parse("2019").expect("a year");
        let row = Interval { start: Some(row.earliest), end: Some(Instant(row.latest.0 + 1)) };
        assert!(row.intersects(&period));
    }
}
