//! How long it takes to draw: areas with borders, many small areas, many points, a grid.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use terrane_drawing::render::{GroundLookup, paint_window};
use terrane_drawing::{Canvas, Style};
use terrane_model::grid::{Band, GridSchema, GridTransform, SampleKind, Samples, Window};
use terrane_model::{Batch, Crs, Schema};

#[path = "../tests/drawing/common.rs"]
mod common;

use common::{paint, points, style, tessellation, view};

fn layer(bench: &mut Criterion, name: &str, style: &Style, rows: &(Schema, Vec<Batch>)) {
    let view = view([0.0, 0.0, 1000.0, 750.0], 800, 600);
    bench.bench_function(name, |bencher| {
        bencher.iter(|| {
            let mut canvas = Canvas::new(&view, [255; 4]);
            paint(&mut canvas, style, black_box(rows), 1.0);
            canvas
        });
    });
}

fn areas(bench: &mut Criterion) {
    let fill = r#"{"type": "fill", "colour": {"column": "colour"}}"#;
    let outlined =
        r##"{"type": "fill", "colour": {"column": "colour"}, "outline": {"colour": "#4a4a4a", "width": "0.13 mm"}}"##;
    let wide = r##"{"type": "line", "colour": "#4a4a4a", "width": "3 px"}"##;
    let thin = r##"{"type": "line", "colour": "#4a4a4a", "width": "0.13 mm"}"##;
    let rows = tessellation(50, 40, 15);
    layer(bench, "2000x60 fill over", &style("", fill), &rows);
    layer(bench, "2000x60 fill coverage", &style(r#""coverage": true,"#, fill), &rows);
    layer(bench, "2000x60 thin borders", &style("", thin), &rows);
    layer(bench, "2000x60 fill and borders", &style(r#""coverage": true,"#, outlined), &rows);
    layer(bench, "2000x60 wide borders", &style("", wide), &rows);
    let rows = tessellation(160, 125, 6);
    layer(bench, "20000x24 fill coverage", &style(r#""coverage": true,"#, fill), &rows);
    layer(bench, "20000x24 fill and borders", &style(r#""coverage": true,"#, outlined), &rows);
}

fn marks(bench: &mut Criterion) {
    let rows = points(100_000);
    let plain =
        r##"{"type": "mark", "size": "5 px", "fill": "#d7301f", "stroke": {"colour": "white", "width": "0.5 px"}}"##;
    layer(bench, "100k points", &style("", plain), &rows);
    let varied = r#"{"type": "mark", "size": {"column": "size", "unit": "px"}, "fill": {"column": "colour"}}"#;
    layer(bench, "100k points by column", &style("", varied), &rows);
}

struct Stretched;

impl GroundLookup for Stretched {
    fn to_window(&self, positions: &mut [[f64; 2]]) {
        positions.iter_mut().for_each(|[_, y]| *y = (*y / 750.0).sinh() * 900.0);
    }
}

fn grids(bench: &mut Criterion) {
    const SIDE: u32 = 2000;
    let sample = |at: u32| ((at % SIDE) as f32 * 0.01).sin() * ((at / SIDE) as f32 * 0.013).cos() * 500.0;
    let samples: Vec<f32> = (0..SIDE * SIDE).map(sample).collect();
    let transform = GridTransform::north_up([-500.0, 1500.0], [1.0, -1.0]);
    let band =
        Band { name: "z".into(), description: None, unit: None, kind: SampleKind::F32, no_data: None, range: None };
    let schema = GridSchema {
        crs: Crs::web_mercator(),
        transform,
        width: SIDE,
        height: SIDE,
        bands: vec![band],
        axes: vec![],
        overviews: vec![],
    };
    let window = Window {
        crs: Crs::web_mercator(),
        transform,
        width: SIDE,
        height: SIDE,
        bands: vec![Samples::F32(samples.into())],
        no_data: vec![Some(-9999.0)],
    };
    let ramp = r##""colour": {"interpolate": [[-500, "#2166ac"], [0, "#f7f7f7"], [500, "#b2182b"]]}"##;
    let view = view([0.0, 0.0, 1000.0, 750.0], 800, 600);
    for (name, extra) in [
        ("grid nearest", r#", "resampling": "nearest""#),
        ("grid bilinear", ""),
        ("grid bilinear hillshade", r#", "hillshade": {}"#),
    ] {
        let style = style("", &format!(r#"{{"type": "raster", {ramp}{extra}}}"#));
        bench.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut canvas = Canvas::new(&view, [255; 4]);
                paint_window(&style, &schema, black_box(&window), &Stretched, &mut canvas).expect("the band is there");
                canvas
            });
        });
    }
}

criterion_group!(benches, areas, marks, grids);
criterion_main!(benches);
