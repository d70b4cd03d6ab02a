//! Writes styles as JSON: everything that differs from its default, so that reading gives the same style again.

use super::symbolizer::{Anchor, BandName, Cap, Fill, Hillshade, Join, Label, Line, Mark, Raster, RasterSource};
use super::{
    Colour, Curve, Length, Mapping, Order, Property, Resampling, Rule, Shape, Stroke, Style, Symbolizer, filters,
};
use serde_json::{Map, Value, json};
use terrane_model::LocalText;

type Object = Map<String, Value>;

/// The JSON of a style.
pub fn style(style: &Style) -> String {
    let mut object = Object::new();
    if let Some(name) = &style.name {
        object.insert("name".into(), json!(name));
    }
    put_text(&mut object, &style.title);
    if style.order == Order::Feature {
        object.insert("order".into(), json!("feature"));
    }
    if style.coverage {
        object.insert("coverage".into(), json!(true));
    }
    if let Some(sort) = &style.sort_by {
        let value = match sort.descending {
            true => json!({"column": sort.column, "descending": true}),
            false => json!(sort.column),
        };
        object.insert("sort_by".into(), value);
    }
    object.insert("rules".into(), style.rules.iter().map(rule).collect());
    format!("{:#}", Value::Object(object))
}

fn put_text(object: &mut Object, title: &LocalText) {
    let texts: Object = title.iter().map(|(language, text)| (language.to_owned(), json!(text))).collect();
    if !texts.is_empty() {
        object.insert("title".into(), Value::Object(texts));
    }
}

fn rule(rule: &Rule) -> Value {
    let mut object = Object::new();
    put_text(&mut object, &rule.title);
    if let Some(filter) = &rule.filter {
        object.insert("filter".into(), json!(filters::write(filter)));
    }
    if rule.otherwise {
        object.insert("else".into(), json!(true));
    }
    for (key, scale) in [("min_scale", rule.min_scale), ("max_scale", rule.max_scale)] {
        if let Some(scale) = scale {
            object.insert(key.into(), json!(scale));
        }
    }
    object.insert("symbolizers".into(), rule.symbolizers.iter().map(symbolizer).collect());
    if let Some(words) = &rule.legend {
        let mut legend = Object::new();
        legend.insert("label".into(), json!(words.label));
        for (key, list) in [("languages", &words.languages), ("group", &words.group)] {
            if !list.is_empty() {
                legend.insert(key.into(), json!(list));
            }
        }
        object.insert("legend".into(), Value::Object(legend));
    }
    Value::Object(object)
}

fn symbolizer(symbolizer: &Symbolizer) -> Value {
    let (kind, rest) = match symbolizer {
        Symbolizer::Fill(fill) => ("fill", write_fill(fill)),
        Symbolizer::Line(line) => ("line", write_line(line)),
        Symbolizer::Mark(mark) => ("mark", write_mark(mark)),
        Symbolizer::Label(label) => ("label", write_label(label)),
        Symbolizer::Raster(raster) => ("raster", write_raster(raster)),
    };
    let mut object = Object::new();
    object.insert("type".into(), json!(kind));
    object.extend(rest);
    Value::Object(object)
}

/// What can be written as one JSON value.
trait Write: Copy {
    fn write(self) -> Value;
}
impl Write for Colour {
    fn write(self) -> Value {
        json!(self.to_string())
    }
}
impl Write for Length {
    fn write(self) -> Value {
        json!(self.to_string())
    }
}
impl Write for Shape {
    fn write(self) -> Value {
        json!(self.name())
    }
}
impl Write for f64 {
    fn write(self) -> Value {
        json!(self)
    }
}

fn property<T: Write>(property: &Property<T>) -> Value {
    match property {
        Property::Fixed(fixed) => fixed.write(),
        Property::ByColumn(by) => {
            let mut object = Object::new();
            object.insert("column".into(), json!(by.column));
            put_mapping(&mut object, &by.mapping);
            if let Some(otherwise) = by.otherwise {
                object.insert("else".into(), otherwise.write());
            }
            Value::Object(object)
        }
    }
}

fn put_mapping<T: Write>(object: &mut Object, mapping: &Mapping<T>) {
    let list = |stops: &[(f64, T)]| stops.iter().map(|(stop, value)| json!([stop, value.write()])).collect();
    match mapping {
        Mapping::Direct(None) => {}
        Mapping::Direct(Some(unit)) => {
            object.insert("unit".into(), json!(unit.name()));
        }
        Mapping::Steps(stops) => {
            object.insert("steps".into(), list(stops));
        }
        Mapping::Match(cases) => {
            let cases = cases.iter().map(|(key, value)| (key.clone(), value.write()));
            object.insert("match".into(), Value::Object(cases.collect()));
        }
        Mapping::Interpolate { stops, curve } => {
            object.insert("interpolate".into(), list(stops));
            match curve {
                Curve::Linear => {}
                Curve::SquareRoot => {
                    object.insert("curve".into(), json!("sqrt"));
                }
                Curve::Exponential(base) => {
                    object.insert("curve".into(), json!("exponential"));
                    object.insert("base".into(), json!(base));
                }
            }
        }
    }
}

