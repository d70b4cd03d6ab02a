//! Parameters of `query` become a question about events.
//!
//! Names are read in any case, in their long and short spelling; one that is not known, is given twice or has no value is refused, as
//! the specification asks.

use crate::common::kvp::{Pairs, shortened};
use crate::hazards::ask::checked_position;
use terrane_engine::hazard::{EventOrder, EventPlace, EventQuestion, Range};
use terrane_hazard::event::ids;
use terrane_hazard::kind::Kind;
use terrane_hazard::table::Role;
use terrane_model::limits::Limits;
use terrane_model::time::Interval;
use terrane_model::{Bbox, DatasetId, Error, Result, When};

/// What a parameter's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A moment in UTC.
    Time,
    /// A number.
    Float,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A text.
    Text,
}

impl Type {
    /// As OpenAPI names it; moments may be given as coarsely as a year.
    pub fn json_type(self) -> &'static str {
        match self {
            Self::Float => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Time | Self::Text => "string",
        }
    }
}

/// One parameter of `query`.
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its short name.
    pub short: Option<&'static str>,
    /// What its value is.
    pub kind: Type,
    /// What holds when it is not given.
    pub default: Option<&'static str>,
    /// What it says.
    pub say: &'static str,
}

const fn parameter(
    name: &'static str,
    short: Option<&'static str>,
    kind: Type,
    default: Option<&'static str>,
    say: &'static str,
) -> Parameter {
    Parameter { name, short, kind, default, say }
}

/// All parameters of `query`.
pub const PARAMETERS: [Parameter; 31] = [
    parameter("starttime", Some("start"), Type::Time, None, "Events at or after this time."),
    parameter("endtime", Some("end"), Type::Time, None, "Events at or before this time."),
    parameter("minlatitude", Some("minlat"), Type::Float, Some("-90"), "Southern boundary, degrees."),
    parameter("maxlatitude", Some("maxlat"), Type::Float, Some("90"), "Northern boundary, degrees."),
    parameter(
        "minlongitude",
        Some("minlon"),
        Type::Float,
        Some("-180"),
        "Western boundary, degrees; more than the eastern one crosses 180°.",
    ),
    parameter("maxlongitude", Some("maxlon"), Type::Float, Some("180"), "Eastern boundary, degrees."),
    parameter("latitude", Some("lat"), Type::Float, None, "Latitude of the centre of a ring, degrees."),
    parameter("longitude", Some("lon"), Type::Float, None, "Longitude of the centre of a ring, degrees."),
    parameter("minradius", None, Type::Float, Some("0"), "Not nearer to the centre than this, degrees of arc."),
    parameter("maxradius", None, Type::Float, Some("180"), "Not farther from the centre than this, degrees of arc."),
    parameter("minradiuskm", None, Type::Float, None, "Not nearer to the centre than this, kilometres."),
    parameter("maxradiuskm", None, Type::Float, None, "Not farther from the centre than this, kilometres."),
    parameter("mindepth", None, Type::Float, None, "Not shallower than this, kilometres."),
    parameter("maxdepth", None, Type::Float, None, "Not deeper than this, kilometres."),
    parameter("minmagnitude", Some("minmag"), Type::Float, None, "Not smaller than this."),
    parameter("maxmagnitude", Some("maxmag"), Type::Float, None, "Not larger than this."),
    parameter(
        "magnitudetype",
        Some("magtype"),
        Type::Text,
        None,
        "The type of the magnitude, such as Mw or mb; all when not given.",
    ),
    parameter("eventtype", None, Type::Text, None, "Types of events as QuakeML names them, separated by commas."),
    parameter("includeallorigins", None, Type::Boolean, Some("false"), "All origins, not just the preferred one."),
    parameter(
        "includeallmagnitudes",
        None,
        Type::Boolean,
        Some("false"),
        "All magnitudes, not just the preferred one.",
    ),
    parameter("includearrivals", None, Type::Boolean, Some("false"), "Phase arrivals as well."),
    parameter("eventid", None, Type::Text, None, "Identifiers of events, separated by commas."),
    parameter("limit", None, Type::Integer, None, "At most so many events."),
    parameter("offset", None, Type::Integer, Some("1"), "Begin with this event of the answer; the first is 1."),
    parameter("orderby", None, Type::Text, Some("time"), "time, time-asc, magnitude or magnitude-asc."),
    parameter(
        "catalog",
        None,
        Type::Text,
        None,
        "A catalog of this node; see catalogs. Without it all but those that a merged catalog stands for.",
    ),
    parameter("contributor", None, Type::Text, None, "Who contributed the event; see contributors."),
    parameter("updatedafter", None, Type::Time, None, "Events changed after this time."),
    parameter("format", None, Type::Text, Some("xml"), "xml (QuakeML 1.2), text, geojson or csv."),
    parameter("nodata", None, Type::Integer, Some("204"), "The status when nothing is found: 204 or 404."),
    parameter("minvei", None, Type::Integer, None, "Eruptions with at least this VEI (of this node)."),
];

