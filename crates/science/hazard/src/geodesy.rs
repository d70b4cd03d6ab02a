//! Distances, directions and nearest points on the ellipsoid WGS 84, and places along a section line.
//!
//! Geodesics are Karney's (2013, J. Geodesy 87, 43–55) by `geographiclib-rs`; a sphere only decides which of them are worth computing.

use geographiclib_rs::{DirectGeodesic as _, Geodesic, InverseGeodesic as _};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

static WGS84: LazyLock<Geodesic> = LazyLock::new(Geodesic::wgs84);

/// Mean radius of the Earth (IUGG), metres.
pub const MEAN_RADIUS_M: f64 = 6_371_008.8;
/// A distance on the ellipsoid is never shorter than this share of the distance on the sphere.
const SHORTEST_SHARE: f64 = 0.993;
/// A distance on the ellipsoid is never longer than this share of the distance on the sphere.
const LONGEST_SHARE: f64 = 1.007;
/// Steps after which the foot of a perpendicular is taken as found; four are usual.
const FOOT_STEPS: usize = 12;
/// How far the foot may still move when it counts as found, metres.
const FOOT_TOLERANCE_M: f64 = 1e-3;

/// A place on the ellipsoid WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Degrees east; any number of turns.
    pub longitude: f64,
    /// Degrees north, −90 to 90.
    pub latitude: f64,
}

impl Position {
    /// The place with a longitude and a latitude in degrees.
    pub const fn new(longitude: f64, latitude: f64) -> Self {
        Self { longitude, latitude }
    }

    /// Its direction from the centre of a sphere.
    pub(crate) fn direction(self) -> [f64; 3] {
        let (sin, cos) = self.latitude.to_radians().sin_cos();
        let (east, along) = self.longitude.to_radians().sin_cos();
        [cos * along, cos * east, sin]
    }
}

/// The length of the shortest line between two places, metres (to some nanometres).
pub fn distance_m(from: Position, to: Position) -> f64 {
    WGS84.inverse(from.latitude, from.longitude, to.latitude, to.longitude)
}

/// The length of the shortest line between two places in metres, and the direction in which it leaves the first: degrees from
/// north over east, 0 ≤ azimuth < 360.
pub fn distance_and_azimuth(from: Position, to: Position) -> (f64, f64) {
    let (distance_m, azimuth, _, _): (f64, f64, f64, f64) =
        WGS84.inverse(from.latitude, from.longitude, to.latitude, to.longitude);
    (distance_m, full_circle(azimuth))
}

/// The place at a distance (metres) in a direction (degrees from north over east).
pub fn destination(from: Position, azimuth: f64, distance_m: f64) -> Position {
    let (latitude, longitude): (f64, f64) = WGS84.direct(from.latitude, from.longitude, azimuth, distance_m);
    Position { longitude, latitude }
}

/// The distance on a sphere of radius [`MEAN_RADIUS_M`], metres: within 0.6 % of the ellipsoid's.
pub fn sphere_distance_m(from: Position, to: Position) -> f64 {
    MEAN_RADIUS_M * haversine(from, to)
}

/// A bound that the distance on the ellipsoid never falls short of, metres; a tenth of the cost.
pub fn least_distance_m(from: Position, to: Position) -> f64 {
    SHORTEST_SHARE * sphere_distance_m(from, to)
}

/// The angle between two places at the centre of a sphere, radians.
pub(crate) fn haversine(from: Position, to: Position) -> f64 {
    let half_latitude = (to.latitude - from.latitude).to_radians() / 2.0;
    let half_longitude = (to.longitude - from.longitude).to_radians() / 2.0;
    let chord = half_latitude.sin().powi(2)
        + from.latitude.to_radians().cos() * to.latitude.to_radians().cos() * half_longitude.sin().powi(2);
    2.0 * chord.clamp(0.0, 1.0).sqrt().asin()
}

/// The names of the sixteen winds, from north over east: keys that a page translates.
pub const WINDS: [&str; 16] =
    ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"];

