//! The axes of a moment tensor: tension, null, pressure.

use super::{NodalPlane, Vector, full_circle, scaled, sum};
use serde::{Deserialize, Serialize};

/// A principal axis of a moment tensor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// The moment along it, newton metres; positive pushes outwards.
    pub moment_n_m: f64,
    /// The direction in which it goes down, degrees from north over east.
    pub azimuth: f64,
    /// How steeply it goes down, degrees, 0 to 90.
    pub plunge: f64,
}

impl Axis {
    pub(super) fn along(moment_n_m: f64, direction: Vector) -> Self {
        let down = if direction[2] < 0.0 { scaled(direction, -1.0) } else { direction };
        let level = down[0].hypot(down[1]);
        let azimuth = full_circle(down[1].atan2(down[0]).to_degrees());
        Self { moment_n_m, azimuth, plunge: down[2].atan2(level).to_degrees() }
    }

    pub(super) fn direction(&self) -> Vector {
        let ((east, north), (down, level)) = (self.azimuth.to_radians().sin_cos(), self.plunge.to_radians().sin_cos());
        [level * north, level * east, down]
    }
}

/// The three axes of a moment tensor, at right angles to each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PrincipalAxes {
    /// Tension: the greatest moment.
    pub tension: Axis,
    /// Null: the moment between.
    pub null: Axis,
    /// Pressure: the least moment.
    pub pressure: Axis,
}

impl PrincipalAxes {
    /// The two nodal planes of the double couple with these axes of tension and pressure.
    pub fn nodal_planes(&self) -> [NodalPlane; 2] {
        let (tension, pressure) = (self.tension.direction(), self.pressure.direction());
        let half = std::f64::consts::FRAC_1_SQRT_2;
        let (one, other) = (scaled(sum(tension, pressure, 1.0), half), scaled(sum(tension, pressure, -1.0), half));
        [NodalPlane::of_vectors(one, other), NodalPlane::of_vectors(other, one)]
    }
}
