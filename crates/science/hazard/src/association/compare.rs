//! How two solutions differ, measured by what the rules allow.

use super::{AssociationRules, Hypocentre};
use crate::geodesy::{distance_m, least_distance_m};
use serde::Serialize;

/// In what two solutions may differ by too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// Origin time.
    Time,
    /// Epicentre.
    Distance,
    /// Magnitude.
    Magnitude,
    /// Depth.
    Depth,
}

/// How two solutions differ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Comparison {
    /// Seconds between the origin times.
    pub time_s: f64,
    /// Kilometres between the epicentres; a lower bound of them when they are further apart than allowed.
    pub distance_km: f64,
    /// Between the magnitudes, if both have one.
    pub magnitude: Option<f64>,
    /// Kilometres between the depths, if both have one.
    pub depth_km: Option<f64>,
    /// The root mean square of the differences, each as a share of what is allowed: 0 for the same, 1 at the limits.
    pub score: f64,
    /// The first rule that is broken, if one is.
    pub exceeds: Option<Difference>,
}

/// How two solutions differ. What either does not tell is not compared.
pub fn compare(one: &Hypocentre, other: &Hypocentre, rules: &AssociationRules) -> Comparison {
    let time_s = (one.time_s - other.time_s).abs();
    let distance_km = distance_km(one, other, rules);
    let between = |one: Option<f64>, other: Option<f64>| Some((one? - other?).abs()).filter(|it| it.is_finite());
    let magnitude = between(one.comparable_magnitude(), other.comparable_magnitude());
    let depth_km = between(one.depth_km, other.depth_km);
    let shares = [
        (Difference::Time, Some(share(time_s, rules.time_s))),
        (Difference::Distance, Some(share(distance_km, rules.distance_km))),
        (Difference::Magnitude, magnitude.map(|it| share(it, rules.magnitude))),
        (Difference::Depth, depth_km.zip(rules.depth_km).map(|(it, allowed)| share(it, allowed))),
    ];
    let told = || shares.iter().filter_map(|(difference, share)| Some((*difference, (*share)?)));
    let exceeds = told().find(|(_, share)| *share > 1.0);
    let score = (told().map(|(_, share)| share * share).sum::<f64>() / told().count() as f64).sqrt();
    Comparison { time_s, distance_km, magnitude, depth_km, score, exceeds: exceeds.map(|(difference, _)| difference) }
}

/// A difference as a share of what is allowed; nothing is allowed, nothing may differ. What is no number is too much.
fn share(difference: f64, allowed: f64) -> f64 {
    if difference.is_nan() {
        return f64::INFINITY;
    }
    (difference - 1e-9).max(0.0) / allowed.max(f64::MIN_POSITIVE)
}

/// The distance on the ellipsoid, or a bound where that alone is too far.
fn distance_km(one: &Hypocentre, other: &Hypocentre, rules: &AssociationRules) -> f64 {
    let least_km = least_distance_m(one.position, other.position) / 1000.0;
    if least_km > rules.distance_km { least_km } else { distance_m(one.position, other.position) / 1000.0 }
}
