//! Pictures: where the colours are, across 180°, in projections that fold far away, and within scales and filters.

use crate::kit::{Layer, Node, areas, id, longitudes, node, node_of_grid, rectangle, view};
use terrane_engine::import::ImportOptions;
use terrane_engine::pool::wait;
use terrane_engine::{Caller, PictureLayer, PictureQuestion, Style, View};
use terrane_model::filter::Literal;
use terrane_model::picture::Picture;
use terrane_model::testing::{Effort, MemoryFeatures};
use terrane_model::{Crs, Filter, Kind};

const WHITE: [u8; 4] = [255, 255, 255, 255];
const RED: [u8; 4] = [255, 0, 0, 255];

fn red() -> Style {
    let json = r##"{"rules": [{"symbolizers": [{"type": "fill", "colour": "#ff0000"}]}]}"##;
    Style::from_json(json).expect("a style")
}

fn node_in_red(source: MemoryFeatures) -> Node {
    let node = node(Effort::Nothing, vec![("rows", vec![Layer::rows("rows", source)])]);
    let options = ImportOptions { styles: vec![("default".to_owned(), red())], ..ImportOptions::default() };
    node.import("rows", &options).expect("published");
    node
}

fn question(layer: &str, view: View) -> PictureQuestion {
    PictureQuestion { layers: vec![PictureLayer::new(id(layer), None)], view, background: WHITE, tiled: false }
}

fn draw(node: &Node, question: PictureQuestion) -> Picture {
    wait(node.engine.picture(Caller::Public, question)).expect("drawn")
}

/// The pixels of a row, `#` where they are not white.
fn row(picture: &Picture, y: u32) -> String {
    (0..picture.width_px).map(|x| if picture.pixel(x, y) == WHITE { '.' } else { '#' }).collect()
}

#[test]
fn an_area_is_where_it_is_and_nowhere_else() {
    let node = node_in_red(areas(Crs::crs84(), &[("a", &rectangle(102.0, 12.0, 105.0, 18.0))]));
    let picture = draw(&node, question("rows", view(Crs::crs84(), [100.0, 10.0, 110.0, 20.0], 10, 10)));
    assert_eq!(row(&picture, 5), "..###.....");
    assert_eq!((row(&picture, 1), row(&picture, 8)), ("..........".to_owned(), "..........".to_owned()));
    assert_eq!(picture.pixel(3, 5), RED);
}

#[test]
fn a_view_across_180_degrees_shows_both_sides_in_degrees_and_in_web_mercator() {
    let sides = [("west", rectangle(176.0, -5.0, 180.0, 5.0)), ("east", rectangle(-180.0, -5.0, -178.0, 5.0))];
    let node = node_in_red(areas(Crs::crs84(), &[(sides[0].0, &sides[0].1), (sides[1].0, &sides[1].1)]));
    for west in [175.0, -185.0] {
        let picture = draw(&node, question("rows", view(Crs::crs84(), [west, -5.0, west + 10.0, 5.0], 10, 10)));
        assert_eq!(row(&picture, 5), ".######...", "from {west}");
    }
    let degree_m = 40_075_016.685_578_49 / 360.0;
    for west in [175.0, -185.0] {
        let bbox = [west * degree_m, -4.0 * degree_m, (west + 10.0) * degree_m, 4.0 * degree_m];
        let picture = draw(&node, question("rows", view(Crs::web_mercator(), bbox, 10, 10)));
        assert_eq!(row(&picture, 5), ".######...", "from {west}");
    }
}

#[test]
fn a_view_of_more_than_the_globe_repeats_what_it_shows() {
    let node = node_in_red(areas(Crs::crs84(), &[("a", &rectangle(100.0, -90.0, 110.0, 90.0))]));
    let picture = draw(&node, question("rows", view(Crs::crs84(), [-270.0, -90.0, 270.0, 90.0], 54, 18)));
    let columns: Vec<usize> = row(&picture, 9).match_indices('#').map(|(at, _)| at).collect();
    assert_eq!(columns, [1, 37], "at −260° and at 100°");
}

#[test]
fn areas_around_the_globe_do_not_fold_into_a_view_in_utm() {
    // Land on the far side of the globe, where transverse Mercator makes no sense, and one area in view.
    let world = [
        ("far east", rectangle(-170.0, -80.0, -10.0, 80.0)),
        ("far west", rectangle(0.0, -80.0, 100.0, 80.0)),
        ("here", rectangle(138.0, 34.0, 139.5, 36.0)),
    ];
    let rings: Vec<(&str, &[[f64; 2]])> = world.iter().map(|(name, ring)| (*name, ring.as_slice())).collect();
    let node = node_in_red(areas(Crs::crs84(), &rings));
    // 138° 35° to 142° 37° of UTM zone 54 or so (EPSG:32654; the middle is 141°).
    let picture = draw(
        &node,
        question("rows", view(Crs::epsg(32_654), [200_000.0, 3_850_000.0, 700_000.0, 4_100_000.0], 50, 25)),
    );
    // At 35° north, 138° is at 226 200 m and 139.5° at 363 100 m (GDAL): pixels 2 to 16.
    assert_eq!(row(&picture, 22), format!("..{}{}", "#".repeat(15), ".".repeat(33)));
    assert!((0..50).all(|x| picture.pixel(x, 0) == WHITE), "nothing north of 36°");
}

