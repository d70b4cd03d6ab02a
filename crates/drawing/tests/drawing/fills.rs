//! Areas: as large as they are, without seams, whole where parts overlap.

use crate::common::*;
use terrane_drawing::Canvas;
use terrane_model::schema::GeometryKind;

const FILL: &str = r#"{"type": "fill", "colour": "black"}"#;

fn covered(rings: &[Vec<[f64; 2]>]) -> f64 {
    let mut table = Table::new(GeometryKind::Polygon);
    table.area("#000000", rings);
    let picture = drawn(&view([0.0, 0.0, 100.0, 100.0], 100, 100), &style("", FILL), &table.finish());
    alphas(&picture).iter().sum()
}

fn shoelace(ring: &[[f64; 2]]) -> f64 {
    ring.windows(2).map(|pair| pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1]).sum::<f64>().abs() / 2.0
}

fn blob(centre: [f64; 2], radius: f64, turn: f64, mirrored: bool) -> Vec<[f64; 2]> {
    let mut ring: Vec<[f64; 2]> = (0..40)
        .map(|at| {
            let angle = f64::from(at) / 40.0 * std::f64::consts::TAU;
            let reach = radius * (1.0 + 0.3 * (angle * 3.0).sin());
            [centre[0] + reach * (angle + turn).cos(), centre[1] + reach * (angle + turn).sin()]
        })
        .collect();
    ring.push(ring[0]);
    if mirrored {
        ring.reverse();
    }
    ring
}

#[test]
fn an_area_covers_as_much_as_it_measures_wherever_and_whichever_way_round_it_is() {
    for (shift, turn) in [(0.0, 0.0), (0.37, 1.0), (0.5, 2.5), (0.91, 4.0)] {
        for mirrored in [false, true] {
            let outer = blob([50.0 + shift, 50.0 - shift], 30.0, turn, mirrored);
            let hole = blob([48.0, 52.0 + shift], 9.0, turn, mirrored);
            let expected = shoelace(&outer) - shoelace(&hole);
            let got = covered(&[outer, hole]);
            assert!((got / expected - 1.0).abs() < 1e-3, "{shift} {turn} {mirrored}: {got} {expected}");
        }
    }
}

#[test]
fn an_area_that_reaches_beyond_the_picture_covers_what_is_inside() {
    let ring = vec![[-1e7, -1e7], [1e7, -1e7], [1e7, 40.25], [-1e7, 40.25], [-1e7, -1e7]];
    assert!((covered(&[ring]) - 4025.0).abs() < 1.0);
}

#[test]
fn parts_that_overlap_do_not_cancel() {
    let mut table = Table::new(GeometryKind::MultiPolygon);
    let square = |low: f64, high: f64| vec![[low, low], [high, low], [high, high], [low, high], [low, low]];
    table.row("#000000", 1.0, |geometry| {
        geometry.begin(GeometryKind::MultiPolygon);
        for ring in [square(10.0, 50.0), square(30.0, 70.0)] {
            geometry.part(GeometryKind::Polygon);
            geometry.ring();
            geometry.positions(&ring);
        }
    });
    let picture = drawn(&view([0.0, 0.0, 100.0, 100.0], 100, 100), &style("", FILL), &table.finish());
    assert_eq!(alphas(&picture).iter().sum::<f64>(), 2.0 * 1600.0 - 400.0);
    assert_eq!(picture.pixel(40, 60)[3], 255, "where they overlap");
}

/// Against a picture made by asking 8 × 8 places in every pixel whether they are inside.
#[test]
fn coverage_is_that_of_a_supersampled_picture() {
    let ring = blob([50.3, 49.8], 33.0, 0.7, false);
    let mut table = Table::new(GeometryKind::Polygon);
    table.area("#000000", std::slice::from_ref(&ring));
    let picture = drawn(&view([0.0, 0.0, 100.0, 100.0], 100, 100), &style("", FILL), &table.finish());
    let inside = |x: f64, y: f64| {
        let crosses = |pair: &[[f64; 2]]| {
            (pair[0][1] > y) != (pair[1][1] > y)
                && x < pair[0][0] + (y - pair[0][1]) / (pair[1][1] - pair[0][1]) * (pair[1][0] - pair[0][0])
        };
        ring.windows(2).filter(|pair| crosses(pair)).count() % 2 == 1
    };
    let (mut worst, mut total) = (0.0_f64, 0.0);
    for y in 0..100 {
        for x in 0..100 {
            let hits = (0..64).filter(|at| {
                let (dx, dy) = ((f64::from(at % 8) + 0.5) / 8.0, (f64::from(at / 8) + 0.5) / 8.0);
                inside(f64::from(x) + dx, 100.0 - f64::from(y) - dy)
            });
            let error = hits.count() as f64 / 64.0 - f64::from(picture.pixel(x, y)[3]) / 255.0;
            worst = worst.max(error.abs());
            total += error.abs();
        }
    }
    assert!(worst < 0.08, "{worst}");
    assert!(total / 10_000.0 < 5e-4, "{total}");
}

