//! Tessellations: what is shared stays shared, at every level.

use crate::support::{any_recipe, bits, borders, complaints, edges, farthest, level, levels, levels_found_anew};
use crate::tessellation::{Area, CELL_M, Recipe, Ring, areas, arrays, batches, rows_of, signed_area};
use proptest::prelude::*;
use std::collections::HashSet;
use terrane_formats::display::levels::{BorderFinder, LevelBuilder};

/// From a hundredth of an area to twice its width.
const TOLERANCES_M: [f64; 6] = [4.0, 16.0, 64.0, 150.0, 500.0, 2_000.0];

fn rings(rows: &[Vec<Area>]) -> impl Iterator<Item = &Ring> {
    rows.iter().flatten().flatten()
}

fn total(rows: &[Vec<Area>]) -> f64 {
    rings(rows).map(|ring| signed_area(ring)).sum()
}

fn length_m(ring: &Ring) -> f64 {
    ring.windows(2).map(|edge| (edge[1][0] - edge[0][0]).hypot(edge[1][1] - edge[0][1])).sum()
}

/// The length of all edges that belong to one area only: of the map's outline and of lakes.
fn outline_m(rows: &[Vec<Area>]) -> f64 {
    let all = edges(rings(rows));
    let lonely = all.keys().filter(|&&[from, to]| !all.contains_key(&[to, from]));
    lonely.map(|edge| length_m(&edge.map(|at| at.map(f64::from_bits)).to_vec())).sum()
}

/// Whether a ring was replaced by a triangle.
fn replaced(exact: &Ring, simple: &Ring) -> bool {
    let known: HashSet<_> = exact.iter().copied().map(bits).collect();
    !simple.iter().all(|&position| known.contains(&bits(position)))
}

/// Edges whose other side is missing, other than those of the outline of the map and of lakes.
fn torn(exact: &[Vec<Area>], simple: &[Vec<Area>]) -> Vec<[[f64; 2]; 2]> {
    let exact_edges = edges(rings(exact));
    let free = |edges: &std::collections::HashMap<[[u64; 2]; 2], usize>| -> HashSet<[u64; 2]> {
        edges.keys().filter(|&&[from, to]| !edges.contains_key(&[to, from])).flatten().copied().collect()
    };
    let outside = free(&exact_edges);
    // Where a ring with junctions had to be replaced, its neighbours keep their side alone.
    let given_up: HashSet<[u64; 2]> = rings(exact)
        .zip(rings(simple))
        .filter(|(exact, simple)| replaced(exact, simple))
        .flat_map(|(exact, simple)| exact.iter().chain(simple).copied().map(bits))
        .collect();
    let all = edges(rings(simple));
    let lonely = all.iter().filter(|&(&[from, to], &count)| all.get(&[to, from]) != Some(&count));
    let excused = |at: &[u64; 2]| outside.contains(at) || given_up.contains(at);
    lonely
        .filter(|&(edge, _)| !edge.iter().all(excused))
        .map(|(edge, _)| edge.map(|at| at.map(f64::from_bits)))
        .collect()
}

#[test]
fn the_made_up_map_is_a_valid_tessellation() {
    let recipe = Recipe { side: 8, depth: 3, roughness: 1.0, seed: 3, one_island_in: 1 };
    let rows = rows_of(&batches(&areas(&recipe), 10));
    let wrong: Vec<String> = rows.iter().flatten().flat_map(complaints).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(torn(&rows, &rows).is_empty());
    assert!(edges(rings(&rows)).values().all(|&count| count == 1));
    let lakes = (8.0 * CELL_M).powi(2) - total(&rows);
    assert!(lakes > 0.0 && lakes < 64.0 * CELL_M * CELL_M / 10.0, "{lakes}");
}

