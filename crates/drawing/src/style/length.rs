//! Lengths of symbols: millimetres on paper, pixels of 0.28 mm, or metres on the ground.

use crate::view::{PIXEL_MM, View};
use std::fmt;

/// A length with its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Length {
    /// How many.
    pub amount: f64,
    /// Of what.
    pub unit: Unit,
}

/// Units of length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Millimetres on paper.
    Millimetres,
    /// Standard pixels of 0.28 mm: on a sharper screen one is drawn with more device pixels.
    Pixels,
    /// Metres on the ground, at the scale of the view.
    Metres,
}

impl Unit {
    /// `mm`, `px` or `m`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Millimetres => "mm",
            Self::Pixels => "px",
            Self::Metres => "m",
        }
    }
    /// The inverse of [`Unit::name`].
    pub fn named(name: &str) -> Option<Self> {
        [Self::Millimetres, Self::Pixels, Self::Metres].into_iter().find(|unit| unit.name() == name)
    }
}

impl Length {
    /// No length.
    pub const ZERO: Self = Self::px(0.0);

    /// Millimetres on paper.
    pub const fn mm(amount: f64) -> Self {
        Self { amount, unit: Unit::Millimetres }
    }
    /// Standard pixels.
    pub const fn px(amount: f64) -> Self {
        Self { amount, unit: Unit::Pixels }
    }

    /// From `0.13 mm`, `2 px` or `50 m`; the space may be left out.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let split =
            text.find(|character: char| character.is_ascii_alphabetic() && character != 'e' && character != 'E')?;
        let (number, unit) = text.split_at(split);
        let amount: f64 = number.trim().parse().ok()?;
        amount.is_finite().then_some(Self { amount, unit: Unit::named(unit.trim())? })
    }

    /// Device pixels in a view.
    pub fn device_px(self, view: &View) -> f64 {
        let mm = match self.unit {
            Unit::Millimetres => self.amount,
            Unit::Pixels => self.amount * PIXEL_MM,
            Unit::Metres => self.amount * 1000.0 / view.scale_denominator,
        };
        view.pixels_of_mm(mm)
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.unit.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::{Bbox, Crs};

    #[test]
    fn lengths_are_read_with_their_unit_and_refused_without() {
        assert_eq!(Length::parse("0.13 mm"), Some(Length::mm(0.13)));
        assert_eq!(Length::parse("2px"), Some(Length::px(2.0)));
        assert_eq!(Length::parse("-1e2 m"), Some(Length { amount: -100.0, unit: Unit::Metres }));
        for text in ["", "2", "mm", "2 em", "2 mm mm", "inf px", "NaN px", "0x3 px"] {
            assert_eq!(Length::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_length_in_pixels_grows_with_the_sharpness_of_the_screen() {
        let view = View {
            crs: Crs::web_mercator(),
            bbox: Bbox { min: [0.0; 2], max: [1.0; 2] },
            width_px: 10,
            height_px: 10,
            pixel_mm: 0.14,
            scale_denominator: 50_000.0,
        };
        assert_eq!(Length::px(1.0).device_px(&view), 2.0);
        assert_eq!(Length::mm(0.28).device_px(&view), 2.0);
        let ground = Length { amount: 50.0, unit: Unit::Metres };
        assert!((ground.device_px(&view) - 1.0 / 0.14).abs() < 1e-9);
    }
}
