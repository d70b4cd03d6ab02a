//! The extent of rows as they pass: a box in degrees that may cross the antimeridian, and a period.

use terrane_model::batch::Value;
use terrane_model::filter::Transformer as _;
use terrane_model::geometry::GeometryRef;
use terrane_model::time::Interval;
use terrane_model::{Batch, Bbox, Crs, Result, Schema};
use terrane_projection::Transform;

/// Whole degrees around the globe.
const BINS: usize = 360;
/// A crossing box must be narrower than the plain one by this much to be worth it, degrees.
const CROSSING_GAIN_DEG: f64 = 90.0;

/// A box in degrees of one in another CRS.
pub(crate) fn of_box(bbox: &Bbox, crs: &Crs) -> Result<Bbox> {
    match terrane_projection::info(crs)?.geographic {
        true => Ok(normalised(*bbox)),
        false => Transform::new(crs, &Crs::crs84())?.bbox(bbox),
    }
}

/// The period from the first to the last moment of two; what is open stays open.
pub(crate) fn joined(a: &Interval, b: &Interval) -> Interval {
    Interval { start: a.start.zip(b.start).map(|(a, b)| a.min(b)), end: a.end.zip(b.end).map(|(a, b)| a.max(b)) }
}

/// Watches rows go by.
pub struct ExtentWatch {
    geographic: bool,
    plain: Bbox,
    /// Of each whole degree from −180 on, the part that was seen: from and to, 0 to 1.
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
                self.see_place(&geometry);
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

    fn see_place(&mut self, geometry: &GeometryRef<'_>) {
        let bbox = geometry.bbox();
        if bbox.is_empty() {
            return;
        }
        self.plain = self.plain.union(&bbox);
        if !self.geographic {
            return;
        }
        if bbox.width() < CROSSING_GAIN_DEG {
            return self.see_span(bbox.min[0], bbox.max[0]);
        }
        // A country on both sides of 180° has parts there and a box all around.
        for part in geometry.parts() {
            let part = part.rings().next().map_or(Bbox::EMPTY, Bbox::of);
            if !part.is_empty() {
                self.see_span(part.min[0], part.max[0]);
            }
        }
    }

    /// Marks the degrees of longitude from west to east.
    fn see_span(&mut self, west: f64, east: f64) {
        if !(west.is_finite() && east.is_finite()) {
            return;
        }
        let east = east.min(west + BINS as f64);
        let first = west.floor();
        for step in 0..=BINS {
            let start = first + step as f64;
            if start > east || (start == east && step > 0) {
                break;
            }
            let bin = (start + 180.0).rem_euclid(BINS as f64) as usize % BINS;
            let (from, to) = ((west - start).max(0.0), (east - start).min(1.0));
            self.bins[bin] = [self.bins[bin][0].min(from), self.bins[bin][1].max(to)];
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
            let bbox = Transform::new(crs, &Crs::crs84())?.bbox(&self.plain)?;
            return Ok(Some(bbox).filter(|bbox| !bbox.is_empty()));
        }
        let around = Bbox::union_around(&self.seen());
        let gains = around.crosses() && around.width() + CROSSING_GAIN_DEG < self.plain.width();
        Ok(Some(normalised(if gains { around } else { self.plain })))
    }

    /// A box for each degree that was seen.
    fn seen(&self) -> Vec<Bbox> {
        let (south, north) = (self.plain.min[1], self.plain.max[1]);
        let spans = self.bins.iter().enumerate().filter(|(_, span)| span[0] <= span[1]);
        let west = |bin: usize| bin as f64 - 180.0;
        spans.map(|(bin, [from, to])| Bbox { min: [west(bin) + from, south], max: [west(bin) + to, north] }).collect()
    }
}

/// A box in degrees as extents are told: longitudes within ±180°, east less than west when it crosses, the whole band when it
/// goes all around; latitudes within ±90°.
pub fn normalised(bbox: Bbox) -> Bbox {
    let (south, north) = (bbox.min[1].clamp(-90.0, 90.0), bbox.max[1].clamp(-90.0, 90.0));
    let of = |west: f64, east: f64| Bbox { min: [west, south], max: [east, north] };
    if bbox.crosses() || (bbox.min[0] >= -180.0 && bbox.max[0] <= 180.0) {
        return of(bbox.min[0], bbox.max[0]);
    }
    if bbox.width() >= 360.0 {
        return of(-180.0, 180.0);
    }
    let wrap = |x: f64| (x + 180.0).rem_euclid(360.0) - 180.0;
    let east = wrap(bbox.max[0]);
    of(wrap(bbox.min[0]), if east == -180.0 { 180.0 } else { east })
}
