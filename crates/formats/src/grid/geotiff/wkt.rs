//! WKT of CRSs that a GeoTIFF defines key by key instead of naming a code.
//!
//! Only for `terrane_projection::identify`, which names the authority's CRS when it is the same. Parameters are those of
//! GeoTIFF 1.1 annex C and of the WKT 1 that GDAL and PROJ read.

use super::keys::{ESRI_WKT, Keys, USER_DEFINED, key};
use std::fmt::Write as _;
use terrane_model::Crs;
use terrane_projection::{WktKind, wkt as wkt_of};

/// WKT of the projected CRS that the keys define.
pub(super) fn projected(keys: &Keys) -> Option<String> {
    if let Some(wkt) = esri_wkt(keys) {
        return Some(wkt);
    }
    let base = geographic(keys)?;
    let (method, parameters) = match keys.code(CONVERSION) {
        Some(code @ 1..USER_DEFINED) => utm(code)?,
        _ => method(keys)?,
    };
    let mut wkt = format!("PROJCS[\"{}\",{base},PROJECTION[\"{method}\"]", name(keys, key::PROJECTED_CITATION));
    for (name, value) in parameters {
        let _ = write!(wkt, ",PARAMETER[\"{name}\",{value}]");
    }
    let (unit, metres) = linear_unit(keys)?;
    let _ = write!(wkt, ",UNIT[\"{unit}\",{metres}]]");
    Some(wkt)
}

/// WKT of the geographic CRS that the keys name or define.
pub(super) fn geographic(keys: &Keys) -> Option<String> {
    if let Some(code @ 1..USER_DEFINED) = keys.code(key::GEODETIC_CRS) {
        return wkt_of(&Crs::epsg(u32::from(code)), WktKind::Wkt1Gdal).ok();
    }
    // EPSG numbers the old datums 6001…6999 2 000 above the CRS in degrees that is made of them.
    if let Some(code @ 6001..=6999) = keys.code(DATUM) {
        return wkt_of(&Crs::epsg(u32::from(code) - 2000), WktKind::Wkt1Gdal).ok();
    }
    if !matches!(keys.code(ANGULAR_UNIT), None | Some(DEGREE))
        || keys.number(PRIME_MERIDIAN_LONGITUDE).unwrap_or(0.0) != 0.0
    {
        return None;
    }
    let (axis, flattening) = ellipsoid(keys)?;
    let shift = match keys.numbers(TO_WGS84) {
        Some([x, y, z]) => format!(",TOWGS84[{x},{y},{z},0,0,0,0]"),
        Some([a, b, c, d, e, f, g]) => format!(",TOWGS84[{a},{b},{c},{d},{e},{f},{g}]"),
        _ => String::new(),
    };
    Some(format!(
        "GEOGCS[\"{}\",DATUM[\"unknown\",SPHEROID[\"unknown\",{axis},{flattening}]{shift}],PRIMEM[\"Greenwich\",0],\
         UNIT[\"degree\",0.0174532925199433]]",
        name(keys, key::GEODETIC_CITATION)
    ))
}

const ANGULAR_UNIT: u16 = 2054;
const DEGREE: u16 = 9102;
const DATUM: u16 = 2050;
const ELLIPSOID: u16 = 2056;
const SEMI_MAJOR_AXIS: u16 = 2057;
const SEMI_MINOR_AXIS: u16 = 2058;
const INVERSE_FLATTENING: u16 = 2059;
const PRIME_MERIDIAN_LONGITUDE: u16 = 2061;
const TO_WGS84: u16 = 2062;
const CONVERSION: u16 = 3074;
const METHOD: u16 = 3075;
const LINEAR_UNIT: u16 = 3076;
const LINEAR_UNIT_SIZE: u16 = 3077;

/// ArcGIS puts the whole WKT into a citation.
fn esri_wkt(keys: &Keys) -> Option<String> {
    let citations = [key::PROJECTED_CITATION, key::CITATION, key::GEODETIC_CITATION];
    let text = citations.iter().filter_map(|&citation| keys.text(citation)).find_map(|text| text.split_once(ESRI_WKT));
    text.map(|(_, wkt)| wkt.to_owned())
}

/// A name fit for quotes.
fn name(keys: &Keys, citation: u16) -> String {
    let text = keys.text(citation).or(keys.text(key::CITATION)).unwrap_or("unknown");
    text.chars().filter(|character| !matches!(character, '"' | '[' | ']')).take(80).collect()
}

/// Semi-major axis in metres and inverse flattening (0 of a sphere). The codes are the usual ones of old national datums.
fn ellipsoid(keys: &Keys) -> Option<(f64, f64)> {
    let by_code = match keys.code(ELLIPSOID) {
        Some(7001) => Some((6377563.396, 299.3249646)),
        Some(7003) => Some((6378160.0, 298.25)),
        Some(7004) => Some((6377397.155, 299.1528128)),
        Some(7008) => Some((6378206.4, 294.978698213898)),
        Some(7012) => Some((6378249.145, 293.465)),
        Some(7015) => Some((6377276.345, 300.8017)),
        Some(7019) => Some((6378137.0, 298.257222101)),
        Some(7022) => Some((6378388.0, 297.0)),
        Some(7024) => Some((6378245.0, 298.3)),
        Some(7030) => Some((6378137.0, 298.257223563)),
        Some(7043) => Some((6378135.0, 298.26)),
        _ => None,
    };
    by_code.or_else(|| {
        let axis = keys.number(SEMI_MAJOR_AXIS)?;
        let from_minor = |minor: f64| if minor == axis { 0.0 } else { axis / (axis - minor) };
        Some((axis, keys.number(INVERSE_FLATTENING).or(keys.number(SEMI_MINOR_AXIS).map(from_minor))?))
    })
}