/// Metres of a degree of arc on a sphere of the Earth's mean radius (IUGG 1980: 6371.0088 km).
const METRES_PER_DEGREE: f64 = 6_371_008.8 * std::f64::consts::PI / 180.0;

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// QuakeML 1.2.
    Xml,
    /// Lines of the specification.
    Text,
    /// As the USGS writes it.
    GeoJson,
    /// ComCat's columns.
    Csv,
}

/// Forms with their names.
const FORMATS: [(&str, Format); 6] = [
    ("xml", Format::Xml),
    ("quakeml", Format::Xml),
    ("text", Format::Text),
    ("geojson", Format::GeoJson),
    ("json", Format::GeoJson),
    ("csv", Format::Csv),
];

/// What is asked of the service.
pub struct Query {
    /// Which events.
    pub question: EventQuestion,
    /// In which form.
    pub format: Format,
    /// The status when there are none.
    pub nodata: u16,
    /// All origins, all magnitudes, arrivals.
    pub include: [bool; 3],
    /// Whether the request says how many events it wants.
    pub limited: bool,
}

/// Reads a query.
pub fn query(pairs: &Pairs, limits: &Limits) -> Result<Query> {
    let given = Given::of(pairs)?;
    let limit = given.whole("limit")?;
    if let Some(0) = limit {
        return Err(Error::invalid("At least one event is to be asked for: limit=1 or more.").at("limit"));
    }
    let limited = limit.is_some();
    let include =
        [given.truth("includeallorigins")?, given.truth("includeallmagnitudes")?, given.truth("includearrivals")?];
    let question = question(&given)?;
    let question = EventQuestion {
        limit: limit.unwrap_or(limits.events_max),
        skip: given
            .whole("offset")?
            .unwrap_or(1)
            .checked_sub(1)
            .ok_or_else(|| Error::invalid("The first event has the offset 1.").at("offset"))?,
        order: order(given.text("orderby"))?,
        ..question
    };
    Ok(Query {
        question,
        format: format(given.text("format"))?,
        nodata: nodata(given.text("nodata"))?,
        include,
        limited,
    })
}

