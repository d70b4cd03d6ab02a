//! Earthquakes by cells of half a degree, each cell sorted by time: who is near, without asking everybody.

use super::{RADIUS_KM, Shock};
use std::collections::HashMap;

/// Degrees of a cell.
const CELL: f64 = 0.5;
/// Cells around the Earth.
const COLUMNS: i64 = 720;
/// What is added to a search so that rounding never loses anybody, as a share and in degrees.
const MARGIN: (f64, f64) = (1.001, 1e-9);

/// The cells with the positions of their events.
pub(super) struct Cells<'a> {
    shocks: &'a [Shock],
    /// Each event's direction from the centre of the sphere: three products tell who is far.
    directions: Vec<[f64; 3]>,
    cells: HashMap<(i64, i64), Vec<usize>>,
}

impl<'a> Cells<'a> {
    pub(super) fn of(shocks: &'a [Shock]) -> Self {
        let mut order: Vec<usize> = (0..shocks.len()).filter(|at| shocks[*at].is_known()).collect();
        order.sort_by(|one, other| shocks[*one].time_days.total_cmp(&shocks[*other].time_days));
        let mut cells = HashMap::<_, Vec<usize>>::new();
        for at in order {
            let place = shocks[at].position;
            cells
                .entry((cell(place.latitude), cell(place.longitude.rem_euclid(360.0)).rem_euclid(COLUMNS)))
                .or_default()
                .push(at);
        }
        let directions = shocks.iter().map(|shock| shock.position.direction()).collect();
        Self { shocks, directions, cells }
    }

    /// Calls with every wanted event that a search reaches, in the order of cells, each cell by time.
    pub(super) fn near(&self, search: &Search, wanted: impl Fn(usize) -> bool, mut found: impl FnMut(usize)) {
        let centre = &self.shocks[search.from];
        let reach = (search.distance_km / RADIUS_KM).to_degrees() * MARGIN.0 + MARGIN.1;
        let latitude = centre.position.latitude;
        let direction = self.directions[search.from];
        // The square of the longest chord, a little longer; the distance itself decides.
        let chord = 2.0 * (search.distance_km / RADIUS_KM / 2.0).min(std::f64::consts::FRAC_PI_2).sin();
        let chord_squared = chord * chord * MARGIN.0 + MARGIN.1 * MARGIN.1;
        let near = |at: usize| {
            chord_between(direction, self.directions[at]) <= chord_squared
                && self.shocks[at].epicentral_km(centre) <= search.distance_km
        };
        for row in cell((latitude - reach).max(-90.0))..=cell((latitude + reach).min(90.0)) {
            for column in columns(centre.position.longitude, latitude, reach) {
                let Some(cell) = self.cells.get(&(row, column)) else { continue };
                let first = cell.partition_point(|at| self.shocks[*at].time_days < search.days.0);
                let within = cell[first..].iter().take_while(|at| self.shocks[**at].time_days <= search.days.1);
                within.copied().filter(|at| wanted(*at) && near(*at)).for_each(&mut found);
            }
        }
    }
}

/// The square of the chord between two directions.
fn chord_between(one: [f64; 3], other: [f64; 3]) -> f64 {
    let way = [one[0] - other[0], one[1] - other[1], one[2] - other[2]];
    way[0] * way[0] + way[1] * way[1] + way[2] * way[2]
}

/// Around which event, how far, and between which times (days, both included) is searched.
pub(super) struct Search {
    pub(super) from: usize,
    pub(super) distance_km: f64,
    pub(super) days: (f64, f64),
}

/// The columns that a search reaches: all of them where it touches a pole.
fn columns(longitude: f64, latitude: f64, reach: f64) -> impl Iterator<Item = i64> {
    let longitude = longitude.rem_euclid(360.0);
    let sine = reach.to_radians().sin() / latitude.to_radians().cos();
    let round = reach >= 90.0 || latitude.abs() + reach >= 90.0 || !(0.0..1.0).contains(&sine);
    let half = if round { 180.0 } else { sine.asin().to_degrees() * MARGIN.0 + MARGIN.1 };
    let (first, last) = (cell(longitude - half), cell(longitude + half));
    let (first, count) = if last - first + 1 >= COLUMNS { (0, COLUMNS) } else { (first, last - first + 1) };
    (first..first + count).map(|column| column.rem_euclid(COLUMNS))
}

fn cell(degrees: f64) -> i64 {
    (degrees / CELL).floor() as i64
}
