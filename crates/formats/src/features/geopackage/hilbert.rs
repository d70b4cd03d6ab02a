//! Places along a Hilbert curve: rows that are near each other on the ground come near each other in the file.

use crate::curve;
use terrane_model::Bbox;

/// The number of a position along the curve of order 16 over a box. Positions outside are taken to its edge.
pub fn rank(bbox: &Bbox, position: [f64; 2]) -> u32 {
    let cell = |axis: usize| {
        let width = bbox.max[axis] - bbox.min[axis];
        let share = if width > 0.0 { (position[axis] - bbox.min[axis]) / width } else { 0.0 };
        (share.clamp(0.0, 1.0) * 65_535.0) as u64
    };
    curve::index(16, [cell(0), cell(1)]) as u32
}

#[cfg(test)]
mod tests {
    use super::rank;
    use terrane_model::Bbox;

    #[test]
    fn positions_outside_and_boxes_without_width_do_no_harm() {
        let line = Bbox { min: [1.0, 0.0], max: [1.0, 10.0] };
        assert_eq!(rank(&line, [99.0, -5.0]), rank(&line, [1.0, 0.0]));
        assert_eq!(rank(&Bbox::EMPTY, [f64::NAN, 0.0]), rank(&Bbox::EMPTY, [0.0, 0.0]));
    }
}
