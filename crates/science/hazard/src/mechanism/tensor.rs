//! Moment tensors: their axes, their size, and how much of them is a double couple.

use super::{Axis, PrincipalAxes, Vector, dot, scaled};
use serde::{Deserialize, Serialize};

/// Rotations after which Jacobi's iteration is done; three by three needs some ten.
const ROTATIONS: usize = 60;

/// A moment tensor in newton metres, in the axes of Global CMT: r up, θ (`t`) south, φ (`p`) east.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MomentTensor {
    /// Up, up.
    pub mrr: f64,
    /// South, south.
    pub mtt: f64,
    /// East, east.
    pub mpp: f64,
    /// Up, south.
    pub mrt: f64,
    /// Up, east.
    pub mrp: f64,
    /// South, east.
    pub mtp: f64,
}

/// How a moment tensor is made up, as shares of 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shares {
    /// The double couple in what changes no volume: 1 − 2|ε| (Jost & Herrmann 1989, Seismol. Res. Lett. 60, 37–57).
    pub double_couple: f64,
    /// The compensated linear vector dipole in the same: 2|ε|.
    pub clvd: f64,
    /// ε = −λ₂/max(|λ₁|, |λ₃|) of the deviatoric moments: the sign of the dipole (Dziewonski, Chou & Woodhouse 1981).
    pub epsilon: f64,
    /// The change of volume, tr(M)/3 as a share of the greatest moment, −1 to 1.
    pub isotropic: f64,
}

impl MomentTensor {
    /// From the elements in north, east, down (x, y, z): Mxx, Mxy, Mxz, Myy, Myz, Mzz, newton metres.
    pub fn of_north_east_down([xx, xy, xz, yy, yz, zz]: [f64; 6]) -> Self {
        Self { mrr: zz, mtt: xx, mpp: yy, mrt: xz, mrp: -yz, mtp: -xy }
    }

    pub(super) fn of_matrix(m: [Vector; 3]) -> Self {
        Self::of_north_east_down([m[0][0], m[0][1], m[0][2], m[1][1], m[1][2], m[2][2]])
    }

    /// As a matrix in north, east, down.
    fn matrix(&self) -> [Vector; 3] {
        [[self.mtt, -self.mtp, self.mrt], [-self.mtp, self.mpp, -self.mrp], [self.mrt, -self.mrp, self.mrr]]
    }

    /// Whether every element is a number and one at least is not zero.
    pub fn is_known(&self) -> bool {
        let elements = self.matrix();
        elements.iter().flatten().all(|it| it.is_finite()) && elements.iter().flatten().any(|it| *it != 0.0)
    }

    /// The principal axes, whole moments included.
    pub fn axes(&self) -> PrincipalAxes {
        let [tension, null, pressure] = eigen(self.matrix()).map(|(moment, direction)| Axis::along(moment, direction));
        PrincipalAxes { tension, null, pressure }
    }

    /// The principal moments, newton metres, greatest first, and their directions in north, east, down.
    pub(super) fn principal(&self) -> [(f64, Vector); 3] {
        eigen(self.matrix())
    }

    /// The scalar moment of the best double couple, newton metres: the mean size of the tension's and the pressure's moment
    /// without the change of volume, as Global CMT gives it.
    pub fn scalar_moment_n_m(&self) -> f64 {
        let [tension, _, pressure] = self.deviatoric();
        f64::midpoint(tension, -pressure)
    }

    /// The scalar moment of the whole tensor, newton metres: √(ΣΣ Mᵢⱼ²/2) (Silver & Jordan 1982).
    pub fn total_moment_n_m(&self) -> f64 {
        (self.matrix().iter().flatten().map(|it| it * it).sum::<f64>() / 2.0).sqrt()
    }

    /// The moment magnitude of the best double couple.
    pub fn moment_magnitude(&self) -> f64 {
        moment_magnitude(self.scalar_moment_n_m())
    }

    /// How it is made up; a tensor of zeros has no shares.
    pub fn shares(&self) -> Option<Shares> {
        let [tension, null, pressure] = self.deviatoric();
        let greatest = tension.abs().max(pressure.abs());
        let whole = self.principal().iter().map(|(moment, _)| moment.abs()).fold(0.0, f64::max);
        if !(whole > 0.0 && whole.is_finite()) {
            return None;
        }
        // What is a change of volume and nothing else has neither couple nor dipole.
        let pure = greatest <= 1e-9 * whole;
        let epsilon = if pure { 0.0 } else { (-null / greatest).clamp(-0.5, 0.5) };
        let clvd = 2.0 * epsilon.abs();
        let double_couple = if pure { 0.0 } else { 1.0 - clvd };
        Some(Shares { double_couple, clvd, epsilon, isotropic: self.volume() / whole })
    }

    fn volume(&self) -> f64 {
        (self.mrr + self.mtt + self.mpp) / 3.0
    }

    fn deviatoric(&self) -> [f64; 3] {
        let volume = self.volume();
        self.principal().map(|(moment, _)| moment - volume)
    }
}

/// The moment magnitude for a scalar moment in newton metres: 2/3 (log₁₀ M₀ − 9.1) (Hanks & Kanamori 1979, as IASPEI 2013 fixed it).
pub fn moment_magnitude(moment_n_m: f64) -> f64 {
    2.0 / 3.0 * (moment_n_m.log10() - 9.1)
}

/// The scalar moment in newton metres for a moment magnitude.
pub fn scalar_moment_n_m(mw: f64) -> f64 {
    10_f64.powf(1.5 * mw + 9.1)
}

/// The eigenvalues of a symmetric matrix, greatest first, and their unit vectors, by Jacobi's rotations.
fn eigen(matrix: [Vector; 3]) -> [(f64, Vector); 3] {
    let size = matrix.iter().flatten().fold(0.0_f64, |size, it| size.max(it.abs()));
    let mut work = if size > 0.0 { matrix.map(|row| scaled(row, 1.0 / size)) } else { matrix };
    let mut vectors = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for _ in 0..ROTATIONS {
        let off = [(0, 1), (0, 2), (1, 2)];
        let (row, column) = off
            .into_iter()
            .fold(off[0], |most, at| if work[at.0][at.1].abs() > work[most.0][most.1].abs() { at } else { most });
        if work[row][column].abs() < 1e-15 {
            break;
        }
        rotate(&mut work, &mut vectors, row, column);
    }
    let mut found = [0, 1, 2].map(|at| (work[at][at] * size, vectors[at]));
    found.sort_by(|one, other| other.0.total_cmp(&one.0));
    found
}

/// Turns two axes so that the element between them becomes zero. The vectors are rows.
fn rotate(work: &mut [Vector; 3], vectors: &mut [Vector; 3], row: usize, column: usize) {
    let angle = 0.5 * (2.0 * work[row][column]).atan2(work[column][column] - work[row][row]);
    let (sin, cos) = angle.sin_cos();
    let turned = |one: f64, other: f64| (cos * one - sin * other, sin * one + cos * other);
    for line in work.iter_mut() {
        (line[row], line[column]) = turned(line[row], line[column]);
    }
    for at in 0..3 {
        (work[row][at], work[column][at]) = turned(work[row][at], work[column][at]);
        (vectors[row][at], vectors[column][at]) = turned(vectors[row][at], vectors[column][at]);
    }
}

pub(super) fn cross(one: Vector, other: Vector) -> Vector {
    let vector = [
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    ];
    scaled(vector, 1.0 / dot(vector, vector).sqrt().max(f64::MIN_POSITIVE))
}
