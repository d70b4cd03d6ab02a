//! How fast a display copy answers beside the dataset's own file: windows, latest first, pages, everything; and how fast it is built.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use std::path::Path;
use std::sync::Arc;
use terrane_formats::display::{self, DisplayCache, DisplaySource};
use terrane_formats::features::geopackage::{self, GeoPackageSource};
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::filter::{CompareOp, Expr, Filter, Literal};
use terrane_model::limits::DISPLAY_CACHE_BYTES;
use terrane_model::query::{Columns, SortKey};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, TimeColumns};
use terrane_model::store::Silent;
use terrane_model::testing::ready;
use terrane_model::time::Interval;
use terrane_model::{Batch, Bbox, Crs, FeatureId, FeatureQuery, FeatureSource, Instant, Rows, Schema, When};

const POLYGONS: usize = 50_000;
const EVENTS: usize = 300_000;
const CORNERS: usize = 60;

fn geometry(kind: GeometryKind) -> Option<GeometryColumn> {
    Some(GeometryColumn { name: "geom".into(), kind, crs: Crs::crs84(), has_z: false })
}

/// Rows built one by one by `fill`, as batches.
fn rows(schema: &Arc<Schema>, count: usize, fill: impl Fn(&mut BatchBuilder, usize)) -> Vec<Batch> {
    let mut builder = BatchBuilder::new(Arc::clone(schema));
    let mut batches = Vec::new();
    for row in 0..count {
        fill(&mut builder, row);
        builder.end_row(FeatureId::Number(row as i64));
        if builder.is_full() {
            batches.push(builder.finish());
        }
    }
    batches.push(builder.finish());
    batches
}

fn scattered(row: usize) -> [f64; 2] {
    [(row as f64 * 0.618_034).fract() * 350.0 - 175.0, (row as f64 * 0.414_214).fract() * 160.0 - 80.0]
}

/// Polygons of 61 positions all over the Earth.
fn polygons() -> Vec<Batch> {
    let columns = [("code", ColumnKind::Int), ("name", ColumnKind::Text), ("age", ColumnKind::Text)];
    let columns = columns.map(|(name, kind)| Column::new(name, kind)).to_vec();
    let schema = Arc::new(Schema { columns, geometry: geometry(GeometryKind::Polygon), time: None, key: None });
    rows(&schema, POLYGONS, |builder, row| {
        let centre = scattered(row);
        if let Some(geometry) = builder.geometry() {
            geometry.begin(GeometryKind::Polygon);
            geometry.part(GeometryKind::Polygon);
            geometry.ring();
            for corner in 0..=CORNERS {
                let angle = (corner % CORNERS) as f64 / CORNERS as f64 * std::f64::consts::TAU;
                let radius = 0.3 + 0.1 * (angle * 5.0 + row as f64).sin();
                geometry.position([centre[0] + radius * angle.cos(), centre[1] + radius * angle.sin()], None);
            }
        }
        builder.value(&Value::Int(row as i64 % 900));
        builder.value(&Value::Text("Alluvium and present riverbed deposits"));
        builder.value(&Value::Text(["Cenozoic", "Mesozoic", "Palaeozoic"][row % 3]));
    })
}

/// Events all over the Earth, one each hour.
fn events() -> Vec<Batch> {
    let columns = [
        ("time", ColumnKind::Time),
        ("magnitude", ColumnKind::Float),
        ("depth_km", ColumnKind::Float),
        ("kind", ColumnKind::Text),
        ("place", ColumnKind::Text),
    ];
    let columns = columns.map(|(name, kind)| Column::new(name, kind)).to_vec();
    let time = Some(TimeColumns { start: "time".into(), end: None });
    let schema = Arc::new(Schema { columns, geometry: geometry(GeometryKind::Point), time, key: None });
    rows(&schema, EVENTS, |builder, row| {
        if let Some(geometry) = builder.geometry() {
            geometry.point(scattered(row), None);
        }
        builder.value(&Value::Time(When::exactly(hour(row * 7_919 % EVENTS))));
        builder.value(&Value::Float(3.0 + (row as f64 * 0.732_05).fract().powi(4) * 6.0));
        builder.value(&Value::Float((row % 700) as f64));
        builder.value(&Value::Text(if row % 50 == 0 { "explosion" } else { "earthquake" }));
        builder.value(&Value::Text(&format!("{} km west of somewhere", row % 311)));
    })
}

fn hour(number: usize) -> Instant {
    Instant(number as i64 * 3_600_000_000)
}

/// The same rows, stored and copied.
fn stored(folder: &Path, batches: Vec<Batch>) -> (GeoPackageSource, DisplaySource) {
    let (file, copy) = (folder.join("features.gpkg"), folder.join("features.display"));
    let schema = Arc::clone(&batches[0].schema);
    geopackage::write(&file, "rows", &schema, &mut batches.into_iter().map(Ok)).expect("the rows are good");
    let source = GeoPackageSource::open(&file).expect("it was just written");
    display::build(&source, &copy, &Silent).expect("the rows are good");
    let copy = DisplaySource::open(&copy, DisplayCache::new(DISPLAY_CACHE_BYTES)).expect("it was just written");
    (source, copy)
}

