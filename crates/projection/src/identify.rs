//! Which CRS of an authority the WKT of a file means: a candidate by code or name must also have the same numbers.

use crate::facts::{self, Shape};
use crate::library;
use crate::registry::{self, Entry};
use terrane_model::{Crs, Error, Result};

/// The CRS that a WKT text of a file (`.prj`, GeoPackage, GeoTIFF) describes: the authority's when name and numbers agree with the
/// registry, else the WKT itself. Of a compound CRS the horizontal part; datum shifts written into the file (`TOWGS84`) give way to
/// those that the authority's CRS has.
pub fn identify(wkt: &str) -> Result<Crs> {
    let text = wkt.trim().trim_start_matches('\u{feff}').trim_end_matches('\0').trim_end();
    library::check_wkt(text)?;
    let crs = Crs::new(text);
    let document = library::projjson(&library::crs_object(&crs)?)?;
    let shape = facts::shape(&document).ok_or_else(|| {
        Error::unsupported(
            "The file's coordinate reference system is neither geographic nor projected; name one, such as EPSG:4326.",
        )
    })?;
    let known = candidates(&shape).into_iter().map(|entry| entry.crs());
    let mut agreeing = known.filter(|candidate| facts::facts(candidate).is_ok_and(|facts| same(&shape, &facts.shape)));
    Ok(agreeing.next().unwrap_or(crs))
}

/// Entries that may be meant: by the code in the text, by name, and UTM zones by their parameters, whatever their name.
fn candidates(shape: &Shape) -> Vec<Entry> {
    let by_code = shape.id.as_ref().and_then(|(authority, code)| registry::entry(authority, code));
    let by_zone = utm_name(shape).map(|name| registry::named(&name)).unwrap_or_default();
    by_code.into_iter().chain(registry::named(&shape.name)).chain(by_zone).collect()
}

/// The EPSG name that a UTM zone of this base CRS has.
fn utm_name(shape: &Shape) -> Option<String> {
    let is = |name: &str, value: f64| shape.parameter(name).is_some_and(|own| (own - value).abs() < 1e-6);
    let universal = shape.method == "Transverse Mercator"
        && is("Scale factor at natural origin", 0.9996)
        && is("Latitude of natural origin", 0.0)
        && is("False easting", 500_000.0);
    let half = match universal {
        true if is("False northing", 0.0) => "N",
        true if is("False northing", 10_000_000.0) => "S",
        _ => return None,
    };
    let zone = (shape.parameter("Longitude of natural origin")? + 183.0) / 6.0;
    ((1.0..=60.0).contains(&zone) && zone.fract() == 0.0)
        .then(|| format!("{} / UTM zone {zone}{half}", shape.base_name))
}

/// Whether two CRSs place the same coordinates at the same places, as far as numbers tell. Files round numbers, so a little may differ.
fn same(a: &Shape, b: &Shape) -> bool {
    let near = |a: f64, b: f64, tolerance: f64| (a - b).abs() <= tolerance;
    let inverse_flattening = |shape: &Shape| match shape.semi_major_m - shape.semi_minor_m {
        0.0 => 0.0,
        difference => shape.semi_major_m / difference,
    };
    // WGS 84 and GRS 80 differ by 1.5e-6 in the inverse flattening and must not be taken for each other.
    a.geographic == b.geographic
        && near(a.semi_major_m, b.semi_major_m, 1e-3)
        && near(inverse_flattening(a), inverse_flattening(b), 5e-7)
        && near(a.prime_meridian, b.prime_meridian, 1e-6)
        && near(a.unit_factor, b.unit_factor, 1e-7 * b.unit_factor)
        && (datum(a) == datum(b) || registry::folded(&a.base_name) == registry::folded(&b.base_name))
        && method(a) == method(b)
        && covers(a, b)
        && covers(b, a)
}

/// Mercator with its standard parallel on the equator (Esri's way of writing) is Mercator with scale 1 there.
fn method(shape: &Shape) -> String {
    let on_equator = shape.parameter("Latitude of 1st standard parallel") == Some(0.0);
    match registry::folded(&shape.method) {
        name if name == "mercatorvariantb" && on_equator => "mercatorvarianta".to_owned(),
        name => name,
    }
}

fn datum(shape: &Shape) -> String {
    let name = registry::folded(&shape.datum);
    name.strip_suffix("ensemble").map(str::to_owned).unwrap_or(name)
}

/// Whether each parameter of one is in the other; a missing one counts as 0, a missing scale as 1.
fn covers(a: &Shape, b: &Shape) -> bool {
    a.parameters.iter().all(|(name, value)| {
        let default = if name.contains("Scale factor") { 1.0 } else { 0.0 };
        let tolerance = match name {
            name if name.contains("asting") || name.contains("orthing") => 1e-3,
            _ => 1e-8,
        };
        (b.parameter(name).unwrap_or(default) - value).abs() <= tolerance
    })
}
