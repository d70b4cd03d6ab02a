//! Areas smaller than a cell, gathered by class: the ground that they cover is divided among classes cell by cell, as much to each as
//! it covered, and cells of a class become one shape.

use super::cut::Row;
use super::frame::BOUNDS;
use super::trace::Cells;
use std::collections::BTreeMap;
use terrane_formats::tile::mvt::{Shape, ShapeKind};

/// Samples along the side of a cell.
const SAMPLES: i32 = 2;

/// The ground of a tile in samples, each of the class that covers it.
#[derive(Debug)]
pub struct Mosaic {
    /// Units between samples.
    step: i32,
    /// Samples along a side.
    side: usize,
    /// The class of each, counted from 1; 0 where none is.
    classes: Vec<u32>,
    crossings: Vec<f64>,
}

impl Mosaic {
    /// Nothing yet, in cells of some units.
    pub fn new(cell: i32) -> Self {
        let step = cell / SAMPLES;
        let side = ((BOUNDS[1] - BOUNDS[0]) / step) as usize;
        Self { step, side, classes: vec![0; side * side], crossings: Vec::new() }
    }

    /// Covers the samples that lie in the areas of a row (even-odd); `class` counts from 1.
    pub fn add(&mut self, row: &Row<'_>, class: u32) {
        let (first, last) = (self.place_from(row.bbox[1]), self.place_from(row.bbox[3]));
        for line in first..last {
            let y = self.middle(line);
            self.crossings.clear();
            for ring in row.parts(ShapeKind::Area).flatten() {
                for pair in ring.windows(2) {
                    let [[x0, y0], [x1, y1]] = [pair[0], pair[1]];
                    if (y0 > y) != (y1 > y) {
                        self.crossings.push(x0 + (y - y0) / (y1 - y0) * (x1 - x0));
                    }
                }
            }
            self.crossings.sort_unstable_by(f64::total_cmp);
            for at in 1..self.crossings.len() {
                if at % 2 == 1 {
                    let (from, to) = (self.place_from(self.crossings[at - 1]), self.place_from(self.crossings[at]));
                    self.classes[line * self.side..][from..to.max(from)].fill(class);
                }
            }
        }
    }

    /// The middle of the samples of a row or column, units.
    fn middle(&self, place: usize) -> f64 {
        f64::from(BOUNDS[0]) + (place as f64 + 0.5) * f64::from(self.step)
    }

    /// The first sample whose middle is at some units or beyond.
    fn place_from(&self, units: f64) -> usize {
        let place = (units - f64::from(BOUNDS[0])) / f64::from(self.step) - 0.5;
        (place.ceil().max(0.0) as usize).min(self.side)
    }

    /// The shape of each class that has cells, by class.
    pub fn shapes(&self) -> Vec<(u32, Shape)> {
        let mut owed: BTreeMap<u32, i32> = BTreeMap::new();
        let side = self.side / SAMPLES as usize;
        let classes = (0..side * side).map(|cell| self.winner(cell / side, cell % side, &mut owed)).collect();
        let edge = |corner: usize| BOUNDS[0] + corner as i32 * self.step * SAMPLES;
        Cells { side, classes }.shapes(edge)
    }

    /// The class that gets a cell: the one that is owed most of those that cover some of it; 0 when little of it is covered and
    /// nobody is owed all of it. What a class covered elsewhere without getting the cell is remembered (error diffusion after Floyd
    /// and Steinberg 1976, along the rows).
    fn winner(&self, line: usize, column: usize, owed: &mut BTreeMap<u32, i32>) -> u32 {
        let mut covered = 0;
        let mut best = (0, i32::MIN);
        let size = SAMPLES as usize;
        for at in 0..size * size {
            let class = self.classes[(line * size + at / size) * self.side + column * size + at % size];
            if class > 0 {
                covered += 1;
                let owed = owed.entry(class).or_default();
                *owed += 1;
                if *owed > best.1 {
                    best = (class, *owed);
                }
            }
        }
        let all = SAMPLES * SAMPLES;
        if best.0 == 0 || (2 * covered < all && best.1 < all) {
            return 0;
        }
        owed.entry(best.0).and_modify(|owed| *owed -= all);
        best.0
    }
}
