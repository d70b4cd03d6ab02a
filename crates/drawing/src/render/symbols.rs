//! Symbolizers made ready for a view: lengths in device pixels, columns looked up.

use super::bound::{Bound, Row, Slots};
use crate::style::{Anchor, Cap, Colour, Fill, Join, Label, Length, Line, Mark, Shape, Stroke, Symbolizer, Template};
use crate::view::View;
use terrane_model::limits::SYMBOL_PX_MAX;

/// Something that is drawn for a row.
#[derive(Debug, Clone)]
pub enum Symbol {
    /// The inside of areas.
    Fill(FillSymbol),
    /// Along lines and rings.
    Line(LineSymbol),
    /// At points.
    Mark(Box<MarkSymbol>),
    /// Text.
    Label(Box<LabelSymbol>),
}

/// A fill made ready.
#[derive(Debug, Clone)]
pub struct FillSymbol {
    /// Its colour.
    pub colour: Bound<Colour>,
    /// Of all rows together.
    pub opacity: f64,
}

/// A line made ready.
#[derive(Debug, Clone)]
pub struct LineSymbol {
    /// Its colour.
    pub colour: Bound<Colour>,
    width: Bound<Length>,
    /// Of all rows together.
    pub opacity: f64,
    /// Dashes and gaps, pixels.
    pub dash: Vec<f64>,
    /// Its ends.
    pub cap: Cap,
    /// Its corners.
    pub join: Join,
    /// To the right, pixels.
    pub offset: f64,
}

/// A mark made ready.
#[derive(Debug, Clone)]
pub struct MarkSymbol {
    /// Its shape.
    pub shape: Bound<Shape>,
    size: Bound<Length>,
    /// Its inside.
    pub fill: Option<Bound<Colour>>,
    /// Its edge: colour, and width in pixels.
    pub edge: Option<(Bound<Colour>, f64)>,
    /// Degrees clockwise.
    pub rotation: Bound<f64>,
    /// Right and down, pixels.
    pub offset: [f64; 2],
    /// Of all rows together.
    pub opacity: f64,
}

/// A label made ready.
#[derive(Debug, Clone)]
pub struct LabelSymbol {
    /// What it says.
    pub text: Template,
    slots: Vec<(String, usize)>,
    size: Bound<Length>,
    /// Its colour.
    pub colour: Bound<Colour>,
    /// What is around it: colour, and width in pixels.
    pub halo: Option<(Bound<Colour>, f64)>,
    /// Where it is seen from its point.
    pub anchor: Anchor,
    /// Right and down, pixels.
    pub offset: [f64; 2],
    /// Whether it may cover others.
    pub overlap: bool,
    /// Of all rows together.
    pub opacity: f64,
}

/// A length in device pixels, within what is drawn at all; sizes and widths are not negative.
fn size_px(length: Length, view: &View) -> f64 {
    let pixels = length.device_px(view);
    if pixels.is_nan() { 0.0 } else { pixels.clamp(0.0, SYMBOL_PX_MAX) }
}

/// A length in device pixels that may be negative.
fn shift_px(length: Length, view: &View) -> f64 {
    let pixels = length.device_px(view);
    if pixels.is_nan() { 0.0 } else { pixels.clamp(-SYMBOL_PX_MAX, SYMBOL_PX_MAX) }
}

/// Makes a symbolizer ready. A fill with an outline becomes two symbols. Rasters become none.
pub fn symbols(symbolizer: &Symbolizer, slots: &mut Slots, view: &View) -> Vec<Symbol> {
    match symbolizer {
        Symbolizer::Fill(fill) => fill_symbols(fill, slots, view),
        Symbolizer::Line(line) => vec![Symbol::Line(LineSymbol::new(line, slots, view))],
        Symbolizer::Mark(mark) => vec![Symbol::Mark(Box::new(MarkSymbol::new(mark, slots, view)))],
        Symbolizer::Label(label) => vec![Symbol::Label(Box::new(LabelSymbol::new(label, slots, view)))],
        Symbolizer::Raster(_) => Vec::new(),
    }
}

