//! Units, parameters by name, and texts that are values.

use super::{Reader, children, invalid, short, text_of};
use crate::style::{Colour, Length, Styled, Unit};
use roxmltree::Node;
use terrane_model::Result;

/// The unit of a symbolizer's lengths, and what a number in it is multiplied with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uom {
    pub unit: Unit,
    pub factor: f64,
}

impl Uom {
    pub const PIXELS: Self = Self { unit: Unit::Pixels, factor: 1.0 };
}

/// Metres of a foot.
const FOOT_M: f64 = 0.3048;

impl Reader<'_> {
    /// The unit that a symbolizer names (SE 1.1.0, 10.2.1); pixels without a name.
    pub(super) fn uom(&mut self, symbolizer: Node<'_, '_>) -> Uom {
        let Some(name) = symbolizer.attribute("uom") else { return Uom::PIXELS };
        match name.rsplit(['/', ':', '#']).next().unwrap_or("") {
            "pixel" | "px" => Uom::PIXELS,
            "metre" | "meter" | "m" => Uom { unit: Unit::Metres, factor: 1.0 },
            "foot" | "ft" => Uom { unit: Unit::Metres, factor: FOOT_M },
            "millimetre" | "millimeter" | "mm" => Uom { unit: Unit::Millimetres, factor: 1.0 },
            _ => {
                self.fidelity.approximated(symbolizer, "lengths in an unknown unit are taken as pixels");
                Uom::PIXELS
            }
        }
    }
}

/// The `CssParameter` or `SvgParameter` of a name.
pub fn parameter<'a, 'i>(node: Option<Node<'a, 'i>>, name: &str) -> Option<Node<'a, 'i>> {
    children(node?).find(|part| is_parameter(part) && part.attribute("name").is_some_and(|it| it.trim() == name))
}

fn is_parameter(node: &Node<'_, '_>) -> bool {
    matches!(node.tag_name().name(), "CssParameter" | "SvgParameter")
}

impl Reader<'_> {
    /// Tells of parameters that nothing is made of.
    pub(super) fn only(&mut self, node: Node<'_, '_>, known: &[&str]) {
        for part in children(node).filter(is_parameter) {
            let name = part.attribute("name").unwrap_or("").trim();
            if !known.contains(&name) {
                self.fidelity.left_out(part, format!("the parameter “{}”", short(name)));
            }
        }
    }

    /// Tells of elements that nothing is made of.
    pub(super) fn only_elements(&mut self, node: Node<'_, '_>, known: &[&str]) {
        for part in children(node) {
            let name = part.tag_name().name();
            match name {
                "VendorOption" => self.vendor_option(part),
                "Name" | "Description" | "BaseSymbolizer" | "CssParameter" | "SvgParameter" => {}
                _ if known.contains(&name) => {}
                _ => self.fidelity.left_out(part, format!("the element “{}”", short(name))),
            }
        }
    }
}

/// What can be read from a text in a style.
pub trait FromText: Styled {
    /// From a text; lengths without a unit have that of the symbolizer.
    fn from_text(text: &str, uom: Uom) -> Option<Self>;
    /// What it is, for who wrote something else.
    const WHAT: &'static str;
    /// Whether a column alone gives it in the unit of the symbolizer.
    const HAS_UNIT: bool = false;
}

impl FromText for Colour {
    const WHAT: &'static str = "a colour such as #a0b1c2";
    fn from_text(text: &str, _: Uom) -> Option<Self> {
        Self::parse(text)
    }
}

impl FromText for f64 {
    const WHAT: &'static str = "a number";
    fn from_text(text: &str, _: Uom) -> Option<Self> {
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl FromText for Length {
    const WHAT: &'static str = "a length";
    const HAS_UNIT: bool = true;
    fn from_text(text: &str, uom: Uom) -> Option<Self> {
        match f64::from_text(text, uom) {
            Some(number) => Some(Self { amount: number * uom.factor, unit: uom.unit }),
            None => Self::parse(text),
        }
    }
}

/// A text as a value, or the error that says where it stands.
pub fn value<T: FromText>(node: Node<'_, '_>, text: &str, uom: Uom) -> Result<T> {
    T::from_text(text.trim(), uom).ok_or_else(|| invalid(node, format!("“{}” is not {}.", short(text.trim()), T::WHAT)))
}

/// The number that an element holds.
pub fn number(node: Node<'_, '_>) -> Result<f64> {
    value(node, &text_of(node), Uom::PIXELS)
}
