//! Clusters against the Hazard Modeller's Toolkit of OpenQuake, exactly, and fast against plain.
#![allow(clippy::panic)]

use proptest::prelude::*;
use std::collections::HashMap;
use terrane_hazard::declustering::{
    Clusters, Part, ReasenbergSettings, Shock, Window, afteran, gardner_knopoff, reasenberg,
};
use terrane_hazard::geodesy::{MEAN_RADIUS_M, Position, sphere_distance_m};

/// The toolkit counts time in years of 364.75 days.
const TOOLKIT_YEAR_DAYS: f64 = 364.75;

/// The rows of the catalogue in the order of the file.
fn rows() -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path("tests/reference/catalogue_declustered.csv").expect("the table");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

/// The rows with events of equal magnitude in the order in which the toolkit's sort (which is not stable) takes them.
fn rows_as_sorted_by_the_toolkit() -> Vec<HashMap<String, String>> {
    let order = std::fs::read_to_string("tests/reference/toolkit_order.txt").expect("the order");
    let mut by_id: HashMap<String, _> = rows().into_iter().map(|row| (row["id"].clone(), row)).collect();
    order.lines().map(|id| by_id.remove(id).expect("each event once")).collect()
}

/// The catalogue with the toolkit's clock: decimal years of whole days.
fn catalogue(rows: &[HashMap<String, String>]) -> Vec<Shock> {
    let number = |row: &HashMap<String, String>, name: &str| row[name].parse::<f64>().expect("a number");
    rows.iter()
        .map(|row| Shock {
            time_days: toolkit_year(&row["time_utc"]) * TOOLKIT_YEAR_DAYS,
            position: Position::new(number(row, "lon"), number(row, "lat")),
            depth_km: number(row, "depth_km"),
            magnitude: number(row, "mag"),
        })
        .collect()
}

fn toolkit_year(time: &str) -> f64 {
    let part = |range: std::ops::Range<usize>| time[range].parse::<usize>().expect("a number");
    let (year, month, day) = (part(0..4), part(5..7), part(8..10));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before: usize = lengths[..month - 1].iter().sum();
    year as f64 + (before + day - 1) as f64 / if leap { 366.0 } else { 365.0 }
}

fn flag(part: Part) -> &'static str {
    match part {
        Part::Mainshock => "0",
        Part::Aftershock => "1",
        Part::Foreshock => "-1",
    }
}

#[test]
fn windows_are_those_of_the_toolkit() {
    let mut reader = csv::Reader::from_path("tests/reference/declustering_windows.csv").expect("the table");
    let mut seen = 0;
    for row in reader.records().map(|row| row.expect("a row")) {
        let window = match &row[0] {
            "gk74" => Window::GardnerKnopoff,
            "uhrhammer86" => Window::Uhrhammer,
            "gruenthal" => Window::Gruenthal,
            other => panic!("the reference names a window {other}"),
        };
        let number = |at: usize| row[at].parse::<f64>().expect("a number");
        assert!((window.distance_km(number(1)) / number(2) - 1.0).abs() < 1e-6, "{row:?}");
        let days = window.time_days(number(1)) / TOOLKIT_YEAR_DAYS * 365.0;
        assert!((days / number(3) - 1.0).abs() < 1e-9, "{row:?}: {days}");
        seen += 1;
    }
    assert_eq!(seen, 30);
}

#[test]
fn clusters_by_windows_are_exactly_those_of_the_toolkit() {
    let rows = rows_as_sorted_by_the_toolkit();
    let shocks = catalogue(&rows);
    assert_eq!(shocks.len(), 1020);
    for (name, window) in
        [("gk74", Window::GardnerKnopoff), ("uhrhammer86", Window::Uhrhammer), ("gruenthal", Window::Gruenthal)]
    {
        for (suffix, share) in [("fs1", 1.0), ("fs01", 0.1)] {
            let found = gardner_knopoff(&shocks, window, share);
            for (at, row) in rows.iter().enumerate() {
                assert_eq!(
                    flag(found.part[at]),
                    row[&format!("{name}_{suffix}_flag")],
                    "{name} {suffix} {}",
                    row["id"]
                );
                let cluster = found.cluster[at].to_string();
                assert_eq!(cluster, row[&format!("{name}_{suffix}_cluster")], "{name} {suffix} {}", row["id"]);
            }
        }
    }
}

