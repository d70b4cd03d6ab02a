//! Which earthquakes of a catalogue stand for themselves, and which belong to the sequence of a greater one.
//!
//! Three methods: windows of time and distance (Gardner & Knopoff 1974), a moving window (Musson 1999), and clusters that grow
//! from event to event (Reasenberg 1985). All give the cluster of each event and its part in it.

mod afteran;
mod gardner_knopoff;
mod reasenberg;
mod space;
mod window;

pub use afteran::afteran;
pub use gardner_knopoff::gardner_knopoff;
pub use reasenberg::{ReasenbergSettings, reasenberg};
pub use window::Window;

use crate::geodesy::{Position, haversine};
use serde::{Deserialize, Serialize};

/// Radius of the sphere on which these methods measure, kilometres.
const RADIUS_KM: f64 = 6371.0;

/// An earthquake as these methods see it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Shock {
    /// Days since any day, the same for all of a catalogue.
    pub time_days: f64,
    /// Its epicentre.
    pub position: Position,
    /// Kilometres below sea level; only [`reasenberg`] uses it.
    pub depth_km: f64,
    /// Its magnitude; the windows were made for moment or local magnitudes.
    pub magnitude: f64,
}

impl Shock {
    /// Whether it has a time, a magnitude and a place on Earth.
    fn is_known(&self) -> bool {
        let Position { longitude, latitude } = self.position;
        [self.time_days, longitude, self.magnitude].iter().all(|it| it.is_finite()) && latitude.abs() <= 90.0
    }

    fn epicentral_km(&self, other: &Self) -> f64 {
        RADIUS_KM * haversine(self.position, other.position)
    }
}

/// The part of an earthquake in its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The greatest of its cluster, or alone.
    #[default]
    Mainshock,
    /// Before the greatest.
    Foreshock,
    /// With or after the greatest.
    Aftershock,
}

/// The clusters of a catalogue, in the catalogue's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clusters {
    /// The number of each event's cluster, from 1; 0 for an event that is in none.
    pub cluster: Vec<u32>,
    /// The part of each event.
    pub part: Vec<Part>,
}

impl Clusters {
    fn none(events: usize) -> Self {
        Self { cluster: vec![0; events], part: vec![Part::Mainshock; events] }
    }

    /// The positions of the events that stand for themselves.
    pub fn mainshocks(&self) -> impl Iterator<Item = usize> {
        self.part.iter().enumerate().filter(|(_, part)| **part == Part::Mainshock).map(|(at, _)| at)
    }

    /// How many clusters there are.
    pub fn count(&self) -> usize {
        self.cluster.iter().copied().max().unwrap_or_default() as usize
    }
}

/// The events from the greatest to the smallest; equal ones in the order given. Events without a time, magnitude or place are left out.
fn descending(shocks: &[Shock]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..shocks.len()).filter(|at| shocks[*at].is_known()).collect();
    order.sort_by(|one, other| shocks[*other].magnitude.total_cmp(&shocks[*one].magnitude));
    order
}
