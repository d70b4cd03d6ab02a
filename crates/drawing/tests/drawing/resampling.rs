//! Grids against a plain reference: every pixel on its own, in double precision, with the transform asked for each.

use crate::common::*;
use terrane_drawing::render::{GridPainter, GroundLookup, paint_window};
use terrane_drawing::{Canvas, View};
use terrane_model::Crs;
use terrane_model::grid::{Band, GridSchema, GridTransform, SampleKind, Samples, Window};
use terrane_model::picture::Picture;

const SIDE: usize = 90;
const NO_DATA: f32 = -9999.0;

/// How the ground of the view is bent to that of the grid.
#[derive(Clone, Copy, Debug)]
enum Ground {
    Same,
    /// As Mercator over degrees: rows are not evenly spaced, but straight.
    Straight,
    /// As UTM over Mercator: turned and bent.
    Turned,
}

impl GroundLookup for Ground {
    fn to_window(&self, positions: &mut [[f64; 2]]) {
        for [x, y] in positions {
            match self {
                Self::Same => {}
                Self::Straight => *y = 100.0 * (*y / 100.0).sinh(),
                Self::Turned => (*x, *y) = (*x - 0.12 * *y + 1e-4 * *x * *y, *y + 0.12 * *x),
            }
        }
    }
}

fn value(column: usize, row: usize) -> f32 {
    if (column / 7 + row / 5).is_multiple_of(9) {
        return NO_DATA;
    }
    let (x, y) = (column as f32, row as f32);
    120.0 + 70.0 * (x * 0.31).sin() * (y * 0.23).cos() + 30.0 * ((column * 7 + row * 13) % 3) as f32 / 2.0
}

fn grid() -> (GridSchema, Window) {
    let samples: Vec<f32> = (0..SIDE * SIDE).map(|at| value(at % SIDE, at / SIDE)).collect();
    let crs = Crs::web_mercator();
    let transform = GridTransform::north_up([-45.0, 45.0], [1.0, -1.0]);
    let (width, height) = (SIDE as u32, SIDE as u32);
    let band = Band {
        name: "z".into(),
        description: None,
        unit: None,
        kind: SampleKind::F32,
        no_data: Some(f64::from(NO_DATA)),
        range: None,
    };
    let schema =
        GridSchema { crs: crs.clone(), transform, width, height, bands: vec![band], axes: vec![], overviews: vec![] };
    let bands = vec![Samples::F32(samples.into())];
    (schema, Window { crs, transform, width, height, bands, no_data: vec![Some(f64::from(NO_DATA))] })
}

const GREYS: &str = r##""colour": {"interpolate": [[0, "#000000"], [255, "#ffffff"]]}"##;

fn raster(resampling: &str) -> String {
    format!(r#"{{"type": "raster", "resampling": "{resampling}", {GREYS}}}"#)
}

fn painted(resampling: &str, ground: Ground, view: &View) -> Picture {
    let (schema, window) = grid();
    let mut canvas = Canvas::new(view, [0; 4]);
    paint_window(&style("", &raster(resampling)), &schema, &window, &ground, &mut canvas).unwrap();
    canvas.into_picture()
}

/// The place in the grid of a place of the picture.
fn place(ground: Ground, view: &View, x: f64, y: f64) -> [f64; 2] {
    let [step_x, step_y] = view.step();
    let mut position = [[view.bbox.min[0] + x * step_x, view.bbox.max[1] - y * step_y]];
    ground.to_window(&mut position);
    [position[0][0] + 45.0, 45.0 - position[0][1]]
}

fn sample(column: i64, row: i64) -> Option<f64> {
    let inside = (0..SIDE as i64).contains(&column) && (0..SIDE as i64).contains(&row);
    let value = inside.then(|| value(column as usize, row as usize)).filter(|value| *value != NO_DATA)?;
    Some(f64::from(value))
}

fn nearest(place: [f64; 2]) -> Option<f64> {
    sample(place[0].floor() as i64, place[1].floor() as i64)
}

/// The mean of samples with weights, of those that have data.
fn weighted(samples: impl Iterator<Item = (Option<f64>, f64)>) -> f64 {
    let (sum, weights) = samples
        .filter_map(|(value, weight)| Some((value? * weight, weight)))
        .fold((0.0, 0.0), |(sum, weights), next| (sum + next.0, weights + next.1));
    sum / weights
}

/// Between the four samples around.
fn bilinear(place: [f64; 2]) -> Option<f64> {
    nearest(place)?;
    let [column, row] = place.map(|at| at - 0.5);
    let corner = |right: i64, down: i64| {
        let share = |at: f64, next: i64| if next == 1 { at - at.floor() } else { 1.0 - (at - at.floor()) };
        (sample(column.floor() as i64 + right, row.floor() as i64 + down), share(column, right) * share(row, down))
    };
    Some(weighted([corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)].into_iter()))
}