fn question(given: &Given<'_>) -> Result<EventQuestion> {
    let list = |name: &str| -> Vec<String> {
        let parts = given.text(name).unwrap_or("").split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let catalogs: Vec<DatasetId> =
        list("catalog").into_iter().map(DatasetId::new).collect::<Result<_>>().map_err(|error| error.at("catalog"))?;
    let vei = given.range("minvei", "minvei")?;
    let kinds = match (catalogs.is_empty(), vei.min) {
        (true, None) => vec![Kind::Earthquake],
        (true, Some(_)) => vec![Kind::Eruption],
        (false, _) => Vec::new(),
    };
    Ok(EventQuestion {
        catalogs,
        kinds,
        ids: list("eventid").iter().flat_map(|id| names_of(id)).collect(),
        place: place(given)?,
        period: Interval {
            start: given.time("starttime")?.map(|when| when.earliest),
            end: given.time("endtime")?.map(|when| when.earliest),
        },
        magnitude: given.range("minmagnitude", "maxmagnitude")?,
        magnitude_type: given.text("magnitudetype").map(str::to_owned),
        depth_km: given.range("mindepth", "maxdepth")?,
        vei: Range { min: vei.min, max: None },
        event_types: list("eventtype"),
        texts: given.text("contributor").map(|text| (Role::Contributor, text.to_owned())).into_iter().collect(),
        updated_after: given.time("updatedafter")?.map(|when| when.earliest),
        ..EventQuestion::default()
    })
    .and_then(in_order)
}

fn in_order(question: EventQuestion) -> Result<EventQuestion> {
    match question.period {
        Interval { start: Some(start), end: Some(end) } if start > end => {
            Err(Error::invalid("endtime is before starttime.").at("endtime"))
        }
        _ => Ok(question),
    }
}

/// What an event may be called in its table: as it is asked for, and without what stands before it in a QuakeML `publicID` of ours.
fn names_of(id: &str) -> Vec<String> {
    let id = ids::decoded(id);
    let resource = id.starts_with("smi:") || id.starts_with("quakeml:");
    let plain = id.rsplit('/').next().filter(|_| resource).map(str::to_owned);
    std::iter::once(id.clone().into_owned()).chain(plain).collect()
}

fn place(given: &Given<'_>) -> Result<Option<EventPlace>> {
    let centre = match (given.number("latitude")?, given.number("longitude")?) {
        (None, None) => None,
        (Some(lat), Some(lon)) => Some(checked_position(lon, lat)?),
        (Some(_), None) => return Err(Error::invalid("A ring needs longitude as well.").at("longitude")),
        (None, Some(_)) => return Err(Error::invalid("A ring needs latitude as well.").at("latitude")),
    };
    let radii = ["minradius", "maxradius", "minradiuskm", "maxradiuskm"];
    match centre {
        Some(centre) => ring(given, centre).map(Some),
        None if radii.iter().any(|name| given.text(name).is_some()) => {
            Err(Error::invalid("A radius needs a centre: latitude and longitude.").at("latitude"))
        }
        None => rectangle(given),
    }
}

fn ring(given: &Given<'_>, centre: [f64; 2]) -> Result<EventPlace> {
    let metres = |degrees: &str, km: &str| -> Result<Option<f64>> {
        let radius = match (given.number(degrees)?, given.number(km)?) {
            (Some(radius), _) => Some((radius * METRES_PER_DEGREE, degrees)),
            (None, Some(radius)) => Some((radius * 1000.0, km)),
            (None, None) => None,
        };
        match radius {
            Some((metres, name)) if !(0.0..=180.0 * METRES_PER_DEGREE + 1.0).contains(&metres) => {
                Err(Error::invalid("A radius is between 0 and 180 degrees of arc.").at(name))
            }
            radius => Ok(radius.map(|(metres, _)| metres)),
        }
    };
    let min_m = metres("minradius", "minradiuskm")?.unwrap_or(0.0);
    // Half of the longest meridian is longer than half a circle of the sphere.
    let max_m = metres("maxradius", "maxradiuskm")?.filter(|metres| *metres < 179.9 * METRES_PER_DEGREE);
    let max_m = max_m.unwrap_or(20_100_000.0);
    if min_m > max_m {
        return Err(Error::invalid("minradius is larger than maxradius.").at("minradius"));
    }
    Ok(EventPlace::Ring { centre, min_m, max_m })
}

fn rectangle(given: &Given<'_>) -> Result<Option<EventPlace>> {
    let edge = |name: &'static str, most: f64| -> Result<Option<f64>> {
        let number = given.number(name)?;
        match number.filter(|number| number.abs() > most) {
            Some(number) => Err(Error::invalid(format!("{number} is beyond ±{most} degrees.")).at(name)),
            None => Ok(number),
        }
    };
    let edges = [
        edge("minlongitude", 360.0)?,
        edge("minlatitude", 90.0)?,
        edge("maxlongitude", 360.0)?,
        edge("maxlatitude", 90.0)?,
    ];
    if edges.iter().all(Option::is_none) {
        return Ok(None);
    }
    let [west, south, east, north] =
        [edges[0].unwrap_or(-180.0), edges[1].unwrap_or(-90.0), edges[2].unwrap_or(180.0), edges[3].unwrap_or(90.0)];
    if south > north {
        return Err(Error::invalid("minlatitude is larger than maxlatitude.").at("minlatitude"));
    }
    let bbox = crate::ogcapi::ask::bbox::around(Bbox { min: [west, south], max: [east, north] });
    Ok(Some(EventPlace::Box(bbox)))
}

fn order(text: Option<&str>) -> Result<EventOrder> {
    let order = |by, descending| Ok(EventOrder { by, descending });
    match text.unwrap_or("time") {
        "time" | "time-desc" => order(Role::Time, true),
        "time-asc" => order(Role::Time, false),
        "magnitude" | "magnitude-desc" => order(Role::Magnitude, true),
        "magnitude-asc" => order(Role::Magnitude, false),
        other => {
            let say = format!("“{}” is no order; use time, time-asc, magnitude or magnitude-asc.", shortened(other));
            Err(Error::invalid(say).at("orderby"))
        }
    }
}

fn format(text: Option<&str>) -> Result<Format> {
    let Some(text) = text else { return Ok(Format::Xml) };
    FORMATS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, format)| *format).ok_or_else(|| {
        Error::invalid(format!("“{}” is no format here; use xml, text, geojson or csv.", shortened(text))).at("format")
    })
}

fn nodata(text: Option<&str>) -> Result<u16> {
    match text.unwrap_or("204") {
        "204" => Ok(204),
        "404" => Ok(404),
        _ => Err(Error::invalid("nodata is 204 or 404.").at("nodata")),
    }
}

/// Parameters under their long names.
struct Given<'a>(Vec<(&'static str, &'a str)>);

