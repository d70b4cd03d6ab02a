//! A part of the ground with the areas that lie in it, cut to it.

use super::coverage::CELLS_MAX;
use super::repair::{Plane, area_of, double_area};
use super::sweep::{self, Meeting, Rings, Scratch, Work, bbox_of, boxes_meet};
use i_overlay::core::overlay_rule::OverlayRule;
use terrane_model::limits::{
    CHECK_STEPS_LEAST, CHECK_STEPS_PER_POSITION, COVERAGE_CROSSINGS_MAX, COVERAGE_PAIR_POSITIONS_MAX,
    COVERAGE_PAIRS_MAX,
};

/// The areas of one row: rings closed, outer ones counter-clockwise, holes clockwise.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The row, counted from 1.
    pub row: u64,
    /// All positions.
    pub xy: Vec<[f64; 2]>,
    /// Where rings end.
    ends: Vec<u32>,
    /// Their box.
    pub bbox: [f64; 4],
}

impl Piece {
    /// Without any ring yet.
    pub fn new(row: u64) -> Self {
        Self { row, xy: Vec::new(), ends: Vec::new(), bbox: bbox_of(&[]) }
    }

    /// Adds a ring in the direction it should have.
    pub fn push(&mut self, ring: &[[f64; 2]], is_outer: bool) {
        let start = self.xy.len();
        if (double_area(ring) > 0.0) == is_outer {
            self.xy.extend_from_slice(ring);
        } else {
            self.xy.extend(ring.iter().rev());
        }
        if let (Some(first), Some(last)) = (self.xy.get(start).copied(), self.xy.last().copied())
            && first != last
        {
            self.xy.push(first);
        }
        self.ends.push(self.xy.len() as u32);
        let bbox = bbox_of(ring);
        let [a, b] = [self.bbox, bbox];
        self.bbox = [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])];
    }

    /// Its rings.
    pub fn rings(&self) -> impl Iterator<Item = &[[f64; 2]]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.xy[start as usize..*end as usize])
    }

    /// Their area.
    fn area(&self) -> f64 {
        self.rings().map(double_area).sum::<f64>() / 2.0
    }

    /// The longer side of its box.
    pub fn side(&self) -> f64 {
        (self.bbox[2] - self.bbox[0]).max(self.bbox[3] - self.bbox[1])
    }

    /// The cells of a grid that its box meets; `None` when they are too many.
    pub fn cells(&self, side: f64) -> Option<impl Iterator<Item = [i64; 2]> + use<>> {
        let [min_x, min_y, max_x, max_y] = self.bbox.map(|number| (number / side).floor());
        let count = (max_x - min_x + 1.0) * (max_y - min_y + 1.0);
        let few = count.is_finite() && count <= CELLS_MAX as f64 && min_x.abs().max(min_y.abs()) < 1e15;
        few.then(|| (min_x as i64..=max_x as i64).flat_map(move |x| (min_y as i64..=max_y as i64).map(move |y| [x, y])))
    }
}

/// A part of the ground.
pub struct Window<'a> {
    /// Its box; absent for all there is.
    pub bbox: Option<[f64; 4]>,
    /// What lies in it.
    pub pieces: Vec<&'a Piece>,
}

/// Rings of many areas.
#[derive(Debug, Default)]
pub struct RingList(Rings);

impl<'a> Window<'a> {
    /// All there is.
    pub fn whole(pieces: Vec<&'a Piece>) -> Self {
        Self { bbox: None, pieces }
    }

    /// The rings cut to the window. A cut ring may run along the edge of the window and back, which encloses nothing.
    pub fn rings(&self) -> RingList {
        let mut list = RingList::default();
        let mut cut = Cut::default();
        for (place, piece) in self.pieces.iter().enumerate() {
            for ring in piece.rings() {
                match &self.bbox {
                    Some(bbox) if !is_within(&bbox_of(ring), bbox) => {
                        let cut = cut.ring(ring, bbox);
                        if cut.len() > 2 {
                            list.0.push(place as u32, cut);
                        }
                    }
                    _ => {
                        list.0.push(place as u32, ring);
                    }
                }
            }
        }
        list
    }
}

