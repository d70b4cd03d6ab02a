//! How periods relate: Allen's thirteen relations and CQL2's two more, on ends that may be open or not known exactly.
//!
//! The definitions are those of CQL2 (OGC 21-065r2, temporal functions) in terms of the four ends. An end that is known
//! only to a day (or a month, or a year) spans it: "before" and "after" compare the outer edges, so that a period of days
//! includes its last day; "equal" ends are those that can have been the same moment.

use super::TemporalOp;
use super::scalar::Moment;

/// A period while a filter is judged; an open end spans nothing at the edge of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) start: Moment,
    pub(super) end: Moment,
}

/// No beginning.
pub(super) const OPEN_START: Moment = Moment { earliest: i64::MIN, latest: i64::MIN };
/// No end.
pub(super) const OPEN_END: Moment = Moment { earliest: i64::MAX, latest: i64::MAX };

impl Period {
    pub(super) fn moment(moment: Moment) -> Self {
        Self { start: moment, end: moment }
    }

    fn first(self) -> i64 {
        self.start.earliest
    }

    fn last(self) -> i64 {
        self.end.latest
    }
}

impl TemporalOp {
    pub(super) fn holds(self, a: Period, b: Period) -> bool {
        let starts_equal = a.start.order(b.start).is_eq();
        let ends_equal = a.end.order(b.end).is_eq();
        let (starts_before, starts_after) = (a.first() < b.first(), a.first() > b.first());
        let (ends_before, ends_after) = (a.last() < b.last(), a.last() > b.last());
        let disjoint = a.last() < b.first() || a.first() > b.last();
        match self {
            Self::After => a.first() > b.last(),
            Self::Before => a.last() < b.first(),
            Self::Contains => starts_before && ends_after,
            Self::Disjoint => disjoint,
            Self::During => starts_after && ends_before,
            Self::Equals => starts_equal && ends_equal,
            Self::FinishedBy => starts_before && ends_equal,
            Self::Finishes => starts_after && ends_equal,
            Self::Intersects => !disjoint,
            Self::Meets => a.end.order(b.start).is_eq(),
            Self::MetBy => a.start.order(b.end).is_eq(),
            Self::OverlappedBy => starts_after && a.first() < b.last() && ends_after,
            Self::Overlaps => starts_before && a.last() > b.first() && ends_before,
            Self::StartedBy => starts_equal && ends_after,
            Self::Starts => starts_equal && ends_before,
        }
    }

    /// The relation with the sides exchanged: "a before b" is "b after a".
    #[must_use]
    pub fn exchanged(self) -> Self {
        match self {
            Self::After => Self::Before,
            Self::Before => Self::After,
            Self::Contains => Self::During,
            Self::During => Self::Contains,
            Self::FinishedBy => Self::Finishes,
            Self::Finishes => Self::FinishedBy,
            Self::Meets => Self::MetBy,
            Self::MetBy => Self::Meets,
            Self::OverlappedBy => Self::Overlaps,
            Self::Overlaps => Self::OverlappedBy,
            Self::StartedBy => Self::Starts,
            Self::Starts => Self::StartedBy,
            same @ (Self::Disjoint | Self::Equals | Self::Intersects) => same,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TemporalOp::*;

    const ALLEN: [TemporalOp; 13] = [
        After,
        Before,
        Contains,
        During,
        Equals,
        FinishedBy,
        Finishes,
        Meets,
        MetBy,
        OverlappedBy,
        Overlaps,
        StartedBy,
        Starts,
    ];

    fn exact(start: i64, end: i64) -> Period {
        let at = |moment| Moment { earliest: moment, latest: moment };
        Period { start: at(start), end: at(end) }
    }

    #[test]
    fn just_one_of_allens_relations_is_true_of_two_proper_periods() {
        for (a, b) in (0..7).flat_map(|a| (a + 1..8).map(move |b| (a, b))) {
            for (c, d) in (0..7).flat_map(|c| (c + 1..8).map(move |d| (c, d))) {
                let true_ones: Vec<_> = ALLEN.iter().filter(|op| op.holds(exact(a, b), exact(c, d))).collect();
                assert_eq!(true_ones.len(), 1, "[{a}, {b}] and [{c}, {d}]: {true_ones:?}");
                assert!(true_ones[0].exchanged().holds(exact(c, d), exact(a, b)));
                assert_ne!(Disjoint.holds(exact(a, b), exact(c, d)), Intersects.holds(exact(a, b), exact(c, d)));
            }
        }
    }

    #[test]
    fn open_ends_have_no_bound() {
        let since = Period { end: OPEN_END, ..exact(5, 5) };
        let until = Period { start: OPEN_START, ..exact(7, 7) };
        assert!(Intersects.holds(since, until) && Overlaps.holds(until, since) && After.holds(since, exact(1, 4)));
        assert!(Contains.holds(since, exact(6, 1_000)) && Equals.holds(since, since));
    }

    #[test]
    fn a_moment_within_a_day_equals_the_day_and_is_during_a_period_that_begins_with_it() {
        let day = |first| Moment { earliest: first, latest: first + 99 };
        let noon = Period::moment(Moment { earliest: 150, latest: 150 });
        assert!(Equals.holds(noon, Period::moment(day(100))) && !Equals.holds(noon, Period::moment(day(200))));
        assert!(During.holds(noon, Period { start: day(100), end: day(300) }));
        assert!(
            Intersects.holds(
                Period::moment(Moment { earliest: 399, latest: 399 }),
                Period { start: day(100), end: day(300) }
            )
        );
    }
}