type Parameters = Vec<(&'static str, f64)>;

/// The UTM zones have conversion codes of their own: 16001…16060 north, 16101…16160 south.
fn utm(code: u16) -> Option<(&'static str, Parameters)> {
    let (zone, northing) = match code {
        16001..=16060 => (code - 16000, 0.0),
        16101..=16160 => (code - 16100, 10_000_000.0),
        _ => return None,
    };
    let meridian = f64::from(zone) * 6.0 - 183.0;
    let parameters = vec![
        ("latitude_of_origin", 0.0),
        ("central_meridian", meridian),
        ("scale_factor", 0.9996),
        ("false_easting", 500_000.0),
        ("false_northing", northing),
    ];
    Some(("Transverse_Mercator", parameters))
}

/// A parameter: its WKT name, the keys in which writers keep it, and its value when none does.
type Rule = (&'static str, &'static [u16], f64);

const LATITUDE: &[u16] = &[3081, 3089, 3085];
const LONGITUDE: &[u16] = &[3080, 3088, 3084, 3095];
const EASTING: Rule = ("false_easting", &[3082, 3090, 3086], 0.0);
const NORTHING: Rule = ("false_northing", &[3083, 3091, 3087], 0.0);
const SCALE: Rule = ("scale_factor", &[3092, 3093], 1.0);
const ORIGIN_LATITUDE: Rule = ("latitude_of_origin", LATITUDE, 0.0);
const MERIDIAN: Rule = ("central_meridian", LONGITUDE, 0.0);
const CENTRE_LATITUDE: Rule = ("latitude_of_center", LATITUDE, 0.0);
const CENTRE_LONGITUDE: Rule = ("longitude_of_center", LONGITUDE, 0.0);
const PARALLEL_1: Rule = ("standard_parallel_1", &[3078], 0.0);
const PARALLEL_2: Rule = ("standard_parallel_2", &[3079], 0.0);

fn method(keys: &Keys) -> Option<(&'static str, Parameters)> {
    let (name, rules): (_, &[Rule]) = match keys.code(METHOD)? {
        1 => ("Transverse_Mercator", &[ORIGIN_LATITUDE, MERIDIAN, SCALE, EASTING, NORTHING]),
        7 if keys.number(3078).is_some() => ("Mercator_2SP", &[PARALLEL_1, MERIDIAN, EASTING, NORTHING]),
        7 => ("Mercator_1SP", &[MERIDIAN, SCALE, EASTING, NORTHING]),
        8 => ("Lambert_Conformal_Conic_2SP", &[PARALLEL_1, PARALLEL_2, ORIGIN_LATITUDE, MERIDIAN, EASTING, NORTHING]),
        9 => ("Lambert_Conformal_Conic_1SP", &[ORIGIN_LATITUDE, MERIDIAN, SCALE, EASTING, NORTHING]),
        10 => ("Lambert_Azimuthal_Equal_Area", &[CENTRE_LATITUDE, CENTRE_LONGITUDE, EASTING, NORTHING]),
        11 => {
            ("Albers_Conic_Equal_Area", &[PARALLEL_1, PARALLEL_2, CENTRE_LATITUDE, CENTRE_LONGITUDE, EASTING, NORTHING])
        }
        12 => ("Azimuthal_Equidistant", &[CENTRE_LATITUDE, CENTRE_LONGITUDE, EASTING, NORTHING]),
        15 => ("Polar_Stereographic", &[ORIGIN_LATITUDE, MERIDIAN, SCALE, EASTING, NORTHING]),
        16 => ("Oblique_Stereographic", &[ORIGIN_LATITUDE, MERIDIAN, SCALE, EASTING, NORTHING]),
        17 => ("Equirectangular", &[PARALLEL_1, MERIDIAN, EASTING, NORTHING]),
        18 => ("Cassini_Soldner", &[ORIGIN_LATITUDE, MERIDIAN, EASTING, NORTHING]),
        22 => ("Polyconic", &[ORIGIN_LATITUDE, MERIDIAN, EASTING, NORTHING]),
        23 => ("Robinson", &[CENTRE_LONGITUDE, EASTING, NORTHING]),
        24 => ("Sinusoidal", &[CENTRE_LONGITUDE, EASTING, NORTHING]),
        26 => ("New_Zealand_Map_Grid", &[ORIGIN_LATITUDE, MERIDIAN, EASTING, NORTHING]),
        28 => ("Cylindrical_Equal_Area", &[PARALLEL_1, MERIDIAN, EASTING, NORTHING]),
        _ => return None,
    };
    let value = |sources: &[u16], otherwise| sources.iter().find_map(|&key| keys.number(key)).unwrap_or(otherwise);
    Some((name, rules.iter().map(|&(name, sources, otherwise)| (name, value(sources, otherwise))).collect()))
}

/// The unit of x and y and its size in metres.
fn linear_unit(keys: &Keys) -> Option<(&'static str, f64)> {
    match keys.code(LINEAR_UNIT) {
        None | Some(9001) => Some(("metre", 1.0)),
        Some(9002) => Some(("foot", 0.3048)),
        Some(9003) => Some(("US survey foot", 0.304800609601219)),
        Some(9036) => Some(("kilometre", 1000.0)),
        _ => Some(("unknown", keys.number(LINEAR_UNIT_SIZE)?)),
    }
}
