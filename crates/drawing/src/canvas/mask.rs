//! A mask of coverage for thin lines: the greatest counts, so joints and crossings of one colour are no darker than the line.

use super::pixels::{Ink, Pixels};

/// Coverage 0 to 255 of every pixel, with the touched part of each row.
pub struct Mask {
    width: usize,
    coverage: Vec<u8>,
    spans: Vec<[usize; 2]>,
    rows: [usize; 2],
}

const UNTOUCHED: [usize; 2] = [usize::MAX, 0];

impl Mask {
    /// Nothing covered.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, coverage: vec![0; width * height], spans: vec![UNTOUCHED; height], rows: UNTOUCHED }
    }

    /// From left to right.
    pub fn width(&self) -> usize {
        self.width
    }

    /// From top to bottom.
    pub fn height(&self) -> usize {
        self.spans.len()
    }

    /// A run of a row that is about to be covered.
    #[inline]
    pub fn run(&mut self, y: usize, from: usize, to: usize) -> &mut [u8] {
        let span = &mut self.spans[y];
        *span = [span[0].min(from), span[1].max(to)];
        self.rows = [self.rows[0].min(y), self.rows[1].max(y + 1)];
        &mut self.coverage[y * self.width + from..y * self.width + to]
    }

    /// Puts ink where the mask is covered, and clears it.
    pub fn flush(&mut self, pixels: &mut Pixels, ink: Ink) {
        let [top, bottom] = std::mem::replace(&mut self.rows, UNTOUCHED);
        for y in top..bottom {
            let [from, to] = std::mem::replace(&mut self.spans[y], UNTOUCHED);
            if from < to {
                let run = &mut self.coverage[y * self.width + from..y * self.width + to];
                pixels.put_bytes(y, from, run, ink);
                run.fill(0);
            }
        }
    }
}