/// The wind that an azimuth (degrees) is nearest to; `N` when it is not a number.
pub fn wind(azimuth: f64) -> &'static str {
    WINDS[(full_circle(azimuth) / 22.5).round() as usize % WINDS.len()]
}

fn full_circle(degrees: f64) -> f64 {
    let turned = degrees.rem_euclid(360.0);
    if turned >= 360.0 { 0.0 } else { turned }
}

/// The place of a line that is nearest to a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// How far it is, metres.
    pub distance_m: f64,
    /// The direction to it, degrees from north over east.
    pub azimuth: f64,
    /// Where it is.
    pub position: Position,
    /// Which segment of the line it is on, from 0.
    pub segment: usize,
    /// How far along the line it is, metres from its first vertex.
    pub along_m: f64,
    /// Whether the line bends or ends there, so that the shortest way does not meet it at a right angle.
    pub at_vertex: bool,
}

/// A line of geodesics from vertex to vertex, prepared for many questions.
///
/// Between two vertices it is the shortest line on the ellipsoid, not the straight line of a map: for vertices less than 50 km
/// apart the two differ by some tens of metres at most.
#[derive(Debug, Clone)]
pub struct Polyline {
    vertices: Vec<Position>,
    directions: Vec<[f64; 3]>,
    /// Metres from the first vertex to each.
    along_m: Vec<f64>,
    /// The direction in which each segment leaves its first vertex, degrees.
    azimuths: Vec<f64>,
    /// The direction of its middle, and how far its vertices are from there at most: chords on a sphere of radius 1.
    middle: ([f64; 3], f64),
    /// The length of its longest segment.
    longest_m: f64,
}

impl Polyline {
    /// A line through vertices; `None` when there are none, or one is not a place.
    pub fn new(vertices: &[Position]) -> Option<Self> {
        let good = |at: &Position| at.longitude.is_finite() && (-90.0..=90.0).contains(&at.latitude);
        (!vertices.is_empty() && vertices.iter().all(good)).then(|| Self::through(vertices))
    }

    fn through(vertices: &[Position]) -> Self {
        let mut along_m = vec![0.0];
        let mut azimuths = Vec::with_capacity(vertices.len());
        for pair in vertices.windows(2) {
            let (length_m, azimuth) = distance_and_azimuth(pair[0], pair[1]);
            along_m.push(along_m[along_m.len() - 1] + length_m);
            azimuths.push(azimuth);
        }
        let directions: Vec<_> = vertices.iter().map(|at| at.direction()).collect();
        let middle = middle(&directions);
        let longest_m = along_m.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
        Self { vertices: vertices.to_vec(), directions, along_m, azimuths, middle, longest_m }
    }

    /// How long it is, metres.
    pub fn length_m(&self) -> f64 {
        self.along_m[self.along_m.len() - 1]
    }

    /// The place of the line that is nearest to a point: to 1 m for lines and distances up to 1000 km.
    pub fn nearest(&self, point: Position) -> Nearest {
        self.nearest_within(point, f64::INFINITY).unwrap_or_else(|| self.vertex(point, 0))
    }

    /// The nearest place if it is no further than so many metres: a line far away costs next to nothing.
    pub fn nearest_within(&self, point: Position, limit_m: f64) -> Option<Nearest> {
        let direction = point.direction();
        let away = chord(direction, self.middle.0) - self.middle.1;
        if SHORTEST_SHARE * MEAN_RADIUS_M * away > limit_m + self.longest_m {
            return None;
        }
        if self.vertices.len() == 1 {
            return Some(self.vertex(point, 0)).filter(|found| found.distance_m <= limit_m);
        }
        let mut best: Option<Nearest> = None;
        for (bound, segment) in self.candidates(direction, limit_m) {
            if best.is_some_and(|best| bound > best.distance_m) {
                break;
            }
            let found = self.nearest_on(point, segment);
            if best.is_none_or(|best| found.distance_m < best.distance_m) {
                best = Some(found);
            }
        }
        best.filter(|found| found.distance_m <= limit_m)
    }

