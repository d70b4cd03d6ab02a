//! Which solutions are of one event: the rules, and what must not depend on the order or the side.
#![allow(clippy::panic)]

use proptest::prelude::*;
use terrane_hazard::association::{
    Association, AssociationRules, Candidate, Difference, Hypocentre, Mode, Refusal, Solution, associate,
    associate_all, compare, merge_catalogues, preferred,
};
use terrane_hazard::geodesy::Position;
use terrane_hazard::magnitude::MagnitudeType;

fn hypocentre(time_s: f64, longitude: f64, latitude: f64, magnitude: f64) -> Hypocentre {
    Hypocentre {
        time_s,
        position: Position::new(longitude, latitude),
        depth_km: None,
        magnitude: Some((magnitude, MagnitudeType::Moment)),
    }
}

fn solution(agency: &str, hypocentre: Hypocentre) -> Solution {
    Solution { hypocentre, agency: agency.into(), mode: Mode::Reviewed, updated_s: None }
}

#[test]
fn rules_hold_to_their_limits_and_no_further() {
    let rules = AssociationRules::default();
    let at = hypocentre(1000.0, 179.95, -18.0, 5.0);
    let broken = |other: Hypocentre| compare(&at, &other, &rules).exceeds;
    assert_eq!(broken(hypocentre(1016.0, 179.95, -18.0, 6.0)), None);
    assert_eq!(broken(hypocentre(1016.1, 179.95, -18.0, 5.0)), Some(Difference::Time));
    assert_eq!(broken(hypocentre(1000.0, -179.2, -18.0, 5.0)), None);
    assert_eq!(broken(hypocentre(1000.0, -179.0, -18.0, 5.0)), Some(Difference::Distance));
    assert_eq!(broken(hypocentre(1000.0, 179.95, -18.0, 6.1)), Some(Difference::Magnitude));
    assert_eq!(broken(hypocentre(f64::NAN, 179.95, -18.0, 5.0)), Some(Difference::Time));
    let pole = compare(&hypocentre(0.0, 0.0, 89.7, 5.0), &hypocentre(0.0, 180.0, 89.7, 5.0), &rules);
    assert!((pole.distance_km - 67.0).abs() < 0.2 && pole.exceeds.is_none());
    assert_eq!(compare(&at, &at, &rules).score, 0.0);
}

#[test]
fn magnitudes_are_compared_after_conversion() {
    let rules = AssociationRules { magnitude: 0.05, ..AssociationRules::default() };
    let of = |value, kind| Hypocentre { magnitude: Some((value, kind)), ..hypocentre(0.0, 0.0, 0.0, 0.0) };
    // mb 5.0 is Mw 5.28.
    assert_eq!(compare(&of(5.0, MagnitudeType::Body), &of(5.3, MagnitudeType::Moment), &rules).exceeds, None);
    assert!(compare(&of(5.0, MagnitudeType::Body), &of(5.0, MagnitudeType::Moment), &rules).exceeds.is_some());
    assert_eq!(
        compare(
            &Hypocentre { magnitude: None, ..of(5.0, MagnitudeType::Body) },
            &of(9.0, MagnitudeType::Moment),
            &rules
        )
        .exceeds,
        None
    );
}

#[test]
fn a_solution_is_matched_new_or_ambiguous() {
    let rules = AssociationRules::default();
    let new = solution("usgs", hypocentre(100.0, 140.0, 36.0, 5.0));
    let candidate = |hypocentre, agencies| Candidate { hypocentre, agencies };
    let near = candidate(hypocentre(102.0, 140.1, 36.0, 5.1), &["gfz"]);
    let further = candidate(hypocentre(112.0, 140.6, 36.0, 5.6), &["gfz"]);
    let twin = candidate(hypocentre(102.2, 140.1, 36.0, 5.1), &["emsc"]);
    let own = candidate(hypocentre(100.0, 140.0, 36.0, 5.0), &["usgs", "gfz"]);
    let Association::Matched { best } = associate(&new, &[further, near], &rules) else { panic!("it matches") };
    assert_eq!(best.candidate, 1);
    let Association::Ambiguous { candidates } = associate(&new, &[further, twin, near], &rules) else {
        panic!("it is ambiguous")
    };
    assert_eq!(candidates.iter().map(|it| it.candidate).collect::<Vec<_>>(), [2, 1]);
    let late = candidate(hypocentre(120.0, 140.0, 36.0, 5.0), &[]);
    let Association::New { refused } = associate(&new, &[own, late], &rules) else { panic!("it is new") };
    assert_eq!(refused[0].refusal, Some(Refusal::AgencyPresent));
    assert_eq!(refused[1].refusal, Some(Refusal::Differs { difference: Difference::Time }));
    assert_eq!(associate(&new, &[], &rules), Association::New { refused: vec![] });
}

