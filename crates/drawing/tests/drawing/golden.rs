//! Pictures kept as they should be. To keep new ones after looking at them: `TERRANE_KEEP_PICTURES=1 cargo test -p terrane-drawing`.

use crate::common::*;
use std::path::PathBuf;
use terrane_drawing::legend::{Legend, legend, picture};
use terrane_drawing::{Canvas, Style};
use terrane_model::picture::Picture;
use terrane_model::schema::GeometryKind;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(format!("{name}.png"))
}

fn keep(picture: &Picture, name: &str) {
    let out = std::fs::File::create(file(name)).unwrap();
    let mut encoder = png::Encoder::new(out, picture.width_px, picture.height_px);
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header().unwrap().write_image_data(&picture.rgba).unwrap();
}

fn kept(name: &str) -> Picture {
    let bytes = std::io::BufReader::new(std::fs::File::open(file(name)).unwrap());
    let mut reader = png::Decoder::new(bytes).read_info().unwrap();
    let mut rgba = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut rgba).unwrap();
    Picture { width_px: info.width, height_px: info.height, rgba }
}

/// The same size, and hardly a pixel that differs to the eye.
fn check(picture: &Picture, name: &str) {
    if std::env::var_os("TERRANE_KEEP_PICTURES").is_some() {
        keep(picture, name);
    }
    let kept = kept(name);
    assert_eq!((picture.width_px, picture.height_px), (kept.width_px, kept.height_px), "{name}");
    let pixels = picture.rgba.chunks(4).zip(kept.rgba.chunks(4));
    let apart = pixels.filter(|(a, b)| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > 8)).count();
    assert!(apart * 1000 < kept.rgba.len() / 4, "{name}: {apart} pixels differ");
}

#[test]
fn a_geological_map_looks_as_it_should() {
    let rows = tessellation(8, 6, 12);
    let outlined =
        r##"{"type": "fill", "colour": {"column": "colour"}, "outline": {"colour": "#4a4a4a", "width": "0.13 mm"}}"##;
    let mut canvas = Canvas::new(&view([150.0, 100.0, 850.0, 600.0], 210, 150), [255; 4]);
    paint(&mut canvas, &style(r#""coverage": true,"#, outlined), &rows, 1.0);
    let mut faults = Table::new(GeometryKind::LineString);
    faults.line("", &[[100.0, 550.0], [400.0, 420.0], [500.0, 150.0], [900.0, 200.0]]);
    let cased = r##"{"type": "line", "colour": "white", "width": "1.4 mm", "cap": "round"},
        {"type": "line", "colour": "#c1121f", "width": "0.6 mm", "dash": ["3 mm", "1 mm"]}"##;
    paint(&mut canvas, &style("", cased), &faults.finish(), 1.0);
    let mut dips = Table::new(GeometryKind::Point);
    for (x, y, strike) in [(250.0, 300.0, 20.0), (600.0, 450.0, 130.0), (700.0, 250.0, 290.0)] {
        dips.row("", strike, |geometry| geometry.point([x, y], None));
    }
    let tick = r##"{"type": "mark", "shape": "tick", "size": "5 mm", "rotation": {"column": "size"}, "stroke": {"width": "0.3 mm"}},
        {"type": "label", "text": "{size:0}", "size": "3 mm", "anchor": "right", "offset": ["1.6 mm", "0 mm"], "halo": {"colour": "white", "width": "0.4 mm"}}"##;
    paint(&mut canvas, &style("", tick), &dips.finish(), 1.0);
    check(&canvas.into_picture(), "geology");
}

#[test]
fn every_shape_of_mark_looks_as_it_should() {
    let mut table = Table::new(GeometryKind::Point);
    let shapes = [
        "circle",
        "square",
        "triangle",
        "diamond",
        "star",
        "hexagon",
        "cross",
        "x",
        "tick",
        "vertical",
        "horizontal",
        "arrow",
        "person",
    ];
    for (at, shape) in shapes.iter().enumerate() {
        table.row(shape, at as f64 * 10.0, |geometry| {
            geometry.point([15.0 + (at % 6) as f64 * 30.0, 45.0 - (at / 6) as f64 * 30.0], None);
        });
    }
    let symbolizer = r##"{"type": "mark", "shape": {"column": "colour"}, "size": "20 px", "fill": "#e9c46a", "stroke": {"colour": "#264653", "width": "1.5 px"}, "rotation": {"column": "size"}}"##;
    check(&drawn(&view([0.0, -30.0, 180.0, 60.0], 180, 90), &style("", symbolizer), &table.finish()), "marks");
}

#[test]
fn a_legend_looks_as_it_should() {
    let style = Style::from_json(
        r##"{"rules": [
          {"title": {"en": "Limestone"}, "symbolizers": [{"type": "fill", "colour": "#6fa8dc", "outline": {"colour": "#4a4a4a", "width": "0.13 mm"}}]},
          {"title": {"en": "Concealed fault"}, "symbolizers": [{"type": "line", "colour": "#c1121f", "width": "0.5 mm", "dash": ["2 mm", "1 mm"]}]},
          {"title": {"en": "Earthquakes"}, "symbolizers": [{"type": "mark", "size": {"column": "mag", "interpolate": [[5, "1 mm"], [8, "6 mm"]]},
            "fill": {"column": "depth", "steps": [[0, "#d7301f"], [70, "#fc8d59"], [300, "#4575b4"]]}}]},
          {"title": {"en": "Thickness"}, "symbolizers": [{"type": "fill", "colour": {"column": "m", "interpolate": [[0, "#ffffcc"], [900, "#253494"]]}}]}
        ]}"##,
    )
    .unwrap();
    let made: Legend = legend(&style, None, &[], 1.0);
    assert!(made.ramp.is_some());
    check(&picture(&made, &["en"]), "legend");
}
