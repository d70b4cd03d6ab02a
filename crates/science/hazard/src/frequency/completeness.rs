//! Rates from a catalogue that is complete since different years for different magnitudes: Weichert (1980), Kijko and Smit (2012).

use super::{Histogram, gutenberg_richter};
use serde::Serialize;
use std::collections::BTreeMap;
use std::f64::consts::LN_10;
use terrane_model::{Error, error::Result};

/// When Newton's iteration has found β.
const TOLERANCE: f64 = 1e-10;
/// After how many steps it has failed to.
const STEPS: usize = 200;

/// Since when a catalogue is complete from which magnitude.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Completeness {
    /// The first year (a decimal year) and the magnitude complete since then: latest first, magnitudes rising.
    steps: Vec<(f64, f64)>,
    /// Where the catalogue ends: a decimal year, 2025.0 for the end of 2024.
    end: f64,
}

impl Completeness {
    /// A table of first years and magnitudes, in any order, for a catalogue that ends at a decimal year.
    ///
    /// # Errors
    /// When it is empty, a year is at or after the end, or a smaller magnitude would be complete for longer than a greater one.
    pub fn new(mut steps: Vec<(f64, f64)>, end: f64) -> Result<Self> {
        steps.sort_by(|one, other| other.0.total_cmp(&one.0));
        let finite = steps.iter().all(|(year, magnitude)| year.is_finite() && magnitude.is_finite() && *year < end);
        let rising = steps.windows(2).all(|pair| pair[0].1 < pair[1].1 && pair[0].0 > pair[1].0);
        if steps.is_empty() || !finite || !rising || !end.is_finite() {
            return Err(Error::invalid(
                "A table of completeness lists years before the catalogue's end, and the further back, the greater the \
                 magnitude: 2000 4.0, 1985 4.6, 1965 5.2.",
            )
            .at("completeness"));
        }
        Ok(Self { steps, end })
    }

    /// Since when earthquakes of a magnitude are complete; `None` when they never are.
    pub fn since(&self, magnitude: f64) -> Option<f64> {
        let complete = self.steps.iter().rev().find(|(_, least)| magnitude >= least - 1e-6);
        complete.map(|(year, _)| *year)
    }

    /// For how many years earthquakes of a magnitude are complete; 0 when they never are.
    pub fn years(&self, magnitude: f64) -> f64 {
        self.since(magnitude).map_or(0.0, |since| self.end - since)
    }

    /// The smallest magnitude that is complete for some time.
    pub fn least_magnitude(&self) -> f64 {
        self.steps[0].1
    }

    /// The first and the last decimal year of each period between two steps, latest first: of each of them the counts are wanted.
    pub fn spans(&self) -> impl Iterator<Item = (f64, f64)> {
        let ends = std::iter::once(self.end).chain(self.steps.iter().map(|(year, _)| *year));
        self.steps.iter().map(|(year, _)| *year).zip(ends)
    }

    /// The periods of [`kijko_smit`] and [`Completeness::bins`] from the counts of each of [`Completeness::spans`].
    ///
    /// # Errors
    /// When there are not as many counts as spans, or their bins differ in width.
    pub fn periods(&self, counts: Vec<Histogram>) -> Result<Vec<Period>> {
        if counts.len() != self.steps.len() || counts.windows(2).any(|pair| pair[0].width() != pair[1].width()) {
            let steps = self.steps.len();
            return Err(Error::invalid(format!(
                "The table of completeness needs {steps} counts with bins of one width."
            )));
        }
        let steps = self.spans().zip(&self.steps);
        let periods = counts.into_iter().zip(steps).map(|(counts, ((start, end), (_, mc)))| Period {
            counts: counts.from_magnitude(*mc),
            mc: *mc,
            years: end - start,
        });
        Ok(periods.collect())
    }

    /// The same from a list of earthquakes (decimal year, magnitude), in bins of a width.
    ///
    /// # Errors
    /// As [`Histogram::of`].
    pub fn periods_of(&self, events: &[(f64, f64)], width: f64) -> Result<Vec<Period>> {
        let counts = self.spans().map(|(start, end)| {
            let inside = events.iter().filter(|(year, _)| (start..end).contains(year));
            Histogram::of(inside.map(|(_, magnitude)| *magnitude), width)
        });
        self.periods(counts.collect::<Result<_>>()?)
    }

