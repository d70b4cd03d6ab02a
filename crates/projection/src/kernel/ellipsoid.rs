//! The ellipsoid and the latitudes that projections are written in.

use crate::pipeline::Step;

/// An ellipsoid of revolution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ellipsoid {
    /// Semi-major axis, metres.
    pub a: f64,
    /// Flattening.
    pub f: f64,
}

/// Semi-major axis and inverse flattening by PROJ's names (`proj -le`); the defining values of each ellipsoid as EPSG lists them.
const KNOWN: [(&str, f64, f64); 18] = [
    ("WGS84", 6_378_137.0, 298.257_223_563),
    ("GRS80", 6_378_137.0, 298.257_222_101),
    ("bessel", 6_377_397.155, 299.152_812_8),
    ("evrst30", 6_377_276.345, 300.801_7),
    ("evrst48", 6_377_304.063, 300.801_7),
    ("evrst56", 6_377_301.243, 300.801_7),
    ("evrst69", 6_377_295.664, 300.801_7),
    ("evrstSS", 6_377_298.556, 300.801_7),
    ("krass", 6_378_245.0, 298.3),
    ("intl", 6_378_388.0, 297.0),
    ("clrk66", 6_378_206.4, 6_378_206.4 / (6_378_206.4 - 6_356_583.8)),
    ("clrk80", 6_378_249.145, 293.466_3),
    ("aust_SA", 6_378_160.0, 298.25),
    ("GRS67", 6_378_160.0, 298.247_167_427),
    ("WGS72", 6_378_135.0, 298.26),
    ("WGS66", 6_378_145.0, 298.25),
    ("helmert", 6_378_200.0, 298.3),
    ("airy", 6_377_563.396, 6_377_563.396 / (6_377_563.396 - 6_356_256.910)),
];

impl Ellipsoid {
    /// The parameters that name an ellipsoid.
    pub const KEYS: [&'static str; 5] = ["ellps", "a", "b", "rf", "R"];

    /// The ellipsoid that a step names; `None` when it is not one of the known ones.
    pub fn of(step: &Step) -> Option<Self> {
        if let Some(name) = step.text("ellps") {
            let (_, a, inverse) = KNOWN.iter().find(|(known, _, _)| *known == name)?;
            let overridden = ["a", "b", "rf", "R"].iter().any(|key| step.text(key).is_some());
            return (!overridden).then_some(Self { a: *a, f: 1.0 / inverse });
        }
        if step.text("R").is_some() {
            return Some(Self { a: step.number_or("R", f64::NAN)?, f: 0.0 });
        }
        let a = step.number_or("a", f64::NAN).filter(|a| a.is_finite())?;
        match (step.text("rf"), step.text("b")) {
            (Some(_), None) => Some(Self { a, f: 1.0 / step.number_or("rf", f64::NAN)? }),
            (None, Some(_)) => Some(Self { a, f: 1.0 - step.number_or("b", f64::NAN)? / a }),
            _ => None,
        }
    }

    /// First eccentricity squared.
    pub fn e2(&self) -> f64 {
        self.f * (2.0 - self.f)
    }

    /// Third flattening.
    pub fn n(&self) -> f64 {
        self.f / (2.0 - self.f)
    }

    /// `e · atanh(e · s)`: what isometric and geographic latitude differ by. The series converges by e² ≈ 0.007 a term; seven terms
    /// are exact to the last bit on any ellipsoid of the Earth.
    pub fn isometric_excess(&self, sine: f64) -> f64 {
        const ODD: [f64; 7] = [1.0, 1.0 / 3.0, 1.0 / 5.0, 1.0 / 7.0, 1.0 / 9.0, 1.0 / 11.0, 1.0 / 13.0];
        let e2 = self.e2();
        let step = e2 * sine * sine;
        e2 * sine * ODD.iter().rev().fold(0.0, |sum, term| sum * step + term)
    }

    /// The tangent of the conformal latitude (Karney 2011, "Transverse Mercator with an accuracy of a few nanometers", eq. 7–9).
    pub fn conformal_tangent(&self, sine: f64, cosine: f64) -> f64 {
        let excess = self.isometric_excess(sine);
        let square = excess * excess;
        // sinh of something below 0.007: three terms reach the last bit.
        let sinh = excess * (1.0 + square / 6.0 * (1.0 + square / 20.0));
        (sine * (1.0 + sinh * sinh).sqrt() - sinh) / cosine.abs()
    }
}

/// The inverse hyperbolic sine to an absolute 1e-16, which is a nanometre on the Earth; faster than the library's, which is as good
/// relative to small values.
pub(crate) fn inverse_sinh(value: f64) -> f64 {
    let size = value.abs();
    (size + (1.0 + size * size).sqrt()).ln().copysign(value)
}

/// Geographic from conformal latitude as a series in sines of its multiples (Engsager and Poder 2007, as given by Karney 2011 to
/// the sixth order in the third flattening).
#[derive(Debug, Clone, Copy)]
pub(crate) struct FromConformal([f64; 6]);

impl FromConformal {
    pub fn new(ellipsoid: &Ellipsoid) -> Self {
        let n = ellipsoid.n();
        let series =
            |order: i32, terms: &[f64]| n.powi(order) * terms.iter().rev().fold(0.0, |sum, term| sum * n + term);
        Self([
            series(1, &[2.0, -2.0 / 3.0, -2.0, 116.0 / 45.0, 26.0 / 45.0, -2854.0 / 675.0]),
            series(2, &[7.0 / 3.0, -8.0 / 5.0, -227.0 / 45.0, 2704.0 / 315.0, 2323.0 / 945.0]),
            series(3, &[56.0 / 15.0, -136.0 / 35.0, -1262.0 / 105.0, 73_814.0 / 2835.0]),
            series(4, &[4279.0 / 630.0, -332.0 / 35.0, -399_572.0 / 14_175.0]),
            series(5, &[4174.0 / 315.0, -144_838.0 / 6237.0]),
            series(6, &[601_676.0 / 22_275.0]),
        ])
    }

    /// The geographic latitude of a conformal one, radians, given also as sine and cosine.
    pub fn latitude(&self, conformal: f64, sine: f64, cosine: f64) -> f64 {
        conformal + clenshaw_sine(&self.0, 2.0 * sine * cosine, cosine * cosine - sine * sine)
    }
}

/// `Σ c[k] sin((k + 1) θ)` given sin θ and cos θ (Clenshaw 1955).
pub(crate) fn clenshaw_sine(coefficients: &[f64], sine: f64, cosine: f64) -> f64 {
    let twice = 2.0 * cosine;
    let (mut last, mut before) = (0.0, 0.0);
    for coefficient in coefficients.iter().rev() {
        (last, before) = (coefficient + twice * last - before, last);
    }
    last * sine
}
