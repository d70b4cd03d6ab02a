//! Pictures of tessellations against a plain renderer with 64 samples in each pixel, at scales from many areas in a pixel to many
//! pixels in an area; bands, tiles and overlaps.

use crate::common::*;
use crate::reference::{Border, apart, reference};
use terrane_drawing::{Canvas, Painter, Style};
use terrane_formats::display::levels::{BorderFinder, LevelBuilder};
use terrane_model::picture::Picture;
use terrane_model::schema::GeometryKind;
use terrane_model::{Batch, Schema};

type Rows = (Schema, Vec<Batch>);

const FILL: &str = r#"{"type": "fill", "colour": {"column": "colour"}}"#;
const OUTLINED: &str =
    r##"{"type": "fill", "colour": {"column": "colour"}, "outline": {"colour": "#5a5a5a", "width": "0.5 px"}}"##;
const BORDER: Border = Border { width_px: 0.5, colour: [0x5a; 3] };
/// Metres on a side, for pictures of 120 × 90 pixels of 2 500 areas: areas of 2.4, 6, 24 and 100 pixels on a side.
const SCALES: [f64; 4] = [1000.0, 400.0, 100.0, 24.0];

fn coverage(symbolizer: &str) -> Style {
    style(r#""coverage": true,"#, symbolizer)
}

fn box_of(side: f64) -> [f64; 4] {
    let (west, south) = (503.3 - side / 2.0, 496.1 - side * 0.375);
    [west, south, west + side, south + side * 0.75]
}

fn on_white(style: &Style, rows: &Rows, bbox: [f64; 4]) -> Picture {
    let mut canvas = Canvas::new(&view(bbox, 120, 90), [255; 4]);
    paint(&mut canvas, style, rows, 1.0);
    canvas.into_picture()
}

#[test]
fn areas_are_those_of_the_reference_at_every_scale() {
    let rows = tessellation(50, 50, 15);
    for side in SCALES {
        let expected = reference(&view(box_of(side), 120, 90), &rows, None);
        let (mean, seen) = apart(&on_white(&coverage(FILL), &rows, box_of(side)), &expected);
        assert!(mean < 1.2 && seen < 0.001, "{side} m: {mean} apart, {seen} seen");
    }
}

#[test]
fn borders_are_those_of_the_reference_at_every_scale() {
    let rows = tessellation(50, 50, 15);
    for side in SCALES {
        let expected = reference(&view(box_of(side), 120, 90), &rows, Some(BORDER));
        let (mean, seen) = apart(&on_white(&coverage(OUTLINED), &rows, box_of(side)), &expected);
        assert!(mean < 3.5 && seen < 0.01, "{side} m: {mean} apart, {seen} seen");
    }
}

/// The rows as a level of detail of a tolerance has them.
fn simplified(rows: &Rows, tolerance: f64) -> Rows {
    let shapes = || rows.1.iter().filter_map(|batch| batch.geometry.as_ref());
    let mut finder = BorderFinder::new();
    shapes().for_each(|arrays| finder.look(arrays));
    let borders = finder.finish();
    let mut level = LevelBuilder::new(&borders, tolerance);
    loop {
        shapes().for_each(|arrays| level.look(arrays));
        if level.settle() {
            break;
        }
    }
    let batch =
        |batch: &Batch| Batch { geometry: batch.geometry.as_ref().map(|it| level.simplify(it)), ..batch.clone() };
    (rows.0.clone(), rows.1.iter().map(batch).collect())
}

#[test]
fn levels_of_detail_look_like_the_reference_of_the_full_shapes() {
    let rows = tessellation(50, 50, 15);
    for side in SCALES {
        let coarse = simplified(&rows, side / 120.0 * 0.3);
        let kept = |rows: &Rows| {
            rows.1.iter().filter_map(|batch| batch.geometry.as_ref()).map(|it| it.xy.len()).sum::<usize>()
        };
        let expected = reference(&view(box_of(side), 120, 90), &rows, Some(BORDER));
        let picture = on_white(&coverage(OUTLINED), &coarse, box_of(side));
        let (mean, seen) = apart(&picture, &expected);
        assert!(side < 100.0 || kept(&coarse) * 2 < kept(&rows), "{side} m: the level drops positions");
        assert!(mean < 5.0 && seen < 0.02, "{side} m: {mean} apart, {seen} seen");
        let fills = drawn(&view(box_of(side), 120, 90), &coverage(FILL), &coarse);
        let inside = side < 1000.0;
        assert!(!inside || fills.rgba.chunks(4).all(|pixel| pixel[3] == 255), "{side} m: no ground shows through");
    }
}

fn painted(style: &Style, rows: &Rows, band_rows: usize, together: bool) -> Picture {
    let mut canvas = Canvas::new(&view([3.1, 2.2, 997.0, 747.0], 200, 150), [0; 4]);
    let mut painter = Painter::new(style, &rows.0, canvas.view()).unwrap().in_bands_of(band_rows);
    rows.1.iter().for_each(|batch| painter.add(batch).unwrap());
    painter.on_all_processors(together).paint(&mut canvas, 1.0);
    canvas.into_picture()
}

#[test]
fn bands_are_the_picture_drawn_at_once_bit_by_bit() {
    let mut rows = tessellation(50, 40, 15);
    // And areas that reach beyond the picture on all sides, over the others.
    let mut table = Table::new(GeometryKind::Polygon);
    table.area("#ff0000", &[vec![[-400.3, 300.7], [1600.9, 350.1], [1500.0, 420.0], [-300.0, 377.7], [-400.3, 300.7]]]);
    table.area("#00ff00", &[vec![[300.3, -800.7], [350.9, 1900.1], [420.0, 1800.3], [300.3, -800.7]]]);
    rows.1.extend(table.finish().1);
    for style in [coverage(FILL), coverage(OUTLINED)] {
        let whole = painted(&style, &rows, 150, false);
        for (band_rows, together) in [(1, false), (7, false), (32, false), (64, true), (5, true)] {
            assert!(painted(&style, &rows, band_rows, together) == whole, "{band_rows} rows, together: {together}");
        }
    }
}

#[test]
fn four_by_four_tiles_are_one_map() {
    const SIDE: u32 = 64;
    let rows = tessellation(50, 50, 15);
    for style in [coverage(FILL), coverage(OUTLINED), style("", OUTLINED)] {
        let whole = drawn(&view([100.0, 100.0, 868.0, 868.0], SIDE * 4, SIDE * 4), &style, &rows);
        for tile in 0..16 {
            let (column, row) = (tile % 4, tile / 4);
            let (west, north) = (100.0 + f64::from(column) * 192.0, 868.0 - f64::from(row) * 192.0);
            let part = drawn(&view([west, north - 192.0, west + 192.0, north], SIDE, SIDE), &style, &rows);
            for at in 0..SIDE * SIDE {
                let (x, y) = (at % SIDE, at / SIDE);
                let pair = [part.pixel(x, y), whole.pixel(x + column * SIDE, y + row * SIDE)];
                let far = (0..4).map(|channel| pair[0][channel].abs_diff(pair[1][channel])).max();
                assert!(far <= Some(1), "tile {tile}, {x} {y}: {pair:?}");
            }
        }
    }
}

#[test]
fn where_areas_of_a_tessellation_do_overlap_the_later_is_on_top() {
    let square = |low: f64, high: f64| vec![[low, low], [high, low], [high, high], [low, high], [low, low]];
    let mut table = Table::new(GeometryKind::Polygon);
    table.area("#ff0000", &[square(1.0, 7.0)]);
    table.area("#0000ff", &[square(4.0, 10.0)]);
    let picture = drawn(&view([0.0, 0.0, 12.0, 12.0], 12, 12), &coverage(FILL), &table.finish());
    let at = |x: u32, y: u32| picture.pixel(x, 11 - y);
    assert_eq!((at(2, 2), at(5, 5), at(8, 8)), ([255, 0, 0, 255], [0, 0, 255, 255], [0, 0, 255, 255]));
    assert_eq!((at(0, 0), at(9, 2)), ([0; 4], [0; 4]));
}

#[test]
fn colours_of_different_alphas_stay_what_they_are() {
    let bar = |left: f64, right: f64| vec![[left, 0.0], [right, 0.0], [right, 10.0], [left, 10.0], [left, 0.0]];
    let mut table = Table::new(GeometryKind::Polygon);
    table.area("#ff000080", &[bar(0.0, 4.0)]);
    table.area("#0000ff", &[bar(4.0, 10.0)]);
    let picture = drawn(&view([0.0, 0.0, 10.0, 10.0], 10, 10), &coverage(FILL), &table.finish());
    assert_eq!((picture.pixel(2, 5), picture.pixel(7, 5)), ([255, 0, 0, 128], [0, 0, 255, 255]));
    let mut faded = Canvas::new(&view([0.0, 0.0, 10.0, 10.0], 10, 10), [255; 4]);
    let half =
        r##"{"type": "fill", "colour": "#000000", "opacity": 0.5, "outline": {"colour": "#000000", "width": "1 px"}}"##;
    let mut table = Table::new(GeometryKind::Polygon);
    table.area("#000000", &[bar(0.0, 5.5)]);
    table.area("#000000", &[bar(5.5, 10.0)]);
    paint(&mut faded, &coverage(half), &table.finish(), 1.0);
    let picture = faded.into_picture();
    assert!(picture.pixel(2, 5)[0].abs_diff(127) <= 1 && picture.pixel(5, 5)[0] == 0, "the border is not faded");
}

#[test]
fn an_edge_that_one_area_alone_has_is_drawn_as_dark_as_one_that_two_have() {
    let bar = |left: f64, right: f64| vec![[left, 2.0], [right, 2.0], [right, 18.0], [left, 18.0], [left, 2.0]];
    let mut table = Table::new(GeometryKind::Polygon);
    table.area("#ffffff", &[bar(3.5, 8.5)]);
    table.area("#ffffff", &[bar(8.5, 15.5)]);
    let picture = on_white_of(&table.finish());
    let grey = |x: u32| picture.pixel(x, 10)[0];
    assert_eq!((grey(3), grey(15)), (grey(8), grey(8)), "alone and shared");
    assert!(grey(8).abs_diff(255 - (255 - 0x5a) / 2) <= 1 && grey(5) == 255, "{}", grey(8));
}

fn on_white_of(rows: &Rows) -> Picture {
    let mut canvas = Canvas::new(&view([0.0, 0.0, 20.0, 20.0], 20, 20), [255; 4]);
    paint(&mut canvas, &coverage(OUTLINED), rows, 1.0);
    canvas.into_picture()
}