#[test]
fn the_preferred_solution_is_by_agency_then_review_then_time() {
    let rules = AssociationRules { agencies: vec!["isc".into(), "usgs".into()], ..AssociationRules::default() };
    let make = |agency: &str, mode, updated_s| Solution {
        mode,
        updated_s,
        ..solution(agency, hypocentre(0.0, 0.0, 0.0, 5.0))
    };
    let best = |solutions: &[Solution]| preferred(solutions, &rules);
    let usgs = make("usgs", Mode::Automatic, Some(1.0));
    assert_eq!(best(&[make("gfz", Mode::Reviewed, Some(9.0)), usgs.clone()]), Some(1));
    assert_eq!(best(&[usgs.clone(), make("usgs", Mode::Reviewed, None)]), Some(1));
    assert_eq!(best(&[make("usgs", Mode::Automatic, Some(2.0)), usgs.clone()]), Some(0));
    assert_eq!(best(&[usgs, make("isc", Mode::Automatic, None)]), Some(1));
    assert_eq!(best(&[]), None);
}

#[test]
fn merging_tells_matches_leftovers_and_rivals() {
    let first = [hypocentre(0.0, 10.0, 0.0, 5.0), hypocentre(100.0, 10.0, 0.0, 5.0), hypocentre(500.0, 10.0, 0.0, 5.0)];
    let second =
        [hypocentre(1.0, 10.1, 0.0, 5.1), hypocentre(100.0, 10.0, 0.0, 5.0), hypocentre(100.5, 10.0, 0.0, 5.0)];
    let merged = merge_catalogues(&first, &second, &AssociationRules::default()).expect("few pairs");
    let pairs: Vec<_> = merged.matches.iter().map(|it| (it.first, it.second)).collect();
    assert_eq!(pairs, [(0, 0), (1, 1)]);
    assert_eq!((merged.only_first.as_slice(), merged.only_second.as_slice()), ([2].as_slice(), [2].as_slice()));
    assert_eq!(merged.ambiguous.len(), 1);
    assert_eq!((merged.ambiguous[0].matched, merged.ambiguous[0].instead.second), (1, 2));
}

#[test]
fn dates_without_times_are_refused_rather_than_compared_for_ever() {
    let first = vec![hypocentre(0.0, 10.0, 0.0, 5.0); 2500];
    let second = vec![hypocentre(0.0, 50.0, 0.0, 5.0); 2500];
    let error = merge_catalogues(&first, &second, &AssociationRules::default());
    assert!(error.expect_err("too many pairs").say().contains("5000000"));
}

fn hypocentres(most: usize) -> impl Strategy<Value = Vec<Hypocentre>> {
    let kinds = prop_oneof![Just(MagnitudeType::Moment), Just(MagnitudeType::Body), Just(MagnitudeType::Unknown)];
    let one =
        (0_u32..120, -8_i32..8, -8_i32..8, prop::option::of((40_u32..70, kinds)), prop::option::of(0.0..100.0_f64));
    let one = one.prop_map(|(time, east, north, magnitude, depth_km)| Hypocentre {
        time_s: f64::from(time),
        position: Position::new(
            (179.9 + f64::from(east) / 8.0 + 180.0).rem_euclid(360.0) - 180.0,
            f64::from(north) / 8.0,
        ),
        depth_km,
        magnitude: magnitude.map(|(tenth, kind)| (f64::from(tenth) / 10.0, kind)),
    });
    prop::collection::vec(one, 0..most)
}

