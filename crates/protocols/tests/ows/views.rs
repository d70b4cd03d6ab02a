//! Where things are drawn: axis order, CRSs, the antimeridian, order, colours, opacity, scale, sharpness, sizes.

use crate::ground::{UTM, get, map};
use crate::picture::{Shown, is_red};

/// Corners of the red square as GDAL 3.6 (PROJ 9.1) transforms them from UTM zone 54 north: west, south, east, north.
const DEGREES: [f64; 4] = [141.0, 36.054_508_744, 141.111_157_126, 36.144_718_099];
const MERCATOR: [f64; 4] = [15_696_048.202, 4_308_124.286, 15_708_422.157, 4_320_552.674];
const PLANE_IX: [f64; 4] = [104_990.172, 6_683.248, 115_113.978, 16_807.054];
const ZONE_54: [f64; 4] = [500_000.0, 3_990_000.0, 510_000.0, 4_000_000.0];

const SIDE_PX: f64 = 400.0;

/// A square of ground three times as wide as the box, with the box in its middle.
fn around([west, south, east, north]: [f64; 4]) -> [f64; 4] {
    let (side, x, y) = (1.5 * (east - west).max(north - south), (west + east) / 2.0, (south + north) / 2.0);
    [x - side, y - side, x + side, y + side]
}

#[test]
fn the_same_ground_is_at_the_same_place_in_all_crss_and_both_versions() {
    // The order of the numbers in BBOX is the authority's in 1.3.0, and always x first in 1.1.1.
    let cases = [
        ("1.3.0", "CRS=CRS:84", DEGREES, false),
        ("1.3.0", "CRS=EPSG:4326", DEGREES, true),
        ("1.3.0", "CRS=urn:ogc:def:crs:EPSG::4326", DEGREES, true),
        ("1.1.1", "SRS=EPSG:4326", DEGREES, false),
        ("1.3.0", "CRS=EPSG:3857", MERCATOR, false),
        ("1.1.1", "SRS=EPSG:3857", MERCATOR, false),
        ("1.3.0", "CRS=EPSG:32654", ZONE_54, false),
        ("1.1.1", "SRS=EPSG:32654", ZONE_54, false),
        ("1.3.0", "CRS=EPSG:6677", PLANE_IX, true),
        ("1.1.1", "SRS=EPSG:6677", PLANE_IX, false),
    ];
    for (version, crs, square, y_first) in cases {
        let [west, south, east, north] = around(square);
        let bbox = if y_first { [south, west, north, east] } else { [west, south, east, north] };
        let [a, b, c, d] = bbox;
        let got = get(&format!(
            "SERVICE=WMS&VERSION={version}&REQUEST=GetMap&LAYERS=red&STYLES=&{crs}&BBOX={a},{b},{c},{d}&WIDTH=400&HEIGHT=400\
             &FORMAT=image/png&TRANSPARENT=TRUE"
        ));
        let found = Shown::of(&got).box_of(is_red).unwrap_or_else(|| panic!("{version} {crs}: nothing is red"));
        let pixels = SIDE_PX / (east - west);
        let expected =
            [square[0] - west, north - square[3], square[2] - west, north - square[1]].map(|ground| ground * pixels);
        let near = found.iter().zip(expected).all(|(&found, expected)| (f64::from(found) - expected).abs() <= 1.0);
        assert!(near, "{version} {crs}: {found:?}, not {expected:?}");
    }
}

#[test]
fn degrees_are_the_same_picture_in_every_spelling() {
    let [west, south, east, north] = around(DEGREES);
    let size = "WIDTH=400&HEIGHT=400";
    let one = Shown::of(&map("red", &format!("CRS=CRS:84&BBOX={west},{south},{east},{north}&{size}")));
    let other = Shown::of(&map("red", &format!("CRS=EPSG:4326&BBOX={south},{west},{north},{east}&{size}")));
    assert!(one == other && one.box_of(is_red).is_some());
}

#[test]
fn a_view_across_180_degrees_shows_both_sides() {
    let mercator = |degrees: f64| degrees * 20_037_508.342_789_244 / 180.0;
    let (low, high) = (mercator(178.0), mercator(182.0));
    for view in [
        "CRS=CRS:84&BBOX=178,-2,182,2".to_owned(),
        "CRS=CRS:84&BBOX=-182,-2,-178,2".to_owned(),
        "CRS=EPSG:4326&BBOX=-2,178,2,182".to_owned(),
        format!("CRS=EPSG:3857&BBOX={low},-222684,{high},222684"),
    ] {
        let shown = Shown::of(&map("dateline", &format!("{view}&WIDTH=400&HEIGHT=400")));
        for (x, side) in [(150, "west"), (250, "east")] {
            assert!(is_red(shown.at(x, 200)), "{side} of 180° in {view}");
        }
        assert_eq!(shown.at(200, 200)[3], 0, "nothing is on 180° itself in {view}");
        let [left, top, right, bottom] = shown.box_of(is_red).expect("something is red");
        assert_eq!((left + right, top + bottom), (400, 400), "as far from 180° on both sides, {view}");
        assert!((139..=143).contains(&left), "a mark of 20 px around 150, {view}: {left}");
    }
}

