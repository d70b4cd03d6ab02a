//! A plane on which a fault may have moved, and how.

use super::{Axis, MomentTensor, PrincipalAxes, Vector, full_circle, scaled, sum};
use serde::{Deserialize, Serialize};
use std::f64::consts::FRAC_1_SQRT_2;

/// Planes flatter than this (the sine of the dip) have no direction of their own.
const FLAT: f64 = 1e-9;

/// A nodal plane in the convention of Aki and Richards (2002, Quantitative Seismology, section 4.5).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NodalPlane {
    /// The direction along the plane with its dip to the right, degrees from north over east, 0 ≤ strike < 360.
    pub strike: f64,
    /// How steep it is, degrees, 0 to 90.
    pub dip: f64,
    /// Where the hanging wall moved, degrees from the strike, up positive, −180 < rake ≤ 180.
    pub rake: f64,
}

impl NodalPlane {
    /// The direction up from the plane (the foot wall's outward normal), north-east-down.
    pub(super) fn normal(&self) -> Vector {
        let ((sin_strike, cos_strike), (sin_dip, cos_dip)) =
            (self.strike.to_radians().sin_cos(), self.dip.to_radians().sin_cos());
        [-sin_dip * sin_strike, sin_dip * cos_strike, -cos_dip]
    }

    /// Where the hanging wall moved, north-east-down.
    pub(super) fn slip(&self) -> Vector {
        let ((sin_strike, cos_strike), (sin_dip, cos_dip)) =
            (self.strike.to_radians().sin_cos(), self.dip.to_radians().sin_cos());
        let (sin_rake, cos_rake) = self.rake.to_radians().sin_cos();
        [
            cos_rake * cos_strike + sin_rake * cos_dip * sin_strike,
            cos_rake * sin_strike - sin_rake * cos_dip * cos_strike,
            -sin_rake * sin_dip,
        ]
    }

    /// The plane with a normal and a slip, both unit vectors at right angles.
    pub(super) fn of_vectors(normal: Vector, slip: Vector) -> Self {
        let (normal, slip) = if normal[2] > 0.0 { (scaled(normal, -1.0), scaled(slip, -1.0)) } else { (normal, slip) };
        let steep = normal[0].hypot(normal[1]);
        // A level plane strikes wherever it moved to.
        let strike = if steep < FLAT { slip[1].atan2(slip[0]) } else { (-normal[0]).atan2(normal[1]) };
        let (sin, cos) = strike.sin_cos();
        let along = slip[0] * cos + slip[1] * sin;
        // The direction up the dip, at a right angle to the strike in the plane.
        let cos_dip = -normal[2];
        let up = slip[0] * cos_dip * sin - slip[1] * cos_dip * cos - slip[2] * steep;
        let rake = up.atan2(along).to_degrees();
        Self {
            strike: full_circle(strike.to_degrees()),
            dip: steep.atan2(cos_dip).to_degrees(),
            rake: if rake <= -180.0 { rake + 360.0 } else { rake },
        }
    }

    /// The other plane on which the same waves could have been made.
    #[must_use]
    pub fn auxiliary(&self) -> Self {
        Self::of_vectors(self.slip(), self.normal())
    }

    /// The axes of the double couple with a scalar moment in newton metres.
    pub fn axes(&self, moment_n_m: f64) -> PrincipalAxes {
        let (normal, slip) = (self.normal(), self.slip());
        let null = super::tensor::cross(normal, slip);
        PrincipalAxes {
            tension: Axis::along(moment_n_m, scaled(sum(normal, slip, 1.0), FRAC_1_SQRT_2)),
            null: Axis::along(0.0, null),
            pressure: Axis::along(-moment_n_m, scaled(sum(normal, slip, -1.0), FRAC_1_SQRT_2)),
        }
    }

    /// The moment tensor of the double couple with a scalar moment in newton metres.
    pub fn tensor(&self, moment_n_m: f64) -> MomentTensor {
        let (normal, slip) = (self.normal(), self.slip());
        MomentTensor::of_matrix(
            [0, 1, 2].map(|row| {
                [0, 1, 2].map(|column| moment_n_m * (normal[row] * slip[column] + normal[column] * slip[row]))
            }),
        )
    }
}
