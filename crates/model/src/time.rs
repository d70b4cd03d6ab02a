//! Moments and periods: `Instant` counts microseconds, `When` says how well a moment is known.
//!
//! The calendar is the proleptic Gregorian one in UTC, with a year 0 (astronomical years: 1 BCE is year 0), for
//! years −290 000 to +290 000. Leap seconds do not exist here: second 60 is read as the next minute's second 0.

use crate::error::{Error, Result};
use std::fmt;
use std::sync::Arc;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
/// The largest year, either side of year 0.
pub const YEAR_MAX: i64 = 290_000;

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

/// How finely a moment is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Precision {
    /// Earliest and latest are bounds given by somebody, such as "11 700 ± 99 years before 2000".
    Bounds = 0,
    /// The year is known.
    Year = 1,
    /// The month is known.
    Month = 2,
    /// The day is known.
    Day = 3,
    /// The minute is known.
    Minute = 4,
    /// The second or better is known.
    Instant = 5,
}

impl Precision {
    /// The inverse of `as u8`; unknown numbers are read as bounds.
    pub fn from_u8(number: u8) -> Self {
        [Self::Bounds, Self::Year, Self::Month, Self::Day, Self::Minute, Self::Instant]
            .get(usize::from(number))
            .copied()
            .unwrap_or(Self::Bounds)
    }
}

/// A moment as well as it is known: the type of time columns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct When {
    /// The first moment it can have been.
    pub earliest: Instant,
    /// The last moment it can have been.
    pub latest: Instant,
    /// How it is known.
    pub precision: Precision,
    /// The text it was read from, where that says more than the numbers.
    pub stated_as: Option<Arc<str>>,
}

/// A period with open ends: `None` has no bound. Both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// The first moment, or no beginning.
    pub start: Option<Instant>,
    /// The last moment, or no end.
    pub end: Option<Instant>,
}

/// A moment taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// Astronomical year; 0 is 1 BCE.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999 999.
    pub microsecond: u32,
}

impl Instant {
    /// The first moment that can be told.
    pub const MIN: Self = Self(-9_214_000_000_000_000_000);
    /// The last moment that can be told.
    pub const MAX: Self = Self(9_092_000_000_000_000_000);

    /// Midnight UTC at the beginning of a day.
    pub fn from_date(year: i64, month: u8, day: u8) -> Result<Self> {
        Self::from_civil(&Civil { year, month, day, hour: 0, minute: 0, second: 0, microsecond: 0 })
    }

    /// From calendar parts; refuses a day that the month does not have.
    pub fn from_civil(civil: &Civil) -> Result<Self> {
        let Civil { year, month, day, hour, minute, second, microsecond } = *civil;
        if year.abs() > YEAR_MAX {
            return Err(Error::invalid(format!("Year {year} is outside −{YEAR_MAX} to {YEAR_MAX}.")));
        }
        if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
            return Err(Error::invalid(format!("There is no day {year:04}-{month:02}-{day:02} in the calendar.")));
        }
        if hour > 23 || minute > 59 || second > 60 || microsecond > 999_999 {
            return Err(Error::invalid(format!("There is no time {hour:02}:{minute:02}:{second:02}.")));
        }
        let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        let days = days_from_civil(year, month, day);
        Ok(Self(days * MICROS_PER_DAY + seconds * MICROS_PER_SECOND + i64::from(microsecond)))
    }

    /// Taken apart.
    pub fn civil(self) -> Civil {
        let days = self.0.div_euclid(MICROS_PER_DAY);
        let rest = self.0.rem_euclid(MICROS_PER_DAY);
        let (year, month, day) = civil_from_days(days);
        let seconds = rest / MICROS_PER_SECOND;
        Civil {
            year,
            month,
            day,
            hour: (seconds / 3600) as u8,
            minute: (seconds / 60 % 60) as u8,
            second: (seconds % 60) as u8,
            microsecond: (rest % MICROS_PER_SECOND) as u32,
        }
    }

    /// Reads an RFC 3339 or ISO 8601 date-time; a date or a coarser text is read as its first moment.
    pub fn parse(text: &str) -> Result<Self> {
        When::parse(text).map(|when| when.earliest)
    }
}

/// RFC 3339 in UTC; years outside 0000–9999 as ISO 8601's expanded form (`-002150-…`, `+012345-…`).
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil();
        write_year(f, civil.year)?;
        write!(f, "-{:02}-{:02}T{:02}:{:02}:{:02}", civil.month, civil.day, civil.hour, civil.minute, civil.second)?;
        match civil.microsecond {
            0 => {}
            micros if micros % 1000 == 0 => write!(f, ".{:03}", micros / 1000)?,
            micros => write!(f, ".{micros:06}")?,
        }
        f.write_str("Z")
    }
}

fn write_year(f: &mut fmt::Formatter<'_>, year: i64) -> fmt::Result {
    match year {
        0..=9999 => write!(f, "{year:04}"),
        _ if year < 0 => write!(f, "-{:06}", -year),
        _ => write!(f, "+{year:06}"),
    }
}

impl When {
    /// A moment known exactly.
    pub fn exactly(instant: Instant) -> Self {
        Self { earliest: instant, latest: instant, precision: Precision::Instant, stated_as: None }
    }

    /// All of a day.
    pub fn day(year: i64, month: u8, day: u8) -> Result<Self> {
        let earliest = Instant::from_date(year, month, day)?;
        Ok(Self::spanning(earliest, Instant(earliest.0 + MICROS_PER_DAY), Precision::Day))
    }

