//! How fast features are written and read: GeoJSON from batches, GeoPackage written, scanned whole, by box and by page.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use terrane_formats::check::{CheckOptions, Inspector};
use terrane_formats::features::geojson::{DEGREE_DECIMALS, GeoJsonWriter};
use terrane_formats::features::geopackage::{self, GeoPackageSource};
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::query::SortKey;
use terrane_model::report::Report;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::testing::ready;
use terrane_model::{Batch, Bbox, Crs, FeatureId, FeatureQuery, FeatureSource, Rows, Schema};

const ROWS: usize = 50_000;
const CORNERS: usize = 40;

/// Polygons of 41 positions all over the Earth, with an id, two texts and two numbers.
fn polygons() -> Vec<Batch> {
    let columns = vec![
        Column::new("code", ColumnKind::Int),
        Column::new("name", ColumnKind::Text),
        Column::new("age", ColumnKind::Text),
        Column::new("area", ColumnKind::Float),
    ];
    let geometry = GeometryColumn { name: "geom".into(), kind: GeometryKind::Polygon, crs: Crs::crs84(), has_z: false };
    let schema = Arc::new(Schema { columns, geometry: Some(geometry), time: None, key: None });
    let mut builder = BatchBuilder::new(Arc::clone(&schema));
    let mut batches = Vec::new();
    for row in 0..ROWS {
        let turn = row as f64 * 2.399_963;
        let centre =
            [(row as f64 * 0.618_034).fract() * 350.0 - 175.0, (row as f64 * 0.414_214).fract() * 160.0 - 80.0];
        if let Some(geometry) = builder.geometry() {
            geometry.begin(GeometryKind::Polygon);
            geometry.part(GeometryKind::Polygon);
            geometry.ring();
            for corner in 0..=CORNERS {
                let angle = (corner % CORNERS) as f64 / CORNERS as f64 * std::f64::consts::TAU;
                let radius = 0.3 + 0.1 * (angle * 5.0 + turn).sin();
                geometry.position([centre[0] + radius * angle.cos(), centre[1] + radius * angle.sin()], None);
            }
        }
        builder.value(&Value::Int(row as i64 % 900));
        builder.value(&Value::Text("Alluvium and present riverbed deposits"));
        builder.value(&Value::Text(["Cenozoic", "Mesozoic", "Palaeozoic"][row % 3]));
        builder.value(&Value::Float(turn));
        builder.end_row(FeatureId::Number(row as i64));
        if builder.is_full() {
            batches.push(builder.finish());
        }
    }
    batches.push(builder.finish());
    batches
}

/// Crooked cells side by side that leave no gap, with as many corners; no cell is seen whole from its middle.
fn mosaic() -> Vec<Batch> {
    let schema = Arc::clone(&polygons()[0].schema);
    let across = (ROWS as f64).sqrt() as usize;
    let side = CORNERS / 4;
    let wave = |along: f64| (along * std::f64::consts::TAU * 2.0).sin() * 0.2;
    let mut builder = BatchBuilder::new(schema);
    let mut batches = Vec::new();
    for row in 0..across * across {
        let [x, y] = [(row % across) as f64, (row / across) as f64];
        let step = |at: usize| at as f64 / side as f64;
        let south = (0..side).map(|at| [x + step(at), y + wave(step(at))]);
        let east = (0..side).map(|at| [x + 1.0 + wave(step(at)), y + step(at)]);
        let north = (0..side).map(|at| [x + 1.0 - step(at), y + 1.0 + wave(1.0 - step(at))]);
        let west = (0..side).map(|at| [x + wave(1.0 - step(at)), y + 1.0 - step(at)]);
        if let Some(geometry) = builder.geometry() {
            geometry.begin(GeometryKind::Polygon);
            geometry.part(GeometryKind::Polygon);
            geometry.ring();
            let ring = south.chain(east).chain(north).chain(west).chain([[x, y]]);
            ring.for_each(|[x, y]| geometry.position([x * 0.1, y * 0.1], None));
        }
        (0..4).for_each(|_| builder.value(&Value::Int(row as i64)));
        builder.end_row(FeatureId::Number(row as i64));
        if builder.is_full() {
            batches.push(builder.finish());
        }
    }
    batches.push(builder.finish());
    batches
}

