//! CRS, BBOX, WIDTH, HEIGHT and DPI → the ground and the size of a picture. Axes are swapped here and nowhere else.

use crate::common::crs::{swapped, y_first};
use crate::common::kvp::Pairs;
use crate::ows::ask::Version;
use crate::ows::codes::missing;
use terrane_engine::{PIXEL_MM, View};
use terrane_model::{Bbox, Crs, Error, Kind, Result};

/// The ground and the size of a picture.
pub fn view(pairs: &Pairs, version: Version) -> Result<View> {
    let crs = crs(pairs, version)?;
    let bbox = bbox(pairs, version, &crs)?;
    let [width_px, height_px] = size(pairs)?;
    let pixel_mm = pixel_mm(pairs)?;
    let step_m = terrane_projection::scale::ground_resolution(&crs, bbox.width() / f64::from(width_px))?;
    Ok(View { crs, bbox, width_px, height_px, pixel_mm, scale_denominator: step_m / (pixel_mm / 1000.0) })
}

fn crs(pairs: &Pairs, version: Version) -> Result<Crs> {
    let key = version.crs_key();
    let other = if version == Version::V130 { "srs" } else { "crs" };
    // Clients mix the two up; the meaning is plain.
    let text = pairs.any_case(key).or_else(|| pairs.any_case(other)).ok_or_else(|| missing(key))?;
    let crs = terrane_projection::parse(text).and_then(|crs| terrane_projection::info(&crs).map(|_| crs));
    crs.map_err(|error| Error::new(Kind::Invalid, error.say().to_owned()).at(key))
}

/// BBOX in the axis order that the version asks for, given back x first.
fn bbox(pairs: &Pairs, version: Version, crs: &Crs) -> Result<Bbox> {
    let text = pairs.any_case("bbox").ok_or_else(|| missing("bbox"))?;
    let y_first = version == Version::V130 && y_first(crs)?;
    let order = if y_first { "south, west, north, east" } else { "west, south, east, north" };
    let wrong = |what: &str| Error::invalid(format!("BBOX {what}; in {crs} its order is {order}.")).at("bbox");
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| part.trim().parse())
        .collect::<Result<_, _>>()
        .map_err(|_| wrong("needs four numbers"))?;
    let [a, b, c, d] = *numbers.as_slice() else { return Err(wrong("needs four numbers")) };
    let given = Bbox { min: [a, b], max: [c, d] };
    let bbox = if y_first { swapped(given) } else { given };
    if !numbers.iter().all(|number| number.abs() < NUMBER_MAX) {
        return Err(wrong("needs numbers that are places on the ground"));
    }
    if bbox.min[0] >= bbox.max[0] || bbox.min[1] >= bbox.max[1] {
        return Err(wrong("is empty or the wrong way round (one across 180° goes on past it, as in 170 to 190)"));
    }
    Ok(bbox)
}

/// Coordinates past this have no place on the ground in any CRS.
const NUMBER_MAX: f64 = 1e12;

/// WIDTH and HEIGHT, pixels.
pub fn size(pairs: &Pairs) -> Result<[u32; 2]> {
    Ok([side(pairs, "width")?, side(pairs, "height")?])
}

fn side(pairs: &Pairs, key: &str) -> Result<u32> {
    let text = pairs.any_case(key).ok_or_else(|| missing(key))?;
    // The engine refuses what is too large; here it must only be a number.
    text.trim().parse::<u32>().ok().filter(|&pixels| pixels > 0).ok_or_else(|| {
        let shown: String = text.chars().take(32).collect();
        Error::invalid(format!("{} is a number of pixels from 1, not “{shown}”.", key.to_uppercase())).at(key)
    })
}

/// The pixel's size from DPI as QGIS, MapServer (MAP_RESOLUTION) and GeoServer (FORMAT_OPTIONS=dpi:…) spell it.
pub fn pixel_mm(pairs: &Pairs) -> Result<f64> {
    let geoserver = pairs
        .any_case("format_options")
        .and_then(|options| options.split(';').find_map(|option| option.trim().strip_prefix("dpi:")));
    let Some(text) = pairs.any_case("dpi").or_else(|| pairs.any_case("map_resolution")).or(geoserver) else {
        return Ok(PIXEL_MM);
    };
    let dots: f64 = text.trim().parse().unwrap_or(f64::NAN);
    if !(DPI_MIN..=DPI_MAX).contains(&dots) {
        return Err(Error::invalid(format!("DPI is a number from {DPI_MIN} to {DPI_MAX}.")).at("dpi"));
    }
    // QGIS and others send 96 for a plain screen and 192 for one twice as sharp, and mean one and two pixels of the standard size.
    let times = dots / SCREEN_DPI;
    let of_screen = (90.0..=SCREEN_DPI).contains(&dots) || times.fract() == 0.0;
    Ok(if of_screen { PIXEL_MM / times.ceil() } else { MM_PER_INCH / dots })
}

const DPI_MIN: f64 = 10.0;
const DPI_MAX: f64 = 1_200.0;
const SCREEN_DPI: f64 = 96.0;
const MM_PER_INCH: f64 = 25.4;

/// What is behind everything: nothing when TRANSPARENT, else BGCOLOR, white by default.
pub fn background(pairs: &Pairs) -> Result<[u8; 4]> {
    let alpha = if truth(pairs, "transparent")? { 0 } else { 255 };
    let Some(text) = pairs.any_case("bgcolor") else { return Ok([255, 255, 255, alpha]) };
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).or_else(|| text.strip_prefix('#'));
    let plain = |digits: &&str| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = digits.filter(plain).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let number = number.ok_or_else(|| Error::invalid("BGCOLOR is written like 0xRRGGBB.").at("bgcolor"))?;
    let [_, red, green, blue] = number.to_be_bytes();
    Ok([red, green, blue, alpha])
}

/// A parameter that is TRUE or FALSE; false when it is not there.
pub fn truth(pairs: &Pairs, key: &str) -> Result<bool> {
    match pairs.any_case(key).map(str::to_ascii_lowercase).as_deref() {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(Error::invalid(format!("{} is TRUE or FALSE.", key.to_uppercase())).at(key)),
    }
}
