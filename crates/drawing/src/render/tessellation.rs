//! Draws areas that do not overlap and their thin borders, band by band, on one processor or on several. Whatever else a style may
//! ask of areas is a brush's work.

use super::painter::{Gathered, Item};
use super::symbols::Symbol;
use super::to_pixels::ToPixels;
use crate::canvas::accumulator::Accumulator;
use crate::canvas::borders::{self, Borders};
use crate::canvas::mosaic::{Crowded, Mosaic};
use crate::canvas::pixels::{Ink, Pixels, Strip, SumLayer, ink};
use crate::canvas::walk::Field;
use crate::style::Colour;
use crate::view::View;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::ops::Range;
use terrane_model::geometry::GeometryView;
use terrane_model::schema::GeometryKind;

/// What is drawn at a level or two.
pub struct Tessellation<'a> {
    to_pixels: ToPixels,
    size: [usize; 2],
    items: &'a [Item],
    groups: Vec<Group<'a>>,
    fills: Option<Fills>,
    pen: Option<Pen>,
    /// How many levels it stands for.
    pub levels: usize,
    /// Of all that it draws.
    pub opacity: f64,
}

/// Colours of all items, none where nothing is drawn.
struct Fills {
    colours: Vec<Option<Colour>>,
    alpha: u8,
}

/// What borders are drawn with.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pen {
    ink: Ink,
    width: f64,
    opacity: f64,
}

/// Items of one batch that follow each other.
struct Group<'a> {
    items: Range<usize>,
    geometry: GeometryView<'a>,
    /// The least and the greatest y, pixels.
    reach: [f64; 2],
}

/// What a band is drawn with; used again for the next.
struct Tools {
    mosaic: Option<Mosaic>,
    borders: Option<Borders>,
    placed: Placed,
}

/// A ring in pixels.
#[derive(Default)]
struct Placed {
    positions: Vec<[f64; 2]>,
    /// Twice the area, positive when it is turned from x toward y.
    area: f64,
}

/// What stands at each level of the rules that draw.
type Levels<'a> = dyn Fn(usize) -> Vec<Option<&'a Symbol>> + 'a;

impl<'a> Tessellation<'a> {
    /// What can be drawn so from a level on; nothing when the level needs a brush. `symbols` are those of each rule at a level.
    pub fn at(
        level: usize,
        symbols: &Levels<'a>,
        items: &'a [Item],
        batches: &'a [Gathered],
        view: &'a View,
    ) -> Option<Self> {
        let here = symbols(level);
        let fill_opacity = opacity_of_fills(&here);
        let pen = pen_of(&symbols(level + usize::from(fill_opacity.is_some())), view);
        // A fill that is faded is faded before its border comes on top.
        let pen = pen.filter(|pen| fill_opacity.is_none_or(|opacity| opacity >= 1.0 && pen.opacity >= 1.0));
        let opacity = fill_opacity.or(pen.map(|pen| pen.opacity))?;
        let fills = match fill_opacity {
            Some(_) => Some(Fills::of(&here, items, batches)?),
            None => None,
        };
        let to_pixels = ToPixels::of(view);
        Some(Self {
            size: [view.width_px as usize, view.height_px as usize],
            items,
            groups: groups(items, batches, to_pixels),
            levels: usize::from(fills.is_some()) + usize::from(pen.is_some()),
            fills,
            pen,
            to_pixels,
            opacity,
        })
    }

    /// Draws on pixels of the view in bands of so many rows; with `together`, they are shared out among the processors.
    pub fn draw(&self, pixels: &mut Pixels, band_rows: usize, together: bool) {
        let tools = || self.tools(band_rows.min(self.size[1]));
        let strips: Vec<Strip<'_>> = pixels.strips(band_rows).collect();
        if together {
            strips.into_par_iter().for_each_init(tools, |tools, mut strip| self.band(tools, &mut strip));
        } else {
            let mut tools = tools();
            strips.into_iter().for_each(|mut strip| self.band(&mut tools, &mut strip));
        }
    }

    fn field(&self, rows: Range<usize>) -> Field {
        Field { width: self.size[0], height: self.size[1], rows }
    }

    fn tools(&self, rows: usize) -> Tools {
        let rows = 0..rows;
        Tools {
            mosaic: self.fills.as_ref().map(|fills| Mosaic::new(self.field(rows.clone()), fills.alpha)),
            borders: self.pen.map(|pen| Borders::new(self.field(rows), pen.width)),
            placed: Placed::default(),
        }
    }