    /// The bins of [`weichert`] from the periods.
    pub fn bins(&self, periods: &[Period]) -> Vec<CompleteBin> {
        let Some(width) = periods.first().map(|period| period.counts.width()) else { return Vec::new() };
        let number = |magnitude: f64| (magnitude / width).round() as i64;
        let mut counts = BTreeMap::<i64, u64>::new();
        for (magnitude, count) in periods.iter().flat_map(|period| period.counts.bins()) {
            *counts.entry(number(magnitude)).or_default() += count;
        }
        let lowest = number(periods[0].counts.rounded(self.least_magnitude()));
        let highest = counts.iter().rev().find(|(_, count)| **count > 0).map_or(lowest, |(bin, _)| *bin);
        let bin = |bin: i64| {
            let magnitude = bin as f64 * width;
            let count = counts.get(&bin).copied().unwrap_or_default();
            CompleteBin { magnitude, count, years: self.years(magnitude) }
        };
        (lowest..=highest).map(bin).collect()
    }
}

/// A bin of magnitudes and for how long it is complete.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CompleteBin {
    /// The bin's centre.
    pub magnitude: f64,
    /// How many earthquakes fell into it while it was complete.
    pub count: u64,
    /// For how many years it is complete.
    pub years: f64,
}

/// The result of [`weichert`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Weichert {
    /// The slope b.
    pub b: f64,
    /// Its standard deviation.
    pub sigma_b: f64,
    /// Earthquakes per year from the lowest bin upwards.
    pub rate: f64,
    /// Its standard deviation, rate/√N.
    pub sigma_rate: f64,
    /// The lower edge of the lowest bin, to which the rate belongs.
    pub magnitude: f64,
    /// The number of earthquakes.
    pub count: u64,
}

impl Weichert {
    /// The a-value per year: log₁₀ of the rate above magnitude 0.
    pub fn a_per_year(&self) -> f64 {
        self.rate.log10() + self.b * self.magnitude
    }
}

/// The b-value and rate by maximum likelihood for bins that are complete for unequal times (Weichert 1980, BSSA 70, 1337–1346).
///
/// # Errors
/// When there are fewer than two bins with time, no earthquakes, all in one bin, or no solution is found.
pub fn weichert(bins: &[CompleteBin]) -> Result<Weichert> {
    let unsolved = || {
        Error::invalid(
            "Weichert's rate needs earthquakes in two bins of magnitude or more, each complete for some time.",
        )
    };
    let bins: Vec<CompleteBin> = bins.iter().copied().filter(|bin| bin.years > 0.0).collect();
    let (Some(first), Some(second)) = (bins.first(), bins.get(1)) else { return Err(unsolved()) };
    let number: f64 = bins.iter().map(|bin| bin.count as f64).sum();
    let mean = bins.iter().map(|bin| bin.count as f64 * bin.magnitude).sum::<f64>() / number;
    let (beta, curvature) = solve(&bins, mean).ok_or_else(unsolved)?;
    let weight = |bin: &CompleteBin| (-beta * (bin.magnitude - first.magnitude)).exp();
    let rate =
        number * bins.iter().map(weight).sum::<f64>() / bins.iter().map(|bin| bin.years * weight(bin)).sum::<f64>();
    Ok(Weichert {
        b: beta / LN_10,
        sigma_b: (1.0 / (number * curvature)).sqrt() / LN_10,
        rate,
        sigma_rate: rate / number.sqrt(),
        magnitude: first.magnitude - (second.magnitude - first.magnitude) / 2.0,
        count: number as u64,
    })
}

/// β for which the mean magnitude of the law is that of the catalogue, and the variance of the magnitude there.
fn solve(bins: &[CompleteBin], mean: f64) -> Option<(f64, f64)> {
    let mut beta = LN_10;
    for _ in 0..STEPS {
        let sum = |power: i32| -> f64 {
            bins.iter()
                .map(|bin| bin.years * (-beta * (bin.magnitude - mean)).exp() * (bin.magnitude - mean).powi(power))
                .sum()
        };
        let offset = sum(1) / sum(0);
        let variance = sum(2) / sum(0) - offset * offset;
        let step = offset / variance;
        beta += step.clamp(-1.0, 1.0);
        if !beta.is_finite() || beta.abs() > 100.0 {
            return None;
        }
        if step.abs() < TOLERANCE {
            return Some((beta, variance));
        }
    }
    None
}

