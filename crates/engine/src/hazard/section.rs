//! Events in a band along a line, seen from the side.

use super::question::{EventPlace, EventQuestion};
use crate::Engine;
use crate::caller::Caller;
use crate::pool::Cancel;
use std::sync::Arc;
use terrane_hazard::geodesy::{Polyline, Position, destination, distance_and_azimuth};
use terrane_hazard::kind::Kind;
use terrane_hazard::table::Role;
use terrane_model::{Bbox, Error, Result};

/// What a section shows of an event.
const ROLES: [Role; 4] = [Role::Id, Role::Time, Role::Magnitude, Role::Depth];
/// Kilometres of a degree of latitude, at least: for boxes that must hold a band.
const KM_PER_DEGREE: f64 = 110.5;

/// An event in a section.
#[derive(Debug, Clone, PartialEq)]
pub struct SectionEvent {
    /// Its table and identifier.
    pub id: (String, String),
    /// Kilometres along the line.
    pub along_km: f64,
    /// Kilometres beside it.
    pub off_km: f64,
    /// Kilometres below the surface.
    pub depth_km: f64,
    /// Its magnitude.
    pub magnitude: Option<f64>,
    /// When it was, as well as that is known.
    pub time: Option<String>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Section {
    /// The length of the line, kilometres.
    pub length_km: f64,
    /// The events, the largest first.
    pub events: Vec<SectionEvent>,
    /// How many there are in all.
    pub matched: u64,
    /// How to name their sources.
    pub attributions: Vec<String>,
    /// The slabs below the line: name, and kilometres along and down.
    pub slabs: Vec<(String, Vec<[f64; 2]>)>,
}

impl Engine {
    /// The earthquakes with a depth in a band along a line (degrees), at most so many of the largest.
    pub async fn event_section(
        self: &Arc<Self>,
        caller: Caller,
        question: EventQuestion,
        line: Vec<[f64; 2]>,
        width_km: f64,
    ) -> Result<Section> {
        let engine = Arc::clone(self);
        self.pool().run(move |cancel: &Cancel| engine.section_here(caller, question, (&line, width_km), cancel)).await
    }

