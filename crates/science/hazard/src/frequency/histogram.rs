//! Counts of earthquakes per bin of magnitude.

use serde::{Deserialize, Serialize};
use terrane_model::{Error, error::Result};

/// Bins no narrower than this: magnitudes are not known better.
const WIDTH_LEAST: f64 = 0.01;
/// Magnitudes beyond these are no magnitudes.
const MAGNITUDES: std::ops::RangeInclusive<f64> = -10.0..=12.0;
/// What decimal fractions may be off by in binary, in bins: 4.95 is a half of a tenth and goes up.
const ROUNDING: f64 = 1e-6;

/// Counts of earthquakes per bin of magnitude. The centres of the bins are multiples of the width, as catalogues round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    width: f64,
    first: i64,
    counts: Vec<u64>,
}

impl Histogram {
    /// The counts of a list of magnitudes in bins of a width; what is not a number is left out.
    ///
    /// # Errors
    /// When the width is below 0.01 or above 2, or a magnitude is beyond −10 to 12.
    pub fn of(magnitudes: impl IntoIterator<Item = f64>, width: f64) -> Result<Self> {
        check_width(width)?;
        // A million magnitudes: one slot for each bin that there can be, and those without any cut off at the end.
        let lowest = bin(*MAGNITUDES.start(), width);
        let mut all = vec![0_u64; (bin(*MAGNITUDES.end(), width) - lowest + 1) as usize];
        for magnitude in magnitudes.into_iter().filter(|magnitude| magnitude.is_finite()) {
            check_magnitude(magnitude)?;
            all[(bin(magnitude, width) - lowest) as usize] += 1;
        }
        let is_used = |count: &u64| *count > 0;
        let Some(first) = all.iter().position(is_used) else { return Ok(Self { width, first: 0, counts: Vec::new() }) };
        let end = all.iter().rposition(is_used).map_or(first, |last| last + 1);
        Ok(Self { width, first: lowest + first as i64, counts: all[first..end].to_vec() })
    }

    /// Counts that were made elsewhere, from the bin whose centre is the first magnitude upwards.
    ///
    /// # Errors
    /// As [`Histogram::of`], and when the last bin is beyond magnitude 12.
    pub fn from_counts(first_magnitude: f64, width: f64, counts: Vec<u64>) -> Result<Self> {
        check_width(width)?;
        check_magnitude(first_magnitude)?;
        check_magnitude(first_magnitude + width * counts.len().saturating_sub(1) as f64)?;
        Ok(Self { width, first: bin(first_magnitude, width), counts })
    }

    /// The width of a bin.
    pub fn width(&self) -> f64 {
        self.width
    }

    /// How many earthquakes are counted.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The centre of each bin and its count, upwards.
    pub fn bins(&self) -> impl DoubleEndedIterator<Item = (f64, u64)> {
        self.counts.iter().enumerate().map(|(at, count)| (self.centre(at), *count))
    }

    /// The centre of each bin and how many earthquakes are in it or above, upwards.
    pub fn cumulative(&self) -> Vec<(f64, u64)> {
        let mut above = self.total();
        let step = |(centre, count)| {
            let here = (centre, above);
            above -= count;
            here
        };
        self.bins().map(step).collect()
    }

    /// The bins from that of a magnitude upwards.
    #[must_use]
    pub fn from_magnitude(&self, magnitude: f64) -> Self {
        let skipped = (bin(magnitude, self.width) - self.first).clamp(0, self.counts.len() as i64);
        Self { width: self.width, first: self.first + skipped, counts: self.counts[skipped as usize..].to_vec() }
    }

    /// The mean magnitude, every earthquake taken at the centre of its bin; `None` when there are none.
    pub fn mean(&self) -> Option<f64> {
        let total = self.total();
        (total > 0).then(|| self.bins().map(|(centre, count)| centre * count as f64).sum::<f64>() / total as f64)
    }

    /// The centre of the bin that a magnitude falls into.
    pub fn rounded(&self, magnitude: f64) -> f64 {
        bin(magnitude, self.width) as f64 * self.width
    }

    fn centre(&self, at: usize) -> f64 {
        (self.first + at as i64) as f64 * self.width
    }
}

/// The number of the bin of a magnitude: halves go up, whatever their binary fraction.
fn bin(magnitude: f64, width: f64) -> i64 {
    (magnitude / width + 0.5 + ROUNDING).floor() as i64
}

fn check_width(width: f64) -> Result<()> {
    if (WIDTH_LEAST..=2.0).contains(&width) {
        return Ok(());
    }
    Err(Error::invalid(format!("A bin of magnitudes must be 0.01 to 2 wide, not {width}.")).at("width"))
}

/// Whether a number can be a magnitude; one that stands for "not known", such as −99, cannot.
pub fn is_magnitude(number: &f64) -> bool {
    MAGNITUDES.contains(number)
}

fn check_magnitude(magnitude: f64) -> Result<()> {
    if is_magnitude(&magnitude) {
        return Ok(());
    }
    Err(Error::invalid(format!("{magnitude} is not a magnitude: they go from -10 to 12.")).at("magnitude"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_up_and_tenths_stay() {
        let counts = Histogram::of([4.95, 4.949, 5.0, 5.04, 5.05, f64::NAN], 0.1).expect("magnitudes");
        let bins: Vec<_> = counts.bins().map(|(centre, count)| ((centre * 10.0).round() as i64, count)).collect();
        assert_eq!(bins, [(49, 1), (50, 3), (51, 1)]);
        for tenth in -100..=120 {
            let magnitude: f64 = format!("{:.1}", f64::from(tenth) / 10.0).parse().expect("a number");
            assert_eq!(bin(magnitude, 0.1), i64::from(tenth), "{magnitude}");
            let half: f64 = format!("{:.2}", f64::from(tenth) / 10.0 + 0.05).parse().expect("a number");
            assert_eq!(bin(half, 0.1), i64::from(tenth) + 1, "{half}");
        }
    }

    #[test]
    fn counts_from_elsewhere_are_the_same_thing() {
        let list = Histogram::of([4.0, 4.0, 4.2], 0.1).expect("magnitudes");
        assert_eq!(list, Histogram::from_counts(4.0, 0.1, vec![2, 0, 1]).expect("counts"));
        assert_eq!(list.cumulative().iter().map(|(_, above)| *above).collect::<Vec<_>>(), [3, 1, 1]);
        assert_eq!(list.from_magnitude(4.1).total(), 1);
        assert_eq!(list.from_magnitude(9.0).total(), 0);
    }

    #[test]
    fn what_is_no_magnitude_is_refused() {
        assert!(Histogram::of([1e9], 0.1).is_err());
        assert!(Histogram::of([4.0], 0.0).is_err());
        assert!(Histogram::from_counts(4.0, 0.1, vec![0; 1000]).is_err());
        assert_eq!(Histogram::of([], 0.1).expect("nothing").total(), 0);
    }
}
