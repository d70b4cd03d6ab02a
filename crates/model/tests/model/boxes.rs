//! Boxes against a brute-force circle of whole degrees.

use proptest::prelude::*;
use terrane_model::Bbox;

/// Boxes with odd degrees as edges, so that even degrees are never on an edge; some cross the antimeridian.
fn bbox() -> impl Strategy<Value = Bbox> {
    (-90..90_i32, -90..90_i32, -45..45_i32, 0..20_i32).prop_map(|(west, east, south, height)| {
        let odd = |half: i32| f64::from(half * 2 + 1);
        Bbox::geographic([odd(west), odd(south)], [odd(east), odd((south + height).min(44))]).expect("a box")
    })
}

/// Whether an even degree of the circle is within, going east from the first edge.
fn on_arc(bbox: &Bbox, degree: i32) -> bool {
    let turn = |from: f64| (f64::from(degree) - from).rem_euclid(360.0);
    turn(bbox.min[0]) <= (bbox.max[0] - bbox.min[0]).rem_euclid(360.0)
}

fn degrees() -> impl Iterator<Item = i32> {
    (-178..180).step_by(2)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_box_holds_the_degrees_of_its_arc(bbox in bbox()) {
        let middle = (bbox.min[1] + bbox.max[1]) / 2.0;
        for degree in degrees() {
            prop_assert_eq!(bbox.contains([f64::from(degree), middle]), on_arc(&bbox, degree), "{}", degree);
        }
        prop_assert!(!bbox.contains([bbox.min[0], bbox.max[1] + 0.5]));
    }

    #[test]
    fn parts_hold_the_same_and_do_not_cross(bbox in bbox()) {
        let parts: Vec<Bbox> = bbox.parts().collect();
        prop_assert_eq!(parts.len(), if bbox.crosses() { 2 } else { 1 });
        prop_assert!(parts.iter().all(|part| !part.crosses()));
        prop_assert!((parts.iter().map(Bbox::width).sum::<f64>() - bbox.width()).abs() < 1e-9);
        for degree in degrees() {
            let within = parts.iter().any(|part| part.contains([f64::from(degree), bbox.min[1]]));
            prop_assert_eq!(within, on_arc(&bbox, degree));
        }
    }

    #[test]
    fn boxes_intersect_just_when_their_arcs_and_heights_do(a in bbox(), b in bbox()) {
        let arcs = degrees().any(|degree| on_arc(&a, degree) && on_arc(&b, degree))
            // Boxes may share just an edge, on an odd degree.
            || [a.min[0], a.max[0]].iter().any(|&edge| b.contains([edge, b.min[1]]))
            || [b.min[0], b.max[0]].iter().any(|&edge| a.contains([edge, a.min[1]]));
        let heights = a.min[1] <= b.max[1] && b.min[1] <= a.max[1];
        prop_assert_eq!(a.intersects(&b), arcs && heights);
        prop_assert_eq!(a.intersects(&b), b.intersects(&a));
    }

    #[test]
    fn a_box_contains_another_just_when_it_contains_its_arc_and_height(a in bbox(), b in bbox()) {
        let inside = degrees().all(|degree| !on_arc(&b, degree) || on_arc(&a, degree))
            && [b.min[0], b.max[0]].iter().all(|&edge| a.contains([edge, a.min[1]]));
        let heights = a.min[1] <= b.min[1] && b.max[1] <= a.max[1];
        prop_assert_eq!(a.contains_box(&b), inside && heights);
        prop_assert!(!a.contains_box(&b) || a.intersects(&b));
    }

    #[test]
    fn the_union_holds_all_and_none_that_does_is_narrower(boxes in prop::collection::vec(bbox(), 1..6)) {
        let union = Bbox::union_around(&boxes);
        prop_assert!(boxes.iter().all(|bbox| union.contains_box(bbox)), "{:?} holds {:?}", union, boxes);
        let south = boxes.iter().map(|bbox| bbox.min[1]).fold(f64::INFINITY, f64::min);
        prop_assert_eq!(union.min[1], south);
        // The narrowest begins and ends with one of the boxes, or is the whole circle.
        for from in &boxes {
            for to in &boxes {
                let other = Bbox { min: [from.min[0], -90.0], max: [to.max[0], 90.0] };
                if boxes.iter().all(|bbox| other.contains_box(bbox)) {
                    prop_assert!(union.width() <= other.width() + 1e-9, "{:?} is wider than {:?}", union, other);
                }
            }
        }
    }

    #[test]
    fn the_centre_is_within(bbox in bbox()) {
        prop_assert!(bbox.contains(bbox.centre()));
        prop_assert!((-180.0..=180.0).contains(&bbox.centre()[0]));
    }
}

#[test]
fn a_box_across_180_degrees_has_two_parts() {
    let bbox = Bbox::geographic([170.0, -10.0], [-170.0, 10.0]).expect("a box");
    let parts: Vec<[f64; 4]> = bbox.parts().map(|part| part.to_array()).collect();
    assert_eq!(parts, [[170.0, -10.0, 180.0, 10.0], [-180.0, -10.0, -170.0, 10.0]]);
    assert_eq!((bbox.width(), bbox.centre()), (20.0, [180.0, 0.0]));
}

#[test]
fn an_empty_box_meets_and_holds_nothing() {
    let empty = Bbox::EMPTY;
    assert!(empty.is_empty() && !empty.crosses() && !empty.intersects(&Bbox::WORLD) && !empty.contains([0.0, 0.0]));
    assert_eq!(Bbox::of(&[]), empty);
    assert!(Bbox::of(&[[f64::NAN, 1.0]]).is_empty());
    assert!(Bbox::union_around([]).is_empty());
    assert_eq!(empty.union(&Bbox::WORLD), Bbox::WORLD);
}

#[test]
fn corners_that_are_not_numbers_or_the_wrong_way_round_are_refused() {
    assert!(Bbox::geographic([f64::NAN, 0.0], [1.0, 1.0]).is_err());
    assert!(Bbox::geographic([0.0, 1.0], [1.0, 0.0]).is_err());
    assert!(Bbox::plain([1.0, 0.0], [0.0, 1.0]).is_err());
}