    pub(super) fn section_here(
        &self,
        caller: Caller,
        mut question: EventQuestion,
        (line, width_km): (&[[f64; 2]], f64),
        cancel: &Cancel,
    ) -> Result<Section> {
        let positions: Vec<Position> = line.iter().map(|[lon, lat]| Position::new(*lon, *lat)).collect();
        let polyline = Polyline::new(&positions).ok_or_else(|| Error::invalid("A section needs a line.").at("line"))?;
        question.place = Some(EventPlace::Box(band_box(line, width_km / 2.0)?));
        question.kinds = vec![Kind::Earthquake];
        let question = self.with_faults((caller, cancel), &question)?;
        let mut section = Section { length_km: polyline.length_m() / 1000.0, ..Section::default() };
        for (_, source) in self.asked_sources(caller, &question) {
            let before = section.events.len();
            self.each_event((caller, cancel), &question, (&source, &ROLES), |event| {
                let place = event.position().zip(event.number(Role::Depth));
                let Some(([lon, lat], depth_km)) = place else { return };
                let Some(near) = polyline.nearest_within(Position::new(lon, lat), width_km * 500.0) else { return };
                section.events.push(SectionEvent {
                    id: (event.rows.source.id().to_string(), event.id()),
                    along_km: near.along_m / 1000.0,
                    off_km: near.distance_m / 1000.0,
                    depth_km,
                    magnitude: event.number(Role::Magnitude),
                    time: event.time().map(|when| when.to_string()),
                });
            })?;
            if section.events.len() > before {
                section.attributions.push(source.entry.about().attribution.clone());
            }
        }
        section.slabs = self.slabs_below((caller, cancel), &polyline, &positions)?;
        section.matched = section.events.len() as u64;
        let size = |event: &SectionEvent| event.magnitude.unwrap_or(f64::MIN);
        section.events.sort_by(|left, right| size(right).total_cmp(&size(left)));
        section.events.truncate(self.limits().section_events_max);
        Ok(section)
    }
}

impl Engine {
    /// The slabs below a line, at equal steps along it. One that ends and begins again is told in two parts.
    fn slabs_below(
        &self,
        (caller, cancel): (Caller, &Cancel),
        line: &Polyline,
        corners: &[Position],
    ) -> Result<Vec<(String, Vec<[f64; 2]>)>> {
        let mut slabs: Vec<(String, Vec<[f64; 2]>)> = Vec::new();
        let mut open = false;
        for step in 0..=SLAB_STEPS {
            let along_m = line.length_m() * step as f64 / SLAB_STEPS as f64;
            let Some(at) = place_along(corners, along_m) else { continue };
            let found = self.slab_below(caller, [at.longitude, at.latitude], cancel)?;
            let Some(found) = found else {
                open = false;
                continue;
            };
            let (name, point) = (found.name.unwrap_or_default(), [along_m / 1000.0, found.depth_km]);
            match slabs.last_mut().filter(|(last, _)| open && *last == name) {
                Some((_, points)) => points.push(point),
                None => slabs.push((name, vec![point])),
            }
            open = true;
        }
        slabs.retain(|(_, points)| points.len() > 1);
        Ok(slabs)
    }
}

/// Steps along a line at which slabs are looked for.
const SLAB_STEPS: usize = 40;

/// The place so many metres along a line.
fn place_along(corners: &[Position], mut along_m: f64) -> Option<Position> {
    for pair in corners.windows(2) {
        let (length_m, azimuth) = distance_and_azimuth(pair[0], pair[1]);
        if along_m <= length_m + 1e-6 {
            return Some(destination(pair[0], azimuth, along_m));
        }
        along_m -= length_m;
    }
    corners.last().copied()
}

/// A box in degrees that holds a band along a line.
fn band_box(line: &[[f64; 2]], beside_km: f64) -> Result<Bbox> {
    let lats = line.iter().map(|[_, lat]| *lat);
    let (south, north) = lats.fold((90.0_f64, -90.0_f64), |(south, north), lat| (south.min(lat), north.max(lat)));
    // A geodesic between two places bends toward the pole: a quarter of the span of longitudes is more than it ever does.
    let [west, east] = unrolled(line);
    let bend = (east - west) / 4.0;
    let pad = beside_km / KM_PER_DEGREE;
    let (south, north) = ((south - pad - bend).max(-90.0), (north + pad + bend).min(90.0));
    let widest = south.abs().max(north.abs()).min(89.0).to_radians().cos();
    let pad = pad / widest;
    match east - west + 2.0 * pad >= 360.0 || north.max(-south) > 88.0 {
        true => Bbox::geographic([-180.0, south], [180.0, north]),
        false => {
            let around = Bbox { min: [west - pad, south], max: [east + pad, north] };
            Bbox::geographic([turned(around.min[0]), south], [turned(around.max[0]), north])
        }
    }
}

/// The westernmost and the easternmost longitude of a line that is followed the short way around.
fn unrolled(line: &[[f64; 2]]) -> [f64; 2] {
    let mut at = line.first().map_or(0.0, |[lon, _]| *lon);
    let (mut west, mut east) = (at, at);
    for [lon, _] in line {
        at += (lon - at + 180.0).rem_euclid(360.0) - 180.0;
        (west, east) = (west.min(at), east.max(at));
    }
    [west, east]
}

fn turned(longitude: f64) -> f64 {
    if (-180.0..=180.0).contains(&longitude) { longitude } else { (longitude + 180.0).rem_euclid(360.0) - 180.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_across_the_antimeridian_has_a_box_that_crosses() {
        let bbox = band_box(&[[178.0, -20.0], [-178.0, -22.0]], 50.0).expect("a box");
        assert!(bbox.crosses());
        assert!(bbox.min[0] < 178.0 && bbox.max[0] > -178.0 && bbox.min[1] < -22.0 && bbox.max[1] > -20.0);
    }
}
