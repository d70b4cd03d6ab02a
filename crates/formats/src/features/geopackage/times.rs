//! Moments as GeoPackage spells them, and which spelling loses nothing.

use super::layer::TimeForm;
use std::fmt::Write as _;
use terrane_model::time::{Civil, Precision};
use terrane_model::{Instant, When};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Gathers what a column of moments holds, to choose how it is stored.
#[derive(Debug, Clone, Copy)]
pub struct TimeUse {
    moments: bool,
    days: bool,
    common_years: bool,
    stated: bool,
}

impl Default for TimeUse {
    fn default() -> Self {
        Self { moments: true, days: true, common_years: true, stated: false }
    }
}

impl TimeUse {
    /// Takes another moment into account.
    pub fn add(&mut self, when: &When) {
        let year = when.earliest.civil().year;
        self.common_years &= (1..=9999).contains(&year);
        self.stated |= when.stated_as.is_some();
        self.moments &= when.precision == Precision::Instant
            && when.earliest == when.latest
            && when.earliest.0.rem_euclid(1000) == 0;
        self.days &= when.precision == Precision::Day
            && when.earliest.0.rem_euclid(MICROS_PER_DAY) == 0
            && when.latest.0 == when.earliest.0 + MICROS_PER_DAY - 1;
    }

    /// The spelling of the column itself.
    pub fn form(&self) -> TimeForm {
        if !self.common_years {
            TimeForm::Text
        } else if self.days && !self.moments {
            TimeForm::Date
        } else {
            TimeForm::DateTime
        }
    }

    /// Whether the spelling alone would lose something.
    pub fn needs_companions(&self) -> bool {
        self.stated || !self.common_years || !(self.moments || self.days)
    }

    /// Whether any text says more than the numbers.
    pub fn any_stated(&self) -> bool {
        self.stated
    }
}

/// Appends the spelling of a moment; a period is spelt by its beginning.
pub fn spell(form: TimeForm, when: &When, out: &mut String) {
    let written = match form {
        TimeForm::DateTime => spell_instant(when.earliest, out),
        TimeForm::Date => spell_date(&when.earliest.civil(), out),
        TimeForm::Text => write!(out, "{when}"),
    };
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
}

/// `2019-07-01T12:30:05.250Z`: as long for every year from 0 to 9999, so that texts sort as moments do.
fn spell_instant(instant: Instant, out: &mut String) -> std::fmt::Result {
    let civil = instant.civil();
    spell_date(&civil, out)?;
    write!(out, "T{:02}:{:02}:{:02}.{:03}Z", civil.hour, civil.minute, civil.second, civil.microsecond / 1000)
}

fn spell_date(civil: &Civil, out: &mut String) -> std::fmt::Result {
    write!(out, "{:04}-{:02}-{:02}", civil.year, civil.month, civil.day)
}

/// The moment of a spelling; `None` when it is none.
pub fn read(form: TimeForm, text: &str) -> Option<When> {
    match form {
        TimeForm::DateTime => fixed(text.as_bytes()).map(When::exactly).or_else(|| When::parse(text).ok()),
        TimeForm::Date | TimeForm::Text => When::parse(text).ok(),
    }
}

/// Reads the 24 characters of [`spell_instant`] without a detour.
fn fixed(text: &[u8]) -> Option<Instant> {
    let text: &[u8; 24] = text.try_into().ok()?;
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (23, b'Z')];
    if marks.iter().any(|&(at, mark)| text[at] != mark) {
        return None;
    }
    let number = |from: usize, to: usize| {
        text[from..to]
            .iter()
            .try_fold(0_u32, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
    };
    Instant::from_civil(&Civil {
        year: i64::from(number(0, 4)?),
        month: number(5, 7)? as u8,
        day: number(8, 10)? as u8,
        hour: number(11, 13)? as u8,
        minute: number(14, 16)? as u8,
        second: number(17, 19)? as u8,
        microsecond: number(20, 23)? * 1000,
    })
    .ok()
}

#[cfg(test)]
mod tests {
    use super::{TimeForm, TimeUse, read, spell};
    use terrane_model::{Instant, When};

    fn stored(texts: &[&str]) -> (TimeForm, bool) {
        let mut seen = TimeUse::default();
        texts.iter().for_each(|text| seen.add(&When::parse(text).unwrap()));
        (seen.form(), seen.needs_companions())
    }

    #[test]
    fn only_what_a_spelling_cannot_hold_needs_companions() {
        assert_eq!(stored(&["2019-07-01T12:30:05.250Z"]), (TimeForm::DateTime, false));
        assert_eq!(stored(&["2019-07-01", "0001-01-01"]), (TimeForm::Date, false));
        assert_eq!(stored(&["2019-07-01", "2019-07-01T00:00:00Z"]), (TimeForm::DateTime, true));
        assert_eq!(stored(&["2019"]), (TimeForm::DateTime, true));
        assert_eq!(stored(&["2019-07-01T12:30:05.000001Z"]), (TimeForm::DateTime, true));
        assert_eq!(stored(&["-2150"]), (TimeForm::Text, true));
    }

    #[test]
    fn spellings_are_read_back() {
        for text in ["2019-07-01T12:30:05.250Z", "0004-02-29T23:59:59.999Z"] {
            let when = When::parse(text).unwrap();
            let mut out = String::new();
            spell(TimeForm::DateTime, &when, &mut out);
            assert_eq!(out, text);
            assert_eq!(read(TimeForm::DateTime, &out), Some(when));
        }
        let without_fraction = read(TimeForm::DateTime, "2019-07-01T12:30:05Z").unwrap();
        assert_eq!(without_fraction, When::exactly(Instant::parse("2019-07-01T12:30:05Z").unwrap()));
        assert_eq!(read(TimeForm::DateTime, "soon"), None);
        assert_eq!(read(TimeForm::DateTime, "2019-13-01T12:30:05.250Z"), None);
    }
}
