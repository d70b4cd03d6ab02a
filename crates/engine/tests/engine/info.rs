//! What is at a point: five pixels around points, exact for areas, samples, and all of it across 180°.

use crate::kit::{Node, areas, id, longitudes, names, node_of, node_of_grid, points, rectangle, view};
use terrane_engine::info::Found;
use terrane_engine::pool::wait;
use terrane_engine::{Caller, InfoHit, InfoQuestion, PictureLayer, View};
use terrane_model::filter::Literal;
use terrane_model::testing::Effort;
use terrane_model::{Crs, Filter, Kind};

fn question(layer: &str, view: View, at_px: [u32; 2]) -> InfoQuestion {
    let layers = vec![PictureLayer::new(id(layer), None)];
    InfoQuestion { layers, view, at_px, count: 10, crs: Crs::crs84() }
}

fn ask(node: &Node, question: InfoQuestion) -> Vec<InfoHit> {
    wait(node.engine.info(Caller::Public, question)).expect("answered")
}

fn found(node: &Node, view: &View, at_px: [u32; 2]) -> Vec<String> {
    let hits = ask(node, question("rows", view.clone(), at_px));
    let rows = hits.iter().map(|hit| match &hit.found {
        Found::Rows { batches, .. } => names(batches),
        Found::Samples { .. } => panic!("rows were asked for"),
    });
    rows.flatten().collect()
}

/// The longitude that the grid says is there, and where the answer says it is.
fn sample(node: &Node, view: View, at_px: [u32; 2]) -> Option<([f64; 2], f64)> {
    let hits = ask(node, question("grid", view, at_px));
    hits.first().map(|hit| match &hit.found {
        Found::Samples { position, values } => (*position, values[0].1.expect("a sample")),
        Found::Rows { .. } => panic!("samples were asked for"),
    })
}

#[test]
fn a_point_is_found_within_five_pixels_and_not_farther() {
    let node = node_of(Effort::Nothing, points(Crs::crs84(), &[("here", [105.05, 15.05])]));
    // A tenth of a degree per pixel: the point is in the middle of pixel 50, 49.
    let view = view(Crs::crs84(), [100.0, 10.0, 110.0, 20.0], 100, 100);
    for (at, expected) in [([50, 49], 1), ([54, 49], 1), ([46, 53], 1), ([56, 49], 0), ([50, 43], 0), ([0, 0], 0)] {
        assert_eq!(found(&node, &view, at).len(), expected, "{at:?}");
    }
}

#[test]
fn an_area_is_found_inside_and_on_its_edge_only() {
    let node = node_of(Effort::Nothing, areas(Crs::crs84(), &[("square", &rectangle(102.05, 12.0, 104.0, 14.0))]));
    let view = view(Crs::crs84(), [100.0, 10.0, 110.0, 20.0], 100, 100);
    for (at, expected) in [([30, 70], 1), ([20, 70], 1), ([19, 70], 0), ([39, 79], 1), ([41, 79], 0)] {
        assert_eq!(found(&node, &view, at).len(), expected, "{at:?}");
    }
}

#[test]
fn points_on_both_sides_of_180_degrees_are_found_in_every_spelling_of_the_view() {
    let both = [("west", [179.95, 0.05]), ("east", [-179.95, 0.05]), ("far", [0.0, 0.05])];
    let node = node_of(Effort::Nothing, points(Crs::crs84(), &both));
    for west in [175.0, -185.0, 535.0] {
        let view = view(Crs::crs84(), [west, -5.0, west + 10.0, 5.0], 100, 100);
        assert_eq!(found(&node, &view, [50, 49]), ["west", "east"], "from {west}");
        assert_eq!(found(&node, &view, [60, 49]), [""; 0], "from {west}");
    }
    let globe_m = 40_075_016.685_578_49;
    for shift_m in [0.0, -globe_m] {
        let middle = globe_m / 2.0 + shift_m;
        let view = view(Crs::web_mercator(), [middle - 500_000.0, -500_000.0, middle + 500_000.0, 500_000.0], 100, 100);
        assert_eq!(found(&node, &view, [50, 49]), ["west", "east"], "{shift_m}");
    }
}

#[test]
fn longitudes_from_0_to_360_are_found_as_any_others() {
    let node = node_of(Effort::Nothing, points(Crs::crs84(), &[("east", [185.05, 0.05])]));
    for west in [180.0, -180.0] {
        let view = view(Crs::crs84(), [west, -5.0, west + 10.0, 5.0], 100, 100);
        assert_eq!(found(&node, &view, [50, 49]), ["east"], "from {west}");
    }
}

