//! PNG of pictures like maps: areas with antialiased borders in few colours and in many.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use terrane_formats::picture::png;
use terrane_model::picture::Picture;

const WIDTH: u32 = 800;
const HEIGHT: u32 = 600;

/// Areas around so many centres, each of one of 40 colours, with dark borders of the given number of shades.
fn map(centres: u32, shades: f64) -> Picture {
    let place = |at: u32, step: f64, size: u32| (f64::from(at) * step).fract() * f64::from(size);
    let all: Vec<[f64; 2]> =
        (1..=centres).map(|at| [place(at, 0.754_877_666, WIDTH), place(at, 0.569_840_291, HEIGHT)]).collect();
    let pixel = |number: u32| {
        let (x, y) = (f64::from(number % WIDTH), f64::from(number / WIDTH));
        let mut nearest = [(f64::MAX, 0); 2];
        for (at, centre) in all.iter().enumerate() {
            let distance = (x - centre[0]).hypot(y - centre[1]);
            if distance < nearest[0].0 {
                nearest = [(distance, at), nearest[0]];
            } else if distance < nearest[1].0 {
                nearest[1] = (distance, at);
            }
        }
        let cover = ((nearest[1].0 - nearest[0].0).min(2.0) / 2.0 * shades).round() / shades;
        let hue = (nearest[0].1 % 40) as u8;
        let colour = [hue.wrapping_mul(53) | 128, hue.wrapping_mul(97) | 128, hue.wrapping_mul(29) | 128];
        let [red, green, blue] = colour.map(|channel| (f64::from(channel) * cover) as u8);
        [red, green, blue, 255]
    };
    Picture { width_px: WIDTH, height_px: HEIGHT, rgba: (0..WIDTH * HEIGHT).flat_map(pixel).collect() }
}

fn writing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("png 800 × 600");
    group.throughput(Throughput::Elements(u64::from(WIDTH * HEIGHT)));
    let mut translucent = map(400, 255.0);
    translucent.rgba.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255 - pixel[0] / 4);
    let blank = Picture::filled(WIDTH, HEIGHT, [0; 4]);
    for (name, picture) in [
        ("palette, 40 areas", map(40, 5.0)),
        ("palette, 400 areas", map(400, 5.0)),
        ("opaque, 400 areas", map(400, 255.0)),
        ("translucent, 400 areas", translucent),
        ("blank", blank),
    ] {
        let bytes = png::write(&picture).map_or(0, |file| file.len());
        group.bench_function(format!("{name} ({bytes} bytes)"), |bencher| {
            bencher.iter(|| png::write(black_box(&picture)));
        });
    }
    group.finish();
}

criterion_group!(benches, writing);
criterion_main!(benches);
