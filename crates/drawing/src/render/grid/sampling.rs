//! The value of a band at pixels: of the nearest sample, between those around, or the mean of those under the pixel. NaN where there
//! is none.
//!
//! A pixel has a value where the sample under its centre has one, so that data ends where it ends; other samples without data have
//! no weight.

use super::positions::Line;
use crate::style::Resampling;
use terrane_model::grid::{Samples, Window};

/// A centre so close to the border of two samples is on it, and is the right or lower one's in whichever window it is looked for.
const BORDER: f64 = 1e-6;

/// A band of a window, and how pixels get its values.
pub struct Sampler<'a> {
    window: &'a Window,
    band: usize,
    resampling: Resampling,
}

impl<'a> Sampler<'a> {
    /// A band by its place in the window.
    pub fn new(window: &'a Window, band: usize, resampling: Resampling) -> Self {
        Self { window, band, resampling }
    }

    /// The values at a row of pixels.
    pub fn values(&self, line: &Line, values: &mut Vec<f32>) {
        match &self.window.bands[self.band] {
            Samples::U8(samples) => self.read(samples, line, values),
            Samples::I16(samples) => self.read(samples, line, values),
            Samples::U16(samples) => self.read(samples, line, values),
            Samples::I32(samples) => self.read(samples, line, values),
            Samples::U32(samples) => self.read(samples, line, values),
            Samples::F32(samples) => self.read(samples, line, values),
            Samples::F64(samples) => self.read(samples, line, values),
        }
    }

    fn read<T: Number>(&self, samples: &[T], line: &Line, values: &mut Vec<f32>) {
        let size = [self.window.width as usize, self.window.height as usize];
        let no_data = self.window.no_data.get(self.band).copied().flatten().and_then(T::exactly);
        let plane = Plane { samples, size, no_data };
        values.clear();
        if samples.len() < size[0] * size[1] {
            values.resize(line.places.len(), f32::NAN);
            return;
        }
        let pixels = line.places.iter().zip(&line.sizes);
        match self.resampling {
            Resampling::Nearest => values.extend(line.places.iter().map(|&place| plane.nearest(place))),
            Resampling::Bilinear => values.extend(pixels.map(|(&place, &size)| plane.bilinear(place, size))),
            Resampling::Cubic => values.extend(pixels.map(|(&place, &size)| plane.cubic(place, size))),
            Resampling::Average => values.extend(pixels.map(|(&place, &size)| plane.average(place, size))),
        }
    }
}

/// A number as it is stored.
trait Number: Copy + PartialEq {
    fn to_f32(self) -> f32;
    /// The number, when it is one of this kind.
    fn exactly(number: f64) -> Option<Self>;
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Number for $type {
            #[inline]
            fn to_f32(self) -> f32 {
                self as f32
            }
            fn exactly(number: f64) -> Option<Self> {
                let cast = number as $type;
                (cast as f64 == number || size_of::<$type>() == 4 && cast as f32 == number as f32).then_some(cast)
            }
        }
    )*};
}
number!(u8, i16, u16, i32, u32, f32, f64);

struct Plane<'a, T> {
    samples: &'a [T],
    size: [usize; 2],
    no_data: Option<T>,
}

/// Samples along an axis that a pixel lies on, and how much.
struct Span {
    first: usize,
    end: usize,
    from: f64,
    to: f64,
}

impl Span {
    /// A pixel of a size around a centre that is inside.
    #[inline]
    fn of(centre: f64, size: f32, count: usize) -> Self {
        let half = f64::from(size) / 2.0;
        let (from, to) = (centre - half, centre + half);
        // A cast cuts at zero and rounds down.
        Self { first: from as usize, end: (to.ceil() as usize).min(count), from, to }
    }

    /// How much of a sample the pixel lies on.
    #[inline]
    fn weight(&self, at: usize) -> f32 {
        (self.to.min((at + 1) as f64) - self.from.max(at as f64)) as f32
    }
}

