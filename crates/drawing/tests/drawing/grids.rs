//! Grids: each pixel has the value at its centre.

use crate::common::*;
use terrane_drawing::render::{GroundLookup, paint_window};
use terrane_drawing::{Canvas, Style};
use terrane_model::Crs;
use terrane_model::grid::{Band, GridSchema, GridTransform, SampleKind, Samples, Window};
use terrane_model::picture::Picture;

struct Same;

impl GroundLookup for Same {
    fn to_window(&self, _: &mut [[f64; 2]]) {}
}

/// Nowhere: as a projection that knows no such place.
struct Nowhere;

impl GroundLookup for Nowhere {
    fn to_window(&self, positions: &mut [[f64; 2]]) {
        positions.iter_mut().for_each(|position| *position = [f64::NAN; 2]);
    }
}

fn grid(kind: SampleKind, bands: Vec<Samples>, width: u32, no_data: Option<f64>) -> (GridSchema, Window) {
    let band = |at: usize| Band { name: format!("b{at}"), description: None, unit: None, kind, no_data, range: None };
    let crs = Crs::web_mercator();
    let height = bands[0].len() as u32 / width;
    let transform = GridTransform::north_up([0.0, f64::from(height)], [1.0, -1.0]);
    let schema = GridSchema {
        crs: crs.clone(),
        transform,
        width,
        height,
        bands: (0..bands.len()).map(band).collect(),
        axes: vec![],
        overviews: vec![],
    };
    let no_data = vec![no_data; bands.len()];
    (schema, Window { crs, transform, width, height, bands, no_data })
}

fn draw(symbolizer: &str, grid: &(GridSchema, Window), bbox: [f64; 4], size: [u32; 2]) -> Picture {
    let mut canvas = Canvas::new(&view(bbox, size[0], size[1]), [0; 4]);
    let style = style("", symbolizer);
    style.check_grid(&grid.0).unwrap();
    paint_window(&style, &grid.0, &grid.1, &Same, &mut canvas).unwrap();
    canvas.into_picture()
}

const GREYS: &str = r##""colour": {"interpolate": [[0, "#000000"], [255, "#ffffff"]]}"##;

