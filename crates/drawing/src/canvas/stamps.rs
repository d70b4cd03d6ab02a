//! Marks drawn once and stamped many times: the coverage of a mark's inside and of its edge.

use super::accumulator::Accumulator;
use super::path::Run;
use super::pixels::{Ink, Pixels};
use super::shapes::{self, Outline};
use super::stroke::{Pen, circle, stroke};
use crate::style::{Cap, Join, Shape};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

/// What a mark looks like, but for its colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// Its shape.
    pub shape: Shape,
    /// Edge to edge, pixels.
    pub size: f64,
    /// Width of its edge, pixels; 0 for none.
    pub edge: f64,
    /// Degrees clockwise.
    pub rotation: f64,
}

/// A figure and its place within a pixel, as far as they can be told apart by eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    shape: Shape,
    size: u32,
    edge: u32,
    degrees: u32,
    place: [u32; 2],
}

/// Steps per pixel of sizes and places.
const STEPS: f64 = 4.0;
/// Steps per pixel of the widths of edges.
const EDGE_STEPS: f64 = 16.0;
/// Pixels kept in the cache.
const CACHE_PIXELS_MAX: usize = 4_000_000;

/// The coverage of a figure at a place within a pixel.
struct Stamp {
    /// From the pixel of the mark's place to the stamp's upper left.
    corner: [i64; 2],
    width: usize,
    height: usize,
    inside: Vec<u8>,
    edge: Vec<u8>,
}

/// Stamps made so far.
#[derive(Default)]
pub struct Stamps {
    made: HashMap<Key, Rc<Stamp>, BuildHasherDefault<KeyHasher>>,
    pixels: usize,
}

/// A quick hash of a few small numbers (multiplication by the golden ratio, Knuth, TAOCP 3, 6.4).
#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(u64::from(byte)));
    }
    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }
    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as u64);
    }
    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(23) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Stamps {
    /// Draws a figure at a position.
    pub fn put(&mut self, pixels: &mut Pixels, figure: Figure, at: [f64; 2], inks: [Option<Ink>; 2]) {
        let reach = figure.size + figure.edge + 2.0;
        let inside = |axis: usize, side: usize| at[axis] > -reach && at[axis] < side as f64 + reach;
        if !(inside(0, pixels.width()) && inside(1, pixels.height())) || figure.size.is_nan() || figure.size <= 0.0 {
            return;
        }
        let steps = at.map(|number| (number * STEPS).round());
        let whole = steps.map(|number| (number / STEPS).floor());
        let key = Key {
            shape: figure.shape,
            size: (figure.size * STEPS).round().max(1.0) as u32,
            edge: (figure.edge * EDGE_STEPS).round() as u32,
            degrees: figure.rotation.rem_euclid(360.0).round() as u32 % 360,
            place: [0, 1].map(|axis| (steps[axis] - whole[axis] * STEPS) as u32),
        };
        let stamp = self.stamp(key);
        stamp.put(pixels, whole.map(|number| number as i64), inks);
    }

    fn stamp(&mut self, key: Key) -> Rc<Stamp> {
        if let Some(stamp) = self.made.get(&key) {
            return Rc::clone(stamp);
        }
        let stamp = Rc::new(Stamp::of(key));
        let size = stamp.inside.len();
        if self.pixels + size > CACHE_PIXELS_MAX {
            self.made.clear();
            self.pixels = 0;
        }
        self.pixels += size;
        self.made.insert(key, Rc::clone(&stamp));
        stamp
    }
}

impl Stamp {
    fn of(key: Key) -> Self {
        let radius = f64::from(key.size) / STEPS / 2.0;
        let edge = f64::from(key.edge) / EDGE_STEPS;
        let middle = (radius * 1.3 + edge).ceil() + 1.0;
        let side = middle as usize * 2 + 1;
        let place = key.place.map(|step| middle + f64::from(step) / STEPS);
        let outline = placed(shapes::outline(key.shape), radius, f64::from(key.degrees), place);
        let mut accumulator = Accumulator::new(side, side);
        let mut inside = vec![0; side * side];
        outline.areas.iter().for_each(|ring| accumulator.ring(ring, 1.0));
        outline.circle.iter().for_each(|&radius| accumulator.ring(&circle(place, radius), 1.0));
        bytes(&mut accumulator, &mut inside, side);
        let mut edges = vec![0; side * side];
        if edge > 0.0 {
            edge_of(&outline, place, edge, &mut accumulator);
            bytes(&mut accumulator, &mut edges, side);
        }
        Self { corner: [-(middle as i64); 2], width: side, height: side, inside, edge: edges }.trimmed()
    }

    /// Without rows and columns that nothing covers.
    fn trimmed(self) -> Self {
        let covered = |x: usize, y: usize| {
            let at = y * self.width + x;
            self.inside[at] > 0 || self.edge[at] > 0
        };
        let rows = extent(self.height, |y| (0..self.width).any(|x| covered(x, y)));
        let columns = extent(self.width, |x| (0..self.height).any(|y| covered(x, y)));
        let part = |coverage: &[u8]| -> Vec<u8> {
            let row = |y: usize| &coverage[y * self.width + columns.start..y * self.width + columns.end];
            rows.clone().flat_map(|y| row(y).to_vec()).collect()
        };
        Self {
            corner: [self.corner[0] + columns.start as i64, self.corner[1] + rows.start as i64],
            width: columns.len(),
            height: rows.len(),
            inside: part(&self.inside),
            edge: part(&self.edge),
        }
    }

