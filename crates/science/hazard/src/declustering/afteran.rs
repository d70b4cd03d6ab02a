//! Musson's Afteran (1999): a sequence goes on for as long as no gap in it is longer than a moving window.

use super::space::{Cells, Search};
use super::{Clusters, Part, Shock, Window, descending};

/// Clusters by a moving window of `gap_days`, the greatest earthquake first, equal ones in the order given (Musson 1999, Annali
/// di Geofisica 42, 1109–1124).
///
/// Of the events without a cluster within the window's distance of a mainshock, those after it belong to it until none follows
/// within the gap, and those before it likewise. An event at the very time of the mainshock is neither.
pub fn afteran(shocks: &[Shock], window: Window, gap_days: f64) -> Clusters {
    let cells = Cells::of(shocks);
    let mut clusters = Clusters::none(shocks.len());
    let mut number = 0;
    for main in descending(shocks) {
        if clusters.cluster[main] != 0 {
            continue;
        }
        let reach_km = window.distance_km(shocks[main].magnitude);
        let chain = Chain { cells: &cells, shocks, clusters: &clusters, main, reach_km, gap_days };
        let (after, before) = (chain.follow(1.0), chain.follow(-1.0));
        if after.is_empty() && before.is_empty() {
            continue;
        }
        number += 1;
        clusters.cluster[main] = number;
        for (members, part) in [(after, Part::Aftershock), (before, Part::Foreshock)] {
            for member in members {
                clusters.cluster[member] = number;
                clusters.part[member] = part;
            }
        }
    }
    clusters
}

/// What is needed to go from event to event.
struct Chain<'a> {
    cells: &'a Cells<'a>,
    shocks: &'a [Shock],
    clusters: &'a Clusters,
    main: usize,
    reach_km: f64,
    gap_days: f64,
}

impl Chain<'_> {
    /// The events that follow the mainshock without too long a gap, forwards (1) or backwards (−1) in time.
    fn follow(&self, way: f64) -> Vec<usize> {
        let mut members = Vec::new();
        let mut last_days = self.since(way, self.main);
        let mut searched_days = last_days;
        loop {
            let found = self.between(way, searched_days, last_days + self.gap_days);
            searched_days = last_days + self.gap_days;
            let before = members.len();
            for at in found {
                let days = self.since(way, at);
                if days - last_days >= self.gap_days {
                    return members;
                }
                last_days = days;
                members.push(at);
            }
            if members.len() == before {
                return members;
            }
        }
    }

    /// The events without a cluster, further along than one time and not further than another, in that order.
    fn between(&self, way: f64, after_days: f64, until_days: f64) -> Vec<usize> {
        let mut found = Vec::new();
        let days = if way > 0.0 { (after_days, until_days) } else { (-until_days, -after_days) };
        let wanted = |at: usize| self.clusters.cluster[at] == 0 && self.since(way, at) > after_days;
        let search = Search { from: self.main, distance_km: self.reach_km, days };
        self.cells.near(&search, wanted, |at| found.push(at));
        found.sort_by(|one, other| self.since(way, *one).total_cmp(&self.since(way, *other)));
        found
    }

    fn since(&self, way: f64, at: usize) -> f64 {
        way * self.shocks[at].time_days
    }
}
