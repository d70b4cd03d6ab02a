//! What moved in an earthquake: moment tensors, nodal planes, axes, and the beachball that draws them.

mod axis;
mod beachball;
mod plane;
mod style;
mod tensor;

pub use axis::{Axis, PrincipalAxes};
pub use beachball::{Beachball, Polarity, nodal_line};
pub use plane::NodalPlane;
pub use style::Faulting;
pub use tensor::{MomentTensor, Shares, moment_magnitude, scalar_moment_n_m};

/// A vector in north, east, down.
type Vector = [f64; 3];

fn dot(one: Vector, other: Vector) -> f64 {
    one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
}

fn sum(one: Vector, other: Vector, share: f64) -> Vector {
    [one[0] + share * other[0], one[1] + share * other[1], one[2] + share * other[2]]
}

fn scaled(one: Vector, by: f64) -> Vector {
    one.map(|part| part * by)
}

fn full_circle(degrees: f64) -> f64 {
    let turned = degrees.rem_euclid(360.0);
    if turned >= 360.0 { 0.0 } else { turned }
}
