//! Thin borders of a tessellation: each edge once, though two areas have it, as the area of a strip.
//!
//! Strips are added up, so that what many of them cover in a pixel too small to tell them apart is about what they truly cover. That
//! is only right while none is drawn twice: an edge is known by its two ends, whichever way it is walked.

use super::clip::{Frame, along};
use super::pixels::{Ink, Strip};
use super::walk::Field;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

/// Borders up to this width, pixels, are drawn so: wider ones need corners.
pub const WIDTH_MAX_PX: f64 = 1.0;
/// Strips are cut into pieces that step no farther than this along either axis, pixels: a piece then meets at most two columns and
/// two rows, since half of it and half of the greatest width are no more than half a pixel on either side.
const STEP_MAX: f32 = 0.6;
/// Segments from this length on are cut before they are taken to pieces, pixels.
const FAR_PX: f64 = 100_000.0;
/// Pixels kept around the picture, so that pieces on its edge need no care.
const MARGIN: usize = 2;

/// Borders being gathered, of some rows of a picture.
pub struct Borders {
    field: Field,
    /// What is covered of each pixel, as a sum that may go beyond 1; with a margin left and right.
    cells: Vec<f32>,
    seen: Edges,
    half_width: f64,
    /// Edges of a ring that were not drawn yet.
    fresh: Vec<[[f64; 2]; 2]>,
}

impl Borders {
    /// Nothing gathered, for lines of a width in pixels.
    pub fn new(field: Field, width_px: f64) -> Self {
        let cells = vec![0.0; (field.width + 2 * MARGIN) * field.rows.len()];
        let seen = Edges::new(&field);
        Self { field, cells, seen, half_width: width_px.min(WIDTH_MAX_PX) / 2.0, fresh: Vec::new() }
    }

    /// Turns to other rows of the same picture, as many or fewer. Nothing may be gathered.
    pub fn turn_to(&mut self, rows: Range<usize>) {
        self.field.rows = rows;
    }

    /// Adds the edges of a closed ring that were not added yet.
    #[inline]
    pub fn ring(&mut self, positions: &[[f64; 2]]) {
        let Some(&last) = positions.last() else { return };
        let reach = self.half_width;
        let (top, bottom) = (self.field.rows.start as f64 - reach, self.field.rows.end as f64 + reach);
        let (mut from, mut from_hash) = (last, hash(last));
        self.fresh.clear();
        for &to in positions {
            let to_hash = hash(to);
            let meets = !(from[1] < top && to[1] < top || from[1] > bottom && to[1] > bottom);
            if meets && from != to && self.seen.insert(from_hash.wrapping_add(to_hash), from, to) {
                self.fresh.push([from, to]);
            }
            (from, from_hash) = (to, to_hash);
        }
        for at in 0..self.fresh.len() {
            let [from, to] = self.fresh[at];
            self.segment(from, to);
        }
    }

    /// Adds a segment; of one that is very long, or not finite, what the picture shows.
    #[inline(always)]
    fn segment(&mut self, from: [f64; 2], to: [f64; 2]) {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        if dx.abs() < FAR_PX && dy.abs() < FAR_PX {
            self.strip(from, to);
        } else {
            self.far_segment(from, to);
        }
    }

    #[inline(never)]
    fn far_segment(&mut self, from: [f64; 2], to: [f64; 2]) {
        let frame = Frame::of(self.field.width, self.field.height, 2.0);
        let Some([enter, leave]) = frame.cut(from, to) else { return };
        // Of ends without measure, what is cut off is lost in the rounding.
        let held = |[x, y]: [f64; 2]| [x.clamp(frame.min[0], frame.max[0]), y.clamp(frame.min[1], frame.max[1])];
        self.strip(held(along(from, to, enter)), held(along(from, to, leave)));
    }

    #[inline(always)]
    fn strip(&mut self, from: [f64; 2], to: [f64; 2]) {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let (across, down) = ((dx as f32).abs(), (dy as f32).abs());
        let length = (across * across + down * down).sqrt();
        if length <= 0.0 {
            return;
        }
        let longer = if across > down { across } else { down };
        let pieces = (longer * (1.0 / STEP_MAX)) as i32 + 1;
        let share = 1.0 / pieces as f32;
        let half_width = self.half_width as f32;
        let lean = half_width / length;
        let reach = [0.5 * share * across + down * lean, 0.5 * share * down + across * lean];
        // One division for two.
        let half = 0.5 / (reach[0] * reach[1]);
        let dab = Dab {
            reach: reach.map(f64::from),
            per_reach: [half * reach[1], half * reach[0]],
            area: length * half_width * 2.0 * share,
        };
        let share = 1.0 / f64::from(pieces);
        let step = [dx * share, dy * share];
        for piece in self.within(from, to, pieces) {
            let at = f64::from(piece) + 0.5;
            self.dab([from[0] + step[0] * at, from[1] + step[1] * at], &dab);
        }
    }

    /// The pieces of a segment that can meet the picture: all but of the few that reach beyond it.
    #[inline(always)]
    fn within(&self, from: [f64; 2], to: [f64; 2], pieces: i32) -> Range<i32> {
        let (right, bottom) = (self.field.width as f64 + 1.0, self.field.height as f64 + 1.0);
        let holds = |[x, y]: [f64; 2]| x > -1.0 && y > -1.0 && x < right && y < bottom;
        if holds(from) && holds(to) { 0..pieces } else { self.cut(from, to, pieces) }
    }

