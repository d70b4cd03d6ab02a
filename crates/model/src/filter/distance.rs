//! How far rows are from a position: metres on the ellipsoid in geographic CRSs, CRS units elsewhere.

use super::edges::{Side, side_of_rings};
use super::truth::{Bits, Truth};
use crate::batch::Batch;
use crate::bbox::Bbox;
use crate::geometry::{GeometryRef, PartRef};
use crate::schema::GeometryKind;
use geo::{Distance, Geodesic};
use geo_types::Point;

/// A circle on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Near {
    pub(super) centre: [f64; 2],
    pub(super) distance_m: f64,
    /// Whether x and y are longitude and latitude in degrees.
    pub(super) geographic: bool,
}

/// The smallest radius of curvature of the WGS 84 ellipsoid, metres: a(1 − e²), along the meridian at the equator.
const RADIUS_MIN_M: f64 = 6_335_439.0;

impl Near {
    /// A box that holds all positions within the distance.
    pub(super) fn bbox(&self) -> Bbox {
        if !self.geographic {
            return Bbox::of(&[self.centre]).grown(self.distance_m);
        }
        let [longitude, latitude] = self.centre;
        let angle = self.distance_m / RADIUS_MIN_M;
        let (south, north) = (latitude - angle.to_degrees(), latitude + angle.to_degrees());
        if south <= -90.0 || north >= 90.0 {
            return Bbox { min: [-180.0, south.max(-90.0)], max: [180.0, north.min(90.0)] };
        }
        // The meridians that touch a circle of this angle, on the sphere: sin Δλ = sin δ / cos φ.
        let ratio = angle.sin() / latitude.to_radians().cos();
        let half_width = if ratio < 1.0 { ratio.asin().to_degrees() * 1.01 + 1e-9 } else { 180.0 };
        if half_width >= 180.0 {
            return Bbox { min: [-180.0, south], max: [180.0, north] };
        }
        let turned = |longitude: f64| (longitude + 180.0).rem_euclid(360.0) - 180.0;
        Bbox { min: [turned(longitude - half_width), south], max: [turned(longitude + half_width), north] }
    }

    /// Each row's nearest position; rows without geometry are unknown.
    pub(super) fn of_rows(&self, batch: &Batch, asked: &Bits) -> Truth {
        let Some(arrays) = &batch.geometry else { return Truth::constant(asked, None) };
        let (view, near) = (arrays.view(), self.bbox());
        Truth::each(asked, |row| {
            let geometry = view.get(row)?;
            let close = !geometry.is_empty() && near.intersects(&geometry.bbox());
            Some(
                close
                    && distance_m(&geometry, self.centre, self.geographic)
                        .is_some_and(|found| found <= self.distance_m),
            )
        })
    }
}

/// The distance from a geometry to a position: 0 within an area; metres on the WGS 84 ellipsoid (Karney 2013) when x and y
/// are longitude and latitude in degrees, else in the units of the CRS. `None` for an empty geometry.
///
/// Edges are straight in longitude and latitude, as they are drawn; the nearest position of an edge is found on its chord
/// through the ellipsoid and its distance is then measured exactly.
pub fn distance_m(geometry: &GeometryRef<'_>, centre: [f64; 2], geographic: bool) -> Option<f64> {
    let mut nearest: Option<(f64, [f64; 2])> = None;
    let mut consider = |found: Option<(f64, [f64; 2])>| {
        if let Some(found) = found
            && nearest.is_none_or(|best| found.0 < best.0)
        {
            nearest = Some(found);
        }
    };
    for part in geometry.parts() {
        if part.kind() == GeometryKind::Polygon && side_of_rings(centre, part.rings()) != Side::Outside {
            return Some(0.0);
        }
        consider(if geographic {
            nearest_of(&part, centre, on_ellipsoid)
        } else {
            nearest_of(&part, centre, in_plane)
        });
    }
    let (squared, position) = nearest?;
    Some(if geographic {
        Geodesic.distance(Point::new(centre[0], centre[1]), Point::new(position[0], position[1]))
    } else {
        squared.sqrt()
    })
}

