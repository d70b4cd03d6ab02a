//! What has happened: the kinds of events, and the causes of deaths.

use serde::{Deserialize, Serialize};

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An earthquake, or what seismometers took for one (QuakeML's event types say which).
    #[default]
    Earthquake,
    /// An eruption of a volcano.
    Eruption,
    /// A tsunami, by its source.
    Tsunami,
    /// A landslide.
    Landslide,
}

impl Kind {
    /// All kinds with their names in addresses and answers.
    pub const NAMES: [(Self, &'static str); 4] = [
        (Self::Earthquake, "earthquake"),
        (Self::Eruption, "eruption"),
        (Self::Tsunami, "tsunami"),
        (Self::Landslide, "landslide"),
    ];

    /// The name in addresses and answers.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// The kind that a name stands for.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }
}

/// What people died of: the five classes of the hazards information map of Eastern Asia (G-EVER, 2016).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Buildings that collapsed, and the like.
    Collapse,
    /// A tsunami.
    Tsunami,
    /// A landslide or other moving sediment.
    Landslide,
    /// Fire.
    Fire,
    /// Anything else, deaths that followed included.
    Other,
}

impl Cause {
    /// All causes with their names in addresses and answers.
    pub const NAMES: [(Self, &'static str); 5] = [
        (Self::Collapse, "collapse"),
        (Self::Tsunami, "tsunami"),
        (Self::Landslide, "landslide"),
        (Self::Fire, "fire"),
        (Self::Other, "other"),
    ];
}
