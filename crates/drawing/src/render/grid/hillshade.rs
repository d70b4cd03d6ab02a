//! Relief shading (Horn, "Hill shading and the reflectance map", Proceedings of the IEEE 69(1), 1981).

use super::positions::Positions;
use crate::canvas::pixels::{Ink, Pixels};
use crate::style::Hillshade;

/// Shades pixels by the slope of values, metres, sampled a pixel apart with a margin of one.
pub fn shade(values: &[f64], positions: &Positions, metres_per_pixel: f64, light: Hillshade, layer: &mut Pixels) {
    let sun = Sun::of(light, metres_per_pixel);
    let width = positions.width();
    debug_assert_eq!(positions.margin(), 1);
    for y in 0..layer.height() {
        // The window of three by three values around a pixel begins at its row and column, as the margin is one.
        let rows: [&[f64]; 3] = [0, 1, 2].map(|row| &values[(y + row) * width..(y + row + 1) * width]);
        for (x, pixel) in layer.row(y).iter_mut().enumerate() {
            if pixel[3] > 0 {
                let around = rows.map(|row| [row[x], row[x + 1], row[x + 2]]);
                *pixel = lit(*pixel, sun.on(around), light.strength);
            }
        }
    }
}

/// The direction of the light, and how slopes are measured.
struct Sun {
    toward: [f64; 3],
    slope: f64,
}

impl Sun {
    fn of(light: Hillshade, metres_per_pixel: f64) -> Self {
        let (azimuth, altitude) = (light.azimuth.to_radians(), light.altitude.to_radians());
        let level = altitude.cos();
        Self {
            // East, south (the picture's y) and up.
            toward: [azimuth.sin() * level, -azimuth.cos() * level, altitude.sin()],
            slope: light.exaggeration / (8.0 * metres_per_pixel),
        }
    }

    /// The light on a place in proportion to that on level ground; 1 where the slope is not known.
    fn on(&self, v: [[f64; 3]; 3]) -> f64 {
        let middle = v[1][1];
        let at = |row: usize, column: usize| if v[row][column].is_nan() { middle } else { v[row][column] };
        let east = (at(0, 2) + 2.0 * at(1, 2) + at(2, 2)) - (at(0, 0) + 2.0 * at(1, 0) + at(2, 0));
        let south = (at(2, 0) + 2.0 * at(2, 1) + at(2, 2)) - (at(0, 0) + 2.0 * at(0, 1) + at(0, 2));
        let (east, south) = (east * self.slope, south * self.slope);
        // The normal of the surface is (−east, −south, 1).
        let facing = self.toward[2] - east * self.toward[0] - south * self.toward[1];
        let light = facing.max(0.0) / (1.0 + east * east + south * south).sqrt() / self.toward[2].max(0.01);
        if light.is_nan() { 1.0 } else { light }
    }
}

/// A premultiplied ink in more or less light: toward black in the shade, toward white where it is brighter than level ground.
fn lit(ink: Ink, light: f64, strength: f64) -> Ink {
    let change = (light - 1.0).clamp(-1.0, 1.0) * strength;
    let alpha = f64::from(ink[3]);
    let channel = |value: u8| {
        let value = f64::from(value);
        let lit = if change < 0.0 { value * (1.0 + change) } else { value + (alpha - value) * change };
        (lit + 0.5) as u8
    };
    [channel(ink[0]), channel(ink[1]), channel(ink[2]), ink[3]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn light(exaggeration: f64) -> Hillshade {
        Hillshade { azimuth: 315.0, altitude: 45.0, exaggeration, strength: 1.0 }
    }

    #[test]
    fn a_slope_is_lit_as_the_cosine_of_its_angle_to_the_light() {
        let sun = Sun::of(light(1.0), 10.0);
        let plane = |east: f64, south: f64| {
            std::array::from_fn(|row| std::array::from_fn(|column| 10.0 * (column as f64 * east + row as f64 * south)))
        };
        assert!((sun.on(plane(0.0, 0.0)) - 1.0).abs() < 1e-12);
        // Rising to the south-east by 45°: it faces the light from the north-west, which stands 45° high.
        let half = 0.5_f64.sqrt();
        let facing = sun.on(plane(half, half));
        assert!((facing - 1.0 / 45_f64.to_radians().sin()).abs() < 1e-9, "{facing}");
        // The other way round it is just in the shade.
        assert!(sun.on(plane(-half, -half)) < 1e-9);
    }
}
