//! Makes the samples of an overview from those of the next finer level.

use super::statistics::is_data;
use crate::grid::sample::Sample;

/// How an overview is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// The mean by area of the samples that have data.
    Average,
    /// The sample at the middle: for classes, whose mean means nothing.
    Nearest,
}

/// One axis of an overview: of each coarse sample the first fine one and the share that it takes of this and the next ones.
#[derive(Debug)]
pub(super) struct Axis(Vec<Share>);

#[derive(Debug)]
struct Share {
    first: u32,
    weights: [f64; 3],
    count: usize,
    nearest: u32,
}

impl Axis {
    /// For coarse samples `from..to` of a level of `coarse` samples that covers the same ground as `fine` samples.
    ///
    /// The ratio is at most 2, so that a coarse sample touches at most three fine ones.
    pub(super) fn new(fine: u32, coarse: u32, from: u32, to: u32) -> Self {
        let ratio = f64::from(fine) / f64::from(coarse);
        Self((from..to).map(|at| share(fine, ratio, at)).collect())
    }

    /// The fine samples that are needed.
    pub(super) fn span(&self) -> std::ops::Range<u32> {
        let end = |share: &Share| share.first + share.count as u32;
        self.0.first().map_or(0, |share| share.first)..self.0.last().map_or(0, end)
    }

    /// How many coarse samples there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

fn share(fine: u32, ratio: f64, at: u32) -> Share {
    const TOLERANCE: f64 = 1e-9;
    let (start, end) = (f64::from(at) * ratio, f64::from(at + 1) * ratio);
    let first = ((start + TOLERANCE).floor() as u32).min(fine - 1);
    let last = ((end - TOLERANCE).ceil() as u32).clamp(first + 1, fine);
    let mut weights = [0.0; 3];
    for (place, weight) in weights.iter_mut().enumerate().take((last - first) as usize) {
        let left = f64::from(first + place as u32);
        *weight = (end.min(left + 1.0) - start.max(left)).max(0.0);
    }
    let nearest = (((start + end) / 2.0) as u32).min(fine - 1);
    Share { first, weights, count: ((last - first) as usize).min(3), nearest }
}

/// The coarse samples, from fine ones that begin where the axes' spans do and are as wide as the span of `x`.
pub(super) fn reduce<T: Sample>(fine: &[T], [x, y]: [&Axis; 2], method: Method, no_data: Option<f64>) -> Vec<T> {
    let (left, top) = (x.span().start, y.span().start);
    let width = x.span().len();
    let mut coarse = Vec::with_capacity(x.len() * y.len());
    for down in &y.0 {
        for across in &x.0 {
            coarse.push(match method {
                Method::Nearest => fine[(down.nearest - top) as usize * width + (across.nearest - left) as usize],
                Method::Average => {
                    let corner = (down.first - top) as usize * width + (across.first - left) as usize;
                    mean(&fine[corner..], width, [across, down], no_data)
                }
            });
        }
    }
    coarse
}

fn mean<T: Sample>(fine: &[T], width: usize, [across, down]: [&Share; 2], no_data: Option<f64>) -> T {
    let (mut sum, mut weights, mut any) = (0.0, 0.0, fine[0]);
    for row in 0..down.count {
        for column in 0..across.count {
            let sample = fine[row * width + column];
            let (number, weight) = (sample.number(), down.weights[row] * across.weights[column]);
            if is_data(number, no_data) {
                sum += number * weight;
                weights += weight;
                any = sample;
            }
        }
    }
    if weights == 0.0 {
        return any;
    }
    let mean = T::from_number(sum / weights);
    // A mean that happens to be the value for "no data" would make a hole.
    if no_data == Some(mean.number()) { any } else { mean }
}
