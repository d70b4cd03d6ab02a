//! One row as a shape of a tile.

use super::clip::{self, Rings, Square};
use super::dust::Dust;
use super::frame::{BOUNDS, Grain};
use super::meet::{Meeting, Meetings};
use super::{nest, repair, ring};
use terrane_formats::tile::mvt::{Shape, ShapeKind};
use terrane_model::geometry::{GeometryRef, PartRef};
use terrane_model::schema::GeometryKind;

/// What became of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Areas whose rings were put on the grid.
    pub areas: u64,
    /// Those whose rings came to touch or cross and were put right.
    pub repaired: u64,
    /// Those that could not be put right and were left out.
    pub lost: u64,
}

/// Makes shapes; keeps its memory from row to row.
#[derive(Debug)]
pub struct Cutter {
    grain: Grain,
    square: Square,
    clip: Rings,
    meetings: Meetings,
    dust: Dust,
    shape: Shape,
    tally: Tally,
}

/// A row in the units of a tile, not yet on its grid.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The row as it is kept: what its parts are.
    pub geometry: GeometryRef<'a>,
    /// All its positions, in units.
    pub units: &'a [[f64; 2]],
    /// Least x, least y, greatest x, greatest y.
    pub bbox: [f64; 4],
}

impl<'a> Row<'a> {
    /// A row whose positions are in units.
    pub fn new(geometry: GeometryRef<'a>, units: &'a [[f64; 2]]) -> Self {
        let mut bbox = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for &[x, y] in units {
            bbox = [bbox[0].min(x), bbox[1].min(y), bbox[2].max(x), bbox[3].max(y)];
        }
        Self { geometry, units, bbox }
    }

    /// Whether nothing of it is near the tile.
    pub fn is_away(&self) -> bool {
        let [low, high] = BOUNDS.map(f64::from);
        let [west, north, east, south] = self.bbox;
        !(west <= high && east >= low && north <= high && south >= low)
    }

    /// The middle of its box.
    pub fn centre(&self) -> [f64; 2] {
        [self.bbox[0].midpoint(self.bbox[2]), self.bbox[1].midpoint(self.bbox[3])]
    }

    /// The longer side of its box, units.
    pub fn size(&self) -> f64 {
        (self.bbox[2] - self.bbox[0]).max(self.bbox[3] - self.bbox[1])
    }

    /// Its parts of a kind, each as rings or lines in units.
    pub fn parts(&self, kind: ShapeKind) -> impl Iterator<Item = impl Iterator<Item = &'a [[f64; 2]]>> {
        let units = self.units;
        let mut start = 0;
        self.geometry.parts().filter_map(move |part| {
            let mut at = start;
            start += length(&part);
            (kind_of(&part) == kind).then(|| {
                part.rings().map(move |run| {
                    let from = at;
                    at += run.len();
                    &units[from..at]
                })
            })
        })
    }

    /// The kinds of shapes that it has.
    pub fn kinds(&self) -> impl Iterator<Item = ShapeKind> + use<'a> {
        let geometry = self.geometry;
        let all = [ShapeKind::Area, ShapeKind::Line, ShapeKind::Point];
        let single = match geometry.kind().part() {
            GeometryKind::Point => Some(ShapeKind::Point),
            GeometryKind::LineString => Some(ShapeKind::Line),
            GeometryKind::Polygon => Some(ShapeKind::Area),
            _ => None,
        };
        all.into_iter().filter(move |kind| single.map_or_else(|| has(geometry, *kind), |single| single == *kind))
    }

    /// What its areas cover without their holes, square units.
    pub fn area(&self) -> f64 {
        let signed = |(place, ring)| if place == 0 { area_of(ring) } else { -area_of(ring) };
        self.parts(ShapeKind::Area).map(|rings| rings.enumerate().map(signed).sum::<f64>().max(0.0)).sum()
    }
}

fn has(geometry: GeometryRef<'_>, kind: ShapeKind) -> bool {
    geometry.parts().any(|part| kind_of(&part) == kind)
}

fn length(part: &PartRef<'_>) -> usize {
    part.rings().map(<[_]>::len).sum()
}

fn kind_of(part: &PartRef<'_>) -> ShapeKind {
    match part.kind() {
        GeometryKind::Point => ShapeKind::Point,
        GeometryKind::LineString => ShapeKind::Line,
        _ => ShapeKind::Area,
    }
}

/// The area of a ring, whichever way it goes; differences to its first position keep digits.
fn area_of(ring: &[[f64; 2]]) -> f64 {
    let Some(&[x, y]) = ring.first() else { return 0.0 };
    let cross = |a: [f64; 2], b: [f64; 2]| (a[0] - x) * (b[1] - y) - (b[0] - x) * (a[1] - y);
    ring.windows(2).map(|pair| cross(pair[0], pair[1])).sum::<f64>().abs() / 2.0
}

