//! Where the centre of each pixel of a view lies in a window, in columns and rows of samples, and how many samples wide a pixel is.
//!
//! Transforms are dear. Where columns and rows stay straight (the same CRS, or Mercator over degrees) one line of each is asked. Else
//! every sixteenth pixel is asked and those between are interpolated; where the measured error of that would be over a tenth of a pixel,
//! or a transform fails, every pixel is asked.

use super::GroundLookup;
use crate::view::View;
use terrane_model::grid::Window;

/// Pixels between places that are asked.
const STEP: usize = 16;
/// Pixels on a side of a block that is either interpolated or asked.
const BLOCK: usize = 2 * STEP;
/// What interpolation over two steps may be off in the middle, pixels; over one step it is then off by a quarter.
const ERROR_MAX_PX: f64 = 0.4;
/// How far columns and rows may be from straight and still count as such, samples.
const STRAIGHT_MAX: f64 = 1e-6;

/// Places in a window of the pixels of a view with a margin.
pub struct Positions {
    width: usize,
    height: usize,
    margin: usize,
    places: Places,
}

enum Places {
    /// Column by pixel and row by pixel, with one more on each side.
    Straight([Vec<f64>; 2]),
    /// Places a step apart, and of the blocks between which interpolation would not do, each place.
    Bent { nodes: Nodes, exact: Vec<Option<Vec<[f64; 2]>>> },
}

/// The places of a row of pixels.
#[derive(Debug, Default)]
pub struct Line {
    /// Column and row of the centre of each pixel; NaN where there is no ground.
    pub places: Vec<[f64; 2]>,
    /// Samples that each pixel is wide and high.
    pub sizes: Vec<[f32; 2]>,
}

impl Positions {
    /// The places of all pixels of a view and of `margin` more on each side.
    pub fn of(view: &View, margin: usize, window: &Window, lookup: &dyn GroundLookup) -> Self {
        let asker = Asker { view, margin: margin as f64, window, lookup };
        let (width, height) = (view.width_px as usize + 2 * margin, view.height_px as usize + 2 * margin);
        let places = match asker.is_straight(width, height) {
            true => Places::Straight(asker.axes(width, height)),
            false => asker.bent(width, height),
        };
        Self { width, height, margin, places }
    }

    /// From left to right, margins included.
    pub fn width(&self) -> usize {
        self.width
    }

    /// From top to bottom, margins included.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Pixels on each side beyond the view.
    pub fn margin(&self) -> usize {
        self.margin
    }

    /// The places of a row, margins included.
    pub fn line(&self, row: usize, line: &mut Line) {
        line.places.clear();
        line.sizes.clear();
        match &self.places {
            Places::Straight([columns, rows]) => {
                // Places leap where the globe begins anew, on one side of a pixel.
                let step = |axis: &[f64], at: usize| (axis[at + 1] - axis[at]).abs();
                let size = |axis: &[f64], at: usize| step(axis, at).min(step(axis, at + 1)) as f32;
                let high = size(rows, row);
                line.places.extend(columns[1..=self.width].iter().map(|&column| [column, rows[row + 1]]));
                line.sizes.extend((0..self.width).map(|at| [size(columns, at), high]));
            }
            Places::Bent { nodes, exact } => {
                for (block, left) in (0..self.width).step_by(BLOCK).enumerate() {
                    let columns = left..(left + BLOCK).min(self.width);
                    let at = row / BLOCK * self.width.div_ceil(BLOCK) + block;
                    line.sizes.extend(std::iter::repeat_n(nodes.size([block, row / BLOCK]), columns.len()));
                    match exact.get(at).and_then(Option::as_ref) {
                        Some(places) => line.places.extend(&places[row % BLOCK * columns.len()..][..columns.len()]),
                        None => nodes.interpolate(row, columns, &mut line.places),
                    }
                }
            }
        }
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

    /// Whether columns depend on x alone and rows on y alone, looked at on nine places.
    fn is_straight(&self, width: usize, height: usize) -> bool {
        let at = |side: usize, third: usize| 0.5 + (side - 1) as f64 * third as f64 / 2.0;
        let mut nine: [[f64; 2]; 9] = std::array::from_fn(|place| [at(width, place % 3), at(height, place / 3)]);
        self.ask(&mut nine);
        (0..9).all(|place| {
            let [column, row] = nine[place];
            (column - nine[place % 3][0]).abs() < STRAIGHT_MAX && (row - nine[place / 3 * 3][1]).abs() < STRAIGHT_MAX
        })
    }

    /// Column by pixel and row by pixel, with one more on each side.
    fn axes(&self, width: usize, height: usize) -> [Vec<f64>; 2] {
        let along = |axis: usize, side: usize, other: usize| {
            let place = |at: usize| {
                let (at, middle) = (at as f64 - 0.5, other as f64 / 2.0);
                if axis == 0 { [at, middle] } else { [middle, at] }
            };
            let mut places: Vec<[f64; 2]> = (0..side + 2).map(place).collect();
            self.ask(&mut places);
            places.into_iter().map(|place| place[axis]).collect()
        };
        [along(0, width, height), along(1, height, width)]
    }

    fn bent(&self, width: usize, height: usize) -> Places {
        let nodes = Nodes::ask(self, width, height);
        let (across, down) = (width.div_ceil(BLOCK), height.div_ceil(BLOCK));
        let exact = (0..across * down).map(|block| {
            let block = [block % across, block / across];
            (!nodes.is_smooth(block)).then(|| self.ask_block(block, [width, height]))
        });
        let exact = exact.collect();
        Places::Bent { nodes, exact }
    }

    fn ask_block(&self, block: [usize; 2], size: [usize; 2]) -> Vec<[f64; 2]> {
        let range = |axis: usize| block[axis] * BLOCK..((block[axis] + 1) * BLOCK).min(size[axis]);
        let row = |row: usize| range(0).map(move |column| [column as f64 + 0.5, row as f64 + 0.5]);
        let mut places: Vec<[f64; 2]> = range(1).flat_map(row).collect();
        self.ask(&mut places);
        places
    }
}

/// Places that were asked, a step apart: an odd number each way.
struct Nodes {
    columns: usize,
    places: Vec<[f64; 2]>,
}

impl Nodes {
    fn ask(asker: &Asker<'_>, width: usize, height: usize) -> Self {
        let count = |side: usize| side.div_ceil(BLOCK).max(1) * 2 + 1;
        let (columns, rows) = (count(width), count(height));
        let place = |at: usize| [(at % columns * STEP) as f64 + 0.5, (at / columns * STEP) as f64 + 0.5];
        let mut places: Vec<[f64; 2]> = (0..columns * rows).map(place).collect();
        asker.ask(&mut places);
        Self { columns, places }
    }