    /// The segments that may hold the nearest place, by what their distance is at least.
    fn candidates(&self, point: [f64; 3], limit_m: f64) -> Vec<(f64, usize)> {
        let chords: Vec<f64> = self.directions.iter().map(|vertex| chord(point, *vertex)).collect();
        let nearest = chords.iter().copied().fold(f64::INFINITY, f64::min);
        // No further than the nearest vertex, however the ellipsoid is flattened there.
        let limit_m = limit_m.min(LONGEST_SHARE * MEAN_RADIUS_M * angle_of(nearest) + 1.0);
        let may = |segment: &usize| {
            let length_m = self.along_m[segment + 1] - self.along_m[*segment];
            SHORTEST_SHARE * MEAN_RADIUS_M * chords[*segment] - LONGEST_SHARE * length_m <= limit_m
        };
        let mut bounds: Vec<(f64, usize)> = (0..self.azimuths.len())
            .filter(may)
            .map(|segment| (self.least_m(point, segment), segment))
            .filter(|(bound, _)| *bound <= limit_m)
            .collect();
        bounds.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
        bounds
    }

    /// What the distance to a segment is at least, metres: its distance on the sphere, less what sphere and ellipsoid may differ.
    fn least_m(&self, point: [f64; 3], segment: usize) -> f64 {
        let (from, to) = (self.directions[segment], self.directions[segment + 1]);
        let length_m = self.along_m[segment + 1] - self.along_m[segment];
        let angle = angle_to_arc(point, from, to);
        SHORTEST_SHARE * MEAN_RADIUS_M * angle - 1e-3 * length_m - 1.0
    }

    fn vertex(&self, point: Position, vertex: usize) -> Nearest {
        let position = self.vertices[vertex];
        let (distance_m, azimuth) = distance_and_azimuth(point, position);
        let segment = vertex.min(self.azimuths.len().saturating_sub(1));
        Nearest { distance_m, azimuth, position, segment, along_m: self.along_m[vertex], at_vertex: true }
    }

    fn nearest_on(&self, point: Position, segment: usize) -> Nearest {
        let length_m = self.along_m[segment + 1] - self.along_m[segment];
        let start = self.vertices[segment];
        let foot_m = foot_m(start, self.azimuths[segment], length_m, point);
        if foot_m <= 0.0 {
            return Nearest { segment, ..self.vertex(point, segment) };
        }
        if foot_m >= length_m {
            return Nearest { segment, ..self.vertex(point, segment + 1) };
        }
        let position = destination(start, self.azimuths[segment], foot_m);
        let (distance_m, azimuth) = distance_and_azimuth(point, position);
        Nearest { distance_m, azimuth, position, segment, along_m: self.along_m[segment] + foot_m, at_vertex: false }
    }
}

/// How far along a geodesic the perpendicular from a point meets it, metres, held between 0 and its length.
///
/// Each step solves the right triangle on the sphere from the last foot (Baselga & Martínez-Llario 2018, Stud. Geophys. Geod. 62).
fn foot_m(start: Position, azimuth: f64, length_m: f64, point: Position) -> f64 {
    let mut along_m = 0.0;
    for _ in 0..FOOT_STEPS {
        let (latitude, longitude, heading): (f64, f64, f64) =
            WGS84.direct(start.latitude, start.longitude, azimuth, along_m);
        let (distance_m, toward) = distance_and_azimuth(Position { longitude, latitude }, point);
        let turn = (toward - heading).to_radians();
        let angle = distance_m / MEAN_RADIUS_M;
        let step_m = MEAN_RADIUS_M * (angle.sin() * turn.cos()).atan2(angle.cos());
        let next_m = (along_m + step_m).clamp(0.0, length_m);
        let moved_m = (next_m - along_m).abs();
        along_m = next_m;
        if moved_m < FOOT_TOLERANCE_M {
            break;
        }
    }
    along_m
}

