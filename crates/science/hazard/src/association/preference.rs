//! Which of an event's solutions stands for it.

use super::{AssociationRules, Hypocentre, Solution};
use std::cmp::Ordering;

/// The position of the preferred solution: by the order of agencies, then reviewed before automatic, then later before earlier;
/// `None` when there are none.
pub fn preferred(solutions: &[Solution], rules: &AssociationRules) -> Option<usize> {
    (0..solutions.len()).min_by(|one, other| order(&solutions[*one], &solutions[*other], rules))
}

/// The order of preference, and of content where that does not decide, so that it never depends on who came first.
pub(super) fn order(one: &Solution, other: &Solution, rules: &AssociationRules) -> Ordering {
    let rank = |solution: &Solution| rules.agencies.iter().position(|agency| *agency == solution.agency);
    let rank = |solution: &Solution| rank(solution).unwrap_or(usize::MAX);
    let updated = |solution: &Solution| solution.updated_s.unwrap_or(f64::NEG_INFINITY);
    rank(one)
        .cmp(&rank(other))
        .then(one.mode.cmp(&other.mode))
        .then(updated(other).total_cmp(&updated(one)))
        .then_with(|| by_content(one, other))
}

/// An order by everything that a solution says.
pub(super) fn by_content(one: &Solution, other: &Solution) -> Ordering {
    let updated = |solution: &Solution| solution.updated_s.unwrap_or(f64::NEG_INFINITY);
    by_place(&one.hypocentre, &other.hypocentre)
        .then_with(|| one.agency.cmp(&other.agency))
        .then(one.mode.cmp(&other.mode))
        .then(updated(one).total_cmp(&updated(other)))
}

/// An order by everything that a hypocentre says.
pub(super) fn by_place(one: &Hypocentre, other: &Hypocentre) -> Ordering {
    let numbers = |it: &Hypocentre| {
        let told = |number: Option<f64>| number.unwrap_or(f64::NEG_INFINITY);
        let magnitude = it.magnitude.map(|(value, _)| value);
        [it.time_s, it.position.longitude, it.position.latitude, told(it.depth_km), told(magnitude)]
    };
    let (one_numbers, other_numbers) = (numbers(one), numbers(other));
    let differing = one_numbers.iter().zip(other_numbers).map(|(one, other)| one.total_cmp(&other));
    let kind = |it: &Hypocentre| it.magnitude.map(|(_, kind)| kind);
    differing.fold(Ordering::Equal, Ordering::then).then(kind(one).cmp(&kind(other)))
}
