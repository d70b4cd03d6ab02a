//! Which solutions of several agencies are of one event, by rules with names, and which of them is preferred.
//!
//! Pure: what has been decided before is handed in. Results depend on what the solutions say, never on the order they come in.

mod compare;
mod merge;
mod preference;

pub use compare::{Comparison, Difference, compare};
pub use merge::{Match, Merge, Rival, merge_catalogues};
pub use preference::preferred;

use crate::geodesy::Position;
use crate::magnitude::{MagnitudeType, moment_magnitude};
use serde::{Deserialize, Serialize};
use terrane_model::error::Result;

/// How much two solutions of one event may differ, and whose are preferred.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssociationRules {
    /// Seconds between the origin times.
    pub time_s: f64,
    /// Kilometres between the epicentres, on the ellipsoid.
    pub distance_km: f64,
    /// Between the magnitudes, after conversion to moment magnitude where a relation is known.
    pub magnitude: f64,
    /// Kilometres between the depths; depths are not compared when there is none.
    pub depth_km: Option<f64>,
    /// Two candidates are equally good when their scores differ by less than this share of what is allowed.
    pub ambiguity: f64,
    /// The agencies from the most to the least preferred; others come after them.
    pub agencies: Vec<String>,
}

impl Default for AssociationRules {
    fn default() -> Self {
        Self { time_s: 16.0, distance_km: 100.0, magnitude: 1.0, depth_km: None, ambiguity: 0.1, agencies: Vec::new() }
    }
}

/// Where, when and how large: what is compared of a solution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Hypocentre {
    /// Seconds since any moment, the same for all.
    pub time_s: f64,
    /// The epicentre.
    pub position: Position,
    /// Kilometres below sea level.
    pub depth_km: Option<f64>,
    /// The magnitude and its type.
    pub magnitude: Option<(f64, MagnitudeType)>,
}

impl Hypocentre {
    /// The magnitude as it is compared: converted where a relation is known, else as it is.
    fn comparable_magnitude(&self) -> Option<f64> {
        let (value, kind) = self.magnitude?;
        Some(moment_magnitude(value, kind).map_or(value, |converted| converted.mw)).filter(|it| it.is_finite())
    }
}

/// Whether somebody has looked at a solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Somebody has.
    Reviewed,
    /// Nobody has yet.
    Automatic,
}

/// An agency's solution of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Solution {
    /// Where, when and how large.
    pub hypocentre: Hypocentre,
    /// Who has determined it.
    pub agency: String,
    /// Whether somebody has looked at it.
    pub mode: Mode,
    /// When it was changed last, seconds since any moment, the same for all.
    pub updated_s: Option<f64>,
}

/// An event that a solution may be one of.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its preferred hypocentre.
    pub hypocentre: Hypocentre,
    /// The agencies whose solutions it has already.
    pub agencies: &'a [&'a str],
}

/// Why a candidate is not the event of a solution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "reason")]
pub enum Refusal {
    /// They differ by more than the rules allow.
    Differs {
        /// In what.
        difference: Difference,
    },
    /// The event has a solution of this agency already.
    AgencyPresent,
}

/// A candidate that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Considered {
    /// Its position among the candidates.
    pub candidate: usize,
    /// How they differ.
    pub comparison: Comparison,
    /// Why it is not the event; `None` when it may be.
    pub refusal: Option<Refusal>,
}

/// What a solution belongs to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Association {
    /// One event, better than any other.
    Matched {
        /// The event.
        best: Considered,
    },
    /// No event: it is the first solution of a new one. Candidates near in time are told with the reason.
    New {
        /// What came nearest, best first.
        refused: Vec<Considered>,
    },
    /// Several events fit about equally well; the first fits best.
    Ambiguous {
        /// They, best first.
        candidates: Vec<Considered>,
    },
}

