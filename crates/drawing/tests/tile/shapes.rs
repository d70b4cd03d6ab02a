//! Shapes whose outcome is known.

use crate::kit::{area, areas, cut, judge, lines, points, polygons};
use terrane_drawing::tile::{Cutter, Grain};
use terrane_formats::tile::mvt::ShapeKind;

fn square(x: f64, y: f64, side: f64) -> Vec<[f64; 2]> {
    vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
}

fn cutter() -> Cutter {
    Cutter::new(Grain::FINEST)
}

#[test]
fn outer_rings_are_positive_and_holes_negative_whichever_way_they_came() {
    for (turn_outer, turn_hole) in [(false, false), (true, false), (false, true), (true, true)] {
        let (mut outer, mut hole) = (square(10.0, 10.0, 100.0), square(20.0, 20.0, 10.0));
        if turn_outer {
            outer.reverse();
        }
        if turn_hole {
            hole.reverse();
        }
        let shape = cut(&mut cutter(), &areas(&[vec![outer, hole]]), ShapeKind::Area);
        judge(&shape);
        assert_eq!((area(&shape), shape.ends.len()), (10_000.0 - 100.0, 2));
    }
}

#[test]
fn an_area_that_reaches_out_several_times_is_cut_into_as_many_parts() {
    // A comb whose back lies beyond the margin.
    let mut comb = vec![[-500.0, 0.0]];
    for tooth in 0..4 {
        let y = f64::from(tooth) * 100.0;
        comb.extend([[100.0, y], [100.0, y + 50.0], [-400.0, y + 50.0], [-400.0, y + 100.0]]);
    }
    comb.push([-500.0, 400.0]);
    let mut cutter = cutter();
    let shape = cut(&mut cutter, &areas(&[vec![comb]]), ShapeKind::Area);
    judge(&shape);
    assert_eq!((shape.ends.len(), area(&shape)), (4, 4.0 * 164.0 * 50.0));
    assert_eq!((cutter.tally().repaired, cutter.tally().lost), (1, 0));
}

#[test]
fn an_area_around_the_tile_is_the_tile_with_its_margin() {
    let shape = cut(&mut cutter(), &areas(&[vec![square(-1e9, -1e9, 1e10)]]), ShapeKind::Area);
    judge(&shape);
    assert_eq!(area(&shape), 4_224.0 * 4_224.0);
    let away = cut(&mut cutter(), &areas(&[vec![square(5_000.0, 0.0, 10.0)]]), ShapeKind::Area);
    assert!(away.is_empty());
}

#[test]
fn a_neck_that_closes_on_the_grid_makes_two_parts() {
    let neck = vec![
        [0.0, 0.0],
        [100.0, 0.0],
        [100.0, 49.8],
        [200.0, 49.8],
        [200.0, 0.0],
        [300.0, 0.0],
        [300.0, 100.0],
        [200.0, 100.0],
        [200.0, 50.2],
        [100.0, 50.2],
        [100.0, 100.0],
        [0.0, 100.0],
    ];
    let shape = cut(&mut cutter(), &areas(&[vec![neck]]), ShapeKind::Area);
    judge(&shape);
    assert_eq!((polygons(&shape).0.len(), area(&shape)), (2, 20_000.0));
}

#[test]
fn neighbours_share_their_border_on_every_grid() {
    // One wavy border, cut and put on the grid from both sides: together they are the whole square.
    let border: Vec<[f64; 2]> =
        (0..=200).map(|at| [2_000.0 + 300.0 * (f64::from(at) * 0.7).sin(), -300.0 + f64::from(at) * 23.7]).collect();
    let west: Vec<[f64; 2]> = [[-900.0, -300.0]].into_iter().chain(border.clone()).chain([[-900.0, 4_440.0]]).collect();
    let east: Vec<[f64; 2]> =
        [[5_900.0, 4_440.0]].into_iter().chain(border.into_iter().rev()).chain([[5_900.0, -300.0]]).collect();
    let mut grain = Some(Grain::FINEST);
    while let Some(now) = grain {
        let mut cutter = Cutter::new(now);
        let [west, east] = [&west, &east].map(|ring| cut(&mut cutter, &areas(&[vec![ring.clone()]]), ShapeKind::Area));
        judge(&west);
        judge(&east);
        assert_eq!(area(&west) + area(&east), 4_224.0 * 4_224.0, "{now:?}");
        grain = now.coarser();
    }
}

#[test]
fn a_line_that_leaves_comes_back_as_another() {
    let line = vec![[10.0, 10.0], [10.0, 10.2], [5_000.0, 10.0], [5_000.0, 90.0], [10.0, 90.0]];
    let shape = cut(&mut cutter(), &lines(&[line]), ShapeKind::Line);
    judge(&shape);
    let runs: Vec<&[[i32; 2]]> = shape.runs().collect();
    assert_eq!(runs, [&[[10, 10], [4_160, 10]], &[[4_160, 90], [10, 90]]]);
}

#[test]
fn points_beyond_the_margin_are_left_out() {
    let shape = cut(
        &mut cutter(),
        &points(&[[-64.0, 0.4], [-65.0, 0.0], [4_160.0, 4_096.0], [f64::NAN, 0.0]]),
        ShapeKind::Point,
    );
    judge(&shape);
    assert_eq!(shape.positions, [[-64, 0], [4_160, 4_096]]);
}
