//! True areas on the ellipsoid of WGS 84.

use geographiclib_rs::{Geodesic, PolygonArea, Winding};

/// The area of a ring of longitudes and latitudes, degrees, whose vertices are joined by geodesics; square metres, never negative.
///
/// Karney, C. F. F. (2013): Algorithms for geodesics, J. Geodesy 87, 43–55, section 6.
pub fn ring_area_m2(ring: impl IntoIterator<Item = [f64; 2]>) -> f64 {
    let geodesic = Geodesic::wgs84();
    let mut polygon = PolygonArea::new(&geodesic, Winding::CounterClockwise);
    for [longitude, latitude] in ring {
        polygon.add_point(latitude, longitude);
    }
    let (_, area_m2, _) = polygon.compute(true);
    area_m2.abs()
}
