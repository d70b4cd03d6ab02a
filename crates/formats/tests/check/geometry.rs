//! Geometry: the same verdict as GEOS on random areas, no remark on clean ones, its own remark for each fault.

use super::support::*;
use proptest::prelude::*;
use serde_json::Value as Json;
use terrane_model::schema::GeometryKind;
use terrane_model::{Crs, Instant};

pub fn cases() -> Vec<(Shape, bool, String, f64)> {
    let json: Json = serde_json::from_str(include_str!("../data/check/invalid.json")).unwrap();
    let positions = |ring: &Json| {
        ring.as_array().unwrap().iter().map(|p| [p[0].as_f64().unwrap(), p[1].as_f64().unwrap()]).collect()
    };
    let rings = |part: &Json| part.as_array().unwrap().iter().map(positions).collect();
    let case = |case: &Json| {
        let parts = case["parts"].as_array().unwrap().iter().map(rings).collect();
        (
            parts,
            case["valid"].as_bool().unwrap(),
            case["reason"].as_str().unwrap().to_owned(),
            case["fixed_area"].as_f64().unwrap(),
        )
    };
    json.as_array().unwrap().iter().map(case).collect()
}

#[test]
fn geos_and_the_inspector_call_the_same_areas_valid() {
    let schema = schema_in(Crs::crs84(), GeometryKind::MultiPolygon, false);
    let mut differ = Vec::new();
    let cases = cases();
    assert!(cases.len() > 300);
    for (row, (shape, valid, reason, _)) in cases.iter().enumerate() {
        let (checked, report, _) = inspect(&[batch(&schema, std::slice::from_ref(shape))], &options());
        if (checked.invalid == 0) != *valid {
            differ.push(format!("case {row}: GEOS says {reason}, here {:?} of {shape:?}", said(&report)));
        }
    }
    assert!(differ.is_empty(), "{} of {} differ:\n{}", differ.len(), cases.len(), differ.join("\n"));
}

fn check(shapes: &[Shape], row: u64, words: &str) {
    let said = said_of(shapes);
    let [(first, 1, what)] = said.as_slice() else { panic!("one remark about {words} expected: {said:?}") };
    assert!(*first == row && what.contains(words), "row {row} {words}: {said:?}");
}

#[test]
fn each_fault_is_told_with_its_row_and_nothing_else_is() {
    let clean = || vec![vec![square(0.0, 0.0, 10.0), square(2.0, 2.0, 2.0)]];
    let beside = |ring: Ring| ring.into_iter().map(|[x, y]| [x + 20.0, y]).collect::<Ring>();
    let far = |rings: Vec<Ring>| rings.into_iter().map(beside).collect::<Vec<_>>();
    let mut open = square(0.0, 0.0, 1.0);
    open.pop();
    let twice = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]];
    for (rings, words) in [
        (vec![ring(&[(0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 5.0)])], "crosses itself"),
        (vec![ring(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 0.0), (0.0, 4.0)])], "touches itself"),
        (vec![ring(&[(0.0, 0.0), (4.0, 0.0), (7.0, 0.0), (4.0, 0.0), (4.0, 4.0)])], "back along itself"),
        (vec![square(0.0, 0.0, 4.0), square(3.0, 1.0, 4.0)], "hole crosses"),
        (vec![square(0.0, 0.0, 4.0), square(10.0, 0.0, 1.0)], "outside the outer ring"),
        (vec![square(0.0, 0.0, 9.0), square(1.0, 1.0, 5.0), square(2.0, 2.0, 1.0)], "within another hole"),
        (vec![square(0.0, 0.0, 4.0), ring(&[(2.0, 0.0), (3.0, 2.0), (2.0, 4.0), (1.0, 2.0)])], "cut the area in two"),
        (vec![open], "does not end where it begins"),
        (vec![twice], "twice in a row"),
        (vec![vec![[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]]], "ring fewer than four"),
        (vec![vec![[0.0, 0.0], [f64::NAN, 0.0], [1.0, 1.0], [0.0, 0.0]]], "not a finite number"),
        (vec![ring(&[(0.0, 0.0), (f64::INFINITY, 0.0), (1.0, 1.0)])], "not a finite number"),
    ] {
        check(&[clean(), vec![far(rings)]], 2, words);
    }
    check(&[clean(), vec![]], 2, "no position at all");
    let parts = vec![vec![square(20.0, 0.0, 4.0)], vec![square(22.0, 2.0, 4.0)]];
    check(&[clean(), parts], 2, "Parts of a multi-polygon");
    let nested = vec![vec![square(20.0, 0.0, 9.0)], vec![square(21.0, 1.0, 2.0)]];
    check(&[clean(), nested], 2, "Parts of a multi-polygon");
    let in_hole = vec![vec![square(20.0, 0.0, 9.0), square(21.0, 1.0, 6.0)], vec![square(22.0, 2.0, 2.0)]];
    assert_eq!(said_of(&[clean(), in_hole]), []);
}

