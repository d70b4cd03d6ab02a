//! A legend as one picture: swatches beside words, headings above, the ramp below, in as many columns as it takes.

use super::numbers::{show, ticks};
use super::{Legend, LegendItem, Ramp};
use crate::canvas::accumulator::Accumulator;
use crate::canvas::pixels::{Ink, Pixels, ink};
use crate::style::{Colour, Mapping};
use crate::text::{Fonts, Pencil, Placed, Shaped};
use std::rc::Rc;
use terrane_model::picture::Picture;

/// All in standard pixels.
const MARGIN: f64 = 8.0;
const GAP: f64 = 8.0;
const ROW_GAP: f64 = 4.0;
const TYPE: f64 = 12.5;
const HEADING: f64 = 13.5;
const COLUMN_HEIGHT_MAX: f64 = 1_500.0;
const COLUMN_GAP: f64 = 24.0;
const RAMP: [f64; 2] = [18.0, 170.0];
const TICK: f64 = 4.0;
/// Height of capitals, ems.
const CAPITAL: f64 = 0.71;

const WORDS: Colour = Colour::rgb(0x1b_1e23);
const PAPER: Ink = [255; 4];

/// One line of the legend, with its height.
enum Block<'a> {
    Heading(Rc<Shaped>),
    Entry(&'a LegendItem, Rc<Shaped>),
    Ramp(&'a Ramp, Vec<(f64, Rc<Shaped>)>, Option<Rc<Shaped>>),
}

/// Draws the legend on white.
pub fn draw(legend: &Legend, languages: &[&str], fonts: &Fonts) -> Picture {
    let mut pencil = Pencil::new(fonts);
    let sheet = Sheet { unit: legend.scale_px };
    let blocks = blocks(legend, languages, &mut pencil);
    let columns = sheet.columns(&blocks);
    let widths: Vec<f64> =
        columns.iter().map(|column| column.iter().map(|block| sheet.width(block)).fold(0.0, f64::max)).collect();
    let gaps = COLUMN_GAP * columns.len().saturating_sub(1) as f64 * sheet.unit;
    let width = widths.iter().sum::<f64>() + gaps + 2.0 * MARGIN * sheet.unit;
    let column_height = |column: &Vec<&Block<'_>>| column.iter().map(|block| sheet.height(block)).sum::<f64>();
    let height = columns.iter().map(column_height).fold(0.0, f64::max) + 2.0 * MARGIN * sheet.unit;
    let mut pixels = Pixels::filled(width.ceil().max(1.0) as usize, height.ceil().max(1.0) as usize, PAPER);
    let mut x = MARGIN * sheet.unit;
    for (column, width) in columns.iter().zip(&widths) {
        let mut y = MARGIN * sheet.unit;
        for block in column {
            sheet.draw(block, [x, y], &mut pencil, &mut pixels);
            y += sheet.height(block);
        }
        x += width + COLUMN_GAP * sheet.unit;
    }
    pixels.into_picture()
}

fn blocks<'a>(legend: &'a Legend, languages: &[&str], pencil: &mut Pencil<'_>) -> Vec<Block<'a>> {
    let mut blocks = Vec::new();
    let mut heading = "";
    let language = languages.first().copied();
    for item in &legend.items {
        let group = item.group.get(languages);
        if group != heading {
            heading = group;
            if !group.is_empty() {
                blocks.push(Block::Heading(pencil.shape(group, language)));
            }
        }
        blocks.push(Block::Entry(item, pencil.shape(item.label.get(languages), language)));
    }
    if let Some(ramp) = &legend.ramp {
        let [low, high] = ends(ramp);
        let marks: Vec<(f64, Rc<Shaped>)> =
            ticks(low, high, 6).into_iter().map(|value| (value, pencil.shape(&show(value), None))).collect();
        let unit = ramp.unit.as_deref().map(|unit| pencil.shape(unit, None));
        let title = ramp.title.get(languages);
        if !title.is_empty() {
            blocks.push(Block::Heading(pencil.shape(title, language)));
        }
        blocks.push(Block::Ramp(ramp, marks, unit));
    }
    blocks
}

/// Measures and draws blocks; `unit` is a standard pixel in device pixels.
struct Sheet {
    unit: f64,
}

impl Sheet {
    /// Blocks in columns of about equal height. A heading never ends a column.
    fn columns<'b>(&self, blocks: &'b [Block<'b>]) -> Vec<Vec<&'b Block<'b>>> {
        let total: f64 = blocks.iter().map(|block| self.height(block)).sum();
        let count = (total / (COLUMN_HEIGHT_MAX * self.unit)).ceil().max(1.0);
        let target = total / count;
        let mut columns: Vec<Vec<&Block<'_>>> = vec![Vec::new()];
        let mut filled = 0.0;
        for (at, block) in blocks.iter().enumerate() {
            let after_heading = at > 0 && matches!(blocks[at - 1], Block::Heading(_));
            if filled >= target && !after_heading && (columns.len() as f64) < count {
                columns.push(Vec::new());
                filled = 0.0;
            }
            filled += self.height(block);
            if let Some(column) = columns.last_mut() {
                column.push(block);
            }
        }
        columns
    }

    fn height(&self, block: &Block<'_>) -> f64 {
        match block {
            Block::Heading(_) => (HEADING + 2.5 * ROW_GAP) * self.unit,
            Block::Entry(item, _) => {
                f64::from(item.swatch.height_px).max(TYPE * 1.35 * self.unit) + ROW_GAP * self.unit
            }
            Block::Ramp(_, _, unit) => {
                let above = if unit.is_some() { TYPE * 1.5 } else { 0.0 };
                (RAMP[1] + above + TYPE) * self.unit
            }
        }
    }

    fn width(&self, block: &Block<'_>) -> f64 {
        let size = TYPE * self.unit;
        match block {
            Block::Heading(words) => words.width * HEADING * self.unit,
            Block::Entry(item, words) => f64::from(item.swatch.width_px) + GAP * self.unit + words.width * size,
            Block::Ramp(_, marks, unit) => {
                let widest = marks.iter().map(|(_, words)| words.width).fold(0.0, f64::max);
                let beside = (RAMP[0] + GAP + 4.0) * self.unit + widest * size;
                unit.as_ref().map_or(0.0, |unit| unit.width * size).max(beside)
            }
        }
    }

    fn draw(&self, block: &Block<'_>, at: [f64; 2], pencil: &mut Pencil<'_>, pixels: &mut Pixels) {
        let words_ink = ink(WORDS, 1.0);
        let [x, y] = at;
        match block {
            Block::Heading(words) => {
                let baseline = y + (1.5 * ROW_GAP + HEADING * 0.9) * self.unit;
                pencil.write(pixels, Placed { text: words, size: HEADING * self.unit, at: [x, baseline] }, words_ink);
            }
            Block::Entry(item, words) => {
                let height = self.height(block) - ROW_GAP * self.unit;
                let top = y + (height - f64::from(item.swatch.height_px)) / 2.0;
                put_picture(pixels, &item.swatch, [x.round() as usize, top.round() as usize]);
                let size = TYPE * self.unit;
                let start = x + f64::from(item.swatch.width_px) + GAP * self.unit;
                pencil.write(
                    pixels,
                    Placed { text: words, size, at: [start, y + (height + CAPITAL * size) / 2.0] },
                    words_ink,
                );
            }
            Block::Ramp(ramp, marks, unit) => {
                let mut top = y + TYPE * 0.5 * self.unit;
                if let Some(unit) = unit {
                    pencil.write(
                        pixels,
                        Placed { text: unit, size: TYPE * self.unit, at: [x, y + TYPE * self.unit] },
                        words_ink,
                    );
                    top += TYPE * 1.5 * self.unit;
                }
                self.ramp(ramp, [x, top], pixels);
                self.marks(self.beside(ramp, marks, [x, top]), pencil, pixels);
            }
        }
    }

    /// The bar, high values at the top.
    fn ramp(&self, ramp: &Ramp, [x, top]: [f64; 2], pixels: &mut Pixels) {
        let (width, height) = (RAMP[0] * self.unit, RAMP[1] * self.unit);
        let [low, high] = ends(ramp);
        let stops = ramp.stops.iter().map(|(value, colour)| (*value, Colour(*colour))).collect();
        let mapping = Mapping::Interpolate { stops, curve: crate::style::Curve::Linear };
        let rows = height.round() as usize;
        let run = vec![255_u8; width.round() as usize];
        for row in 0..rows {
            let value = high - (high - low) * (row as f64 + 0.5) / rows as f64;
            if let Some(colour) = mapping.of_number(value) {
                pixels.put_bytes(top.round() as usize + row, x.round() as usize, &run, ink(colour, 1.0));
            }
        }
    }

    /// The marks of a ramp that lie on it, with the places of their ticks.
    fn beside<'m>(
        &self,
        ramp: &Ramp,
        marks: &'m [(f64, Rc<Shaped>)],
        [x, top]: [f64; 2],
    ) -> impl Iterator<Item = ([f64; 2], &'m Shaped)> {
        let [low, high] = ends(ramp);
        let (left, top, height) = (x.round() + RAMP[0] * self.unit, top.round(), RAMP[1] * self.unit);
        let share = move |value: f64| if high > low { (high - value) / (high - low) } else { 0.5 };
        let inside = marks.iter().filter(move |(value, _)| *value >= low && *value <= high);
        inside.map(move |(value, words)| ([left, top + (share(*value) * height).round()], words.as_ref()))
    }

    fn marks<'m>(
        &self,
        marks: impl Iterator<Item = ([f64; 2], &'m Shaped)>,
        pencil: &mut Pencil<'_>,
        pixels: &mut Pixels,
    ) {
        let size = TYPE * self.unit;
        let mut accumulator = Accumulator::new(pixels.width(), pixels.height());
        for ([left, y], words) in marks {
            let (right, below) = (left + TICK * self.unit, y + self.unit.round().max(1.0));
            accumulator.ring(&[[left, y], [right, y], [right, below], [left, below]], 1.0);
            let baseline = y + CAPITAL * size / 2.0;
            pencil.write(
                pixels,
                Placed { text: words, size, at: [right + TICK * self.unit, baseline] },
                ink(WORDS, 1.0),
            );
        }
        accumulator.sweep(|y, x, run| pixels.put_run(y, x, run, ink(WORDS, 1.0)));
    }
}

fn ends(ramp: &Ramp) -> [f64; 2] {
    [ramp.stops.first(), ramp.stops.last()].map(|stop| stop.map_or(0.0, |(value, _)| *value))
}

fn put_picture(pixels: &mut Pixels, picture: &Picture, [left, top]: [usize; 2]) {
    let rows = (picture.height_px as usize).min(pixels.height().saturating_sub(top));
    let columns = (picture.width_px as usize).min(pixels.width().saturating_sub(left));
    for y in 0..rows {
        for x in 0..columns {
            let colour = Colour(picture.pixel(x as u32, y as u32));
            pixels.put_bytes(top + y, left + x, &[255], ink(colour, 1.0));
        }
    }
}
