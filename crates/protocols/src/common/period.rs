//! Times as OGC web services write them: moments and periods in a list (WMS 1.3.0 annex D, OWS Common).

use std::sync::Arc;
use terrane_engine::catalogue::{Catalogue, Entry};
use terrane_engine::{Caller, PictureLayer};
use terrane_model::query::time_filter;
use terrane_model::time::Interval;
use terrane_model::{Error, Filter, Instant, Result, When};

/// Moments and periods in one list at most.
const LIST_MAX: usize = 100;
/// Years that ISO 8601 writes with four digits; periods beyond them are not told as dimensions.
const YEARS: std::ops::RangeInclusive<i64> = 0..=9999;

/// What is asked of time.
#[derive(Debug, Clone, PartialEq)]
pub enum Times {
    /// These moments and periods.
    These(Vec<Interval>),
    /// The newest moment of each dataset.
    Current,
}

/// Reads `2019-07-01`, `2019-07-01/2019-08-01`, `2019-07-01/2019-08-01/P1D`, several with commas, or `current`. The resolution of a
/// period says nothing of rows, which are all drawn together.
pub fn parse(text: &str) -> Result<Times> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("current") {
        return Ok(Times::Current);
    }
    let parts: Vec<&str> = text.split(',').collect();
    if parts.len() > LIST_MAX {
        return Err(Error::invalid(format!("A list of times has at most {LIST_MAX}.")));
    }
    parts.into_iter().map(one).collect::<Result<_>>().map(Times::These)
}

fn one(text: &str) -> Result<Interval> {
    let mut parts = text.trim().split('/');
    let (start, end, resolution) = (parts.next().unwrap_or(""), parts.next(), parts.next());
    let Some(end) = end else { return When::parse(start).map(|when| when.interval()) };
    if parts.next().is_some() || resolution.is_some_and(|text| !(text.starts_with('P') || text == "0")) {
        return Err(Error::invalid(
            "A period is written like 2019-07-01/2019-07-31, with a resolution such as /P1D if any.",
        ));
    }
    let (start, end) = (When::parse(start)?.earliest, When::parse(end)?.latest);
    match start > end {
        true => Err(Error::invalid("The period ends before it begins; write the earlier moment first.")),
        false => Ok(Interval { start: Some(start), end: Some(end) }),
    }
}

/// The layers with only the rows of these times; layers without times stay as they are.
pub fn timed(layers: Vec<PictureLayer>, times: &Times, catalogue: &Catalogue) -> Result<Vec<PictureLayer>> {
    let narrow = |layer: PictureLayer| {
        let dataset = catalogue.open(Caller::Public, &layer.dataset)?;
        let Some(source) = dataset.features.as_ref().filter(|_| dataset.grid.is_none()) else { return Ok(layer) };
        let newest = || dataset.about.period.and_then(|period| period.end).map(Interval::at);
        let periods = match times {
            Times::These(periods) => periods.clone(),
            Times::Current => newest().into_iter().collect(),
        };
        let mut filters: Vec<Filter> =
            periods.iter().filter_map(|period| time_filter(period, source.schema())).collect();
        let asked = match filters.len() {
            0 => return Ok(layer),
            1 => filters.remove(0),
            _ => Filter::Or(filters),
        };
        let filter = Filter::all(layer.filter.into_iter().chain([asked]));
        Ok(PictureLayer { filter: Some(filter), ..layer })
    };
    layers.into_iter().map(narrow).collect()
}

/// Whether the rows of a layer have times.
pub fn has_times(layer: &PictureLayer, catalogue: &Catalogue) -> bool {
    let dataset = catalogue.open(Caller::Public, &layer.dataset);
    dataset.is_ok_and(|dataset| {
        dataset.grid.is_none() && dataset.features.is_some_and(|source| source.schema().time.is_some())
    })
}

/// The first and the last moment of a dataset that can be asked by time.
pub fn dimension(entry: &Arc<Entry>, catalogue: &Catalogue) -> Option<[Instant; 2]> {
    let dataset = catalogue.open(Caller::Public, &entry.about().id).ok()?;
    dataset.features.as_ref().filter(|_| dataset.grid.is_none())?.schema().time.as_ref()?;
    let period = entry.about().period?;
    let ends = [period.start?, period.end?];
    ends.iter().all(|instant| YEARS.contains(&instant.civil().year)).then_some(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_moments_and_periods_are_read() {
        let read = |text| match parse(text).expect("it is right") {
            Times::These(all) => all.len(),
            Times::Current => 0,
        };
        assert_eq!(read("2019-07-01"), 1);
        assert_eq!(read("2019-07-01T00:00:00Z/2019-08-01/PT1S,2020"), 2);
        assert_eq!(read("Current"), 0);
        for text in ["", "now", "2020/2019", "2019/2020/x", "a/b/c/d", "2019,,2020"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
