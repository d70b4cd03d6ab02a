//! Draws single symbols of single rows, and keeps between them what is expensive to make again.

use super::bound::Row;
use super::labels::Labels;
use super::symbols::{FillSymbol, LineSymbol, MarkSymbol, Symbol};
use super::to_pixels::ToPixels;
use crate::canvas::accumulator::Accumulator;
use crate::canvas::clip::Frame;
use crate::canvas::hairline::{self, Hairline};
use crate::canvas::mask::Mask;
use crate::canvas::path::{self, Run};
use crate::canvas::pixels::{Ink, Pixels, SumLayer, ink};
use crate::canvas::stamps::{Figure, Stamps};
use crate::canvas::stroke::{Pen, stroke};
use crate::canvas::taken::Taken;
use crate::style::Join;
use crate::text::Fonts;
use crate::view::View;
use terrane_model::geometry::{GeometryRef, PartRef};
use terrane_model::schema::GeometryKind;

/// Draws on pixels of a view.
pub struct Brush<'a> {
    view: &'a View,
    to_pixels: ToPixels,
    frame: Frame,
    accumulator: Accumulator,
    mask: Option<Mask>,
    pending: Option<Pending>,
    sums: Option<SumLayer>,
    /// The greatest alpha of the colours in `sums`.
    sum_alpha: u8,
    stamps: Stamps,
    labels: Labels<'a>,
    whole: bool,
    positions: Vec<[f64; 2]>,
    coverage: bool,
}

/// Lines of one ink that are gathered and not yet on the pixels.
#[derive(Clone, Copy, PartialEq)]
enum Pending {
    /// In the mask.
    Thin(Ink),
    /// In the accumulator.
    Wide(Ink),
}

/// A row being drawn.
#[derive(Clone, Copy)]
pub struct Job<'r> {
    /// The row.
    pub row: Row<'r>,
    /// Its place.
    pub geometry: GeometryRef<'r>,
    /// What its inks are thinned by.
    pub opacity: f64,
}

impl<'a> Brush<'a> {
    /// A brush for pictures of a view. Words keep clear of what is taken; with `whole` their place in an area follows from all of
    /// the area and not from what the view shows of it, so that neighbouring tiles agree.
    pub fn new(view: &'a View, fonts: &'a Fonts, taken: Taken, whole: bool) -> Self {
        let (width, height) = (view.width_px as usize, view.height_px as usize);
        Self {
            view,
            to_pixels: ToPixels::of(view),
            frame: Frame::of(width, height, 0.0),
            accumulator: Accumulator::new(width, height),
            mask: None,
            pending: None,
            sums: None,
            sum_alpha: 0,
            stamps: Stamps::default(),
            labels: Labels::new(fonts, view, taken),
            whole,
            positions: Vec::new(),
            coverage: false,
        }
    }

    /// Where words stand now.
    pub fn into_taken(self) -> Taken {
        self.labels.into_taken()
    }

    /// Begins a level; areas of a coverage are gathered until its end.
    pub fn begin(&mut self, coverage: bool) {
        self.coverage = coverage;
        self.sum_alpha = 0;
    }

    /// Puts what is gathered on the pixels.
    pub fn end(&mut self, pixels: &mut Pixels) {
        self.flush(pixels);
        if let Some(sums) = self.sums.take() {
            sums.put_on(pixels, self.sum_alpha);
        }
    }

    /// Puts lines that are gathered on the pixels.
    pub fn flush(&mut self, pixels: &mut Pixels) {
        match self.pending.take() {
            Some(Pending::Thin(ink)) => {
                if let Some(mask) = &mut self.mask {
                    mask.flush(pixels, ink);
                }
            }
            Some(Pending::Wide(ink)) => self.accumulator.sweep(|y, x, run| pixels.put_run(y, x, run, ink)),
            None => {}
        }
    }

    /// Draws a symbol of a row.
    pub fn draw(&mut self, symbol: &Symbol, row: &Row<'_>, opacity: f64, pixels: &mut Pixels) {
        let Some(geometry) = row.batch.geometry.as_ref().and_then(|arrays| arrays.view().get(row.row)) else {
            return;
        };
        let job = Job { row: *row, geometry, opacity };
        match symbol {
            Symbol::Fill(fill) => self.fill(fill, &job, pixels),
            Symbol::Line(line) => self.line(line, &job, pixels),
            Symbol::Mark(mark) => self.mark(mark, &job, pixels),
            Symbol::Label(label) => {
                let to_pixels = self.to_pixels;
                let places = super::places::of(&geometry, (!self.whole).then_some(self.view));
                for place in places {
                    self.labels.put(label, &job, to_pixels.at(place), pixels);
                }
            }
        }
    }

    /// Whether the box of a geometry comes nearer to the picture than a margin in pixels.
    fn is_near(&self, geometry: &GeometryRef<'_>, margin: f64) -> bool {
        let bbox = geometry.bbox();
        let frame =
            Frame { min: self.frame.min.map(|side| side - margin), max: self.frame.max.map(|side| side + margin) };
        frame.meets(self.to_pixels.at(bbox.min), self.to_pixels.at(bbox.max))
    }

