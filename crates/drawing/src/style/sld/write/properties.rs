//! Properties that follow from columns: a column itself, and the functions that make classes and ramps of it.

use super::{Writer, number};
use crate::style::{ByColumn, Colour, Curve, Length, Mapping, Property, Styled, Unit};
use crate::view::PIXEL_MM;

/// Between two stops of a curve so many straight pieces.
const PIECES: usize = 8;

/// What can be written as a text.
pub trait ToText: Styled {
    /// The text; lengths in the unit of their symbolizer.
    fn to_text(self, unit: Unit) -> String;
    /// What the value of a column is multiplied with so that it is this in the unit of the symbolizer.
    fn factor(_own: Option<Unit>, _unit: Unit) -> f64 {
        1.0
    }
}

impl ToText for Colour {
    /// Its opacity is said elsewhere.
    fn to_text(self, _: Unit) -> String {
        let Self([red, green, blue, _]) = self;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

impl ToText for f64 {
    fn to_text(self, _: Unit) -> String {
        number(self)
    }
}

impl ToText for Length {
    fn to_text(self, unit: Unit) -> String {
        number(in_unit(self, unit))
    }
    fn factor(own: Option<Unit>, unit: Unit) -> f64 {
        in_unit(Self { amount: 1.0, unit: own.unwrap_or(unit) }, unit)
    }
}

/// The number of a length in pixels, or in metres where it is on the ground as all of its symbolizer is.
pub fn in_unit(length: Length, unit: Unit) -> f64 {
    match (length.unit, unit) {
        (Unit::Millimetres, Unit::Pixels) => length.amount / PIXEL_MM,
        (own, unit) if own == unit => length.amount,
        // One pixel for what cannot be told; a remark says so.
        _ if length.amount == 0.0 => 0.0,
        _ => 1.0,
    }
}

impl Writer<'_> {
    /// A parameter of a stroke, fill or font.
    pub(super) fn parameter<T: ToText>(&mut self, name: &str, property: &Property<T>, unit: Unit) {
        let element = self.se(if self.is_new() { "SvgParameter" } else { "CssParameter" });
        self.element(&element, &[("name", name)], property, unit);
    }

    /// An element whose content is a property.
    pub(super) fn element<T: ToText>(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        property: &Property<T>,
        unit: Unit,
    ) {
        match property {
            Property::Fixed(fixed) => self.xml.leaf(name, attributes, &fixed.to_text(unit)),
            Property::ByColumn(by) => {
                self.xml.open(name, attributes);
                self.by_column(by, unit);
                self.xml.close();
            }
        }
    }

    fn by_column<T: ToText>(&mut self, by: &ByColumn<T>, unit: Unit) {
        match &by.mapping {
            Mapping::Direct(own) => {
                if by.otherwise.is_some() {
                    self.remark("what holds for rows without a value cannot be said.");
                }
                let factor = T::factor(*own, unit);
                if factor == 1.0 {
                    self.xml.leaf("ogc:PropertyName", &[], &by.column);
                } else {
                    self.xml.open("ogc:Mul", &[]);
                    self.xml.leaf("ogc:PropertyName", &[], &by.column);
                    self.xml.leaf("ogc:Literal", &[], &number(factor));
                    self.xml.close();
                }
            }
            Mapping::Interpolate { stops, curve } => {
                let points = if *curve == Curve::Linear { stops.clone() } else { self.bent(by, stops) };
                let pairs: Vec<_> = points.iter().map(|(at, of)| (at.to_string(), of.to_text(unit))).collect();
                self.function("Interpolate", by, &pairs, unit);
            }
            Mapping::Steps(stops) => {
                let pairs: Vec<_> = stops.iter().map(|(at, of)| (at.to_string(), of.to_text(unit))).collect();
                self.function("Categorize", by, &pairs, unit);
            }
            Mapping::Match(cases) => {
                let pairs: Vec<_> = cases.iter().map(|(key, of)| (key.clone(), of.to_text(unit))).collect();
                self.function("Recode", by, &pairs, unit);
            }
        }
    }

    /// A curve as straight pieces.
    fn bent<T: ToText>(&mut self, by: &ByColumn<T>, stops: &[(f64, T)]) -> Vec<(f64, T)> {
        self.remark("curves are written as straight pieces.");
        let Some(first) = stops.first() else { return Vec::new() };
        let mut points = vec![*first];
        for pair in stops.windows(2) {
            let (low, high) = (pair[0].0, pair[1].0);
            for piece in 1..=PIECES {
                let at = low + (high - low) * piece as f64 / PIECES as f64;
                points.extend(by.mapping.of_number(at).map(|of| (at, of)));
            }
        }
        points
    }

    /// A function of a column, as the newer version has it where its schema can hold the data, else as a plain function.
    fn function<T: ToText>(&mut self, name: &str, by: &ByColumn<T>, pairs: &[(String, String)], unit: Unit) {
        let fallback = by.otherwise.map_or(String::new(), |of| of.to_text(unit));
        if self.is_new() && name != "Recode" {
            return self.new_function(name, &by.column, &fallback, pairs);
        }
        if by.otherwise.is_some() {
            self.remark("what holds for rows without a value cannot be said.");
        }
        self.xml.open("ogc:Function", &[("name", name)]);
        self.xml.leaf("ogc:PropertyName", &[], &by.column);
        for (at, (data, of)) in pairs.iter().enumerate() {
            if name != "Categorize" || at > 0 {
                self.xml.leaf("ogc:Literal", &[], data);
            }
            self.xml.leaf("ogc:Literal", &[], of);
        }
        if name == "Interpolate" && pairs.iter().any(|(_, of)| of.starts_with('#')) {
            self.xml.leaf("ogc:Literal", &[], "color");
        }
        self.xml.close();
    }

    /// `Interpolate` or `Categorize` of the newer version.
    pub(super) fn new_function(&mut self, name: &str, column: &str, fallback: &str, pairs: &[(String, String)]) {
        let element = format!("se:{name}");
        let method = if pairs.iter().any(|(_, of)| of.starts_with('#')) { "color" } else { "numeric" };
        let attributes: &[(&str, &str)] = match name {
            "Interpolate" => &[("fallbackValue", fallback), ("mode", "linear"), ("method", method)],
            _ => &[("fallbackValue", fallback), ("threshholdsBelongTo", "succeeding")],
        };
        self.xml.open(&element, attributes);
        if column == RASTER_DATA {
            self.xml.leaf("se:LookupValue", &[], column);
        } else {
            self.xml.open("se:LookupValue", &[]);
            self.xml.leaf("ogc:PropertyName", &[], column);
            self.xml.close();
        }
        for (at, (data, of)) in pairs.iter().enumerate() {
            match name {
                "Interpolate" => {
                    self.xml.open("se:InterpolationPoint", &[]);
                    self.xml.leaf("se:Data", &[], data);
                    self.xml.leaf("se:Value", &[], of);
                    self.xml.close();
                }
                _ => {
                    if at > 0 {
                        self.xml.leaf("se:Threshold", &[], data);
                    }
                    self.xml.leaf("se:Value", &[], of);
                }
            }
        }
        self.xml.close();
    }
}

/// What stands for the samples of a grid (SE 1.1.0, 11.6.6).
pub const RASTER_DATA: &str = "Rasterdata";