impl RingList {
    /// Each ring.
    pub fn iter(&self) -> impl Iterator<Item = &[[f64; 2]]> {
        self.0.spans.iter().map(|span| &self.0.xy[span.range.clone()])
    }

    /// All positions.
    pub fn as_flattened_positions(&self) -> &[[f64; 2]] {
        &self.0.xy
    }

    /// Whether rings cross so seldom that combining them is bounded work.
    pub fn can_be_combined(&self) -> bool {
        let mut work = Work(CHECK_STEPS_LEAST + CHECK_STEPS_PER_POSITION * self.0.xy.len() as u64);
        let mut crossings = 0;
        let done = sweep::meetings(&self.0, &mut Scratch::default(), &mut work, |_, _, meeting| {
            crossings += u64::from(meeting == Meeting::Cross);
        });
        done && crossings <= COVERAGE_CROSSINGS_MAX
    }
}

fn is_within(inner: &[f64; 4], outer: &[f64; 4]) -> bool {
    outer[0] <= inner[0] && outer[1] <= inner[1] && inner[2] <= outer[2] && inner[3] <= outer[3]
}

/// Cuts rings to a box, one edge of it after the other (Sutherland and Hodgman 1974).
#[derive(Default)]
struct Cut {
    now: Vec<[f64; 2]>,
    next: Vec<[f64; 2]>,
}

impl Cut {
    fn ring(&mut self, ring: &[[f64; 2]], bbox: &[f64; 4]) -> &[[f64; 2]] {
        self.now.clear();
        self.now.extend_from_slice(ring);
        for (edge, limit) in bbox.iter().enumerate() {
            let axis = edge % 2;
            let is_inside = |position: [f64; 2]| {
                if edge < 2 { position[axis] >= *limit } else { position[axis] <= *limit }
            };
            self.next.clear();
            for pair in self.now.windows(2) {
                let (a, b) = (pair[0], pair[1]);
                if is_inside(a) {
                    self.next.push(a);
                }
                if is_inside(a) != is_inside(b) {
                    let share = (limit - a[axis]) / (b[axis] - a[axis]);
                    let mut crossing = [0, 1].map(|axis| a[axis] + share * (b[axis] - a[axis]));
                    crossing[axis] = *limit;
                    self.next.push(crossing);
                }
            }
            if let Some(first) = self.next.first().copied() {
                self.next.push(first);
            }
            std::mem::swap(&mut self.now, &mut self.next);
        }
        &self.now
    }
}

/// Shares of the smaller area below this are rounding.
const PAIR_NOISE_SHARE: f64 = 1e-7;

/// Looks for rows that lie over an earlier one, as far as the limits on pairs let them be looked for.
#[derive(Debug, Default)]
pub struct Overlaps {
    /// Rows found; some may be there more than once.
    pub rows: Vec<u64>,
    pairs: usize,
    positions: usize,
}

impl Overlaps {
    /// Looks among some areas.
    pub fn look(&mut self, pieces: &[&Piece]) {
        let mut order: Vec<&Piece> = pieces.to_vec();
        order.sort_unstable_by(|a, b| a.bbox[0].total_cmp(&b.bbox[0]));
        let mut active: Vec<&Piece> = Vec::new();
        for piece in order {
            active.retain(|other| other.bbox[2] > piece.bbox[0]);
            for other in active.iter().filter(|other| boxes_meet(&other.bbox, &piece.bbox)) {
                self.pairs += 1;
                self.positions += piece.xy.len() + other.xy.len();
                if self.pairs > COVERAGE_PAIRS_MAX || self.positions > COVERAGE_PAIR_POSITIONS_MAX {
                    return;
                }
                if overlap(piece, other) {
                    self.rows.push(piece.row.max(other.row));
                }
            }
            active.push(piece);
        }
    }
}

fn overlap(one: &Piece, other: &Piece) -> bool {
    let [a, b] = [one.bbox, other.bbox];
    let Some(plane) = Plane::new([a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]) else {
        return false;
    };
    let common = area_of(&plane.combine(OverlayRule::Intersect, one.rings(), other.rings()));
    common > one.area().min(other.area()) * PAIR_NOISE_SHARE
}