#[test]
fn nearest_gives_each_pixel_the_sample_that_its_centre_is_in() {
    let samples: Vec<u8> = (0..24).map(|at| at * 10).collect();
    let grid = grid(SampleKind::U8, vec![Samples::U8(samples.clone().into())], 6, None);
    let raster = format!(r#"{{"type": "raster", "resampling": "nearest", {GREYS}}}"#);
    // A pixel is a third of a sample; the view goes one sample beyond the grid on every side.
    let picture = draw(&raster, &grid, [-1.0, -1.0, 7.0, 5.0], [24, 18]);
    for y in 0..18_u32 {
        for x in 0..24_u32 {
            let inside = (3..21).contains(&x) && (3..15).contains(&y);
            let expected = if inside {
                let value = samples[((y / 3 - 1) * 6 + x / 3 - 1) as usize];
                [value, value, value, 255]
            } else {
                [0; 4]
            };
            assert_eq!(picture.pixel(x, y), expected, "{x} {y}");
        }
    }
}

#[test]
fn bilinear_is_exact_on_a_plane() {
    let samples: Vec<f32> = (0..40 * 40).map(|at| (at % 40) as f32 * 4.0 + (at / 40) as f32 * 2.0).collect();
    let grid = grid(SampleKind::F32, vec![Samples::F32(samples.into())], 40, None);
    let picture = draw(&format!(r#"{{"type": "raster", {GREYS}}}"#), &grid, [3.3, 5.1, 33.3, 35.1], [75, 75]);
    for y in 0..75_u32 {
        for x in 0..75_u32 {
            let (column, row) = (3.3 + (f64::from(x) + 0.5) * 0.4 - 0.5, 4.9 + (f64::from(y) + 0.5) * 0.4 - 0.5);
            let expected = column * 4.0 + row * 2.0;
            assert!((f64::from(picture.pixel(x, y)[0]) - expected).abs() <= 0.6, "{x} {y}");
        }
    }
}

#[test]
fn no_data_is_transparent_and_classes_are_not_mixed() {
    let samples: Vec<i16> = vec![1, 1, 7, 7, 1, -1, 7, 7, 2, 2, 2, 2];
    let grid = grid(SampleKind::I16, vec![Samples::I16(samples.into())], 4, Some(-1.0));
    let raster = r##"{"type": "raster", "colour": {"match": {"1": "#ff0000", "2": "#00ff00", "7": "#0000ff"}}}"##;
    let picture = draw(raster, &grid, [0.0, 0.0, 4.0, 3.0], [40, 30]);
    let mut colours: Vec<[u8; 4]> = (0..1200).map(|at| picture.pixel(at % 40, at / 40)).collect();
    colours.sort_unstable();
    colours.dedup();
    assert_eq!(colours, [[0, 0, 0, 0], [0, 0, 255, 255], [0, 255, 0, 255], [255, 0, 0, 255]]);
    assert_eq!(picture.pixel(15, 15), [0; 4]);
}

#[test]
fn three_bands_are_red_green_and_blue_stretched_from_their_range() {
    let band = |value: u16| Samples::U16(vec![value; 16].into());
    let grid = grid(SampleKind::U16, vec![band(1000), band(2000), band(4000)], 4, Some(0.0));
    let raster = r#"{"type": "raster", "bands": [2, "b1", 0], "range": [1000, 3000]}"#;
    assert_eq!(draw(raster, &grid, [0.0, 0.0, 4.0, 4.0], [4, 4]).pixel(1, 1), [255, 128, 0, 255]);
}

#[test]
fn a_window_may_hold_only_the_bands_that_are_drawn() {
    let band = |value: u8| Samples::U8(vec![value; 16].into());
    let (schema, mut window) = grid(SampleKind::U8, vec![band(10), band(20), band(30)], 4, None);
    let style = style("", &format!(r#"{{"type": "raster", "band": "b2", {GREYS}}}"#));
    assert_eq!(style.bands_at(1e4, &schema), [2]);
    window.bands = vec![band(30)];
    window.no_data = vec![None];
    let mut canvas = Canvas::new(&view([0.0, 0.0, 4.0, 4.0], 4, 4), [0; 4]);
    paint_window(&style, &schema, &window, &Same, &mut canvas).unwrap();
    assert_eq!(canvas.into_picture().pixel(2, 2), [30, 30, 30, 255]);
}

#[test]
fn a_band_that_is_not_there_is_named() {
    let (schema, window) = grid(SampleKind::U8, vec![Samples::U8(vec![1; 4].into())], 2, None);
    let style = style("", &format!(r#"{{"type": "raster", "band": "depth", {GREYS}}}"#));
    let mut canvas = Canvas::new(&view([0.0, 0.0, 4.0, 4.0], 4, 4), [0; 4]);
    let error = paint_window(&style, &schema, &window, &Same, &mut canvas).unwrap_err();
    assert!(error.say().contains("“depth”"), "{error}");
    assert!(style.check_grid(&schema).unwrap_err().say().contains("b0"));
}

#[test]
fn where_the_ground_is_not_known_nothing_is_drawn() {
    let (schema, window) = grid(SampleKind::U8, vec![Samples::U8(vec![1; 4].into())], 2, None);
    let style = Style::default_for_grid(&schema, &window);
    let mut canvas = Canvas::new(&view([0.0, 0.0, 2.0, 2.0], 50, 50), [9, 9, 9, 255]);
    paint_window(&style, &schema, &window, &Nowhere, &mut canvas).unwrap();
    assert!(canvas.into_picture().rgba.chunks(4).all(|pixel| pixel == [9, 9, 9, 255]));
}

#[test]
fn an_empty_window_draws_nothing() {
    let (schema, mut window) = grid(SampleKind::U8, vec![Samples::U8(vec![1; 4].into())], 2, None);
    window.width = 0;
    window.height = 0;
    window.bands = vec![Samples::U8(vec![].into())];
    let style = style("", &format!(r#"{{"type": "raster", {GREYS}, "hillshade": {{}}}}"#));
    let mut canvas = Canvas::new(&view([0.0, 0.0, 2.0, 2.0], 50, 50), [0; 4]);
    paint_window(&style, &schema, &window, &Same, &mut canvas).unwrap();
    assert!(canvas.into_picture().rgba.iter().all(|&byte| byte == 0));
}
