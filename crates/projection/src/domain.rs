//! Where a projection behaves: geometry is cut to this before it is projected for drawing.

use crate::facts::{Facts, facts};
use crate::kernel::WEB_LATITUDE_MAX;
use terrane_model::{Bbox, Crs};

/// Degrees either side of the central meridian within which a transverse Mercator projection is still fit to look at.
const TRANSVERSE_REACH: f64 = 30.0;
/// Keeps the two edges of a box that goes all around apart, degrees (a tenth of a millimetre).
const SEAM: f64 = 1e-9;

/// Longitudes and latitudes within which projecting into a CRS is sane, degrees: positions far outside may fold over, smear or go to
/// infinity. The box crosses the antimeridian where the projection does. `None` when nothing is known of the CRS or its area.
///
/// - geographic: the world;
/// - Mercator and Web Mercator: ±85.06°, all the way around from the meridian opposite the central one;
/// - transverse Mercator (UTM, plane rectangular systems): 30° either side of the central meridian;
/// - projections of the whole world: the world, around from the meridian opposite the central one;
/// - polar ones: the pole to 30° beyond the area of use;
/// - others: the area of use and half as much again on each side, at least 5°.
pub fn domain(crs: &Crs) -> Option<Bbox> {
    let facts = facts(crs).ok()?;
    if facts.info.geographic {
        return Some(Bbox::WORLD);
    }
    let central = central_meridian(&facts);
    let area = facts.info.area;
    let method = facts.shape.method.as_str();
    if method.starts_with("Mercator") || method.starts_with("Popular Visualisation") {
        return Some(around(central, 180.0, [-WEB_LATITUDE_MAX, WEB_LATITUDE_MAX]));
    }
    if method.starts_with("Transverse Mercator") {
        return Some(around(central, TRANSVERSE_REACH, [-90.0, 90.0]));
    }
    let area = area?;
    if area.width() >= 300.0 && area.height() >= 120.0 {
        return Some(around(central, 180.0, [-90.0, 90.0]));
    }
    if area.width() >= 300.0 && (area.max[1] >= 90.0 || area.min[1] <= -90.0) {
        let [south, north] = [(area.min[1] - 30.0).max(-90.0), (area.max[1] + 30.0).min(90.0)];
        return Some(Bbox { min: [-180.0, south], max: [180.0, north] });
    }
    Some(grown(&area))
}

fn central_meridian(facts: &Facts) -> f64 {
    [
        "Longitude of natural origin",
        "Longitude of false origin",
        "Longitude of projection centre",
        "Longitude of origin",
    ]
    .into_iter()
    .find_map(|name| facts.shape.parameter(name))
    .unwrap_or(0.0)
        + facts.shape.prime_meridian
}

/// A box around a meridian.
fn around(meridian: f64, reach: f64, [south, north]: [f64; 2]) -> Bbox {
    if reach >= 180.0 && meridian.abs() < SEAM {
        return Bbox { min: [-180.0, south], max: [180.0, north] };
    }
    let reach = reach.min(180.0 - SEAM);
    Bbox { min: [within_turn(meridian - reach), south], max: [within_turn(meridian + reach), north] }
}

fn grown(area: &Bbox) -> Bbox {
    let [wider, higher] = [(area.width() / 2.0).max(5.0), (area.height() / 2.0).max(5.0)];
    let latitudes = [(area.min[1] - higher).max(-90.0), (area.max[1] + higher).min(90.0)];
    around(area.min[0] + area.width() / 2.0, area.width() / 2.0 + wider, latitudes)
}

fn within_turn(longitude: f64) -> f64 {
    if (-180.0..=180.0).contains(&longitude) { longitude } else { (longitude + 180.0).rem_euclid(360.0) - 180.0 }
}