    /// All of a month.
    pub fn month(year: i64, month: u8) -> Result<Self> {
        let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        let earliest = Instant::from_date(year, month, 1)?;
        let days = days_from_civil(next_year, next_month, 1);
        Ok(Self::spanning(earliest, Instant(days * MICROS_PER_DAY), Precision::Month))
    }

    /// All of a year.
    pub fn year(year: i64) -> Result<Self> {
        let earliest = Instant::from_date(year, 1, 1)?;
        let days = days_from_civil(year + 1, 1, 1);
        Ok(Self::spanning(earliest, Instant(days * MICROS_PER_DAY), Precision::Year))
    }

    fn spanning(earliest: Instant, next: Instant, precision: Precision) -> Self {
        Self { earliest, latest: Instant(next.0 - 1), precision, stated_as: None }
    }

    /// Reads `2019`, `2019-07`, `2019-07-01`, `2019-07-01T12:30Z`, `2019-07-01 12:30:05.25+09:00`, `-2150`, `-002150-01-01`.
    ///
    /// A time without a zone is read as UTC.
    pub fn parse(text: &str) -> Result<Self> {
        parse_when(text.trim()).ok_or_else(|| {
            Error::invalid(format!(
                "“{}” is not a date or time; write it like 2019-07-01 or 2019-07-01T12:30:00Z.",
                text.chars().take(64).collect::<String>()
            ))
        })?
    }

    /// The interval that it can have been in.
    pub fn interval(&self) -> Interval {
        Interval { start: Some(self.earliest), end: Some(self.latest) }
    }
}

/// As finely as it is known: `2019`, `2019-07`, `2019-07-01` or a full date-time.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.earliest.civil();
        match self.precision {
            Precision::Year => write_year(f, civil.year),
            Precision::Month => {
                write_year(f, civil.year)?;
                write!(f, "-{:02}", civil.month)
            }
            Precision::Day => {
                write_year(f, civil.year)?;
                write!(f, "-{:02}-{:02}", civil.month, civil.day)
            }
            Precision::Bounds => write!(f, "{}/{}", self.earliest, self.latest),
            Precision::Minute | Precision::Instant => self.earliest.fmt(f),
        }
    }
}

impl Interval {
    /// From a moment, to it.
    pub fn at(instant: Instant) -> Self {
        Self { start: Some(instant), end: Some(instant) }
    }

    /// Whether two periods share a moment.
    pub fn intersects(&self, other: &Self) -> bool {
        let starts_before_end = |a: Option<Instant>, b: Option<Instant>| match (a, b) {
            (Some(start), Some(end)) => start <= end,
            _ => true,
        };
        starts_before_end(self.start, other.end) && starts_before_end(other.start, self.end)
    }
}

fn parse_when(text: &str) -> Option<Result<When>> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (date, clock) = match digits.find(['T', 't', ' ']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let mut fields = date.split('-');
    let year = number(fields.next()?, 1, 6)? * if negative { -1 } else { 1 };
    let month = fields.next().map(|field| number(field, 1, 2));
    let day = fields.next().map(|field| number(field, 1, 2));
    if fields.next().is_some() {
        return None;
    }
    match (month, day, clock) {
        (None, None, None) => Some(When::year(year)),
        (Some(month), None, None) => Some(When::month(year, month? as u8)),
        (Some(month), Some(day), None) => Some(When::day(year, month? as u8, day? as u8)),
        (Some(month), Some(day), Some(clock)) => parse_clock(clock, year, month? as u8, day? as u8),
        _ => None,
    }
}

fn parse_clock(text: &str, year: i64, month: u8, day: u8) -> Option<Result<When>> {
    let (clock, offset_s) = split_zone(text)?;
    let mut fields = clock.split(':');
    let hour = number(fields.next()?, 1, 2)? as u8;
    let minute = number(fields.next()?, 2, 2)? as u8;
    let (second, microsecond, precision) = match fields.next() {
        None => (0, 0, Precision::Minute),
        Some(field) => parse_seconds(field)?,
    };
    if fields.next().is_some() {
        return None;
    }
    let civil = Civil { year, month, day, hour, minute, second, microsecond };
    Some(Instant::from_civil(&civil).map(|local| {
        let earliest = Instant(local.0 - offset_s * MICROS_PER_SECOND);
        let width = if precision == Precision::Minute { 60 * MICROS_PER_SECOND - 1 } else { 0 };
        When { earliest, latest: Instant(earliest.0 + width), precision, stated_as: None }
    }))
}

/// Seconds with an optional fraction; digits past the microsecond are cut.
fn parse_seconds(text: &str) -> Option<(u8, u32, Precision)> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
    Some((number(whole, 1, 2)? as u8, micros.parse().ok()?, Precision::Instant))
}

/// The clock without its zone, and the zone's seconds east of UTC.
fn split_zone(text: &str) -> Option<(&str, i64)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock.trim_end(), 0));
    }
    let Some(at) = text.rfind(['+', '-']) else { return Some((text, 0)) };
    let zone = text[at + 1..].replace(':', "");
    let sign = if text.as_bytes()[at] == b'-' { -1 } else { 1 };
    let (hours, minutes) = match zone.len() {
        2 => (number(&zone, 2, 2)?, 0),
        4 => (number(zone.get(..2)?, 2, 2)?, number(zone.get(2..)?, 2, 2)?),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then(|| (text[..at].trim_end(), sign * (hours * 3600 + minutes * 60)))
}

fn number(text: &str, digits_min: usize, digits_max: usize) -> Option<i64> {
    let fits = (digits_min..=digits_max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// Days in a month of the proleptic Gregorian calendar.
pub fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01. Hinnant 2013, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
fn days_from_civil(year: i64, month: u8, day: u8) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`]; same source, civil_from_days.
fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u8;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 } as u8;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}
