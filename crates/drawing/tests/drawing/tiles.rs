//! Four tiles side by side are the same picture as one.

use crate::common::*;
use terrane_drawing::render::{GroundLookup, paint_window};
use terrane_drawing::{Canvas, Style, View};
use terrane_model::grid::{Band, GridSchema, GridTransform, SampleKind, Samples, Window};
use terrane_model::picture::Picture;
use terrane_model::{Batch, Crs, Schema};

const SIDE: u32 = 128;

/// The whole, and the four quarters as functions of a view give them, put together.
fn whole_and_stitched(draw: impl Fn(&View) -> Picture) -> (Picture, Picture) {
    let whole = draw(&view([100.0, 100.0, 612.0, 612.0], 2 * SIDE, 2 * SIDE));
    let mut stitched = Picture::filled(2 * SIDE, 2 * SIDE, [0; 4]);
    for (column, row) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let (west, north) = (100.0 + f64::from(column) * 256.0, 612.0 - f64::from(row) * 256.0);
        let tile = draw(&view([west, north - 256.0, west + 256.0, north], SIDE, SIDE));
        for y in 0..SIDE {
            let from = (y * SIDE * 4) as usize;
            let to = (((y + row * SIDE) * 2 * SIDE + column * SIDE) * 4) as usize;
            stitched.rgba[to..to + SIDE as usize * 4].copy_from_slice(&tile.rgba[from..from + SIDE as usize * 4]);
        }
    }
    (whole, stitched)
}

/// Pixels that differ by more than a little.
fn different(a: &Picture, b: &Picture) -> usize {
    let pixels = a.rgba.chunks(4).zip(b.rgba.chunks(4));
    pixels.filter(|(a, b)| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > 3)).count()
}

fn check(name: &str, style: &Style, rows: &(Schema, Vec<Batch>)) {
    let (whole, stitched) = whole_and_stitched(|view| drawn(view, style, rows));
    assert!(whole.rgba.iter().any(|&byte| byte > 0), "{name} draws something");
    assert_eq!(different(&whole, &stitched), 0, "{name}");
}

#[test]
fn tiles_of_areas_lines_and_points_fit_together() {
    let areas = tessellation(20, 16, 15);
    check("fill", &style("", r#"{"type": "fill", "colour": {"column": "colour"}}"#), &areas);
    check("coverage", &style(r#""coverage": true,"#, r#"{"type": "fill", "colour": {"column": "colour"}}"#), &areas);
    check("thin", &style("", r#"{"type": "line", "width": "0.13 mm"}"#), &areas);
    check("wide", &style("", r#"{"type": "line", "width": "5 px"}"#), &areas);
    check("very wide", &style("", r#"{"type": "line", "width": "13 px", "join": "miter"}"#), &areas);
    check("dashed", &style("", r#"{"type": "line", "width": "1 px", "dash": ["9 px", "4 px"]}"#), &areas);
    check("offset", &style("", r#"{"type": "line", "width": "1 px", "offset": "3 px"}"#), &areas);
    let mark =
        r#"{"type": "mark", "shape": "star", "size": {"column": "size", "unit": "px"}, "fill": "red", "stroke": {}}"#;
    check("marks", &style("", mark), &points(2_000));
}

struct Bent;

impl GroundLookup for Bent {
    fn to_window(&self, positions: &mut [[f64; 2]]) {
        positions.iter_mut().for_each(|[x, y]| *x += 30.0 * (*y / 300.0).sin());
    }
}

#[test]
fn tiles_of_a_grid_fit_together_with_relief_too() {
    let samples: Vec<f32> =
        (0..700 * 700).map(|at| ((at % 700) as f32 * 0.05).sin() * ((at / 700) as f32 * 0.04).cos() * 100.0).collect();
    let transform = GridTransform::north_up([0.0, 700.0], [1.0, -1.0]);
    let band =
        Band { name: "z".into(), description: None, unit: None, kind: SampleKind::F32, no_data: None, range: None };
    let crs = Crs::web_mercator();
    let schema = GridSchema {
        crs: crs.clone(),
        transform,
        width: 700,
        height: 700,
        bands: vec![band],
        axes: vec![],
        overviews: vec![],
    };
    let window = Window {
        crs,
        transform,
        width: 700,
        height: 700,
        bands: vec![Samples::F32(samples.into())],
        no_data: vec![None],
    };
    for extra in [
        r#""resampling": "nearest""#,
        r#""resampling": "bilinear""#,
        r#""resampling": "cubic""#,
        r#""resampling": "average""#,
        r#""hillshade": {"exaggeration": 2}"#,
    ] {
        let raster = format!(
            r##"{{"type": "raster", "colour": {{"interpolate": [[-100, "#2166ac"], [0, "#f7f7f7"], [100, "#b2182b"]]}}, {extra}}}"##
        );
        let style = style("", &raster);
        let (whole, stitched) = whole_and_stitched(|view| {
            let mut canvas = Canvas::new(view, [0; 4]);
            paint_window(&style, &schema, &window, &Bent, &mut canvas).unwrap();
            canvas.into_picture()
        });
        assert!(whole == stitched, "{extra}: to the last bit");
    }
}