    #[inline(never)]
    fn cut(&self, from: [f64; 2], to: [f64; 2], pieces: i32) -> Range<i32> {
        let count = f64::from(pieces);
        match Frame::of(self.field.width, self.field.height, 1.0).cut(from, to) {
            Some([enter, leave]) => (enter * count) as i32..(leave * count + 1.0).min(count) as i32,
            None => 0..0,
        }
    }

    /// A piece of a strip: its area spread evenly over its box.
    #[inline(always)]
    fn dab(&mut self, middle: [f64; 2], dab: &Dab) {
        // Moved by the margin, so that what is a little outside is not below zero.
        let low = [middle[0] - dab.reach[0] + MARGIN as f64, middle[1] - dab.reach[1] + MARGIN as f64];
        let (column, row) = (low[0] as i32, low[1] as i32);
        let beyond = |axis: usize, cell: i32| {
            let over = (low[axis] + 2.0 * dab.reach[axis] - f64::from(cell + 1)) as f32 * dab.per_reach[axis];
            if over > 0.0 { over } else { 0.0 }
        };
        let (right, below) = (beyond(0, column), beyond(1, row));
        let lower = dab.area * below;
        self.put(row, column, dab.area - lower, right);
        self.put(row + 1, column, lower, right);
    }

    /// Adds an area to a pixel, and the share `right` of it to the next one instead; both count from the margin.
    #[inline(always)]
    fn put(&mut self, row: i32, column: i32, area: f32, right: f32) {
        let row = (row as usize).wrapping_sub(MARGIN + self.field.rows.start);
        if row >= self.field.rows.len() {
            return;
        }
        let start = row * (self.field.width + 2 * MARGIN) + column as usize;
        let next = area * right;
        if let Some([here, there]) = self.cells.get_mut(start..start + 2) {
            *here += area - next;
            *there += next;
        }
    }

    /// Puts ink where borders are, on a strip of the same rows, and forgets them.
    pub fn put_on(&mut self, strip: &mut Strip<'_>, ink: Ink) {
        let stride = self.field.width + 2 * MARGIN;
        let lone = self.half_width as f32 * 2.0;
        for (at, row) in self.field.rows.clone().enumerate() {
            let cells = &mut self.cells[at * stride..][..stride];
            let within = &mut cells[MARGIN..stride - MARGIN];
            within.iter_mut().filter(|sum| **sum > lone).for_each(|sum| *sum = covered(*sum, lone));
            strip.put_run(row, 0, within, ink);
            cells.fill(0.0);
        }
        self.seen.clear();
    }
}

/// What strips cover whose areas sum to more than that of one alone across a pixel: where they meet, they lie over each other. Strips
/// that lie at random would leave e^-s uncovered (s what they sum to, in pixels); this is near it, and cheaper.
fn covered(sum: f32, lone: f32) -> f32 {
    let rest = 1.0 - lone;
    if rest <= 0.0 {
        return sum.min(1.0);
    }
    let left = 1.0 / (1.0 + (sum - lone) / (4.0 * rest));
    1.0 - rest * left * left * left * left
}

/// What all pieces of a strip have in common.
struct Dab {
    /// Half of the box, pixels.
    reach: [f64; 2],
    /// One through the whole of the box.
    per_reach: [f32; 2],
    area: f32,
}

/// A well mixed number of a position (multiplications by odd numbers without pattern, folded; as in SplitMix64, Steele et al. 2014).
#[inline]
fn hash([x, y]: [f64; 2]) -> u64 {
    let fold = |number: u64| number ^ (number >> 32);
    let mixed = fold(x.to_bits().wrapping_mul(0xbf58_476d_1ce4_e5b9)).wrapping_add(y.to_bits());
    fold(mixed.wrapping_mul(0x94d0_49bb_1331_11eb))
}

/// Edges that were drawn, by the sum of the hashes of their ends. Of a million edges, two are taken for one once in 10⁷ pictures.
///
/// Each pixel has some slots of its own: what is drawn together stays near the processor. What finds none goes to a set.
struct Edges {
    /// A power of two of slots; 0 is free.
    slots: Vec<u64>,
    used: Vec<u32>,
    width: usize,
    others: HashSet<u64, BuildHasherDefault<Mixed>>,
}

/// Takes a number that is well mixed for its hash.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(u64::from(byte)));
    }
    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Slots of each pixel, a power of two.
const SLOTS_PER_PIXEL: usize = 4;
/// Slots that are looked at for an edge.
const PROBES_MAX: usize = 8;

impl Edges {
    fn new(field: &Field) -> Self {
        let slots = (field.width * field.rows.len() * SLOTS_PER_PIXEL).next_power_of_two();
        Self { slots: vec![0; slots], used: Vec::new(), width: field.width, others: HashSet::default() }
    }

    /// Remembers an edge; false when it was known.
    #[inline]
    fn insert(&mut self, edge: u64, from: [f64; 2], to: [f64; 2]) -> bool {
        let edge = edge.max(1);
        let mask = self.slots.len() - 1;
        let pixel = |axis: usize| ((from[axis] + to[axis]) * 0.5) as i32 as usize;
        let own = pixel(1).wrapping_mul(self.width).wrapping_add(pixel(0)).wrapping_mul(SLOTS_PER_PIXEL);
        let home = own.wrapping_add((edge >> 32) as usize % SLOTS_PER_PIXEL);
        for step in 0..PROBES_MAX {
            let at = home.wrapping_add(step) & mask;
            let slot = &mut self.slots[at];
            if *slot == edge {
                return false;
            }
            if *slot == 0 {
                *slot = edge;
                self.used.push(at as u32);
                return true;
            }
        }
        self.others.insert(edge)
    }

    fn clear(&mut self) {
        self.others.clear();
        self.used.drain(..).for_each(|at| self.slots[at as usize] = 0);
    }
}
