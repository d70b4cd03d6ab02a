//! What is learnt of a band while it is written: range, mean, deviation, and whether its values are names of classes.

use crate::grid::sample::Sample;

/// A band with so many different whole numbers or fewer is taken for a map of classes, whose values must not be averaged.
const CLASSES_MAX: usize = 64;

/// Running statistics of one band, samples without data left out.
#[derive(Debug, Clone)]
pub(super) struct Statistics {
    pub(super) count: u64,
    pub(super) least: f64,
    pub(super) greatest: f64,
    sum: f64,
    sum_of_squares: f64,
    /// Sums are taken of the differences from the first sample, so that little is lost to rounding.
    around: f64,
    /// The different values in order, until there are too many or one is no whole number.
    classes: Option<Vec<f64>>,
}

impl Statistics {
    pub(super) fn new() -> Self {
        Self {
            count: 0,
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            sum: 0.0,
            sum_of_squares: 0.0,
            around: 0.0,
            classes: Some(Vec::new()),
        }
    }

    /// Takes in samples.
    pub(super) fn add<T: Sample>(&mut self, samples: &[T], no_data: Option<f64>) {
        let mut last = f64::NAN;
        for number in samples.iter().map(|sample| sample.number()) {
            if !is_data(number, no_data) || number.is_infinite() {
                continue;
            }
            if self.count == 0 {
                self.around = number;
            }
            self.count += 1;
            self.sum += number - self.around;
            self.sum_of_squares += (number - self.around).powi(2);
            if number != last {
                last = number;
                self.add_new(number);
            }
        }
    }

    fn add_new(&mut self, number: f64) {
        self.least = self.least.min(number);
        self.greatest = self.greatest.max(number);
        let Some(classes) = &mut self.classes else { return };
        if let Err(at) = classes.binary_search_by(|known| known.total_cmp(&number)) {
            classes.insert(at, number);
            if classes.len() > CLASSES_MAX || number.fract() != 0.0 {
                self.classes = None;
            }
        }
    }

    /// Whether the band looks like a map of classes.
    pub(super) fn is_classes(&self) -> bool {
        self.classes.is_some()
    }

    pub(super) fn mean(&self) -> f64 {
        self.around + self.sum / self.count as f64
    }

    pub(super) fn deviation(&self) -> f64 {
        let mean = self.sum / self.count as f64;
        (self.sum_of_squares / self.count as f64 - mean * mean).max(0.0).sqrt()
    }
}

/// Whether a sample says anything.
pub(super) fn is_data(number: f64, no_data: Option<f64>) -> bool {
    !number.is_nan() && no_data != Some(number)
}