/// Ties are taken in the order given. In the order of the file that is another order than the toolkit's, and two events of one pair of
/// equal magnitudes change their parts; with the clock to the second nothing else changes.
#[test]
fn the_order_of_ties_and_the_hour_matter_for_two_events_at_most() {
    let rows = rows();
    let mut shocks = catalogue(&rows);
    for (shock, row) in shocks.iter_mut().zip(&rows) {
        let part = |range: std::ops::Range<usize>| row["time_utc"][range].parse::<f64>().expect("a number");
        shock.time_days += (part(11..13) + part(14..16) / 60.0 + part(17..19) / 3600.0) / 24.0;
    }
    for (name, share, most) in [("gk74_fs1", 1.0, 2), ("gk74_fs01", 0.1, 0)] {
        let found = gardner_knopoff(&shocks, Window::GardnerKnopoff, share);
        let other =
            rows.iter().zip(&found.part).filter(|(row, part)| row[&format!("{name}_flag")] != flag(**part)).count();
        assert!(other <= most, "{name}: {other}");
    }
}

#[test]
fn clusters_by_a_moving_window_are_exactly_those_of_the_toolkit() {
    let rows = rows_as_sorted_by_the_toolkit();
    let found = afteran(&catalogue(&rows), Window::GardnerKnopoff, 60.0 / 365.0 * TOOLKIT_YEAR_DAYS);
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(flag(found.part[at]), row["afteran_gk74_60d_flag"], "{}", row["id"]);
    }
}

/// Gardner and Knopoff without any help: everybody is asked.
fn plain_gardner_knopoff(shocks: &[Shock], window: Window, share: f64) -> Clusters {
    let mut order: Vec<usize> = (0..shocks.len()).collect();
    order.sort_by(|one, other| shocks[*other].magnitude.total_cmp(&shocks[*one].magnitude));
    let mut found = Clusters { cluster: vec![0; shocks.len()], part: vec![Part::Mainshock; shocks.len()] };
    let mut number = 0;
    for &main in order.iter().take(shocks.len().saturating_sub(1)) {
        if found.cluster[main] != 0 {
            continue;
        }
        let (reach, lasts) = (window.distance_km(shocks[main].magnitude), window.time_days(shocks[main].magnitude));
        let members: Vec<usize> = (0..shocks.len())
            .filter(|at| *at != main && found.cluster[*at] == 0)
            .filter(|at| {
                let later = shocks[*at].time_days - shocks[main].time_days;
                later >= -lasts * share && later <= lasts && kilometres(&shocks[*at], &shocks[main]) <= reach
            })
            .collect();
        if members.is_empty() {
            continue;
        }
        number += 1;
        found.cluster[main] = number;
        for at in members {
            found.cluster[at] = number;
            let before = shocks[at].time_days < shocks[main].time_days;
            found.part[at] = if before { Part::Foreshock } else { Part::Aftershock };
        }
    }
    found
}

/// Afteran without any help.
fn plain_afteran(shocks: &[Shock], window: Window, gap: f64) -> Clusters {
    let mut order: Vec<usize> = (0..shocks.len()).collect();
    order.sort_by(|one, other| shocks[*other].magnitude.total_cmp(&shocks[*one].magnitude));
    let mut found = Clusters { cluster: vec![0; shocks.len()], part: vec![Part::Mainshock; shocks.len()] };
    let mut number = 0;
    for main in order {
        if found.cluster[main] != 0 {
            continue;
        }
        let reach = window.distance_km(shocks[main].magnitude);
        let mut any = false;
        for (way, part) in [(1.0, Part::Aftershock), (-1.0, Part::Foreshock)] {
            let since = |at: usize| way * (shocks[at].time_days - shocks[main].time_days);
            let mut near: Vec<usize> = (0..shocks.len())
                .filter(|at| found.cluster[*at] == 0 && since(*at) > 0.0)
                .filter(|at| kilometres(&shocks[*at], &shocks[main]) <= reach)
                .collect();
            near.sort_by(|one, other| since(*one).total_cmp(&since(*other)));
            let mut last = way * shocks[main].time_days;
            for at in near {
                let time = way * shocks[at].time_days;
                if time - last >= gap {
                    break;
                }
                last = time;
                any = true;
                found.cluster[at] = number + 1;
                found.part[at] = part;
            }
        }
        if any {
            number += 1;
            found.cluster[main] = number;
        }
    }
    found
}

fn kilometres(one: &Shock, other: &Shock) -> f64 {
    6371.0 * (sphere_distance_m(one.position, other.position) / MEAN_RADIUS_M)
}

