//! Two catalogues as one: which events are in both.

use super::preference::by_place;
use super::{AssociationRules, Comparison, Hypocentre, compare};
use serde::Serialize;
use std::cmp::Ordering;
use terrane_model::limits::EVENT_PAIRS_MAX;
use terrane_model::{Error, error::Result};

/// An event that is in both catalogues.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Match {
    /// Its position in the first.
    pub first: usize,
    /// Its position in the second.
    pub second: usize,
    /// How the two differ.
    pub comparison: Comparison,
}

/// A match that could about as well have been another: somebody should look.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rival {
    /// The position in [`Merge::matches`] of the match in doubt.
    pub matched: usize,
    /// The pair that was not taken: one of its events is in the match.
    pub instead: Match,
}

/// What two catalogues have in common.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Merge {
    /// The events in both, in the order of the first.
    pub matches: Vec<Match>,
    /// The positions of what only the first has.
    pub only_first: Vec<usize>,
    /// The positions of what only the second has.
    pub only_second: Vec<usize>,
    /// The matches that are in doubt, in the order of [`Merge::matches`].
    pub ambiguous: Vec<Rival>,
}

/// Matches two catalogues: of all pairs within the rules the best first, each event once. For catalogues in the order of time the
/// work is that of reading them once, and of sorting the pairs found.
///
/// # Errors
/// When more than [`EVENT_PAIRS_MAX`] pairs are within the rule of time: the catalogues have dates and no times.
pub fn merge_catalogues(first: &[Hypocentre], second: &[Hypocentre], rules: &AssociationRules) -> Result<Merge> {
    let pairs = pairs(first, second, rules)?;
    let (mut of_first, mut of_second) = (vec![None; first.len()], vec![None; second.len()]);
    for pair in &pairs {
        if of_first[pair.first].is_none() && of_second[pair.second].is_none() {
            of_first[pair.first] = Some(*pair);
            of_second[pair.second] = Some(*pair);
        }
    }
    let matches: Vec<Match> = of_first.iter().flatten().copied().collect();
    let mut place = vec![usize::MAX; first.len()];
    matches.iter().enumerate().for_each(|(at, taken)| place[taken.first] = at);
    let mut ambiguous = Vec::new();
    for instead in pairs {
        let ends = [of_first[instead.first], of_second[instead.second]];
        // A pair whose other event went elsewhere for a clearly better match is no rival.
        let is_rival = |taken: &Match| {
            let other = (taken.first, taken.second) != (instead.first, instead.second);
            other && instead.comparison.score - taken.comparison.score < rules.ambiguity
        };
        if ends.iter().flatten().all(is_rival) {
            ambiguous.extend(ends.iter().flatten().map(|taken| Rival { matched: place[taken.first], instead }));
        }
    }
    ambiguous.sort_by_key(|rival| (rival.matched, rival.instead.first, rival.instead.second));
    let only = |taken: &[Option<Match>]| (0..taken.len()).filter(|at| taken[*at].is_none()).collect();
    Ok(Merge { only_first: only(&of_first), only_second: only(&of_second), matches, ambiguous })
}

/// All pairs within the rules, the best first; equal ones by what they say, the same from either side.
fn pairs(first: &[Hypocentre], second: &[Hypocentre], rules: &AssociationRules) -> Result<Vec<Match>> {
    let (first_order, second_order) = (by_time(first), by_time(second));
    let (mut pairs, mut start, mut compared) = (Vec::new(), 0, Compared::default());
    for one in first_order {
        let time_s = first[one].time_s;
        let early = |at: &&usize| second[**at].time_s < time_s - rules.time_s - SLACK_S;
        start += second_order[start..].iter().take_while(early).count();
        let near = second_order[start..].iter().take_while(|at| second[**at].time_s <= time_s + rules.time_s + SLACK_S);
        for other in near {
            compared.one_more()?;
            let comparison = compare(&first[one], &second[*other], rules);
            if comparison.exceeds.is_none() {
                pairs.push(Match { first: one, second: *other, comparison });
            }
        }
    }
    pairs.sort_by(|one, other| {
        let score = one.comparison.score.total_cmp(&other.comparison.score);
        score.then_with(|| by_content(ends(one, first, second), ends(other, first, second)))
    });
    Ok(pairs)
}

/// How many pairs have been compared.
#[derive(Default)]
pub(super) struct Compared(usize);

impl Compared {
    /// Counts one more.
    pub(super) fn one_more(&mut self) -> Result<()> {
        self.0 += 1;
        if self.0 <= EVENT_PAIRS_MAX {
            return Ok(());
        }
        Err(Error::too_large(format!(
            "More than {EVENT_PAIRS_MAX} pairs of events are close in time: give their times, or a shorter time rule."
        )))
    }
}

/// What decides on the limit of time is the comparison, not the rounding of a sum here; seconds.
const SLACK_S: f64 = 1e-3;

/// The two events of a pair, the lesser first.
fn ends<'a>(pair: &Match, first: &'a [Hypocentre], second: &'a [Hypocentre]) -> [&'a Hypocentre; 2] {
    let (one, other) = (&first[pair.first], &second[pair.second]);
    if by_place(one, other).is_le() { [one, other] } else { [other, one] }
}

fn by_content(one: [&Hypocentre; 2], other: [&Hypocentre; 2]) -> Ordering {
    by_place(one[0], other[0]).then_with(|| by_place(one[1], other[1]))
}

/// The positions in the order of time; those without one are left out.
pub(super) fn by_time(events: &[Hypocentre]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..events.len()).filter(|at| events[*at].time_s.is_finite()).collect();
    order.sort_by(|one, other| events[*one].time_s.total_cmp(&events[*other].time_s));
    order
}
