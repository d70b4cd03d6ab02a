//! `bbox`: four or six numbers in the axis order of the authority.

use crate::common::crs::{swapped, y_first};
use terrane_model::{Bbox, Crs, Error, Result};

/// The box, x then y. Heights of a box with six numbers are passed over: rows are found by their ground.
pub fn parse(text: &str, crs: &Crs) -> Result<Bbox> {
    parse_ordered(text, crs, y_first(crs)?)
}

/// As [`parse`], where it is the spelling of the CRS that says whether y stands first.
pub fn parse_ordered(text: &str, crs: &Crs, y_first: bool) -> Result<Bbox> {
    let numbers = text.split(',').map(|part| part.trim().parse::<f64>().ok().filter(|number| number.is_finite()));
    let numbers: Option<Vec<f64>> = numbers.collect();
    let (first, second) = match numbers.as_deref() {
        Some([a, b, c, d]) => ([*a, *b], [*c, *d]),
        Some([a, b, _, c, d, _]) => ([*a, *b], [*c, *d]),
        _ => return Err(Error::invalid("A box is four numbers, or six with heights: lower corner, upper corner.")),
    };
    let bbox = Bbox { min: first, max: second };
    let bbox = if y_first { swapped(bbox) } else { bbox };
    if crs.is_geographic() { Bbox::geographic(bbox.min, bbox.max).map(around) } else { Bbox::plain(bbox.min, bbox.max) }
}

/// A box in degrees whose longitudes run past 180° as one that crosses; one that goes all around as the whole band.
pub fn around(bbox: Bbox) -> Bbox {
    let turned = |x: f64| (x + 180.0).rem_euclid(360.0) - 180.0;
    let [west, east] = [bbox.min[0], bbox.max[0]];
    let within = |x: f64| (-180.0..=180.0).contains(&x);
    let [west, east] = match (within(west) && within(east), east - west >= 360.0) {
        (true, _) => [west, east],
        (false, true) => [-180.0, 180.0],
        (false, false) => [turned(west), turned(east)],
    };
    Bbox { min: [west, bbox.min[1]], max: [east, bbox.max[1]] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, crs: &Crs) -> [f64; 4] {
        parse(text, crs).expect("it is a box").to_array()
    }

    #[test]
    fn the_axis_order_is_that_of_the_authority() {
        assert_eq!(read("138,34,140,36", &Crs::crs84()), [138.0, 34.0, 140.0, 36.0]);
        assert_eq!(read("34,138,36,140", &Crs::epsg(4326)), [138.0, 34.0, 140.0, 36.0]);
        assert_eq!(read("100,200,300,400", &Crs::epsg(3857)), [100.0, 200.0, 300.0, 400.0]);
    }

    #[test]
    fn heights_are_passed_over() {
        assert_eq!(read("138,34,-100,140,36,5000", &Crs::crs84()), [138.0, 34.0, 140.0, 36.0]);
    }

    #[test]
    fn west_greater_than_east_crosses_the_antimeridian_and_longitudes_past_180_do_too() {
        assert!(parse("170,-20,-170,0", &Crs::crs84()).expect("it is a box").crosses());
        assert_eq!(read("170,-20,190,0", &Crs::crs84()), [170.0, -20.0, -170.0, 0.0]);
        assert_eq!(read("-300,-20,100,0", &Crs::crs84()), [-180.0, -20.0, 180.0, 0.0]);
    }

    #[test]
    fn what_is_not_a_box_is_refused() {
        for text in ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,0,1,1", "0,0,inf,1", "0,10,1,0", "1e999,0,1,1"] {
            assert!(parse(text, &Crs::crs84()).is_err(), "{text}");
        }
        assert!(parse("10,0,0,10", &Crs::epsg(3857)).is_err(), "x does not wrap in metres");
    }
}
