//! How often an earthquake of a size comes back, and how likely one is, from the number that has been counted.

use crate::frequency::Histogram;
use serde::{Deserialize, Serialize};
use terrane_model::{Error, error::Result};

/// The share of cases that an interval shall hold.
const CONFIDENCE: f64 = 0.95;

/// What is taken for granted in a rate from a count; a page prints each in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assumption {
    /// The events come independently of each other and at a rate that does not change (a Poisson process).
    Poisson,
    /// None of the events in the window is missing.
    Complete,
    /// Fore- and aftershocks are counted like others.
    Clustered,
    /// Fore- and aftershocks are left out.
    Declustered,
    /// Fewer than five events were counted: the interval says more than the best value.
    FewEvents,
    /// No event was counted: there is no best return period, only a bound.
    NoEvents,
    /// The return period may be longer than the window that it was counted in.
    LongerThanRecord,
}

/// Seconds of a year of the Gregorian calendar on average.
pub const SECONDS_PER_YEAR: f64 = 31_556_952.0;

/// A number of events in a window in which none of them is missing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// How many there were.
    pub events: u64,
    /// In how many years.
    pub years: f64,
    /// Whether fore- and aftershocks have been left out.
    pub declustered: bool,
}

/// A best value and the interval that holds the true one in 95 of 100 cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The best value; infinite for the return period of what has not happened.
    pub best: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

/// How often something comes back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recurrence {
    /// Events per year.
    pub rate: Estimate,
    /// Years from one event to the next on average; infinite where the rate is 0.
    pub return_years: Estimate,
    /// What was taken for granted.
    pub assumptions: Vec<Assumption>,
}

/// The rate and the return period that a count stands for, with the exact interval of a Poisson count (Garwood 1936, Biometrika
/// 28, 437–442).
///
/// # Errors
/// When the window is not longer than nothing.
pub fn recurrence(count: Count) -> Result<Recurrence> {
    if !(count.years.is_finite() && count.years > 0.0) {
        return Err(Error::invalid("A rate needs a window of years that is longer than nothing.").at("years"));
    }
    let (low, high) = garwood(count.events);
    let per_year = |events: f64| events / count.years;
    let rate = Estimate { best: per_year(count.events as f64), low: per_year(low), high: per_year(high) };
    let return_years = Estimate { best: 1.0 / rate.best, low: 1.0 / rate.high, high: 1.0 / rate.low };
    Ok(Recurrence { rate, return_years, assumptions: assumptions(count) })
}

impl Count {
    /// The earthquakes of a magnitude or above in counts that were made over so many complete years.
    pub fn above(counts: &Histogram, magnitude: f64, years: f64) -> Self {
        Self { events: counts.from_magnitude(magnitude).total(), years, declustered: false }
    }
}

fn assumptions(count: Count) -> Vec<Assumption> {
    let sequence = if count.declustered { Assumption::Declustered } else { Assumption::Clustered };
    let doubts = [
        (Assumption::NoEvents, count.events == 0),
        (Assumption::FewEvents, (1..5).contains(&count.events)),
        (Assumption::LongerThanRecord, garwood(count.events).0 < 1.0),
    ];
    let doubts = doubts.into_iter().filter(|(_, holds)| *holds).map(|(doubt, _)| doubt);
    [Assumption::Poisson, Assumption::Complete, sequence].into_iter().chain(doubts).collect()
}

impl Recurrence {
    /// The probability of one event or more in so many years: 1 − exp(−rate · years).
    pub fn probability(&self, years: f64) -> Estimate {
        let within = |rate: f64| -(-rate * years.max(0.0)).exp_m1();
        Estimate { best: within(self.rate.best), low: within(self.rate.low), high: within(self.rate.high) }
    }
}

/// The exact 95 % interval of the mean of a Poisson count: half the χ² quantiles of 2n and 2n + 2 degrees of freedom.
pub fn garwood(events: u64) -> (f64, f64) {
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let number = events as f64;
    let low = if events == 0 { 0.0 } else { gamma_quantile(tail, number) };
    (low, gamma_quantile(1.0 - tail, number + 1.0))
}

/// Counts above which Wilson and Hilferty's (1931) approximation is as good as the exact value, to a millionth of it.
const MANY: f64 = 100_000.0;
/// The normal distribution's quantile for the upper tail of [`CONFIDENCE`].
const NORMAL_QUANTILE: f64 = 1.959_963_984_540_054;

