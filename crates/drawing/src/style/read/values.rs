//! Reads lengths, colours and properties that follow from columns.

use super::node::{Fields, Node};
use super::optional;
use crate::style::symbolizer::Shape;
use crate::style::{ByColumn, Colour, Curve, Length, Mapping, Property, Styled, Unit};
use terrane_model::Result;

/// What can be read from one JSON value.
pub trait Read: Styled {
    /// Whether a column alone needs a unit to be this.
    const NEEDS_UNIT: bool = false;
    /// Whether there is something between two of them.
    const BLENDS: bool = true;
    /// From its JSON.
    fn read(node: &Node<'_>) -> Result<Self>;
    /// Whether an object is one of these, and not a property that follows from a column.
    fn is_plain(node: &Node<'_>) -> bool {
        !node.is_object()
    }
    /// Whether two may stand in one list of stops.
    fn agrees(&self, _other: &Self) -> bool {
        true
    }
}

impl Read for Colour {
    fn read(node: &Node<'_>) -> Result<Self> {
        let text = node.text()?;
        Self::parse(text)
            .ok_or_else(|| node.fail(&format!("“{text}” is no colour; write #rrggbb, #rrggbbaa or a CSS name")))
    }
}

impl Read for f64 {
    fn read(node: &Node<'_>) -> Result<Self> {
        node.number()
    }
}

impl Read for Shape {
    const BLENDS: bool = false;
    fn read(node: &Node<'_>) -> Result<Self> {
        node.one_of(&Self::ALL)
    }
}

impl Read for Length {
    const NEEDS_UNIT: bool = true;
    fn read(node: &Node<'_>) -> Result<Self> {
        let help = "a length needs its unit: \"0.13 mm\", \"2 px\" or \"50 m\"";
        if node.is_text() {
            return Self::parse(node.text()?).ok_or_else(|| node.fail(help));
        }
        let entries = node.entries().map_err(|_| node.fail(help))?;
        match entries.as_slice() {
            [(unit, amount)] => {
                let unit = Unit::named(unit).ok_or_else(|| node.fail(help))?;
                Ok(Self { amount: amount.number()?, unit })
            }
            _ => Err(node.fail(help)),
        }
    }
    fn is_plain(node: &Node<'_>) -> bool {
        node.entries().map_or(true, |entries| entries.iter().all(|(key, _)| *key != "column"))
    }
    fn agrees(&self, other: &Self) -> bool {
        self.unit == other.unit
    }
}

/// A fixed value, or one that follows from a column.
pub fn property<T: Read>(node: &Node<'_>) -> Result<Property<T>> {
    if T::is_plain(node) {
        return T::read(node).map(Property::Fixed);
    }
    let mut fields = node.object()?;
    let column = fields.need("column")?.text()?.to_owned();
    let unit = fields.get("unit");
    let otherwise = optional(fields.get("else"), T::read)?;
    let mapping = match mapping(&mut fields)? {
        Some(mapping) => match unit {
            Some(unit) => return Err(unit.fail("“unit” is only for the value of a column itself")),
            None => mapping,
        },
        None => Mapping::Direct(direct_unit::<T>(node, unit)?),
    };
    fields.finish()?;
    Ok(Property::ByColumn(ByColumn { column, mapping, otherwise }))
}

fn direct_unit<T: Read>(node: &Node<'_>, unit: Option<Node<'_>>) -> Result<Option<Unit>> {
    let units = [("mm", Unit::Millimetres), ("px", Unit::Pixels), ("m", Unit::Metres)];
    match unit {
        None if T::NEEDS_UNIT => Err(node.fail("a length from a column needs a “unit”: mm, px or m")),
        None => Ok(None),
        Some(unit) if T::NEEDS_UNIT => unit.one_of(&units).map(Some),
        Some(unit) => Err(unit.fail("only lengths have a unit")),
    }
}

/// A mapping; `None` when the object has none of the three. Takes the keys of a mapping only.
pub fn mapping<T: Read>(fields: &mut Fields<'_>) -> Result<Option<Mapping<T>>> {
    let (interpolate, steps, cases) = (fields.get("interpolate"), fields.get("steps"), fields.get("match"));
    let curve = curve(fields)?;
    let found = [&interpolate, &steps, &cases].into_iter().flatten().count();
    if found > 1 {
        return Err(fields.node().fail("“interpolate”, “steps” and “match” exclude each other"));
    }
    if curve.is_some() && interpolate.is_none() {
        return Err(fields.node().fail("“curve” and “base” are only for “interpolate”"));
    }
    if let Some(node) = interpolate {
        if !T::BLENDS {
            return Err(node.fail("there is nothing between two shapes; use “steps” or “match”"));
        }
        let curve = curve.unwrap_or(Curve::Linear);
        return Ok(Some(Mapping::Interpolate { stops: stops(&node)?, curve }));
    }
    if let Some(node) = steps {
        return Ok(Some(Mapping::Steps(stops(&node)?)));
    }
    let cases = optional(cases, |node| {
        node.entries()?.into_iter().map(|(key, value)| Ok((key.to_owned(), T::read(&value)?))).collect::<Result<_>>()
    })?;
    Ok(cases.map(Mapping::Match))
}

fn curve(fields: &mut Fields<'_>) -> Result<Option<Curve>> {
    let (curve, base) = (fields.get("curve"), fields.get("base"));
    let word = optional(curve, |node| node.one_of(&[("linear", 0), ("sqrt", 1), ("exponential", 2)]))?;
    match (word, base) {
        (Some(2), base) => Ok(Some(Curve::Exponential(optional(base, Node::positive)?.unwrap_or(2.0)))),
        (_, Some(base)) => Err(base.fail("“base” is only for the curve “exponential”")),
        (Some(1), None) => Ok(Some(Curve::SquareRoot)),
        (Some(_), None) => Ok(Some(Curve::Linear)),
        (None, None) => Ok(None),
    }
}

fn stops<T: Read>(node: &Node<'_>) -> Result<Vec<(f64, T)>> {
    let mut stops: Vec<(f64, T)> = Vec::new();
    for entry in node.list()? {
        let [number, value] = entry.pair()?;
        let stop = (number.number()?, T::read(&value)?);
        if let Some(last) = stops.last() {
            if last.0 >= stop.0 {
                return Err(number.fail("stops ascend: each is greater than the one before"));
            }
            if !last.1.agrees(&stop.1) {
                return Err(value.fail("the lengths of one list of stops share a unit"));
            }
        }
        stops.push(stop);
    }
    if stops.is_empty() { Err(node.fail("there is at least one stop")) } else { Ok(stops) }
}