/// Pixels of a picture that are farther from the reference than allowed, or have a value where it has none or the other way round.
fn wrong(picture: &Picture, expected: impl Fn(f64, f64) -> Option<f64>, error_max: f64) -> usize {
    let is_wrong = |x: u32, y: u32| {
        let [grey, _, _, alpha] = picture.pixel(x, y);
        match expected(f64::from(x) + 0.5, f64::from(y) + 0.5) {
            Some(value) => alpha != 255 || (f64::from(grey) - value.clamp(0.0, 255.0)).abs() > error_max,
            None => alpha != 0,
        }
    };
    (0..picture.height_px)
        .flat_map(|y| (0..picture.width_px).map(move |x| (x, y)))
        .filter(|&(x, y)| is_wrong(x, y))
        .count()
}

#[test]
fn nearest_is_the_sample_under_the_centre_whatever_the_ground() {
    for ground in [Ground::Same, Ground::Straight, Ground::Turned] {
        for width in [31.7, 83.3, 211.1] {
            let view = view([-width / 2.0, -40.3, width / 2.0, 39.1], 200, 150);
            let picture = painted("nearest", ground, &view);
            let wrong = wrong(&picture, |x, y| nearest(place(ground, &view, x, y)), 0.5);
            // Interpolated places are within a tenth of a pixel: some centres beside a border of samples fall on the other side.
            let allowed = if matches!(ground, Ground::Turned) { 600 } else { 0 };
            assert!(wrong <= allowed, "{ground:?} {width}: {wrong} of 30000");
        }
    }
}

#[test]
fn bilinear_is_between_the_four_samples_around_with_data() {
    for ground in [Ground::Same, Ground::Straight] {
        let view = view([-21.3, -16.2, 19.9, 18.4], 200, 150);
        let picture = painted("bilinear", ground, &view);
        assert_eq!(wrong(&picture, |x, y| bilinear(place(ground, &view, x, y)), 0.51), 0, "{ground:?}");
    }
    let view = view([-21.3, -16.2, 19.9, 18.4], 200, 150);
    let picture = painted("bilinear", Ground::Turned, &view);
    let wrong = wrong(&picture, |x, y| bilinear(place(Ground::Turned, &view, x, y)), 2.0);
    assert!(wrong < 300, "{wrong} of 30000");
}

/// The mean under a pixel, looked at in many places.
fn mean(ground: Ground, view: &View, x: f64, y: f64) -> Option<f64> {
    const FINE: usize = 40;
    nearest(place(ground, view, x, y))?;
    let offset = |at: usize| (at as f64 + 0.5) / FINE as f64 - 0.5;
    let places = (0..FINE * FINE).map(|at| place(ground, view, x + offset(at % FINE), y + offset(at / FINE)));
    Some(weighted(places.map(|place| (nearest(place), 1.0))))
}