#[test]
fn fewer_positions_remain_at_each_level() {
    let recipe = Recipe { side: 20, depth: 3, roughness: 0.9, seed: 5, one_island_in: 3 };
    let exact = batches(&areas(&recipe), 100);
    let counts: Vec<usize> =
        levels(&exact, &TOLERANCES_M).iter().map(|level| level.iter().map(|arrays| arrays.xy.len()).sum()).collect();
    let given: usize = exact.iter().map(|arrays| arrays.xy.len()).sum();
    assert!(counts[2] * 3 < given && counts[3] * 10 < given, "{given} {counts:?}");
    assert!(counts.windows(2).all(|pair| pair[1] <= pair[0]), "{counts:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_sides_of_a_border_stay_the_same_at_every_level(recipe in any_recipe()) {
        let exact = batches(&areas(&recipe), 7);
        let rows = rows_of(&exact);
        for levels in [levels(&exact, &TOLERANCES_M), levels_found_anew(&exact, &TOLERANCES_M)] {
            for (simple, tolerance) in levels.iter().zip(TOLERANCES_M) {
                let torn = torn(&rows, &rows_of(simple));
                prop_assert!(torn.is_empty(), "tolerance {tolerance}: {torn:?}");
            }
        }
    }

    #[test]
    fn what_all_areas_weigh_together_changes_only_along_the_outline(recipe in any_recipe()) {
        let exact = batches(&areas(&recipe), 7);
        let rows = rows_of(&exact);
        for (simple, tolerance) in levels(&exact, &TOLERANCES_M).iter().zip(TOLERANCES_M) {
            let simple = rows_of(simple);
            let replaced = rings(&rows).zip(rings(&simple)).filter(|(exact, simple)| replaced(exact, simple));
            // Each level may move the outline by its tolerance, and a replaced ring within its place.
            let spare = (outline_m(&rows) + replaced.map(|(exact, _)| length_m(exact)).sum::<f64>()) * tolerance * 1.5;
            let (given, now) = (total(&rows), total(&simple));
            prop_assert!((now - given).abs() <= spare, "tolerance {tolerance}: {given} -> {now}, {spare}");
        }
    }

    #[test]
    fn no_ring_crosses_itself_and_holes_stay_inside(recipe in any_recipe()) {
        let exact = batches(&areas(&recipe), 7);
        for levels in [levels(&exact, &TOLERANCES_M), levels_found_anew(&exact, &TOLERANCES_M)] {
            for (simple, tolerance) in levels.iter().zip(TOLERANCES_M) {
                let wrong: Vec<String> = rows_of(simple).iter().flatten().flat_map(complaints).collect();
                prop_assert!(wrong.is_empty(), "tolerance {tolerance}: {wrong:?}");
            }
        }
    }

    #[test]
    fn borders_stay_within_the_tolerance(recipe in any_recipe(), tolerance in 1.0_f64..400.0) {
        let exact = batches(&areas(&recipe), 7);
        let simple = level(&borders(&exact), &exact, tolerance);
        for (exact, simple) in rings(&rows_of(&exact)).zip(rings(&rows_of(&simple))) {
            let most = farthest(simple, exact).max(farthest(exact, simple));
            // A triangle lies within the four by four half pixels of its ring, or sticks out by less than a pixel.
            let bound = if replaced(exact, simple) { 4.0 * tolerance * 2.0_f64.sqrt() } else { tolerance };
            prop_assert!(most <= bound * (1.0 + 1e-9), "{most} > {bound}: {exact:?} {simple:?}");
        }
    }

    #[test]
    fn rows_in_any_order_and_batches_of_any_size_give_the_same(recipe in any_recipe(), tolerance in 1.0_f64..2_000.0, rows in 1_usize..50) {
        let all = areas(&recipe);
        let exact = batches(&all, 1_000);
        let expected = rows_of(&level(&borders(&exact), &exact, tolerance));
        let mut backwards = all.clone();
        backwards.reverse();
        let other = batches(&backwards, rows);
        let mut actual = rows_of(&level(&borders(&other), &other, tolerance));
        actual.reverse();
        prop_assert_eq!(expected, actual);
    }

    #[test]
    fn a_ring_that_begins_elsewhere_or_has_its_minus_zeros_gives_the_same_edges(recipe in any_recipe(), tolerance in 1.0_f64..2_000.0) {
        let all = areas(&recipe);
        let turned: Vec<Area> = all.iter().map(|area| area.iter().map(turned).collect()).collect();
        let (exact, other) = (batches(&all, 10), batches(&turned, 10));
        let expected = rows_of(&level(&borders(&exact), &exact, tolerance));
        let actual = rows_of(&level(&borders(&other), &other, tolerance));
        prop_assert_eq!(edges(rings(&expected)), edges(rings(&actual)));
    }
}

/// The same ring from its middle on.
fn turned(ring: &Ring) -> Ring {
    let mut open = ring[..ring.len() - 1].to_vec();
    let middle = open.len() / 2;
    open.rotate_left(middle);
    open.push(open[0]);
    open
}

#[test]
fn threads_may_look_at_batches_of_their_own() {
    let recipe = Recipe { side: 12, depth: 3, roughness: 1.0, seed: 9, one_island_in: 2 };
    let exact = batches(&areas(&recipe), 10);
    let borders = borders(&exact);
    let mut together = LevelBuilder::new(&borders, 60.0);
    let mut apart = LevelBuilder::new(&borders, 60.0);
    loop {
        exact.iter().for_each(|arrays| together.look(arrays));
        let found: Vec<_> = std::thread::scope(|scope| {
            let apart = &apart;
            let threads: Vec<_> = exact.iter().map(|arrays| scope.spawn(move || apart.examine(arrays))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        found.into_iter().rev().for_each(|findings| apart.take(findings));
        let settled = [together.settle(), apart.settle()];
        assert_eq!(settled[0], settled[1]);
        assert_eq!(together.arcs_held(), apart.arcs_held());
        if settled[0] {
            break;
        }
    }
    assert_eq!(together.simplify(&exact[3]).xy, apart.simplify(&exact[3]).xy);
}

#[test]
fn parts_of_one_row_are_areas_like_others() {
    let recipe = Recipe { side: 9, depth: 2, roughness: 0.8, seed: 2, one_island_in: 2 };
    let all = areas(&recipe);
    let single = batches(&all, 1_000);
    let several = [arrays(all.chunks(3).map(<[Area]>::to_vec))];
    let expected = rows_of(&level(&borders(&single), &single, 40.0));
    let actual = rows_of(&level(&borders(&several), &several, 40.0));
    assert_eq!(expected.concat(), actual.concat());
}

#[test]
fn borders_are_a_few_bytes_and_may_be_shown_twice() {
    let recipe = Recipe { side: 30, depth: 2, roughness: 0.8, seed: 1, one_island_in: 0 };
    let exact = batches(&areas(&recipe), 100);
    let once = borders(&exact);
    // Corners within the map; on its outline, corners and bends are seen by one or two areas.
    let junctions = once.junctions().unwrap();
    assert!((29 * 29..=31 * 31).contains(&junctions), "{junctions}");
    assert!(once.memory_bytes() <= junctions * 16, "{}", once.memory_bytes());
    let mut finder = BorderFinder::with_room_for(10);
    exact.iter().chain(&exact).for_each(|arrays| finder.look(arrays));
    assert_eq!(finder.finish().junctions(), Some(junctions));
}