/// A part of a catalogue that is complete from one magnitude upwards.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Period {
    /// The earthquakes in it.
    pub counts: Histogram,
    /// The magnitude from which it is complete.
    pub mc: f64,
    /// How many years it lasts.
    pub years: f64,
}

/// The result of [`kijko_smit`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PeriodsRate {
    /// The slope b.
    pub b: f64,
    /// Its standard deviation, b/√N.
    pub sigma_b: f64,
    /// Earthquakes per year from the smallest complete magnitude upwards.
    pub rate: f64,
    /// Its standard deviation, rate/√N.
    pub sigma_rate: f64,
    /// The smallest complete magnitude, to which the rate belongs.
    pub magnitude: f64,
    /// The number of earthquakes.
    pub count: u64,
}

/// The b-value of several periods as the harmonic mean of theirs, weighted by their numbers of earthquakes (Kijko & Smit 2012,
/// BSSA 102, 1283–1287, equations 7 to 10). The rate is equation 10 with β = b ln 10 in the exponent.
///
/// # Errors
/// When no period has two earthquakes.
pub fn kijko_smit(periods: &[Period]) -> Result<PeriodsRate> {
    let fits: Vec<_> = periods.iter().filter_map(|period| gutenberg_richter(&period.counts, period.mc).ok()).collect();
    let fitted: u64 = fits.iter().map(|fit| fit.count).sum();
    if fitted == 0 {
        return Err(Error::invalid(
            "None of the periods has two earthquakes or more above its magnitude of completeness.",
        ));
    }
    let count: u64 = periods.iter().map(|period| period.counts.from_magnitude(period.mc).total()).sum();
    let b = fitted as f64 / fits.iter().map(|fit| fit.count as f64 / fit.b).sum::<f64>();
    let magnitude = periods.iter().map(|period| period.mc).fold(f64::INFINITY, f64::min);
    let rate = count as f64 / weighted_years(periods, b * LN_10);
    let root = (count as f64).sqrt();
    Ok(PeriodsRate { b, sigma_b: b / root, rate, sigma_rate: rate / root, magnitude, count })
}

/// The years of the periods, each weighted by the share of all earthquakes that it can see.
fn weighted_years(periods: &[Period], beta: f64) -> f64 {
    let least = periods.iter().map(|period| period.mc).fold(f64::INFINITY, f64::min);
    periods.iter().map(|period| period.years * (-beta * (period.mc - least)).exp()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_since_when() {
        let table = Completeness::new(vec![(1965.0, 5.2), (2000.0, 4.0), (1985.0, 4.6)], 2025.0).expect("a table");
        assert_eq!(table.since(4.0), Some(2000.0));
        assert_eq!(table.since(4.6), Some(1985.0));
        assert_eq!(table.years(7.0), 60.0);
        assert_eq!((table.since(3.9), table.years(3.9)), (None, 0.0));
        assert!(Completeness::new(vec![(2000.0, 5.0), (1985.0, 4.6)], 2025.0).is_err());
        assert!(Completeness::new(vec![(2030.0, 5.0)], 2025.0).is_err());
        assert!(Completeness::new(vec![], 2025.0).is_err());
    }

    #[test]
    fn equal_times_give_the_b_value_of_aki() {
        let counts = Histogram::from_counts(4.0, 0.1, (0..40).map(|at| 40_u64.saturating_sub(at * 2)).collect())
            .expect("counts");
        let bins: Vec<_> =
            counts.bins().map(|(magnitude, count)| CompleteBin { magnitude, count, years: 10.0 }).collect();
        let found = weichert(&bins).expect("a solution");
        assert!((found.rate - counts.total() as f64 / 10.0).abs() < 1e-9);
        assert!((found.magnitude - 3.95).abs() < 1e-9);
    }

    #[test]
    fn what_has_no_solution_says_so() {
        let bin = |count, years| CompleteBin { magnitude: 4.0, count, years };
        assert!(weichert(&[]).is_err());
        assert!(weichert(&[bin(3, 1.0)]).is_err());
        assert!(weichert(&[bin(3, 1.0), CompleteBin { magnitude: 4.1, ..bin(0, 1.0) }]).is_err());
        assert!(weichert(&[bin(0, 1.0), CompleteBin { magnitude: 4.1, ..bin(0, 1.0) }]).is_err());
        assert!(kijko_smit(&[]).is_err());
    }
}
