//! Reading windows of a Cloud Optimised GeoTIFF: blocks unpacked anew, and blocks at hand.
//!
//! The grid is the one of the race: four bands of 16-bit numbers, asked for three bands of a map tile.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use terrane_formats::grid::geotiff::{BlockCache, open_cached, write_cog};
use terrane_model::buffer::Buffer;
use terrane_model::grid::{Band, GridQuery, GridSchema, GridTransform, SampleKind, Samples, Window};
use terrane_model::store::Silent;
use terrane_model::{Bbox, BoxFuture, Crs, GridSource, Result};

const SIDE: u32 = 4_096;
const STEP_M: f64 = 30.0;

/// Hills and noise, computed where they are asked for.
struct Hills(Arc<GridSchema>);

impl Hills {
    fn new(kind: SampleKind, bands: usize) -> Self {
        let band =
            |at| Band { name: format!("b{at}"), description: None, unit: None, kind, no_data: None, range: None };
        Self(Arc::new(GridSchema {
            crs: Crs::epsg(32654),
            transform: GridTransform::north_up([300_000.0, 4_100_000.0], [STEP_M, -STEP_M]),
            width: SIDE,
            height: SIDE,
            bands: (0..bands).map(band).collect(),
            axes: Vec::new(),
            overviews: Vec::new(),
        }))
    }
}

fn height(column: u32, row: u32, band: usize) -> f64 {
    let noise = (column.wrapping_mul(2_654_435_761) ^ row.wrapping_mul(40_503)) >> 24;
    9_000.0 + 800.0 * (f64::from(column) / 90.0).sin() * (f64::from(row) / 70.0).cos() + f64::from(noise) + band as f64
}

impl GridSource for Hills {
    fn schema(&self) -> &Arc<GridSchema> {
        &self.0
    }
    fn window(&self, query: &GridQuery) -> BoxFuture<'_, Result<Window>> {
        let query = query.clone();
        Box::pin(async move {
            let [a, b] = [query.bbox.min, query.bbox.max].map(|corner| self.0.transform.place(corner));
            let (columns, rows) = (a[0] as u32..(b[0] as u32 + 1).min(SIDE), b[1] as u32..(a[1] as u32 + 1).min(SIDE));
            let numbers = |band: usize| {
                let row = move |row: u32| columns.clone().map(move |column| height(column, row, band));
                rows.clone().flat_map(row.clone()).collect::<Vec<f64>>()
            };
            let samples = |&band: &usize| match self.0.bands[band].kind {
                SampleKind::U16 => {
                    Samples::U16(Buffer::from(numbers.clone()(band).iter().map(|&n| n as u16).collect::<Vec<_>>()))
                }
                _ => Samples::F32(Buffer::from(numbers.clone()(band).iter().map(|&n| n as f32).collect::<Vec<_>>())),
            };
            Ok(Window {
                crs: self.0.crs.clone(),
                transform: self.0.transform.part(a[0].floor(), b[1].floor(), [1.0, 1.0]),
                width: (b[0] as u32 + 1).min(SIDE) - a[0] as u32,
                height: (a[1] as u32 + 1).min(SIDE) - b[1] as u32,
                bands: query.bands.iter().map(samples).collect(),
                no_data: vec![None; query.bands.len()],
            })
        })
    }
}

/// The ground of a map tile of 256 pixels, somewhere in the grid.
fn tile(at: u32) -> GridQuery {
    let side = 256.0 * STEP_M;
    let x = 300_000.0 + f64::from(at.wrapping_mul(7_919) % (SIDE - 300)) * STEP_M;
    let y = 4_100_000.0 - f64::from(at.wrapping_mul(104_729) % (SIDE - 300)) * STEP_M;
    let bbox = Bbox { min: [x, y - side], max: [x + side, y] };
    GridQuery { bbox, step_max: Some(STEP_M), bands: vec![0, 1, 2], slice: Vec::new(), samples_max: 1 << 22 }
}

fn windows(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, kind, bands) in [("4 bands of u16", SampleKind::U16, 4), ("1 band of f32", SampleKind::F32, 1)] {
        let path = folder.path().join("grid.tif");
        write_cog(&path, &Hills::new(kind, bands), &Silent).expect("the grid is written");
        for (state, bytes) in [("unpacked anew", 0), ("at hand", 1 << 30)] {
            let source = open_cached(&path, None, BlockCache::new(bytes)).expect("the grid is opened");
            let mut at = 0;
            criterion.bench_function(&format!("{name}: a map tile, blocks {state}"), |bencher| {
                bencher.iter(|| {
                    at += 1;
                    let mut query = tile(at);
                    query.bands.truncate(bands);
                    black_box(source.read(&query).expect("the window is read"))
                });
            });
        }
    }
}

fn writing(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut group = criterion.benchmark_group("write");
    group.sample_size(10);
    for (name, kind, bands) in [("4 bands of u16", SampleKind::U16, 4), ("1 band of f32", SampleKind::F32, 1)] {
        let grid = Hills::new(kind, bands);
        group.bench_function(format!("{name}: {SIDE} × {SIDE}"), |bencher| {
            bencher.iter(|| write_cog(&folder.path().join("grid.tif"), &grid, &Silent).expect("the grid is written"));
        });
    }
    group.finish();
}

criterion_group!(benches, windows, writing);
criterion_main!(benches);