    fn fill(&mut self, fill: &FillSymbol, job: &Job<'_>, pixels: &mut Pixels) {
        let Job { row, geometry, opacity } = job;
        if !self.is_near(geometry, 0.0) {
            return;
        }
        let Some(colour) = fill.colour.of(row).filter(|colour| colour.0[3] > 0) else { return };
        for part in geometry.parts().filter(|part| part.kind() == GeometryKind::Polygon) {
            self.area(&part);
        }
        if self.coverage {
            let sums = self.sums.get_or_insert_with(|| SumLayer::new(pixels.width(), pixels.height()));
            self.sum_alpha = self.sum_alpha.max(colour.0[3]);
            self.accumulator.sweep(|y, x, run| sums.add_run(y, x, run, colour));
        } else {
            let ink = ink(colour, *opacity);
            self.accumulator.sweep(|y, x, run| pixels.put_run(y, x, run, ink));
        }
    }

    /// Adds an area: its outer ring, less its holes, whichever way round they are.
    fn area(&mut self, part: &PartRef<'_>) {
        for (at, ring) in part.rings().enumerate() {
            self.place(ring);
            self.accumulator.ring(&self.positions, if at == 0 { 1.0 } else { -1.0 });
        }
    }

    fn place(&mut self, ground: &[[f64; 2]]) {
        let to_pixels = self.to_pixels;
        self.positions.clear();
        self.positions.extend(ground.iter().map(|&position| to_pixels.at(position)));
    }

    fn line(&mut self, line: &LineSymbol, job: &Job<'_>, pixels: &mut Pixels) {
        let Job { row, geometry, opacity } = job;
        let Some(width) = line.width_px(row, self.view) else { return };
        if !self.is_near(geometry, width * 2.0 + line.offset.abs() + 1.0) {
            return;
        }
        let Some(colour) = line.colour.of(row).filter(|colour| colour.0[3] > 0) else { return };
        let ink = ink(colour, *opacity);
        let thin = width <= hairline::THIN_PX || line.join == Join::Round && width <= hairline::WIDTH_MAX_PX;
        let pending = if thin { Pending::Thin(ink) } else { Pending::Wide(ink) };
        if self.pending != Some(pending) {
            self.flush(pixels);
            self.pending = Some(pending);
        }
        for part in geometry.parts().filter(|part| part.kind() != GeometryKind::Point) {
            for ring in part.rings() {
                self.place(ring);
                self.stroke(line, width, thin);
            }
        }
    }

    /// Draws the line in `positions`.
    fn stroke(&mut self, line: &LineSymbol, width: f64, thin: bool) {
        if line.offset != 0.0 {
            self.positions = path::offset(&self.positions, line.offset);
        }
        let size = [self.frame.max[0] as usize, self.frame.max[1] as usize];
        if thin && line.dash.is_empty() {
            let mask = self.mask.get_or_insert_with(|| Mask::new(size[0], size[1]));
            return Hairline::new(mask, width, line.cap).line(&self.positions);
        }
        let frame = Frame::of(size[0], size[1], width * 2.0 + 2.0);
        let pen = Pen { width, cap: line.cap, join: line.join };
        for run in path::runs(&self.positions, &frame) {
            let pieces = if line.dash.is_empty() { vec![run] } else { path::dashes(&run, &line.dash) };
            pieces.iter().for_each(|piece| self.piece(piece, pen, thin));
        }
    }

    fn piece(&mut self, piece: &Run, pen: Pen, thin: bool) {
        if !thin {
            return stroke(piece, pen, &mut self.accumulator);
        }
        let size = [self.frame.max[0] as usize, self.frame.max[1] as usize];
        let mask = self.mask.get_or_insert_with(|| Mask::new(size[0], size[1]));
        let ring =
            piece.closed.then(|| piece.positions.iter().chain(piece.positions.first()).copied().collect::<Vec<_>>());
        Hairline::new(mask, pen.width, pen.cap).line(ring.as_deref().unwrap_or(&piece.positions));
    }

    fn mark(&mut self, mark: &MarkSymbol, job: &Job<'_>, pixels: &mut Pixels) {
        let Job { row, geometry, opacity } = job;
        let (Some(size), Some(shape), Some(rotation)) =
            (mark.size_px(row, self.view), mark.shape.of(row), mark.rotation.of(row))
        else {
            return;
        };
        let inside = mark.fill.as_ref().and_then(|fill| fill.of(row)).map(|colour| ink(colour, *opacity));
        let edge = mark.edge.as_ref().and_then(|(colour, width)| Some((ink(colour.of(row)?, *opacity), *width)));
        let figure = Figure { shape, size, edge: edge.map_or(0.0, |(_, width)| width), rotation };
        let inks = [inside, edge.map(|(ink, _)| ink)];
        for part in geometry.parts().filter(|part| part.kind() == GeometryKind::Point) {
            for &position in part.rings().flatten() {
                let [x, y] = self.to_pixels.at(position);
                self.stamps.put(pixels, figure, [x + mark.offset[0], y + mark.offset[1]], inks);
            }
        }
    }
}
