//! Parameters become a question about events.

use super::parameters::{self, CHARTS, PAGE, PLACE, POINTS, Parameter, QUESTION, SECTION, STREAM};
use crate::common::kvp::shortened;
use crate::common::request::Request;
use crate::ogcapi::ask::bbox;
use terrane_engine::hazard::feeds::{EventWatch, area};
use terrane_engine::hazard::{ChartOptions, EventOrder, EventPlace, EventQuestion, NearFault, PlaceQuestion, Range};
use terrane_hazard::declustering::Window;
use terrane_hazard::kind::Kind;
use terrane_hazard::table::Role;
use terrane_model::limits::Limits;
use terrane_model::time::Interval;
use terrane_model::{Crs, DatasetId, Error, Result, When};

/// What events can be put in order by; the name in addresses.
const ORDERS: [(&str, Role); 8] = [
    ("time", Role::Time),
    ("magnitude", Role::Magnitude),
    ("depth", Role::Depth),
    ("deaths", Role::Deaths),
    ("totaldeaths", Role::TotalDeaths),
    ("vei", Role::Vei),
    ("water", Role::WaterHeight),
    ("updated", Role::Updated),
];
/// Parts of texts that can be asked for.
const TEXTS: [(&str, Role); 5] = [
    ("cause", Role::Cause),
    ("country", Role::Country),
    ("volcano", Role::Volcano),
    ("place", Role::Place),
    ("status", Role::Status),
];
/// Events on a page when the request does not say.
pub const PAGE_EVENTS: usize = 100;

/// A question for a page of events.
pub fn page(request: &Request, limits: &Limits) -> Result<EventQuestion> {
    request.query.only(&parameters::names(&[&QUESTION, &PAGE]))?;
    let limit = whole(request, "limit")?.unwrap_or(PAGE_EVENTS);
    if limit > limits.events_max {
        let say = format!("A page has at most {} events; ask for the rest with offset.", limits.events_max);
        return Err(Error::too_large(say).at("limit"));
    }
    Ok(EventQuestion {
        order: order(request)?,
        limit,
        skip: whole(request, "offset")?.unwrap_or(0),
        ..question(request)?
    })
}

/// Which changes somebody wants to follow, and after which change.
pub fn stream(request: &Request) -> Result<(EventWatch, Option<i64>)> {
    request.query.only(&parameters::names(&[&STREAM]))?;
    let bbox = given(request, "bbox")?.map(|text| bbox::parse(text, &Crs::crs84()).map_err(|error| error.at("bbox")));
    let polygon = given(request, "polygon")?.map(area).transpose()?;
    let watch = EventWatch {
        kinds: list(request, "kind")?.map(kind).collect::<Result<_>>()?,
        catalogs: list(request, "catalog")?
            .map(DatasetId::new)
            .collect::<Result<_>>()
            .map_err(|it| it.at("catalog"))?,
        magnitude_min: number(request, "minmag")?,
        place: match bbox.transpose()? {
            Some(_) if polygon.is_some() => {
                return Err(Error::invalid("Give a bbox or a polygon, not both.").at("bbox"));
            }
            Some(bbox) => Some(EventPlace::Box(bbox)),
            None => polygon,
        },
    };
    let after = given(request, "after")?.map(|text| sequence(text, "after")).transpose()?;
    Ok((watch, after))
}

/// The number of a change.
pub fn sequence(text: &str, place: &str) -> Result<i64> {
    let number = text.trim().parse::<i64>().ok().filter(|number| *number >= 0);
    number
        .ok_or_else(|| Error::invalid("This is not the number of a change, as events of the stream have it.").at(place))
}

/// A question for all events that match, for charts and maps.
pub fn all(request: &Request, more: &'static [Parameter]) -> Result<EventQuestion> {
    request.query.only(&parameters::names(&[&QUESTION, more]))?;
    question(request)
}

