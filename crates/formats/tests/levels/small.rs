//! Areas below a pixel: they keep what they weigh.

use crate::support::{borders, level};
use crate::tessellation::{Position, Ring, arrays, rows_of, signed_area};

fn circle(centre: Position, radius: f64, corners: usize) -> Ring {
    let corner = |at: usize| {
        let angle = (at % corners) as f64 / corners as f64 * std::f64::consts::TAU;
        [centre[0] + radius * angle.cos(), centre[1] + radius * angle.sin()]
    };
    (0..=corners).map(corner).collect()
}

fn reversed(ring: &Ring) -> Ring {
    ring.iter().rev().copied().collect()
}

#[test]
fn an_island_and_its_hole_become_the_same_triangle() {
    let island = circle([50.0, 50.0], 1.0, 40);
    let sea = vec![circle([50.0, 50.0], 40.0, 100), reversed(&island)];
    let rows = [arrays([vec![sea], vec![vec![island.clone()]]])];
    let simple = rows_of(&level(&borders(&rows), &rows, 1.0));
    let (hole, island_now) = (&simple[0][0][1], &simple[1][0][0]);
    assert_eq!(island_now.len(), 4);
    assert_eq!(hole, &reversed(island_now));
    assert!((signed_area(island_now) - signed_area(&island)).abs() < 1e-12);
    let again = [arrays(simple.clone())];
    assert_eq!(rows_of(&level(&borders(&rows), &again, 2.0))[1], simple[1], "the next level keeps it");
}

#[test]
fn a_building_of_four_corners_stays_what_it_is() {
    let building = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 0.5], [0.0, 0.5], [0.0, 0.0]];
    let rows = [arrays([vec![vec![building.clone()]]])];
    assert_eq!(rows_of(&level(&borders(&rows), &rows, 10.0)), [vec![vec![building]]]);
}

#[test]
fn a_thin_dyke_is_not_drawn_together_into_a_dot() {
    let north = (0..=200).map(|at| [f64::from(at), 0.3 + (f64::from(at) * 0.7).sin() * 0.1]);
    let south = (0..=200).rev().map(|at| [f64::from(at), -0.3 + (f64::from(at) * 0.9).sin() * 0.1]);
    let mut dyke: Ring = north.chain(south).collect();
    dyke.push(dyke[0]);
    let rows = [arrays([vec![vec![dyke.clone()]]])];
    let simple = &rows_of(&level(&borders(&rows), &rows, 1.0))[0][0][0];
    let [given, now] = [&dyke, simple].map(|ring| signed_area(ring));
    assert!(simple.len() < dyke.len() / 3, "{}", simple.len());
    assert!(now / given > 0.5 && now / given < 2.0, "{given} {now}");
    assert!(simple.iter().any(|at| at[0] < 5.0) && simple.iter().any(|at| at[0] > 195.0));
}

#[test]
fn a_lens_between_two_neighbours_that_would_vanish_keeps_its_weight() {
    let (start, end) = ([-1.0, 0.0], [1.0, 0.0]);
    let bow = |height: f64| -> Ring {
        (0..=20).map(|at| f64::from(at) / 10.0 - 1.0).map(|x| [x, height * (1.0 - x * x)]).collect()
    };
    let (upper, lower) = (bow(0.4), bow(-0.2));
    let lens: Ring = lower.iter().chain(upper.iter().rev().skip(1)).copied().collect();
    let north: Ring =
        [vec![[-9.0, 0.0]], upper.clone(), vec![[9.0, 0.0], [9.0, 9.0], [-9.0, 9.0], [-9.0, 0.0]]].concat();
    let south: Ring =
        [vec![[9.0, 0.0]], reversed(&lower), vec![[-9.0, 0.0], [-9.0, -9.0], [9.0, -9.0], [9.0, 0.0]]].concat();
    let rows = [arrays([vec![vec![lens.clone()]], vec![vec![north]], vec![vec![south]]])];
    let simple = rows_of(&level(&borders(&rows), &rows, 2.0));
    let [lens_now, north, south] = [0, 1, 2].map(|row: usize| &simple[row][0][0]);
    assert_eq!(lens_now.len(), 4);
    assert!((signed_area(lens_now) - signed_area(&lens)).abs() < 1e-12);
    let has = |ring: &Ring, from: Position, to: Position| ring.windows(2).any(|edge| edge == [from, to]);
    assert!(has(north, start, end) && has(south, end, start), "the neighbours close the gap: {north:?} {south:?}");
}

#[test]
fn a_bay_that_would_cross_another_is_kept() {
    // Two fingers of one ring, bent around each other less than a tolerance apart.
    let path = |offset: f64| (0..=40).map(move |at| [f64::from(at), (f64::from(at) * 0.5).sin() * 3.0 + offset]);
    let mut ring: Ring = path(0.0).chain(path(0.2).collect::<Vec<_>>().into_iter().rev()).collect();
    ring.extend([[-5.0, 20.0], [60.0, 20.0], [60.0, -20.0], [-5.0, -20.0], [0.0, 0.0]]);
    let rows = [arrays([vec![vec![ring]]])];
    let before = crate::support::complaints(&rows_of(&rows)[0][0]);
    let after = crate::support::complaints(&rows_of(&level(&borders(&rows), &rows, 2.0))[0][0]);
    assert!(before.is_empty(), "{before:?}");
    assert!(after.is_empty(), "{after:?}");
}
