//! `datetime`: a moment, or a period whose ends may be open.

use terrane_model::time::{Civil, Interval, Precision, days_in_month};
use terrane_model::{Error, Instant, Result, When};

/// The period; a day or a year given as an end counts whole. Instead of its end it may have its length, as ISO 8601 writes it.
pub(super) fn parse(text: &str) -> Result<Interval> {
    let Some((start, end)) = text.split_once('/') else { return When::parse(text).map(|when| when.interval()) };
    let start = bound(start)?;
    let end = match (&start, end.trim().strip_prefix('P')) {
        (Some(start), Some(length)) => Some(after(start, length)?),
        _ => bound(end)?.map(|when| when.latest),
    };
    let start = start.map(|when| when.earliest);
    match (start, end) {
        (Some(start), Some(end)) if start > end => {
            Err(Error::invalid("The period ends before it begins; write the earlier moment first."))
        }
        _ => Ok(Interval { start, end }),
    }
}

/// The last moment of a period of some length: that length on, or just before it when the start is a whole day, month or year.
fn after(start: &When, length: &str) -> Result<Instant> {
    let wrong = || Error::invalid(format!("“P{}” is no length of time; write it like P2D or PT36H.", shown(length)));
    let length = Length::parse(length).ok_or_else(wrong)?;
    let end = length.after(start.earliest).ok_or_else(wrong)?;
    let is_whole = matches!(start.precision, Precision::Day | Precision::Month | Precision::Year);
    Ok(if is_whole && end > start.earliest { Instant(end.0 - 1) } else { end })
}

fn shown(text: &str) -> String {
    text.chars().take(32).collect()
}

/// A length of time: months, whose own length depends on where they are, and seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Length {
    months: i64,
    seconds: i64,
}

/// Units of a length with a factor, those of months first: (letter, whether after T, months, seconds).
const UNITS: [(char, bool, i64, i64); 7] = [
    ('Y', false, 12, 0),
    ('M', false, 1, 0),
    ('W', false, 0, 7 * 86_400),
    ('D', false, 0, 86_400),
    ('H', true, 0, 3_600),
    ('M', true, 0, 60),
    ('S', true, 0, 1),
];

impl Length {
    /// Reads what follows the P: `1Y2M3W4DT5H6M7S`, units in this order, any of them left out, but not all.
    fn parse(text: &str) -> Option<Self> {
        let (days, clock) = text.split_once('T').map_or((text, None), |(days, clock)| (days, Some(clock)));
        if clock.map_or(days.is_empty(), str::is_empty) {
            return None;
        }
        let mut all = Self::default();
        for (mut rest, timed) in [(days, false), (clock.unwrap_or(""), true)] {
            for (letter, _, months, seconds) in UNITS.into_iter().filter(|unit| unit.1 == timed) {
                let Some((digits, behind)) = rest.split_once(letter) else { continue };
                if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                let number: i64 = digits.parse().ok()?;
                all.months += months * number;
                all.seconds += seconds * number;
                rest = behind;
            }
            if !rest.is_empty() {
                return None;
            }
        }
        Some(all)
    }

    /// The moment that much later; a day that its month does not have is the last one of it.
    fn after(self, from: Instant) -> Option<Instant> {
        let civil = from.civil();
        let months = civil.year.checked_mul(12)?.checked_add(i64::from(civil.month) - 1)?.checked_add(self.months)?;
        let (year, month) = (months.div_euclid(12), u8::try_from(months.rem_euclid(12) + 1).ok()?);
        let day = civil.day.min(days_in_month(year, month));
        let moved = Instant::from_civil(&Civil { year, month, day, ..civil }).ok()?;
        moved.0.checked_add(self.seconds.checked_mul(1_000_000)?).map(Instant)
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
    fn a_period_may_have_its_length_instead_of_its_end() {
        let read = |text| parse(text).expect("it is a period");
        assert_eq!(read("2018-02-12/P2D"), read("2018-02-12/2018-02-13"));
        assert_eq!(read("2018/P1Y6M"), read("2018/2019-06"));
        assert_eq!(read("2018-02-12T00:00:00Z/P1M6DT12H31M12S").end, at("2018-03-18T12:31:12Z"));
        assert_eq!(read("2020-01-31T12:00:00Z/P1M").end, at("2020-02-29T12:00:00Z"), "the last day of a month");
        assert_eq!(read("2020-01-01T00:00:00Z/P1W").end, at("2020-01-08T00:00:00Z"));
        assert_eq!(read("2020-01-01/P0D").start, read("2020-01-01/P0D").end);
        for wrong in
            ["P", "PT", "P2", "PD", "P2DT", "P1D1Y", "P-1D", "P1.5D", "P1H", "PT1D", "P9999999999D", "P999999999Y"]
        {
            assert!(parse(&format!("2020-01-01/{wrong}")).is_err(), "{wrong}");
        }
        assert!(parse("../P1D").is_err() && parse("P1D/2020-01-01").is_err(), "a length needs its start");
    }

    #[test]
    fn what_is_not_a_period_is_refused() {
        for text in ["", "yesterday", "2019-13-01", "2020-01-01/2019-01-01", "a/b/c", "2019-02-30/..", "2019/2020/2021"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
