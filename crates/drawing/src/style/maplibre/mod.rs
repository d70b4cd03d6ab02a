//! Writes a style as layers of a MapLibre style, for vector tiles, and says what could not be said so.

mod expression;
mod filter;
#[cfg(test)]
mod tests;

use super::symbolizer::{Cap, Fill, Join, Line, Mark, Symbolizer};
use super::{Colour, Length, Order, Property, Rule, Shape, Style};
use crate::view::PIXEL_MM;
use expression::{colour, length, number};
use serde_json::{Map, Value, json};

/// The scale denominator of zoom 0 with tiles of 512 pixels, 0.28 mm each.
const ZOOM_0_DENOMINATOR: f64 = 279_541_132.014_358_76;
/// The last zoom that MapLibre knows.
const ZOOM_MAX: f64 = 24.0;

/// A style as layers, bottom first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MapLibre {
    /// The layers.
    pub layers: Vec<Value>,
    /// What is drawn in another way or not at all, a sentence each.
    pub remarks: Vec<String>,
}

/// Where the rows of a style are in the tiles.
#[derive(Debug, Clone, Copy)]
pub struct TileSource<'a> {
    /// The source.
    pub source: &'a str,
    /// The layer of its tiles.
    pub layer: &'a str,
    /// 0 to 1, for all of it.
    pub opacity: f64,
    /// Drawn from this scale denominator…
    pub scale_min: Option<f64>,
    /// …to this.
    pub scale_max: Option<f64>,
}

impl Style {
    /// The style as layers of a MapLibre style.
    pub fn to_maplibre(&self, source: TileSource<'_>) -> MapLibre {
        let mut writer = Writer { style: self, source, done: MapLibre::default() };
        writer.write();
        writer.done
    }
}

struct Writer<'a> {
    style: &'a Style,
    source: TileSource<'a>,
    done: MapLibre,
}

type Object = Map<String, Value>;

/// A layer of a kind with its paint and layout.
struct Painted {
    kind: &'static str,
    paint: Object,
    layout: Object,
}

impl Painted {
    fn new(kind: &'static str) -> Self {
        Self { kind, paint: Object::new(), layout: Object::new() }
    }

    fn paint(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.paint.insert(name.to_owned(), value.into());
        self
    }

    fn layout(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.layout.insert(name.to_owned(), value.into());
        self
    }
}