/// The angle at the centre of a sphere between a direction and an arc, radians.
fn angle_to_arc(point: [f64; 3], from: [f64; 3], to: [f64; 3]) -> f64 {
    let normal = cross(from, to);
    let length = dot(normal, normal).sqrt();
    let inside = length > 1e-12 && dot(cross(normal, from), point) >= 0.0 && dot(cross(to, normal), point) >= 0.0;
    if inside {
        return (dot(normal, point) / length).abs().min(1.0).asin();
    }
    angle(point, from).min(angle(point, to))
}

/// The angle between two unit vectors by their chord, which keeps small angles exact.
fn angle(one: [f64; 3], other: [f64; 3]) -> f64 {
    angle_of(chord(one, other))
}

fn angle_of(chord: f64) -> f64 {
    2.0 * (chord / 2.0).min(1.0).asin()
}

/// The straight way between two unit vectors: never longer than the angle.
fn chord(one: [f64; 3], other: [f64; 3]) -> f64 {
    let way = [one[0] - other[0], one[1] - other[1], one[2] - other[2]];
    dot(way, way).sqrt()
}

/// A direction amid others and the longest chord from it to one of them.
fn middle(directions: &[[f64; 3]]) -> ([f64; 3], f64) {
    let sum = |at: usize| directions.iter().map(|direction| direction[at]).sum::<f64>();
    let total = [sum(0), sum(1), sum(2)];
    let length = dot(total, total).sqrt();
    let middle = if length > 1e-9 { total.map(|it| it / length) } else { directions[0] };
    (middle, directions.iter().map(|direction| chord(middle, *direction)).fold(0.0, f64::max))
}

fn dot(one: [f64; 3], other: [f64; 3]) -> f64 {
    one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
}

fn cross(one: [f64; 3], other: [f64; 3]) -> [f64; 3] {
    [
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    ]
}

/// Where a point falls on a section.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OnSection {
    /// Kilometres along the section from its first vertex.
    pub along_km: f64,
    /// Kilometres off the section, positive to the right of its direction.
    pub off_km: f64,
    /// Whether it lies beyond an end, so that it does not belong into the drawing.
    pub beyond: bool,
}

impl Polyline {
    /// Where a point falls on the section along this line.
    pub fn on_section(&self, point: Position) -> OnSection {
        self.on_section_of(self.nearest(point))
    }

    /// Where a point falls on the section, if it is no further off than a half width in kilometres and not beyond an end.
    pub fn within_section(&self, point: Position, half_width_km: f64) -> Option<OnSection> {
        let nearest = self.nearest_within(point, half_width_km * 1000.0)?;
        Some(self.on_section_of(nearest)).filter(|found| !found.beyond)
    }

    fn on_section_of(&self, nearest: Nearest) -> OnSection {
        let course = self.course_at(&nearest);
        // The azimuth at the point looks back at the line.
        let side = (nearest.azimuth + 180.0 - course).to_radians().sin();
        let at_end = nearest.along_m <= 0.0 || nearest.along_m >= self.length_m();
        let square = (nearest.azimuth - course).to_radians().cos().abs() < 1e-4 || nearest.distance_m < 1.0;
        OnSection {
            along_km: nearest.along_m / 1000.0,
            off_km: nearest.distance_m.copysign(side) / 1000.0,
            beyond: at_end && nearest.at_vertex && !square,
        }
    }

    /// The direction of the line where it is nearest, degrees.
    fn course_at(&self, nearest: &Nearest) -> f64 {
        let Some(azimuth) = self.azimuths.get(nearest.segment) else { return 0.0 };
        let start = self.vertices[nearest.segment];
        let (_, _, course): (f64, f64, f64) =
            WGS84.direct(start.latitude, start.longitude, *azimuth, nearest.along_m - self.along_m[nearest.segment]);
        course
    }
}
