//! Gardner and Knopoff (1974): whoever is inside the window of a greater earthquake belongs to it.

use super::space::{Cells, Search};
use super::{Clusters, Part, Shock, Window, descending};

/// Clusters by windows of time and distance, the greatest earthquake first, equal ones in the order given.
///
/// An event that is in no cluster yet joins that of a greater one when it is no further than the window's distance and no later
/// than its time, or earlier by no more than `foreshock_share` (0 to 1) of that time. The smallest event of all opens no cluster.
pub fn gardner_knopoff(shocks: &[Shock], window: Window, foreshock_share: f64) -> Clusters {
    let order = descending(shocks);
    let cells = Cells::of(shocks);
    let mut clusters = Clusters::none(shocks.len());
    let mut number = 0;
    let mut members = Vec::new();
    for &main in &order[..order.len().saturating_sub(1)] {
        if clusters.cluster[main] != 0 {
            continue;
        }
        members_of(&cells, shocks, &clusters, (main, window, foreshock_share), &mut members);
        if members.is_empty() {
            continue;
        }
        number += 1;
        clusters.cluster[main] = number;
        for &member in &members {
            clusters.cluster[member] = number;
            let before = shocks[member].time_days < shocks[main].time_days;
            clusters.part[member] = if before { Part::Foreshock } else { Part::Aftershock };
        }
    }
    clusters
}

/// The events without a cluster in the window of one.
fn members_of(
    cells: &Cells<'_>,
    shocks: &[Shock],
    clusters: &Clusters,
    (main, window, foreshock_share): (usize, Window, f64),
    members: &mut Vec<usize>,
) {
    members.clear();
    let Shock { time_days, magnitude, .. } = shocks[main];
    let (reach_km, lasts_days) = (window.distance_km(magnitude), window.time_days(magnitude));
    let before_days = lasts_days * foreshock_share.clamp(0.0, 1.0);
    // A little wider, so that the comparison of differences below decides and not the rounding of sums.
    let wider = 1e-9 * (1.0 + time_days.abs());
    let days = (time_days - before_days - wider, time_days + lasts_days + wider);
    let wanted = |at: usize| {
        let later_days = shocks[at].time_days - time_days;
        at != main && clusters.cluster[at] == 0 && later_days >= -before_days && later_days <= lasts_days
    };
    cells.near(&Search { from: main, distance_km: reach_km, days }, wanted, |at| members.push(at));
}
