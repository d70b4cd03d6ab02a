//! The value of a band at places of a window: the nearest sample, or between the four around. NaN where there is none.

use super::positions::Positions;
use crate::style::Resampling;
use terrane_model::grid::{Samples, Window};

/// The values of a band of a window at all places.
pub fn values(window: &Window, band: usize, positions: &Positions, resampling: Resampling) -> Vec<f64> {
    let no_data = window.no_data.get(band).copied().flatten().unwrap_or(f64::NAN);
    let size = [window.width as usize, window.height as usize];
    let places = positions.places();
    match &window.bands[band] {
        Samples::U8(samples) => read(samples, size, no_data, places, resampling),
        Samples::I16(samples) => read(samples, size, no_data, places, resampling),
        Samples::U16(samples) => read(samples, size, no_data, places, resampling),
        Samples::I32(samples) => read(samples, size, no_data, places, resampling),
        Samples::U32(samples) => read(samples, size, no_data, places, resampling),
        Samples::F32(samples) => read(samples, size, no_data, places, resampling),
        Samples::F64(samples) => read(samples, size, no_data, places, resampling),
    }
}

fn read<T: Copy + Into<f64>>(
    samples: &[T],
    size: [usize; 2],
    no_data: f64,
    places: &[[f64; 2]],
    resampling: Resampling,
) -> Vec<f64> {
    let band = BandView { samples, size, no_data };
    if samples.len() < size[0] * size[1] {
        return vec![f64::NAN; places.len()];
    }
    match resampling {
        Resampling::Nearest => places.iter().map(|&place| band.nearest(place)).collect(),
        Resampling::Bilinear => places.iter().map(|&place| band.bilinear(place)).collect(),
    }
}

struct BandView<'a, T> {
    samples: &'a [T],
    size: [usize; 2],
    no_data: f64,
}

impl<T: Copy + Into<f64>> BandView<'_, T> {
    /// A sample inside; NaN when there is no data.
    #[inline]
    fn sample(&self, column: usize, row: usize) -> f64 {
        let value: f64 = self.samples[row * self.size[0] + column].into();
        if value == self.no_data { f64::NAN } else { value }
    }

    /// Whether a place is in the window; not a number is outside.
    #[inline]
    fn holds(&self, [column, row]: [f64; 2]) -> bool {
        column >= 0.0 && row >= 0.0 && column < self.size[0] as f64 && row < self.size[1] as f64
    }

    #[inline]
    fn nearest(&self, place: [f64; 2]) -> f64 {
        if self.holds(place) { self.sample(place[0] as usize, place[1] as usize) } else { f64::NAN }
    }

    /// Between the four samples around. Where the nearest has no data there is none, so that data ends where it ends; others without
    /// data have no weight.
    #[inline]
    fn bilinear(&self, place: [f64; 2]) -> f64 {
        let nearest = self.nearest(place);
        if nearest.is_nan() {
            return nearest;
        }
        let [column, row] = [place[0] - 0.5, place[1] - 0.5];
        // A cast cuts at zero and rounds down.
        let (left, top) = (column as usize, row as usize);
        let right = if column < 0.0 { 0 } else { (left + 1).min(self.size[0] - 1) };
        let below = if row < 0.0 { 0 } else { (top + 1).min(self.size[1] - 1) };
        let (across, down) = ((column - left as f64).max(0.0), (row - top as f64).max(0.0));
        let corners =
            [self.sample(left, top), self.sample(right, top), self.sample(left, below), self.sample(right, below)];
        let weights = [(1.0 - across) * (1.0 - down), across * (1.0 - down), (1.0 - across) * down, across * down];
        let sum: f64 = corners.iter().zip(weights).map(|(value, weight)| value * weight).sum();
        if sum.is_nan() { among_valid(corners, weights) } else { sum }
    }
}

fn among_valid(corners: [f64; 4], weights: [f64; 4]) -> f64 {
    let valid = || corners.iter().zip(weights).filter(|(value, _)| !value.is_nan());
    let weight: f64 = valid().map(|(_, weight)| weight).sum();
    valid().map(|(value, weight)| value * weight).sum::<f64>() / weight
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band(samples: &[f32]) -> BandView<'_, f32> {
        BandView { samples, size: [3, 2], no_data: -9.0 }
    }

    #[test]
    fn a_value_between_samples_is_between_them_and_constant_beyond_the_outer_centres() {
        let samples = [0.0, 10.0, 20.0, 100.0, 110.0, 120.0];
        let band = band(&samples);
        assert_eq!(band.bilinear([1.0, 0.5]), 5.0);
        assert_eq!(band.bilinear([1.5, 1.0]), 60.0);
        assert_eq!(band.bilinear([0.1, 0.1]), 0.0);
        assert!((band.bilinear([2.9, 1.9]) - 120.0).abs() < 1e-9);
        assert!(band.bilinear([3.0, 1.0]).is_nan() && band.bilinear([f64::NAN, 1.0]).is_nan());
        assert_eq!(band.nearest([1.99, 1.0]), 110.0);
    }

    #[test]
    fn samples_without_data_have_no_weight_and_no_value() {
        let samples = [0.0, -9.0, 20.0, 100.0, f32::NAN, 120.0];
        let band = band(&samples);
        assert_eq!(band.bilinear([0.9, 0.5]), 0.0);
        assert!(band.bilinear([1.1, 0.5]).is_nan());
        assert!(band.nearest([1.5, 1.5]).is_nan());
    }
}