impl<'a> Given<'a> {
    fn of(pairs: &'a Pairs) -> Result<Self> {
        let mut all: Vec<(&'static str, &str)> = Vec::new();
        for (key, value) in pairs.iter() {
            let is_it = |known: &&Parameter| {
                known.name.eq_ignore_ascii_case(key) || known.short.is_some_and(|short| short.eq_ignore_ascii_case(key))
            };
            let Some(known) = PARAMETERS.iter().find(is_it) else {
                let shown = shortened(key);
                let say = format!("“{shown}” is not a parameter of this service; its WADL lists them.");
                return Err(Error::invalid(say).at(shown));
            };
            if all.iter().any(|(name, _)| *name == known.name) {
                return Err(Error::invalid(format!("“{}” is given more than once.", known.name)).at(known.name));
            }
            if value.trim().is_empty() {
                return Err(Error::invalid(format!("“{}” has no value.", known.name)).at(known.name));
            }
            all.push((known.name, value.trim()));
        }
        Ok(Self(all))
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn number(&self, name: &str) -> Result<Option<f64>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.map(Some).ok_or_else(|| Error::invalid(format!("“{}” is not a number.", shortened(text))).at(name))
    }

    fn whole(&self, name: &str) -> Result<Option<usize>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text.parse::<usize>().ok().filter(|number| *number <= 1_000_000_000);
        number.map(Some).ok_or_else(|| Error::invalid(format!("“{}” is not a whole number.", shortened(text))).at(name))
    }

    fn range(&self, least: &'static str, most: &'static str) -> Result<Range> {
        let range = Range { min: self.number(least)?, max: self.number(most)? };
        match range {
            Range { min: Some(min), max: Some(max) } if min > max => {
                Err(Error::invalid(format!("{least} is larger than {most}.")).at(least))
            }
            range => Ok(range),
        }
    }

    fn time(&self, name: &str) -> Result<Option<When>> {
        self.text(name).map(When::parse).transpose().map_err(|error| error.at(name))
    }

    fn truth(&self, name: &str) -> Result<bool> {
        match self.text(name).map(str::to_ascii_lowercase).as_deref() {
            None | Some("false" | "0" | "no") => Ok(false),
            Some("true" | "1" | "yes") => Ok(true),
            Some(other) => Err(Error::invalid(format!("“{}” is neither true nor false.", shortened(other))).at(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Query> {
        query(&Pairs::parse(text).expect("it is well formed"), &Limits::default())
    }

    #[test]
    fn long_and_short_names_are_one() {
        let long = read("starttime=2011-03-11&minmagnitude=6&maxlatitude=40").expect("it is right").question;
        let short = read("start=2011-03-11&minmag=6&maxlat=40").expect("it is right").question;
        assert_eq!(long, short);
        assert_eq!(long.magnitude.min, Some(6.0));
        assert_eq!(long.kinds, [Kind::Earthquake]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, name) in [
            ("magnitude=6", "magnitude"),
            ("minmag=6&minmagnitude=7", "minmagnitude"),
            ("minmag=", "minmagnitude"),
            ("minmag=six", "minmagnitude"),
            ("minlat=50&maxlat=10", "minlatitude"),
            ("minlat=95", "minlatitude"),
            ("starttime=yesterday", "starttime"),
            ("starttime=2020&endtime=2019", "endtime"),
            ("maxradius=5", "latitude"),
            ("lat=5&maxradius=5", "longitude"),
            ("orderby=size", "orderby"),
            ("format=pdf", "format"),
            ("nodata=200", "nodata"),
            ("limit=0", "limit"),
            ("offset=0", "offset"),
            ("includearrivals=perhaps", "includearrivals"),
            ("catalog=../etc", "catalog"),
        ] {
            assert_eq!(read(text).err().as_ref().and_then(Error::place), Some(name), "{text}");
        }
    }

    #[test]
    fn a_box_that_ends_west_of_its_beginning_crosses_the_antimeridian() {
        let place = read("minlon=170&maxlon=-170").expect("it is right").question.place;
        assert!(matches!(place, Some(EventPlace::Box(bbox)) if bbox.crosses()));
        let place = read("minlon=170&maxlon=190").expect("it is right").question.place;
        assert!(matches!(place, Some(EventPlace::Box(bbox)) if bbox.crosses()));
    }

    #[test]
    fn ids_of_quakeml_are_those_of_the_table() {
        assert_eq!(
            read("eventid=smi:example.org/event/quakes/us123").expect("it is right").question.ids,
            ["smi:example.org/event/quakes/us123", "us123"]
        );
        assert_eq!(read("eventid=us1,us2").expect("it is right").question.ids, ["us1", "us2"]);
    }
}
