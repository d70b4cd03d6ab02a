//! Geometry that is no geometry: nothing panics, hangs or comes out larger than it went in.

use crate::support::{borders, level};
use crate::tessellation::{Position, Ring};
use proptest::prelude::*;
use terrane_model::batch::GeometryBuilder;
use terrane_model::geometry::GeometryArrays;
use terrane_model::schema::GeometryKind;

/// A row: its kind, and its parts with their kinds.
type Row = (GeometryKind, Vec<(GeometryKind, Vec<Ring>)>);

fn arrays(rows: &[Row]) -> GeometryArrays {
    let mut builder = GeometryBuilder::new(false);
    for (at, (kind, parts)) in rows.iter().enumerate() {
        builder.begin(*kind);
        for (kind, rings) in parts {
            builder.part(*kind);
            for ring in rings {
                builder.ring();
                builder.positions(ring);
            }
        }
        builder.end_row(at + 1);
    }
    builder.finish()
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => (-3_i8..4).prop_map(f64::from),
        2 => -1e3_f64..1e3,
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(-0.0)],
        1 => prop_oneof![Just(1e308), Just(-1e308), Just(1e-308), Just(5e-324), Just(1e155)],
    ]
}

fn any_ring() -> impl Strategy<Value = Ring> {
    let open = prop::collection::vec([any_number(), any_number()], 0..24);
    (open, any::<bool>()).prop_map(|(mut ring, close)| {
        if close {
            ring.extend(ring.first().copied());
        }
        ring
    })
}

fn any_row() -> impl Strategy<Value = Row> {
    let part = |kind: GeometryKind| prop::collection::vec(any_ring(), 0..3).prop_map(move |rings| (kind, rings));
    let mixed = prop_oneof![part(GeometryKind::Point), part(GeometryKind::LineString), part(GeometryKind::Polygon)];
    let of = |kind: GeometryKind, most: usize| {
        prop::collection::vec(part(kind.part()), 0..=most).prop_map(move |parts| (kind, parts))
    };
    prop_oneof![
        Just((GeometryKind::Any, Vec::new())),
        of(GeometryKind::Polygon, 1),
        of(GeometryKind::MultiPolygon, 4),
        of(GeometryKind::LineString, 1),
        of(GeometryKind::MultiLineString, 3),
        of(GeometryKind::MultiPoint, 3),
        prop::collection::vec(mixed, 0..4).prop_map(|parts| (GeometryKind::Collection, parts)),
    ]
}

fn any_tolerance() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.01_f64..10.0,
        1 => prop_oneof![Just(0.0), Just(-1.0), Just(f64::NAN), Just(f64::INFINITY), Just(1e308), Just(5e-324)],
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_given_comes_out_as_rows_of_the_same_kind(rows in prop::collection::vec(any_row(), 0..8), tolerance in any_tolerance()) {
        let exact = [arrays(&rows)];
        let once = level(&borders(&exact), &exact, tolerance);
        prop_assert_eq!(&once[0].kinds, &exact[0].kinds);
        for row in 0..rows.len() {
            let (given, now) = (exact[0].view().get(row), once[0].view().get(row));
            prop_assert_eq!(given.is_some(), now.is_some());
            let (Some(given), Some(now)) = (given, now) else { continue };
            prop_assert_eq!(given.parts().len(), now.parts().len());
            for (given, now) in given.parts().zip(now.parts()) {
                check_part(given.kind(), given.rings(), now.rings())?;
            }
        }
        level(&borders(&exact), &once, tolerance * 4.0);
    }
}

fn check_part<'a>(
    kind: GeometryKind,
    given: impl Iterator<Item = &'a [Position]>,
    now: impl Iterator<Item = &'a [Position]>,
) -> Result<(), TestCaseError> {
    let (given, now): (Vec<_>, Vec<_>) = (given.collect(), now.collect());
    prop_assert!(now.len() <= given.len() && now.is_empty() == given.is_empty());
    if kind == GeometryKind::Point {
        return Ok(());
    }
    prop_assert!(now.concat().iter().flatten().all(|number| number.is_finite()), "{now:?}");
    if kind == GeometryKind::Polygon {
        prop_assert!(now.iter().all(|ring| ring.first() == ring.last()), "{now:?}");
        prop_assert!(now[1.min(now.len())..].iter().all(|hole| hole.len() >= 3), "{now:?}");
    }
    Ok(())
}

/// A ring of so many positions that any step that takes their square would not end.
fn check_ends(ring: Ring) {
    let (given, polygon) = (ring.len(), GeometryKind::Polygon);
    let exact = [arrays(&[(polygon, vec![(polygon, vec![ring])])])];
    for tolerance in [1e-6, 1.0, 1e6] {
        assert!(level(&borders(&exact), &exact, tolerance)[0].xy.len() <= given + 1);
    }
}

#[test]
fn large_spirals_combs_and_heaps_come_to_an_end() {
    let each = |call: fn(f64) -> Position| (0..300_000).map(|at| call(f64::from(at))).collect::<Ring>();
    check_ends(each(|at| [at * (at * 0.01).cos(), at * (at * 0.01).sin()]));
    check_ends(each(|at| [at % 2.0 * 1e6, at]));
    check_ends(each(|at| [(at * 0.7).sin(), (at * 1.3).cos()]));
    check_ends(each(|at| [(at * 12.9898).sin() * 43_758.0 % 1.0, (at * 78.233).sin() * 43_758.0 % 1.0]));
    check_ends(each(|at| if at == 0.0 { [1e9, 1e9] } else { [(at * 0.7).sin(), (at * 1.3).cos()] }));
}

#[test]
fn very_many_holes_come_to_an_end() {
    let square = |x: f64, y: f64, size: f64| -> Ring {
        vec![[x, y], [x + size, y], [x + size, y + size * 0.5], [x + size * 0.9, y + size], [x, y + size], [x, y]]
    };
    let mut rings = vec![square(0.0, 0.0, 1_000.0)];
    rings.extend((0..60_000).map(|at| square(f64::from(at % 250) * 4.0 + 1.0, f64::from(at / 250) * 4.0 + 1.0, 2.0)));
    let polygon = GeometryKind::Polygon;
    let exact = [arrays(&[(polygon, vec![(polygon, rings)])])];
    for tolerance in [0.1, 2.0, 100.0] {
        assert!(level(&borders(&exact), &exact, tolerance)[0].xy.len() <= exact[0].xy.len());
    }
}
