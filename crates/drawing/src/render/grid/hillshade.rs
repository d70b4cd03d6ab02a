//! Relief shading (Horn, "Hill shading and the reflectance map", Proceedings of the IEEE 69(1), 1981).

use crate::canvas::pixels::{Ink, Pixels};
use crate::style::Hillshade;

/// Values, metres, of the pixels of a picture and of one more on each side.
pub struct Relief {
    /// Pixels from left to right, with those on the sides.
    pub width: usize,
    /// Row by row; NaN where there is none.
    pub values: Vec<f32>,
    /// The width and the height of a pixel on the ground in each row of the picture, metres.
    pub pixel_m: Vec<[f64; 2]>,
}

impl Relief {
    /// Shades pixels by their slope.
    pub fn shade(&self, light: Hillshade, layer: &mut Pixels) {
        for (y, &pixel_m) in self.pixel_m.iter().enumerate() {
            let sun = Sun::of(light, pixel_m);
            // The window of three by three values around a pixel begins at its row and column.
            let rows: [&[f32]; 3] = [0, 1, 2].map(|row| &self.values[(y + row) * self.width..][..self.width]);
            for (x, pixel) in layer.row(y).iter_mut().enumerate() {
                if pixel[3] > 0 {
                    let around = rows.map(|row| [row[x], row[x + 1], row[x + 2]]);
                    *pixel = lit(*pixel, sun.on(around), light.strength as f32);
                }
            }
        }
    }
}

/// The direction of the light, and how slopes are measured.
struct Sun {
    toward: [f32; 3],
    slope: [f32; 2],
}

impl Sun {
    fn of(light: Hillshade, pixel_m: [f64; 2]) -> Self {
        let (azimuth, altitude) = (light.azimuth.to_radians(), light.altitude.to_radians());
        let level = altitude.cos();
        Self {
            // East, south (the picture's y) and up.
            toward: [azimuth.sin() * level, -azimuth.cos() * level, altitude.sin()].map(|part| part as f32),
            slope: pixel_m.map(|side| (light.exaggeration / (8.0 * side)) as f32),
        }
    }

    /// The light on a place in proportion to that on level ground; 1 where the slope is not known.
    fn on(&self, v: [[f32; 3]; 3]) -> f32 {
        let middle = v[1][1];
        let at = |row: usize, column: usize| if v[row][column].is_nan() { middle } else { v[row][column] };
        let east = (at(0, 2) + 2.0 * at(1, 2) + at(2, 2)) - (at(0, 0) + 2.0 * at(1, 0) + at(2, 0));
        let south = (at(2, 0) + 2.0 * at(2, 1) + at(2, 2)) - (at(0, 0) + 2.0 * at(0, 1) + at(0, 2));
        let (east, south) = (east * self.slope[0], south * self.slope[1]);
        // The normal of the surface is (−east, −south, 1).
        let facing = self.toward[2] - east * self.toward[0] - south * self.toward[1];
        let light = facing.max(0.0) / (1.0 + east * east + south * south).sqrt() / self.toward[2].max(0.01);
        if light.is_nan() { 1.0 } else { light }
    }
}

/// A premultiplied ink in more or less light: toward black in the shade, toward white where it is brighter than level ground.
fn lit(ink: Ink, light: f32, strength: f32) -> Ink {
    let change = (light - 1.0).clamp(-1.0, 1.0) * strength;
    let alpha = f32::from(ink[3]);
    let channel = |value: u8| {
        let value = f32::from(value);
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
        let sun = Sun::of(light(1.0), [10.0, 20.0]);
        let plane = |east: f32, south: f32| {
            std::array::from_fn(|row| {
                std::array::from_fn(|column| 10.0 * column as f32 * east + 20.0 * row as f32 * south)
            })
        };
        assert!((sun.on(plane(0.0, 0.0)) - 1.0).abs() < 1e-6);
        // Rising to the south-east by 45°: it faces the light from the north-west, which stands 45° high.
        let half = 0.5_f32.sqrt();
        let facing = sun.on(plane(half, half));
        assert!((facing - 1.0 / 45_f32.to_radians().sin()).abs() < 1e-6, "{facing}");
        // The other way round it is just in the shade.
        assert!(sun.on(plane(-half, -half)) < 1e-6);
    }
}