#[test]
fn a_box_that_ends_west_of_its_beginning_is_refused_with_the_way_to_write_it() {
    let got = map("dateline", "CRS=CRS:84&BBOX=178,-2,-178,2&WIDTH=40&HEIGHT=40");
    assert_eq!(got.status, 400);
    assert!(got.text().contains("170 to 190") && got.text().contains("locator=\"bbox\""), "{}", got.text());
}

#[test]
fn pixels_are_stretched_when_the_sides_of_the_picture_do_not_fit_the_ground() {
    let shown = Shown::of(&map("red", "CRS=EPSG:32654&BBOX=490000,3980000,530000,4010000&WIDTH=400&HEIGHT=600"));
    assert_eq!(shown.box_of(is_red), Some([100, 200, 200, 400]));
}

#[test]
fn the_background_is_white_or_as_asked_or_nothing() {
    let elsewhere = "LAYERS=red&CRS=CRS:84&BBOX=0,0,1,1&WIDTH=16&HEIGHT=16";
    for (asked, colour) in [
        ("", [255, 255, 255, 255]),
        ("&TRANSPARENT=FALSE", [255, 255, 255, 255]),
        ("&BGCOLOR=0x3366CC", [0x33, 0x66, 0xCC, 255]),
        ("&bgcolor=0X3366cc&transparent=false", [0x33, 0x66, 0xCC, 255]),
    ] {
        let got = get(&format!("SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&STYLES=&FORMAT=image/png&{elsewhere}{asked}"));
        assert!(Shown::of(&got).is_all(colour), "{asked}: {:?}", Shown::of(&got).at(0, 0));
    }
    for asked in ["", "&BGCOLOR=0x3366CC"] {
        let got = map("red", &format!("CRS=CRS:84&BBOX=0,0,1,1&WIDTH=16&HEIGHT=16{asked}"));
        assert_eq!(Shown::of(&got).at(8, 8)[3], 0, "{asked}");
    }
}

/// Pixels of [`UTM`] in the red square alone, in both, in the blue one alone, and in none.
const PLACES: [[u32; 2]; 4] = [[125, 150], [175, 150], [225, 150], [50, 150]];

fn colours(layers: &str, styles: &str) -> [[u8; 4]; 4] {
    let got = get(&format!(
        "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS={layers}&STYLES={styles}&{UTM}&FORMAT=image/png"
    ));
    let shown = Shown::of(&got);
    PLACES.map(|[x, y]| shown.at(x, y))
}

const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 255, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const WHITE: [u8; 4] = [255; 4];

#[test]
fn the_first_layer_is_at_the_bottom_and_styles_are_matched_to_layers() {
    assert_eq!(colours("red,blue", ""), [RED, BLUE, BLUE, WHITE]);
    assert_eq!(colours("blue,red", ""), [RED, RED, BLUE, WHITE]);
    assert_eq!(colours("red,blue", "green,"), [GREEN, BLUE, BLUE, WHITE]);
    assert_eq!(colours("blue,red", ",green"), [GREEN, GREEN, BLUE, WHITE]);
    assert_eq!(colours("red,red", "green,default"), [RED, RED, WHITE, WHITE]);
}

#[test]
fn a_map_is_drawn_as_it_is_set_with_opacity_and_without_layers_that_are_hidden_or_gone() {
    let [red, both, blue, none] = colours("both", "");
    assert_eq!((red, none), (GREEN, WHITE), "the layer in the group has the style that the map gives it");
    for (found, expected) in [(both, [0, 128, 128]), (blue, [128, 128, 255])] {
        let near = found.iter().zip(expected).all(|(&found, expected)| u8::abs_diff(found, expected) <= 1);
        assert!(near, "half of blue: {found:?}, not {expected:?}");
    }
    assert_eq!(colours("both", "default"), colours("both", ""));
}

#[test]
fn a_layer_of_a_map_is_drawn_alone_opaque_and_with_its_own_style_and_filter() {
    assert_eq!(colours("both/blue", ""), [WHITE, BLUE, BLUE, WHITE]);
    assert_eq!(colours("both/red", ""), [GREEN, GREEN, WHITE, WHITE], "its style in the map");
    assert_eq!(colours("both/red", "default"), [RED, RED, WHITE, WHITE], "another style of its dataset");
    assert_eq!(colours("both/red-2", ""), [RED, RED, WHITE, WHITE], "hidden layers can be asked for");
    assert_eq!(colours("both/red-3", ""), [WHITE; 4], "its filter lets nothing through");
    assert_eq!(colours("blue/blue", ""), [WHITE, BLUE, BLUE, WHITE], "a dataset is a map of itself");
}

