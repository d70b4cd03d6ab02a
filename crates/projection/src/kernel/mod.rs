//! Fast kernels in plain Rust for the steps that most requests take; PROJ does the rest.
//!
//! A kernel is compiled from the pipeline that PROJ chose, so it knows nothing of datums or codes and can never choose differently.
//! Any step or parameter that is not known here makes the whole pipeline PROJ's. `transform` also compares each kernel with PROJ
//! before it is used.

mod ellipsoid;
mod mercator;
mod shift;
mod transverse;

use crate::pipeline::{Pipeline, Step};
use mercator::Cylindrical;
pub(crate) use mercator::WEB_LATITUDE_MAX;
use shift::Shift;
use std::f64::consts::PI;
use transverse::TransverseMercator;

/// Positions that go through all steps together; they stay in the processor's nearest cache.
const CHUNK: usize = 512;

/// Steps compiled from a pipeline.
#[derive(Debug)]
pub(crate) struct Kernel {
    steps: Vec<Move>,
}

/// One step on positions in place.
#[derive(Debug)]
enum Move {
    Scale(f64),
    Swap,
    Cylindrical(Cylindrical, bool),
    Transverse(TransverseMercator, bool),
    Shift(Shift),
}

impl Kernel {
    /// The kernel of a pipeline; `None` when PROJ must do it.
    pub fn compile(pipeline: &Pipeline) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = &pipeline.steps[..];
        while let Some((step, after)) = rest.split_first() {
            let mut taken = 1;
            match step.name() {
                "noop" => {}
                "push" | "pop" if step.text("v_3").is_some() && step.only(&["v_3"]) => {}
                "unitconvert" => steps.push(Move::Scale(unit_factor(step)?)),
                "axisswap" if step.text("order") == Some("2,1") && step.only(&["order"]) => steps.push(Move::Swap),
                "utm" | "tmerc" => steps.push(Move::Transverse(TransverseMercator::of(step)?, step.inverse)),
                "webmerc" | "merc" | "eqc" => steps.push(Move::Cylindrical(Cylindrical::of(step)?, step.inverse)),
                "cart" => {
                    taken = 2 + after.iter().position(|step| step.name() == "cart")?;
                    steps.push(Move::Shift(Shift::of(&rest[..taken])?));
                }
                _ => return None,
            }
            rest = &rest[taken..];
        }
        Some(Self { steps })
    }

    /// Whether nothing is moved.
    pub fn is_identity(&self) -> bool {
        self.steps.is_empty()
    }

    /// Moves positions in place; those without a place become NaN in both.
    pub fn apply(&self, positions: &mut [[f64; 2]]) {
        for chunk in positions.chunks_mut(CHUNK) {
            self.steps.iter().for_each(|step| step.apply(chunk));
            for position in chunk {
                if !(position[0].is_finite() && position[1].is_finite()) {
                    *position = [f64::NAN; 2];
                }
            }
        }
    }
}

impl Move {
    fn apply(&self, positions: &mut [[f64; 2]]) {
        match self {
            Self::Scale(factor) => each(positions, |[x, y]| [x * factor, y * factor]),
            Self::Swap => each(positions, |[x, y]| [y, x]),
            Self::Cylindrical(projection, false) => each(positions, |position| projection.project(position)),
            Self::Cylindrical(projection, true) => each(positions, |position| projection.unproject(position)),
            Self::Transverse(projection, false) => projection.project_all(positions),
            Self::Transverse(projection, true) => projection.unproject_all(positions),
            Self::Shift(shift) => each(positions, |position| shift.move_by(position)),
        }
    }
}

fn each(positions: &mut [[f64; 2]], move_one: impl Fn([f64; 2]) -> [f64; 2]) {
    positions.iter_mut().for_each(|position| *position = move_one(*position));
}

/// The factor of a step that converts the units of x and y alike.
fn unit_factor(step: &Step) -> Option<f64> {
    let size = |key| match step.text(key)? {
        "deg" => Some(1f64.to_radians()),
        "rad" | "m" => Some(1.0),
        "grad" => Some(PI / 200.0),
        "km" => Some(1000.0),
        "ft" => Some(0.3048),
        "us-ft" => Some(1200.0 / 3937.0),
        number => number.parse().ok(),
    };
    let factor = size("xy_in")? / size("xy_out")?;
    step.only(&["xy_in", "xy_out"]).then_some(if step.inverse { 1.0 / factor } else { factor })
}

/// An angle within −π…π; −π and π stay what they are.
fn wrap(angle: f64) -> f64 {
    if angle.abs() <= PI { angle } else { angle - (angle / (2.0 * PI)).round() * 2.0 * PI }
}