fn fill_symbols(fill: &Fill, slots: &mut Slots, view: &View) -> Vec<Symbol> {
    let inside = FillSymbol { colour: Bound::new(&fill.colour, slots), opacity: fill.opacity };
    let outline = fill.outline.as_ref().map(|line| Symbol::Line(LineSymbol::new(line, slots, view)));
    std::iter::once(Symbol::Fill(inside)).chain(outline).collect()
}

fn edge(stroke: Option<&Stroke>, slots: &mut Slots, view: &View) -> Option<(Bound<Colour>, f64)> {
    stroke.map(|stroke| (Bound::new(&stroke.colour, slots), size_px(stroke.width, view)))
}

impl Symbol {
    /// The opacity of all that it draws.
    pub fn opacity(&self) -> f64 {
        match self {
            Self::Fill(fill) => fill.opacity,
            Self::Line(line) => line.opacity,
            Self::Mark(mark) => mark.opacity,
            Self::Label(label) => label.opacity,
        }
    }
}

impl LineSymbol {
    fn new(line: &Line, slots: &mut Slots, view: &View) -> Self {
        Self {
            colour: Bound::new(&line.colour, slots),
            width: Bound::new(&line.width, slots),
            opacity: line.opacity,
            dash: line.dash.iter().map(|&length| size_px(length, view)).collect(),
            cap: line.cap,
            join: line.join,
            offset: shift_px(line.offset, view),
        }
    }

    /// Its width when all rows have the same, pixels.
    pub fn fixed_width_px(&self, view: &View) -> Option<f64> {
        self.width.fixed().map(|width| size_px(width, view)).filter(|width| *width > 0.0)
    }

    /// Its width for a row, pixels.
    pub fn width_px(&self, row: &Row<'_>, view: &View) -> Option<f64> {
        self.width.of(row).map(|width| size_px(width, view)).filter(|width| *width > 0.0)
    }
}

impl MarkSymbol {
    fn new(mark: &Mark, slots: &mut Slots, view: &View) -> Self {
        Self {
            shape: Bound::new(&mark.shape, slots),
            size: Bound::new(&mark.size, slots),
            fill: mark.fill.as_ref().map(|fill| Bound::new(fill, slots)),
            edge: edge(mark.stroke.as_ref(), slots, view),
            rotation: Bound::new(&mark.rotation, slots),
            offset: mark.offset.map(|length| shift_px(length, view)),
            opacity: mark.opacity,
        }
    }

    /// Its size for a row, pixels.
    pub fn size_px(&self, row: &Row<'_>, view: &View) -> Option<f64> {
        self.size.of(row).map(|size| size_px(size, view)).filter(|size| *size > 0.0)
    }
}

impl LabelSymbol {
    fn new(label: &Label, slots: &mut Slots, view: &View) -> Self {
        Self {
            text: label.text.clone(),
            slots: label.text.columns().map(|name| (name.to_owned(), slots.slot(name))).collect(),
            size: Bound::new(&label.size, slots),
            colour: Bound::new(&label.colour, slots),
            halo: edge(label.halo.as_ref(), slots, view),
            anchor: label.anchor,
            offset: label.offset.map(|length| shift_px(length, view)),
            overlap: label.overlap,
            opacity: label.opacity,
        }
    }

    /// Height of the type for a row, pixels.
    pub fn size_px(&self, row: &Row<'_>, view: &View) -> Option<f64> {
        self.size.of(row).map(|size| size_px(size, view)).filter(|size| *size > 0.5)
    }

    /// What it says for a row.
    pub fn words(&self, row: &Row<'_>) -> String {
        self.text.fill(|name| {
            let slot = self.slots.iter().find(|(known, _)| known == name);
            slot.map_or(terrane_model::batch::Value::Null, |(_, slot)| row.value(*slot))
        })
    }
}
