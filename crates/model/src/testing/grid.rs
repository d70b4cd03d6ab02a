//! The suite of `GridSource`: windows cover what was asked, overviews are those that are stored, limits hold.

use super::ready;
use crate::bbox::Bbox;
use crate::dataset::GridSource;
use crate::error::Kind;
use crate::grid::{GridQuery, GridSchema, Window};

/// Grids of more samples are not read whole.
const WHOLE_SAMPLES_MAX: u64 = 16_777_216;

/// Checks everything that a `GridSource` promises. Panics with a sentence when a promise is not kept.
pub fn check_grid(source: &dyn GridSource) {
    let schema = source.schema();
    check_schema(schema);
    let whole = (u64::from(schema.width) * u64::from(schema.height) <= WHOLE_SAMPLES_MAX).then(|| check_whole(source));
    for region in regions(schema) {
        let window = read(source, &query(schema, region), &format!("{region:?}"));
        check_cover(schema, region, &window);
        if let Some(whole) = &whole {
            check_agrees(whole, &window, region);
        }
    }
    check_overviews(source, whole.as_ref());
    check_outside(source);
    check_bands(source, whole.as_ref());
    check_limit(source);
}

fn query(schema: &GridSchema, bbox: Bbox) -> GridQuery {
    GridQuery { bbox, step_max: None, bands: Vec::new(), slice: vec![0; schema.axes.len()], samples_max: u64::MAX }
}

fn read(source: &dyn GridSource, query: &GridQuery, what: &str) -> Window {
    let window = ready(source.window(query));
    assert!(window.is_ok(), "{what}: the window is read, but the source said {:?}", window.err());
    let window = window.expect("asserted above");
    let samples = window.width as usize * window.height as usize;
    assert!(window.bands.iter().all(|band| band.len() == samples), "{what}: each band has a sample for each place");
    assert_eq!(window.no_data.len(), window.bands.len(), "{what}: each band says what means “no data”");
    assert_eq!(window.crs, source.schema().crs, "{what}: the window is in the CRS of the grid");
    window
}

fn check_schema(schema: &GridSchema) {
    assert!(schema.width > 0 && schema.height > 0, "a grid has samples");
    assert!(!schema.bands.is_empty(), "a grid has a band");
    let steps = schema.transform.step.iter().chain(&schema.transform.shear);
    assert!(steps.clone().all(|step| step.is_finite()) && steps.clone().any(|step| *step != 0.0), "a grid has steps");
    let mut finer = [schema.width, schema.height];
    for &overview in &schema.overviews {
        assert!(overview[0] <= finer[0] && overview[1] <= finer[1] && overview != finer, "overviews become coarser");
        assert!(overview[0] > 0 && overview[1] > 0, "an overview has samples");
        finer = overview;
    }
    for axis in &schema.axes {
        let positions = match &axis.positions {
            crate::grid::AxisPositions::Numbers(numbers) => numbers.len(),
            crate::grid::AxisPositions::Times(times) => times.len(),
        };
        assert!(positions > 0, "the axis {} has positions", axis.name);
    }
}

fn check_whole(source: &dyn GridSource) -> Window {
    let schema = source.schema();
    let whole = read(source, &query(schema, schema.bbox()), "the whole grid");
    assert_eq!([whole.width, whole.height], [schema.width, schema.height], "the whole grid has all samples");
    assert_close(whole.transform.origin, schema.transform.origin, schema, "the whole grid begins where the grid does");
    assert_eq!(whole.bands.len(), schema.bands.len(), "no bands named means all bands");
    for (samples, band) in whole.bands.iter().zip(&schema.bands) {
        assert_eq!(samples.kind(), band.kind, "{} is stored as the schema says", band.name);
    }
    assert_eq!(whole.no_data, schema.bands.iter().map(|band| band.no_data).collect::<Vec<_>>());
    whole
}

fn assert_close(a: [f64; 2], b: [f64; 2], schema: &GridSchema, what: &str) {
    let step = step_of(schema, [schema.width, schema.height]);
    assert!((0..2).all(|axis| (a[axis] - b[axis]).abs() <= step * 1e-6), "{what}: {a:?} and {b:?}");
}

/// The larger side of a sample of a stored size, ground units.
fn step_of(schema: &GridSchema, [width, height]: [u32; 2]) -> f64 {
    let transform = &schema.transform;
    let across = transform.step[0].hypot(transform.shear[1]) * f64::from(schema.width) / f64::from(width);
    across.max(transform.step[1].hypot(transform.shear[0]) * f64::from(schema.height) / f64::from(height))
}

/// A middle part, a corner that reaches outside, a place smaller than a sample.
fn regions(schema: &GridSchema) -> [Bbox; 4] {
    let all = schema.bbox();
    let at = |x: f64, y: f64| [all.min[0] + all.width() * x, all.min[1] + all.height() * y];
    let step = step_of(schema, [schema.width, schema.height]);
    [
        Bbox { min: at(0.31, 0.27), max: at(0.64, 0.71) },
        Bbox { min: at(0.8, 0.8), max: at(1.3, 1.2) },
        Bbox { min: at(-0.5, -0.5), max: at(0.1, 1.5) },
        Bbox { min: at(0.41, 0.43), max: at(0.41, 0.43).map(|number| number + step / 100.0) },
    ]
}

