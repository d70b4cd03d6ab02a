//! The extent of rows as they pass: a box in degrees that may cross the antimeridian, and a period.

use terrane_model::batch::Value;
use terrane_model::filter::Transformer as _;
use terrane_model::time::Interval;
use terrane_model::{Batch, Bbox, Crs, Result, Schema};
use terrane_projection::Transform;

/// Whole degrees around the globe.
const BINS: usize = 360;
/// A crossing box must be narrower than the plain one by this much to be worth it, degrees.
const CROSSING_GAIN_DEG: f64 = 90.0;

/// Watches rows go by.
pub struct ExtentWatch {
    geographic: bool,
    plain: Bbox,
    bins: Vec<[f64; 2]>,
    period: Interval,
    time_column: Option<String>,
    time_end_column: Option<String>,
}

impl ExtentWatch {
    /// Watches rows of a schema; `geographic` when its coordinates are degrees.
    pub fn new(schema: &Schema, geographic: bool) -> Self {
        Self {
            geographic,
            plain: Bbox::EMPTY,
            bins: vec![[f64::INFINITY, f64::NEG_INFINITY]; BINS],
            period: Interval::default(),
            time_column: schema.time.as_ref().map(|time| time.start.clone()),
            time_end_column: schema.time.as_ref().and_then(|time| time.end.clone()),
        }
    }

    /// Sees a batch.
    pub fn see(&mut self, batch: &Batch) {
        for feature in batch.features() {
            if let Some(geometry) = feature.geometry() {
                self.see_box(&geometry.bbox());
            }
            for column in [&self.time_column, &self.time_end_column].into_iter().flatten() {
                if let Value::Time(when) = feature.get(column) {
                    let start = self.period.start.map_or(when.earliest, |start| start.min(when.earliest));
                    let end = self.period.end.map_or(when.latest, |end| end.max(when.latest));
                    self.period = Interval { start: Some(start), end: Some(end) };
                }
            }
        }
    }

    fn see_box(&mut self, bbox: &Bbox) {
        if bbox.is_empty() {
            return;
        }
        self.plain = self.plain.union(bbox);
        if self.geographic {
            let (mut west, east) = (bbox.min[0], bbox.max[0]);
            loop {
                let bin = (west.floor() + 180.0).rem_euclid(BINS as f64) as usize % BINS;
                let end = (west.floor() + 1.0).min(east);
                self.bins[bin] = [self.bins[bin][0].min(west), self.bins[bin][1].max(end)];
                if end >= east || west - bbox.min[0] > BINS as f64 {
                    break;
                }
                west = end;
            }
        }
    }

    /// The period seen.
    pub fn period(&self) -> Option<Interval> {
        self.period.start.map(|_| self.period)
    }

    /// The extent seen, in degrees.
    pub fn extent(&self, crs: &Crs) -> Result<Option<Bbox>> {
        if self.plain.is_empty() {
            return Ok(None);
        }
        if !self.geographic {
            return Transform::new(crs, &Crs::crs84())?.bbox(&self.plain).map(Some);
        }
        let spans = self.bins.iter().filter(|span| span[0] <= span[1]);
        let boxes: Vec<Bbox> = spans
            .map(|&[west, east]| Bbox { min: [west, self.plain.min[1]], max: [east, self.plain.max[1]] })
            .collect();
        let around = Bbox::union_around(&boxes);
        let gains = around.crosses() && around.width() + CROSSING_GAIN_DEG < self.plain.width();
        Ok(Some(normalised(if gains { around } else { self.plain })))
    }
}

/// A box whose east is past 180° as one that crosses; one that goes all around as the whole band.
pub fn normalised(bbox: Bbox) -> Bbox {
    if bbox.crosses() || (bbox.min[0] >= -180.0 && bbox.max[0] <= 180.0) {
        return bbox;
    }
    if bbox.width() >= 360.0 {
        return Bbox { min: [-180.0, bbox.min[1]], max: [180.0, bbox.max[1]] };
    }
    let wrap = |x: f64| (x + 180.0).rem_euclid(360.0) - 180.0;
    let east = if bbox.max[0] == 180.0 { 180.0 } else { wrap(bbox.max[0]) };
    Bbox { min: [wrap(bbox.min[0]), bbox.min[1]], max: [east, bbox.max[1]] }
}