    fn band(&self, tools: &mut Tools, strip: &mut Strip<'_>) {
        let rows = strip.rows();
        tools.mosaic.iter_mut().for_each(|mosaic| mosaic.turn_to(rows.clone()));
        tools.borders.iter_mut().for_each(|borders| borders.turn_to(rows.clone()));
        let field = self.field(rows.clone());
        let margin = self.pen.map_or(0.0, |pen| pen.width / 2.0);
        let span = [rows.start as f64 - margin, rows.end as f64 + margin];
        let sides = [-margin, self.size[0] as f64 + margin];
        for group in self.groups.iter().filter(|group| meet(group.reach, span)) {
            for at in group.items.clone() {
                let row = self.items[at].row as usize;
                let bbox = self.to_pixels.bbox(group.geometry.bboxes[row]);
                if meet([bbox[1], bbox[3]], span) && meet([bbox[0], bbox[2]], sides) {
                    self.area(at, &group.geometry, field.holds(bbox), tools);
                }
            }
        }
        if let Some(mosaic) = &mut tools.mosaic {
            let crowded = mosaic.put_on(strip);
            if !crowded.rows.is_empty() {
                self.draw_crowded(&crowded, strip, &mut tools.placed);
            }
        }
        if let (Some(borders), Some(pen)) = (&mut tools.borders, self.pen) {
            borders.put_on(strip, pen.ink);
        }
    }

    /// Adds the area of an item; `inside` says that it lies within the band.
    fn area(&self, at: usize, geometry: &GeometryView<'_>, inside: bool, tools: &mut Tools) {
        let Tools { mosaic, borders, placed } = tools;
        let colour = self.fills.as_ref().and_then(|fills| fills.colours[at]);
        let mut filling = mosaic.as_mut().zip(colour.map(|colour| ink(colour, 1.0).map(f32::from)));
        rings(geometry, self.items[at].row as usize, |ring, is_outer| {
            placed.place(ring, self.to_pixels);
            if let Some((mosaic, ink)) = &mut filling {
                // A box knows nothing of positions that are not finite.
                let inside = inside && placed.area.is_finite();
                mosaic.ring(&placed.positions, *ink, placed.weight(is_outer), inside);
            }
            if let Some(borders) = borders {
                borders.ring(&placed.positions);
            }
        });
    }

    /// Draws pixels in which areas overlap: area by area, the later on top.
    fn draw_crowded(&self, crowded: &Crowded, strip: &mut Strip<'_>, placed: &mut Placed) {
        let Some(fills) = &self.fills else { return };
        let rows = strip.rows();
        let mut sums = SumLayer::new(self.size[0], rows.len());
        let mut accumulator = Accumulator::of(self.field(rows.clone()));
        for group in &self.groups {
            for at in group.items.clone() {
                let (Some(colour), row) = (fills.colours[at], self.items[at].row as usize) else { continue };
                if !crowded.meets(self.to_pixels.bbox(group.geometry.bboxes[row]), rows.start) {
                    continue;
                }
                rings(&group.geometry, row, |ring, is_outer| {
                    placed.place(ring, self.to_pixels);
                    accumulator.outline(&placed.positions, placed.weight(is_outer));
                });
                accumulator.sweep(|y, x, run| sums.add_run(y - rows.start, x, run, colour));
            }
        }
        for (y, columns) in &crowded.rows {
            sums.put_columns(*y, columns, strip.row(rows.start + y), fills.alpha);
        }
    }
}

impl Fills {
    /// The colours of all items; nothing when they differ in alpha.
    fn of(symbols: &[Option<&Symbol>], items: &[Item], batches: &[Gathered]) -> Option<Self> {
        let mut fills = Self { colours: Vec::with_capacity(items.len()), alpha: 0 };
        for run in items.chunk_by(|one, other| one.batch == other.batch) {
            let Gathered { batch, places } = &batches[run[0].batch as usize];
            let columns: Vec<_> = symbols
                .iter()
                .map(|symbol| match symbol {
                    Some(Symbol::Fill(fill)) => Some(fill.colour.column(batch, places)),
                    _ => None,
                })
                .collect();
            for item in run {
                let column = columns[item.rule as usize].as_ref();
                let colour = column.and_then(|column| column.of(item.row as usize)).filter(|colour| colour.0[3] > 0);
                if let Some(colour) = colour {
                    let is_first = fills.alpha == 0;
                    fills.alpha = if is_first { colour.0[3] } else { fills.alpha };
                    if fills.alpha != colour.0[3] {
                        return None;
                    }
                }
                fills.colours.push(colour);
            }
        }
        fills.alpha = fills.alpha.max(1);
        Some(fills)
    }
}

