//! How long a vector tile takes from rows in units of its ground to bytes: areas of a tessellation, whole and cut, fine and coarse.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use terrane_drawing::tile::{Cutter, Frame, Grain, Mosaic, Row};
use terrane_formats::tile::mvt::{LayerWriter, ShapeKind};
use terrane_model::{Batch, Bbox};

#[path = "../tests/drawing/common.rs"]
mod common;

use common::tessellation;

/// The bytes of a tile over some ground.
fn tile(batches: &[Batch], ground: Bbox) -> Vec<u8> {
    let frame = Frame::new(ground);
    let mut cutter = Cutter::new(Grain::FINEST);
    let mut writer = LayerWriter::new("rows");
    let mut columns = [writer.column("colour", 0), writer.column("size", 1)];
    let mut tags = Vec::new();
    for batch in batches {
        let Some(geometry) = &batch.geometry else { continue };
        for row in batch.rows() {
            let mut units = geometry.view().positions_of(row).to_vec();
            frame.to_units(&mut units, 0.0);
            let Some(geometry) = geometry.view().get(row) else { continue };
            let shape = cutter.cut(&Row::new(geometry, &units), ShapeKind::Area);
            tags.clear();
            writer.tags(batch, row, &mut columns, &mut tags);
            writer.feature(Some(row as u64), &tags, shape);
        }
    }
    let mut bytes = Vec::new();
    writer.finish(&mut bytes);
    bytes
}

/// All rows divided among cells, in five classes.
fn mosaic(batches: &[Batch], ground: Bbox) -> usize {
    let frame = Frame::new(ground);
    let mut mosaic = Mosaic::new(8);
    for batch in batches {
        let Some(geometry) = &batch.geometry else { continue };
        for row in batch.rows() {
            let mut units = geometry.view().positions_of(row).to_vec();
            frame.to_units(&mut units, 0.0);
            let Some(geometry) = geometry.view().get(row) else { continue };
            mosaic.add(&Row::new(geometry, &units), row as u32 % 5 + 1);
        }
    }
    mosaic.shapes().len()
}

fn areas(bench: &mut Criterion) {
    let whole = Bbox { min: [0.0, 0.0], max: [1000.0, 750.0] };
    let quarter = Bbox { min: [300.0, 200.0], max: [800.0, 575.0] };
    let mut group = bench.benchmark_group("vector tile");
    for (name, rows) in [("2000x60", tessellation(50, 40, 15)), ("20000x24", tessellation(160, 125, 6))] {
        let count: usize = rows.1.iter().map(Batch::len).sum();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(format!("{name} whole"), |bencher| bencher.iter(|| tile(black_box(&rows.1), whole)));
        group.bench_function(format!("{name} cut"), |bencher| bencher.iter(|| tile(black_box(&rows.1), quarter)));
    }
    let rows = tessellation(160, 125, 6);
    group.bench_function("20000x24 gathered", |bencher| bencher.iter(|| mosaic(black_box(&rows.1), whole)));
    group.finish();
}

criterion_group!(benches, areas);
criterion_main!(benches);
