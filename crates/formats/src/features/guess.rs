//! What a column holds, guessed from all its values: the narrowest kind that none of them contradicts.

use super::remarks::Remarks;
use std::sync::Arc;
use terrane_model::batch::Value;
use terrane_model::report::{Finding, Report, Severity};
use terrane_model::schema::ColumnKind;
use terrane_model::time::{Precision, When};

/// Counts of the values of one column by what they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Guess {
    bools: u64,
    ints: u64,
    /// Whole numbers that 64 bits do not hold.
    huge: u64,
    floats: u64,
    texts: u64,
    /// Those of the texts that are dates; in a column named like a date also those that are just a year or a month.
    dates: u64,
    nested: u64,
    named_like_a_date: bool,
    /// Those of the whole numbers that are moments of 8, 12 or 14 digits, in a column named like a date.
    compact: u64,
}

impl Guess {
    /// Nothing yet of a column with this name: a name like `date` lets years be dates.
    pub fn named(name: &str) -> Self {
        let named_like_a_date = super::times::USUAL.iter().any(|usual| usual.eq_ignore_ascii_case(name));
        Self { named_like_a_date, ..Self::default() }
    }

    /// Takes a truth into account.
    pub fn add_bool(&mut self) {
        self.bools += 1;
    }

    /// Takes a number into account, as it is written.
    pub fn add_number(&mut self, text: &str) {
        if text.contains(['.', 'e', 'E']) {
            self.floats += 1;
        } else if text.parse::<i64>().is_ok() {
            self.ints += 1;
            self.compact += u64::from(self.named_like_a_date && compact_date(text).is_some());
        } else {
            self.huge += 1;
        }
    }

    /// Takes a text into account.
    pub fn add_text(&mut self, text: &str) {
        self.texts += 1;
        self.dates += u64::from(is_date(text) || (self.named_like_a_date && When::parse(text).is_ok()));
    }

    /// Takes a tree into account.
    pub fn add_nested(&mut self) {
        self.nested += 1;
    }

    /// Whether some values are of one kind and some of another.
    fn is_mixed(&self) -> bool {
        [self.bools, self.ints + self.floats + self.huge, self.texts, self.nested]
            .iter()
            .filter(|&&count| count > 0)
            .count()
            > 1
    }

    /// The kind of the column.
    pub fn kind(&self) -> ColumnKind {
        let numbers = self.ints + self.floats;
        let years = if self.named_like_a_date { self.ints } else { 0 };
        let not_time = self.bools + numbers + self.huge - years;
        let others = self.bools + self.texts + self.nested + self.huge;
        let only_compact = self.compact > 0 && self.compact == numbers + self.huge && self.dates == self.texts;
        if self.nested > 0 {
            ColumnKind::Nested
        } else if (only_compact && self.bools == 0) || (self.texts > 0 && self.dates == self.texts && not_time == 0) {
            ColumnKind::Time
        } else if numbers > 0 && others == 0 {
            if self.floats > 0 { ColumnKind::Float } else { ColumnKind::Int }
        } else if self.bools > 0 && !self.is_mixed() {
            ColumnKind::Bool
        } else {
            ColumnKind::Text
        }
    }

    /// Remarks on a column that is not simply what its values are.
    pub fn remark(&self, name: &str, report: &mut Report) {
        let mut add =
            |severity, what: &str, remedy: &str| report.add(Finding::new(severity, what, remedy).in_field(name));
        match self.kind() {
            ColumnKind::Time => {
                add(Severity::Note, "All values are dates or times, so the column is read as time.", "");
            }
            ColumnKind::Text if self.is_mixed() => {
                add(Severity::Note, "Values are of different kinds, so the column is read as text.", "");
            }
            _ => {}
        }
        if self.huge > 0 {
            add(
                Severity::Warning,
                "Whole numbers do not fit into 64 bits, so the column is read as text and no digit is lost.",
                "Write such numbers as texts, or shorten them.",
            );
        }
    }
}

/// Whether a text is a whole date, with a time or without: a year alone may be a code.
pub fn is_date(text: &str) -> bool {
    let bytes = text.trim().as_bytes();
    let digits =
        |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let dashed = bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    dashed && digits(0..4) && digits(5..7) && digits(8..10) && When::parse(text).is_ok()
}

