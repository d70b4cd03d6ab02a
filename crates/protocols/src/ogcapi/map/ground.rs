//! How large the ground is that a picture shows: metres of a unit of its CRS, east and north, at one place.

use terrane_model::tiling::METRES_PER_DEGREE;
use terrane_model::{Bbox, Crs, Result};
use terrane_projection::Transform;

/// The share of a box by which places are compared.
const STEP: f64 = 1e-3;

/// Metres of a unit of a CRS in the middle of a box, along x and along y. A sphere is good enough to choose a size by.
pub fn metres_per_unit(crs: &Crs, bbox: &Bbox) -> Result<[f64; 2]> {
    let [x, y] = bbox.centre();
    let (dx, dy) = (bbox.width().max(f64::MIN_POSITIVE) * STEP, bbox.height().max(f64::MIN_POSITIVE) * STEP);
    let mut places = [[x, y], [x + dx, y], [x, y + dy]];
    Transform::new(crs, &Crs::crs84())?.apply(&mut places);
    let [middle, east, north] = places;
    let metres = |to: [f64; 2], step: f64| {
        let turned = (to[0] - middle[0] + 180.0).rem_euclid(360.0) - 180.0;
        let across = turned * middle[1].to_radians().cos();
        METRES_PER_DEGREE * across.hypot(to[1] - middle[1]) / step
    };
    // Where the CRS has no place, its own word is taken.
    let word = terrane_projection::scale::metres_per_unit(crs)?;
    let sound = |metres: f64| if metres.is_finite() && metres > 0.0 { metres } else { word };
    Ok([sound(metres(east, dx)), sound(metres(north, dy))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::filter::Transformer as _;

    #[test]
    fn a_degree_east_shrinks_towards_the_poles_and_mercator_grows() {
        let bbox = Bbox { min: [10.0, 59.0], max: [12.0, 61.0] };
        let [east, north] = metres_per_unit(&Crs::crs84(), &bbox).expect("it is known");
        assert!((east / north - 0.5).abs() < 1e-3, "{east} {north}");
        let moved = Transform::new(&Crs::crs84(), &Crs::web_mercator()).expect("known").bbox(&bbox).expect("there");
        let [east, north] = metres_per_unit(&Crs::web_mercator(), &moved).expect("it is known");
        assert!((east - 0.5).abs() < 0.01 && (north - 0.5).abs() < 0.01, "{east} {north}");
    }
}