#[test]
fn no_ground_shows_through_a_tessellation() {
    let rows = tessellation(50, 40, 15);
    let coverage = style(r#""coverage": true,"#, r#"{"type": "fill", "colour": {"column": "colour"}}"#);
    for bbox in [[0.0, 0.0, 1000.0, 800.0], [100.3, 99.7, 700.1, 580.0], [413.0, 388.0, 431.0, 402.4]] {
        let picture = drawn(&view(bbox, 400, 320), &coverage, &rows);
        let least = picture.rgba.chunks(4).map(|pixel| pixel[3]).min();
        assert_eq!(least, Some(255), "{bbox:?}");
    }
    // The same without saying that it is a tessellation: that is what the word is for.
    let plain = style("", r#"{"type": "fill", "colour": {"column": "colour"}}"#);
    let seams = drawn(&view([100.3, 99.7, 700.1, 580.0], 400, 320), &plain, &rows);
    assert!(seams.rgba.chunks(4).any(|pixel| pixel[3] < 250));
}

#[test]
fn colours_of_a_tessellation_are_mixed_in_proportion() {
    let mut table = Table::new(GeometryKind::Polygon);
    let bar = |left: f64, right: f64| vec![[left, 0.0], [right, 0.0], [right, 10.0], [left, 10.0], [left, 0.0]];
    table.area("#ff0000", &[bar(0.0, 5.25)]);
    table.area("#0000ff", &[bar(5.25, 10.0)]);
    let coverage = style(r#""coverage": true,"#, r#"{"type": "fill", "colour": {"column": "colour"}}"#);
    let picture = drawn(&view([0.0, 0.0, 10.0, 10.0], 10, 10), &coverage, &table.finish());
    assert_eq!(picture.pixel(4, 5), [255, 0, 0, 255]);
    assert_eq!(picture.pixel(5, 5), [64, 0, 191, 255]);
}

#[test]
fn a_faded_layer_is_faded_as_a_whole() {
    let mut table = Table::new(GeometryKind::Polygon);
    let bar = |left: f64, right: f64| vec![[left, 0.0], [right, 0.0], [right, 10.0], [left, 10.0], [left, 0.0]];
    table.area("#000000", &[bar(0.0, 6.0)]);
    table.area("#000000", &[bar(4.0, 10.0)]);
    let rows = table.finish();
    let view = view([0.0, 0.0, 10.0, 10.0], 10, 10);
    let grey = |canvas: Canvas| canvas.into_picture().rgba.chunks(4).map(|pixel| pixel[0]).collect::<Vec<_>>();
    let mut by_layer = Canvas::new(&view, [255; 4]);
    paint(&mut by_layer, &style("", FILL), &rows, 0.5);
    assert!(grey(by_layer).iter().all(|&value| value.abs_diff(127) <= 1), "by the opacity of the layer");
    let mut by_symbol = Canvas::new(&view, [255; 4]);
    paint(&mut by_symbol, &style("", r#"{"type": "fill", "colour": "black", "opacity": 0.5}"#), &rows, 1.0);
    assert!(grey(by_symbol).iter().all(|&value| value.abs_diff(127) <= 1), "by the opacity of the symbolizer");
    let mut by_colour = Canvas::new(&view, [255; 4]);
    paint(&mut by_colour, &style("", r##"{"type": "fill", "colour": "#00000080"}"##), &rows, 1.0);
    assert!(grey(by_colour).iter().any(|&value| value < 70), "the alpha of a colour counts for each row");
}
