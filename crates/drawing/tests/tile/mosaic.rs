//! Small areas gathered by class.

use crate::kit::{area, areas, judge};
use terrane_drawing::tile::{Mosaic, Row};

#[test]
fn a_tessellation_of_small_areas_leaves_no_gap_and_each_class_keeps_its_share() {
    let mut mosaic = Mosaic::new(8);
    let (side, count) = (5.0, 100);
    // Every third square is of class 2, the others of class 1.
    for number in 0..count * count {
        let corner = [f64::from(number % count), f64::from(number / count)].map(|place| 1_000.0 + place * side);
        let [x, y] = corner;
        let ring = vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]];
        let arrays = areas(&[vec![ring]]);
        let geometry = arrays.view().get(0).expect("a row");
        mosaic.add(&Row::new(geometry, &arrays.xy), if number % 3 == 0 { 2 } else { 1 });
    }
    let shapes = mosaic.shapes();
    let covered: Vec<(u32, f64)> = shapes.iter().map(|(class, shape)| (*class, area(shape))).collect();
    shapes.iter().for_each(|(_, shape)| judge(shape));
    let all = 500.0 * 500.0;
    let [(1, first), (2, second)] = covered[..] else { panic!("{covered:?}") };
    // Cells are whole, so that the edge of the whole is up to a cell off.
    assert!((first + second - all).abs() / all < 0.04, "{covered:?}");
    assert!((second / all - 1.0 / 3.0).abs() < 0.03, "{covered:?}");
}

#[test]
fn areas_far_apart_are_drawn_as_large_as_they_are_together() {
    let mut mosaic = Mosaic::new(8);
    for number in 0..400 {
        let [x, y] = [f64::from(number % 20) * 200.0, f64::from(number / 20) * 200.0];
        let ring = vec![[x + 1.0, y + 1.0], [x + 5.0, y + 1.0], [x + 5.0, y + 5.0], [x + 1.0, y + 5.0]];
        let arrays = areas(&[vec![ring]]);
        mosaic.add(&Row::new(arrays.view().get(0).expect("a row"), &arrays.xy), 1);
    }
    let drawn: f64 = mosaic.shapes().iter().map(|(_, shape)| area(shape)).sum();
    assert!((drawn - 400.0 * 16.0).abs() < 0.1 * 400.0 * 16.0, "{drawn}");
}