    fn at(&self, column: usize, row: usize) -> [f64; 2] {
        self.places[row * self.columns + column]
    }

    /// Left upper, right upper, left lower and right lower corner of a block.
    fn corners(&self, [x, y]: [usize; 2]) -> [[f64; 2]; 4] {
        [(0, 0), (2, 0), (0, 2), (2, 2)].map(|(right, down)| self.at(2 * x + right, 2 * y + down))
    }

    /// Samples that a pixel of a block is wide and high.
    fn size(&self, block: [usize; 2]) -> [f32; 2] {
        let node = |x: usize, y: usize| self.at(2 * block[0] + x, 2 * block[1] + y);
        let size = |axis: usize, at: usize| {
            let ([a, b], [c, d]) = ([node(at, 0), node(at + 1, 0)], [node(0, at), node(0, at + 1)]);
            (b[axis] - a[axis]).hypot(d[axis] - c[axis]) / STEP as f64
        };
        // Places leap where the globe begins anew, in one half of a block.
        [0, 1].map(|axis| size(axis, 0).min(size(axis, 1)) as f32)
    }

    /// Whether the places in the middle of a block's sides and of the block are where its corners say.
    fn is_smooth(&self, block: [usize; 2]) -> bool {
        let node = |x: usize, y: usize| self.at(2 * block[0] + x, 2 * block[1] + y);
        let middle = |a: [f64; 2], b: [f64; 2]| [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
        let [a, b, c, d] = self.corners(block);
        let along = [b[0] - a[0], b[1] - a[1]];
        let down = [c[0] - a[0], c[1] - a[1]];
        let samples_per_pixel = along[0].hypot(along[1]).min(down[0].hypot(down[1])) / BLOCK as f64;
        let near = |asked: [f64; 2], expected: [f64; 2]| {
            (asked[0] - expected[0]).hypot(asked[1] - expected[1]) <= ERROR_MAX_PX * samples_per_pixel
        };
        near(node(1, 0), middle(a, b))
            && near(node(0, 1), middle(a, c))
            && near(node(2, 1), middle(b, d))
            && near(node(1, 2), middle(c, d))
            && near(node(1, 1), middle(middle(a, b), middle(c, d)))
    }

    /// Some columns of a row.
    fn interpolate(&self, row: usize, columns: std::ops::Range<usize>, places: &mut Vec<[f64; 2]>) {
        let (node_row, down) = (row / STEP, (row % STEP) as f64 / STEP as f64);
        let mix = |a: [f64; 2], b: [f64; 2]| [a[0] + (b[0] - a[0]) * down, a[1] + (b[1] - a[1]) * down];
        for step in columns.clone().step_by(STEP) {
            let node = step / STEP;
            let left = mix(self.at(node, node_row), self.at(node, node_row + 1));
            let right = mix(self.at(node + 1, node_row), self.at(node + 1, node_row + 1));
            let pixel = [(right[0] - left[0]) / STEP as f64, (right[1] - left[1]) / STEP as f64];
            let count = (columns.end - step).min(STEP);
            places.extend((0..count).map(|at| [left[0] + pixel[0] * at as f64, left[1] + pixel[1] * at as f64]));
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

    fn line(positions: &Positions, row: usize) -> Line {
        let mut line = Line::default();
        positions.line(row, &mut line);
        line
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
            for row in 0..300 {
                for (column, place) in line(&positions, row).places.iter().enumerate() {
                    let (x, y) = (column as f64 + 0.5, row as f64 + 0.5);
                    let mut exact = [[x * 0.5 - 100.0, 75.0 - y * 0.5]];
                    lookup.to_window(&mut exact);
                    let exact = window.transform.place(exact[0]);
                    let error = (place[0] - exact[0]).hypot(place[1] - exact[1]);
                    assert!(error < 0.1 + 1e-9, "{bend} {x} {y}: {error}");
                }
            }
        }
    }

    #[test]
    fn a_margin_goes_beyond_the_view() {
        let (view, window) = setting();
        let lookup = Bent { asked: Cell::new(0), bend: 0.0 };
        let positions = Positions::of(&view, 1, &window, &lookup);
        assert_eq!(positions.width(), 402);
        let first = line(&positions, 0);
        let corner = first.places[0];
        assert!((corner[0] + 0.5).abs() < 1e-9 && (corner[1] + 0.5).abs() < 1e-9, "{corner:?}");
        assert_eq!((first.places.len(), first.sizes.len()), (402, 402));
        assert!(first.sizes.iter().flatten().all(|size| (size - 1.0).abs() < 1e-6));
    }
}
