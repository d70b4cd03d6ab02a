//! A time that a table tells in columns of its own: year, month, day, hour, minute, second.

use terrane_model::time::{Civil, Instant, Precision, When};

/// Names of the parts, in lower case.
const NAMES: [&[&str]; 6] = [
    &["year", "yr"],
    &["month", "mo", "mon"],
    &["day", "dy"],
    &["hour", "hr"],
    &["minute", "min", "mn"],
    &["second", "sec", "seconds"],
];
/// Names of columns that tell the whole time already.
const WHOLE: [&str; 8] = ["time", "date", "datetime", "date_time", "origin_time", "ot", "datestr", "timestamp"];

/// The columns of the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts([Option<usize>; 6]);

impl Parts {
    /// The columns of a table that tell its time in parts; `None` when it has not at least year, month and day, or tells the time whole.
    pub fn find(names: &[String]) -> Option<Self> {
        let plain: Vec<String> = names.iter().map(|name| name.trim().to_lowercase()).collect();
        if plain.iter().any(|name| WHOLE.contains(&name.as_str())) {
            return None;
        }
        let places = NAMES.map(|known| plain.iter().position(|name| known.contains(&name.as_str())));
        places[..3].iter().all(Option::is_some).then_some(Self(places))
    }

    /// Whether a column is one of the parts.
    pub fn has(&self, place: usize) -> bool {
        self.0.contains(&Some(place))
    }

    /// The time of a record, as finely as its parts tell it; `None` without a year, an error for a day that is none.
    pub fn when<'a>(&self, field: impl Fn(usize) -> &'a str) -> Option<Result<When, ()>> {
        let texts = self.0.map(|place| place.map_or("", |place| field(place).trim()));
        let year = match texts[0] {
            "" => return None,
            text => whole(text),
        };
        Some(year.ok_or(()).and_then(|year| told(year, &texts)))
    }
}

fn told(year: i64, texts: &[&str; 6]) -> Result<When, ()> {
    // There is no year 0 in history: 1 BCE is the year before 1 CE, and astronomers' year 0.
    let year = if year < 0 { year + 1 } else { year };
    let part = |place: usize| -> Result<Option<u8>, ()> {
        match texts[place] {
            "" => Ok(None),
            text => whole(text).and_then(|it| u8::try_from(it).ok()).map(Some).ok_or(()),
        }
    };
    let month = part(1)?.filter(|it| *it > 0);
    let day = part(2)?.filter(|it| *it > 0);
    let (Some(month), Some(day)) = (month, day) else {
        return month.map_or_else(|| When::year(year), |month| When::month(year, month)).map_err(|_| ());
    };
    let Some(hour) = part(3)? else { return When::day(year, month, day).map_err(|_| ()) };
    let minute = part(4)?;
    let second = match texts[5] {
        "" => None,
        text => Some(text.parse::<f64>().ok().filter(|it| (0.0..61.0).contains(it)).ok_or(())?),
    };
    let at = |minute: u8, micros: i64| {
        let civil = Civil { year, month, day, hour, minute, second: 0, microsecond: 0 };
        Instant::from_civil(&civil).map(|instant| Instant(instant.0 + micros)).map_err(|_| ())
    };
    match (minute, second) {
        (Some(minute), Some(second)) => Ok(When::exactly(at(minute, (second * 1e6).round() as i64)?)),
        (minute, _) => {
            let earliest = at(minute.unwrap_or(0), 0)?;
            let width_s = if minute.is_some() { 60 } else { 3_600 };
            let latest = Instant(earliest.0 + width_s * 1_000_000 - 1);
            Ok(When { earliest, latest, precision: Precision::Minute, stated_as: None })
        }
    }
}

/// A whole number, also one that a spreadsheet wrote with a point and a zero.
fn whole(text: &str) -> Option<i64> {
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: [&str; 6]) -> Option<Result<String, ()>> {
        let names = ["Year", "Mo", "Dy", "Hr", "Mn", "Sec"].map(str::to_owned);
        let parts = Parts::find(&names).expect("parts");
        parts.when(|place| texts[place]).map(|told| told.map(|when| when.to_string()))
    }

    #[test]
    fn a_time_is_known_as_finely_as_its_parts() {
        assert_eq!(read(["-2150", "", "", "", "", ""]), Some(Ok("-002149".to_owned())));
        assert_eq!(read(["1556", "1", "23", "", "", "0"]), Some(Ok("1556-01-23".to_owned())));
        assert_eq!(read(["2011", "3", "", "", "", ""]), Some(Ok("2011-03".to_owned())));
        assert_eq!(read(["2011", "3", "11", "5", "46", ""]), Some(Ok("2011-03-11T05:46:00Z".to_owned())));
        assert_eq!(read(["2011", "3", "11", "5", "46", "24.1"]), Some(Ok("2011-03-11T05:46:24.100Z".to_owned())));
        assert_eq!(read(["", "3", "11", "", "", ""]), None);
        assert_eq!(read(["2011", "2", "30", "", "", ""]), Some(Err(())));
        assert_eq!(read(["2011", "13", "", "", "", ""]), Some(Err(())));
    }

    #[test]
    fn a_table_with_a_whole_time_keeps_its_parts() {
        let names = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert_eq!(Parts::find(&names(&["date", "year", "month", "day"])), None);
        assert_eq!(Parts::find(&names(&["year", "value"])), None);
    }
}
