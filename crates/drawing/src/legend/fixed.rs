//! Symbolizers with their columns filled in: what they look like for one value, or for a typical one.

use crate::style::{ByColumn, Colour, Fill, Length, Line, Mapping, Mark, Property, Shape, Stroke, Styled, Symbolizer};
use terrane_model::batch::Value;

/// The value of a column; `None` when any will do.
pub type Lookup<'a> = dyn Fn(&str) -> Option<Value<'a>> + 'a;

/// A symbolizer in which nothing follows from a column any more; `None` when it draws nothing for these values. Labels and rasters
/// have no place in a swatch.
pub fn symbolizer(symbolizer: &Symbolizer, lookup: &Lookup<'_>) -> Option<Symbolizer> {
    match symbolizer {
        Symbolizer::Fill(fill) => {
            let colour = Property::Fixed(resolve(&fill.colour, lookup)?);
            let outline = fill.outline.as_ref().and_then(|outline| line(outline, lookup));
            Some(Symbolizer::Fill(Fill { colour, opacity: fill.opacity, outline }))
        }
        Symbolizer::Line(given) => line(given, lookup).map(Symbolizer::Line),
        Symbolizer::Mark(given) => mark(given, lookup).map(Symbolizer::Mark),
        Symbolizer::Label(_) | Symbolizer::Raster(_) => None,
    }
}

fn line(line: &Line, lookup: &Lookup<'_>) -> Option<Line> {
    Some(Line {
        colour: Property::Fixed(resolve(&line.colour, lookup)?),
        width: Property::Fixed(resolve(&line.width, lookup)?),
        ..line.clone()
    })
}

fn mark(mark: &Mark, lookup: &Lookup<'_>) -> Option<Mark> {
    let fill = match &mark.fill {
        Some(fill) => Some(Property::Fixed(resolve(fill, lookup)?)),
        None => None,
    };
    let stroke = mark.stroke.as_ref().and_then(|stroke| {
        Some(Stroke { colour: Property::Fixed(resolve(&stroke.colour, lookup)?), width: stroke.width })
    });
    Some(Mark {
        shape: Property::Fixed(resolve(&mark.shape, lookup)?),
        size: Property::Fixed(resolve(&mark.size, lookup)?),
        fill,
        stroke,
        rotation: Property::Fixed(resolve(&mark.rotation, lookup).unwrap_or(0.0)),
        ..mark.clone()
    })
}

/// A property for the value of its column, or a typical one.
fn resolve<T: Styled + Typical>(property: &Property<T>, lookup: &Lookup<'_>) -> Option<T> {
    match property {
        Property::Fixed(fixed) => Some(*fixed),
        Property::ByColumn(by) => match lookup(&by.column) {
            Some(value) => property.of(&value),
            None => Some(typical(by)),
        },
    }
}

fn typical<T: Styled + Typical>(by: &ByColumn<T>) -> T {
    let all: Vec<T> = by.mapping.properties().collect();
    match (&by.mapping, all.first(), all.last()) {
        (Mapping::Interpolate { .. }, Some(first), Some(last)) => first.between(*last, 0.4),
        (_, Some(_), Some(_)) => all[all.len() / 2],
        _ => by.otherwise.unwrap_or(T::TYPICAL),
    }
}

/// What stands for a value that only rows know.
trait Typical {
    const TYPICAL: Self;
}
impl Typical for Colour {
    const TYPICAL: Self = Self::rgb(0xb8_b2a7);
}
impl Typical for Length {
    const TYPICAL: Self = Self::mm(2.0);
}
impl Typical for f64 {
    const TYPICAL: Self = 0.0;
}
impl Typical for Shape {
    const TYPICAL: Self = Self::Circle;
}
