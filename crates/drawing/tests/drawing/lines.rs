//! Lines: as wide as they say, no darker at joints, dashes where they belong.

use crate::common::*;
use terrane_model::picture::Picture;
use terrane_model::schema::GeometryKind;

fn line(symbolizer: &str, positions: &[[f64; 2]]) -> Picture {
    let mut table = Table::new(GeometryKind::LineString);
    table.line("#000000", positions);
    drawn(&view([0.0, 0.0, 100.0, 100.0], 100, 100), &style("", symbolizer), &table.finish())
}

/// How much is covered across a line that crosses the picture from side to side, per pixel of its length.
fn width(symbolizer: &str, from: [f64; 2], to: [f64; 2]) -> f64 {
    let picture = line(symbolizer, &[from, to]);
    let steep = ((to[1] - from[1]) / (to[0] - from[0])).abs();
    // Columns 30 to 70 of a line no steeper than 45°.
    let covered: f64 = (30..70).map(|x| (0..100).map(|y| f64::from(picture.pixel(x, y)[3]) / 255.0).sum::<f64>()).sum();
    covered / 40.0 / (1.0 + steep * steep).sqrt()
}

#[test]
fn lines_are_as_wide_as_they_say_at_any_angle() {
    for wide in [0.46, 1.0, 1.5, 3.0, 8.0, 14.0] {
        let symbolizer = format!(r#"{{"type": "line", "width": "{wide} px"}}"#);
        for rise in [0.0, 3.3, 17.0, 40.0, 99.0] {
            let got = width(&symbolizer, [-50.0, 50.2 - rise], [150.0, 50.2 + rise]);
            assert!((got - wide).abs() < 0.04 * wide.max(1.0), "{wide} px, rise {rise}: {got}");
        }
    }
}

#[test]
fn millimetres_are_millimetres_on_paper() {
    let got = width(r#"{"type": "line", "width": "2.8 mm"}"#, [-50.0, 50.0], [150.0, 50.0]);
    assert!((got - 10.0).abs() < 0.02, "{got}");
}

#[test]
fn metres_are_metres_on_the_ground() {
    let got = width(r#"{"type": "line", "width": "6 m"}"#, [-50.0, 50.0], [150.0, 50.0]);
    assert!((got - 6.0).abs() < 0.02, "a pixel is a metre here: {got}");
}

#[test]
fn joints_are_no_darker_than_the_line() {
    let symbolizer = r#"{"type": "line", "width": "0.5 px"}"#;
    let straight = line(symbolizer, &[[0.0, 50.5], [100.0, 50.5]]);
    let many: Vec<[f64; 2]> = (0..=400).map(|at| [f64::from(at) * 0.25, 50.5]).collect();
    let jointed = line(symbolizer, &many);
    for x in 2..98 {
        assert!(straight.pixel(x, 49)[3].abs_diff(jointed.pixel(x, 49)[3]) <= 1, "{x}");
    }
    assert_eq!(straight.pixel(50, 49)[3], 128);
}

#[test]
fn crossings_of_one_colour_are_no_darker() {
    let mut table = Table::new(GeometryKind::LineString);
    table.line("#000000", &[[0.0, 50.5], [100.0, 50.5]]);
    table.line("#000000", &[[50.5, 0.0], [50.5, 100.0]]);
    let symbolizer = r##"{"type": "line", "width": "1 px", "colour": "#00000080"}"##;
    let picture = drawn(&view([0.0, 0.0, 100.0, 100.0], 100, 100), &style("", symbolizer), &table.finish());
    assert_eq!(picture.pixel(50, 49), picture.pixel(20, 49));
}

fn runs(picture: &Picture, y: u32) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for x in 0..picture.width_px {
        if picture.pixel(x, y)[3] > 127 {
            match runs.last_mut() {
                Some(run) if run.1 == x => run.1 = x + 1,
                _ => runs.push((x, x + 1)),
            }
        }
    }
    runs
}

#[test]
fn dashes_and_gaps_have_their_lengths_thin_or_wide() {
    for wide in ["1 px", "4 px", "20 px"] {
        let symbolizer = format!(r#"{{"type": "line", "width": "{wide}", "dash": ["10 px", "6 px"]}}"#);
        let picture = line(&symbolizer, &[[4.0, 50.5], [96.0, 50.5]]);
        let expected: Vec<(u32, u32)> = (0..6).map(|at| (4 + at * 16, (14 + at * 16).min(96))).collect();
        assert_eq!(runs(&picture, 49), expected, "{wide}");
    }
}

#[test]
fn the_ends_of_lines_are_as_the_style_says() {
    for (wide, reach) in [(4.0, 2), (14.0, 7)] {
        let of = |cap: &str| {
            let symbolizer = format!(r#"{{"type": "line", "width": "{wide} px", "cap": "{cap}"}}"#);
            let picture = line(&symbolizer, &[[30.0, 50.0], [70.0, 50.0]]);
            (runs(&picture, 50)[0], alphas(&picture).iter().sum::<f64>())
        };
        assert_eq!(of("butt").0, (30, 70));
        assert_eq!(of("square").0, (30 - reach, 70 + reach));
        let round = of("round").1 - of("butt").1;
        let disc = std::f64::consts::PI * wide * wide / 4.0;
        assert!((round / disc - 1.0).abs() < 0.06, "{wide}: {round} {disc}");
    }
}

#[test]
fn an_offset_line_lies_to_the_right() {
    let symbolizer = r#"{"type": "line", "width": "2 px", "offset": "10 px"}"#;
    let picture = line(symbolizer, &[[0.0, 50.0], [100.0, 50.0]]);
    // Eastward, right is south: rows 59 and 60 counted from the top.
    assert_eq!((picture.pixel(50, 59)[3], picture.pixel(50, 60)[3], picture.pixel(50, 40)[3]), (255, 255, 0));
}

#[test]
fn a_casing_runs_below_all_lines() {
    let mut table = Table::new(GeometryKind::LineString);
    table.line("#ff0000", &[[0.0, 50.0], [100.0, 50.0]]);
    table.line("#ff0000", &[[50.0, 0.0], [50.0, 100.0]]);
    let symbolizers =
        r#"{"type": "line", "width": "8 px", "colour": "white"}, {"type": "line", "width": "4 px", "colour": "red"}"#;
    let rows = table.finish();
    let view = view([0.0, 0.0, 100.0, 100.0], 100, 100);
    let level = drawn(&view, &style("", symbolizers), &rows);
    let feature = drawn(&view, &style(r#""order": "feature","#, symbolizers), &rows);
    assert_eq!(level.pixel(47, 50), [255, 0, 0, 255], "the second casing is below the first line");
    assert_eq!(feature.pixel(47, 50), [255, 255, 255, 255], "row by row it is above");
}