/// Where a gamma distribution of a shape has left a probability behind it: exactly by halving, for many events by approximation.
fn gamma_quantile(probability: f64, shape: f64) -> f64 {
    let approximate = |normal: f64| shape * (1.0 - 1.0 / (9.0 * shape) + normal / (3.0 * shape.sqrt())).powi(3);
    if shape > MANY {
        return approximate(NORMAL_QUANTILE.copysign(probability - 0.5));
    }
    let (mut low, mut high) = (0.0, approximate(2.0 * NORMAL_QUANTILE) + 1.0);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if gamma_share(shape, middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The regularised lower incomplete gamma function P(a, x), by its series below a + 1 and its continued fraction above (Abramowitz &
/// Stegun 6.5.29 and 6.5.31).
fn gamma_share(shape: f64, x: f64) -> f64 {
    let scale = (shape * x.ln() - x - ln_gamma(shape)).exp();
    if x < shape + 1.0 {
        let (mut term, mut total, mut step) = (1.0 / shape, 1.0 / shape, shape);
        while term > total * f64::EPSILON {
            step += 1.0;
            term *= x / step;
            total += term;
        }
        return scale * total;
    }
    // Lentz's way of evaluating the fraction from the front.
    let (mut base, mut upper, mut lower) = (x + 1.0 - shape, f64::MAX, 1.0 / (x + 1.0 - shape));
    let mut fraction = lower;
    for step in 1..FRACTION_STEPS {
        let top = -f64::from(step) * (f64::from(step) - shape);
        base += 2.0;
        lower = 1.0 / (top * lower + base);
        upper = base + top / upper;
        fraction *= upper * lower;
        if (upper * lower - 1.0).abs() < 4.0 * f64::EPSILON {
            break;
        }
    }
    1.0 - scale * fraction
}

/// Steps of the continued fraction at most: [`MANY`] events need some thousand.
const FRACTION_STEPS: u32 = 100_000;

/// ln Γ(x) by Stirling's series (Abramowitz & Stegun 6.1.41) after climbing to 15.
fn ln_gamma(mut x: f64) -> f64 {
    let mut climbed = 0.0;
    while x < 15.0 {
        climbed += x.ln();
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let series = (1.0 / 12.0 - inverse * (1.0 / 360.0 - inverse * (1.0 / 1260.0 - inverse / 1680.0))) / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series - climbed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_scipy() {
        // scipy.stats.chi2.ppf(0.025, 2n)/2 and chi2.ppf(0.975, 2n + 2)/2; the first rows are Garwood's table too.
        for (events, low, high) in [
            (0, 0.0, 3.6888794541139354),
            (1, 0.025317807984289876, 5.571643390938898),
            (2, 0.24220927854396496, 7.22468766772396),
            (5, 1.6234863901184207, 11.66833207932267),
            (10, 4.7953886961324335, 18.39035604201778),
            (100, 81.36399125092314, 121.62679379242638),
            (1000, 938.9730184076952, 1063.952136016302),
            (1_000_000, 998_040.9833402939, 1_001_961.911945_4322),
        ] {
            let found = garwood(events);
            assert!(
                (found.0 - low).abs() <= 1e-9 * low && (found.1 - high).abs() <= 1e-9 * high,
                "{events}: {found:?}"
            );
        }
    }

    #[test]
    fn a_count_is_a_rate_a_period_and_a_probability() {
        let found = recurrence(Count { events: 10, years: 100.0, declustered: true }).expect("a window");
        assert!((found.rate.best - 0.1).abs() < 1e-12 && (found.return_years.best - 10.0).abs() < 1e-9);
        assert!(found.return_years.low < 10.0 && found.return_years.high > 10.0);
        assert!((found.probability(30.0).best - (1.0 - (-3.0_f64).exp())).abs() < 1e-12);
        assert_eq!(found.assumptions, [Assumption::Poisson, Assumption::Complete, Assumption::Declustered]);
    }

    #[test]
    fn what_has_not_happened_has_a_bound_only() {
        let found = recurrence(Count { events: 0, years: 50.0, declustered: false }).expect("a window");
        assert!(found.return_years.best.is_infinite() && found.return_years.high.is_infinite());
        assert!((found.return_years.low - 50.0 / 3.6889).abs() < 1e-3);
        assert_eq!(found.probability(10.0).best, 0.0);
        assert!(found.assumptions.contains(&Assumption::NoEvents));
        assert!(recurrence(Count { events: 1, years: 0.0, declustered: false }).is_err());
        assert!(recurrence(Count { events: 1, years: f64::NAN, declustered: false }).is_err());
    }
}
