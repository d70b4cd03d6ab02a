//! A million positions: kernels against PROJ on the same pipelines.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use proj::Proj;
use std::hint::black_box;
use terrane_model::Crs;
use terrane_projection::Transform;

const POSITIONS: usize = 1_000_000;

fn positions() -> Vec<[f64; 2]> {
    let place = |at: usize, step: f64, low: f64, width: f64| low + (at as f64 * step).fract() * width;
    (0..POSITIONS).map(|at| [place(at, 0.754_877_666, 136.0, 8.0), place(at, 0.569_840_291, 30.0, 15.0)]).collect()
}

fn transforms(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a million positions");
    group.throughput(Throughput::Elements(POSITIONS as u64)).sample_size(10);
    for (name, from, to) in
        [("4326 to 3857", 4326, 3857), ("4326 to UTM 54N", 4326, 32654), ("Tokyo to WGS 84", 4301, 4326)]
    {
        let transform = Transform::new(&Crs::epsg(from), &Crs::epsg(to)).expect("both are in the registry");
        let source = positions();
        let mut work = source.clone();
        group.bench_function(format!("{name}, kernel"), |bencher| {
            bencher.iter(|| {
                work.copy_from_slice(&source);
                transform.apply(black_box(&mut work));
            });
        });
        let proj = Proj::new(transform.pipeline()).expect("PROJ wrote it");
        group.bench_function(format!("{name}, PROJ"), |bencher| {
            bencher.iter(|| source.iter().filter(|[x, y]| proj.convert((*x, *y)).is_ok()).count());
        });
    }
    group.finish();
}

criterion_group!(benches, transforms);
criterion_main!(benches);
