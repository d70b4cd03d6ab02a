//! Nearest places against a search with GeographicLib, and places along a section.
#![allow(clippy::panic)]

use proptest::prelude::*;
use std::collections::HashMap;
use terrane_hazard::geodesy::{
    Polyline, Position, destination, distance_and_azimuth, distance_m, least_distance_m, sphere_distance_m, wind,
};

#[test]
fn nearest_places_are_those_of_a_search_with_geographiclib() {
    let mut reader = csv::Reader::from_path("tests/reference/nearest.csv").expect("the table");
    let mut seen = 0;
    for row in reader.deserialize::<HashMap<String, f64>>().map(|row| row.expect("a row")) {
        let (from, to) = (Position::new(row["lon1"], row["lat1"]), Position::new(row["lon2"], row["lat2"]));
        let line = Polyline::new(&[from, to]).expect("a line");
        let found = line.nearest(Position::new(row["lon"], row["lat"]));
        assert!((line.length_m() - row["length_m"]).abs() < 1e-3, "{row:?}");
        assert!((found.distance_m - row["distance_m"]).abs() < 0.01, "{row:?} {found:?}");
        assert!((found.along_m - row["along_m"]).abs() < 1.0, "{row:?} {found:?}");
        let turn = (found.azimuth - row["azimuth_to_deg"] + 540.0).rem_euclid(360.0) - 180.0;
        assert!(turn.abs() * row["distance_m"] < 60.0, "{row:?} {found:?}");
        seen += 1;
    }
    assert_eq!(seen, 160);
}

#[test]
fn the_sixteen_winds() {
    let winds = [
        (0.0, "N"),
        (11.2, "N"),
        (11.3, "NNE"),
        (22.5, "NNE"),
        (90.0, "E"),
        (359.9, "N"),
        (-90.0, "W"),
        (202.5, "SSW"),
    ];
    for (azimuth, name) in winds {
        assert_eq!(wind(azimuth), name, "{azimuth}");
    }
    assert_eq!(wind(f64::NAN), "N");
}

#[test]
fn across_the_date_line_and_at_the_poles() {
    let (west, east) = (Position::new(179.9, 0.0), Position::new(-179.9, 0.0));
    let (distance, azimuth) = distance_and_azimuth(west, east);
    assert!((distance - 22_263.9).abs() < 1.0 && (azimuth - 90.0).abs() < 1e-6, "{distance} {azimuth}");
    let pole = distance_m(Position::new(0.0, 89.0), Position::new(180.0, 89.0));
    assert!((pole - 223_387.0).abs() < 50.0, "{pole}");
    let line = Polyline::new(&[Position::new(170.0, 10.0), Position::new(-170.0, 10.0)]).expect("a line");
    assert!(line.nearest(Position::new(180.0, 10.2)).distance_m < 20_000.0);
}

#[test]
fn sections_have_a_right_side_and_ends() {
    let north = Polyline::new(&[Position::new(140.0, 30.0), Position::new(140.0, 34.0)]).expect("a line");
    let right = north.on_section(Position::new(141.0, 32.0));
    assert!(right.off_km > 90.0 && !right.beyond && (right.along_km - 222.0).abs() < 2.0, "{right:?}");
    assert!(north.on_section(Position::new(139.0, 32.0)).off_km < -90.0);
    assert!(north.on_section(Position::new(140.5, 36.0)).beyond);
    assert!(north.on_section(Position::new(140.5, 28.0)).beyond);
    assert!(north.on_section(Position::new(140.0, 36.0)).beyond);
    assert!(!north.on_section(Position::new(140.0, 30.0)).beyond);
    assert_eq!(north.within_section(Position::new(141.0, 32.0), 50.0), None);
    assert!(north.within_section(Position::new(140.2, 32.0), 50.0).is_some());
    assert!(Polyline::new(&[]).is_none() && Polyline::new(&[Position::new(f64::NAN, 0.0)]).is_none());
    let alone = Polyline::new(&[Position::new(140.0, 30.0)]).expect("a place").nearest(Position::new(140.0, 31.0));
    assert!((alone.distance_m - 110_861.0).abs() < 20.0 && alone.at_vertex);
}

fn positions() -> impl Strategy<Value = Position> {
    (-180.0..180.0_f64, -90.0..90.0_f64).prop_map(|(longitude, latitude)| Position { longitude, latitude })
}

/// A line that wanders in steps of up to 300 km, and a point within 900 km of its beginning.
fn lines() -> impl Strategy<Value = (Vec<Position>, Position)> {
    let steps = prop::collection::vec((0.0..360.0_f64, 0.0..3e5_f64), 1..9);
    (positions(), steps, (0.0..360.0_f64, 0.0..9e5_f64)).prop_map(|(start, steps, (azimuth, away_m))| {
        let mut line = vec![start];
        for (azimuth, step_m) in steps {
            line.push(destination(line[line.len() - 1], azimuth, step_m));
        }
        (line, destination(start, azimuth, away_m))
    })
}

proptest! {
    #[test]
    fn the_cheap_bound_never_exceeds_the_distance(one in positions(), other in positions()) {
        let distance = distance_m(one, other);
        prop_assert!(least_distance_m(one, other) <= distance);
        prop_assert!((sphere_distance_m(one, other) - distance).abs() <= 0.006 * distance + 1e-6);
    }

    #[test]
    fn no_place_of_a_line_is_nearer_than_the_nearest((line, point) in lines()) {
        let prepared = Polyline::new(&line).expect("a line");
        let found = prepared.nearest(point);
        for pair in line.windows(2) {
            let (length, azimuth) = distance_and_azimuth(pair[0], pair[1]);
            for step in 0..=40 {
                let there = distance_m(point, destination(pair[0], azimuth, length * f64::from(step) / 40.0));
                prop_assert!(found.distance_m <= there + 0.01, "{} {there}", found.distance_m);
            }
        }
        prop_assert!((distance_m(point, found.position) - found.distance_m).abs() < 1e-3);
        prop_assert!((-1e-6..=prepared.length_m() + 1e-6).contains(&found.along_m));
        let within = prepared.nearest_within(point, found.distance_m + 1.0).expect("it is there");
        prop_assert!((within.distance_m - found.distance_m).abs() < 1e-6);
        prop_assert_eq!(prepared.nearest_within(point, found.distance_m * 0.99 - 1.0), None);
    }
}