impl Cutter {
    /// A cutter for a tile as fine as `grain`.
    pub fn new(grain: Grain) -> Self {
        Self {
            grain,
            square: BOUNDS.map(f64::from),
            clip: Rings::default(),
            meetings: Meetings::default(),
            dust: Dust::default(),
            shape: Shape::default(),
            tally: Tally::default(),
        }
    }

    /// What became of the rows so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The parts of a row of one kind, cut and put on the grid; empty when nothing is left.
    pub fn cut(&mut self, row: &Row<'_>, kind: ShapeKind) -> &Shape {
        self.shape.begin(kind);
        if !row.is_away() {
            match kind {
                ShapeKind::Point => self.points(row),
                ShapeKind::Line => self.lines(row),
                ShapeKind::Area => self.areas(row),
            }
        }
        &self.shape
    }

    fn is_inside(&self, row: &Row<'_>) -> bool {
        let [low, high] = self.square;
        // Positions that are no numbers are in no box.
        let inside = |position: &[f64; 2]| position.iter().all(|units| (low..=high).contains(units));
        let [west, north, east, south] = row.bbox;
        inside(&[west, north]) && inside(&[east, south])
    }

    fn points(&mut self, row: &Row<'_>) {
        let [low, high] = self.square;
        let quantum = self.grain.quantum();
        for run in row.parts(ShapeKind::Point).flatten() {
            for position in run.iter().filter(|position| position.iter().all(|units| (low..=high).contains(units))) {
                self.shape.positions.push(position.map(|units| ring::snap(units, quantum)));
            }
        }
        if !self.shape.positions.is_empty() {
            self.shape.end_run();
        }
    }

    fn lines(&mut self, row: &Row<'_>) {
        let quantum = self.grain.quantum();
        for run in row.parts(ShapeKind::Line).flatten() {
            let mut last = [f64::NAN; 2];
            for pair in run.windows(2) {
                let are_numbers = pair.iter().flatten().all(|units| units.is_finite());
                let inside = Some([pair[0], pair[1]]).filter(|_| are_numbers);
                let inside = inside.and_then(|[from, to]| clip::segment(from, to, self.square));
                let Some([from, to]) = inside else { continue };
                if from != last {
                    self.end_line();
                    self.line_to(from, quantum);
                }
                self.line_to(to, quantum);
                last = if to == pair[1] { to } else { [f64::NAN; 2] };
            }
            self.end_line();
        }
    }

    fn line_to(&mut self, position: [f64; 2], quantum: i32) {
        let start = self.shape.start();
        ring::add_to_line(&mut self.shape.positions, start, position.map(|units| ring::snap(units, quantum)));
    }

    fn end_line(&mut self) {
        let start = self.shape.start();
        match self.shape.positions.len() - start {
            0 | 1 => self.shape.positions.truncate(start),
            _ => self.shape.end_run(),
        }
    }

    fn areas(&mut self, row: &Row<'_>) {
        let inside = self.is_inside(row);
        for rings in row.parts(ShapeKind::Area) {
            for (place, ring) in rings.enumerate() {
                self.ring(ring, inside);
                if !repair::orient(&mut self.shape, place == 0) && place == 0 {
                    break;
                }
            }
        }
        if self.shape.is_empty() {
            // What is cut off is no dust.
            if inside {
                self.weigh(row);
            }
            return;
        }
        self.tally.areas += 1;
        self.settle();
    }

    fn weigh(&mut self, row: &Row<'_>) {
        self.dust.weigh(row.area(), row.centre(), self.grain.quantum(), &mut self.shape);
    }

    /// Puts a ring on the grid, not yet ended.
    fn ring(&mut self, ring: &[[f64; 2]], inside: bool) {
        let quantum = self.grain.quantum();
        let start = self.shape.start();
        let positions = &mut self.shape.positions;
        let open = if ring.first() == ring.last() { &ring[..ring.len().saturating_sub(1)] } else { ring };
        let mut add = |position: &[f64; 2]| {
            ring::add(positions, start, position.map(|units| ring::snap(units, quantum)));
        };
        if inside {
            open.iter().filter(|position| position[0].is_finite() && position[1].is_finite()).for_each(&mut add);
        } else {
            let numbers = open.iter().copied().filter(|position| position.iter().all(|units| units.is_finite()));
            self.clip.cut(numbers, self.square).iter().for_each(&mut add);
        }
        ring::close(&mut self.shape.positions, start);
    }

    /// Makes sure that the rings are valid.
    fn settle(&mut self) {
        let meeting = self.meetings.look(&self.shape);
        if meeting == Meeting::None && nest::is_certain(&self.shape) {
            return;
        }
        // A single ring that meets itself is never valid; holes may touch their outer ring.
        if self.shape.ends.len() > 1 && repair::is_valid(&self.shape) {
            return;
        }
        self.tally.repaired += 1;
        if !repair::repair(&mut self.shape) {
            self.tally.lost += 1;
            self.shape.begin(ShapeKind::Area);
        }
    }
}
