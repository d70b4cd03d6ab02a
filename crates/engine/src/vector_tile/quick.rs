//! From the ground of a source to the units of one tile by two polynomials, where they are sure to say the same as the projection: from
//! degrees to Web Mercator for one, at all but the smallest scales.

use terrane_drawing::tile::Frame;
use terrane_model::Bbox;
use terrane_projection::Transform;

/// Terms of the polynomial of y.
const TERMS: usize = 8;
/// How far a position may be from where the projection puts it, units.
const ERROR_UNITS_MAX: f64 = 1.0 / 64.0;
/// Places along x and y at which that is tried.
const TRIED: [usize; 2] = [5, 21];

/// x is a line in x alone, y a polynomial in y alone.
#[derive(Debug)]
pub struct Quick {
    bbox: Bbox,
    /// Units at the west side, and for each unit of the ground.
    x: [f64; 2],
    middle: f64,
    half: f64,
    /// In rising powers of how far y is from the middle, −1 to 1.
    y: [f64; TERMS],
}

impl Quick {
    /// The polynomials for some ground; `None` where they are not good enough.
    pub fn of(bbox: &Bbox, transform: &Transform, frame: &Frame, shift: f64) -> Option<Self> {
        let exact = |position: [f64; 2]| {
            let mut positions = [position];
            transform.apply(&mut positions);
            frame.to_units(&mut positions, shift);
            positions[0]
        };
        let (Bbox { min, max }, [middle_x, middle]) = (*bbox, bbox.centre());
        let (width, half) = (max[0] - min[0], (max[1] - min[1]) / 2.0);
        let west = exact([min[0], middle])[0];
        let x = [west, (exact([max[0], middle])[0] - west) / width];
        let y = fitted(|along| exact([middle_x, middle + along * half])[1]);
        let quick = Self { bbox: *bbox, x, middle, half, y };
        let step =
            |axis: usize, place: usize| min[axis] + (max[axis] - min[axis]) * place as f64 / (TRIED[axis] - 1) as f64;
        let close = |position: [f64; 2]| {
            let (quick, exact) = (quick.units(position), exact(position));
            // What is no number is not close.
            (0..2).all(|axis| (quick[axis] - exact[axis]).abs() <= ERROR_UNITS_MAX)
        };
        let good = width > 0.0
            && half > 0.0
            && (0..TRIED[0]).all(|column| (0..TRIED[1]).all(|row| close([step(0, column), step(1, row)])));
        good.then_some(quick)
    }

    /// Whether a row with this box lies where the polynomials are good.
    pub fn holds(&self, [west, south, east, north]: [f64; 4]) -> bool {
        let Bbox { min, max } = self.bbox;
        west >= min[0] && east <= max[0] && south >= min[1] && north <= max[1]
    }

    /// Units of a position on the ground.
    #[inline]
    pub fn units(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let along = (y - self.middle) / self.half;
        let value = self.y.iter().rev().fold(0.0, |sum, term| sum * along + term);
        [self.x[0] + (x - self.bbox.min[0]) * self.x[1], value]
    }
}

/// The polynomial through the values at Chebyshev's nodes, which is close to the best there is (Trefethen 2013, "Approximation Theory
/// and Approximation Practice", chapters 2 to 4).
fn fitted(value: impl Fn(f64) -> f64) -> [f64; TERMS] {
    let angle = |node: usize| std::f64::consts::PI * (node as f64 + 0.5) / TERMS as f64;
    let values: [f64; TERMS] = std::array::from_fn(|node| value(angle(node).cos()));
    let mut terms = [0.0; TERMS];
    // Chebyshev polynomials T(k) as powers: T(k + 1) = 2 x T(k) − T(k − 1).
    let mut before = [0.0; TERMS];
    let mut now = [0.0; TERMS];
    now[0] = 1.0;
    for order in 0..TERMS {
        let sum: f64 = values.iter().enumerate().map(|(node, value)| value * (angle(node) * order as f64).cos()).sum();
        let share = sum * if order == 0 { 1.0 } else { 2.0 } / TERMS as f64;
        terms.iter_mut().zip(now).for_each(|(term, power)| *term += share * power);
        let factor = if order == 0 { 1.0 } else { 2.0 };
        let next: [f64; TERMS] = std::array::from_fn(|power| {
            let raised = if power > 0 { factor * now[power - 1] } else { 0.0 };
            raised - before[power]
        });
        (before, now) = (now, next);
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::Crs;
    use terrane_model::filter::Transformer as _;
    use terrane_model::tiling::{TileAddress, TileMatrixSet};

    fn quick(set: &TileMatrixSet, tile: [u64; 3]) -> Option<(Quick, Frame, Transform)> {
        let address = TileAddress { matrix: tile[0] as usize, column: tile[1], row: tile[2] };
        let frame = Frame::new(set.bbox(address).expect("there"));
        let back = Transform::new(&set.crs, &Crs::crs84()).expect("known");
        let ground = back.bbox(&frame.ground()).expect("there");
        let transform = Transform::new(&Crs::crs84(), &set.crs).expect("known");
        Some((Quick::of(&ground, &transform, &frame, 0.0)?, frame, transform))
    }

    #[test]
    fn where_the_polynomials_are_used_they_say_what_the_projection_says() {
        let set = TileMatrixSet::web_mercator_quad();
        for tile in [[4, 13, 6], [5, 28, 12], [6, 57, 25], [9, 455, 201], [14, 14_552, 6_451]] {
            let (quick, frame, transform) = quick(&set, tile).expect("good enough at this scale");
            let Bbox { min, max } = quick.bbox;
            for at in 0..1_000 {
                let share = [f64::from(at) * 0.754_877_666 % 1.0, f64::from(at) * 0.569_840_291 % 1.0];
                let position = [0, 1].map(|axis| min[axis] + share[axis] * (max[axis] - min[axis]));
                let mut exact = [position];
                transform.apply(&mut exact);
                frame.to_units(&mut exact, 0.0);
                let units = quick.units(position);
                assert!(
                    (0..2).all(|axis| (units[axis] - exact[0][axis]).abs() < 0.02),
                    "{tile:?}: {units:?} {exact:?}"
                );
            }
        }
    }

    #[test]
    fn they_are_not_used_where_they_would_be_wrong() {
        assert!(quick(&TileMatrixSet::web_mercator_quad(), [0, 0, 0]).is_none(), "the poles");
        let mut utm = TileMatrixSet::web_mercator_quad();
        utm.crs = Crs::epsg(32_654);
        utm.matrices[0].origin = [0.0, 5_000_000.0];
        utm.matrices[0].cell_size = 4_000.0;
        assert!(quick(&utm, [0, 0, 0]).is_none(), "x depends on y");
    }
}