impl Placed {
    #[inline]
    fn place(&mut self, ground: &[[f64; 2]], to_pixels: ToPixels) {
        self.positions.clear();
        self.area = 0.0;
        let Some((&first, rest)) = ground.split_first() else { return };
        let origin = to_pixels.at(first);
        self.positions.push(origin);
        let mut before = [0.0; 2];
        let mut area = 0.0;
        self.positions.extend(rest.iter().map(|&position| {
            let placed = to_pixels.at(position);
            let relative = [placed[0] - origin[0], placed[1] - origin[1]];
            area += before[0] * relative[1] - relative[0] * before[1];
            before = relative;
            placed
        }));
        self.area = area;
    }

    /// What its edges weigh so that an outer ring counts as 1 and a hole as -1, whichever way round they are: what is right of an
    /// edge that goes down is inside when the ring is turned from y toward x.
    fn weight(&self, is_outer: bool) -> f32 {
        if is_outer == (self.area < 0.0) { 1.0 } else { -1.0 }
    }
}

/// Calls with each ring of the areas of a row, and whether it is an outer one.
#[inline(always)]
fn rings<'g>(geometry: &GeometryView<'g>, row: usize, mut call: impl FnMut(&'g [[f64; 2]], bool)) {
    let parts = geometry.feature_offsets[row] as usize..geometry.feature_offsets[row + 1] as usize;
    for part in parts {
        let first = geometry.part_offsets[part] as usize;
        for ring in first..geometry.part_offsets[part + 1] as usize {
            let positions = geometry.ring_offsets[ring] as usize..geometry.ring_offsets[ring + 1] as usize;
            call(&geometry.xy[positions], ring == first);
        }
    }
}

/// Whether a geometry holds nothing but areas.
pub fn is_of_areas(geometry: &GeometryView<'_>) -> bool {
    const AREAS: [u8; 3] = [GeometryKind::Any as u8, GeometryKind::Polygon as u8, GeometryKind::MultiPolygon as u8];
    geometry.kinds.iter().all(|kind| AREAS.contains(kind))
}

fn meet(a: [f64; 2], b: [f64; 2]) -> bool {
    a[0] <= b[1] && a[1] >= b[0]
}

fn groups<'a>(items: &[Item], batches: &'a [Gathered], to_pixels: ToPixels) -> Vec<Group<'a>> {
    let mut first = 0;
    let runs = items.chunk_by(|one, other| one.batch == other.batch);
    let group = |run: &[Item]| {
        let range = first..first + run.len();
        first = range.end;
        let geometry = batches[run[0].batch as usize].batch.geometry.as_ref()?.view();
        let mut reach = [f64::INFINITY, f64::NEG_INFINITY];
        for item in run {
            let [_, top, _, bottom] = to_pixels.bbox(geometry.bboxes[item.row as usize]);
            reach = [reach[0].min(top), reach[1].max(bottom)];
        }
        Some(Group { items: range, geometry, reach })
    };
    runs.filter_map(group).collect()
}

/// The opacity of all symbols, when they are fills of one opacity.
fn opacity_of_fills(symbols: &[Option<&Symbol>]) -> Option<f64> {
    let mut fills = symbols.iter().flatten().map(|symbol| match symbol {
        Symbol::Fill(fill) => Some(fill.opacity),
        _ => None,
    });
    let first = fills.next()??;
    fills.all(|opacity| opacity == Some(first)).then_some(first)
}

/// The pen of all symbols, when every rule has a thin plain line and all are the same.
fn pen_of(symbols: &[Option<&Symbol>], view: &View) -> Option<Pen> {
    let mut pens = symbols.iter().map(|symbol| match symbol {
        Some(Symbol::Line(line)) if line.dash.is_empty() && line.offset == 0.0 => {
            let width = line.fixed_width_px(view).filter(|width| *width <= borders::WIDTH_MAX_PX)?;
            let ink = ink(line.colour.fixed()?, 1.0);
            (ink[3] > 0).then_some(Pen { ink, width, opacity: line.opacity })
        }
        _ => None,
    });
    let first = pens.next()??;
    pens.all(|pen| pen == Some(first)).then_some(first)
}
