//! Small layers made in place, and what the inspector says of them.

use std::sync::Arc;
use terrane_formats::check::{CheckOptions, Checked, Inspector};
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::report::Report;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, TimeColumns};
use terrane_model::{Batch, Crs, FeatureId, Instant, Schema};

pub type Ring = Vec<[f64; 2]>;
/// Parts of rings.
pub type Shape = Vec<Vec<Ring>>;

/// 2026-01-01.
pub const NOW: Instant = Instant(1_767_225_600_000_000);

pub fn ring(corners: &[(f64, f64)]) -> Ring {
    let mut ring: Ring = corners.iter().map(|&(x, y)| [x, y]).collect();
    ring.push(ring[0]);
    ring
}

pub fn square(x: f64, y: f64, side: f64) -> Ring {
    ring(&[(x, y), (x + side, y), (x + side, y + side), (x, y + side)])
}

pub fn schema_in(crs: Crs, kind: GeometryKind, has_z: bool) -> Arc<Schema> {
    let geometry = GeometryColumn { name: "geom".into(), kind, crs, has_z };
    let columns = vec![Column::new("number", ColumnKind::Int)];
    Arc::new(Schema { columns, geometry: Some(geometry), time: None, key: None })
}

/// A batch of areas, or of lines when the kind is one of lines; the one column numbers the rows, so that none is doubled.
pub fn batch(schema: &Arc<Schema>, shapes: &[Shape]) -> Batch {
    let kind = schema.geometry.as_ref().unwrap().kind;
    let mut builder = BatchBuilder::new(Arc::clone(schema));
    for (row, parts) in shapes.iter().enumerate() {
        let geometry = builder.geometry().unwrap();
        geometry.begin(if parts.len() > 1 { kind.multi() } else { kind });
        for rings in parts {
            geometry.part(kind.part());
            for ring in rings {
                geometry.ring();
                ring.iter().for_each(|position| geometry.position(*position, Some(1.0)));
            }
        }
        builder.value(&Value::Int(row as i64));
        builder.end_row(FeatureId::Number(row as i64));
    }
    builder.finish()
}

/// What is said of batches, and the batches as they came through.
pub fn inspect(batches: &[Batch], options: &CheckOptions) -> (Checked, Report, Vec<Batch>) {
    let mut inspector = Inspector::new(&batches[0].schema, options);
    let through = batches.iter().map(|batch| inspector.see(batch.clone()).unwrap()).collect();
    let mut report = Report::default();
    let checked = inspector.finish(&mut report);
    (checked, report, through)
}

pub fn options() -> CheckOptions {
    CheckOptions { now: Some(NOW), ..CheckOptions::default() }
}

/// What is said of areas: row, count and the first words of each remark.
pub fn said_of(shapes: &[Shape]) -> Vec<(u64, u64, String)> {
    let schema = schema_in(Crs::crs84(), GeometryKind::MultiPolygon, false);
    said(&inspect(&[batch(&schema, shapes)], &options()).1)
}

pub fn said(report: &Report) -> Vec<(u64, u64, String)> {
    report.findings.iter().map(|finding| (finding.row.unwrap_or(0), finding.count, finding.what.clone())).collect()
}

/// A table of one column of texts, or of what else stands in quotation marks to be read.
pub fn table(name: &str, kind: ColumnKind, values: &[Value<'_>]) -> Batch {
    let time = (kind == ColumnKind::Time).then(|| TimeColumns { start: name.to_owned(), end: None });
    let columns = vec![Column::new("number", ColumnKind::Int), Column::new(name, kind)];
    let schema = Arc::new(Schema { columns, geometry: None, time, key: None });
    let mut builder = BatchBuilder::new(schema);
    for (row, value) in values.iter().enumerate() {
        builder.value(&Value::Int(row as i64));
        builder.value(value);
        builder.end_row(FeatureId::Number(row as i64));
    }
    builder.finish()
}
