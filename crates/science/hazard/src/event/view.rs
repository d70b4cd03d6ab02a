//! The tree of an event, seen as what code asks for: preferred solutions, all solutions, who made them.

use serde_json::Value;
use terrane_model::time::{Instant, Precision, When};

/// An event.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a>(pub &'a Value);

/// Where and when, by one agency.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a>(pub &'a Value);

/// How large, by one agency.
#[derive(Debug, Clone, Copy)]
pub struct Magnitude<'a>(pub &'a Value);

/// By which movement, by one agency.
#[derive(Debug, Clone, Copy)]
pub struct Mechanism<'a>(pub &'a Value);

/// Who made a solution, when, and how far it was looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Made<'a> {
    /// The agency.
    pub agency: &'a str,
    /// The person or program.
    pub author: &'a str,
    /// `manual` or `automatic`.
    pub mode: &'a str,
    /// `preliminary`, `confirmed`, `reviewed`, `final`, `rejected`.
    pub status: &'a str,
    /// When.
    pub time: Option<Instant>,
    /// Which version.
    pub version: &'a str,
}

/// A value with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// The value.
    pub value: f64,
    /// One uncertainty, or half of the range when it is not symmetric.
    pub uncertainty: Option<f64>,
}

/// A nodal plane, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    /// Clockwise from north.
    pub strike: f64,
    /// Down from horizontal.
    pub dip: f64,
    /// Of the slip in the plane.
    pub rake: f64,
}

/// What an event did, by one cause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Impact<'a> {
    /// See [`crate::kind::Cause`]; empty when it is not told.
    pub cause: &'a str,
    /// Deaths: least, best, most.
    pub deaths: [Option<f64>; 3],
    /// Missing.
    pub missing: Option<f64>,
    /// Injured.
    pub injured: Option<f64>,
    /// Damage, millions of US dollars.
    pub damage_million_usd: Option<f64>,
    /// Houses destroyed.
    pub houses: Option<f64>,
    /// Who says so.
    pub source: &'a str,
}

/// What another catalogue calls an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identifier<'a> {
    /// The catalogue: `USGS`, `ISC`, `GVP`, `GLIDE`, `EM-DAT`, `NOAA`, …
    pub catalogue: &'a str,
    /// Its name there.
    pub id: &'a str,
}

impl<'a> Event<'a> {
    /// What identifies it.
    pub fn public_id(&self) -> &'a str {
        text(self.0, "publicID")
    }

    /// QuakeML's type of event.
    pub fn event_type(&self) -> &'a str {
        text(self.0, "type")
    }

    /// All origins.
    pub fn origins(&self) -> impl Iterator<Item = Origin<'a>> + use<'a> {
        list(self.0, "origin").map(Origin)
    }

    /// All magnitudes.
    pub fn magnitudes(&self) -> impl Iterator<Item = Magnitude<'a>> + use<'a> {
        list(self.0, "magnitude").map(Magnitude)
    }

    /// All focal mechanisms.
    pub fn mechanisms(&self) -> impl Iterator<Item = Mechanism<'a>> + use<'a> {
        list(self.0, "focalMechanism").map(Mechanism)
    }

    /// The preferred origin, else the first.
    pub fn origin(&self) -> Option<Origin<'a>> {
        preferred(self.0, "origin", "preferredOriginID").map(Origin)
    }

    /// The preferred magnitude, else the first.
    pub fn magnitude(&self) -> Option<Magnitude<'a>> {
        preferred(self.0, "magnitude", "preferredMagnitudeID").map(Magnitude)
    }

    /// The preferred focal mechanism, else the first.
    pub fn mechanism(&self) -> Option<Mechanism<'a>> {
        preferred(self.0, "focalMechanism", "preferredFocalMechanismID").map(Mechanism)
    }

    /// When it began, by the preferred origin.
    pub fn time(&self) -> Option<When> {
        self.origin()?.time()
    }

    /// Where it was, in words: the region of people before that of numbers, else the region of the origin.
    pub fn place(&self) -> &'a str {
        let told = |kind: &str| self.described(kind);
        ["earthquake name", "region name", "nearest cities", "Flinn-Engdahl region"]
            .into_iter()
            .map(told)
            .chain([list(self.0, "description").map(|it| text(it, "text")).next().unwrap_or_default()])
            .chain([self.origin().map_or("", |origin| text(origin.0, "region"))])
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    /// The text of a type of description (`Flinn-Engdahl region`); empty when there is none.
    pub fn described(&self, kind: &str) -> &'a str {
        list(self.0, "description").find(|it| text(it, "type") == kind).map_or("", |it| text(it, "text"))
    }

    /// Who keeps the event.
    pub fn made(&self) -> Made<'a> {
        made(self.0)
    }

    /// How far the preferred solution was looked at: a status, else the mode.
    pub fn status(&self) -> &'a str {
        let origin = self.origin().map(|origin| origin.made());
        let magnitude = self.magnitude().map(|magnitude| magnitude.made());
        let mut all = origin.iter().chain(&magnitude);
        let told = all.clone().map(|made| made.status).find(|it| !it.is_empty());
        told.or_else(|| all.find_map(|made| Some(made.mode).filter(|it| !it.is_empty()))).unwrap_or_default()
    }

    /// What it did.
    pub fn impacts(&self) -> impl Iterator<Item = Impact<'a>> + use<'a> {
        list(self.0, "impact").map(impact)
    }

    /// What other catalogues call it.
    pub fn identifiers(&self) -> impl Iterator<Item = Identifier<'a>> + use<'a> {
        list(self.0, "identifier").map(|it| Identifier { catalogue: text(it, "catalogue"), id: text(it, "id") })
    }
}