    fn put(&self, pixels: &mut Pixels, at: [i64; 2], inks: [Option<Ink>; 2]) {
        let [left, top] = [at[0] + self.corner[0], at[1] + self.corner[1]];
        let columns = cut(left, self.width, pixels.width());
        let start = (left + columns.start as i64) as usize;
        if columns.is_empty() {
            return;
        }
        for row in cut(top, self.height, pixels.height()) {
            let run = row * self.width + columns.start..row * self.width + columns.end;
            let y = (top + row as i64) as usize;
            if let Some(ink) = inks[0] {
                pixels.put_bytes(y, start, &self.inside[run.clone()], ink);
            }
            if let Some(ink) = inks[1] {
                pixels.put_bytes(y, start, &self.edge[run], ink);
            }
        }
    }
}

/// From the first to the last of `0..length` for which something holds.
fn extent(length: usize, holds: impl Fn(usize) -> bool) -> std::ops::Range<usize> {
    let first = (0..length).find(|&at| holds(at)).unwrap_or(0);
    let end = (0..length).rev().find(|&at| holds(at)).map_or(first, |last| last + 1);
    first..end
}

/// The part of `0..length` that lies in a picture's side when it begins at `start`.
fn cut(start: i64, length: usize, side: usize) -> std::ops::Range<usize> {
    let first = (-start).clamp(0, length as i64) as usize;
    let last = (side as i64 - start).clamp(first as i64, length as i64) as usize;
    first..last
}

fn bytes(accumulator: &mut Accumulator, coverage: &mut [u8], width: usize) {
    accumulator.sweep(|row, column, run| {
        for (pixel, share) in coverage[row * width + column..].iter_mut().zip(run) {
            *pixel = (share * 255.0 + 0.5) as u8;
        }
    });
}

/// Turned, enlarged and moved.
fn placed(mut outline: Outline, radius: f64, degrees: f64, place: [f64; 2]) -> Outline {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    for [x, y] in outline.areas.iter_mut().chain(&mut outline.lines).flatten() {
        (*x, *y) = (place[0] + radius * (*x * cosine - *y * sine), place[1] + radius * (*x * sine + *y * cosine));
    }
    outline.circle = outline.circle.map(|share| share * radius);
    outline
}

fn edge_of(outline: &Outline, place: [f64; 2], width: f64, accumulator: &mut Accumulator) {
    let pen = Pen { width, cap: Cap::Butt, join: Join::Miter };
    let run = |positions: &Vec<[f64; 2]>, closed| Run { positions: positions.clone(), start: 0.0, closed };
    outline.areas.iter().for_each(|ring| stroke(&run(ring, true), pen, accumulator));
    outline.lines.iter().for_each(|line| stroke(&run(line, false), pen, accumulator));
    if let Some(radius) = outline.circle {
        accumulator.ring(&circle(place, radius + width / 2.0), 1.0);
        if radius > width / 2.0 {
            accumulator.ring(&circle(place, radius - width / 2.0), -1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(figure: Figure, at: [f64; 2]) -> Pixels {
        let mut pixels = Pixels::clear(40, 40);
        Stamps::default().put(&mut pixels, figure, at, [Some([255; 4]), Some([0, 0, 0, 255])]);
        pixels
    }

    fn alpha(pixels: Pixels) -> Vec<u8> {
        pixels.into_picture().rgba.chunks(4).map(|pixel| pixel[3]).collect()
    }

    #[test]
    fn a_circle_has_its_diameter_and_is_centred_on_its_place() {
        let figure = Figure { shape: Shape::Circle, size: 20.0, edge: 0.0, rotation: 0.0 };
        let alpha = alpha(drawn(figure, [20.0, 20.0]));
        let row: Vec<u8> = (0..40).map(|x| alpha[19 * 40 + x]).collect();
        assert_eq!(row.iter().filter(|&&covered| covered > 127).count(), 20);
        let mirrored: Vec<u8> = row.iter().rev().copied().collect();
        assert_eq!(row, mirrored);
    }

    #[test]
    fn a_tick_turned_east_dips_south() {
        let figure = Figure { shape: Shape::Tick, size: 20.0, edge: 1.0, rotation: 90.0 };
        let alpha = alpha(drawn(figure, [20.0, 20.0]));
        let column = |x: usize, rows: std::ops::Range<usize>| rows.map(|y| u32::from(alpha[y * 40 + x])).sum::<u32>();
        assert!(column(19, 21..25) + column(20, 21..25) > 800, "the tick points down");
        assert_eq!(column(19, 14..18) + column(20, 14..18), 0, "and not up");
    }

    #[test]
    fn marks_over_the_edge_and_far_away_are_cut() {
        for shape in Shape::ALL {
            for at in [[0.0, 0.0], [40.0, 3.0], [-1e18, 1e18], [f64::NAN, 2.0], [39.9, 39.9]] {
                let figure = Figure { shape: shape.1, size: 30.0, edge: 2.0, rotation: 37.0 };
                drawn(figure, at);
            }
        }
    }
}
