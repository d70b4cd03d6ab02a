//! Transverse Mercator by Krüger's series to the sixth order: better than a millimetre within 3 900 km of the central meridian.
//!
//! Krüger 1912; coefficients from Karney 2011, "Transverse Mercator with an accuracy of a few nanometers", eq. 12, 14, 35, 36.

use super::ellipsoid::{Ellipsoid, FromConformal, inverse_sinh};
use super::wrap;
use crate::pipeline::Step;

/// Beyond this distance (in units of the rectifying radius) the series no longer converges; PROJ draws the line there too.
const REACH: f64 = 2.623_395_162_778;

/// One projection.
#[derive(Debug, Clone)]
pub(crate) struct TransverseMercator {
    ellipsoid: Ellipsoid,
    from_conformal: FromConformal,
    forward: [f64; 6],
    backward: [f64; 6],
    central_meridian: f64,
    /// Rectifying radius times scale, metres.
    radius_m: f64,
    false_easting_m: f64,
    /// False northing less the distance of the latitude of origin from the equator, metres.
    northing_at_equator_m: f64,
}

impl TransverseMercator {
    /// From PROJ's `utm` and `tmerc`; `None` when a parameter is not known here.
    pub fn of(step: &Step) -> Option<Self> {
        let ellipsoid = Ellipsoid::of(step)?;
        if step.name() == "utm" {
            let zone = step.number_or("zone", f64::NAN).filter(|zone| (1.0..=60.0).contains(zone))?;
            let south = if step.text("south").is_some() { 10_000_000.0 } else { 0.0 };
            let plain = step.only(&[&Ellipsoid::KEYS[..], &["zone", "south"]].concat());
            return plain.then(|| Self::new(ellipsoid, [0.0, zone * 6.0 - 183.0], 0.9996, [500_000.0, south]));
        }
        let scale = step.number_or("k", 1.0)? * step.number_or("k_0", 1.0)?;
        let origin = [step.number_or("lat_0", 0.0)?, step.number_or("lon_0", 0.0)?];
        let offset = [step.number_or("x_0", 0.0)?, step.number_or("y_0", 0.0)?];
        let plain = step.only(&[&Ellipsoid::KEYS[..], &["k", "k_0", "lat_0", "lon_0", "x_0", "y_0"]].concat());
        plain.then(|| Self::new(ellipsoid, origin, scale, offset))
    }

    /// Origin as latitude and longitude, degrees; offset as false easting and northing, metres.
    fn new(ellipsoid: Ellipsoid, origin: [f64; 2], scale: f64, offset: [f64; 2]) -> Self {
        let n = ellipsoid.n();
        let n2 = n * n;
        let rectifying = ellipsoid.a / (1.0 + n) * (1.0 + n2 / 4.0 + n2 * n2 / 64.0 + n2 * n2 * n2 / 256.0);
        let mut projection = Self {
            ellipsoid,
            from_conformal: FromConformal::new(&ellipsoid),
            forward: forward_series(n),
            backward: backward_series(n),
            central_meridian: origin[1].to_radians(),
            radius_m: rectifying * scale,
            false_easting_m: offset[0],
            northing_at_equator_m: offset[1],
        };
        let [_, northing_m] = projection.project([projection.central_meridian, origin[0].to_radians()]);
        projection.northing_at_equator_m -= northing_m - offset[1];
        projection
    }

    /// From radians to metres.
    fn project(&self, position: [f64; 2]) -> [f64; 2] {
        self.project_block(&[position; LANES])[0]
    }

    /// From radians to metres, in place.
    pub fn project_all(&self, positions: &mut [[f64; 2]]) {
        in_blocks(positions, |block| self.project_block(block));
    }

    /// From metres to radians, in place.
    pub fn unproject_all(&self, positions: &mut [[f64; 2]]) {
        in_blocks(positions, |block| self.unproject_block(block));
    }

    fn project_block(&self, block: &Block) -> Block {
        let latitudes = block.map(|[_, latitude]| latitude.sin_cos());
        let longitudes = block.map(|[longitude, _]| wrap(longitude - self.central_meridian).sin_cos());
        let tangents = latitudes.map(|(sine, cosine)| self.ellipsoid.conformal_tangent(sine, cosine));
        let mut sinhs = [0.0; LANES];
        let angles = lanes(|lane| {
            let (tangent, (sine_l, cosine_l)) = (tangents[lane], longitudes[lane]);
            let inverse = 1.0 / (tangent * tangent + cosine_l * cosine_l).sqrt();
            let (sin, cos, sinh) = (tangent * inverse, cosine_l * inverse, sine_l * inverse);
            sinhs[lane] = sinh;
            let cosh = (1.0 + sinh * sinh).sqrt();
            [2.0 * sin * cos, cos * cos - sin * sin, 2.0 * sinh * cosh, cosh * cosh + sinh * sinh]
        });
        let sums = clenshaw_complex(&self.forward, &angles);
        lanes(|lane| {
            let north = angle(tangents[lane], longitudes[lane].1) + sums[lane][0];
            let east = within_reach(inverse_sinh(sinhs[lane]) + sums[lane][1]);
            [self.false_easting_m + self.radius_m * east, self.northing_at_equator_m + self.radius_m * north]
        })
    }