fn question(request: &Request) -> Result<EventQuestion> {
    Ok(EventQuestion {
        catalogs: list(request, "catalog")?
            .map(DatasetId::new)
            .collect::<Result<_>>()
            .map_err(|it| it.at("catalog"))?,
        kinds: list(request, "kind")?.map(kind).collect::<Result<_>>()?,
        ids: list(request, "eventid")?.map(str::to_owned).collect(),
        place: place(request)?,
        fault: fault(request)?,
        period: period(request)?,
        magnitude: range(request, "minmag", "maxmag")?,
        magnitude_type: given(request, "magtype")?.map(str::to_owned),
        depth_km: range(request, "mindepth", "maxdepth")?,
        vei: range(request, "minvei", "maxvei")?,
        water_height_m: range(request, "minwater", "maxwater")?,
        deaths: range(request, "mindeaths", "maxdeaths")?,
        texts: texts(request)?,
        words: given(request, "q")?.map(str::to_owned),
        updated_after: moment(request, "updatedafter")?.map(|when| when.earliest),
        ..EventQuestion::default()
    })
}

/// A parameter that is given once and not empty.
pub fn given<'r>(request: &'r Request, name: &str) -> Result<Option<&'r str>> {
    Ok(request.query.once(name)?.map(str::trim).filter(|text| !text.is_empty()))
}

fn list<'r>(request: &'r Request, name: &str) -> Result<impl Iterator<Item = &'r str>> {
    Ok(given(request, name)?.unwrap_or("").split(',').map(str::trim).filter(|text| !text.is_empty()))
}

fn kind(name: &str) -> Result<Kind> {
    Kind::named(name).ok_or_else(|| {
        let known: Vec<&str> = Kind::NAMES.iter().map(|(_, name)| *name).collect();
        Error::invalid(format!("“{}” is no kind of events; use {}.", shortened(name), known.join(", "))).at("kind")
    })
}

/// A number in a range; `None` when it is not given.
pub fn number(request: &Request, name: &str) -> Result<Option<f64>> {
    let Some(text) = given(request, name)? else { return Ok(None) };
    let read = text.parse::<f64>().ok().filter(|number| number.is_finite());
    read.map(Some).ok_or_else(|| Error::invalid(format!("“{}” is not a number.", shortened(text))).at(name))
}

fn whole(request: &Request, name: &str) -> Result<Option<usize>> {
    let Some(text) = given(request, name)? else { return Ok(None) };
    let read = text.parse::<usize>().ok().filter(|number| *number <= 1_000_000_000);
    read.map(Some).ok_or_else(|| Error::invalid(format!("“{}” is not a whole number.", shortened(text))).at(name))
}

fn range(request: &Request, least: &'static str, most: &'static str) -> Result<Range> {
    let range = Range { min: number(request, least)?, max: number(request, most)? };
    match range {
        Range { min: Some(min), max: Some(max) } if min > max => {
            Err(Error::invalid(format!("{least} is larger than {most}, so nothing can be between them.")).at(least))
        }
        range => Ok(range),
    }
}

fn moment(request: &Request, name: &str) -> Result<Option<When>> {
    given(request, name)?.map(When::parse).transpose().map_err(|error| error.at(name))
}

fn period(request: &Request) -> Result<Interval> {
    let (start, end) = (moment(request, "start")?, moment(request, "end")?);
    let period = Interval { start: start.map(|when| when.earliest), end: end.map(|when| when.latest) };
    match period {
        Interval { start: Some(start), end: Some(end) } if start > end => {
            Err(Error::invalid("The period ends before it begins.").at("end"))
        }
        period => Ok(period),
    }
}

fn texts(request: &Request) -> Result<Vec<(Role, String)>> {
    let mut all = Vec::new();
    for (name, role) in TEXTS {
        if let Some(text) = given(request, name)? {
            all.push((role, text.to_owned()));
        }
    }
    Ok(all)
}

