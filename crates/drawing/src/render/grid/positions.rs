//! Where the centre of each pixel of a view lies in a window, in columns and rows of samples.
//!
//! Transforms are dear, so they are asked every sixteenth pixel and interpolated between. Where the measured error of that would
//! be over a tenth of a pixel, or a transform fails, every pixel is asked.

use super::GroundLookup;
use crate::view::View;
use terrane_model::grid::Window;

/// Pixels between places that are asked.
const STEP: usize = 16;
/// What interpolation over two steps may be off in the middle, pixels; over one step it is then off by a quarter.
const ERROR_MAX_PX: f64 = 0.4;

/// Places in a window, row by row, for a view with a margin.
pub struct Positions {
    width: usize,
    margin: usize,
    places: Vec<[f64; 2]>,
}

impl Positions {
    /// The places of all pixels of a view and of `margin` more on each side. NaN where the ground is not in the window's CRS.
    pub fn of(view: &View, margin: usize, window: &Window, lookup: &dyn GroundLookup) -> Self {
        let asker = Asker { view, margin: margin as f64, window, lookup };
        let (width, height) = (view.width_px as usize + 2 * margin, view.height_px as usize + 2 * margin);
        let mut places = vec![[f64::NAN; 2]; width * height];
        let nodes = Nodes::ask(&asker, width, height);
        for block_y in 0..nodes.rows / 2 {
            for block_x in 0..nodes.columns / 2 {
                let area = Area::of([block_x, block_y], width, height);
                if nodes.is_smooth([block_x * 2, block_y * 2]) {
                    nodes.interpolate(&area, width, &mut places);
                } else {
                    asker.ask_area(&area, width, &mut places);
                }
            }
        }
        Self { width, margin, places }
    }

    /// From left to right, margins included.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels on each side beyond the view.
    pub fn margin(&self) -> usize {
        self.margin
    }

    /// All places.
    pub fn places(&self) -> &[[f64; 2]] {
        &self.places
    }

    /// The part of some values, one per place, that is a row of the view.
    pub fn row<'v, T>(&self, values: &'v [T], y: usize) -> &'v [T] {
        let start = (y + self.margin) * self.width + self.margin;
        &values[start..start + self.width - 2 * self.margin]
    }
}

/// A block of pixels of two steps by two.
struct Area {
    columns: std::ops::Range<usize>,
    rows: std::ops::Range<usize>,
}

impl Area {
    fn of([x, y]: [usize; 2], width: usize, height: usize) -> Self {
        let span = |at: usize, side: usize| (at * 2 * STEP).min(side)..((at + 1) * 2 * STEP).min(side);
        Self { columns: span(x, width), rows: span(y, height) }
    }
}

struct Asker<'a> {
    view: &'a View,
    margin: f64,
    window: &'a Window,
    lookup: &'a dyn GroundLookup,
}

impl Asker<'_> {
    /// Turns places of the picture (margin included, 0.5 being the first centre) into places of the window.
    fn ask(&self, places: &mut [[f64; 2]]) {
        let [step_x, step_y] = self.view.step();
        for place in places.iter_mut() {
            *place = [
                self.view.bbox.min[0] + (place[0] - self.margin) * step_x,
                self.view.bbox.max[1] - (place[1] - self.margin) * step_y,
            ];
        }
        self.lookup.to_window(places);
        places.iter_mut().for_each(|place| *place = self.window.transform.place(*place));
    }

    fn ask_area(&self, area: &Area, width: usize, places: &mut [[f64; 2]]) {
        for row in area.rows.clone() {
            let run = &mut places[row * width..][area.columns.clone()];
            for (place, column) in run.iter_mut().zip(area.columns.clone()) {
                *place = [column as f64 + 0.5, row as f64 + 0.5];
            }
            self.ask(run);
        }
    }
}

/// Places that were asked, a step apart: an odd number each way.
struct Nodes {
    columns: usize,
    rows: usize,
    places: Vec<[f64; 2]>,
}

impl Nodes {
    fn ask(asker: &Asker<'_>, width: usize, height: usize) -> Self {
        let count = |side: usize| side.div_ceil(2 * STEP).max(1) * 2 + 1;
        let (columns, rows) = (count(width), count(height));
        let place = |at: usize| [(at % columns * STEP) as f64 + 0.5, (at / columns * STEP) as f64 + 0.5];
        let mut places: Vec<[f64; 2]> = (0..columns * rows).map(place).collect();
        asker.ask(&mut places);
        Self { columns, rows, places }
    }

    fn at(&self, column: usize, row: usize) -> [f64; 2] {
        self.places[row * self.columns + column]
    }

