//! A palette of 256 colours for any picture: the largest areas keep theirs, the others share what is left.
//!
//! Boxes of like colours are cut in two where their colours differ most (Wu, "Efficient statistical computations for optimal color
//! quantization", Graphics Gems II, 1991), in premultiplied colours, so that what shows through weighs little.

use super::palette::{COLOURS_MAX, Found, Palette, runs};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// At most so many colours are kept as they are.
const AREAS_MAX: usize = 64;
/// A colour with fewer pixels than this share of all is not one of an area: one in a thousand.
const AREA_SHARE: usize = 1_000;
/// Channels that are alike in these bits are counted together.
const CELL: u32 = 0xF8F8_F8F8;

type Numbers = HashMap<u32, u32, FixedState>;

/// A palette of at most 256 colours, and an index per pixel.
pub(super) fn palette(rgba: &[u8]) -> (Palette, Vec<u8>) {
    let mut table = Table::of_areas(rgba);
    let mut entries = Vec::with_capacity(rgba.len() / 4);
    for (colour, count) in runs(rgba) {
        entries.resize(entries.len() + count, table.entry(colour, count as u64));
    }
    let mut found = Found::default();
    // There are no more of them than a palette holds.
    let indices: Vec<u8> = table.reduced().into_iter().map(|colour| found.index(colour).unwrap_or(0)).collect();
    found.into_palette(entries.into_iter().map(|entry| indices[entry as usize]).collect())
}

/// Colours of areas, then cells of like colours.
struct Table {
    numbers: Numbers,
    areas: Vec<u32>,
    cells: Vec<Cell>,
}

/// Pixels of like colours.
#[derive(Default)]
struct Cell {
    pixels: u64,
    /// Sums of red, green and blue, premultiplied, and of alpha, each times 255.
    sums: [u64; 4],
}

impl Table {
    fn of_areas(rgba: &[u8]) -> Self {
        let mut counts = Numbers::default();
        for (colour, count) in runs(rgba).filter(|(_, count)| *count > 1) {
            *counts.entry(colour).or_default() += count as u32;
        }
        let mut areas: Vec<(u32, u32)> =
            counts.into_iter().filter(|(_, count)| *count as usize > rgba.len() / 4 / AREA_SHARE).collect();
        areas.sort_by_key(|&(colour, count)| (std::cmp::Reverse(count), colour));
        areas.truncate(AREAS_MAX);
        let areas: Vec<u32> = areas.into_iter().map(|(colour, _)| colour).collect();
        Self { numbers: areas.iter().copied().zip(0..).collect(), areas, cells: Vec::new() }
    }

    /// The place of a colour of some pixels among the areas or, behind them, the cells; they are counted there.
    fn entry(&mut self, colour: u32, pixels: u64) -> u32 {
        if let Some(&area) = self.numbers.get(&colour).filter(|&&number| (number as usize) < self.areas.len()) {
            return area;
        }
        // A cell is told from the colours of areas by its lowest bits.
        let key = (colour & CELL) | 0x0101_0101;
        let first = self.areas.len();
        let next = (first + self.cells.len()) as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        if (number as usize) < first {
            // The cell's own colour is that of an area.
            return number;
        }
        if number == next {
            self.cells.push(Cell::default());
        }
        self.cells[number as usize - first].add(colour, pixels);
        number
    }

    /// The colour of each entry, of which there are at most 256 different ones.
    fn reduced(&self) -> Vec<u32> {
        let mut order: Vec<usize> = (0..self.cells.len()).collect();
        let mut reduced = self.areas.clone();
        reduced.resize(self.areas.len() + self.cells.len(), 0);
        for part in self.cut(&mut order, COLOURS_MAX - self.areas.len()) {
            let colour = self.mean(&order[part.clone()]);
            order[part].iter().for_each(|&cell| reduced[self.areas.len() + cell] = colour);
        }
        reduced
    }

    /// Cuts all cells into boxes.
    fn cut(&self, order: &mut [usize], boxes_max: usize) -> Vec<std::ops::Range<usize>> {
        let mut boxes = vec![(self.spread(order), 0..order.len())];
        while boxes.len() < boxes_max {
            let widest = (0..boxes.len()).max_by(|&a, &b| boxes[a].0.amount.total_cmp(&boxes[b].0.amount));
            let Some(at) = widest.filter(|&at| boxes[at].0.amount > 0.0) else { break };
            let (spread, part) = boxes.swap_remove(at);
            let cells = &mut order[part.clone()];
            // The order among equals is kept, so that the same picture gives the same palette.
            cells.sort_by_key(|&cell| self.cells[cell].mean(spread.axis) > spread.middle);
            let cut = cells.partition_point(|&cell| self.cells[cell].mean(spread.axis) <= spread.middle);
            if cut == 0 || cut == cells.len() {
                boxes.push((Spread { amount: 0.0, ..spread }, part));
                continue;
            }
            let middle = part.start + cut;
            boxes.extend([part.start..middle, middle..part.end].map(|part| (self.spread(&order[part.clone()]), part)));
        }
        boxes.into_iter().map(|(_, part)| part).filter(|part| !part.is_empty()).collect()
    }

    /// The axis along which cells differ most.
    fn spread(&self, cells: &[usize]) -> Spread {
        let along = |axis: usize| {
            let (mut pixels, mut sum, mut squares) = (0.0, 0.0, 0.0);
            for cell in cells.iter().map(|&cell| &self.cells[cell]) {
                let (weight, mean) = (cell.pixels as f64, cell.mean(axis));
                pixels += weight;
                sum += weight * mean;
                squares += weight * mean * mean;
            }
            let middle = sum / f64::max(pixels, 1.0);
            Spread { axis, middle, amount: squares - sum * middle }
        };
        (1..4).map(along).fold(along(0), |widest, next| if next.amount > widest.amount { next } else { widest })
    }

    fn mean(&self, cells: &[usize]) -> u32 {
        let mut all = Cell::default();
        for cell in cells.iter().map(|&cell| &self.cells[cell]) {
            all.pixels += cell.pixels;
            (0..4).for_each(|channel| all.sums[channel] += cell.sums[channel]);
        }
        all.colour()
    }
}

/// How much the colours of a box differ along an axis, and their mean there.
struct Spread {
    axis: usize,
    middle: f64,
    amount: f64,
}

impl Cell {
    fn add(&mut self, colour: u32, pixels: u64) {
        let [red, green, blue, alpha] = colour.to_ne_bytes().map(u64::from);
        self.pixels += pixels;
        let premultiplied = [red * alpha, green * alpha, blue * alpha, alpha * 255];
        (0..4).for_each(|channel| self.sums[channel] += premultiplied[channel] * pixels);
    }

    fn mean(&self, axis: usize) -> f64 {
        self.sums[axis] as f64 / self.pixels as f64
    }

    /// The mean colour, not premultiplied.
    fn colour(&self) -> u32 {
        let [red, green, blue, alpha] = self.sums;
        let whole = alpha / 255;
        let channel = |sum: u64| (sum + whole / 2).checked_div(whole).unwrap_or(0).min(255) as u8;
        let alpha = (whole + self.pixels / 2).checked_div(self.pixels).unwrap_or(0) as u8;
        u32::from_ne_bytes([channel(red), channel(green), channel(blue), alpha])
    }
}