fn solutions() -> impl Strategy<Value = Vec<Solution>> {
    let rest = prop::collection::vec((0_usize..4, prop::bool::ANY, prop::option::of(0_u32..5)), 40);
    (hypocentres(40), rest).prop_map(|(hypocentres, rest)| {
        let make = |(hypocentre, (agency, reviewed, updated)): (Hypocentre, (usize, bool, Option<u32>))| Solution {
            hypocentre,
            agency: ["usgs", "gfz", "isc", "jma"][agency].into(),
            mode: if reviewed { Mode::Reviewed } else { Mode::Automatic },
            updated_s: updated.map(f64::from),
        };
        hypocentres.into_iter().zip(rest).map(make).collect()
    })
}

/// The events as what their solutions say, in an order of their own.
fn said(solutions: &[Solution], events: &[Vec<usize>]) -> Vec<String> {
    let mut said: Vec<String> = events
        .iter()
        .map(|event| format!("{:?}", event.iter().map(|at| &solutions[*at]).collect::<Vec<_>>()))
        .collect();
    said.sort();
    said
}

proptest! {
    #[test]
    fn events_do_not_depend_on_the_order_of_solutions(solutions in solutions(), turn in 0_usize..40) {
        let rules = AssociationRules { agencies: vec!["isc".into(), "jma".into()], ..AssociationRules::default() };
        let events = associate_all(&solutions, &rules).expect("few pairs");
        let mut turned = solutions.clone();
        turned.rotate_left(turn % solutions.len().max(1));
        turned.reverse();
        prop_assert_eq!(said(&solutions, &events), said(&turned, &associate_all(&turned, &rules).expect("few pairs")));
        let mut all: Vec<usize> = events.iter().flatten().copied().collect();
        all.sort_unstable();
        prop_assert_eq!(all, (0..solutions.len()).collect::<Vec<_>>());
        for event in &events {
            for (at, one) in event.iter().enumerate() {
                for other in &event[at + 1..] {
                    prop_assert_ne!(&solutions[*one].agency, &solutions[*other].agency);
                    let comparison = compare(&solutions[*one].hypocentre, &solutions[*other].hypocentre, &rules);
                    prop_assert_eq!(comparison.exceeds, None);
                }
            }
            let members: Vec<Solution> = event.iter().map(|at| solutions[*at].clone()).collect();
            prop_assert_eq!(preferred(&members, &rules), Some(0));
        }
    }

    #[test]
    fn comparing_is_symmetric(events in hypocentres(12)) {
        let rules = AssociationRules { depth_km: Some(30.0), ..AssociationRules::default() };
        for one in &events {
            for other in &events {
                let (there, back) = (compare(one, other, &rules), compare(other, one, &rules));
                prop_assert!((there.score - back.score).abs() < 1e-9 && there.exceeds == back.exceeds);
            }
        }
    }

    #[test]
    fn merging_is_symmetric_and_does_not_depend_on_the_order(
        first in hypocentres(40), second in hypocentres(40), turn in 0_usize..40,
    ) {
        let rules = AssociationRules::default();
        let merged = merge_catalogues(&first, &second, &rules).expect("few pairs");
        let said = |first: &[Hypocentre], second: &[Hypocentre], swapped: bool| {
            let merged = merge_catalogues(first, second, &rules).expect("few pairs");
            let pair = |it: &terrane_hazard::association::Match| {
                let (one, other) = (first[it.first], second[it.second]);
                if swapped { format!("{other:?} {one:?}") } else { format!("{one:?} {other:?}") }
            };
            let mut pairs: Vec<String> = merged.matches.iter().map(pair).collect();
            pairs.sort();
            (pairs, merged.ambiguous.len())
        };
        let expected = said(&first, &second, false);
        prop_assert_eq!(&expected, &said(&second, &first, true));
        let mut turned = first.clone();
        turned.rotate_left(turn % first.len().max(1));
        prop_assert_eq!(&expected, &said(&turned, &second, false));
        // Everything is somewhere, once.
        let mut firsts: Vec<usize> = merged.matches.iter().map(|it| it.first).chain(merged.only_first.iter().copied()).collect();
        firsts.sort_unstable();
        prop_assert_eq!(firsts, (0..first.len()).collect::<Vec<_>>());
        prop_assert!(merged.matches.iter().all(|it| it.comparison.exceeds.is_none()));
        // What is left on either side has no partner left on the other.
        for one in &merged.only_first {
            for other in &merged.only_second {
                prop_assert!(compare(&first[*one], &second[*other], &rules).exceeds.is_some());
            }
        }
    }
}