#[test]
fn lines_and_heights_are_looked_at_too() {
    let lines = schema_in(Crs::crs84(), GeometryKind::LineString, true);
    let run = |run: &[[f64; 2]]| vec![vec![run.to_vec()]];
    let (fine, cross) = (run(&[[0.0, 0.0], [1.0, 1.0]]), run(&[[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0]]));
    let (_, report, _) = inspect(&[batch(&lines, &[fine, cross])], &options());
    assert_eq!(said(&report), [], "a line may cross itself");
    let (_, report, _) = inspect(&[batch(&lines, &[run(&[[0.0, 0.0]])])], &options());
    assert!(said(&report)[0].2.contains("fewer than two"), "{report:?}");
    let mut partly = batch(&lines, &[run(&[[0.0, 0.0], [1.0, 1.0]])]);
    partly.geometry.as_mut().unwrap().z = Some(vec![1.0, f64::NAN].into());
    let (_, report, _) = inspect(&[partly], &options());
    assert!(said(&report)[0].2.contains("some have none"), "{report:?}");
}

#[test]
fn coordinates_that_cannot_be_of_the_crs_are_told_with_what_they_may_be() {
    let remedy = |crs: Crs, xy: [f64; 2]| {
        let schema = schema_in(crs, GeometryKind::MultiPolygon, false);
        let (_, report, _) = inspect(&[batch(&schema, &[vec![vec![square(xy[0], xy[1], 1.0)]]])], &options());
        report.findings.iter().map(|finding| (finding.row, finding.remedy.clone())).collect::<Vec<_>>()
    };
    for (crs, xy, expected) in [
        (Crs::epsg(32648), [500_000.0, 1_600_000.0], ""),
        (Crs::epsg(32648), [1_600_000.0, 500_000.0], "swapped"),
        (Crs::epsg(32648), [105.0, 14.0], "EPSG:4326"),
        (Crs::epsg(32648), [9e6, 9e6], "--crs is right"),
        (Crs::epsg(4326), [100.0, 13.0], ""),
        (Crs::epsg(4326), [13.0, 100.0], "swapped"),
        (Crs::epsg(4326), [500_000.0, 1_600_000.0], "metres"),
        (Crs::epsg(3857), [11_000_000.0, 1_500_000.0], ""),
    ] {
        let found = remedy(crs.clone(), xy);
        match expected {
            "" => assert!(found.is_empty(), "{crs} {xy:?}: {found:?}"),
            word => assert!(
                found.len() == 1 && found[0].0 == Some(1) && found[0].1.contains(word),
                "{crs} {xy:?}: {found:?}"
            ),
        }
    }
}

#[test]
fn the_time_now_of_these_tests_is_what_it_says() {
    assert_eq!(NOW, Instant::from_date(2026, 1, 1).unwrap());
}

/// A ring around a centre that sees all of it, so that it cannot cross itself: where it begins, and its radii.
type Blob = (f64, Vec<f64>);

fn blob() -> impl Strategy<Value = Blob> {
    (0.0..std::f64::consts::TAU, prop::collection::vec(0.3..1.0_f64, 5..40))
}

fn draw((turn, radii): &Blob, centre: [f64; 2], size: f64) -> Ring {
    let count = radii.len() as f64;
    let corner = |(at, radius): (usize, &f64)| {
        let angle = turn + at as f64 / count * std::f64::consts::TAU;
        (centre[0] + size * radius * angle.cos(), centre[1] + size * radius * angle.sin())
    };
    ring(&radii.iter().enumerate().map(corner).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn clean_areas_say_nothing(blobs in prop::collection::vec((blob(), blob(), any::<bool>()), 1..30)) {
        let shape = |(at, (outer, hole, turned)): (usize, &(Blob, Blob, bool))| {
            let centre = [at as f64 * 3.0 - 60.0, 10.0];
            let mut rings = vec![draw(outer, centre, 1.0), draw(hole, centre, 0.2)];
            if *turned {
                rings.iter_mut().for_each(|ring| ring.reverse());
            }
            vec![rings]
        };
        let shapes: Vec<Shape> = blobs.iter().enumerate().map(shape).collect();
        prop_assert_eq!(said_of(&shapes), []);
    }

    #[test]
    fn two_corners_changed_for_each_other_make_a_crossing(outline in blob(), at in any::<prop::sample::Index>()) {
        // All corners on a circle: without that, two that change places need not cross anything.
        let round = (outline.0, vec![1.0; outline.1.len()]);
        let mut bad = draw(&round, [50.0, 10.0], 1.0);
        let corners = bad.len() - 1;
        let at = at.index(corners - 3) + 1;
        bad.swap(at, at + 1);
        let clean = vec![vec![draw(&outline, [10.0, 10.0], 1.0)]];
        let said = said_of(&[clean.clone(), vec![vec![bad]], clean.iter().map(|rings| rings.iter().map(|ring| ring.iter().map(|[x, y]| [x + 100.0, *y]).collect()).collect()).collect()]);
        prop_assert_eq!(said.len(), 1, "{:?}", said);
        prop_assert_eq!((said[0].0, said[0].1), (2, 1));
        prop_assert!(said[0].2.contains("itself"), "{:?}", said);
    }
}