/// The window covers the region as far as the grid does, and is not much larger.
fn check_cover(schema: &GridSchema, region: Bbox, window: &Window) {
    let corners = [region.min, [region.max[0], region.min[1]], [region.min[0], region.max[1]], region.max];
    let grid = Bbox::of(&corners.map(|corner| schema.transform.place(corner)));
    let size = [schema.width, schema.height].map(f64::from);
    let start = schema.transform.place(window.transform.origin);
    let end = schema.transform.place(window.transform.ground(f64::from(window.width), f64::from(window.height)));
    for axis in 0..2 {
        let (first, last) = (grid.min[axis].max(0.0), grid.max[axis].min(size[axis]));
        assert!(
            start[axis] <= first + 1e-6 && end[axis] >= last - 1e-6,
            "{region:?}: {start:?} to {end:?} covers {first} to {last}"
        );
        assert!(start[axis] >= -1e-6 && end[axis] <= size[axis] + 1e-6, "{region:?}: the window stays within the grid");
        assert!(end[axis] - start[axis] <= last - first + 4.0, "{region:?}: the window is not much larger than asked");
    }
}

/// Each sample is the one that the whole grid has at that place.
fn check_agrees(whole: &Window, window: &Window, region: Bbox) {
    for row in 0..window.height {
        for column in 0..window.width {
            let ground = window.transform.ground(f64::from(column) + 0.5, f64::from(row) + 0.5);
            let [x, y] = whole.transform.place(ground).map(f64::floor);
            for band in 0..whole.bands.len() {
                let (found, known) = (window.sample(band, column, row), whole.sample(band, x as u32, y as u32));
                assert_eq!(found, known, "{region:?}: band {band} at column {column}, row {row}");
            }
        }
    }
}

/// The nearest stored overview that is not coarser than asked, with samples within the range of the grid's.
fn check_overviews(source: &dyn GridSource, whole: Option<&Window>) {
    let schema = source.schema();
    let full = [schema.width, schema.height];
    let range = |window: &Window, band: usize| {
        let places = (0..window.height).flat_map(|row| (0..window.width).map(move |column| (column, row)));
        let known = places.filter_map(|(column, row)| window.sample(band, column, row));
        known.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], sample| [low.min(sample), high.max(sample)])
    };
    for &overview in schema.overviews.iter().chain([&full]) {
        for share in [1.001, 1.5] {
            let step_max = step_of(schema, overview) * share;
            let fits = |size: &&[u32; 2]| step_of(schema, **size) <= step_max;
            let expected = schema.overviews.iter().filter(fits).min_by_key(|size| size[0]).copied().unwrap_or(full);
            let what = format!("samples of at most {step_max}");
            let window = read(source, &GridQuery { step_max: Some(step_max), ..query(schema, schema.bbox()) }, &what);
            assert_eq!([window.width, window.height], expected, "{what}: the nearest overview that is not coarser");
            let step = window.transform.step[0].hypot(window.transform.shear[1]);
            assert!(step <= step_max * (1.0 + 1e-9), "{what}: the samples are not coarser than asked");
            for band in 0..whole.map_or(0, |whole| whole.bands.len()) {
                let ([low, high], [least, most]) =
                    (range(&window, band), whole.map_or([0.0; 2], |whole| range(whole, band)));
                let slack = (most - least) * 1e-6;
                assert!(
                    low >= least - slack && high <= most + slack,
                    "{what}: band {band} stays within the grid's range"
                );
            }
        }
    }
    let finer = GridQuery { step_max: Some(step_of(schema, full) / 10.0), ..query(schema, regions(schema)[0]) };
    read(source, &finer, "samples finer than there are");
}

fn check_outside(source: &dyn GridSource) {
    let all = source.schema().bbox();
    let (width, height) = (all.width(), all.height());
    let far = Bbox {
        min: [all.max[0] + width, all.max[1] + height],
        max: [all.max[0] + width * 2.0, all.max[1] + height * 2.0],
    };
    let window = read(source, &query(source.schema(), far), "a region outside");
    assert!(window.width == 0 || window.height == 0, "a region outside has no samples");
}

fn check_bands(source: &dyn GridSource, whole: Option<&Window>) {
    let schema = source.schema();
    let last = schema.bands.len() - 1;
    let region = regions(schema)[0];
    let window = read(source, &GridQuery { bands: vec![last], ..query(schema, region) }, "just the last band");
    assert_eq!(window.bands.len(), 1, "just the band that was asked for");
    assert_eq!(window.bands[0].kind(), schema.bands[last].kind, "the band that was asked for");
    if let Some(whole) = whole {
        let ground = window.transform.ground(0.5, 0.5);
        let [x, y] = whole.transform.place(ground).map(f64::floor);
        assert_eq!(window.sample(0, 0, 0), whole.sample(last, x as u32, y as u32), "the band that was asked for");
    }
    let beyond = ready(source.window(&GridQuery { bands: vec![last + 1], ..query(schema, region) }));
    assert!(beyond.is_err(), "a band that is not there is refused");
}

fn check_limit(source: &dyn GridSource) {
    let schema = source.schema();
    if schema.width > 1 || schema.height > 1 {
        let refused = ready(source.window(&GridQuery { samples_max: 1, ..query(schema, schema.bbox()) }));
        assert_eq!(
            refused.err().map(|error| error.kind()),
            Some(Kind::TooLarge),
            "more samples than the limit are refused"
        );
    }
}