fn place(request: &Request) -> Result<Option<EventPlace>> {
    if let Some(text) = given(request, "bbox")? {
        let bbox = bbox::parse(text, &Crs::crs84()).map_err(|error| error.at("bbox"))?;
        return Ok(Some(EventPlace::Box(bbox)));
    }
    let Some(centre) = position(request)? else { return Ok(None) };
    let radius_km = number(request, "radius_km")?.unwrap_or(100.0);
    if !(radius_km > 0.0 && radius_km <= 20_100.0) {
        return Err(Error::invalid("A radius is more than 0 and at most 20 100 km.").at("radius_km"));
    }
    Ok(Some(EventPlace::Ring { centre, min_m: 0.0, max_m: radius_km * 1000.0 }))
}

/// How far from a fault events are looked for when the request does not say, kilometres.
const FAULT_KM: f64 = 20.0;

fn fault(request: &Request) -> Result<Option<NearFault>> {
    let within_km = number(request, "fault_km")?;
    let Some(name) = given(request, "fault")? else {
        return match within_km {
            None => Ok(None),
            Some(_) => Err(Error::invalid("“fault_km” needs a fault: fault=Haiyuan.").at("fault_km")),
        };
    };
    let within_km = within_km.unwrap_or(FAULT_KM);
    match within_km > 0.0 && within_km <= 500.0 {
        true => Ok(Some(NearFault { name: name.to_owned(), within_km })),
        false => Err(Error::invalid("Events are looked for up to 500 km from a fault.").at("fault_km")),
    }
}

/// A position in degrees, when one is given.
pub fn position(request: &Request) -> Result<Option<[f64; 2]>> {
    let missing = |name| Error::invalid("A position needs both lon and lat, in degrees.").at(name);
    match (number(request, "lon")?, number(request, "lat")?) {
        (None, None) => Ok(None),
        (Some(lon), Some(lat)) => checked_position(lon, lat).map(Some),
        (None, Some(_)) => Err(missing("lon")),
        (Some(_), None) => Err(missing("lat")),
    }
}

/// A position within the bounds of degrees; longitudes up to 360 are turned.
pub fn checked_position(lon: f64, lat: f64) -> Result<[f64; 2]> {
    if !(-90.0..=90.0).contains(&lat) {
        return Err(Error::invalid(format!("{lat} is no latitude; it is between −90 and 90.")).at("lat"));
    }
    if !(-360.0..=360.0).contains(&lon) {
        return Err(Error::invalid(format!("{lon} is no longitude; it is between −180 and 180.")).at("lon"));
    }
    let turned = if (-180.0..=180.0).contains(&lon) { lon } else { (lon + 180.0).rem_euclid(360.0) - 180.0 };
    Ok([turned, lat])
}

fn order(request: &Request) -> Result<EventOrder> {
    let Some(text) = given(request, "sort")? else { return Ok(EventOrder::default()) };
    let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let known = ORDERS.iter().find(|(known, _)| *known == name);
    known.map(|(_, by)| EventOrder { by: *by, descending }).ok_or_else(|| {
        let known: Vec<&str> = ORDERS.iter().map(|(name, _)| *name).collect();
        let say = format!(
            "Events are not put in order by “{}”; use {}, with “-” in front for the largest first.",
            shortened(name),
            known.join(", ")
        );
        Error::invalid(say).at("sort")
    })
}

/// A question for charts, and how earthquakes are counted.
pub fn charts(request: &Request) -> Result<(EventQuestion, ChartOptions)> {
    let question = all(request, &CHARTS)?;
    Ok((question, ChartOptions { declustered: declustered(request)?, completeness: completeness(request)? }))
}

pub fn declustered(request: &Request) -> Result<Option<Window>> {
    let Some(name) = given(request, "decluster")?.filter(|name| *name != "none") else { return Ok(None) };
    let known = Window::NAMES.iter().find(|(_, known)| *known == name).map(|(window, _)| *window);
    known.map(Some).ok_or_else(|| {
        let known: Vec<&str> = Window::NAMES.iter().map(|(_, name)| *name).collect();
        let say = format!("“{}” is no way to find clusters; use none, {}.", shortened(name), known.join(", "));
        Error::invalid(say).at("decluster")
    })
}

/// Steps of a table of completeness at most.
const COMPLETENESS_STEPS_MAX: usize = 30;

