//! Areas of a tessellation, added up as colours along their borders, without ever being filled one by one.
//!
//! What an accumulator does with coverage is done with coverage times colour: the running sum of a row is the mix of the colours
//! in each pixel, in proportion to what they cover. A border adds what its two areas differ by; the inside of areas costs
//! nothing. Where neighbours meet, shares sum to one and no ground shows through. Where areas overlap they sum to more: such
//! pixels are told, since a sum does not know which area is on top.

use super::pixels::{Ink, Strip};
use super::walk::{Field, each_edge, inner_edge};
use std::ops::Range;

/// Colours being added up, of some rows of a picture.
pub struct Mosaic {
    field: Field,
    /// Red, green, blue and alpha, premultiplied, 0 to 255, times the area.
    cells: Vec<[f32; 4]>,
    alpha: u8,
}

/// Shares that sum to this are a whole pixel: borders that were simplified need not fit to the last digit.
const NEARLY_WHOLE: f32 = 252.0 / 256.0;
/// More than this is an overlap, or an area that is turned inside out. Less is not seen.
const SURPLUS: f32 = 1.0 / 16.0;

/// Pixels in which areas overlap.
#[derive(Debug, Default)]
pub struct Crowded {
    /// In each row that has some, counted from the first row of the field: the columns.
    pub rows: Vec<(usize, Vec<usize>)>,
}

impl Crowded {
    /// Whether a box (left, top, right, bottom) may have part in one of them; `first` is the first row of the field.
    pub fn meets(&self, [left, top, right, bottom]: [f64; 4], first: usize) -> bool {
        let within = |low: f64, high: f64, cell: usize| low < (cell + 1) as f64 && high > cell as f64;
        self.rows.iter().filter(|(row, _)| within(top, bottom, row + first)).any(|(_, columns)| {
            let at = columns.partition_point(|&column| (column + 1) as f64 <= left);
            columns.get(at).is_some_and(|&column| within(left, right, column))
        })
    }
}

/// What a sum means for a pixel.
#[derive(Clone, Copy)]
enum Mix {
    Nothing,
    Whole(Ink),
    Part(Ink),
    Crowd,
}

impl Mosaic {
    /// Nothing added yet. All colours will have this alpha.
    pub fn new(field: Field, alpha: u8) -> Self {
        let cells = vec![[0.0; 4]; (field.width + 2) * field.rows.len()];
        Self { field, cells, alpha }
    }

    /// Turns to other rows of the same picture, as many or fewer. Nothing may be gathered.
    pub fn turn_to(&mut self, rows: Range<usize>) {
        self.field.rows = rows;
    }

    /// Adds a closed ring that is turned from y toward x, or the reverse with a negative weight. `inside` says that it lies within
    /// the field.
    #[inline]
    pub fn ring(&mut self, positions: &[[f64; 2]], ink: [f32; 4], weight: f32, inside: bool) {
        let (stride, top, field) = (self.field.width + 2, self.field.rows.start, &self.field);
        let cells = self.cells.as_mut_slice();
        let mut put = move |row: usize, column: usize, here: f32, rest: f32| {
            let start = (row - top) * stride + column;
            if let Some([cell, next]) = cells.get_mut(start..start + 2) {
                *cell = add(*cell, ink, here);
                *next = add(*next, ink, rest);
            }
        };
        // Two loops: what is handed to a function that is not inlined cannot stay in registers.
        if inside {
            each_edge(positions, |from, to| inner_edge(from, to, weight, &mut put));
        } else {
            each_edge(positions, |from, to| field.edge(from, to, weight, &mut put));
        }
    }

    /// Puts what was added on a strip of the same rows, but for pixels in which areas overlap, and forgets it.
    pub fn put_on(&mut self, strip: &mut Strip<'_>) -> Crowded {
        let mut crowded = Crowded::default();
        let stride = self.field.width + 2;
        for (at, row) in self.field.rows.clone().enumerate() {
            let cells = &mut self.cells[at * stride..][..stride];
            let columns = put_row(cells, f32::from(self.alpha), strip.row(row));
            if !columns.is_empty() {
                crowded.rows.push((at, columns));
            }
        }
        crowded
    }
}

/// A cell and so much of an ink: four channels at once.
#[inline(always)]
fn add(cell: [f32; 4], ink: [f32; 4], by: f32) -> [f32; 4] {
    [cell[0] + ink[0] * by, cell[1] + ink[1] * by, cell[2] + ink[2] * by, cell[3] + ink[3] * by]
}

/// One row; returns the columns that are left to somebody else.
fn put_row(cells: &mut [[f32; 4]], alpha: f32, pixels: &mut [Ink]) -> Vec<usize> {
    let (mut sum, mut mix, mut crowd) = ([0.0_f32; 4], Mix::Nothing, Vec::new());
    for (column, (pixel, cell)) in pixels.iter_mut().zip(cells.iter_mut()).enumerate() {
        if *cell != [0.0; 4] {
            sum = add(sum, *cell, 1.0);
            *cell = [0.0; 4];
            mix = mix_of(sum, alpha);
        }
        match mix {
            Mix::Nothing => {}
            Mix::Whole(ink) => *pixel = ink,
            Mix::Part(ink) => super::pixels::put(pixel, ink),
            Mix::Crowd => crowd.push(column),
        }
    }
    cells[pixels.len()..].fill([0.0; 4]);
    crowd
}

#[inline(always)]
fn mix_of(sum: [f32; 4], alpha: f32) -> Mix {
    let covered = sum[3] / alpha;
    if (NEARLY_WHOLE..=1.0 + SURPLUS).contains(&covered) {
        let ink = bytes(sum, 1.0 / covered);
        if alpha == 255.0 { Mix::Whole(ink) } else { Mix::Part(ink) }
    } else if covered.abs() < 1.0 / 512.0 {
        Mix::Nothing
    } else if covered > 0.0 && covered < NEARLY_WHOLE {
        Mix::Part(bytes(sum, 1.0))
    } else {
        Mix::Crowd
    }
}

/// Four numbers of 0 to 255, each times another, rounded.
#[inline(always)]
fn bytes(sum: [f32; 4], by: f32) -> Ink {
    // So large a number has no bits for fractions: adding it rounds, and its lowest byte is the whole number.
    const ROUNDING: f32 = 8_388_608.0;
    let byte = |channel: f32| {
        let product = channel * by;
        ((if product > 0.0 { product } else { 0.0 }) + ROUNDING).to_bits() as u8
    };
    [byte(sum[0]), byte(sum[1]), byte(sum[2]), byte(sum[3])]
}
