//! Which overview answers, and how overviews are made.

use super::super::average::{Axis, Method, reduce};
use super::super::pyramid::sizes;
use super::super::window::{level_for, part};
use super::*;
use terrane_model::grid::GridTransform;

fn levels(steps: &[f64]) -> Vec<GridTransform> {
    steps.iter().map(|&step| GridTransform::north_up([0.0, 0.0], [step, -step])).collect()
}

#[test]
fn the_coarsest_level_that_is_fine_enough_answers() {
    let levels = levels(&[10.0, 20.0, 40.0]);
    for (asked, level) in
        [(None, 0), (Some(5.0), 0), (Some(10.0), 0), (Some(19.9), 0), (Some(20.0), 1), (Some(39.0), 1), (Some(1e9), 2)]
    {
        assert_eq!(level_for(asked, &levels), level, "{asked:?}");
    }
}

#[test]
fn a_box_on_cell_edges_takes_no_neighbours() {
    let transform = GridTransform::north_up([100.1, 50.3], [0.1, -0.1]);
    let bbox = Bbox { min: transform.ground(3.0, 9.0), max: transform.ground(7.0, 5.0) };
    let found = part(&bbox, &transform, [20, 20]);
    assert_eq!((found.columns, found.rows), (3..7, 5..9));
}

#[test]
fn a_box_across_180_degrees_gets_all_that_the_grid_has_of_it() {
    let crossing = Bbox { min: [170.0, -10.0], max: [-170.0, 10.0] };
    // From 60° to 200° on: the grid goes past 180° and has 170° to 190°.
    let beyond = part(&crossing, &GridTransform::north_up([60.0, 65.0], [1.0, -1.0]), [140, 125]);
    assert_eq!(beyond.columns, 110..130);
    // From −180° to 180°: both ends are needed, so the answer is the whole width.
    let world = part(&crossing, &GridTransform::north_up([-180.0, 90.0], [1.0, -1.0]), [360, 180]);
    assert_eq!((world.columns, world.rows), (0..360, 80..100));
}

#[test]
fn boxes_that_are_no_boxes_have_nothing() {
    let transform = GridTransform::north_up([0.0, 0.0], [1.0, -1.0]);
    for bbox in [
        Bbox::EMPTY,
        Bbox { min: [f64::NAN; 2], max: [f64::NAN; 2] },
        Bbox { min: [1e308, 1e308], max: [f64::MAX, f64::MAX] },
        Bbox { min: [-1e308, -1e308], max: [-1e307, -1e307] },
    ] {
        let found = part(&bbox, &transform, [10, 10]);
        assert!(found.columns.is_empty() && found.rows.is_empty(), "{bbox:?}");
    }
    let all = Bbox { min: [-1e308, -1e308], max: [1e308, 1e308] };
    assert_eq!(part(&all, &transform, [10, 10]).columns, 0..10);
}

#[test]
fn overviews_are_added_until_both_sides_are_below_512() {
    assert_eq!(sizes(511, 3), [[511, 3]]);
    assert_eq!(sizes(512, 3), [[512, 3], [256, 2]]);
    assert_eq!(sizes(2049, 700), [[2049, 700], [1025, 350], [513, 175], [257, 88]]);
}

fn averaged(fine: &[f32], width: u32, coarse: [u32; 2], no_data: Option<f64>) -> Vec<f32> {
    let height = fine.len() as u32 / width;
    let [x, y] = [Axis::new(width, coarse[0], 0, coarse[0]), Axis::new(height, coarse[1], 0, coarse[1])];
    reduce(fine, [&x, &y], Method::Average, no_data)
}

#[test]
fn means_leave_out_what_has_no_data() {
    assert_eq!(averaged(&[1.0, 3.0, 5.0, 7.0], 2, [1, 1], None), [4.0]);
    assert_eq!(averaged(&[1.0, -9.0, 5.0, f32::NAN], 2, [1, 1], Some(-9.0)), [3.0]);
    assert_eq!(averaged(&[-9.0; 4], 2, [1, 1], Some(-9.0)), [-9.0]);
    assert!(averaged(&[f32::NAN; 4], 2, [1, 1], None)[0].is_nan());
}

#[test]
fn a_mean_that_equals_the_value_for_no_data_makes_no_hole() {
    let mean = averaged(&[-1.0, 1.0, -1.0, 1.0], 2, [1, 1], Some(0.0))[0];
    assert_ne!(mean, 0.0);
}

#[test]
fn an_odd_number_of_samples_is_shared_by_area() {
    // Three samples to two: each takes one and a half.
    let coarse = averaged(&[0.0, 6.0, 12.0], 3, [2, 1], None);
    assert_eq!(coarse, [2.0, 10.0]);
    // Nothing is lost or counted twice: the mean of a linear ramp stays where it is.
    let ramp: Vec<f32> = (0..1115).map(|at| at as f32).collect();
    let coarse = averaged(&ramp, 1115, [558, 1], None);
    let ratio = 1115.0 / 558.0;
    for (at, value) in coarse.iter().enumerate() {
        let middle = (at as f32 + 0.5) * ratio - 0.5;
        assert!((value - middle).abs() < 0.26, "{at}: {value} {middle}");
    }
}

#[test]
fn classes_are_never_mixed() {
    let fine: Vec<u8> = vec![1, 1, 9, 9, 1, 1, 9, 9, 4, 4, 4, 4, 4, 4, 4, 4];
    let [x, y] = [Axis::new(4, 2, 0, 2), Axis::new(4, 2, 0, 2)];
    assert_eq!(reduce(&fine, [&x, &y], Method::Nearest, None), [1, 9, 4, 4]);
}