#[test]
fn an_area_that_reaches_out_of_the_domain_is_cut_and_fills_the_view() {
    let node = node_in_red(areas(Crs::crs84(), &[("world", &rectangle(-180.0, -90.0, 180.0, 90.0))]));
    let picture = draw(
        &node,
        question("rows", view(Crs::epsg(32_654), [200_000.0, 3_850_000.0, 700_000.0, 4_100_000.0], 50, 25)),
    );
    assert!(picture.rgba.chunks(4).all(|pixel| pixel == RED));
}

#[test]
fn a_projection_about_180_degrees_shows_both_sides_of_it() {
    // EPSG:3832 (PDC Mercator, middle meridian 150°): 170° is 2 226 390 m, −170° is 4 452 780 m (GDAL).
    let node = node_in_red(areas(
        Crs::crs84(),
        &[
            ("west", &rectangle(175.0, -60.0, 180.0, 60.0)),
            ("east", &rectangle(-180.0, -60.0, -175.0, 60.0)),
            ("africa", &rectangle(0.0, -30.0, 40.0, 30.0)),
        ],
    ));
    let picture = draw(
        &node,
        question("rows", view(Crs::epsg(3832), [2_226_390.0, -1_000_000.0, 4_452_780.0, 1_000_000.0], 20, 18)),
    );
    assert_eq!(row(&picture, 9), ".....##########.....");
}

#[test]
fn a_grid_from_60_to_200_degrees_is_drawn_on_both_sides_of_180() {
    let node = node_of_grid(longitudes(60.0, 200.0));
    for west in [150.0, -210.0] {
        let picture = draw(&node, question("grid", view(Crs::crs84(), [west, -10.0, west + 80.0, 10.0], 80, 20)));
        assert_eq!(row(&picture, 10), format!("{}{}", "#".repeat(50), ".".repeat(30)), "from {west}");
    }
    let picture = draw(&node, question("grid", view(Crs::crs84(), [-180.0, -10.0, 180.0, 10.0], 360, 20)));
    assert_eq!(row(&picture, 10), format!("{}{}{}", "#".repeat(20), ".".repeat(220), "#".repeat(120)));
    // The same ground has the same colour, however its longitude is spelt.
    let past = draw(&node, question("grid", view(Crs::crs84(), [180.0, -10.0, 200.0, 10.0], 20, 20)));
    for x in 0..20 {
        assert_eq!(past.pixel(x, 10), picture.pixel(x, 10), "{x}");
    }
}

#[test]
fn a_layer_is_drawn_within_its_scales_and_with_the_rows_of_its_filter() {
    let two = [("a", rectangle(101.0, 10.0, 103.0, 20.0)), ("b", rectangle(106.0, 10.0, 108.0, 20.0))];
    let node = node_in_red(areas(Crs::crs84(), &[(two[0].0, &two[0].1), (two[1].0, &two[1].1)]));
    let view = view(Crs::crs84(), [100.0, 10.0, 110.0, 20.0], 10, 10);
    let drawn = |change: &dyn Fn(&mut PictureLayer)| {
        let mut question = question("rows", view.clone());
        change(&mut question.layers[0]);
        row(&draw(&node, question), 5)
    };
    assert_eq!(drawn(&|_| {}), ".##...##..");
    let only_b = Filter::equals("name", Literal::Text("b".to_owned()));
    assert_eq!(drawn(&|layer| layer.filter = Some(only_b.clone())), "......##..");
    let scale = view.scale_denominator;
    assert_eq!(drawn(&|layer| layer.scale_min = Some(scale)), ".##...##..", "from this scale on");
    assert_eq!(drawn(&|layer| layer.scale_max = Some(scale)), "..........", "up to this scale, it excluded");
    assert_eq!(
        drawn(&|layer| (layer.scale_min, layer.scale_max) = (Some(scale / 2.0), Some(scale * 2.0))),
        ".##...##.."
    );
}

#[test]
fn layers_are_drawn_from_the_first_to_the_last_and_opacity_fades() {
    let node = node_in_red(areas(Crs::crs84(), &[("a", &rectangle(100.0, 10.0, 110.0, 20.0))]));
    let mut half = question("rows", view(Crs::crs84(), [100.0, 10.0, 110.0, 20.0], 4, 4));
    half.layers[0].opacity = 0.5;
    let [red, green, blue, alpha] = draw(&node, half).pixel(2, 2);
    assert!(
        red == 255 && (126..=129).contains(&green) && green == blue && alpha == 255,
        "{red} {green} {blue} {alpha}"
    );
}

#[test]
fn sizes_and_layers_past_the_limits_are_refused_before_anything_is_drawn() {
    let node = node_in_red(areas(Crs::crs84(), &[("a", &rectangle(100.0, 10.0, 110.0, 20.0))]));
    let refused = |change: &dyn Fn(&mut PictureQuestion)| {
        let mut question = question("rows", view(Crs::crs84(), [100.0, 10.0, 110.0, 20.0], 4, 4));
        change(&mut question);
        wait(node.engine.picture(Caller::Public, question)).err().map(|error| error.kind())
    };
    assert_eq!(refused(&|question| question.view.width_px = 0), Some(Kind::Invalid));
    assert_eq!(refused(&|question| question.view.height_px = u32::MAX), Some(Kind::Invalid));
    let large = |question: &mut PictureQuestion| (question.view.width_px, question.view.height_px) = (8_000, 8_000);
    assert_eq!(refused(&large), Some(Kind::TooLarge));
    assert_eq!(refused(&|question| question.layers = vec![question.layers[0].clone(); 1_000]), Some(Kind::TooLarge));
    assert_eq!(refused(&|question| question.layers[0].dataset = id("nowhere")), Some(Kind::NotFound));
    assert_eq!(refused(&|question| question.layers[0].style = Some("odd".to_owned())), Some(Kind::NotFound));
}
