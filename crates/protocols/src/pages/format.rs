//! Numbers, dates, places and values as people read them.

use super::moments::{day_in_words, month_in_words, timed, year_in_words};
use super::words::Words;
use terrane_model::batch::Value;
use terrane_model::time::{Civil, Interval, Precision};
use terrane_model::{Bbox, Instant, When};

/// Characters of a value shown in a table; the page of the item shows all.
const CELL_CHARACTERS: usize = 160;

/// A whole number with its thousands apart.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in bytes.
pub fn bytes(number: u64) -> String {
    let scaled = |unit: f64, name: &str| format!("{:.1} {name}", number as f64 / unit);
    match number {
        0..1_000 => format!("{number} B"),
        1_000..1_000_000 => scaled(1e3, "kB"),
        1_000_000..1_000_000_000 => scaled(1e6, "MB"),
        _ => scaled(1e9, "GB"),
    }
}

/// A moment as well as it is known: `22 Nov 2026`, `2150 BCE`, `22 Nov 2026, 13:05 UTC`.
pub fn when(words: &Words, when: &When) -> String {
    let civil = when.earliest.civil();
    match when.precision {
        Precision::Year => year_in_words(civil.year, words),
        Precision::Month => month_in_words(&civil, words),
        Precision::Day => day_in_words(&civil, words),
        Precision::Bounds => {
            format!("{} – {}", day_in_words(&civil, words), day_in_words(&when.latest.civil(), words))
        }
        Precision::Minute | Precision::Instant => instant(words, when.earliest),
    }
}

/// A moment with its time and zone; midnight sharp is taken for a day.
pub fn instant(words: &Words, instant: Instant) -> String {
    let civil = instant.civil();
    match (civil.hour, civil.minute, civil.second) {
        (0, 0, 0) => day_in_words(&civil, words),
        (hour, minute, 0) => timed(&civil, &format!("{hour:02}:{minute:02} UTC"), words),
        (hour, minute, second) => timed(&civil, &format!("{hour:02}:{minute:02}:{second:02} UTC"), words),
    }
}

/// A period from day to day, before the common era from year to year.
pub fn period(words: &Words, period: &Interval) -> String {
    let shown = |civil: Civil| {
        if civil.year > 0 { day_in_words(&civil, words) } else { year_in_words(civil.year, words) }
    };
    let bound = |instant: Option<Instant>| instant.map_or_else(|| "…".to_owned(), |at| shown(at.civil()));
    format!("{} – {}", bound(period.start), bound(period.end))
}

/// A box in degrees: `136.75° E – 137.00° E, 35.50° N – 35.67° N`.
pub fn extent(words: &Words, bbox: &Bbox) -> String {
    let east = |x: f64| degrees(x, words.say("east"), words.say("west"));
    let north = |y: f64| degrees(y, words.say("north"), words.say("south"));
    format!("{} – {}, {} – {}", east(bbox.min[0]), east(bbox.max[0]), north(bbox.min[1]), north(bbox.max[1]))
}

/// A position in degrees, latitude first as people say it: `35.5833° N, 136.8750° E`.
pub fn position(words: &Words, [x, y]: [f64; 2]) -> String {
    let side = |number: f64, positive: &str, negative: &str| {
        format!("{:.5}° {}", number.abs(), words.say(if number < 0.0 { negative } else { positive }))
    };
    format!("{}, {}", side(y, "north", "south"), side(x, "east", "west"))
}

fn degrees(number: f64, positive: &str, negative: &str) -> String {
    format!("{:.2}° {}", number.abs(), if number < 0.0 { negative } else { positive })
}

/// A value in full.
pub fn value(words: &Words, value: &Value<'_>) -> String {
    match value {
        Value::Bool(truth) => words.say(if *truth { "yes" } else { "no" }).to_owned(),
        Value::Time(moment) => when(words, moment),
        other => other.to_string(),
    }
}

/// A value cut to what a table cell holds.
pub fn cell(words: &Words, value: &Value<'_>) -> String {
    shortened(&self::value(words, value), CELL_CHARACTERS)
}

/// A text cut to so many characters.
pub fn shortened(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// The address that a value is, when it is a web address.
pub fn web_address<'v>(value: &Value<'v>) -> Option<&'v str> {
    let Value::Text(text) = value else { return None };
    let plain = !text.contains(|character: char| character.is_whitespace() || character.is_control());
    (plain && crate::ogcapi::describe::is_web(text)).then_some(*text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(language: &str) -> Words {
        Words::of(&[language.to_owned()])
    }

    #[test]
    fn numbers_and_sizes_read_well() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(bytes(1_234_567), "1.2 MB");
    }

    #[test]
    fn moments_are_as_fine_as_they_are_known_and_old_years_are_bce() {
        let read = |text: &str, language: &str| when(&words(language), &When::parse(text).expect("it is a moment"));
        assert_eq!(read("2026-11-22", "en"), "22 Nov 2026");
        assert_eq!(read("2026-11-22", "ja"), "2026年11月22日");
        assert_eq!(read("2026-11", "en"), "Nov 2026");
        assert_eq!(read("-2149", "en"), "2150 BCE");
        assert_eq!(read("-2149", "ja"), "紀元前2150年");
        assert_eq!(read("2019-07-06T03:19:53Z", "en"), "6 Jul 2019, 03:19:53 UTC");
        assert_eq!(read("2019-07-06T03:19:53Z", "ja"), "2019年7月6日 03:19:53 UTC");
        assert_eq!(read("2019-07-06T03:19:53Z", "th"), "6 กรกฎาคม ค.ศ. 2019 เวลา 03:19:53 UTC");
    }

    #[test]
    fn boxes_name_their_sides() {
        let bbox = Bbox { min: [170.0, -20.5], max: [-170.0, 0.0] };
        assert_eq!(extent(&words("en"), &bbox), "170.00° E – 170.00° W, 20.50° S – 0.00° N");
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(web_address(&Value::Text("https://example.org/a")), Some("https://example.org/a"));
        assert_eq!(web_address(&Value::Text("javascript:alert(1)")), None);
        assert_eq!(web_address(&Value::Text("see http://example.org")), None);
    }
}
