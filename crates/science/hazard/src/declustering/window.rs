//! How far and how long the sequence of an earthquake reaches, by its magnitude.

use serde::{Deserialize, Serialize};

/// A rule for the windows of distance and time, as van Stiphout, Zhuang & Marsan (2012, CORSSA, doi:10.5078/corssa-52382934) give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Window {
    /// Gardner & Knopoff (1974, BSSA 64, 1363–1367).
    #[default]
    GardnerKnopoff,
    /// Uhrhammer (1986, Earthquake Notes 57, 21).
    Uhrhammer,
    /// Grünthal (personal communication in van Stiphout et al. 2012).
    Gruenthal,
}

impl Window {
    /// All rules with their names in addresses and answers.
    pub const NAMES: [(Self, &'static str); 3] =
        [(Self::GardnerKnopoff, "gardner-knopoff"), (Self::Uhrhammer, "uhrhammer"), (Self::Gruenthal, "gruenthal")];

    /// How far the sequence of an earthquake reaches, kilometres.
    pub fn distance_km(self, magnitude: f64) -> f64 {
        match self {
            Self::GardnerKnopoff => 10_f64.powf(0.1238 * magnitude + 0.983),
            Self::Uhrhammer => (-1.024 + 0.804 * magnitude).exp(),
            Self::Gruenthal => (1.77 + (0.037 + 1.02 * magnitude).max(0.0).sqrt()).exp(),
        }
    }

    /// How long it lasts after the earthquake, days.
    pub fn time_days(self, magnitude: f64) -> f64 {
        let great = magnitude >= 6.5;
        match self {
            Self::GardnerKnopoff if great => 10_f64.powf(0.032 * magnitude + 2.7389),
            Self::GardnerKnopoff => 10_f64.powf(0.5409 * magnitude - 0.547),
            Self::Uhrhammer => (-2.87 + 1.235 * magnitude).exp(),
            Self::Gruenthal if great => 10_f64.powf(2.8 + 0.024 * magnitude),
            Self::Gruenthal => (-3.95 + (0.62 + 17.32 * magnitude).max(0.0).sqrt()).exp(),
        }
    }
}
