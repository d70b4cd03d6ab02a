//! `[tiles.sets.NAME]`: tile matrix sets of the operator's own, from TOML to sets, or what is wrong with them.

use super::value::{kind_of, shown};
use std::collections::BTreeMap;
use terrane_model::tiling::{OwnSet, TileMatrixSet, TileSets};
use terrane_model::{Bbox, Crs};
use toml::de::{DeTable, DeValue};

/// What may stand there, in words.
pub const IN_WORDS: &str =
    "[tiles.sets.NAME] with crs, origin, cell_sizes or scales, extent, and tile_size and title if you like";
/// What may stand in a set.
pub const KEYS: [&str; 7] = ["title", "crs", "origin", "scales", "cell_sizes", "tile_size", "extent"];
/// Sets of one's own at most.
const SETS_MAX: usize = 50;
/// Pixels of a tile along a side at most.
const TILE_PX_MAX: u32 = 2_048;
/// Characters of a name at most.
const NAME_MAX: usize = 64;
/// The standard's pixel, metres.
const PIXEL_M: f64 = 0.000_28;

/// The sets; what is wrong names the set and its key.
pub fn read(value: &DeValue<'_>) -> Result<Vec<TileMatrixSet>, String> {
    let table = value.as_table().ok_or_else(|| format!("{} stands here", kind_of(value)))?;
    if table.len() > SETS_MAX {
        return Err(format!("there are {} sets; {SETS_MAX} are the most", table.len()));
    }
    let mut sets = Vec::new();
    for (name, value) in table {
        let name = name.get_ref();
        let told = |what: String| format!("{}: {what}", shown(name));
        check_name(name).map_err(told)?;
        let keys =
            value.get_ref().as_table().ok_or_else(|| told(format!("{} stands here", kind_of(value.get_ref()))))?;
        sets.push(one(name, keys).map_err(told)?);
    }
    // A name that is taken is found here and not when the server starts.
    TileSets::new(sets.clone()).map_err(|error| error.say().trim_end_matches('.').to_owned())?;
    Ok(sets)
}

fn check_name(name: &str) -> Result<(), String> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    let fits = plain && (1..=NAME_MAX).contains(&name.len()) && name.starts_with(|it: char| it.is_ascii_alphabetic());
    fits.then_some(()).ok_or_else(|| "a name is letters, digits, “_” and “-”, beginning with a letter".to_owned())
}

fn one(name: &str, table: &DeTable<'_>) -> Result<TileMatrixSet, String> {
    let keys: BTreeMap<&str, &DeValue<'_>> =
        table.iter().map(|(key, value)| (&**key.get_ref(), value.get_ref())).collect();
    if let Some(unknown) = keys.keys().find(|key| !KEYS.contains(key)) {
        return Err(format!("there is no key “{}”; there are {}", shown(unknown), KEYS.join(", ")));
    }
    let (crs, unit_m) = crs(keys.get("crs").copied())?;
    let [x, y] = numbers(&keys, "origin")?[..] else {
        return Err("origin is x, then y, such as [0, 5000000]".to_owned());
    };
    let extent = numbers(&keys, "extent")?;
    let [west, south, east, north] = extent[..] else {
        return Err("extent is least x, least y, greatest x, greatest y".to_owned());
    };
    let own = OwnSet {
        id: name.to_owned(),
        title: text(&keys, "title")?.unwrap_or_default(),
        crs,
        unit_m,
        origin: [x, y],
        cell_sizes: cell_sizes(&keys, unit_m)?,
        tile_px: tile_px(keys.get("tile_size").copied())?,
        extent: Bbox { min: [west, south], max: [east, north] },
    };
    own.set().map_err(|error| error.say().trim_end_matches('.').to_owned())
}

fn text(keys: &BTreeMap<&str, &DeValue<'_>>, key: &str) -> Result<Option<String>, String> {
    let Some(value) = keys.get(key) else { return Ok(None) };
    let text = value.as_str().filter(|text| !text.contains(char::is_control));
    text.map(|text| Some(text.to_owned())).ok_or_else(|| format!("{key} is a text in quotes"))
}

/// The CRS, and metres of its unit.
fn crs(value: Option<&DeValue<'_>>) -> Result<(Crs, f64), String> {
    let text = value.ok_or("crs is missing")?.as_str().ok_or("crs is a name in quotes, such as \"EPSG:32654\"")?;
    let known =
        terrane_projection::parse(text).and_then(|crs| Ok((terrane_projection::scale::metres_per_unit(&crs)?, crs)));
    let (unit_m, crs) = known.map_err(|error| format!("crs: {}", error.say().trim_end_matches('.')))?;
    match crs.authority_code() {
        Some(_) => Ok((crs, unit_m)),
        None => Err("crs must be one that an authority names, such as \"EPSG:32654\"".to_owned()),
    }
}

/// Ground units of a pixel: as they are given, or from scale denominators.
fn cell_sizes(keys: &BTreeMap<&str, &DeValue<'_>>, unit_m: f64) -> Result<Vec<f64>, String> {
    match (keys.contains_key("cell_sizes"), keys.contains_key("scales")) {
        (true, false) => numbers(keys, "cell_sizes"),
        (false, true) => Ok(numbers(keys, "scales")?.into_iter().map(|scale| scale * PIXEL_M / unit_m).collect()),
        (true, true) => Err("give cell_sizes or scales, not both".to_owned()),
        (false, false) => Err("cell_sizes or scales is missing".to_owned()),
    }
}

fn tile_px(value: Option<&DeValue<'_>>) -> Result<[u32; 2], String> {
    let wrong = || format!("tile_size is a whole number of pixels from 1 to {TILE_PX_MAX}, or two: width, height");
    let Some(value) = value else { return Ok([256; 2]) };
    let side = |value: &DeValue<'_>| {
        let side = number(value).filter(|side| side.fract() == 0.0 && (1.0..=f64::from(TILE_PX_MAX)).contains(side));
        side.map(|side| side as u32).ok_or_else(wrong)
    };
    match value.as_array() {
        None => side(value).map(|side| [side; 2]),
        Some(both) if both.len() == 2 => Ok([side(both[0].get_ref())?, side(both[1].get_ref())?]),
        Some(_) => Err(wrong()),
    }
}

fn numbers(keys: &BTreeMap<&str, &DeValue<'_>>, key: &str) -> Result<Vec<f64>, String> {
    let value = keys.get(key).ok_or_else(|| format!("{key} is missing"))?;
    let wrong = || format!("{key} is a list of numbers in brackets");
    let list = value.as_array().ok_or_else(wrong)?;
    list.iter().map(|value| number(value.get_ref()).ok_or_else(wrong)).collect()
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    let text = match value {
        DeValue::Integer(number) => {
            return i64::from_str_radix(number.as_str(), number.radix()).ok().map(|it| it as f64);
        }
        DeValue::Float(number) => number.as_str(),
        _ => return None,
    };
    text.parse().ok().filter(|number: &f64| number.is_finite())
}
