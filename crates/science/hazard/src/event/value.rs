//! One value of the table: from text as it stands in files, and to text as the schema wants it. What had to be done is said.

use super::ids;
use super::schema::Type;
use super::words::word_of;
use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Write as _;
use terrane_model::time::{Instant, Precision, When};

/// What was read of a text, and a remark when it was not as the schema wants it.
pub type Read = (Option<Value>, Option<&'static str>);

/// Reads a text. A value that means nothing is left out; a word that the schema does not know is kept.
pub fn read(kind: Type, text: &str) -> Read {
    let trimmed = text.trim();
    match kind {
        Type::Text(_) => (Some(Value::from(text)), None),
        _ if trimmed.is_empty() => (None, Some("The element is empty; it is left out.")),
        Type::Real => number(trimmed),
        Type::Integer => whole(trimmed),
        Type::Boolean => match trimmed {
            "true" | "1" => (Some(Value::Bool(true)), None),
            "false" | "0" => (Some(Value::Bool(false)), None),
            _ => (None, Some("The value is neither true nor false; it is left out.")),
        },
        Type::Time => moment(trimmed),
        Type::Choice(allowed) => match word_of(allowed, trimmed) {
            Some(word) if word == trimmed => (Some(Value::from(word)), None),
            Some(word) => (
                Some(Value::from(word)),
                Some("The word is not that of QuakeML 1.2; it is read as the one that means the same."),
            ),
            None if trimmed.eq_ignore_ascii_case("null") => {
                (None, Some("The word “null” is no value; it is left out."))
            }
            None => (
                Some(Value::from(trimmed)),
                Some("The word is none that QuakeML 1.2 has; it is kept, and left out when QuakeML is written."),
            ),
        },
        Type::Reference => {
            let id = ids::decoded(trimmed);
            let remark = (!ids::is_valid(trimmed))
                .then_some("An identifier breaks the pattern of QuakeML 1.2; it is kept, and told in the pattern when QuakeML is written.");
            (Some(Value::from(id.into_owned())), remark)
        }
        Type::Tree(_) => (None, Some("Text stands where elements are expected; it is left out.")),
    }
}

fn number(text: &str) -> Read {
    match text.parse::<f64>().ok().and_then(serde_json::Number::from_f64) {
        Some(number) => (Some(Value::Number(number)), None),
        None => (None, Some("The value is not a number; it is left out.")),
    }
}

fn whole(text: &str) -> Read {
    if let Ok(number) = text.parse::<i64>() {
        return (Some(Value::from(number)), None);
    }
    match text.parse::<f64>() {
        Ok(number) if number.abs() < 1e15 => {
            (Some(Value::from(number.round() as i64)), Some("The number should be a whole one; it is rounded."))
        }
        _ => (None, Some("The value is not a whole number; it is left out.")),
    }
}

fn moment(text: &str) -> Read {
    match When::parse(text) {
        Ok(when) if when.precision == Precision::Instant => (Some(Value::from(when.earliest.to_string())), None),
        Ok(when) => (
            Some(Value::from(when.earliest.to_string())),
            Some("The moment has no seconds; it is read as the first moment that it can mean."),
        ),
        Err(_) => (None, Some("The value is not a date and time; it is left out.")),
    }
}

/// The text of a value as the schema of QuakeML wants it, and a remark when it had to be changed. `None` cannot be told.
pub fn written(kind: Type, value: &Value) -> (Option<Cow<'_, str>>, Option<&'static str>) {
    match kind {
        Type::Real => (value.as_f64().map(|number| Cow::Owned(real(number))), None),
        Type::Integer => {
            match value.as_i64().or_else(|| value.as_f64().filter(|it| it.abs() < 1e15).map(|it| it.round() as i64)) {
                Some(number) => (Some(Cow::Owned(number.to_string())), None),
                None => (None, Some("A value is not a whole number; it is left out.")),
            }
        }
        Type::Boolean => (value.as_bool().map(|truth| Cow::Borrowed(if truth { "true" } else { "false" })), None),
        Type::Time => match value.as_str().and_then(|text| Instant::parse(text).ok()) {
            Some(instant) => (Some(Cow::Owned(date_time(instant))), None),
            None => (None, Some("A value is not a date and time; it is left out.")),
        },
        Type::Choice(allowed) => match value.as_str().and_then(|text| word_of(allowed, text)) {
            Some(word) => (Some(Cow::Borrowed(word)), None),
            None if allowed.contains(&"other event") => (
                Some(Cow::Borrowed("other event")),
                Some("QuakeML 1.2 has no such type of event; it is told as “other event”."),
            ),
            None => (None, Some("QuakeML 1.2 has no such word; it is left out.")),
        },
        Type::Reference => (value.as_str().map(ids::encoded), None),
        Type::Text(most) => match value.as_str() {
            Some(text) => cut(text, most),
            None => (None, Some("A value is not a text; it is left out.")),
        },
        Type::Tree(_) => (None, None),
    }
}

fn real(number: f64) -> String {
    // `Display` never writes exponents; the shortest form with one reads better for moments of 1e20 N·m.
    if number != 0.0 && !(1e-5..1e16).contains(&number.abs()) { format!("{number:e}") } else { number.to_string() }
}

fn cut(text: &str, most: usize) -> (Option<Cow<'_, str>>, Option<&'static str>) {
    match text.char_indices().nth(most).filter(|_| most > 0) {
        Some((end, _)) => {
            (Some(Cow::Borrowed(&text[..end])), Some("A text is longer than QuakeML 1.2 allows; it is cut."))
        }
        None => (Some(Cow::Borrowed(text)), None),
    }
}

/// A moment as XML Schema writes it: years before 0 have no zeros before them beyond four digits.
pub fn date_time(instant: Instant) -> String {
    let civil = instant.civil();
    let text = instant.to_string();
    if (0..=9_999).contains(&civil.year) {
        return text;
    }
    let mut year = String::new();
    let sign = if civil.year < 0 { "-" } else { "" };
    let _ = write!(year, "{sign}{:04}", civil.year.abs());
    // A sign and six digits.
    year + &text[7..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_real_files_are_read_and_what_is_wrong_is_said() {
        assert_eq!(read(Type::Real, " 15000.0 ").0, Some(Value::from(15_000.0)));
        assert_eq!(read(Type::Real, "NaN").0, None);
        assert_eq!(read(Type::Integer, "12.0").0, Some(Value::from(12)));
        assert!(read(Type::Integer, "").1.is_some());
        assert_eq!(read(Type::Time, "2012-04-04T14:21:42.3+00:00").0, Some(Value::from("2012-04-04T14:21:42.300Z")));
        assert_eq!(read(Type::Choice(&["earthquake"]), "null").0, None);
        assert_eq!(read(Type::Reference, "smi:orig1").0, Some(Value::from("smi:orig1")));
        assert!(read(Type::Reference, "smi:orig1").1.is_some());
    }

    #[test]
    fn what_is_written_is_what_the_schema_takes() {
        let told = |kind, value: Value| written(kind, &value).0.map(Cow::into_owned);
        assert_eq!(told(Type::Time, "-002150-01-01T00:00:00Z".into()).as_deref(), Some("-2150-01-01T00:00:00Z"));
        assert_eq!(told(Type::Real, 5.31e22.into()).as_deref(), Some("5.31e22"));
        assert_eq!(told(Type::Text(3), "地震学会".into()).as_deref(), Some("地震学"));
        assert_eq!(told(Type::Reference, "a b".into()).as_deref(), Some("smi:local/~~a~20b"));
    }
}
