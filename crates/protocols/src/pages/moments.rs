//! Moments as people write them, as finely as they are known.
//!
//! How a language writes a date is told by its words: `date_day` and its like name the order, `month_01` and its like the months.

use super::words::Words;
use terrane_model::When;
use terrane_model::time::{Civil, Precision};

const MONTHS: [&str; 12] = [
    "month_01", "month_02", "month_03", "month_04", "month_05", "month_06", "month_07", "month_08", "month_09",
    "month_10", "month_11", "month_12",
];

/// A moment in words: `11 Mar 2011, 05:46:24`, `Apr 1815`, `2150 BCE`; `2011年3月11日 05:46:24`, `紀元前2150年`. Times are UTC.
pub fn when_in_words(when: &When, words: &Words) -> String {
    if when.precision == Precision::Bounds {
        let [start, end] = [when.earliest, when.latest].map(|at| when_in_words(&When::exactly(at), words));
        return format!("{start} – {end}");
    }
    let civil = when.earliest.civil();
    let (hour, minute, second) = (civil.hour, civil.minute, civil.second);
    match when.precision {
        Precision::Year => year_in_words(civil.year, words),
        Precision::Month => month_in_words(&civil, words),
        Precision::Minute => timed(&civil, &format!("{hour:02}:{minute:02}"), words),
        Precision::Instant => timed(&civil, &format!("{hour:02}:{minute:02}:{second:02}"), words),
        _ => day_in_words(&civil, words),
    }
}

/// A day and a time of it.
pub fn timed(civil: &Civil, time: &str, words: &Words) -> String {
    words.fill("date_time", &[("date", &day_in_words(civil, words)), ("time", time)])
}

/// A day: `11 Mar 2011`.
pub fn day_in_words(civil: &Civil, words: &Words) -> String {
    let (day, year) = (civil.day.to_string(), year_in_words(civil.year, words));
    words.fill("date_day", &[("day", &day), ("month", month(civil, words)), ("year", &year)])
}

/// A month of a year: `Mar 2011`.
pub fn month_in_words(civil: &Civil, words: &Words) -> String {
    words.fill("date_month", &[("month", month(civil, words)), ("year", &year_in_words(civil.year, words))])
}

fn month<'w>(civil: &Civil, words: &'w Words) -> &'w str {
    words.say(MONTHS[usize::from(civil.month.saturating_sub(1)) % MONTHS.len()])
}

/// A year, counted as astronomers do: year 0 is 1 BCE.
pub fn year_in_words(year: i64, words: &Words) -> String {
    let (key, told) = if year > 0 { ("date_year", year) } else { ("date_before", 1 - year) };
    words.fill(key, &[("year", &told.to_string())])
}

/// The same for a moment that was written for programs, only to the day if wanted; what is none is shown as it is.
pub fn text_in_words(text: &str, words: &Words, to_the_day: bool) -> String {
    match When::parse(text) {
        Ok(when) if to_the_day && when.precision > Precision::Day => {
            when_in_words(&When { precision: Precision::Day, ..when }, words)
        }
        Ok(when) if text.ends_with(":00Z") => when_in_words(&When { precision: Precision::Minute, ..when }, words),
        Ok(when) => when_in_words(&when, words),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::LANGUAGES;
    use super::*;

    /// What each language says of a moment: to the second, to the minute, a month, an old year, a day of an old year.
    const TOLD: [(&str, [&str; 5]); 10] = [
        ("en", ["11 Mar 2011, 05:46:24", "26 Dec 2004, 00:58", "Apr 1815", "2150 BCE", "24 Aug 480 BCE"]),
        ("id", ["11 Mar 2011, 05:46:24", "26 Des 2004, 00:58", "Apr 1815", "2150 SM", "24 Agu 480 SM"]),
        (
            "vi",
            [
                "ngày 11 tháng 3 năm 2011, 05:46:24",
                "ngày 26 tháng 12 năm 2004, 00:58",
                "tháng 4 năm 1815",
                "năm 2150 TCN",
                "ngày 24 tháng 8 năm 480 TCN",
            ],
        ),
        ("ja", ["2011年3月11日 05:46:24", "2004年12月26日 00:58", "1815年4月", "紀元前2150年", "紀元前480年8月24日"]),
        (
            "ko",
            [
                "2011년 3월 11일 05:46:24",
                "2004년 12월 26일 00:58",
                "1815년 4월",
                "기원전 2150년",
                "기원전 480년 8월 24일",
            ],
        ),
        ("zh", ["2011年3月11日 05:46:24", "2004年12月26日 00:58", "1815年4月", "公元前2150年", "公元前480年8月24日"]),
        ("km", ["11 មីនា 2011 ម៉ោង 05:46:24", "26 ធ្នូ 2004 ម៉ោង 00:58", "មេសា 1815", "2150 មុន គ.ស.", "24 សីហា 480 មុន គ.ស."]),
        (
            "lo",
            [
                "11 ມີນາ 2011 ເວລາ 05:46:24",
                "26 ທັນວາ 2004 ເວລາ 00:58",
                "ເມສາ 1815",
                "2150 ປີກ່ອນ ຄ.ສ.",
                "24 ສິງຫາ 480 ປີກ່ອນ ຄ.ສ.",
            ],
        ),
        (
            "my",
            [
                "2011 ခုနှစ်၊ မတ်လ 11 ရက်၊ 05:46:24",
                "2004 ခုနှစ်၊ ဒီဇင်ဘာလ 26 ရက်၊ 00:58",
                "1815 ခုနှစ်၊ ဧပြီလ",
                "ဘီစီ 2150 ခုနှစ်",
                "ဘီစီ 480 ခုနှစ်၊ ဩဂုတ်လ 24 ရက်",
            ],
        ),
        (
            "th",
            [
                "11 มีนาคม ค.ศ. 2011 เวลา 05:46:24",
                "26 ธันวาคม ค.ศ. 2004 เวลา 00:58",
                "เมษายน ค.ศ. 1815",
                "2150 ปีก่อน ค.ศ.",
                "24 สิงหาคม 480 ปีก่อน ค.ศ.",
            ],
        ),
    ];
    const MOMENTS: [&str; 5] =
        ["2011-03-11T05:46:24.120Z", "2004-12-26T00:58:00Z", "1815-04", "-002149", "-000479-08-24"];

    fn told(text: &str, language: &str) -> String {
        text_in_words(text, &Words::of(&[language.to_owned()]), false)
    }

    #[test]
    fn moments_are_told_as_finely_as_they_are_known_in_every_language() {
        assert_eq!(TOLD.map(|(tag, _)| tag).to_vec(), LANGUAGES.iter().map(|known| known.tag).collect::<Vec<_>>());
        for (language, expected) in TOLD {
            assert_eq!(MOMENTS.map(|text| told(text, language)), expected, "{language}");
        }
        assert_eq!(told("0079-08-24", "en"), "24 Aug 79");
        assert_eq!(told("some day", "th"), "some day");
    }

    #[test]
    fn a_day_is_enough_where_only_the_day_is_wanted() {
        let words = Words::of(&["ko".to_owned()]);
        assert_eq!(text_in_words("2011-03-11T05:46:24Z", &words, true), "2011년 3월 11일");
        assert_eq!(text_in_words("1815", &words, true), "1815년");
    }

    #[test]
    fn every_month_has_a_name_of_its_own() {
        for language in LANGUAGES {
            let words = Words::of(&[language.tag.to_owned()]);
            let names: std::collections::BTreeSet<&str> = MONTHS.iter().map(|key| words.say(key)).collect();
            assert_eq!(names.len(), 12, "{}", language.tag);
        }
    }
}