impl<T: Number> Plane<'_, T> {
    /// A sample inside; NaN when there is no data.
    #[inline]
    fn value(&self, sample: T) -> f32 {
        if Some(sample) == self.no_data { f32::NAN } else { sample.to_f32() }
    }

    #[inline]
    fn sample(&self, column: usize, row: usize) -> f32 {
        self.value(self.samples[row * self.size[0] + column])
    }

    /// The sample under a place; a place that is not a number is outside.
    #[inline]
    fn nearest(&self, place: [f64; 2]) -> f32 {
        let [column, row] = place.map(|at| at + BORDER);
        let inside = column >= 0.0 && row >= 0.0 && column < self.size[0] as f64 && row < self.size[1] as f64;
        if inside { self.sample(column as usize, row as usize) } else { f32::NAN }
    }

    /// Between the four samples around; of pixels larger than samples, the mean of what they lie on, into which the other goes over
    /// without a step.
    #[inline]
    fn bilinear(&self, place: [f64; 2], size: [f32; 2]) -> f32 {
        if self.nearest(place).is_nan() {
            return f32::NAN;
        }
        self.mean(place, size.map(|side| side.max(1.0)))
    }

    /// The mean of the samples under a pixel, by how much of each is; the nearest sample of pixels that are smaller.
    fn average(&self, place: [f64; 2], size: [f32; 2]) -> f32 {
        let nearest = self.nearest(place);
        let smaller = size.iter().all(|&side| side <= 1.0);
        if nearest.is_nan() || smaller { nearest } else { self.mean(place, size) }
    }

    /// The mean of samples by how much of each a pixel lies on.
    #[inline]
    fn mean(&self, place: [f64; 2], size: [f32; 2]) -> f32 {
        let (columns, rows) = (Span::of(place[0], size[0], self.size[0]), Span::of(place[1], size[1], self.size[1]));
        let (mut sum, mut weights) = (0.0, 0.0);
        for row in rows.first..rows.end {
            let down = rows.weight(row);
            let samples = &self.samples[row * self.size[0]..][columns.first..columns.end.max(columns.first)];
            for (at, &sample) in samples.iter().enumerate() {
                let (value, weight) = (self.value(sample), columns.weight(columns.first + at) * down);
                if !value.is_nan() {
                    sum += value * weight;
                    weights += weight;
                }
            }
        }
        sum / weights
    }

    /// Through the sixteen samples around (Keys, "Cubic convolution interpolation for digital image processing", 1981, a = −½); where
    /// one of them is missing, or pixels are larger than samples, as [`Plane::bilinear`].
    fn cubic(&self, place: [f64; 2], size: [f32; 2]) -> f32 {
        let [column, row] = place.map(|at| at - 0.5);
        let within = |at: f64, count: usize| at >= 1.0 && at + 2.0 < count as f64;
        let around = within(column, self.size[0]) && within(row, self.size[1]);
        if !around || size.iter().any(|&side| side > 1.0) {
            return self.bilinear(place, size);
        }
        let (across, down) = (cubic_weights(column.fract() as f32), cubic_weights(row.fract() as f32));
        let mut sum = 0.0;
        for (at, weight) in down.iter().enumerate() {
            let samples = &self.samples[(row as usize - 1 + at) * self.size[0] + column as usize - 1..][..4];
            sum +=
                weight * samples.iter().zip(across).map(|(&sample, weight)| self.value(sample) * weight).sum::<f32>();
        }
        if sum.is_nan() { self.bilinear(place, size) } else { sum }
    }
}

/// Weights of four samples for a place between the second and the third.
fn cubic_weights(t: f32) -> [f32; 4] {
    let near = |t: f32| (1.5 * t - 2.5) * t * t + 1.0;
    let far = |t: f32| ((-0.5 * t + 2.5) * t - 4.0) * t + 2.0;
    [far(1.0 + t), near(t), near(1.0 - t), far(2.0 - t)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(samples: &[f32]) -> Plane<'_, f32> {
        Plane { samples, size: [3, 2], no_data: Some(-9.0) }
    }

    const ONE: [f32; 2] = [1.0; 2];

    #[test]
    fn a_value_between_samples_is_between_them_and_constant_beyond_the_outer_centres() {
        let samples = [0.0, 10.0, 20.0, 100.0, 110.0, 120.0];
        let plane = plane(&samples);
        assert_eq!(plane.bilinear([1.0, 0.5], ONE), 5.0);
        assert_eq!(plane.bilinear([1.5, 1.0], ONE), 60.0);
        assert_eq!(plane.bilinear([0.1, 0.1], [0.2; 2]), 0.0);
        assert!((plane.bilinear([2.9, 1.9], ONE) - 120.0).abs() < 1e-4);
        assert!(plane.bilinear([3.0, 1.0], ONE).is_nan() && plane.bilinear([f64::NAN, 1.0], ONE).is_nan());
        assert_eq!(plane.nearest([1.99, 1.0]), 110.0);
        assert_eq!(plane.bilinear([1.5, 1.0], [3.0, 2.0]), 60.0, "the mean of all");
        assert_eq!(plane.average([1.0, 0.5], [2.0, 1.0]), 5.0);
        assert_eq!(plane.average([0.9, 0.5], [0.5, 1.0]), 0.0);
    }

    #[test]
    fn samples_without_data_have_no_weight_and_no_value() {
        let samples = [0.0, -9.0, 20.0, 100.0, f32::NAN, 120.0];
        let plane = plane(&samples);
        assert_eq!(plane.bilinear([0.9, 0.5], ONE), 0.0);
        assert!(plane.bilinear([1.1, 0.5], ONE).is_nan());
        assert!(plane.nearest([1.5, 1.5]).is_nan());
        assert!((plane.average([0.9, 0.9], [2.0, 2.0]) - 90.0 / 1.9).abs() < 1e-4);
    }

    #[test]
    fn a_value_that_a_kind_cannot_have_is_no_data_of_it() {
        assert_eq!((u8::exactly(-9999.0), u8::exactly(255.0), u16::exactly(0.5)), (None, Some(255), None));
        assert_eq!(f32::exactly(-3.4e38), Some(-3.4e38));
        assert_eq!(i32::exactly(-2_147_483_648.0), Some(i32::MIN));
        assert_eq!(u32::exactly(-1.0), None);
    }

    #[test]
    fn cubic_goes_through_samples_and_is_exact_on_a_parabola() {
        let samples: Vec<f32> = (0..36).map(|at| (at % 6) as f32).map(|x| x * x).collect();
        let plane = Plane { samples: &samples, size: [6, 6], no_data: None };
        for at in 0..20 {
            let x = 2.0 + f64::from(at) / 20.0;
            assert!((f64::from(plane.cubic([x + 0.5, 3.2], ONE)) - x * x).abs() < 1e-5, "{x}");
        }
        assert_eq!(plane.cubic([0.5, 0.5], ONE), 0.0);
    }
}
