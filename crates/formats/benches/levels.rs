//! How fast levels of detail are made: junctions of a map of 20 000 areas of about 65 positions, and each level from the one before.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use terrane_formats::display::levels::{BorderFinder, Borders, LevelBuilder};
use terrane_model::geometry::GeometryArrays;

#[allow(dead_code)]
#[path = "../tests/levels/tessellation.rs"]
mod tessellation;
use tessellation::{Recipe, areas, batches};

const BATCH_ROWS: usize = 1_024;
const TOLERANCES_M: [f64; 5] = [4.0, 16.0, 64.0, 256.0, 1_024.0];

fn positions(batches: &[GeometryArrays]) -> u64 {
    batches.iter().map(|arrays| arrays.xy.len() as u64).sum()
}

fn find(batches: &[GeometryArrays]) -> Borders {
    let mut finder = BorderFinder::with_room_for(positions(batches) as usize / 2);
    batches.iter().for_each(|arrays| finder.look(arrays));
    finder.finish()
}

fn level(borders: &Borders, batches: &[GeometryArrays], tolerance: f64) -> Vec<GeometryArrays> {
    let mut level = LevelBuilder::new(borders, tolerance);
    loop {
        batches.iter().for_each(|arrays| level.look(arrays));
        if level.settle() {
            return batches.iter().map(|arrays| level.simplify(arrays)).collect();
        }
    }
}

fn making_levels(criterion: &mut Criterion) {
    let recipe = Recipe { side: 140, depth: 2, roughness: 0.9, seed: 1, one_island_in: 10 };
    let mut rows = batches(&areas(&recipe), BATCH_ROWS);
    let mut group = criterion.benchmark_group("levels");
    group.sample_size(10);
    group.throughput(Throughput::Elements(positions(&rows)));
    group.bench_function("junctions", |bencher| bencher.iter(|| black_box(find(&rows))));
    let borders = find(&rows);
    for tolerance in TOLERANCES_M {
        group.throughput(Throughput::Elements(positions(&rows)));
        group.bench_function(format!("level of {tolerance} m"), |bencher| {
            bencher.iter_batched(|| (), |()| black_box(level(&borders, &rows, tolerance)), BatchSize::LargeInput);
        });
        rows = level(&borders, &rows, tolerance);
    }
    group.finish();
}

criterion_group!(benches, making_levels);
criterion_main!(benches);
