//! The style of faulting by the plunges of the axes.

use super::PrincipalAxes;
use serde::{Deserialize, Serialize};

/// The style of faulting by Frohlich (1992, Phys. Earth Planet. Inter. 75, 193–198) with the limits of Frohlich & Apperson (1992,
/// Tectonics 11, 279–296).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Faulting {
    /// The tension axis plunges by more than 50°.
    Thrust,
    /// The pressure axis plunges by more than 60°.
    Normal,
    /// The null axis plunges by more than 60°.
    StrikeSlip,
    /// None of these.
    Odd,
}

impl Faulting {
    /// The style for the axes of a mechanism.
    pub fn of(axes: &PrincipalAxes) -> Self {
        match axes {
            axes if axes.tension.plunge > 50.0 => Self::Thrust,
            axes if axes.pressure.plunge > 60.0 => Self::Normal,
            axes if axes.null.plunge > 60.0 => Self::StrikeSlip,
            _ => Self::Odd,
        }
    }
}