/// `1965:5.2,1985:4.6,2000:4.0`.
pub fn completeness(request: &Request) -> Result<Vec<(f64, f64)>> {
    let Some(text) = given(request, "completeness")? else { return Ok(Vec::new()) };
    let step = |part: &str| {
        let (year, magnitude) = part.trim().split_once(':')?;
        Some((year.parse::<f64>().ok()?, magnitude.parse::<f64>().ok()?))
    };
    let steps: Option<Vec<(f64, f64)>> = text.split(',').map(step).collect();
    steps.filter(|steps| steps.len() <= COMPLETENESS_STEPS_MAX).ok_or_else(|| {
        let say = "A table of completeness is years and magnitudes: completeness=1965:5.2,1985:4.6,2000:4.0.";
        Error::invalid(say).at("completeness")
    })
}

/// How many points of the largest events a map is sent.
pub fn points(request: &Request, limits: &Limits) -> Result<EventQuestion> {
    let question = all(request, &POINTS)?;
    let limit = whole(request, "limit")?.unwrap_or(limits.event_points_max);
    if limit > limits.event_points_max {
        let say = format!("A map is sent at most {} points.", limits.event_points_max);
        return Err(Error::too_large(say).at("limit"));
    }
    Ok(EventQuestion { limit, ..question })
}

/// A line in degrees and half the width of the band along it, kilometres.
pub struct SectionLine {
    /// The corners.
    pub line: Vec<[f64; 2]>,
    /// The width of the band.
    pub width_km: f64,
}

/// Corners of the line of a section at most.
const SECTION_CORNERS_MAX: usize = 50;

/// The line of a section.
pub fn section(request: &Request) -> Result<(EventQuestion, SectionLine)> {
    let question = all(request, &SECTION)?;
    let text = given(request, "line")?.ok_or_else(|| {
        Error::invalid("A section needs a line: line=lon,lat,lon,lat in degrees, with more corners if wanted.")
            .at("line")
    })?;
    let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse::<f64>().ok()).collect();
    let numbers = numbers.filter(|all| all.len() >= 4 && all.len() % 2 == 0 && all.len() <= 2 * SECTION_CORNERS_MAX);
    let Some(numbers) = numbers else {
        let say = format!("A line is 2 to {SECTION_CORNERS_MAX} corners: lon,lat,lon,lat,… in degrees.");
        return Err(Error::invalid(say).at("line"));
    };
    let corner = |pair: &[f64]| checked_position(pair[0], pair[1]).map_err(|error| error.at("line"));
    let line = numbers.chunks_exact(2).map(corner).collect::<Result<Vec<_>>>()?;
    let width_km = number(request, "width_km")?.unwrap_or(100.0);
    if !(width_km > 0.0 && width_km <= 2_000.0) {
        return Err(Error::invalid("The band is more than 0 and at most 2000 km wide.").at("width_km"));
    }
    Ok((question, SectionLine { line, width_km }))
}

/// The ground that shaking is estimated for when none is named, m/s: firm soil.
const VS30_M_S: f64 = 400.0;

/// A place, how far around it, and the ground there.
pub fn my_place(request: &Request) -> Result<PlaceQuestion> {
    request.query.only(&parameters::names(&[&PLACE]))?;
    let at = position(request)?.ok_or_else(|| Error::invalid("Name a place: ?lon=…&lat=… in degrees.").at("lon"))?;
    let radius_km = number(request, "radius_km")?.unwrap_or(300.0);
    if !(1.0..=2_000.0).contains(&radius_km) {
        return Err(Error::invalid("A radius around a place is 1 to 2000 km.").at("radius_km"));
    }
    let vs30_m_s = number(request, "vs30")?.unwrap_or(VS30_M_S);
    match (100.0..=2_000.0).contains(&vs30_m_s) {
        true => Ok(PlaceQuestion { at, radius_km, vs30_m_s }),
        false => Err(Error::invalid("The shear-wave velocity of the ground is 100 to 2000 m/s.").at("vs30")),
    }
}
