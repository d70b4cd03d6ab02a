//! Reasenberg (1985): clusters grow from event to event while the next one may still be expected.

use super::space::{Cells, Search};
use super::{Clusters, Part, Shock};
use serde::{Deserialize, Serialize};

/// The settings of [`reasenberg`]; `Default` is Reasenberg's for California.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReasenbergSettings {
    /// Days that a single event is waited after, and the least after any.
    pub tau_least_days: f64,
    /// Days that a cluster is waited after at most.
    pub tau_most_days: f64,
    /// The probability with which the next event of a cluster shall have been seen.
    pub probability: f64,
    /// By how much of the greatest magnitude the effective magnitude of completeness rises during a cluster.
    pub completeness_rise: f64,
    /// The effective magnitude of completeness.
    pub completeness: f64,
    /// How many radii of an event's source its influence reaches.
    pub radii: f64,
    /// The longest distance of influence, kilometres: the thickness of the crust.
    pub reach_most_km: f64,
}

impl Default for ReasenbergSettings {
    fn default() -> Self {
        Self {
            tau_least_days: 1.0,
            tau_most_days: 10.0,
            probability: 0.95,
            completeness_rise: 0.5,
            completeness: 1.5,
            radii: 10.0,
            reach_most_km: 30.0,
        }
    }
}

/// Clusters by influence in space and time (Reasenberg 1985, J. Geophys. Res. 90, 5479–5495).
///
/// Two events belong together when the later one comes within the look-ahead time τ of the earlier, and its hypocentre is within
/// the radius of influence of the earlier event or of the greatest of its cluster. τ = −ln(1−P) t / 10^(2(ΔM−1)/3), with t the time
/// since the greatest event of the cluster and ΔM its magnitude above the effective completeness; it is held between the least and
/// the most. Radii are 0.011·10^(0.4 M) km (Kanamori & Anderson 1975). There is no other program to compare with: what is proved of
/// this one are its properties.
pub fn reasenberg(shocks: &[Shock], settings: &ReasenbergSettings) -> Clusters {
    let mut order: Vec<usize> = (0..shocks.len()).filter(|at| shocks[*at].is_known()).collect();
    order.sort_by(|one, other| shocks[*one].time_days.total_cmp(&shocks[*other].time_days));
    let cells = Cells::of(shocks);
    let mut growing = Growing::new(shocks, settings);
    for (rank, at) in order.iter().enumerate() {
        growing.rank[*at] = rank;
    }
    for &earlier in &order {
        growing.take_in(&cells, earlier);
    }
    growing.finished()
}

/// The clusters while they grow: a forest of events, each tree with the greatest of its events.
struct Growing<'a> {
    shocks: &'a [Shock],
    settings: &'a ReasenbergSettings,
    parent: Vec<usize>,
    /// The greatest event of the tree with this root.
    greatest: Vec<usize>,
    rank: Vec<usize>,
}

impl<'a> Growing<'a> {
    fn new(shocks: &'a [Shock], settings: &'a ReasenbergSettings) -> Self {
        let each = || (0..shocks.len()).collect::<Vec<_>>();
        Self { shocks, settings, parent: each(), greatest: each(), rank: vec![0; shocks.len()] }
    }

    /// Joins whatever follows an event closely enough.
    fn take_in(&mut self, cells: &Cells<'_>, earlier: usize) {
        let root = self.root(earlier);
        let greatest = self.greatest[root];
        let until_days = self.shocks[earlier].time_days + self.tau_days(earlier, greatest);
        let days = (self.shocks[earlier].time_days, until_days);
        let mut joined = Vec::new();
        for (centre, radii) in [(earlier, self.settings.radii), (greatest, 1.0)] {
            let distance_km = self.reach_km(centre, radii);
            let follows = |later: usize| self.rank[later] > self.rank[earlier];
            let wanted = |later: usize| follows(later) && self.hypocentral_km(centre, later) <= distance_km;
            cells.near(&Search { from: centre, distance_km, days }, wanted, |later| joined.push(later));
        }
        for later in joined {
            self.join(earlier, later);
        }
    }

    /// How long after an event the next one of its cluster is waited for.
    fn tau_days(&self, earlier: usize, greatest: usize) -> f64 {
        let settings = self.settings;
        let since_days = self.shocks[earlier].time_days - self.shocks[greatest].time_days;
        let magnitude = self.shocks[greatest].magnitude;
        let above = ((1.0 - settings.completeness_rise) * magnitude - settings.completeness).max(0.0);
        let tau = -(1.0 - settings.probability).ln() * since_days / 10_f64.powf(2.0 * (above - 1.0) / 3.0);
        tau.min(settings.tau_most_days).max(settings.tau_least_days)
    }

    fn reach_km(&self, at: usize, radii: f64) -> f64 {
        (radii * 0.011 * 10_f64.powf(0.4 * self.shocks[at].magnitude)).min(self.settings.reach_most_km)
    }

    fn hypocentral_km(&self, one: usize, other: usize) -> f64 {
        let (one, other) = (&self.shocks[one], &self.shocks[other]);
        let below_km = one.depth_km - other.depth_km;
        one.epicentral_km(other).hypot(if below_km.is_finite() { below_km } else { 0.0 })
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if one != other {
            self.greatest[one] = self.greater(self.greatest[one], self.greatest[other]);
            self.parent[other] = one;
        }
    }

    /// The greater of two events, the earlier of equal ones.
    fn greater(&self, one: usize, other: usize) -> usize {
        let key = |at: usize| (self.shocks[at].magnitude, std::cmp::Reverse(self.rank[at]));
        if key(one) >= key(other) { one } else { other }
    }

    fn finished(mut self) -> Clusters {
        let events = self.shocks.len();
        let roots: Vec<usize> = (0..events).map(|at| self.root(at)).collect();
        let mut members = vec![0_u32; events];
        roots.iter().for_each(|root| members[*root] += 1);
        let mut clusters = Clusters::none(events);
        let (mut numbers, mut next) = (vec![0_u32; events], 0);
        for (at, &root) in roots.iter().enumerate().filter(|(_, root)| members[**root] > 1) {
            if numbers[root] == 0 {
                next += 1;
                numbers[root] = next;
            }
            clusters.cluster[at] = numbers[root];
            clusters.part[at] = self.part(at, self.greatest[root]);
        }
        clusters
    }

    fn part(&self, at: usize, greatest: usize) -> Part {
        match self.rank[at].cmp(&self.rank[greatest]) {
            std::cmp::Ordering::Less => Part::Foreshock,
            std::cmp::Ordering::Equal => Part::Mainshock,
            std::cmp::Ordering::Greater => Part::Aftershock,
        }
    }
}