#[test]
fn layers_of_a_map_are_drawn_only_at_their_scales() {
    // 100 m per pixel is 1:357 143, 25 m is 1:89 286; the map draws the line only below 1:100 000.
    let far = map("both/line", UTM);
    let near = map("both/line", "CRS=EPSG:32654&BBOX=500000,3990000,510000,4000000&WIDTH=400&HEIGHT=400");
    assert!(Shown::of(&far).is_all([0; 4]));
    assert!(Shown::of(&near).box_of(is_red).is_some());
    let by_dataset = map("line", UTM);
    assert_eq!(Shown::of(&by_dataset).at(200, 150), BLUE, "the dataset itself has no such range");
}

/// How many pixels a line along the middle covers, counted by its alpha, and its colour.
fn thickness(query: &str) -> (f64, [u8; 4]) {
    let shown = Shown::of(&map("line", query));
    let alphas = (0..shown.height).map(|y| f64::from(shown.at(10, y)[3]) / 255.0);
    let middle = shown.at(10, shown.height / 2);
    (alphas.sum(), middle)
}

#[test]
fn twice_the_pixels_with_dpi_are_twice_as_sharp_with_the_same_rules_and_without_dpi_are_another_scale() {
    let ground = "CRS=EPSG:32654&BBOX=490000,3980000,530000,4010000";
    let (plain, colour) = thickness(&format!("{ground}&WIDTH=400&HEIGHT=300"));
    assert!((plain - 4.0).abs() < 0.1 && colour == BLUE, "{plain} {colour:?}");
    let large = format!("{ground}&WIDTH=800&HEIGHT=600");
    for dots in ["DPI=181", "DPI=192", "MAP_RESOLUTION=181", "FORMAT_OPTIONS=antialias:on;dpi:181"] {
        let (sharp, colour) = thickness(&format!("{large}&{dots}"));
        assert!((sharp - 8.0).abs() < 0.1 && colour == BLUE, "{dots}: {sharp} {colour:?}");
    }
    let (closer, colour) = thickness(&large);
    assert!((closer - 4.0).abs() < 0.1 && colour == RED, "1:178 571 has another rule: {closer} {colour:?}");
    for dots in ["DPI=96", "DPI=90", "DPI=91"] {
        let (same, _) = thickness(&format!("{ground}&WIDTH=400&HEIGHT=300&{dots}"));
        assert!((same - 4.0).abs() < 0.1, "a plain screen's {dots}: {same}");
    }
}

#[test]
fn cells_of_a_grid_are_at_their_places_in_both_orders_of_axes() {
    // Cell 3 of row 2 has the value 23; the ramp goes from black at 0 to white at 100.
    for view in ["CRS=CRS:84&BBOX=140,30,150,40", "CRS=EPSG:4326&BBOX=30,140,40,150"] {
        let shown = Shown::of(&map("relief", &format!("{view}&WIDTH=100&HEIGHT=100")));
        for (column, row) in [(3_u32, 2_u32), (0, 0), (9, 9), (0, 9)] {
            let [grey, .., alpha] = shown.at(column * 10 + 5, row * 10 + 5);
            let expected = f64::from(10 * row + column) * 2.55;
            assert!(alpha == 255 && (f64::from(grey) - expected).abs() <= 1.5, "{view} {column} {row}: {grey}");
        }
    }
}

#[test]
fn sizes_up_to_the_limits_are_drawn_and_larger_ones_refused_by_name() {
    assert_eq!(Shown::of(&map("red", "CRS=CRS:84&BBOX=0,0,1,1&WIDTH=8192&HEIGHT=1")).width, 8_192);
    assert_eq!(Shown::of(&map("red", "CRS=CRS:84&BBOX=0,0,1,1&WIDTH=1&HEIGHT=1")).height, 1);
    for (size, status, place) in [
        ("WIDTH=8193&HEIGHT=1", 400, "width"),
        ("WIDTH=1&HEIGHT=8193", 400, "height"),
        ("WIDTH=65535&HEIGHT=65535", 400, "width"),
        ("WIDTH=2147483648&HEIGHT=1", 400, "width"),
        ("WIDTH=8192&HEIGHT=8192", 413, "width"),
    ] {
        let got = map("red", &format!("CRS=CRS:84&BBOX=0,0,1,1&{size}"));
        assert_eq!(got.status, status, "{size}");
        assert!(got.text().contains(&format!("locator=\"{place}\"")), "{size}: {}", got.text());
    }
}

#[test]
fn an_answer_is_known_again_by_its_tag_which_names_layers_styles_and_view() {
    let got = map("red", UTM);
    let tag = got.header("etag").to_owned();
    assert!(tag.len() > 10 && got.header("cache-control").contains("max-age"), "{tag}");
    let query = |layers: &str| {
        format!(
            "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&STYLES=&FORMAT=image/png&TRANSPARENT=TRUE&LAYERS={layers}&{UTM}"
        )
    };
    let again = crate::ground::get_with(&query("red"), &[("if-none-match", &tag)]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    for other in ["both/red", "both/red-3", "red,blue", "both"] {
        let got = crate::ground::get_with(&query(other), &[("if-none-match", &tag)]);
        assert_eq!(got.status, 200, "{other}");
    }
    let green = get(&query("red").replace("STYLES=", "STYLES=green"));
    assert_ne!(green.header("etag"), tag);
}