    /// Whether the places in the middle of a block's sides and of the block are where its corners say.
    fn is_smooth(&self, [column, row]: [usize; 2]) -> bool {
        let node = |x: usize, y: usize| self.at(column + x, row + y);
        let middle = |a: [f64; 2], b: [f64; 2]| [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
        let [a, b, c, d] = [node(0, 0), node(2, 0), node(0, 2), node(2, 2)];
        let along = [b[0] - a[0], b[1] - a[1]];
        let down = [c[0] - a[0], c[1] - a[1]];
        let samples_per_pixel = along[0].hypot(along[1]).min(down[0].hypot(down[1])) / (2 * STEP) as f64;
        let near = |asked: [f64; 2], expected: [f64; 2]| {
            (asked[0] - expected[0]).hypot(asked[1] - expected[1]) <= ERROR_MAX_PX * samples_per_pixel
        };
        near(node(1, 0), middle(a, b))
            && near(node(0, 1), middle(a, c))
            && near(node(2, 1), middle(b, d))
            && near(node(1, 2), middle(c, d))
            && near(node(1, 1), middle(middle(a, b), middle(c, d)))
    }

    fn interpolate(&self, area: &Area, width: usize, places: &mut [[f64; 2]]) {
        for row in area.rows.clone() {
            let (node_row, down) = (row / STEP, (row % STEP) as f64 / STEP as f64);
            for step in area.columns.clone().step_by(STEP) {
                let node = step / STEP;
                let mix = |a: [f64; 2], b: [f64; 2]| [a[0] + (b[0] - a[0]) * down, a[1] + (b[1] - a[1]) * down];
                let left = mix(self.at(node, node_row), self.at(node, node_row + 1));
                let right = mix(self.at(node + 1, node_row), self.at(node + 1, node_row + 1));
                let pixel = [(right[0] - left[0]) / STEP as f64, (right[1] - left[1]) / STEP as f64];
                let end = (step + STEP).min(area.columns.end);
                for (at, place) in places[row * width..][step..end].iter_mut().enumerate() {
                    *place = [left[0] + pixel[0] * at as f64, left[1] + pixel[1] * at as f64];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use terrane_model::grid::GridTransform;
    use terrane_model::{Bbox, Crs};

    struct Bent {
        asked: Cell<usize>,
        bend: f64,
    }

    impl GroundLookup for Bent {
        fn to_window(&self, positions: &mut [[f64; 2]]) {
            self.asked.set(self.asked.get() + positions.len());
            for [x, y] in positions {
                // A conformal bend: its errors cancel in the middle of a block, but not at the sides.
                (*x, *y) = (*x + self.bend * (*x * *x - *y * *y), *y + 2.0 * self.bend * *x * *y);
            }
        }
    }

    fn setting() -> (View, Window) {
        let view = View {
            crs: Crs::web_mercator(),
            bbox: Bbox { min: [-100.0, -75.0], max: [100.0, 75.0] },
            width_px: 400,
            height_px: 300,
            pixel_mm: 0.28,
            scale_denominator: 1000.0,
        };
        let transform = GridTransform::north_up([-100.0, 75.0], [0.5, -0.5]);
        let window =
            Window { crs: Crs::web_mercator(), transform, width: 400, height: 300, bands: vec![], no_data: vec![] };
        (view, window)
    }

    #[test]
    fn places_are_within_a_tenth_of_a_pixel_however_the_ground_is_bent() {
        let (view, window) = setting();
        for bend in [0.0, 1e-5, 1e-4, 1e-3] {
            let lookup = Bent { asked: Cell::new(0), bend };
            let positions = Positions::of(&view, 0, &window, &lookup);
            if bend < 1e-4 {
                assert!(lookup.asked.get() < 1000, "{bend}: {}", lookup.asked.get());
            }
            for (at, place) in positions.places().iter().enumerate() {
                let (x, y) = ((at % 400) as f64 + 0.5, (at / 400) as f64 + 0.5);
                let mut exact = [[x * 0.5 - 100.0, 75.0 - y * 0.5]];
                lookup.to_window(&mut exact);
                let exact = window.transform.place(exact[0]);
                let error = (place[0] - exact[0]).hypot(place[1] - exact[1]);
                assert!(error < 0.1 + 1e-9, "{bend} {x} {y}: {error}");
            }
        }
    }

    #[test]
    fn a_margin_goes_beyond_the_view() {
        let (view, window) = setting();
        let lookup = Bent { asked: Cell::new(0), bend: 0.0 };
        let positions = Positions::of(&view, 1, &window, &lookup);
        assert_eq!(positions.width(), 402);
        let corner = positions.places()[0];
        assert!((corner[0] + 0.5).abs() < 1e-9 && (corner[1] + 0.5).abs() < 1e-9, "{corner:?}");
        assert_eq!(positions.row(positions.places(), 0).len(), 400);
    }
}
