//! Rings below a pixel: what they weigh, and the triangle that weighs as much.

use super::outline::bbox_of;
use super::position::Position;

/// The area of a closed run, positive when it goes counter-clockwise. Source: the shoelace formula (Meister 1769), with
/// coordinates counted from the first position so that large ones do not cancel.
pub(super) fn signed_area(ring: &[Position]) -> f64 {
    let Some(&[origin_x, origin_y]) = ring.first() else { return 0.0 };
    let twice: f64 = ring
        .windows(2)
        .map(|edge| {
            (edge[0][0] - origin_x) * (edge[1][1] - origin_y) - (edge[1][0] - origin_x) * (edge[0][1] - origin_y)
        })
        .sum();
    twice / 2.0
}

/// Whether a ring is so small that its form cannot be seen: it weighs at most one pixel and fits into two by two of them.
///
/// The tolerance of a level is half a pixel, so a pixel is (2 · tolerance)². The box keeps thin and long rings out: those
/// are seen as lines, and a triangle in their middle would be something else.
pub(super) fn is_small(ring: &[Position], area: f64, tolerance: f64) -> bool {
    let pixel = 2.0 * tolerance;
    let [west, south, east, north] = bbox_of(ring);
    area.abs() <= pixel * pixel && east - west <= 2.0 * pixel && north - south <= 2.0 * pixel
}

/// An equilateral triangle of the same area and centroid that goes round the same way, closed. `None` when there is no area.
///
/// Three corners rather than four: below a pixel nobody sees the difference, and there can be a million of them.
pub(super) fn triangle(ring: &[Position], area: f64) -> Option<[Position; 4]> {
    let [x, y] = centroid(ring, area)?;
    // An equilateral triangle with corners at distance r from its centre has the area r² · 3√3 / 4.
    let radius = (area.abs() * 4.0 / (3.0 * 3.0_f64.sqrt())).sqrt();
    let (half, side) = (radius / 2.0, radius * 3.0_f64.sqrt() / 2.0);
    let (west, east, top) = ([x - side, y - half], [x + side, y - half], [x, y + radius]);
    let corners = if area > 0.0 { [west, east, top, west] } else { [west, top, east, west] };
    corners.iter().flatten().all(|number| number.is_finite()).then_some(corners)
}

/// The centroid of a closed run with some area. Source: Bourke 1988, "Calculating the area and centroid of a polygon".
fn centroid(ring: &[Position], area: f64) -> Option<Position> {
    let &[origin_x, origin_y] = ring.first()?;
    let (mut moment_x, mut moment_y) = (0.0, 0.0);
    for edge in ring.windows(2) {
        let (x, y) = (edge[0][0] - origin_x, edge[0][1] - origin_y);
        let (next_x, next_y) = (edge[1][0] - origin_x, edge[1][1] - origin_y);
        let cross = x * next_y - next_x * y;
        moment_x += (x + next_x) * cross;
        moment_y += (y + next_y) * cross;
    }
    (area != 0.0).then(|| [origin_x + moment_x / (6.0 * area), origin_y + moment_y / (6.0 * area)])
}

#[cfg(test)]
mod tests {
    use super::{is_small, signed_area, triangle};

    const SHAPE: [[f64; 2]; 6] = [[10.0, 20.0], [12.0, 20.0], [12.0, 23.0], [11.0, 21.0], [10.0, 21.0], [10.0, 20.0]];

    #[test]
    fn the_triangle_weighs_what_the_ring_weighs_and_turns_as_it_turns() {
        let mut back = SHAPE;
        back.reverse();
        for ring in [SHAPE, back] {
            let area = signed_area(&ring);
            let triangle = triangle(&ring, area).unwrap();
            assert!((signed_area(&triangle) - area).abs() < 1e-12);
            let middle = [0, 1].map(|axis| triangle[..3].iter().map(|corner| corner[axis]).sum::<f64>() / 3.0);
            // A square of 2 at (11, 20.5) and a triangle of 1 at (11 2/3, 21 2/3), by hand.
            assert!((middle[0] - (2.0 * 11.0 + 35.0 / 3.0) / 3.0).abs() < 1e-12, "{middle:?}");
            assert!((middle[1] - (2.0 * 20.5 + 65.0 / 3.0) / 3.0).abs() < 1e-12, "{middle:?}");
        }
    }

    #[test]
    fn a_pixel_is_twice_the_tolerance_wide() {
        let area = signed_area(&SHAPE);
        assert!(is_small(&SHAPE, area, 0.9) && !is_small(&SHAPE, area, 0.8));
        let thin = [[0.0, 0.0], [100.0, 0.0], [100.0, 0.01], [0.0, 0.01], [0.0, 0.0]];
        assert!(!is_small(&thin, 1.0, 1.0));
        assert!(triangle(&[[1.0, 1.0], [2.0, 2.0], [1.0, 1.0]], 0.0).is_none());
    }
}
