//! From values to inks: ramps, classes and cases, made ready for many values.

use crate::canvas::pixels::{Ink, ink};
use crate::style::{Colour, Curve, Mapping};
use std::collections::HashMap;

/// A mapping made ready.
pub enum Ramp {
    /// Between stops in proportion.
    Linear(Vec<Piece>),
    /// From each stop on.
    Steps(Vec<(f32, Ink)>),
    /// By whole number from 0 to 255.
    Bytes(Vec<Option<Ink>>),
    /// By number.
    Cases(HashMap<u32, Ink>),
}

/// A straight piece of a ramp: from a value to below another, a premultiplied colour and what it changes by with the value.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    from: f32,
    to: f32,
    colour: [f32; 4],
    slope: [f32; 4],
}

/// Pieces that a curve is taken apart into between two stops.
const CURVE_PIECES: usize = 32;

impl Ramp {
    /// Makes a mapping of colours ready.
    pub fn of(mapping: &Mapping<Colour>) -> Self {
        match mapping {
            Mapping::Interpolate { stops, curve: Curve::Linear } => {
                Self::Linear(pieces(&stops.iter().map(|&(value, colour)| (value, float(colour))).collect::<Vec<_>>()))
            }
            Mapping::Interpolate { stops, .. } => Self::Linear(pieces(&straightened(mapping, stops))),
            Mapping::Steps(stops) => {
                Self::Steps(stops.iter().map(|&(value, colour)| (value as f32, ink(colour, 1.0))).collect())
            }
            Mapping::Match(cases) => cases_of(cases),
            Mapping::Direct(_) => Self::Steps(Vec::new()),
        }
    }

    /// The ink of a value; `None` when it has no colour. `last` is where the one before was found: neighbours are often alike.
    #[inline]
    pub fn ink(&self, value: f32, last: &mut usize) -> Option<Ink> {
        if value.is_nan() {
            return None;
        }
        match self {
            Self::Linear(pieces) => linear(pieces, value, last),
            Self::Steps(stops) => {
                let after = stops.partition_point(|(stop, _)| *stop <= value);
                stops.get(after.saturating_sub(1)).map(|(_, ink)| *ink)
            }
            Self::Bytes(inks) => {
                let whole = value as usize;
                if whole as f32 == value { inks.get(whole).copied().flatten() } else { None }
            }
            Self::Cases(inks) => inks.get(&(value + 0.0).to_bits()).copied(),
        }
    }
}

fn float(colour: Colour) -> [f32; 4] {
    ink(colour, 1.0).map(f32::from)
}

#[inline]
fn linear(pieces: &[Piece], value: f32, last: &mut usize) -> Option<Ink> {
    let mut piece = pieces.get(*last)?;
    if !(value >= piece.from && value < piece.to) {
        *last = pieces.partition_point(|piece| piece.to <= value).min(pieces.len() - 1);
        piece = &pieces[*last];
    }
    // Rounding may take a colour a hair out of its range; a cast stays in it.
    let along = value - piece.from;
    Some(std::array::from_fn(|channel| (piece.colour[channel] + piece.slope[channel] * along + 0.5) as u8))
}

/// Pieces from below the first stop to beyond the last.
fn pieces(stops: &[(f64, [f32; 4])]) -> Vec<Piece> {
    let (Some(first), Some(last)) = (stops.first(), stops.last()) else { return Vec::new() };
    let flat = |from: f64, to: f64, colour| Piece { from: from as f32, to: to as f32, colour, slope: [0.0; 4] };
    let mut all = vec![Piece { from: f32::MIN, ..flat(0.0, first.0, first.1) }];
    all.extend(stops.windows(2).map(|pair| {
        let ((low, a), (high, b)) = (pair[0], pair[1]);
        let slope =
            std::array::from_fn(|channel| ((f64::from(b[channel]) - f64::from(a[channel])) / (high - low)) as f32);
        Piece { slope, ..flat(low, high, a) }
    }));
    all.push(flat(last.0, f64::INFINITY, last.1));
    // Stops that are the same number in single precision have nothing between them.
    all.retain(|piece| piece.from < piece.to);
    all
}

/// A curve as many straight pieces.
fn straightened(mapping: &Mapping<Colour>, stops: &[(f64, Colour)]) -> Vec<(f64, [f32; 4])> {
    let mut straight = Vec::new();
    for pair in stops.windows(2) {
        let (low, high) = (pair[0].0, pair[1].0);
        for piece in 0..CURVE_PIECES {
            let value = low + (high - low) * piece as f64 / CURVE_PIECES as f64;
            straight.extend(mapping.of_number(value).map(|colour| (value, float(colour))));
        }
    }
    straight.extend(stops.last().map(|&(value, colour)| (value, float(colour))));
    straight
}

fn cases_of(cases: &[(String, Colour)]) -> Ramp {
    let numbers = || cases.iter().rev().filter_map(|(key, colour)| Some((key.parse::<f64>().ok()?, ink(*colour, 1.0))));
    let is_byte = |number: f64| (0.0..=255.0).contains(&number) && number.fract() == 0.0;
    if !numbers().all(|(number, _)| is_byte(number)) {
        return Ramp::Cases(numbers().map(|(number, ink)| ((number as f32 + 0.0).to_bits(), ink)).collect());
    }
    let mut inks = vec![None; 256];
    numbers().for_each(|(number, ink)| inks[number as usize] = Some(ink));
    Ramp::Bytes(inks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style::Styled;

    #[test]
    fn a_ramp_gives_what_the_mapping_gives() {
        let stops = vec![(0.0, Colour::BLACK), (10.0, Colour::rgb(0xff_0000)), (100.0, Colour::WHITE)];
        for curve in [Curve::Linear, Curve::SquareRoot, Curve::Exponential(1.05)] {
            let mapping = Mapping::Interpolate { stops: stops.clone(), curve };
            let ramp = Ramp::of(&mapping);
            let mut last = 0;
            for value in (-10..120).map(f64::from) {
                let (drawn, meant) = (ramp.ink(value as f32, &mut last).unwrap(), mapping.of_number(value).unwrap().0);
                let apart = (0..4).map(|channel| drawn[channel].abs_diff(meant[channel])).max();
                let steep = matches!(curve, Curve::SquareRoot) && (0.0..1.0).contains(&value);
                assert!(apart <= Some(if steep { 40 } else { 2 }), "{curve:?} {value}: {drawn:?} {meant:?}");
            }
            assert_eq!(ramp.ink(f32::NAN, &mut last), None);
        }
        assert_eq!(Colour::BLACK.between(Colour::WHITE, 1.0), Styled::between(Colour::BLACK, Colour::WHITE, 1.0));
    }

    #[test]
    fn classes_are_found_by_number_and_others_have_no_colour() {
        let red = [255, 0, 0, 255];
        let cases = |keys: &[&str]| {
            Ramp::of(&Mapping::Match(keys.iter().map(|key| ((*key).to_owned(), Colour(red))).collect()))
        };
        assert_eq!(cases(&["0", "7"]).ink(7.0, &mut 0), Some(red));
        assert_eq!(cases(&["0", "7"]).ink(7.5, &mut 0), None);
        assert_eq!(cases(&["0", "7"]).ink(-1.0, &mut 0), None);
        assert_eq!(cases(&["-1", "70000", "1.5"]).ink(70000.0, &mut 0), Some(red));
        assert_eq!(cases(&["-1", "70000", "1.5"]).ink(1.0, &mut 0), None);
        assert_eq!(cases(&["0", "70000"]).ink(-0.0, &mut 0), Some(red));
    }
}