impl<'a> Origin<'a> {
    /// What identifies it.
    pub fn public_id(&self) -> &'a str {
        text(self.0, "publicID")
    }

    /// When; as finely as its composite time says, when it has one that agrees with its time.
    pub fn time(&self) -> Option<When> {
        let value = self.0["time"]["value"].as_str().and_then(|text| Instant::parse(text).ok());
        let agrees = |when: &When| value.is_none_or(|value| (when.earliest..=when.latest).contains(&value));
        let composite = list(self.0, "compositeTime").filter_map(composite).find(agrees);
        composite.or(value.map(When::exactly))
    }

    /// Uncertainty of the time, seconds.
    pub fn time_uncertainty_s(&self) -> Option<f64> {
        uncertainty(&self.0["time"])
    }

    /// Longitude, degrees.
    pub fn longitude(&self) -> Option<Quantity> {
        quantity(self.0, "longitude")
    }

    /// Latitude, degrees.
    pub fn latitude(&self) -> Option<Quantity> {
        quantity(self.0, "latitude")
    }

    /// Depth, metres.
    pub fn depth_m(&self) -> Option<Quantity> {
        quantity(self.0, "depth")
    }

    /// Horizontal uncertainty, metres.
    pub fn horizontal_uncertainty_m(&self) -> Option<f64> {
        let told =
            |it: &Value| it["horizontalUncertainty"].as_f64().or_else(|| it["maxHorizontalUncertainty"].as_f64());
        list(self.0, "originUncertainty").find_map(told)
    }

    /// A number of its quality: `usedStationCount`, `azimuthalGap` (degrees), `standardError` (seconds), …
    pub fn quality(&self, name: &str) -> Option<f64> {
        self.0["quality"][name].as_f64()
    }

    /// Who made it.
    pub fn made(&self) -> Made<'a> {
        made(self.0)
    }
}

impl<'a> Magnitude<'a> {
    /// What identifies it.
    pub fn public_id(&self) -> &'a str {
        text(self.0, "publicID")
    }

    /// The magnitude.
    pub fn value(&self) -> Option<Quantity> {
        quantity(self.0, "mag")
    }

    /// Its type: `mww`, `mb`, …
    pub fn kind(&self) -> &'a str {
        text(self.0, "type")
    }

    /// The origin that it was determined with.
    pub fn origin_id(&self) -> &'a str {
        text(self.0, "originID")
    }

    /// How many stations it is from.
    pub fn stations(&self) -> Option<f64> {
        self.0["stationCount"].as_f64()
    }

    /// Who made it.
    pub fn made(&self) -> Made<'a> {
        made(self.0)
    }
}

impl<'a> Mechanism<'a> {
    /// What identifies it.
    pub fn public_id(&self) -> &'a str {
        text(self.0, "publicID")
    }

    /// Both nodal planes.
    pub fn planes(&self) -> [Option<Plane>; 2] {
        ["nodalPlane1", "nodalPlane2"].map(|name| {
            let plane = &self.0["nodalPlanes"][name];
            let number = |name: &str| plane[name]["value"].as_f64();
            Some(Plane { strike: number("strike")?, dip: number("dip")?, rake: number("rake")? })
        })
    }

    /// The moment tensor in N·m: rr, tt, pp, rt, rp, tp (up, south, east).
    pub fn tensor_nm(&self) -> Option<[f64; 6]> {
        let names = ["Mrr", "Mtt", "Mpp", "Mrt", "Mrp", "Mtp"];
        list(self.0, "momentTensor").find_map(|moment| {
            let mut all = [0.0; 6];
            for (name, number) in names.iter().zip(&mut all) {
                *number = moment["tensor"][name]["value"].as_f64()?;
            }
            Some(all)
        })
    }

    /// The scalar moment, N·m.
    pub fn scalar_moment_nm(&self) -> Option<f64> {
        list(self.0, "momentTensor").find_map(|moment| moment["scalarMoment"]["value"].as_f64())
    }

    /// Who made it.
    pub fn made(&self) -> Made<'a> {
        made(self.0)
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// The trees of a list; one tree is a list of one.
fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    let found = &value[name];
    let all = match found {
        Value::Array(all) => all.as_slice(),
        Value::Object(_) => std::slice::from_ref(found),
        _ => &[],
    };
    all.iter()
}

