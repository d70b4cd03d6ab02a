//! The magnitude of completeness by maximum curvature, and the b-value of Aki and Utsu with its uncertainty.

use super::Histogram;
use serde::Serialize;
use std::f64::consts::{LN_10, LOG10_E};
use terrane_model::{Error, error::Result};

/// What is added to maximum curvature because the smallest events above it are still partly missed (Woessner & Wiemer 2005).
const CURVATURE_CORRECTION: f64 = 0.2;

/// The magnitude from which a catalogue is complete, by maximum curvature: the fullest bin (Wiemer & Wyss 2000, BSSA 90, 859–869).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mc {
    /// The centre of the fullest bin; of equally full ones the greater.
    pub maximum_curvature: f64,
    /// The same with 0.2 added (Woessner & Wiemer 2005, BSSA 95, 684–698).
    pub corrected: f64,
}

/// The magnitude of completeness; `None` when nothing is counted.
pub fn maximum_curvature(counts: &Histogram) -> Option<Mc> {
    let fullest = counts.bins().filter(|(_, count)| *count > 0).max_by_key(|(_, count)| *count)?.0;
    Some(Mc { maximum_curvature: fullest, corrected: counts.rounded(fullest + CURVATURE_CORRECTION) })
}

/// The law of Gutenberg and Richter, log₁₀ N(≥ M) = a − b M, fitted to the earthquakes from a magnitude upwards.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GutenbergRichter {
    /// The slope b.
    pub b: f64,
    /// Its standard deviation b/√N (Aki 1965).
    pub sigma_aki: f64,
    /// Its standard deviation by Shi & Bolt (1982, BSSA 72, 1677–1687).
    pub sigma_shi_bolt: f64,
    /// log₁₀ of the number of earthquakes above magnitude 0 in the catalogue's time: log₁₀ N + b Mc.
    pub a: f64,
    /// The magnitude from which on it was fitted: the centre of its lowest bin.
    pub mc: f64,
    /// The number of earthquakes it was fitted to.
    pub count: u64,
}

impl GutenbergRichter {
    /// The a-value per year, for a catalogue of so many years.
    pub fn a_per_year(&self, years: f64) -> f64 {
        self.a - years.log10()
    }

    /// How many earthquakes of a magnitude or above the law expects in the catalogue's time.
    pub fn expected(&self, magnitude: f64) -> f64 {
        10_f64.powf(self.a - self.b * magnitude)
    }
}

/// The b-value by maximum likelihood of Aki (1965, Bull. Earthq. Res. Inst. 43, 237–239) with Utsu's half bin:
/// b = log₁₀e / (mean − (Mc − ΔM/2)).
///
/// # Errors
/// When fewer than two earthquakes are at `mc` or above, or all of them fall into one bin narrower than the law can tell.
pub fn gutenberg_richter(counts: &Histogram, mc: f64) -> Result<GutenbergRichter> {
    let complete = counts.from_magnitude(mc);
    let (count, mc) = (complete.total(), counts.rounded(mc));
    let mean = complete.mean().filter(|_| count > 1).ok_or_else(|| too_few(count, mc))?;
    let b = LOG10_E / (mean - (mc - counts.width() / 2.0));
    let spread: f64 = complete.bins().map(|(centre, count)| count as f64 * (centre - mean).powi(2)).sum();
    let number = count as f64;
    Ok(GutenbergRichter {
        b,
        sigma_aki: b / number.sqrt(),
        sigma_shi_bolt: LN_10 * b * b * (spread / (number * (number - 1.0))).sqrt(),
        a: number.log10() + b * mc,
        mc,
        count,
    })
}

fn too_few(count: u64, mc: f64) -> Error {
    Error::invalid(format!("A b-value needs two earthquakes or more of magnitude {mc:.2} or above; there are {count}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts that follow the law exactly with b = 1.
    fn lawful() -> Histogram {
        let counts = (0..60).map(|at| (1e6 * 10_f64.powf(-0.1 * f64::from(at))).round() as u64).collect();
        Histogram::from_counts(3.0, 0.1, counts).expect("counts")
    }

    #[test]
    fn the_b_value_of_the_law_is_found() {
        let found = gutenberg_richter(&lawful(), 3.0).expect("many");
        // Utsu's half bin leaves a bias of (b ΔM ln 10)²/12: 0.4 % at a tenth.
        assert!((found.b - 1.0).abs() < 6e-3, "{}", found.b);
        assert!((found.a - found.a_per_year(10.0) - 1.0).abs() < 1e-12);
        assert!((found.expected(found.mc) / found.count as f64 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_fullest_bin_is_complete_and_ties_are_careful() {
        let mc = maximum_curvature(&Histogram::from_counts(2.0, 0.1, vec![3, 9, 9, 1]).expect("counts")).expect("some");
        assert!((mc.maximum_curvature - 2.2).abs() < 1e-9 && (mc.corrected - 2.4).abs() < 1e-9);
        assert_eq!(maximum_curvature(&Histogram::of([], 0.1).expect("nothing")), None);
    }

    #[test]
    fn one_earthquake_has_no_b_value() {
        let one = Histogram::of([5.0], 0.1).expect("a magnitude");
        assert!(gutenberg_richter(&one, 5.0).is_err());
        assert!(gutenberg_richter(&one, 7.0).is_err());
    }
}
