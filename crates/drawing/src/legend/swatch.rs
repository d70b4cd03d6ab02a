//! Small pictures of what symbolizers look like: a box, a line, a point, drawn as on the map.

use crate::canvas::Canvas;
use crate::render::Painter;
use crate::style::{Property, Rule, Style, Symbolizer};
use crate::view::{PIXEL_MM, View};
use std::sync::Arc;
use terrane_model::batch::{Batch, BatchBuilder};
use terrane_model::picture::Picture;
use terrane_model::schema::{GeometryColumn, GeometryKind};
use terrane_model::{Bbox, Crs, FeatureId, Schema};

/// Width of a swatch, millimetres.
pub const WIDTH_MM: f64 = 12.0;
/// Height of a swatch, millimetres; higher when a mark needs it.
pub const HEIGHT_MM: f64 = 6.0;
/// Marks are shown up to this size, millimetres.
const MARK_MM_MAX: f64 = 15.0;
/// The scale at which lengths on the ground are shown when the style names none.
const SCALE_DENOMINATOR: f64 = 100_000.0;

/// The swatch of symbolizers in which nothing follows from a column, on nothing.
pub fn of(symbolizers: &[Symbolizer], kind: GeometryKind, rule: Option<&Rule>, scale_px: f64) -> Picture {
    let pixel_mm = PIXEL_MM / scale_px;
    let scale_denominator = rule.map_or(SCALE_DENOMINATOR, typical_scale);
    let mut view = view_of([WIDTH_MM, HEIGHT_MM], pixel_mm, scale_denominator);
    let largest = symbolizers.iter().map(|symbolizer| size_px(symbolizer, &view)).fold(0.0, f64::max);
    let needed_mm = (largest * pixel_mm + 1.0).min(MARK_MM_MAX);
    if needed_mm > HEIGHT_MM {
        view = view_of([WIDTH_MM.max(needed_mm), needed_mm], pixel_mm, scale_denominator);
    }
    let mut canvas = Canvas::new(&view, [0; 4]);
    let style = Style::of(vec![Rule::of(symbolizers.to_vec())]);
    let batch = sample(kind, &view);
    // A style without filters fits any schema; were it not so, the swatch would be empty.
    if let Ok(mut painter) = Painter::new(&style, &batch.schema, &view)
        && painter.add(&batch).is_ok()
    {
        painter.paint(&mut canvas, 1.0);
    }
    canvas.into_picture()
}

/// A swatch full of one colour, with a thin outline.
pub fn box_of(colour: crate::style::Colour, scale_px: f64) -> Picture {
    use crate::style::{Fill, Length, Line};
    let outline = Some(Line::solid(crate::style::Colour::rgb(0x4a_4a4a), Length::mm(0.13)));
    let fill = Symbolizer::Fill(Fill { colour: Property::Fixed(colour), opacity: 1.0, outline });
    of(&[fill], GeometryKind::Polygon, None, scale_px)
}

fn typical_scale(rule: &Rule) -> f64 {
    match (rule.min_scale, rule.max_scale) {
        (Some(low), Some(high)) => (low * high).sqrt(),
        (Some(low), None) => low * 2.0,
        (None, Some(high)) => high / 2.0,
        (None, None) => SCALE_DENOMINATOR,
    }
}

/// A view whose ground units are pixels.
fn view_of(size_mm: [f64; 2], pixel_mm: f64, scale_denominator: f64) -> View {
    let [width, height] = size_mm.map(|side| (side / pixel_mm).round().max(1.0));
    View {
        crs: Crs::new("pixels"),
        bbox: Bbox { min: [0.0; 2], max: [width, height] },
        width_px: width as u32,
        height_px: height as u32,
        pixel_mm,
        scale_denominator,
    }
}

fn size_px(symbolizer: &Symbolizer, view: &View) -> f64 {
    match symbolizer {
        Symbolizer::Mark(mark) => {
            let edge = mark.stroke.as_ref().map_or(0.0, |stroke| stroke.width.device_px(view));
            if let Property::Fixed(size) = &mark.size { size.device_px(view) + edge } else { 0.0 }
        }
        _ => 0.0,
    }
}

/// One row with a box, a line or a point that fills the view well.
fn sample(kind: GeometryKind, view: &View) -> Batch {
    let schema = Schema {
        columns: Vec::new(),
        geometry: Some(GeometryColumn { name: "place".into(), kind, crs: view.crs.clone(), has_z: false }),
        time: None,
        key: None,
    };
    let [width, height] = view.bbox.max;
    let mut builder = BatchBuilder::new(Arc::new(schema));
    if let Some(geometry) = builder.geometry() {
        geometry.begin(kind);
        geometry.part(kind);
        geometry.ring();
        match kind {
            GeometryKind::Point => geometry.position([width / 2.0, height / 2.0], None),
            GeometryKind::LineString => geometry.positions(&[[1.0, height / 2.0], [width - 1.0, height / 2.0]]),
            _ => {
                // Half a pixel inside, so that the outline is sharp and whole.
                let [left, low, right, high] = [0.5, 0.5, width - 0.5, height - 0.5];
                geometry.positions(&[[left, low], [right, low], [right, high], [left, high], [left, low]]);
            }
        }
    }
    builder.end_row(FeatureId::Number(1));
    builder.finish()
}
