//! Filters on 100 000 rows in batches: what judging costs for each kind of condition.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::filter::{CompareOp, Expr, Filter, GeometryExpr, Literal, Pattern, Piece, Predicate, SpatialOp};
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind};
use terrane_model::{Batch, Bbox, Crs, FeatureId, Instant, Schema, When};

const ROWS: i64 = 100_000;
const NAMES: [&str; 5] = ["granite", "basalt", "limestone", "花崗岩", "metabasalt"];

fn schema() -> Arc<Schema> {
    let columns = [
        ("name", ColumnKind::Text),
        ("rank", ColumnKind::Int),
        ("depth", ColumnKind::Float),
        ("seen", ColumnKind::Time),
    ];
    Arc::new(Schema {
        columns: columns.iter().map(|&(name, kind)| Column::new(name, kind)).collect(),
        geometry: Some(GeometryColumn {
            name: "geometry".into(),
            kind: GeometryKind::Polygon,
            crs: Crs::crs84(),
            has_z: false,
        }),
        time: None,
        key: None,
    })
}

/// A grid of hexagons, 60 vertices each.
fn batches() -> Vec<Batch> {
    let mut builder = BatchBuilder::new(schema());
    let mut batches = Vec::new();
    for row in 0..ROWS {
        let centre = [(row % 400) as f64 * 0.5 - 100.0, (row / 400) as f64 * 0.5 - 60.0];
        let at = |turn: i32| {
            let angle = f64::from(turn % 60) / 60.0 * std::f64::consts::TAU;
            [centre[0] + 0.3 * angle.cos(), centre[1] + 0.3 * angle.sin()]
        };
        if let Some(geometry) = builder.geometry() {
            geometry.begin(GeometryKind::Polygon);
            geometry.part(GeometryKind::Polygon);
            geometry.ring();
            geometry.positions(&(0..=60).map(at).collect::<Vec<_>>());
        }
        builder.value(&Value::Text(NAMES[row as usize % 5]));
        builder.value(&Value::Int(row % 1_000));
        builder.value(&if row % 10 == 0 { Value::Null } else { Value::Float(row as f64 / 7.0) });
        builder.value(&Value::Time(When::exactly(Instant(row * 1_000_000_000))));
        builder.end_row(FeatureId::Number(row));
        if builder.is_full() {
            batches.push(builder.finish());
        }
    }
    batches.push(builder.finish());
    batches
}

fn filters() -> Vec<(&'static str, Filter)> {
    let column = |name: &str| Expr::Column(name.to_owned());
    let compare = |name, op, literal| Filter::Compare { op, left: column(name), right: Expr::Literal(literal) };
    let bbox = Bbox { min: [-20.0, -20.0], max: [20.0, 20.0] };
    let circle = geo_types::LineString::from(
        (0..5_000)
            .map(|turn| f64::from(turn) / 5_000.0 * std::f64::consts::TAU)
            .map(|angle| (40.0 * angle.cos(), 30.0 * angle.sin()))
            .collect::<Vec<_>>(),
    );
    let area = geo_types::Geometry::from(geo_types::Polygon::new(circle, Vec::new()));
    let spatial = |op| Filter::Spatial {
        op,
        left: GeometryExpr::Column("geometry".into()),
        right: GeometryExpr::Literal(area.clone().into()),
    };
    vec![
        ("int", compare("rank", CompareOp::Less, Literal::Int(500))),
        ("float", compare("depth", CompareOp::GreaterOrEqual, Literal::Float(7_000.0))),
        ("text", compare("name", CompareOp::Equal, Literal::Text("basalt".into()))),
        ("time", compare("seen", CompareOp::Greater, Literal::Instant(Instant(50_000_000_000_000)))),
        (
            "like",
            Filter::Like {
                value: column("name"),
                pattern: Pattern { pieces: Piece::parse_like("%salt"), fold_case: true, fold_accents: false },
            },
        ),
        (
            "both",
            compare("rank", CompareOp::Less, Literal::Int(10)).and(compare(
                "depth",
                CompareOp::Less,
                Literal::Int(9_000),
            )),
        ),
        ("words", Filter::Text("basalt".into())),
        ("bbox", Filter::Bbox(bbox)),
        ("within_distance", Filter::Within { centre: [0.0, 0.0], distance_m: 1_000_000.0 }),
        ("intersects_5000_vertices", spatial(SpatialOp::Intersects)),
        ("within_5000_vertices", spatial(SpatialOp::Within)),
    ]
}

fn select(criterion: &mut Criterion) {
    let (batches, schema) = (batches(), schema());
    let mut group = criterion.benchmark_group("select");
    group.throughput(Throughput::Elements(ROWS as u64)).sample_size(10);
    for (name, filter) in filters() {
        let predicate = Predicate::new(&filter, &schema).expect("the filter fits the schema");
        group.bench_function(name, |bencher| {
            bencher.iter(|| batches.iter().map(|batch| black_box(predicate.select(batch)).len()).sum::<usize>());
        });
    }
    group.finish();
}

criterion_group!(benches, select);
criterion_main!(benches);