fn preferred<'a>(event: &'a Value, name: &str, by: &str) -> Option<&'a Value> {
    let id = text(event, by);
    let named = list(event, name).find(|it| !id.is_empty() && text(it, "publicID") == id);
    named.or_else(|| list(event, name).next())
}

fn quantity(value: &Value, name: &str) -> Option<Quantity> {
    let found = &value[name];
    Some(Quantity { value: found["value"].as_f64()?, uncertainty: uncertainty(found) })
}

fn uncertainty(quantity: &Value) -> Option<f64> {
    let range = || Some((quantity["lowerUncertainty"].as_f64()? + quantity["upperUncertainty"].as_f64()?) / 2.0);
    quantity["uncertainty"].as_f64().or_else(range)
}

fn made(value: &Value) -> Made<'_> {
    let info = &value["creationInfo"];
    let agency = match text(info, "agencyID") {
        "" => text(info, "agencyURI"),
        agency => agency,
    };
    Made {
        agency,
        author: text(info, "author"),
        mode: text(value, "evaluationMode"),
        status: text(value, "evaluationStatus"),
        time: info["creationTime"].as_str().and_then(|text| Instant::parse(text).ok()),
        version: text(info, "version"),
    }
}

fn impact(value: &Value) -> Impact<'_> {
    let deaths = &value["deaths"];
    let number = |name: &str| value[name].as_f64();
    Impact {
        cause: text(value, "cause"),
        deaths: ["min", "best", "max"].map(|name| deaths[name].as_f64()),
        missing: number("missing"),
        injured: number("injured"),
        damage_million_usd: number("damageMillionUsd"),
        houses: number("houses"),
        source: text(value, "source"),
    }
}

/// A time told in parts is known as finely as its parts.
fn composite(time: &Value) -> Option<When> {
    let part = |name: &str| time[name]["value"].as_i64();
    let small = |number: i64| u8::try_from(number).ok();
    let year = part("year")?;
    let when = match (part("month"), part("day"), part("hour"), part("minute")) {
        (None, ..) => When::year(year),
        (Some(month), None, ..) => When::month(year, small(month)?),
        (Some(month), Some(day), None, _) => When::day(year, small(month)?, small(day)?),
        (Some(month), Some(day), Some(hour), minute) if time["second"].is_null() => {
            let text = format!(
                "{}{:06}-{month:02}-{day:02}T{hour:02}:{:02}",
                if year < 0 { '-' } else { '+' },
                year.abs(),
                minute.unwrap_or(0)
            );
            When::parse(&text)
        }
        _ => return None,
    };
    when.ok().filter(|when| when.precision < Precision::Instant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_preferred_is_found_by_name_else_the_first_is() {
        let tree = json!({
            "publicID": "smi:a.b/e",
            "preferredOriginID": "smi:a.b/2",
            "preferredMagnitudeID": "smi:a.b/none",
            "origin": [
                {"publicID": "smi:a.b/1", "time": {"value": "2011-03-11T05:46:18Z"}},
                {"publicID": "smi:a.b/2", "time": {"value": "2011-03-11T05:46:24Z"}, "depth": {"value": 29000.0, "lowerUncertainty": 1000.0, "upperUncertainty": 3000.0},
                 "creationInfo": {"agencyID": "NEIC"}, "evaluationMode": "manual"},
            ],
            "magnitude": [{"mag": {"value": 9.1}, "type": "mww"}],
        });
        let event = Event(&tree);
        let origin = event.origin().expect("an origin");
        assert_eq!(origin.public_id(), "smi:a.b/2");
        assert_eq!(origin.depth_m(), Some(Quantity { value: 29_000.0, uncertainty: Some(2_000.0) }));
        assert_eq!((origin.made().agency, event.status()), ("NEIC", "manual"));
        assert_eq!(event.magnitude().and_then(|it| it.value()).map(|it| it.value), Some(9.1));
        assert_eq!(event.origins().count(), 2);
        assert!(event.mechanism().is_none());
    }

    #[test]
    fn a_time_of_parts_is_as_fine_as_its_parts() {
        let origin =
            json!({"time": {"value": "-002150-01-01T00:00:00Z"}, "compositeTime": [{"year": {"value": -2150}}]});
        let when = Origin(&origin).time().expect("a time");
        assert_eq!((when.to_string().as_str(), when.precision), ("-002150", Precision::Year));
    }
}