impl Writer<'_> {
    fn remark(&mut self, what: &str) {
        let say = format!("{}: {what}", self.source.layer);
        if !self.done.remarks.contains(&say) {
            self.done.remarks.push(say);
        }
    }

    fn write(&mut self) {
        if self.style.sort_by.is_some() {
            self.remark("the order of rows is that of the tiles, not that of the style.");
        }
        if self.style.order == Order::Feature {
            self.remark("symbols are drawn level by level, not row by row.");
        }
        let levels = self.style.rules.iter().map(|rule| rule.symbolizers.len()).max().unwrap_or(0);
        let mut outlines = Vec::new();
        for level in 0..levels {
            for (number, rule) in self.style.rules.iter().enumerate() {
                let Some(symbolizer) = rule.symbolizers.get(level) else { continue };
                let name = format!("{}-{number}-{level}", self.source.layer);
                self.symbolizer(&name, rule, symbolizer, &mut outlines);
            }
            // Outlines lie on all fills of their level.
            for (name, rule, line) in std::mem::take(&mut outlines) {
                let painted = self.line(line);
                self.put(&name, rule, painted);
            }
        }
    }

    fn symbolizer<'s>(
        &mut self,
        name: &str,
        rule: &'s Rule,
        symbolizer: &'s Symbolizer,
        outlines: &mut Vec<(String, &'s Rule, &'s Line)>,
    ) {
        let painted = match symbolizer {
            Symbolizer::Fill(fill) => {
                outlines.extend(fill.outline.iter().map(|line| (format!("{name}-outline"), rule, line)));
                self.fill(fill)
            }
            Symbolizer::Line(line) => self.line(line),
            Symbolizer::Mark(mark) => self.mark(mark),
            Symbolizer::Label(_) => return self.remark("labels are left out: they need fonts made for MapLibre."),
            Symbolizer::Raster(_) => return self.remark("grids are drawn as pictures only."),
        };
        self.put(name, rule, painted);
    }

    /// Adds a layer with the filter and the zooms of a rule; nothing when the filter cannot be said.
    fn put(&mut self, name: &str, rule: &Rule, painted: Painted) {
        let Some(filter) = self.filter(rule) else {
            return self.remark("a rule is left out: MapLibre has no words for its filter.");
        };
        let mut layer = json!({
            "id": name,
            "type": painted.kind,
            "source": self.source.source,
            "source-layer": self.source.layer,
            "paint": painted.paint,
        });
        if !painted.layout.is_empty() {
            layer["layout"] = Value::Object(painted.layout);
        }
        if filter != json!(true) {
            layer["filter"] = filter;
        }
        let least = [rule.min_scale, self.source.scale_min].into_iter().flatten().reduce(f64::max);
        let most = [rule.max_scale, self.source.scale_max].into_iter().flatten().reduce(f64::min);
        for (key, scale) in [("maxzoom", least), ("minzoom", most)] {
            if let Some(scale) = scale.filter(|scale| *scale > 0.0) {
                layer[key] = json!((ZOOM_0_DENOMINATOR / scale).log2().clamp(0.0, ZOOM_MAX));
            }
        }
        self.done.layers.push(layer);
    }

    fn filter(&self, rule: &Rule) -> Option<Value> {
        if rule.otherwise {
            let others = self.style.rules.iter().filter(|other| !other.otherwise);
            let each = others.map(|other| other.filter.as_ref().map_or(Some(json!(true)), filter::write));
            let any = [Some(json!("any"))].into_iter().chain(each).collect::<Option<Vec<Value>>>()?;
            return Some(json!(["!", any]));
        }
        rule.filter.as_ref().map_or(Some(json!(true)), filter::write)
    }

    fn opacity(&self, own: f64) -> f64 {
        own * self.source.opacity
    }

    fn fill(&mut self, fill: &Fill) -> Painted {
        Painted::new("fill")
            .paint("fill-color", colour(&fill.colour))
            .paint("fill-opacity", self.opacity(fill.opacity))
            .paint("fill-antialias", !self.style.coverage)
    }

    fn line(&mut self, line: &Line) -> Painted {
        let mut painted = Painted::new("line")
            .paint("line-color", colour(&line.colour))
            .paint("line-width", self.length(&line.width))
            .paint("line-opacity", self.opacity(line.opacity));
        if line.offset.amount != 0.0 {
            painted = painted.paint("line-offset", pixels(line.offset).unwrap_or(0.0));
        }
        if !line.dash.is_empty() {
            // MapLibre counts dashes in widths of the line.
            match &line.width {
                Property::Fixed(width) if pixels(*width).is_some_and(|width| width > 0.0) => {
                    let width = pixels(*width).unwrap_or(1.0);
                    let dashes = line.dash.iter().map(|dash| pixels(*dash).unwrap_or(width) / width);
                    painted = painted.paint("line-dasharray", dashes.collect::<Vec<f64>>());
                }
                _ => self.remark("dashes are left out where the width is computed."),
            }
        }
        let cap = match line.cap {
            Cap::Butt => "butt",
            Cap::Round => "round",
            Cap::Square => "square",
        };
        let join = match line.join {
            Join::Round => "round",
            Join::Bevel => "bevel",
            Join::Miter => "miter",
        };
        painted.layout("line-cap", cap).layout("line-join", join)
    }

    fn mark(&mut self, mark: &Mark) -> Painted {
        if mark.shape != Property::Fixed(Shape::Circle) {
            self.remark("marks of every shape are drawn as circles: others need pictures made for MapLibre.");
        }
        if mark.offset.iter().any(|length| length.amount != 0.0) {
            self.remark("marks are drawn where their rows are, not beside.");
        }
        let radius = length(&mark.size, 0.5);
        let mut painted = Painted::new("circle").paint("circle-radius", radius);
        painted = match &mark.fill {
            Some(fill) => {
                painted.paint("circle-color", colour(fill)).paint("circle-opacity", self.opacity(mark.opacity))
            }
            None => painted.paint("circle-opacity", 0.0),
        };
        match &mark.stroke {
            None => painted,
            Some(stroke) => painted
                .paint("circle-stroke-color", colour(&stroke.colour))
                .paint("circle-stroke-width", pixels(stroke.width).unwrap_or(1.0))
                .paint("circle-stroke-opacity", self.opacity(mark.opacity)),
        }
    }

    fn length(&mut self, property: &Property<Length>) -> Value {
        if expression::is_on_the_ground(property) {
            self.remark("widths in metres are those on the equator.");
        }
        length(property, 1.0)
    }
}

/// Pixels of a length; `None` for one on the ground.
fn pixels(length: Length) -> Option<f64> {
    match length.unit {
        super::Unit::Pixels => Some(length.amount),
        super::Unit::Millimetres => Some(length.amount / PIXEL_MM),
        super::Unit::Metres => None,
    }
}

/// A colour as CSS has it.
fn css(colour: Colour) -> Value {
    let Colour([red, green, blue, alpha]) = colour;
    match alpha {
        255 => json!(format!("#{red:02x}{green:02x}{blue:02x}")),
        _ => json!(format!("rgba({red},{green},{blue},{})", number(f64::from(alpha) / 255.0))),
    }
}
