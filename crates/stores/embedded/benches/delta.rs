//! What a delta costs: amendments on the disk, and pages over a million stored points with ten thousand changes, beside the same
//! pages over the points alone.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use terrane_formats::features::geopackage::{self, GeoPackageSource};
use terrane_model::batch::{BatchBuilder, Value};
use terrane_model::limits::BATCH_ROWS;
use terrane_model::query::SortKey;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, TimeColumns};
use terrane_model::testing::{batches_of, ready};
use terrane_model::{Amendment, Batch, Bbox, Crs, FeatureId, FeatureQuery, FeatureSource, Instant, Schema, When};
use terrane_store_embedded::delta::Delta;

const BASE_ROWS: u64 = 1_000_000;
const CHANGED_ROWS: u64 = 10_000;

fn schema() -> Arc<Schema> {
    Arc::new(Schema {
        columns: vec![
            Column::new("time", ColumnKind::Time),
            Column::new("magnitude", ColumnKind::Float),
            Column::new("depth_km", ColumnKind::Float),
            Column::new("place", ColumnKind::Text),
        ],
        geometry: Some(GeometryColumn {
            name: "geometry".to_owned(),
            kind: GeometryKind::Point,
            crs: Crs::crs84(),
            has_z: false,
        }),
        time: Some(TimeColumns { start: "time".to_owned(), end: None }),
        key: None,
    })
}

/// Places without a pattern: multiples of an odd number in 64 bits.
fn share(number: u64, multiplier: u64) -> f64 {
    number.wrapping_mul(multiplier) as f64 / u64::MAX as f64
}

fn rows(numbers: impl Iterator<Item = u64>) -> Vec<Batch> {
    let schema = schema();
    let mut builder = BatchBuilder::new(Arc::clone(&schema));
    let mut all = Vec::new();
    for number in numbers {
        let at =
            [share(number, 0x9e37_79b9_7f4a_7c15) * 60.0 + 90.0, share(number, 0xc2b2_ae3d_27d4_eb4f) * 40.0 - 10.0];
        builder.geometry().into_iter().for_each(|geometry| geometry.point(at, None));
        builder.value(&Value::Time(When::exactly(Instant(number as i64 * 60_000_000_000 / 1_000 * 1_000))));
        builder.value(&Value::Float(share(number, 0x1656_67b1_9e37_79f9) * 9.0));
        builder.value(&Value::Float(share(number, 0x27d4_eb2f_1656_67c5) * 700.0));
        builder.value(&Value::Text("off the coast"));
        builder.end_row(FeatureId::Number(number as i64));
        if builder.len() == BATCH_ROWS {
            all.push(builder.finish());
        }
    }
    all.push(builder.finish());
    all
}

fn base(folder: &Path, count: u64) -> Arc<dyn FeatureSource> {
    let path = folder.join(format!("{count}.gpkg"));
    let written = geopackage::write(&path, "features", &schema(), &mut rows(0..count).into_iter().map(Ok));
    assert!(written.is_ok());
    Arc::new(GeoPackageSource::open(&path).expect("the base opens"))
}

fn amend(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let base = base(folder.path(), 100_000);
    let mut group = criterion.benchmark_group("amend");
    group.sample_size(10);
    let mut deltas = 0;
    for count in [1, 100, 10_000] {
        group.bench_function(format!("{count} rows, half of them replaced"), |bencher| {
            deltas += 1;
            let path = folder.path().join(format!("{deltas}.delta.gpkg"));
            let delta = Delta::create(&path, Arc::clone(&base)).expect("made");
            let mut next = 0;
            let fresh = || {
                next += 1;
                let replaced = (0..count / 2).map(|row| (row * 7 + next) % 100_000);
                let added = (0..count - count / 2).map(|row| 200_000 + row * 7 + next);
                Amendment { upserts: rows(replaced.chain(added)), ..Amendment::default() }
            };
            bencher.iter_batched(fresh, |amendment| delta.amend(&amendment).expect("amended"), BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn pages(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let base = base(folder.path(), BASE_ROWS);
    let delta = Delta::create(&folder.path().join("delta.gpkg"), Arc::clone(&base)).expect("made");
    // Half are new; the others are every fourth of the oldest of the base, and some anywhere in it.
    let added = BASE_ROWS..BASE_ROWS + CHANGED_ROWS / 2;
    let recent = (1..=CHANGED_ROWS / 4).map(|row| row * 4);
    let old = (0..CHANGED_ROWS / 4).map(|row| BASE_ROWS / 2 + row * 161);
    delta.amend(&Amendment { upserts: rows(added.chain(recent).chain(old)), ..Amendment::default() }).expect("amended");
    let merged: Arc<dyn FeatureSource> = Arc::new(delta.source(1).expect("a state"));
    let latest = FeatureQuery {
        sort: vec![SortKey { column: "time".to_owned(), descending: true }],
        limit: Some(100),
        ..FeatureQuery::default()
    };
    let oldest = FeatureQuery { sort: vec![SortKey::ascending("time")], ..latest.clone() };
    let bbox = Some(Bbox { min: [100.0, 0.0], max: [101.0, 1.0] });
    let boxed = FeatureQuery { bbox, limit: Some(100), ..FeatureQuery::default() };
    let all_in_box = FeatureQuery { limit: None, ..boxed.clone() };
    let mut group = criterion.benchmark_group("page");
    group.sample_size(20);
    let questions =
        [("latest 100", latest), ("oldest 100", oldest), ("100 in a box", boxed), ("all in a box", all_in_box)];
    for (name, query) in questions {
        for (of, source) in [("base", &base), ("base and delta", &merged)] {
            group.bench_function(format!("{name}, {of}"), |bencher| {
                bencher.iter(|| black_box(batches_of(ready(source.scan(&query)).expect("answered").into_rows())));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, amend, pages);
criterion_main!(benches);