/// Sequences anywhere: at the poles, across 180°, at equal times and of equal magnitudes.
fn catalogues() -> impl Strategy<Value = Vec<Shock>> {
    let centre = prop_oneof![
        Just((140.0, 36.0)),
        Just((179.9, -18.0)),
        Just((-179.9, 52.0)),
        Just((10.0, 89.8)),
        Just((-120.0, -89.9)),
        (-180.0..180.0_f64, -90.0..90.0_f64),
    ];
    let shock = move |(longitude, latitude): (f64, f64)| {
        (0_u32..400, -0.8..0.8_f64, -0.5..0.5_f64, 40_u32..80, 0.0..60.0_f64).prop_map(
            move |(day, east, north, tenth, depth_km)| Shock {
                time_days: 7000.0 + f64::from(day),
                position: Position::new(longitude + east, (latitude + north).clamp(-90.0, 90.0)),
                depth_km,
                magnitude: f64::from(tenth) / 10.0,
            },
        )
    };
    centre.prop_flat_map(move |centre| prop::collection::vec(shock(centre), 0..120))
}

proptest! {
    #[test]
    fn fast_clusters_are_those_of_the_plain_loop(shocks in catalogues(), share in 0.0..1.0_f64, which in 0_usize..3) {
        let window = Window::NAMES[which].0;
        prop_assert_eq!(gardner_knopoff(&shocks, window, share), plain_gardner_knopoff(&shocks, window, share));
    }

    #[test]
    fn fast_sequences_are_those_of_the_plain_loop(shocks in catalogues(), gap in 0.0..80.0_f64, which in 0_usize..3) {
        let window = Window::NAMES[which].0;
        prop_assert_eq!(afteran(&shocks, window, gap), plain_afteran(&shocks, window, gap));
    }

    #[test]
    fn reasenbergs_clusters_have_their_properties(shocks in catalogues()) {
        let found = reasenberg(&shocks, &ReasenbergSettings::default());
        for number in 1..=found.count() as u32 {
            let members: Vec<usize> = (0..shocks.len()).filter(|at| found.cluster[*at] == number).collect();
            prop_assert!(members.len() > 1);
            let mains: Vec<usize> = members.iter().copied().filter(|at| found.part[*at] == Part::Mainshock).collect();
            prop_assert_eq!(mains.len(), 1);
            let main = &shocks[mains[0]];
            for &at in &members {
                prop_assert!(shocks[at].magnitude <= main.magnitude);
                match found.part[at] {
                    Part::Foreshock => prop_assert!(shocks[at].time_days <= main.time_days),
                    Part::Mainshock | Part::Aftershock => prop_assert!(shocks[at].time_days >= main.time_days),
                }
            }
            let mut times: Vec<f64> = members.iter().map(|at| shocks[*at].time_days).collect();
            times.sort_by(f64::total_cmp);
            // No gap in a cluster is longer than the longest look-ahead.
            prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] <= 10.0));
        }
        prop_assert!(found.part.iter().zip(&found.cluster).all(|(part, cluster)| *cluster > 0 || *part == Part::Mainshock));
    }

    #[test]
    fn reasenberg_joins_what_comes_within_a_day_and_a_radius(magnitude in 3.0..6.0_f64, hours in 0.0..24.0_f64) {
        let shock = |time_days, longitude| Shock {
            time_days, position: Position::new(longitude, 10.0), depth_km: 10.0, magnitude,
        };
        let reach_km = (10.0 * 0.011 * 10_f64.powf(0.4 * magnitude)).min(30.0);
        let near = [shock(0.0, 120.0), shock(hours / 24.0, 120.0 + 0.9 * reach_km / 110.0)];
        let far = [shock(0.0, 120.0), shock(hours / 24.0, 120.0 + 1.2 * reach_km / 109.0)];
        let late = [shock(0.0, 120.0), shock(10.1, 120.0)];
        let count = |shocks: &[Shock]| reasenberg(shocks, &ReasenbergSettings::default()).count();
        prop_assert_eq!((count(&near), count(&far), count(&late)), (1, 0, 0));
    }
}

#[test]
fn what_is_no_earthquake_is_alone_and_nothing_hangs() {
    let shock = |time_days, latitude, magnitude| Shock {
        time_days,
        position: Position::new(1e300, latitude),
        depth_km: f64::NAN,
        magnitude,
    };
    let shocks = [shock(0.0, 0.0, 300.0), shock(f64::NAN, 0.0, 5.0), shock(1.0, 1e9, 5.0), shock(1.0, 90.0, -300.0)];
    for found in [
        gardner_knopoff(&shocks, Window::GardnerKnopoff, 1.0),
        gardner_knopoff(&shocks, Window::Gruenthal, f64::NAN),
        afteran(&shocks, Window::Uhrhammer, f64::INFINITY),
        afteran(&shocks, Window::Uhrhammer, f64::NAN),
        reasenberg(&shocks, &ReasenbergSettings::default()),
    ] {
        assert_eq!((found.cluster[1], found.cluster[2]), (0, 0));
    }
    assert_eq!(gardner_knopoff(&[], Window::GardnerKnopoff, 1.0).count(), 0);
}
