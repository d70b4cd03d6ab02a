//! Marks and labels: in their place, in their order, of their size.

use crate::common::*;
use std::sync::Arc;
use terrane_drawing::text::Fonts;
use terrane_drawing::{Canvas, Painter};
use terrane_model::picture::Picture;
use terrane_model::schema::GeometryKind;

fn marks(places: &[([f64; 2], f64, &str)], head: &str, symbolizer: &str) -> Picture {
    let mut table = Table::new(GeometryKind::Point);
    for (place, size, colour) in places {
        table.row(colour, *size, |geometry| geometry.point(*place, None));
    }
    drawn(&view([0.0, 0.0, 100.0, 100.0], 100, 100), &style(head, symbolizer), &table.finish())
}

#[test]
fn a_circle_has_its_area_and_its_centre() {
    let symbolizer = r#"{"type": "mark", "size": "21 px", "fill": "black"}"#;
    for place in [[50.0, 50.0], [50.25, 49.5], [37.75, 61.0]] {
        let picture = marks(&[(place, 1.0, "")], "", symbolizer);
        let alpha = alphas(&picture);
        let total: f64 = alpha.iter().sum();
        let expected = std::f64::consts::PI * 10.5 * 10.5;
        assert!((total / expected - 1.0).abs() < 0.01, "{total} {expected}");
        let mean = |axis: fn(usize) -> usize| {
            alpha.iter().enumerate().map(|(at, share)| share * (axis(at) as f64 + 0.5)).sum::<f64>() / total
        };
        let centre = [mean(|at| at % 100), 100.0 - mean(|at| at / 100)];
        assert!((centre[0] - place[0]).abs() < 0.02 && (centre[1] - place[1]).abs() < 0.02, "{centre:?} {place:?}");
    }
}

#[test]
fn big_marks_go_below_when_sorted_so() {
    let places = [([50.0, 50.0], 4.0, "#ff0000"), ([50.0, 50.0], 20.0, "#0000ff")];
    let symbolizer = r#"{"type": "mark", "size": {"column": "size", "unit": "px"}, "fill": {"column": "colour"}}"#;
    let sorted = marks(&places, r#""sort_by": {"column": "size", "descending": true},"#, symbolizer);
    assert_eq!(sorted.pixel(50, 50), [255, 0, 0, 255]);
    assert_eq!(marks(&places, "", symbolizer).pixel(50, 50), [0, 0, 255, 255], "as they come");
}

#[test]
fn a_row_whose_value_fits_nothing_is_not_drawn() {
    let places = [([20.0, 50.0], 4.0, "fault"), ([80.0, 50.0], 4.0, "fold")];
    let symbolizer = r#"{"type": "mark", "size": "8 px", "fill": {"column": "colour", "match": {"fault": "red"}}}"#;
    let picture = marks(&places, "", symbolizer);
    assert_eq!((picture.pixel(20, 50)[3], picture.pixel(80, 50)[3]), (255, 0));
}

fn label(rows: &[([f64; 2], &str)], symbolizer: &str) -> Picture {
    let mut table = Table::new(GeometryKind::Point);
    for (place, text) in rows {
        table.row(text, 1.0, |geometry| geometry.point(*place, None));
    }
    let (schema, batches) = table.finish();
    let view = view([0.0, 0.0, 100.0, 100.0], 100, 100);
    let painter = Painter::new(&style("", symbolizer), &schema, &view).unwrap();
    let mut painter = painter.with_fonts(Arc::new(Fonts::built_in()));
    batches.iter().for_each(|batch| painter.add(batch).unwrap());
    let mut canvas = Canvas::new(&view, [0; 4]);
    painter.paint(&mut canvas, 1.0);
    canvas.into_picture()
}

/// The box that is inked: left, top, right, bottom.
fn extent(picture: &Picture) -> [u32; 4] {
    let inked = |x: u32, y: u32| picture.pixel(x, y)[3] > 60;
    let columns: Vec<u32> = (0..100).filter(|&x| (0..100).any(|y| inked(x, y))).collect();
    let rows: Vec<u32> = (0..100).filter(|&y| (0..100).any(|x| inked(x, y))).collect();
    [columns[0], rows[0], columns[columns.len() - 1] + 1, rows[rows.len() - 1] + 1]
}

#[test]
fn labels_stand_where_they_are_anchored() {
    let of = |anchor: &str| {
        let symbolizer = format!(r#"{{"type": "label", "text": "{{colour}}", "size": "14 px", "anchor": "{anchor}"}}"#);
        extent(&label(&[([50.0, 50.0], "H80")], &symbolizer))
    };
    let centre = of("centre");
    assert!((centre[0] + centre[2]).abs_diff(100) <= 2 && (centre[1] + centre[3]).abs_diff(100) <= 2, "{centre:?}");
    assert!(of("right")[0] >= 51 && of("left")[2] <= 49);
    assert!(of("above")[3] <= 49 && of("below")[1] >= 51);
}

#[test]
fn a_label_that_would_cover_another_is_left_out_unless_it_may() {
    let rows = [([50.0, 50.0], "first"), ([53.0, 52.0], "second"), ([50.0, 10.0], "third")];
    let of =
        |extra: &str| label(&rows, &format!(r#"{{"type": "label", "text": "{{colour}}", "size": "12 px"{extra}}}"#));
    let alone = label(&[rows[0], rows[2]], r#"{"type": "label", "text": "{colour}", "size": "12 px"}"#);
    assert_eq!(of(""), alone);
    assert_ne!(of(r#", "overlap": true"#), alone);
}

#[test]
fn an_area_is_labelled_inside_even_when_it_is_bent() {
    let mut table = Table::new(GeometryKind::Polygon);
    // A horseshoe, whose centre of gravity is outside.
    let ring = vec![
        [10.0, 10.0],
        [90.0, 10.0],
        [90.0, 90.0],
        [60.0, 90.0],
        [60.0, 30.0],
        [40.0, 30.0],
        [40.0, 90.0],
        [10.0, 90.0],
        [10.0, 10.0],
    ];
    table.area("x", &[ring]);
    let view = view([0.0, 0.0, 100.0, 100.0], 100, 100);
    let symbolizer = r#"{"type": "label", "text": "{colour}", "size": "10 px"}"#;
    let picture = drawn(&view, &style("", symbolizer), &table.finish());
    let [left, top, right, bottom] = extent(&picture);
    let (x, y) = (f64::from(left + right) / 2.0, 100.0 - f64::from(top + bottom) / 2.0);
    assert!(!(40.0..60.0).contains(&x) || y < 30.0, "{x} {y}");
}