#[test]
fn pixels_larger_than_samples_have_the_mean_of_what_they_lie_on() {
    for ground in [Ground::Same, Ground::Straight] {
        for resampling in ["average", "bilinear", "cubic"] {
            let view = view([-43.3, -33.1, 43.1, 31.7], 50, 37);
            let picture = painted(resampling, ground, &view);
            let wrong = wrong(&picture, |x, y| mean(ground, &view, x, y), 3.0);
            assert!(wrong <= 9, "{ground:?} {resampling}: {wrong} of 1850");
        }
    }
}

#[test]
fn cubic_goes_through_the_samples_and_bilinear_too() {
    let view = view([-45.0, -45.0, 45.0, 45.0], 90, 90);
    for resampling in ["nearest", "bilinear", "cubic", "average"] {
        let picture = painted(resampling, Ground::Same, &view);
        assert_eq!(wrong(&picture, |x, y| nearest([x, y]), 0.51), 0, "{resampling}");
    }
}

#[test]
fn a_group_of_rasters_is_faded_as_one() {
    let (schema, window) = grid();
    let two = r##"{"type": "raster", "colour": {"steps": [[-10000, "#ff0000"]]}},
                  {"type": "raster", "opacity": 0.5, "colour": {"steps": [[-10000, "#0000ff"]]}}"##;
    let style = style("", two);
    let view = view([-10.0, -10.0, 10.0, 10.0], 40, 40);
    let drawn = |opacity: f64| {
        let mut canvas = Canvas::new(&view, [255, 255, 255, 255]);
        let mut painter = GridPainter::new(&style, &schema, &view).unwrap();
        painter.add(&window, &Ground::Same).unwrap();
        painter.paint(&mut canvas, opacity);
        canvas.into_picture()
    };
    let (full, half) = (drawn(1.0), drawn(0.5));
    for (full, half) in full.rgba.chunks(4).zip(half.rgba.chunks(4)) {
        let faded: Vec<u8> = full.iter().map(|&channel| (u16::from(channel) + 255).div_ceil(2) as u8).collect();
        assert!(half.iter().zip(&faded).all(|(a, b)| a.abs_diff(*b) <= 1), "{full:?} {half:?}");
    }
    assert!(full.rgba.chunks(4).any(|pixel| pixel == [127, 0, 128, 255]), "{:?}", full.pixel(20, 20));
}

/// The sizes of pixels are said by the ground, not by the view.
struct High(f64);

impl GroundLookup for High {
    fn to_window(&self, _: &mut [[f64; 2]]) {}
    fn pixels_m(&self, positions: &[[f64; 2]], [step_x, step_y]: [f64; 2]) -> Vec<[f64; 2]> {
        vec![[step_x * self.0, step_y * self.0]; positions.len()]
    }
}

#[test]
fn relief_is_as_steep_as_the_ground_is_small() {
    let (schema, mut window) = grid();
    window.bands = vec![Samples::F32((0..SIDE * SIDE).map(|at| (at % SIDE) as f32).collect::<Vec<_>>().into())];
    let shaded = |ground: &dyn GroundLookup, exaggeration: f64| {
        let raster = format!(
            r##"{{"type": "raster", "colour": {{"steps": [[-10000, "#808080"]]}},
                 "hillshade": {{"azimuth": 90, "altitude": 45, "strength": 1, "exaggeration": {exaggeration}}}}}"##
        );
        let view = view([-10.0, -10.0, 10.0, 10.0], 20, 20);
        let mut canvas = Canvas::new(&view, [0; 4]);
        paint_window(&style("", &raster), &schema, &window, ground, &mut canvas).unwrap();
        canvas.into_picture().pixel(10, 10)
    };
    assert_eq!(shaded(&High(0.5), 0.1), shaded(&High(1.0), 0.2));
    assert_ne!(shaded(&High(0.5), 0.1), shaded(&High(1.0), 0.1));
}