/// A moment from digits alone: `20030821`, `200308211212`, `20030821121200`.
pub fn compact_date(text: &str) -> Option<When> {
    let is_compact = matches!(text.len(), 8 | 12 | 14) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_compact {
        return None;
    }
    let date = format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..8]);
    let whole = match text.len() {
        8 => date,
        12 => format!("{date}T{}:{}Z", &text[8..10], &text[10..12]),
        _ => format!("{date}T{}:{}:{}Z", &text[8..10], &text[10..12], &text[12..14]),
    };
    When::parse(&whole).ok()
}

/// A moment from a text; a zone other than UTC is kept as it was stated.
pub fn when_of(text: &str) -> Option<When> {
    let mut when = When::parse(text).ok()?;
    let clock = text.trim().find(['T', 't', ' ']).map_or("", |at| &text.trim()[at..]);
    let zoned = clock.contains('+') || clock.contains('-');
    if zoned && when.precision >= Precision::Minute && !clock.ends_with("+00:00") {
        when.stated_as = Some(Arc::from(text.trim()));
    }
    Some(when)
}

/// A text as a value of a kind; null, with a remark, when it is none. An empty text is null in all columns but text.
pub fn value_of<'a>(text: &'a str, kind: ColumnKind, (row, column): (u64, &str), remarks: &mut Remarks) -> Value<'a> {
    let trimmed = text.trim();
    let value = match kind {
        ColumnKind::Text => return Value::Text(text),
        _ if trimmed.is_empty() => return Value::Null,
        ColumnKind::Bool => bool_of(trimmed).map(Value::Bool),
        ColumnKind::Int => trimmed.parse().ok().map(Value::Int),
        ColumnKind::Float => trimmed.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float),
        ColumnKind::Time => when_of(trimmed).map(Value::Time),
        ColumnKind::Nested => Some(Value::Nested(text)),
        ColumnKind::Bytes => None,
    };
    value.unwrap_or_else(|| {
        remarks.add(
            Finding::new(
                Severity::Warning,
                "A value is not what its column holds otherwise; it is left out.",
                "Correct the value. Dates are written like 2019-07-01 or 2019-07-01T12:30:00Z.",
            )
            .at_row(row)
            .in_field(column),
        );
        Value::Null
    })
}

/// The truth that a word stands for.
pub fn bool_of(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Guess, is_date, when_of};
    use terrane_model::schema::ColumnKind;

    fn kind_of(numbers: &[&str], texts: &[&str]) -> ColumnKind {
        let mut guess = Guess::default();
        numbers.iter().for_each(|number| guess.add_number(number));
        texts.iter().for_each(|text| guess.add_text(text));
        guess.kind()
    }

    #[test]
    fn one_value_can_contradict_a_kind() {
        assert_eq!(kind_of(&["1", "2"], &[]), ColumnKind::Int);
        assert_eq!(kind_of(&["1", "2.0"], &[]), ColumnKind::Float);
        assert_eq!(kind_of(&["1", "99999999999999999999"], &[]), ColumnKind::Text);
        assert_eq!(kind_of(&["1"], &["x"]), ColumnKind::Text);
        assert_eq!(kind_of(&[], &["2019-07-01", "2019-07-01T10:00:00+09:00"]), ColumnKind::Time);
        assert_eq!(kind_of(&[], &["2019-07-01", "soon"]), ColumnKind::Text);
        assert_eq!(kind_of(&[], &[]), ColumnKind::Text);
    }

    #[test]
    fn years_are_dates_in_a_column_named_so() {
        let mut guess = Guess::named("Date");
        guess.add_number("1868");
        ["-002149", "2019-07", "2019-07-01"].iter().for_each(|text| guess.add_text(text));
        assert_eq!(guess.kind(), ColumnKind::Time);
        guess.add_text("long ago");
        assert_eq!(guess.kind(), ColumnKind::Text);
    }

    #[test]
    fn codes_are_not_dates() {
        for text in ["2019", "2019-07", "1234-56-78", "20190701", "2019-07-01-3"] {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn a_local_time_is_kept_as_stated() {
        let when = when_of("2011-03-11 14:46:18+09:00").unwrap();
        assert_eq!(when.earliest.to_string(), "2011-03-11T05:46:18Z");
        assert_eq!(when.stated_as.as_deref(), Some("2011-03-11 14:46:18+09:00"));
        assert_eq!(when_of("2011-03-11T05:46:18Z").unwrap().stated_as, None);
        assert_eq!(when_of("2011-03-11").unwrap().stated_as, None);
    }
}