/// The event that a solution belongs to: of the candidates within the rules that with the best score, none with a solution of the
/// same agency.
pub fn associate(solution: &Solution, candidates: &[Candidate<'_>], rules: &AssociationRules) -> Association {
    let consider = |(candidate, event): (usize, &Candidate<'_>)| {
        let comparison = compare(&solution.hypocentre, &event.hypocentre, rules);
        let present = event.agencies.contains(&solution.agency.as_str());
        let refusal = match comparison.exceeds {
            Some(difference) => Some(Refusal::Differs { difference }),
            None => present.then_some(Refusal::AgencyPresent),
        };
        Considered { candidate, comparison, refusal }
    };
    let mut considered: Vec<Considered> = candidates.iter().enumerate().map(consider).collect();
    considered.sort_by(|one, other| {
        let key = |it: &Considered| (it.comparison.score, candidates[it.candidate].hypocentre.time_s);
        let ((score, time), (other_score, other_time)) = (key(one), key(other));
        score.total_cmp(&other_score).then(time.total_cmp(&other_time))
    });
    let (mut fitting, mut refused): (Vec<_>, Vec<_>) = considered.into_iter().partition(|it| it.refusal.is_none());
    let Some(best) = fitting.first().copied() else {
        refused.retain(|it| it.comparison.time_s <= rules.time_s * NEAR_MISS);
        return Association::New { refused };
    };
    fitting.retain(|it| it.comparison.score - best.comparison.score < rules.ambiguity);
    if fitting.len() > 1 { Association::Ambiguous { candidates: fitting } } else { Association::Matched { best } }
}

/// How many times the allowed difference in time is still worth a word.
const NEAR_MISS: f64 = 4.0;

/// The events that a heap of solutions is of, as lists of positions: each event in the order of preference, events by their
/// preferred solution's time. No event has two solutions of one agency, and any two of its solutions are within the rules.
///
/// # Errors
/// As [`merge_catalogues`].
pub fn associate_all(solutions: &[Solution], rules: &AssociationRules) -> Result<Vec<Vec<usize>>> {
    let mut group: Vec<usize> = (0..solutions.len()).collect();
    let mut members: Vec<Vec<usize>> = group.iter().map(|at| vec![*at]).collect();
    for (one, other) in pairs(solutions, rules)? {
        let (into, from) = (group[one], group[other]);
        if into == from || !fit(solutions, &members[into], &members[from], rules) {
            continue;
        }
        let moved = std::mem::take(&mut members[from]);
        moved.iter().for_each(|at| group[*at] = into);
        members[into].extend(moved);
    }
    members.retain(|event| !event.is_empty());
    for event in &mut members {
        event.sort_by(|one, other| preference::order(&solutions[*one], &solutions[*other], rules));
    }
    members.sort_by(|one, other| preference::by_content(&solutions[one[0]], &solutions[other[0]]));
    Ok(members)
}

/// All pairs within the rules, the best first; equal ones by what they say.
fn pairs(solutions: &[Solution], rules: &AssociationRules) -> Result<Vec<(usize, usize)>> {
    let hypocentres: Vec<Hypocentre> = solutions.iter().map(|solution| solution.hypocentre).collect();
    let order = merge::by_time(&hypocentres);
    let (mut pairs, mut compared) = (Vec::new(), merge::Compared::default());
    for (rank, &one) in order.iter().enumerate() {
        let near = order[rank + 1..].iter().copied();
        for other in near.take_while(|at| hypocentres[*at].time_s - hypocentres[one].time_s <= rules.time_s) {
            compared.one_more()?;
            let comparison = compare(&hypocentres[one], &hypocentres[other], rules);
            if comparison.exceeds.is_none() && solutions[one].agency != solutions[other].agency {
                let content = |one: usize, other: usize| preference::by_content(&solutions[one], &solutions[other]);
                let pair = if content(one, other).is_gt() { (other, one) } else { (one, other) };
                pairs.push((comparison.score, pair));
            }
        }
    }
    pairs.sort_by(|(score, pair), (other_score, other)| {
        let content = |one: usize, other: usize| preference::by_content(&solutions[one], &solutions[other]);
        score.total_cmp(other_score).then_with(|| content(pair.0, other.0)).then_with(|| content(pair.1, other.1))
    });
    Ok(pairs.into_iter().map(|(_, pair)| pair).collect())
}

fn fit(solutions: &[Solution], one: &[usize], other: &[usize], rules: &AssociationRules) -> bool {
    let pair_fits = |(one, other): (&Solution, &Solution)| {
        one.agency != other.agency && compare(&one.hypocentre, &other.hypocentre, rules).exceeds.is_none()
    };
    one.iter().all(|one| other.iter().all(|other| pair_fits((&solutions[*one], &solutions[*other]))))
}