/// The nearest position of a part: the square of its straight distance, and the position.
fn nearest_of<const N: usize>(
    part: &PartRef<'_>,
    centre: [f64; 2],
    place: fn([f64; 2]) -> [f64; N],
) -> Option<(f64, [f64; 2])> {
    let target = place(centre);
    let mut best: Option<(f64, [f64; 2])> = None;
    for ring in part.rings() {
        let mut before: Option<([f64; 2], [f64; N])> = None;
        for &position in ring {
            let here = place(position);
            let (from, from_here) = before.unwrap_or((position, here));
            let (squared, share) = to_chord(target, from_here, here);
            if best.is_none_or(|(least, _)| squared < least) {
                best = Some((squared, between(from, position, share)));
            }
            before = Some((position, here));
        }
    }
    best
}

/// The square of the distance from a place to a chord, and how far along the chord the nearest place is.
fn to_chord<const N: usize>(target: [f64; N], from: [f64; N], to: [f64; N]) -> (f64, f64) {
    let dot = |a: [f64; N], b: [f64; N]| (0..N).map(|axis| a[axis] * b[axis]).sum::<f64>();
    let minus = |a: [f64; N], b: [f64; N]| std::array::from_fn(|axis| a[axis] - b[axis]);
    let (chord, offset) = (minus(to, from), minus(target, from));
    let length = dot(chord, chord);
    let share = if length > 0.0 { (dot(offset, chord) / length).clamp(0.0, 1.0) } else { 0.0 };
    let rest = std::array::from_fn(|axis| offset[axis] - share * chord[axis]);
    (dot(rest, rest), share)
}

fn between(from: [f64; 2], to: [f64; 2], share: f64) -> [f64; 2] {
    [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]
}

fn in_plane(position: [f64; 2]) -> [f64; 2] {
    position
}

/// Geocentric coordinates on the WGS 84 ellipsoid, metres (EPSG Guidance Note 7-2, 4.1.1).
pub(super) fn on_ellipsoid([longitude, latitude]: [f64; 2]) -> [f64; 3] {
    const A_M: f64 = 6_378_137.0;
    const E_SQUARED: f64 = 0.006_694_379_990_141_317;
    let (sin_latitude, cos_latitude) = latitude.to_radians().sin_cos();
    let (sin_longitude, cos_longitude) = longitude.to_radians().sin_cos();
    let normal_m = A_M / (1.0 - E_SQUARED * sin_latitude * sin_latitude).sqrt();
    [
        normal_m * cos_latitude * cos_longitude,
        normal_m * cos_latitude * sin_longitude,
        normal_m * (1.0 - E_SQUARED) * sin_latitude,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn box_of(longitude: f64, latitude: f64, distance_m: f64) -> Bbox {
        Near { centre: [longitude, latitude], distance_m, geographic: true }.bbox()
    }

    #[test]
    fn the_box_of_a_circle_holds_all_its_positions() {
        use geo::Destination;
        for (longitude, latitude) in
            [(0.0, 0.0), (139.7, 35.7), (179.9, -17.0), (-179.99, 66.0), (10.0, 89.5), (100.0, -89.9)]
        {
            for distance_m in [1.0, 1_000.0, 100_000.0, 3_000_000.0] {
                let bbox = box_of(longitude, latitude, distance_m);
                for bearing in 0..72 {
                    let far =
                        Geodesic.destination(Point::new(longitude, latitude), f64::from(bearing) * 5.0, distance_m);
                    assert!(
                        bbox.contains([far.x(), far.y()]),
                        "{far:?} of {distance_m} m at {longitude} {latitude} in {bbox:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_circle_near_180_degrees_has_a_box_that_crosses() {
        assert!(box_of(179.9, 0.0, 50_000.0).crosses());
        assert!(!box_of(100.0, 0.0, 50_000.0).crosses());
    }
}
