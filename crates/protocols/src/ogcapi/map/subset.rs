//! `subset=Lat(40:50),Lon(10:20),time("2019":"2020")`: axes by name.

use crate::common::request::Request;
use terrane_model::{Crs, Error, Result};

/// One axis from a value to another; nothing where the axis is open.
pub type Span = [Option<f64>; 2];

/// What is asked of the axes.
#[derive(Debug, Default, PartialEq)]
pub struct Subset {
    /// Along x.
    pub x: Option<Span>,
    /// Along y.
    pub y: Option<Span>,
    /// As `datetime` writes it.
    pub time: Option<String>,
}

/// All `subset` of a request together.
pub fn of(request: &Request, crs: &Crs) -> Result<Subset> {
    let mut subset = Subset::default();
    for (_, text) in request.query.iter().filter(|(key, _)| *key == "subset") {
        for part in parts(text)? {
            add(&mut subset, part, crs).map_err(|error| error.at("subset"))?;
        }
    }
    Ok(subset)
}

/// Axes with what is in their brackets.
fn parts(text: &str) -> Result<Vec<(&str, &str)>> {
    let wrong = || Error::invalid("A subset is written like Lat(40:50),Lon(10:20).").at("subset");
    let (mut all, mut rest) = (Vec::new(), text.trim());
    while !rest.is_empty() {
        let (axis, after) = rest.split_once('(').ok_or_else(wrong)?;
        let (inside, after) = after.split_once(')').ok_or_else(wrong)?;
        all.push((axis.trim(), inside.trim()));
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(more) if !more.trim().is_empty() => more.trim(),
            None if after.is_empty() => after,
            _ => return Err(wrong()),
        };
    }
    Ok(all)
}

fn add(subset: &mut Subset, (axis, inside): (&str, &str), crs: &Crs) -> Result<()> {
    let geographic = terrane_projection::info(crs)?.geographic;
    let plain = axis.to_ascii_lowercase();
    let place = match (plain.as_str(), geographic) {
        ("time" | "datetime", _) => {
            let text = inside.replace('"', "");
            let period = text.split_once("\":\"").map(|(start, end)| format!("{start}/{end}"));
            let quoted = inside
                .split_once("\":\"")
                .map(|(start, end)| format!("{}/{}", start.trim_matches('"'), end.trim_matches('"')));
            return once(&mut subset.time, quoted.or(period).unwrap_or(text), axis);
        }
        ("lon" | "long" | "longitude", true) | ("x" | "e" | "easting", false) => &mut subset.x,
        ("lat" | "latitude", true) | ("y" | "n" | "northing", false) => &mut subset.y,
        _ => {
            let shown: String = axis.chars().take(32).collect();
            let names = if geographic { "Lat, Lon and time" } else { "x, y and time" };
            return Err(Error::invalid(format!("“{shown}” is not an axis of {crs}; there are {names}.")));
        }
    };
    once(place, span(inside)?, axis)
}

fn once<T>(place: &mut Option<T>, value: T, axis: &str) -> Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::invalid(format!("The axis “{axis}” is given more than once."))),
    }
}

fn span(text: &str) -> Result<Span> {
    let wrong =
        || Error::invalid("An axis of the ground is given from a number to another, like (40:50); * is its end.");
    let (low, high) = text.split_once(':').ok_or_else(wrong)?;
    let bound = |text: &str| match text.trim() {
        "*" => Ok(None),
        number => number.parse().ok().filter(|number: &f64| number.is_finite()).map(Some).ok_or_else(wrong),
    };
    Ok([bound(low)?, bound(high)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::kvp::Pairs;

    fn read(query: &str, crs: &Crs) -> Result<Subset> {
        of(&Request { query: Pairs::parse(query).expect("it is well formed"), ..Request::default() }, crs)
    }

    #[test]
    fn axes_are_found_by_their_names_in_any_order() {
        let subset =
            read("subset=Lat(40:50),Lon(170:-170)&subset=time(%222019%22:%222020-05-06T01:02:03Z%22)", &Crs::crs84());
        let subset = subset.expect("it is right");
        assert_eq!((subset.x, subset.y), (Some([Some(170.0), Some(-170.0)]), Some([Some(40.0), Some(50.0)])));
        assert_eq!(subset.time.as_deref(), Some("2019/2020-05-06T01:02:03Z"));
        let subset = read("subset=N(*:4000000)", &Crs::epsg(32_654)).expect("it is right");
        assert_eq!(subset.y, Some([None, Some(4e6)]));
        assert_eq!(
            read("subset=time(%222019-07-03%22)", &Crs::crs84()).expect("right").time.as_deref(),
            Some("2019-07-03")
        );
    }

    #[test]
    fn what_is_no_subset_is_refused() {
        for query in [
            "subset=Lat",
            "subset=Lat(1:2",
            "subset=Lat(1)",
            "subset=Lat(a:b)",
            "subset=x(1:2)",
            "subset=Lat(1:2)&subset=Lat(1:2)",
            "subset=Lat(1:2),",
            "subset=Lat(1:2)Lon(1:2)",
        ] {
            assert!(read(query, &Crs::crs84()).is_err(), "{query}");
        }
    }
}