#[test]
fn a_row_that_goes_all_around_is_found_once() {
    let node = node_of(Effort::Nothing, areas(Crs::crs84(), &[("world", &rectangle(-180.0, -90.0, 180.0, 90.0))]));
    let view = view(Crs::crs84(), [170.0, -10.0, 190.0, 10.0], 20, 20);
    for x in 0..20 {
        assert_eq!(found(&node, &view, [x, 10]), ["world"], "pixel {x}");
    }
}

#[test]
fn rows_in_metres_are_found_in_a_view_in_degrees_past_180() {
    // −176.5 −44 in EPSG:2193, as GDAL's gdaltransform has it.
    let node = node_of(Effort::Nothing, points(Crs::epsg(2193), &[("Chatham", [2_441_977.480, 5_074_225.226])]));
    let view = view(Crs::crs84(), [178.5, -49.0, 188.5, -39.0], 100, 100);
    assert_eq!(found(&node, &view, [50, 50]), ["Chatham"]);
    assert_eq!(found(&node, &view, [60, 50]), [""; 0]);
}

#[test]
fn the_filter_and_the_scale_of_a_layer_hold_and_the_count_is_kept() {
    let five: Vec<(&str, [f64; 2])> = ["a", "b", "c", "d", "e"].map(|name| (name, [105.05, 15.05])).to_vec();
    let node = node_of(Effort::Nothing, points(Crs::crs84(), &five));
    let view = view(Crs::crs84(), [100.0, 10.0, 110.0, 20.0], 100, 100);
    let rows = |change: &dyn Fn(&mut InfoQuestion)| {
        let mut question = question("rows", view.clone(), [50, 49]);
        change(&mut question);
        let hits = ask(&node, question);
        hits.iter()
            .map(|hit| match &hit.found {
                Found::Rows { batches, .. } => names(batches).len(),
                Found::Samples { .. } => 0,
            })
            .sum::<usize>()
    };
    assert_eq!(rows(&|_| {}), 5);
    assert_eq!(rows(&|question| question.count = 3), 3);
    assert_eq!(rows(&|question| question.count = 0), 1, "at least one");
    let only_c = Filter::equals("name", Literal::Text("c".to_owned()));
    assert_eq!(rows(&|question| question.layers[0].filter = Some(only_c.clone())), 1);
    assert_eq!(
        rows(&|question| question.layers[0].scale_max = Some(view.scale_denominator)),
        0,
        "not drawn, not found"
    );
    assert_eq!(rows(&|question| question.layers[0].scale_min = Some(view.scale_denominator)), 5);
}

#[test]
fn the_sample_under_the_point_is_told_also_past_180_degrees() {
    // The samples from 60° to 200° are their own longitudes.
    let node = node_of_grid(longitudes(60.0, 200.0));
    let at = |west: f64, x: u32| {
        let view = view(Crs::crs84(), [west, -10.0, west + 20.0, 10.0], 20, 20);
        sample(&node, view, [x, 10])
    };
    assert_eq!(at(60.0, 0), Some(([60.5, -0.5], 60.0)));
    assert_eq!(at(170.0, 15), Some(([-174.5, -0.5], 185.0)));
    assert_eq!(at(-190.0, 15), Some(([-174.5, -0.5], 185.0)));
    assert_eq!(at(-180.0, 19), Some(([-160.5, -0.5], 199.0)));
    assert_eq!(at(-170.0, 10), None, "the grid ends at 200°");
    assert_eq!(at(40.0, 10), None);
}

#[test]
fn a_pixel_outside_and_a_layer_that_is_not_there_are_refused() {
    let node = node_of(Effort::Nothing, points(Crs::crs84(), &[("here", [105.05, 15.05])]));
    let view = view(Crs::crs84(), [100.0, 10.0, 110.0, 20.0], 100, 100);
    let refused = |question| wait(node.engine.info(Caller::Public, question)).err().map(|error| error.kind());
    assert_eq!(refused(question("rows", view.clone(), [100, 0])), Some(Kind::Invalid));
    assert_eq!(refused(question("rows", view.clone(), [0, u32::MAX])), Some(Kind::Invalid));
    assert_eq!(refused(question("nowhere", view, [0, 0])), Some(Kind::NotFound));
}
