//! Moments against an independent library, and against their own spelling.

use proptest::prelude::*;
use terrane_model::time::{Civil, Interval, Precision, YEAR_MAX, days_in_month};
use terrane_model::{Instant, When};

fn civil() -> impl Strategy<Value = Civil> {
    let date = (-YEAR_MAX..=YEAR_MAX, 1..=12_u8, 1..=31_u8);
    (date, 0..24_u8, 0..60_u8, 0..60_u8, 0..1_000_000_u32).prop_map(
        |((year, month, day), hour, minute, second, microsecond)| Civil {
            year,
            month,
            day: day.min(days_in_month(year, month)),
            hour,
            minute,
            second,
            microsecond,
        },
    )
}

fn period() -> impl Strategy<Value = Interval> {
    (0..20_i64, 0..20_i64, any::<bool>(), any::<bool>()).prop_map(|(start, length, begins, ends)| Interval {
        start: begins.then_some(Instant(start)),
        end: ends.then_some(Instant(start + length)),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn calendar_parts_of_any_year_come_back(civil in civil()) {
        let instant = Instant::from_civil(&civil).expect("in the calendar");
        prop_assert!(Instant::MIN < instant && instant < Instant::MAX);
        prop_assert_eq!(instant.civil(), civil);
    }

    #[test]
    fn moments_print_and_read_again(civil in civil()) {
        let instant = Instant::from_civil(&civil).expect("in the calendar");
        let when = When::parse(&instant.to_string()).expect("what was printed");
        prop_assert_eq!(when, When::exactly(instant));
    }

    #[test]
    fn years_months_and_days_print_and_read_again(year in -YEAR_MAX..YEAR_MAX, month in 1..=12_u8, day in 1..=28_u8) {
        for when in [When::year(year), When::month(year, month), When::day(year, month, day)] {
            let when = when.expect("in the calendar");
            prop_assert_eq!(When::parse(&when.to_string()).expect("what was printed"), when);
        }
    }

    #[test]
    fn the_days_of_a_month_and_the_months_of_a_year_follow_each_other(year in -YEAR_MAX..YEAR_MAX) {
        let months: Vec<When> = (1..=12).map(|month| When::month(year, month).expect("a month")).collect();
        prop_assert!(months.windows(2).all(|pair| pair[0].latest.0 + 1 == pair[1].earliest.0));
        let whole = When::year(year).expect("a year");
        prop_assert_eq!((whole.earliest, whole.latest), (months[0].earliest, months[11].latest));
    }

    #[test]
    fn years_that_an_independent_library_knows_agree(micros in -62_167_219_200_000_000..253_402_300_799_999_999_i64) {
        let (instant, known) = (Instant(micros), jiff::Timestamp::from_microsecond(micros).expect("in its range"));
        let utc = known.to_zoned(jiff::tz::TimeZone::UTC);
        let civil = instant.civil();
        prop_assert_eq!(
            (civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second),
            (i64::from(utc.year()), utc.month() as u8, utc.day() as u8, utc.hour() as u8, utc.minute() as u8, utc.second() as u8)
        );
        let read: jiff::Timestamp = instant.to_string().parse().expect("RFC 3339");
        prop_assert_eq!(read.as_microsecond(), micros);
        prop_assert_eq!(Instant::parse(&known.to_string()).expect("RFC 3339"), instant);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+0-9TtZz:. ,/]{0,24}|\\PC{0,20}") {
        let _ = When::parse(&text);
    }

    #[test]
    fn periods_intersect_just_when_they_share_a_moment(a in period(), b in period()) {
        let holds = |period: &Interval, at: i64| {
            period.start.is_none_or(|start| start.0 <= at) && period.end.is_none_or(|end| at <= end.0)
        };
        prop_assert_eq!(a.intersects(&b), (-1..41).any(|at| holds(&a, at) && holds(&b, at)));
    }
}

#[test]
fn published_julian_day_numbers_agree() {
    // Meeus 1998, Astronomical Algorithms, table 7.a: Julian days at noon of 2000-01-01 and 1987-06-19, and of the year 0.
    let days = |year, month, day| Instant::from_date(year, month, day).expect("a day").0.div_euclid(86_400_000_000);
    assert_eq!(days(2000, 1, 1) + 2_440_588, 2_451_545);
    assert_eq!(days(1987, 6, 19) + 2_440_588, 2_446_966);
    // −4713-11-24 of the Gregorian calendar is the day on which Julian days begin.
    assert_eq!(days(-4713, 11, 24) + 2_440_588, 0);
}

#[test]
fn spellings_are_read_as_finely_as_they_are_stated() {
    let read = |text: &str| When::parse(text).expect(text);
    for (text, precision, first) in [
        ("2019", Precision::Year, "2019-01-01T00:00:00Z"),
        ("-2150", Precision::Year, "-002150-01-01T00:00:00Z"),
        ("2019-07", Precision::Month, "2019-07-01T00:00:00Z"),
        ("2019-07-01", Precision::Day, "2019-07-01T00:00:00Z"),
        ("2019-07-01T12:30Z", Precision::Minute, "2019-07-01T12:30:00Z"),
        ("2019-07-01 12:30:05.25+09:00", Precision::Instant, "2019-07-01T03:30:05.250Z"),
        ("2016-12-31T23:59:60Z", Precision::Instant, "2017-01-01T00:00:00Z"),
        ("1969-07-20T20:17:40.123456789Z", Precision::Instant, "1969-07-20T20:17:40.123456Z"),
    ] {
        assert_eq!((read(text).precision, read(text).earliest.to_string().as_str()), (precision, first), "{text}");
    }
    for text in [
        "",
        "x",
        "2019-13",
        "2019-02-29",
        "2019-07-01T25:00Z",
        "2019-7-1-1",
        "20190701",
        "290001",
        "2019-07-01T12",
        "T12:00",
    ] {
        assert!(When::parse(text).is_err(), "{text}");
    }
}
