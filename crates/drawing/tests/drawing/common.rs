//! Ground for tests and benchmarks: tessellations, points, views, styles.

#![allow(dead_code, clippy::panic)]

use std::sync::Arc;
use terrane_drawing::{Canvas, Painter, Style, View};
use terrane_model::batch::{Batch, BatchBuilder, GeometryBuilder, Value};
use terrane_model::picture::Picture;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, Schema};
use terrane_model::{Bbox, Crs, FeatureId};

/// A view of a box of metres.
pub fn view(bbox: [f64; 4], width_px: u32, height_px: u32) -> View {
    let bbox = Bbox::from_array(bbox);
    View {
        crs: Crs::web_mercator(),
        bbox,
        width_px,
        height_px,
        pixel_mm: 0.28,
        scale_denominator: bbox.width() / f64::from(width_px) / 0.000_28,
    }
}

/// Columns of text and number, and geometry of a kind.
pub fn schema(kind: GeometryKind) -> Schema {
    Schema {
        columns: vec![Column::new("colour", ColumnKind::Text), Column::new("size", ColumnKind::Float)],
        geometry: Some(GeometryColumn { name: "geom".into(), kind, crs: Crs::web_mercator(), has_z: false }),
        time: None,
        key: None,
    }
}

/// Rows as a table is built from.
pub struct Table {
    pub schema: Schema,
    builder: BatchBuilder,
    batches: Vec<Batch>,
    rows: i64,
}

impl Table {
    pub fn new(kind: GeometryKind) -> Self {
        let schema = schema(kind);
        Self { builder: BatchBuilder::new(Arc::new(schema.clone())), schema, batches: Vec::new(), rows: 0 }
    }

    pub fn row(&mut self, colour: &str, size: f64, shape: impl FnOnce(&mut GeometryBuilder)) {
        shape(self.builder.geometry().expect("the schema has geometry"));
        self.builder.value(&Value::Text(colour));
        self.builder.value(&Value::Float(size));
        self.rows += 1;
        self.builder.end_row(FeatureId::Number(self.rows));
        if self.builder.is_full() {
            self.batches.push(self.builder.finish());
        }
    }

    pub fn area(&mut self, colour: &str, rings: &[Vec<[f64; 2]>]) {
        self.row(colour, 1.0, |geometry| {
            geometry.begin(GeometryKind::Polygon);
            geometry.part(GeometryKind::Polygon);
            for ring in rings {
                geometry.ring();
                geometry.positions(ring);
            }
        });
    }

    pub fn line(&mut self, colour: &str, positions: &[[f64; 2]]) {
        self.row(colour, 1.0, |geometry| {
            geometry.begin(GeometryKind::LineString);
            geometry.part(GeometryKind::LineString);
            geometry.ring();
            geometry.positions(positions);
        });
    }

    pub fn finish(mut self) -> (Schema, Vec<Batch>) {
        if !self.builder.is_empty() {
            self.batches.push(self.builder.finish());
        }
        (self.schema, self.batches)
    }
}

/// A whole number from two, well mixed: the same on every machine.
pub fn mixed(a: u64, b: u64) -> u64 {
    let mut x = a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    x ^= x >> 29;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^ x >> 32
}

fn share(a: u64, b: u64) -> f64 {
    (mixed(a, b) >> 11) as f64 / (1_u64 << 53) as f64
}

/// `columns × rows` areas that share rough borders, over a box of 1 000 × 1 000 × rows / columns metres.
/// Each of the four sides of an area has `pieces` segments.
pub fn tessellation(columns: usize, rows: usize, pieces: usize) -> (Schema, Vec<Batch>) {
    let cell = 1000.0 / columns as f64;
    let inner = |x: usize, y: usize| x > 0 && y > 0 && x < columns && y < rows;
    let node = |x: usize, y: usize| {
        let (x64, y64) = (x as u64, y as u64);
        let shift = |seed| if inner(x, y) { (share(x64 * 7919 + y64, seed) - 0.5) * 0.5 } else { 0.0 };
        [(x as f64 + shift(1)) * cell, (y as f64 + shift(2)) * cell]
    };
    // A rough side, always made from the lower to the higher node, so that both neighbours have the same positions.
    let side = |from: [usize; 2], to: [usize; 2]| {
        let (a, b) = (node(from[0], from[1]), node(to[0], to[1]));
        let edge = from[0] == to[0] && (from[0] == 0 || from[0] == columns)
            || from[1] == to[1] && (from[1] == 0 || from[1] == rows);
        let seed = (from[0] * 65_537 + from[1] * 257 + to[0] * 31 + to[1]) as u64;
        (0..pieces)
            .map(|at| {
                let t = at as f64 / pieces as f64;
                let rough = if at == 0 || edge { 0.0 } else { (share(seed, at as u64) - 0.5) * 0.08 * cell };
                [a[0] + (b[0] - a[0]) * t + rough, a[1] + (b[1] - a[1]) * t + rough]
            })
            .collect::<Vec<_>>()
    };
    let reversed = |from: [usize; 2], to: [usize; 2]| {
        let mut positions = side(to, from);
        positions.push(node(from[0], from[1]));
        positions.reverse();
        positions.pop();
        positions
    };
    let mut table = Table::new(GeometryKind::Polygon);
    for y in 0..rows {
        for x in 0..columns {
            let mut ring = side([x, y], [x + 1, y]);
            ring.extend(side([x + 1, y], [x + 1, y + 1]));
            ring.extend(reversed([x + 1, y + 1], [x, y + 1]));
            ring.extend(reversed([x, y + 1], [x, y]));
            ring.push(ring[0]);
            let colour = format!("#{:06x}", mixed(x as u64, y as u64) & 0xff_ffff);
            table.area(&colour, &[ring]);
        }
    }
    table.finish()
}

/// Points over a box of 1 000 × 750 metres.
pub fn points(count: u64) -> (Schema, Vec<Batch>) {
    let mut table = Table::new(GeometryKind::Point);
    for at in 0..count {
        let place = [share(at, 1) * 1000.0, share(at, 2) * 750.0];
        let colour = ["#d7301f", "#fc8d59", "#4575b4"][(mixed(at, 3) % 3) as usize];
        table.row(colour, 3.0 + share(at, 4) * 6.0, |geometry| geometry.point(place, None));
    }
    table.finish()
}

/// A style of one rule.
pub fn style(head: &str, symbolizers: &str) -> Style {
    let text = format!(r#"{{{head} "rules": [{{"symbolizers": [{symbolizers}]}}]}}"#);
    Style::from_json(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Draws rows.
pub fn paint(canvas: &mut Canvas, style: &Style, rows: &(Schema, Vec<Batch>), opacity: f64) {
    let view = canvas.view().clone();
    let mut painter = Painter::new(style, &rows.0, &view).expect("the style fits the rows");
    rows.1.iter().for_each(|batch| painter.add(batch).expect("the batch has the schema"));
    painter.paint(canvas, opacity);
}

/// Rows drawn on nothing.
pub fn drawn(view: &View, style: &Style, rows: &(Schema, Vec<Batch>)) -> Picture {
    let mut canvas = Canvas::new(view, [0; 4]);
    paint(&mut canvas, style, rows, 1.0);
    canvas.into_picture()
}

/// The alpha of all pixels, as shares.
pub fn alphas(picture: &Picture) -> Vec<f64> {
    picture.rgba.chunks(4).map(|pixel| f64::from(pixel[3]) / 255.0).collect()
}
