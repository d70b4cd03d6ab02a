//! How fast pictures are written and read: a map of few colours, a smooth one, one that is not opaque.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use terrane_formats::picture::png;
use terrane_model::picture::Picture;

const WIDTH_PX: u32 = 1_024;
const HEIGHT_PX: u32 = 768;

fn picture(colour: impl Fn(f64, f64) -> [u8; 4]) -> Picture {
    let places = (0..HEIGHT_PX).flat_map(|y| (0..WIDTH_PX).map(move |x| (f64::from(x), f64::from(y))));
    Picture { width_px: WIDTH_PX, height_px: HEIGHT_PX, rgba: places.flat_map(|(x, y)| colour(x, y)).collect() }
}

/// Patches with winding edges in sixty colours.
fn few_colours(x: f64, y: f64) -> [u8; 4] {
    let patch =
        ((x / 90.0 + (y / 37.0).sin()).floor() * 7.0 + (y / 80.0 + (x / 41.0).cos()).floor() * 13.0).rem_euclid(60.0);
    [120 + patch as u8 * 2, 250 - patch as u8 * 3, 100 + (patch as u8 * 37) % 150, 255]
}

/// Waves that no palette can hold.
fn smooth(x: f64, y: f64) -> [u8; 4] {
    let wave = |length: f64, across: f64| (127.5 + 120.0 * ((x + across * y) / length).sin()) as u8;
    [wave(110.0, 0.4), wave(75.0, -0.7), wave(150.0, 1.3), 255]
}

fn translucent(x: f64, y: f64) -> [u8; 4] {
    let [red, green, blue, _] = smooth(x, y);
    [red, green, blue, (x / 4.0) as u8]
}

fn pngs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("png");
    group.throughput(Throughput::Elements(u64::from(WIDTH_PX) * u64::from(HEIGHT_PX))).sample_size(20);
    let pictures =
        [("few colours", picture(few_colours)), ("smooth", picture(smooth)), ("translucent", picture(translucent))];
    for (name, picture) in pictures {
        let bytes = png::write(&picture).expect("a whole picture can be written");
        group.bench_function(format!("write {name}"), |bench| bench.iter(|| png::write(black_box(&picture))));
        group.bench_function(format!("read {name}"), |bench| bench.iter(|| png::read(black_box(&bytes), u64::MAX)));
    }
    group.finish();
}

criterion_group!(benches, pngs);
criterion_main!(benches);
