//! `datetime`: a moment, or a period whose ends may be open.

use terrane_model::time::Interval;
use terrane_model::{Error, Result, When};

/// The period; a day or a year given as an end counts whole.
pub(super) fn parse(text: &str) -> Result<Interval> {
    let Some((start, end)) = text.split_once('/') else { return When::parse(text).map(|when| when.interval()) };
    let start = bound(start)?.map(|when| when.earliest);
    let end = bound(end)?.map(|when| when.latest);
    match (start, end) {
        (Some(start), Some(end)) if start > end => {
            Err(Error::invalid("The period ends before it begins; write the earlier moment first."))
        }
        _ => Ok(Interval { start, end }),
    }
}

fn bound(text: &str) -> Result<Option<When>> {
    match text.trim() {
        "" | ".." => Ok(None),
        moment => When::parse(moment).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::Instant;

    fn at(text: &str) -> Option<Instant> {
        Some(Instant::parse(text).expect("it is a moment"))
    }

    #[test]
    fn periods_may_be_open_at_either_end() {
        let read = |text| parse(text).expect("it is a period");
        assert_eq!(read("2019-07-06/.."), Interval { start: at("2019-07-06"), end: None });
        assert_eq!(read("/2019-07-06T00:00:00Z"), Interval { start: None, end: at("2019-07-06T00:00:00Z") });
        assert_eq!(read("../.."), Interval::default());
    }

    #[test]
    fn a_day_at_the_end_counts_whole() {
        let period = parse("2019-07-05/2019-07-06").expect("it is a period");
        assert_eq!(period.end, Some(Instant(at("2019-07-07").expect("a day").0 - 1)));
        assert_eq!(parse("2019-07-06").expect("a day").start, at("2019-07-06T00:00:00Z"));
    }

    #[test]
    fn what_is_not_a_period_is_refused() {
        for text in ["", "yesterday", "2019-13-01", "2020-01-01/2019-01-01", "a/b/c", "2019-02-30/..", "2019/2020/2021"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
