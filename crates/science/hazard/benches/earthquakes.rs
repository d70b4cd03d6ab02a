//! Clusters of 100 000 events, two catalogues of 100 000 as one, and the shaking of a place by thousands of earthquakes.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use terrane_hazard::association::{AssociationRules, Hypocentre, merge_catalogues};
use terrane_hazard::declustering::{ReasenbergSettings, Shock, Window, afteran, gardner_knopoff, reasenberg};
use terrane_hazard::geodesy::{Polyline, Position};
use terrane_hazard::magnitude::MagnitudeType;
use terrane_hazard::shaking::{Ground, Source, Style, estimated_shaking};

const EVENTS: usize = 100_000;

/// A number from 0 to 1 that looks like chance.
fn chance(at: usize, step: f64) -> f64 {
    (at as f64 * step + 0.5).fract()
}

/// Thirty years around the western Pacific, many more small events than great ones.
fn shocks() -> Vec<Shock> {
    let shock = |at: usize| Shock {
        time_days: at as f64 * 30.0 * 365.25 / EVENTS as f64,
        position: Position::new(
            120.0 + 60.0 * chance(at, 0.754_877_666_2),
            -20.0 + 60.0 * chance(at, 0.569_840_290_9).powi(2),
        ),
        depth_km: 100.0 * chance(at, 0.323_190_4),
        magnitude: 4.0 - chance(at, 0.618_033_988_7).max(1e-5).log10(),
    };
    (0..EVENTS).map(shock).collect()
}

fn declustering(criterion: &mut Criterion) {
    let shocks = shocks();
    let mut group = criterion.benchmark_group("clusters of 100 000 events");
    group.throughput(Throughput::Elements(EVENTS as u64)).sample_size(10);
    group.bench_function("Gardner-Knopoff", |bencher| {
        bencher.iter(|| gardner_knopoff(black_box(&shocks), Window::GardnerKnopoff, 1.0));
    });
    group.bench_function("Afteran", |bencher| {
        bencher.iter(|| afteran(black_box(&shocks), Window::GardnerKnopoff, 60.0));
    });
    group.bench_function("Reasenberg", |bencher| {
        bencher.iter(|| reasenberg(black_box(&shocks), &ReasenbergSettings::default()));
    });
    group.finish();
}

fn merging(criterion: &mut Criterion) {
    let hypocentre = |shock: &Shock, shift: f64| Hypocentre {
        time_s: shock.time_days * 86_400.0 + 8.0 * shift,
        position: Position::new(shock.position.longitude + 0.3 * shift, shock.position.latitude),
        depth_km: Some(shock.depth_km),
        magnitude: Some((shock.magnitude, MagnitudeType::Body)),
    };
    let shocks = shocks();
    let first: Vec<_> = shocks.iter().map(|shock| hypocentre(shock, 0.0)).collect();
    let second: Vec<_> = shocks.iter().enumerate().map(|(at, it)| hypocentre(it, chance(at, 0.41))).collect();
    let mut group = criterion.benchmark_group("two catalogues of 100 000 events");
    group.throughput(Throughput::Elements(EVENTS as u64)).sample_size(10);
    group.bench_function("merge", |bencher| {
        bencher.iter(|| merge_catalogues(black_box(&first), black_box(&second), &AssociationRules::default()));
    });
    group.finish();
}

fn shaking(criterion: &mut Criterion) {
    let sources: Vec<_> = shocks()
        .iter()
        .take(5000)
        .map(|shock| Source { mw: shock.magnitude, depth_km: shock.depth_km, style: Style::Reverse })
        .collect();
    let ground = Ground::of_vs30(400.0);
    criterion.bench_function("shaking of a place by 5000 earthquakes", |bencher| {
        bencher.iter(|| {
            let strong = |(at, source)| estimated_shaking(source, 1.0 + at as f64 / 20.0, &ground).mmi;
            black_box(&sources).iter().enumerate().map(strong).fold(0.0, f64::max)
        });
    });
}

fn nearest(criterion: &mut Criterion) {
    let fault: Vec<_> = (0..5000)
        .map(|at| Position::new(130.0 + 1e-3 * f64::from(at), 30.0 + 0.5 * (f64::from(at) / 300.0).sin()))
        .collect();
    let fault = Polyline::new(&fault).expect("a line");
    criterion.bench_function("nearest of a line of 5000 vertices", |bencher| {
        bencher.iter(|| fault.nearest(black_box(Position::new(133.0, 33.0))));
    });
}

criterion_group!(benches, declustering, merging, shaking, nearest);
criterion_main!(benches);