/// The inspector of imports at work: on polygons that lie over each other, and on a mosaic.
fn inspect(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("inspect");
    group.throughput(Throughput::Elements(ROWS as u64)).sample_size(10);
    let (scattered, mosaic) = (polygons(), mosaic());
    for (name, batches, coverage) in [
        ("scattered, without coverage", &scattered, false),
        ("scattered, with coverage", &scattered, true),
        ("mosaic, without coverage", &mosaic, false),
        ("mosaic, with coverage", &mosaic, true),
    ] {
        let options = CheckOptions { coverage, ..CheckOptions::default() };
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut inspector = Inspector::new(&batches[0].schema, &options);
                batches.iter().for_each(|batch| {
                    black_box(inspector.see(batch.clone()).map(|batch| batch.len()).unwrap_or(0));
                });
                inspector.finish(&mut Report::default())
            });
        });
    }
    group.finish();
}

fn read(source: &GeoPackageSource, query: &FeatureQuery) -> usize {
    let scan = ready(source.scan(query)).expect("the file is ours");
    let Rows::Local(rows) = scan.into_rows() else { return 0 };
    rows.map(|batch| batch.map_or(0, |batch| batch.len())).sum()
}

fn benchmarks(criterion: &mut Criterion) {
    let batches = polygons();
    let schema = Arc::clone(&batches[0].schema);
    let mut group = criterion.benchmark_group("features");
    group.sample_size(20);

    group.throughput(Throughput::Elements(batches[0].len() as u64));
    let mut out = Vec::new();
    group.bench_function("geojson/write one batch", |bencher| {
        bencher.iter(|| {
            out.clear();
            GeoJsonWriter::new(DEGREE_DECIMALS).rows(black_box(&batches[0]), &mut out);
        });
    });

    group.throughput(Throughput::Elements(ROWS as u64));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut number = 0;
    group.bench_function("geopackage/write 50k polygons", |bencher| {
        bencher.iter(|| {
            number += 1;
            let path = folder.path().join(format!("{number}.gpkg"));
            let written = geopackage::write(&path, "units", &schema, &mut batches.iter().cloned().map(Ok));
            std::fs::remove_file(path).expect("it was written");
            written.map_or(0, |written| written.rows)
        });
    });
    let path = folder.path().join("units.gpkg");
    geopackage::write(&path, "units", &schema, &mut batches.iter().cloned().map(Ok)).expect("the rows are good");
    let source = GeoPackageSource::open(&path).expect("it was just written");
    group.bench_function("geopackage/scan all", |bencher| {
        bencher.iter(|| read(&source, &FeatureQuery::default()));
    });
    let boxed = |side: f64| FeatureQuery {
        bbox: Some(Bbox { min: [100.0, 10.0], max: [100.0 + side, 10.0 + side] }),
        ..FeatureQuery::default()
    };
    for side in [1.0, 10.0, 60.0] {
        let query = boxed(side);
        group.throughput(Throughput::Elements(read(&source, &query) as u64));
        group.bench_function(format!("geopackage/box of {side} degrees"), |bencher| {
            bencher.iter(|| read(&source, &query));
        });
    }
    group.throughput(Throughput::Elements(10));
    let page = FeatureQuery { limit: Some(10), ..boxed(60.0) };
    group.bench_function("geopackage/page of 10 in a box", |bencher| bencher.iter(|| read(&source, &page)));
    let sorted = FeatureQuery { limit: Some(10), sort: vec![SortKey::ascending("area")], ..FeatureQuery::default() };
    group.bench_function("geopackage/10 by a column", |bencher| bencher.iter(|| read(&source, &sorted)));
    group.finish();
}

criterion_group!(features, benchmarks, inspect);
criterion_main!(features);