fn put_opacity(object: &mut Object, opacity: f64) {
    if opacity != 1.0 {
        object.insert("opacity".into(), json!(opacity));
    }
}

fn put_offset(object: &mut Object, offset: [Length; 2]) {
    if offset.iter().any(|length| length.amount != 0.0) {
        object.insert("offset".into(), json!(offset.map(|length| length.to_string())));
    }
}

fn write_fill(fill: &Fill) -> Object {
    let mut object = Object::new();
    object.insert("colour".into(), property(&fill.colour));
    put_opacity(&mut object, fill.opacity);
    if let Some(outline) = &fill.outline {
        object.insert("outline".into(), Value::Object(write_line(outline)));
    }
    object
}

fn write_line(line: &Line) -> Object {
    let mut object = Object::new();
    object.insert("colour".into(), property(&line.colour));
    object.insert("width".into(), property(&line.width));
    put_opacity(&mut object, line.opacity);
    if !line.dash.is_empty() {
        object.insert("dash".into(), line.dash.iter().map(|length| length.write()).collect());
    }
    match line.cap {
        Cap::Butt => None,
        Cap::Round => object.insert("cap".into(), json!("round")),
        Cap::Square => object.insert("cap".into(), json!("square")),
    };
    match line.join {
        Join::Round => None,
        Join::Bevel => object.insert("join".into(), json!("bevel")),
        Join::Miter => object.insert("join".into(), json!("miter")),
    };
    if line.offset.amount != 0.0 {
        object.insert("offset".into(), line.offset.write());
    }
    object
}

fn write_stroke(stroke: &Stroke) -> Value {
    json!({"colour": property(&stroke.colour), "width": stroke.width.write()})
}

fn write_mark(mark: &Mark) -> Object {
    let mut object = Object::new();
    object.insert("shape".into(), property(&mark.shape));
    object.insert("size".into(), property(&mark.size));
    if let Some(fill) = &mark.fill {
        object.insert("fill".into(), property(fill));
    }
    if let Some(stroke) = &mark.stroke {
        object.insert("stroke".into(), write_stroke(stroke));
    }
    if mark.rotation != Property::Fixed(0.0) {
        object.insert("rotation".into(), property(&mark.rotation));
    }
    put_offset(&mut object, mark.offset);
    put_opacity(&mut object, mark.opacity);
    object
}

fn write_label(label: &Label) -> Object {
    let mut object = Object::new();
    object.insert("text".into(), json!(label.text.to_string()));
    object.insert("size".into(), property(&label.size));
    object.insert("colour".into(), property(&label.colour));
    if let Some(halo) = &label.halo {
        object.insert("halo".into(), write_stroke(halo));
    }
    let anchor = match label.anchor {
        Anchor::Centre => "centre",
        Anchor::Above => "above",
        Anchor::Below => "below",
        Anchor::Left => "left",
        Anchor::Right => "right",
    };
    object.insert("anchor".into(), json!(anchor));
    put_offset(&mut object, label.offset);
    if label.overlap {
        object.insert("overlap".into(), json!(true));
    }
    put_opacity(&mut object, label.opacity);
    object
}

fn write_raster(raster: &Raster) -> Object {
    let mut object = Object::new();
    match &raster.source {
        RasterSource::Coloured { band, colour } => {
            let mut mapping = Object::new();
            put_mapping(&mut mapping, colour);
            object.insert("band".into(), band_name(band));
            object.insert("colour".into(), Value::Object(mapping));
        }
        RasterSource::Composite { bands, ranges } => {
            object.insert("bands".into(), bands.iter().map(band_name).collect());
            match ranges.as_slice() {
                [] => None,
                [one] => object.insert("range".into(), json!(one)),
                many => object.insert("range".into(), json!(many)),
            };
        }
    }
    put_opacity(&mut object, raster.opacity);
    let resampling = match raster.resampling {
        Resampling::Bilinear => None,
        Resampling::Nearest => Some("nearest"),
        Resampling::Cubic => Some("cubic"),
        Resampling::Average => Some("average"),
    };
    if let Some(resampling) = resampling {
        object.insert("resampling".into(), json!(resampling));
    }
    if let Some(Hillshade { azimuth, altitude, exaggeration, strength }) = raster.hillshade {
        let shade = json!({
            "azimuth": azimuth, "altitude": altitude, "exaggeration": exaggeration, "strength": strength,
        });
        object.insert("hillshade".into(), shade);
    }
    object
}

fn band_name(band: &BandName) -> Value {
    match band {
        BandName::Place(place) => json!(place),
        BandName::Name(name) => json!(name),
    }
}
