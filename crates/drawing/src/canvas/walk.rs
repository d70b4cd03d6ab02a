//! Walks edges down the rows of a picture and hands out what of each pixel lies to their right. Keeps nothing.
//!
//! Every number follows from the whole edge and the whole picture, never from the rows that are looked at: a picture that is drawn
//! in bands is the picture that is drawn at once, bit by bit.

use std::ops::Range;

/// Some rows of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Pixels from left to right.
    pub width: usize,
    /// Pixels from top to bottom of the whole picture.
    pub height: usize,
    /// The rows that are drawn.
    pub rows: Range<usize>,
}

/// An edge that goes down, with what it weighs.
#[derive(Clone, Copy)]
struct Edge {
    from: [f64; 2],
    to: [f64; 2],
    slope: f64,
    weight: f32,
}

impl Edge {
    #[inline(always)]
    fn new(from: [f64; 2], to: [f64; 2], weight: f32) -> Self {
        Self { from, to, slope: (to[0] - from[0]) / (to[1] - from[1]), weight }
    }

    /// Where it is at a height.
    #[inline(always)]
    fn at(&self, y: f64) -> f64 {
        self.from[0] + (y - self.from[1]) * self.slope
    }
}

impl Field {
    /// All rows of a picture.
    pub fn whole(width: usize, height: usize) -> Self {
        Self { width, height, rows: 0..height }
    }

    /// Hands to `add` what an edge leaves in each pixel that it passes: row, column, the signed area to its right within the
    /// pixel, and the rest of its height, which all pixels farther right have. What is right of the picture has no effect; what
    /// is left of it counts at its left side. Edges with positions that are not finite are passed over.
    #[inline(always)]
    pub fn edge(&self, from: [f64; 2], to: [f64; 2], weight: f32, add: &mut impl FnMut(usize, usize, f32, f32)) {
        let (upper, lower, weight) = if from[1] <= to[1] { (from, to, weight) } else { (to, from, -weight) };
        let right = self.width as f64;
        let (top, bottom) = (self.rows.start as f64, self.rows.end as f64);
        let beside = |x: f64| x >= 0.0 && x <= right;
        if upper[1] >= top && lower[1] <= bottom && beside(upper[0]) && beside(lower[0]) {
            downward(upper, lower, weight, add);
        } else if lower[1] > top && upper[1] < bottom {
            self.cut(upper, lower, weight, add);
        }
    }

    /// Whether a box (left, top, right, bottom) lies within, so that its edges need not be cut.
    pub fn holds(&self, [left, top, right, bottom]: [f64; 4]) -> bool {
        let (first, end) = (self.rows.start as f64, self.rows.end as f64);
        left >= 0.0 && top >= first && right <= self.width as f64 && bottom <= end
    }

    /// What of an edge lies in the picture or left of it, as up to three parts between its crossings of the sides.
    #[inline(never)]
    fn cut(&self, from: [f64; 2], to: [f64; 2], weight: f32, add: &mut impl FnMut(usize, usize, f32, f32)) {
        let edge = Edge::new(from, to, weight);
        let (y0, y1) = (from[1].max(0.0), to[1].min(self.height as f64));
        if !edge.slope.is_finite() || y0 >= y1 || !edge.at(y0).is_finite() || !edge.at(y1).is_finite() {
            return;
        }
        let right = self.width as f64;
        let mut cuts = [y0, from[1] + (0.0 - from[0]) / edge.slope, from[1] + (right - from[0]) / edge.slope, y1];
        cuts = cuts.map(|y| if y.is_nan() { y0 } else { y.clamp(y0, y1) });
        cuts.sort_by(f64::total_cmp);
        for part in cuts.windows(2).filter(|part| part[0] < part[1]) {
            let middle = edge.at((part[0] + part[1]) / 2.0);
            if middle <= 0.0 {
                self.walk(&Edge::new([0.0, part[0]], [0.0, part[1]], weight), [part[0], part[1]], add);
            } else if middle < right {
                self.walk(&edge, [part[0], part[1]], add);
            }
        }
    }

    /// Walks down a part of an edge, row by row.
    fn walk(&self, edge: &Edge, part: [f64; 2], add: &mut impl FnMut(usize, usize, f32, f32)) {
        let [mut y, end] = [part[0].max(self.rows.start as f64), part[1].min(self.rows.end as f64)];
        let side = |x: f64| x.clamp(0.0, self.width as f64);
        let mut x = side(if y == edge.from[1] { edge.from[0] } else { edge.at(y) });
        let mut row = y as i32;
        while y < end {
            let below = end.min(f64::from(row + 1));
            let next = side(if below == edge.to[1] { edge.to[0] } else { edge.at(below) });
            pass(row, [x, next], (below - y) as f32 * edge.weight, add);
            (x, y, row) = (next, below, row + 1);
        }
    }
}

/// Calls with each edge of a closed run of positions, whether or not its last position repeats the first.
#[inline(always)]
pub fn each_edge(positions: &[[f64; 2]], mut call: impl FnMut([f64; 2], [f64; 2])) {
    let Some(&last) = positions.last() else { return };
    let mut from = last;
    for &to in positions {
        call(from, to);
        from = to;
    }
}

/// The same as [`Field::edge`] for an edge that lies within the field: see [`Field::holds`].
#[inline(always)]
pub fn inner_edge(from: [f64; 2], to: [f64; 2], weight: f32, add: &mut impl FnMut(usize, usize, f32, f32)) {
    let is_down = from[1] <= to[1];
    let (upper, lower) = if is_down { (from, to) } else { (to, from) };
    downward(upper, lower, if is_down { weight } else { -weight }, add);
}

/// An edge that goes down within the field, row by row.
#[inline(always)]
fn downward(from: [f64; 2], to: [f64; 2], weight: f32, add: &mut impl FnMut(usize, usize, f32, f32)) {
    let mut row = from[1] as i32;
    let mut below = f64::from(row + 1);
    let [mut x, mut y] = from;
    if to[1] > below {
        let edge = Edge::new(from, to, weight);
        while below < to[1] {
            let next = edge.at(below);
            pass(row, [x, next], (below - y) as f32 * weight, add);
            (x, y, row) = (next, below, row + 1);
            below += 1.0;
        }
    }
    if to[1] > y {
        pass(row, [x, to[0]], (to[1] - y) as f32 * weight, add);
    }
}

/// One row's part of an edge, between two places, of a signed height.
#[inline(always)]
fn pass(row: i32, [x, next]: [f64; 2], height: f32, add: &mut impl FnMut(usize, usize, f32, f32)) {
    let (left, right) = if x < next { (x, next) } else { (next, x) };
    let column = left as i32;
    let begin = f64::from(column);
    let (from, to) = ((left - begin) as f32, (right - begin) as f32);
    if to <= 1.0 {
        let share = (from + to) * 0.5 * height;
        add(row as usize, column as usize, height - share, share);
        return;
    }
    let per_column = height / (to - from);
    let (mut at, mut left, mut column) = (from, to, column as usize);
    while left > 0.0 {
        let end = if left < 1.0 { left } else { 1.0 };
        let part = per_column * (end - at);
        let share = (at + end) * 0.5 * part;
        add(row as usize, column, part - share, share);
        (at, left, column) = (0.0, left - 1.0, column + 1);
    }
}
