//! Which changes somebody wants to hear of.

use super::super::{Event, EventPlace};
use geo_types::{Geometry, LineString, Polygon};
use std::sync::Arc;
use terrane_formats::about::Subscription;
use terrane_formats::filter::wkt;
use terrane_hazard::kind::Kind;
use terrane_hazard::live::KEY;
use terrane_hazard::table::Role;
use terrane_model::limits::Limits;
use terrane_model::{DatasetId, Error, Result};

/// A rule: only what meets all of it is told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventWatch {
    /// Kinds of events; all when none is named.
    pub kinds: Vec<Kind>,
    /// Tables; all when none is named.
    pub catalogs: Vec<DatasetId>,
    /// The least magnitude.
    pub magnitude_min: Option<f64>,
    /// Where: a box or an area.
    pub place: Option<EventPlace>,
}

impl EventWatch {
    /// The rule of a subscription; what is wrong with it is named.
    pub fn of_subscription(it: &Subscription) -> Result<Self> {
        let kind = |name: &String| {
            Kind::named(name).ok_or_else(|| Error::invalid(format!("“{name}” is no kind of events.")).at("kind"))
        };
        let catalogs = it.catalogs.iter().map(|id| DatasetId::new(id.as_str()).map_err(|error| error.at("catalog")));
        Ok(Self {
            kinds: it.kinds.iter().map(kind).collect::<Result<_>>()?,
            catalogs: catalogs.collect::<Result<_>>()?,
            magnitude_min: it.minmag,
            place: Some(it.polygon.trim()).filter(|text| !text.is_empty()).map(area).transpose()?,
        })
    }

    /// Whether a change is wanted. An event that was withdrawn is judged by what was said of it before.
    pub fn wants(&self, event: &Event<'_>) -> bool {
        let is_named = |all: &[DatasetId]| all.is_empty() || all.contains(event.rows.source.id());
        if !is_named(&self.catalogs) || !(self.kinds.is_empty() || self.kinds.contains(&event.kind())) {
            return false;
        }
        if self.magnitude_min.is_none() && self.place.is_none() {
            return true;
        }
        let before = if event.position().is_none() { said_before(event) } else { Before::default() };
        let is_large = self.magnitude_min.is_none_or(|least| {
            event.number(Role::Magnitude).or(before.magnitude).is_some_and(|magnitude| magnitude >= least)
        });
        is_large
            && self.place.as_ref().is_none_or(|place| event.position().or(before.at).is_some_and(|at| holds(place, at)))
    }
}

/// An area told as WKT, longitude before latitude.
pub fn area(text: &str) -> Result<EventPlace> {
    let geometry = wkt::read(text, &Limits::default()).map_err(|error| error.at("polygon"))?;
    match geometry {
        Geometry::Polygon(_) | Geometry::MultiPolygon(_) => Ok(EventPlace::Area(Arc::new(geometry))),
        _ => Err(Error::invalid("An area is a POLYGON or a MULTIPOLYGON, longitude before latitude.").at("polygon")),
    }
}

#[derive(Default)]
struct Before {
    at: Option<[f64; 2]>,
    magnitude: Option<f64>,
}

/// What the newest version that had a place said.
fn said_before(event: &Event<'_>) -> Before {
    let tree = event.text(Role::Event).and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let versions = tree.as_ref().and_then(|tree| tree[KEY][0]["version"].as_array());
    let found = versions.and_then(|all| all.iter().rev().find(|version| version["longitude"].is_number()));
    let number = |name: &str| found.and_then(|version| version[name].as_f64());
    Before {
        at: number("longitude").zip(number("latitude")).map(|(lon, lat)| [lon, lat]),
        magnitude: number("magnitude"),
    }
}

fn holds(place: &EventPlace, at: [f64; 2]) -> bool {
    match place {
        EventPlace::Box(bbox) => bbox.contains(at),
        EventPlace::Area(area) => match &**area {
            Geometry::Polygon(polygon) => is_inside(polygon, at),
            Geometry::MultiPolygon(all) => all.iter().any(|polygon| is_inside(polygon, at)),
            _ => false,
        },
        EventPlace::Ring { .. } => false,
    }
}

fn is_inside(polygon: &Polygon<f64>, at: [f64; 2]) -> bool {
    crosses_odd(polygon.exterior(), at) && !polygon.interiors().iter().any(|ring| crosses_odd(ring, at))
}

/// Whether a line from the position to the east crosses a ring an odd number of times.
fn crosses_odd(ring: &LineString<f64>, [x, y]: [f64; 2]) -> bool {
    let crosses = ring.lines().filter(|line| {
        let (a, b) = (line.start, line.end);
        (a.y > y) != (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x
    });
    crosses.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_hold_what_is_inside_and_not_what_is_in_a_hole() {
        let place = area("POLYGON((140 30, 150 30, 150 40, 140 40, 140 30), (144 34, 146 34, 146 36, 144 36, 144 34))")
            .expect("an area");
        assert!(holds(&place, [141.0, 31.0]) && holds(&place, [149.9, 39.9]));
        assert!(!holds(&place, [145.0, 35.0]) && !holds(&place, [139.9, 35.0]));
        for wrong in ["POINT(1 2)", "POLYGON((1 2", "", "SELECT 1"] {
            assert_eq!(area(wrong).expect_err("no area").place(), Some("polygon"), "{wrong}");
        }
    }
}
