//! Properties as expressions.

use super::{ZOOM_MAX, css, pixels};
use crate::style::{ByColumn, Colour, Curve, Length, Mapping, Property, Styled, Unit};
use serde_json::{Value, json};

/// Metres of a pixel on the equator at zoom 0 (2π × 6 378 137 / 512).
const METRES_PER_PIXEL_AT_0: f64 = 78_271.516_964_020_48;

/// A number as short as it says the same to three places.
pub fn number(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

/// A colour, fixed or computed; transparent where there is none.
pub fn colour(property: &Property<Colour>) -> Value {
    match property {
        Property::Fixed(fixed) => css(*fixed),
        Property::ByColumn(by) => {
            let otherwise = by.otherwise.map_or_else(|| json!("rgba(0,0,0,0)"), css);
            let direct = json!(["to-color", ["get", by.column], otherwise]);
            by_column(by, direct, &otherwise, &css)
        }
    }
}

/// Whether a length, or one that it can be, is on the ground.
pub fn is_on_the_ground(property: &Property<Length>) -> bool {
    match property {
        Property::Fixed(length) => length.unit == Unit::Metres,
        Property::ByColumn(by) => match &by.mapping {
            Mapping::Direct(unit) => *unit == Some(Unit::Metres),
            mapping => mapping.properties().any(|length| length.unit == Unit::Metres),
        },
    }
}

/// A length in pixels, times a factor.
pub fn length(property: &Property<Length>, factor: f64) -> Value {
    if !is_on_the_ground(property) {
        return scaled(property, &|length| pixels(length).unwrap_or(0.0) * factor);
    }
    // Twice as many pixels at each zoom: `zoom` may only stand outermost.
    let at = |zoom: f64| {
        let metres_per_pixel = METRES_PER_PIXEL_AT_0 / zoom.exp2();
        scaled(property, &|length| pixels(length).unwrap_or(length.amount / metres_per_pixel) * factor)
    };
    json!(["interpolate", ["exponential", 2], ["zoom"], 0, at(0.0), ZOOM_MAX, at(ZOOM_MAX)])
}

fn scaled(property: &Property<Length>, of: &dyn Fn(Length) -> f64) -> Value {
    match property {
        Property::Fixed(length) => json!(of(*length)),
        Property::ByColumn(by) => {
            let otherwise = json!(by.otherwise.map_or(0.0, of));
            let unit = if let Mapping::Direct(Some(unit)) = by.mapping { unit } else { Unit::Pixels };
            let factor = of(Length { amount: 1.0, unit });
            let value = json!(["to-number", ["get", by.column], 0]);
            let direct = json!(["case", ["has", by.column], ["*", value, factor], otherwise]);
            by_column(by, direct, &otherwise, &|length| json!(of(length)))
        }
    }
}

fn by_column<T: Styled>(by: &ByColumn<T>, direct: Value, otherwise: &Value, of: &dyn Fn(T) -> Value) -> Value {
    let get = json!(["get", by.column]);
    let of_numbers = |expression: Value| json!(["case", ["==", ["typeof", get], "number"], expression, otherwise]);
    match &by.mapping {
        Mapping::Direct(_) => direct,
        Mapping::Interpolate { stops, curve } => of_numbers(interpolate(stops, *curve, &get, of)),
        Mapping::Steps(stops) => {
            let Some(first) = stops.first() else { return otherwise.clone() };
            let mut step = vec![json!("step"), get.clone(), of(first.1)];
            stops[1..].iter().for_each(|(stop, property)| step.extend([json!(stop), of(*property)]));
            // A step without stops is no expression.
            of_numbers(if stops.len() > 1 { Value::Array(step) } else { of(first.1) })
        }
        Mapping::Match(cases) => {
            let mut words: Vec<&str> = Vec::new();
            let mut entries = vec![json!("match"), json!(["to-string", get])];
            for (word, property) in cases {
                if !words.contains(&word.as_str()) {
                    words.push(word);
                    entries.extend([json!(word), of(*property)]);
                }
            }
            if words.is_empty() {
                return otherwise.clone();
            }
            entries.push(otherwise.clone());
            Value::Array(entries)
        }
    }
}

fn interpolate<T: Styled>(stops: &[(f64, T)], curve: Curve, get: &Value, of: &dyn Fn(T) -> Value) -> Value {
    let root = |stop: f64| stop.abs().sqrt().copysign(stop);
    let (kind, input) = match curve {
        Curve::Linear => (json!(["linear"]), get.clone()),
        Curve::Exponential(base) => (json!(["exponential", base]), get.clone()),
        Curve::SquareRoot => (json!(["linear"]), json!(["sqrt", ["max", 0, get]])),
    };
    let mut all = vec![json!("interpolate"), kind, input];
    for (stop, property) in stops {
        let stop = if curve == Curve::SquareRoot { root(*stop) } else { *stop };
        all.extend([json!(stop), of(*property)]);
    }
    Value::Array(all)
}
