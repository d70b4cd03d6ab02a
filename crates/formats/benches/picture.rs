//! Pictures like maps in each form: areas with antialiased borders in few colours and in many; and, when `TERRANE_PICTURES` names a
//! folder of PNG files, those.

use cpu::CpuTime;
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use terrane_formats::picture::{png, write};
use terrane_model::limits::Limits;
use terrane_model::picture::{Picture, PictureFormat};

mod cpu;

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

/// Pictures of one's own.
fn own() -> Vec<(String, Picture)> {
    let Some(folder) = std::env::var_os("TERRANE_PICTURES") else { return Vec::new() };
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "png")).collect();
    files.sort();
    let read = |path: std::path::PathBuf| {
        let picture = png::read(&std::fs::read(&path).ok()?, &Limits::default()).ok()?;
        Some((path.file_stem()?.to_string_lossy().into_owned(), picture))
    };
    files.into_iter().filter_map(read).collect()
}

fn writing(criterion: &mut Criterion<CpuTime>) {
    let mut translucent = map(400, 255.0);
    translucent.rgba.chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255 - pixel[0] / 4);
    let mut pictures = vec![
        ("40 areas, few tones".to_owned(), map(40, 5.0)),
        ("400 areas, few tones".to_owned(), map(400, 5.0)),
        ("40 areas, many tones".to_owned(), map(40, 255.0)),
        ("400 areas, many tones".to_owned(), map(400, 255.0)),
        ("400 areas, translucent".to_owned(), translucent),
        ("blank".to_owned(), Picture::filled(WIDTH, HEIGHT, [0; 4])),
    ];
    pictures.extend(own());
    for (name, picture) in pictures {
        let mut group = criterion.benchmark_group(&name);
        for format in PictureFormat::ALL {
            let bytes = write(&picture, format).map_or(0, |file| file.len());
            group.bench_function(format!("{} ({bytes} bytes)", format.extension()), |bencher| {
                bencher.iter(|| write(black_box(&picture), format));
            });
        }
        group.bench_function("png, exact", |bencher| bencher.iter(|| png::write(black_box(&picture))));
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = writing
}
criterion_main!(benches);
