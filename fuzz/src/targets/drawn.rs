//! Drawing: geometry of any numbers, filled, stroked and marked on a small canvas; and pictures of any bytes, written.

use crate::Target;
use std::sync::Arc;
use terrane_drawing::{Canvas, Painter, Style, View};
use terrane_formats::picture;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::picture::{Picture, PictureFormat};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, Schema};
use terrane_model::{Bbox, Crs, FeatureId};

const WIDTH_PX: u32 = 64;
const HEIGHT_PX: u32 = 48;

pub const AREAS: Target = Target {
    name: "fill",
    seeds,
    words: &[],
    run: |bytes| {
        let fill = r##"{"type": "fill", "colour": {"column": "colour"}, "outline": {"colour": "#4a4a4a", "width": "0.13 mm"}}"##;
        for coverage in [r#""coverage": true,"#, ""] {
            draw(bytes, GeometryKind::Polygon, &format!(r#"{{{coverage} "rules": [{{"symbolizers": [{fill}]}}]}}"#));
        }
    },
};

pub const LINES: Target = Target {
    name: "stroke",
    seeds,
    words: &[],
    run: |bytes| {
        let lines = [
            r#"{"type": "line", "width": "0.13 mm"}"#,
            r#"{"type": "line", "width": "5 px", "cap": "square", "join": "miter"}"#,
            r#"{"type": "line", "width": "14 px", "dash": ["9 px", "4 px"], "offset": "3 px"}"#,
        ];
        let line = lines[bytes.len() % lines.len()];
        draw(bytes, GeometryKind::LineString, &format!(r#"{{"rules": [{{"symbolizers": [{line}]}}]}}"#));
    },
};

pub const MARKS: Target = Target {
    name: "mark",
    seeds,
    words: &[],
    run: |bytes| {
        let mark = r#"{"type": "mark", "shape": "star", "size": {"column": "size", "unit": "px"}, "fill": "red", "stroke": {}}"#;
        draw(bytes, GeometryKind::MultiPoint, &format!(r#"{{"rules": [{{"symbolizers": [{mark}]}}]}}"#));
    },
};

/// A width, then pixels.
pub const ENCODERS: Target = Target {
    name: "encoders",
    seeds: || {
        (1..6_u8)
            .map(|step| [&[16][..], &(0..=255).cycle().step_by(step.into()).take(4_096).collect::<Vec<u8>>()].concat())
            .collect()
    },
    words: &[],
    run: |bytes| {
        let Some((&width, pixels)) = bytes.split_first() else { return };
        let width = usize::from(width).max(1);
        let height = (pixels.len() / 4 / width).min(4_096);
        let rgba = pixels[..width * height * 4].to_vec();
        let picture = Picture { width_px: width as u32, height_px: height as u32, rgba };
        for format in PictureFormat::ALL {
            let file = picture::write(&picture, format);
            assert_eq!(file.is_ok(), height > 0, "{format:?}: {file:?}");
        }
        if height > 0 {
            let again = picture::png::read(
                &picture::png::write(&picture).expect("written and read again"),
                &Default::default(),
            )
            .expect("written and read again");
            assert!(again == picture, "PNG is without loss");
        }
    },
};

/// Two numbers a position; a negative zero begins another part.
fn seeds() -> Vec<Vec<u8>> {
    let bytes = |numbers: &[f64]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    vec![
        bytes(&[5.0, 5.0, 60.0, 8.0, 55.0, 40.0, 7.0, 33.0, 5.0, 5.0]),
        bytes(&[-1e9, -1e9, 1e9, -1e9, 1e9, 1e9, -1e9, 1e9, -0.0, 0.0, 3.0, 3.0, 4.0, 3.0, 4.0, 4.0]),
        bytes(&[0.5, 0.5, 0.5, 0.5, 10.0, 0.5, 10.0, 10.0, 0.5, 10.0, -0.0, 0.0, 2.0, 2.0, 3.0, 2.0, 3.0, 3.0]),
        bytes(&[f64::NAN, 1.0, f64::INFINITY, 2.0, 1e308, -1e308, 5e-324, 3.0]),
    ]
}

/// Draws a row and looks whether the picture is well formed.
fn draw(bytes: &[u8], kind: GeometryKind, style: &str) {
    let style = Style::from_json(&style.replacen('{', r#"{"name": "x", "#, 1)).expect("the style is ours");
    let bbox = Bbox { min: [0.0, 0.0], max: [f64::from(WIDTH_PX), f64::from(HEIGHT_PX)] };
    let view = View {
        crs: Crs::web_mercator(),
        bbox,
        width_px: WIDTH_PX,
        height_px: HEIGHT_PX,
        pixel_mm: 0.28,
        scale_denominator: 1.0 / 0.000_28,
    };
    let schema = Schema {
        columns: vec![Column::new("colour", ColumnKind::Text), Column::new("size", ColumnKind::Float)],
        geometry: Some(GeometryColumn { name: "geom".into(), kind, crs: Crs::web_mercator(), has_z: false }),
        time: None,
        key: None,
    };
    let mut builder = BatchBuilder::new(Arc::new(schema.clone()));
    let positions: Vec<[f64; 2]> = bytes
        .as_chunks::<16>()
        .0
        .iter()
        .map(|two| [0, 8].map(|at| f64::from_le_bytes(std::array::from_fn(|byte| two[at + byte]))))
        .collect();
    let geometry = builder.geometry().expect("the schema has geometry");
    geometry.begin(kind);
    for part in positions.split(|position| position[0] == 0.0 && position[0].is_sign_negative()) {
        geometry.part(if kind == GeometryKind::MultiPoint { GeometryKind::Point } else { kind });
        geometry.ring();
        geometry.positions(if kind == GeometryKind::MultiPoint { &part[..part.len().min(1)] } else { part });
        if kind == GeometryKind::Polygon {
            break;
        }
    }
    builder.value(&Value::Text("#80c040a0"));
    builder.value(&Value::Float(positions.first().map_or(5.0, |position| position[0])));
    builder.end_row(FeatureId::Number(1));
    let mut painter = Painter::new(&style, &schema, &view).expect("the style goes with the schema");
    painter.add(&builder.finish()).expect("the rows go with the schema");
    let mut canvas = Canvas::new(&view, [0; 4]);
    painter.paint(&mut canvas, 0.7);
    assert_eq!(canvas.into_picture().rgba.len(), (WIDTH_PX * HEIGHT_PX * 4) as usize);
}
