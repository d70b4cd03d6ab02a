//! What of a picture has no place on the ground, in a colour of its own (20-058, `void-color`).

use terrane_engine::View;
use terrane_model::picture::Picture;
use terrane_model::{Crs, Error, Result};
use terrane_projection::Transform;

/// Pixels of a picture that are looked at one by one at most.
const PIXELS_MAX: u64 = 2_097_152;

/// Refuses pictures that are too large for it.
pub fn check_size(view: &View) -> Result<()> {
    match u64::from(view.width_px) * u64::from(view.height_px) <= PIXELS_MAX {
        true => Ok(()),
        false => {
            Err(Error::too_large(format!("A map with a void of its own has at most {PIXELS_MAX} pixels."))
                .at("void-color"))
        }
    }
}

/// Paints all pixels whose middle is no place on the ground.
pub fn painted(picture: &mut Picture, view: &View, colour: [u8; 4]) -> Result<()> {
    let to_degrees = Transform::new(&view.crs, &Crs::crs84())?;
    let from_degrees = Transform::new(&Crs::crs84(), &view.crs)?;
    let [step_x, step_y] = view.step();
    let repeats = view.crs.is_geographic() || view.crs == Crs::web_mercator();
    let width = picture.width_px as usize;
    for (row, pixels) in picture.rgba.chunks_exact_mut(width * 4).enumerate() {
        let y = view.bbox.max[1] - (row as f64 + 0.5) * step_y;
        let ground: Vec<[f64; 2]> =
            (0..width).map(|column| [view.bbox.min[0] + (column as f64 + 0.5) * step_x, y]).collect();
        let mut degrees = ground.clone();
        to_degrees.apply(&mut degrees);
        let mut back = degrees.clone();
        from_degrees.apply(&mut back);
        for (at, pixel) in pixels.chunks_exact_mut(4).enumerate() {
            let there = degrees[at].iter().all(|number| number.is_finite()) && degrees[at][1].abs() <= 90.0;
            // A place outside the projection may be turned into some other one; the way back tells.
            let same = repeats || (back[at][0] - ground[at][0]).hypot(back[at][1] - ground[at][1]) < step_x + step_y;
            let within = view.crs != Crs::web_mercator() || y.abs() <= MERCATOR_HALF_M;
            if !(there && same && within) {
                pixel.copy_from_slice(&colour);
            }
        }
    }
    Ok(())
}

/// Half of the side of the square of Web Mercator, metres (π × 6 378 137).
const MERCATOR_HALF_M: f64 = 20_037_508.342_789_244;

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_engine::PIXEL_MM;
    use terrane_model::Bbox;

    #[test]
    fn what_is_past_the_poles_is_void_and_what_is_past_180_is_not() {
        let bbox = Bbox { min: [170.0, 80.0], max: [190.0, 100.0] };
        let view =
            View { crs: Crs::crs84(), bbox, width_px: 2, height_px: 2, pixel_mm: PIXEL_MM, scale_denominator: 1e9 };
        let mut picture = Picture::filled(2, 2, [1, 2, 3, 4]);
        painted(&mut picture, &view, [9; 4]).expect("it can be painted");
        assert_eq!([picture.pixel(0, 0), picture.pixel(1, 0)], [[9; 4]; 2]);
        assert_eq!([picture.pixel(0, 1), picture.pixel(1, 1)], [[1, 2, 3, 4]; 2]);
    }
}
