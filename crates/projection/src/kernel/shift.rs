//! Datum shifts: from one ellipsoid through space to another, at the ellipsoid's surface.
//!
//! The seven-parameter similarity of IOGP guidance note 7-2, 4.3.3 (methods 9603, 9606, 9607), with small angles.

use super::ellipsoid::Ellipsoid;
use crate::pipeline::Step;

/// One shift.
#[derive(Debug, Clone)]
pub(crate) struct Shift {
    from: Ellipsoid,
    to: Ellipsoid,
    similarities: Vec<Similarity>,
}

/// `target = translation + scale × rotation × source`, or backwards.
#[derive(Debug, Clone)]
struct Similarity {
    translation_m: [f64; 3],
    rotation: [[f64; 3]; 3],
    scale: f64,
    inverse: bool,
}

impl Shift {
    /// From PROJ's `cart`, any number of `helmert`, and `inv cart`; `None` when a step is something else.
    pub fn of(steps: &[Step]) -> Option<Self> {
        let (first, rest) = steps.split_first()?;
        let (last, similarities) = rest.split_last()?;
        let cart = |step: &Step, inverse| {
            (step.name() == "cart" && step.inverse == inverse && step.only(&Ellipsoid::KEYS)).then_some(())
        };
        cart(first, false)?;
        cart(last, true)?;
        let similarities = similarities.iter().map(Similarity::of).collect::<Option<Vec<_>>>()?;
        Some(Self { from: Ellipsoid::of(first)?, to: Ellipsoid::of(last)?, similarities })
    }

    /// From radians to radians.
    pub fn move_by(&self, [longitude, latitude]: [f64; 2]) -> [f64; 2] {
        let start = cartesian(&self.from, longitude, latitude);
        geographic(&self.to, self.similarities.iter().fold(start, |place, similarity| similarity.apply(place)))
    }
}

impl Similarity {
    fn of(step: &Step) -> Option<Self> {
        let known = [&Ellipsoid::KEYS[..], &["x", "y", "z", "rx", "ry", "rz", "s", "convention"]].concat();
        if step.name() != "helmert" || !step.only(&known) {
            return None;
        }
        let number = |key| step.number_or(key, 0.0);
        let sign = match step.text("convention") {
            Some("position_vector") | None => 1.0,
            Some("coordinate_frame") => -1.0,
            Some(_) => return None,
        };
        let angle = |key| number(key).map(|arc_seconds| sign * (arc_seconds / 3600.0).to_radians());
        let (rx, ry, rz) = (angle("rx")?, angle("ry")?, angle("rz")?);
        Some(Self {
            translation_m: [number("x")?, number("y")?, number("z")?],
            rotation: [[1.0, -rz, ry], [rz, 1.0, -rx], [-ry, rx, 1.0]],
            scale: 1.0 + number("s")? * 1e-6,
            inverse: step.inverse,
        })
    }

    /// Backwards the rotation is transposed, as PROJ does: for small angles that is the inverse to well below a millimetre.
    fn apply(&self, place: [f64; 3]) -> [f64; 3] {
        let Self { translation_m: shift, rotation: r, scale, inverse } = self;
        if *inverse {
            let p = [0, 1, 2].map(|axis| (place[axis] - shift[axis]) / scale);
            return [0, 1, 2].map(|axis| r[0][axis] * p[0] + r[1][axis] * p[1] + r[2][axis] * p[2]);
        }
        [0, 1, 2]
            .map(|axis| shift[axis] + scale * (r[axis][0] * place[0] + r[axis][1] * place[1] + r[axis][2] * place[2]))
    }
}

/// Geocentric metres of a place on the ellipsoid (guidance note 7-2, 4.1.1).
fn cartesian(ellipsoid: &Ellipsoid, longitude: f64, latitude: f64) -> [f64; 3] {
    let e2 = ellipsoid.e2();
    let (sine, cosine) = latitude.sin_cos();
    let normal_m = ellipsoid.a / (1.0 - e2 * sine * sine).sqrt();
    let (sine_l, cosine_l) = longitude.sin_cos();
    [normal_m * cosine * cosine_l, normal_m * cosine * sine_l, normal_m * (1.0 - e2) * sine]
}

/// The reverse, height forgotten (Bowring 1976; exact to nanometres near the surface).
fn geographic(ellipsoid: &Ellipsoid, [x, y, z]: [f64; 3]) -> [f64; 2] {
    let (a, e2) = (ellipsoid.a, ellipsoid.e2());
    let b = a * (1.0 - ellipsoid.f);
    let distance_m = (x * x + y * y).sqrt();
    // The parametric latitude's tangent is z a / (p b): normalise to its sine and cosine.
    let (up, out) = (z * a, distance_m * b);
    let norm = (up * up + out * out).sqrt();
    let (sine, cosine) = if norm == 0.0 { (0.0, 1.0) } else { (up / norm, out / norm) };
    let second_e2 = e2 / (1.0 - e2);
    let latitude = (z + second_e2 * b * sine.powi(3)).atan2(distance_m - e2 * a * cosine.powi(3));
    [y.atan2(x), latitude]
}
