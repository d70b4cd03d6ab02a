//! Moments as people write them, as finely as they are known.

use terrane_model::When;
use terrane_model::time::Precision;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment in words: `11 Mar 2011, 05:46:24`, `Apr 1815`, `2150 BCE`; `2011年3月11日 05:46:24`, `紀元前2150年`. Times are UTC.
pub fn when_in_words(when: &When, language: &str) -> String {
    let civil = when.earliest.civil();
    if when.precision == Precision::Bounds {
        let end = When::exactly(when.latest);
        let start = When::exactly(when.earliest);
        return format!("{} – {}", when_in_words(&start, language), when_in_words(&end, language));
    }
    let japanese = language == "ja";
    let year = year_in_words(civil.year, japanese);
    let month = MONTHS[usize::from(civil.month - 1) % MONTHS.len()];
    let date = match (when.precision, japanese) {
        (Precision::Year, _) => year,
        (Precision::Month, false) => format!("{month} {year}"),
        (Precision::Month, true) => format!("{year}{}月", civil.month),
        (_, false) => format!("{} {month} {year}", civil.day),
        (_, true) => format!("{year}{}月{}日", civil.month, civil.day),
    };
    let joint = if japanese { " " } else { ", " };
    match when.precision {
        Precision::Minute => format!("{date}{joint}{:02}:{:02}", civil.hour, civil.minute),
        Precision::Instant => format!("{date}{joint}{:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second),
        _ => date,
    }
}

fn year_in_words(year: i64, japanese: bool) -> String {
    // Year 0 of the calendar in use here is 1 BCE.
    match (year > 0, japanese) {
        (true, false) => year.to_string(),
        (true, true) => format!("{year}年"),
        (false, false) => format!("{} BCE", 1 - year),
        (false, true) => format!("紀元前{}年", 1 - year),
    }
}

/// The same for a moment that was written for programs, only to the day if wanted; what is none is shown as it is.
pub fn text_in_words(text: &str, language: &str, to_the_day: bool) -> String {
    match When::parse(text) {
        Ok(when) if to_the_day && when.precision > Precision::Day => {
            when_in_words(&When { precision: Precision::Day, ..when }, language)
        }
        Ok(when) if text.ends_with(":00Z") => when_in_words(&When { precision: Precision::Minute, ..when }, language),
        Ok(when) => when_in_words(&when, language),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_as_finely_as_they_are_known() {
        let both = |text: &str| [text_in_words(text, "en", false), text_in_words(text, "ja", false)];
        assert_eq!(both("2011-03-11T05:46:24.120Z"), ["11 Mar 2011, 05:46:24", "2011年3月11日 05:46:24"]);
        assert_eq!(both("2011-03-11T05:46:00Z"), ["11 Mar 2011, 05:46", "2011年3月11日 05:46"]);
        assert_eq!(both("1815-04"), ["Apr 1815", "1815年4月"]);
        assert_eq!(both("-002149"), ["2150 BCE", "紀元前2150年"]);
        assert_eq!(both("0079-08-24"), ["24 Aug 79", "79年8月24日"]);
        assert_eq!(both("some day"), ["some day", "some day"]);
    }
}