/// All rows of an answer; each value that is returned is there, none is looked at.
fn read(source: &dyn FeatureSource, query: &FeatureQuery) -> usize {
    let scan = ready(source.scan(query)).expect("the file is ours");
    let Rows::Local(rows) = scan.into_rows() else { return 0 };
    rows.map(|batch| batch.expect("the file is whole").len()).sum()
}

/// The same question to both; they must agree on how many rows there are.
fn both(
    group: &mut BenchmarkGroup<'_, WallTime>,
    sources: &(GeoPackageSource, DisplaySource),
    (name, query): (&str, &FeatureQuery),
) {
    let count = read(&sources.1, query);
    // Filters that the file leaves to the engine are not finished here: it then returns more rows, never fewer.
    assert!(count <= read(&sources.0, query), "{name}: the copy and the file disagree");
    group.throughput(Throughput::Elements(count as u64));
    group.bench_function(format!("file/{name}"), |bencher| bencher.iter(|| read(&sources.0, query)));
    group.bench_function(format!("copy/{name}"), |bencher| bencher.iter(|| read(&sources.1, query)));
}

fn boxed(side: f64) -> FeatureQuery {
    let bbox = Some(Bbox { min: [100.0, 10.0], max: [100.0 + side, 10.0 + side] });
    FeatureQuery { bbox, ..FeatureQuery::default() }
}

fn of_polygons(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sources = stored(folder.path(), polygons());
    let mut group = criterion.benchmark_group("display/polygons");
    group.sample_size(20);
    both(&mut group, &sources, ("everything", &FeatureQuery::default()));
    both(&mut group, &sources, ("window of 60 degrees", &boxed(60.0)));
    both(&mut group, &sources, ("window of 6 degrees", &boxed(6.0)));
    let styled = Columns::These { names: vec!["age".to_owned()], geometry: true };
    both(&mut group, &sources, ("window with a column to colour by", &FeatureQuery { columns: styled, ..boxed(60.0) }));
    both(&mut group, &sources, ("page of 100 in a window", &FeatureQuery { limit: Some(100), ..boxed(60.0) }));
    let path = folder.path().join("again.display");
    group.sample_size(10);
    group.throughput(Throughput::Elements(POLYGONS as u64));
    group.bench_function("build", |bencher| {
        bencher.iter(|| display::build(&sources.0, &path, &Silent).expect("the rows are good"));
    });
    let once = |query: &FeatureQuery| {
        let cold = DisplaySource::open(&path, DisplayCache::new(0)).expect("it was just written");
        read(&cold, query)
    };
    group.bench_function("copy/everything, opened anew", |bencher| bencher.iter(|| once(&FeatureQuery::default())));
    group.bench_function("copy/window of 6 degrees, opened anew", |bencher| bencher.iter(|| once(&boxed(6.0))));
    group.finish();
}

fn of_events(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sources = stored(folder.path(), events());
    let mut group = criterion.benchmark_group("display/events");
    group.sample_size(20);
    both(&mut group, &sources, ("everything", &FeatureQuery::default()));
    both(&mut group, &sources, ("window of 10 degrees", &boxed(10.0)));
    let latest =
        FeatureQuery { sort: vec![SortKey { column: "time".into(), descending: true }], ..FeatureQuery::default() };
    for limit in [100, 10_000] {
        let query = FeatureQuery { limit: Some(limit), ..latest.clone() };
        both(&mut group, &sources, (&format!("latest {limit}"), &query));
    }
    let strong = |least: f64| {
        let (left, right) = (Expr::Column("magnitude".into()), Expr::Literal(Literal::Float(least)));
        Some(Filter::Compare { op: CompareOp::GreaterOrEqual, left, right })
    };
    let query = FeatureQuery { filter: strong(8.0), limit: Some(100), ..latest.clone() };
    both(&mut group, &sources, ("latest 100 of the strongest", &query));
    let query = FeatureQuery { limit: Some(100), ..latest };
    both(&mut group, &sources, ("latest 100 in a window", &FeatureQuery { bbox: boxed(10.0).bbox, ..query }));
    let time = Some(Interval { start: Some(hour(100_000)), end: Some(hour(100_720)) });
    both(&mut group, &sources, ("a month", &FeatureQuery { time, ..FeatureQuery::default() }));
    both(&mut group, &sources, ("the strongest", &FeatureQuery { filter: strong(8.5), ..FeatureQuery::default() }));
    group.finish();
}

criterion_group!(benches, of_polygons, of_events);
criterion_main!(benches);
