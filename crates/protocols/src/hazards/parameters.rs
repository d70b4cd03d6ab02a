//! The parameters of the resources below `/hazards`: what is accepted, and what the description of the API says of it.

/// A name, the type of its value as OpenAPI has it, and what it says.
pub type Parameter = (&'static str, &'static str, &'static str);

/// Which events.
pub const QUESTION: [Parameter; 29] = [
    ("kind", "string", "Kinds of events: earthquake, eruption, tsunami, landslide; several with commas"),
    ("catalog", "string", "Tables to look in, with commas; when absent all but those that a merged table stands for"),
    ("eventid", "string", "Identifiers of events in their tables, with commas"),
    ("bbox", "string", "Events in the box west,south,east,north in degrees; west > east crosses 180°"),
    ("lon", "number", "Longitude of the middle of a circle, degrees"),
    ("lat", "number", "Latitude of the middle of a circle, degrees"),
    ("radius_km", "number", "Radius of the circle on the ellipsoid, kilometres; 100 when absent"),
    ("fault", "string", "Part of the name of an active fault of this node: events near it"),
    ("fault_km", "number", "How far from the trace of the fault, kilometres on the ellipsoid; 20 when absent"),
    ("start", "string", "Events that may have been at or after this moment; years BCE as -2150"),
    ("end", "string", "Events that may have been at or before this moment"),
    ("minmag", "number", "Magnitudes from this on"),
    ("maxmag", "number", "Magnitudes up to this"),
    ("magtype", "string", "The type of the magnitude, such as Mw or mb"),
    ("mindepth", "number", "Depths from this on, kilometres"),
    ("maxdepth", "number", "Depths down to this, kilometres"),
    ("minvei", "number", "Volcanic explosivity indexes from this on"),
    ("maxvei", "number", "Volcanic explosivity indexes up to this"),
    ("minwater", "number", "Highest water from this on, metres"),
    ("maxwater", "number", "Highest water up to this, metres"),
    ("mindeaths", "number", "Deaths by the event itself, from this on"),
    ("maxdeaths", "number", "Deaths by the event itself, up to this"),
    ("cause", "string", "Part of the cause"),
    ("country", "string", "Part of the name of the country"),
    ("volcano", "string", "Part of the name of the volcano"),
    ("place", "string", "Part of the name of the place"),
    ("status", "string", "Part of the status, such as reviewed"),
    ("q", "string", "Words that must all stand somewhere in the row"),
    ("updatedafter", "string", "Events changed at or after this moment"),
];
/// Which of them, and in which order.
pub const PAGE: [Parameter; 3] = [
    (
        "sort",
        "string",
        "time, magnitude, depth, deaths, totaldeaths, vei, water or updated, with - in front for the largest first; -time when absent",
    ),
    ("limit", "integer", "Events on a page; 100 when absent"),
    ("offset", "integer", "Events that are passed over"),
];
/// How charts are counted.
pub const CHARTS: [Parameter; 2] = [
    (
        "decluster",
        "string",
        "Leaves fore- and aftershocks out by windows: gardner-knopoff and others; none when absent",
    ),
    ("completeness", "string", "Since which year which magnitude is complete: 1965:5.2,1985:4.6 (for Weichert's b)"),
];
/// How many points of a map.
pub const POINTS: [Parameter; 1] = [("limit", "integer", "At most so many points, the largest events first")];
/// Where a section is.
pub const SECTION: [Parameter; 2] = [
    ("line", "string", "Corners of the line: lon,lat,lon,lat,… in degrees; needed"),
    ("width_km", "number", "Width of the band along it, kilometres; 100 when absent"),
];
/// A place.
pub const PLACE: [Parameter; 4] = [
    ("lon", "number", "Longitude, degrees; needed"),
    ("lat", "number", "Latitude, degrees; needed"),
    ("radius_km", "number", "How far around it, 1 to 2000 kilometres; 300 when absent"),
    ("vs30", "number", "Shear-wave velocity of the uppermost 30 m, metres per second; 400 when absent"),
];
/// Which changes are followed.
pub const STREAM: [Parameter; 6] = [
    ("kind", "string", "Kinds of events, with commas"),
    ("catalog", "string", "Live tables, with commas"),
    ("minmag", "number", "Magnitudes from this on"),
    ("bbox", "string", "Events in the box west,south,east,north in degrees"),
    ("polygon", "string", "Events in an area: a POLYGON or MULTIPOLYGON as WKT, longitude first"),
    ("after", "integer", "Changes after this one; as the header Last-Event-ID"),
];
/// How every answer is told.
pub const FORM: [&str; 2] = ["f", "lang"];

/// The names that are accepted where these are.
pub fn names(tables: &[&'static [Parameter]]) -> Vec<&'static str> {
    tables.iter().flat_map(|table| table.iter().map(|(name, ..)| *name)).chain(FORM).collect()
}
