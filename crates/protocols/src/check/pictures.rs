//! What can be told from pixels: blank or not, alike or not, where the drawing is. Pure.

use terrane_model::picture::Picture;

/// Whether all pixels are the same to the eye.
pub fn is_blank(picture: &Picture) -> bool {
    let ground = background(picture);
    !picture.rgba.chunks_exact(4).any(|pixel| differs(pixel, &ground))
}

/// How much of two pictures is not alike, 0 to 1; all of it when their sizes differ.
pub fn difference(one: &Picture, other: &Picture) -> f64 {
    if (one.width_px, one.height_px) != (other.width_px, other.height_px) || one.rgba.is_empty() {
        return 1.0;
    }
    let pairs = one.rgba.chunks_exact(4).zip(other.rgba.chunks_exact(4));
    let different = pairs.filter(|(one, other)| differs(one, other)).count();
    different as f64 * 4.0 / one.rgba.len() as f64
}

/// How much of a picture that is drawn has something other than its ground, 0 to 1.
pub fn drawn_share(picture: &Picture) -> f64 {
    let ground = background(picture);
    let drawn = picture.rgba.chunks_exact(4).filter(|pixel| differs(pixel, &ground)).count();
    drawn as f64 * 4.0 / picture.rgba.len().max(4) as f64
}

/// How much of what is drawn lies outside of the middle third of a picture, 0 to 1; a margin of two pixels belongs to the middle.
pub fn share_outside_middle(picture: &Picture) -> f64 {
    let ground = background(picture);
    let (width, height) = (picture.width_px, picture.height_px);
    let within = |at: u32, side: u32| at + 2 >= side / 3 && at <= side * 2 / 3 + 2;
    let (mut all, mut outside) = (0_u32, 0_u32);
    for y in 0..height {
        for x in 0..width {
            if differs(&picture.pixel(x, y), &ground) {
                all += 1;
                outside += u32::from(!(within(x, width) && within(y, height)));
            }
        }
    }
    if all == 0 { 0.0 } else { f64::from(outside) / f64::from(all) }
}

/// A pixel that is drawn, the nearest to the middle.
pub fn drawn_pixel(picture: &Picture) -> Option<[u32; 2]> {
    let ground = background(picture);
    let far = |x: u32, y: u32| {
        let (across, down) = (x.abs_diff(picture.width_px / 2), y.abs_diff(picture.height_px / 2));
        across * across + down * down
    };
    let places = (0..picture.height_px).flat_map(|y| (0..picture.width_px).map(move |x| [x, y]));
    places.filter(|[x, y]| differs(&picture.pixel(*x, *y), &ground)).min_by_key(|[x, y]| far(*x, *y))
}

/// Whether a colour is somewhere in a picture.
pub fn holds(picture: &Picture, colour: [u8; 3]) -> bool {
    let near = |pixel: &[u8]| pixel[3] > 127 && (0..3).all(|band| pixel[band].abs_diff(colour[band]) < 24);
    picture.rgba.chunks_exact(4).any(near)
}

/// The commonest of the colours of the corners, which is where nothing is drawn when anything is not.
fn background(picture: &Picture) -> [u8; 4] {
    let (right, bottom) = (picture.width_px.saturating_sub(1), picture.height_px.saturating_sub(1));
    if picture.rgba.is_empty() {
        return [0; 4];
    }
    let corners = [[0, 0], [right, 0], [0, bottom], [right, bottom]].map(|[x, y]| picture.pixel(x, y));
    // What is transparent is ground, whatever else is at a corner.
    let clear = picture.rgba.chunks_exact(4).any(|pixel| pixel[3] == 0).then_some([0; 4]);
    clear.unwrap_or_else(|| {
        corners.into_iter().max_by_key(|it| corners.iter().filter(|other| *other == it).count()).unwrap_or([0; 4])
    })
}

/// Whether two colours differ by more than antialiasing and packing make of one; what is transparent has no colour.
fn differs(one: &[u8], other: &[u8]) -> bool {
    const TONES: u8 = 24;
    if one[3] < TONES && other[3] < TONES {
        return false;
    }
    (0..4).any(|band| one[band].abs_diff(other[band]) > TONES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(fill: impl Fn(u32, u32) -> [u8; 4]) -> Picture {
        let rgba = (0..60).flat_map(|y| (0..90).map(move |x| (x, y))).flat_map(|(x, y)| fill(x, y)).collect();
        Picture { width_px: 90, height_px: 60, rgba }
    }

    const RED: [u8; 4] = [200, 0, 0, 255];
    const WHITE: [u8; 4] = [255; 4];

    #[test]
    fn blank_is_one_colour_also_when_it_is_transparent_or_noisy() {
        assert!(is_blank(&picture(|_, _| WHITE)) && is_blank(&picture(|x, _| [x as u8, 9, 9, 0])));
        assert!(is_blank(&picture(|x, _| [250 + (x % 3) as u8, 255, 255, 255])));
        assert!(!is_blank(&picture(|x, y| if (x, y) == (40, 30) { RED } else { WHITE })));
        assert!(is_blank(&picture(|_, _| RED)), "one colour says nothing of what is drawn");
    }

    #[test]
    fn likeness_is_counted_in_pixels() {
        let left = picture(|x, _| if x < 45 { RED } else { WHITE });
        let right = picture(|x, _| if x >= 45 { RED } else { WHITE });
        assert!((difference(&left, &right) - 1.0).abs() < 1e-9 && difference(&left, &left) == 0.0);
        assert!((drawn_share(&left) - 0.5).abs() < 1e-9);
        assert_eq!(difference(&left, &Picture::filled(1, 1, RED)), 1.0);
    }

    #[test]
    fn what_is_drawn_is_found_in_its_place() {
        let middle = picture(|x, y| if (30..60).contains(&x) && (20..40).contains(&y) { RED } else { WHITE });
        let corner = picture(|x, y| if x < 20 && y < 15 { RED } else { WHITE });
        assert!(share_outside_middle(&middle) < 0.01 && share_outside_middle(&corner) > 0.99);
        assert_eq!(drawn_pixel(&middle), Some([45, 30]));
        assert!(drawn_pixel(&corner).is_some_and(|[x, y]| x < 20 && y < 15));
        assert!(holds(&middle, [200, 0, 0]) && !holds(&middle, [255, 0, 255]));
    }
}