    fn unproject_block(&self, block: &Block) -> Block {
        let flat = block.map(|[x, y]| {
            let east = within_reach((x - self.false_easting_m) / self.radius_m);
            [(y - self.northing_at_equator_m) / self.radius_m, east]
        });
        let angles = flat.map(|[north, east]| {
            let ((sin2, cos2), (sinh2, cosh2)) = ((2.0 * north).sin_cos(), sinh_cosh(2.0 * east));
            [sin2, cos2, sinh2, cosh2]
        });
        let sums = clenshaw_complex(&self.backward, &angles);
        lanes(|lane| {
            let (sin, cos) = (flat[lane][0] - sums[lane][0]).sin_cos();
            let (sinh, _) = sinh_cosh(flat[lane][1] - sums[lane][1]);
            let hypotenuse = (sinh * sinh + cos * cos).sqrt();
            let inverse = 1.0 / (sin * sin + hypotenuse * hypotenuse).sqrt();
            let latitude = self.from_conformal.latitude(angle(sin, hypotenuse), sin * inverse, hypotenuse * inverse);
            [wrap(angle(sinh, cos) + self.central_meridian), latitude]
        })
    }
}

/// Positions that are computed side by side: their long chains of arithmetic then overlap, and the compiler pairs them up in vector
/// registers. Four fill the registers of the plainest processors.
const LANES: usize = 4;
type Block = [[f64; 2]; LANES];

fn lanes<T>(each: impl FnMut(usize) -> T) -> [T; LANES] {
    std::array::from_fn(each)
}

/// Applies a function of whole blocks; the last block is filled up with zeros.
fn in_blocks(positions: &mut [[f64; 2]], work: impl Fn(&Block) -> Block) {
    for chunk in positions.chunks_mut(LANES) {
        let mut block = [[0.0; 2]; LANES];
        block[..chunk.len()].copy_from_slice(chunk);
        chunk.copy_from_slice(&work(&block)[..chunk.len()]);
    }
}

fn within_reach(east: f64) -> f64 {
    if east.abs() > REACH { f64::NAN } else { east }
}

/// Karney 2011, eq. 35.
fn forward_series(n: f64) -> [f64; 6] {
    let series = |order: i32, terms: &[f64]| n.powi(order) * terms.iter().rev().fold(0.0, |sum, term| sum * n + term);
    [
        series(1, &[0.5, -2.0 / 3.0, 5.0 / 16.0, 41.0 / 180.0, -127.0 / 288.0, 7891.0 / 37_800.0]),
        series(2, &[13.0 / 48.0, -3.0 / 5.0, 557.0 / 1440.0, 281.0 / 630.0, -1_983_433.0 / 1_935_360.0]),
        series(3, &[61.0 / 240.0, -103.0 / 140.0, 15_061.0 / 26_880.0, 167_603.0 / 181_440.0]),
        series(4, &[49_561.0 / 161_280.0, -179.0 / 168.0, 6_601_661.0 / 7_257_600.0]),
        series(5, &[34_729.0 / 80_640.0, -3_418_889.0 / 1_995_840.0]),
        series(6, &[212_378_941.0 / 319_334_400.0]),
    ]
}

/// Karney 2011, eq. 36.
fn backward_series(n: f64) -> [f64; 6] {
    let series = |order: i32, terms: &[f64]| n.powi(order) * terms.iter().rev().fold(0.0, |sum, term| sum * n + term);
    [
        series(1, &[0.5, -2.0 / 3.0, 37.0 / 96.0, -1.0 / 360.0, -81.0 / 512.0, 96_199.0 / 604_800.0]),
        series(2, &[1.0 / 48.0, 1.0 / 15.0, -437.0 / 1440.0, 46.0 / 105.0, -1_118_711.0 / 3_870_720.0]),
        series(3, &[17.0 / 480.0, -37.0 / 840.0, -209.0 / 4480.0, 5569.0 / 90_720.0]),
        series(4, &[4397.0 / 161_280.0, -11.0 / 504.0, -830_251.0 / 7_257_600.0]),
        series(5, &[4583.0 / 161_280.0, -108_847.0 / 3_991_680.0]),
        series(6, &[20_648_693.0 / 638_668_800.0]),
    ]
}

/// `Σ c[k] sin((k + 1)(θ + iη))`, real and imaginary part, given sin θ, cos θ, sinh η, cosh η (Clenshaw on complex numbers).
fn clenshaw_complex(coefficients: &[f64; 6], angles: &[[f64; 4]; LANES]) -> Block {
    let twice = angles.map(|[sin, cos, sinh, cosh]| [2.0 * cos * cosh, -2.0 * sin * sinh]);
    let (mut last, mut before) = ([[0.0; 2]; LANES], [[0.0; 2]; LANES]);
    for coefficient in coefficients.iter().rev() {
        let next = lanes(|lane| {
            let ([real, imaginary], [x, y]) = (twice[lane], last[lane]);
            [coefficient + real * x - imaginary * y - before[lane][0], real * y + imaginary * x - before[lane][1]]
        });
        (last, before) = (next, last);
    }
    lanes(|lane| {
        let [sin, cos, sinh, cosh] = angles[lane];
        let ([real, imaginary], [x, y]) = ([sin * cosh, cos * sinh], last[lane]);
        [x * real - y * imaginary, x * imaginary + y * real]
    })
}

/// To an absolute 1e-16 near zero, which is enough here.
fn sinh_cosh(value: f64) -> (f64, f64) {
    let up = value.exp();
    let down = 1.0 / up;
    (0.5 * (up - down), 0.5 * (up + down))
}

/// The angle of a direction; on the near side of the globe the plain arc tangent does, in half the time.
fn angle(y: f64, x: f64) -> f64 {
    if x > 0.0 { (y / x).atan() } else { y.atan2(x) }
}
