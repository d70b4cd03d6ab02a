//! The earthquakes that shook a place most, as a model of ground motion estimates it.

use super::events::{Event, is_same};
use super::question::{EventPlace, EventQuestion, Range};
use crate::Engine;
use crate::caller::Caller;
use crate::pool::Cancel;
use terrane_formats::events::EventRow;
use terrane_hazard::geodesy::{Position, distance_and_azimuth};
use terrane_hazard::kind::Kind;
use terrane_hazard::magnitude::{MagnitudeType, moment_magnitude};
use terrane_hazard::shaking::{Ground, Shaking, Source, Style, estimated_shaking};
use terrane_hazard::table::Role;
use terrane_model::Result;

/// As far as the model's data reach, metres.
const REACH_M: f64 = 400_000.0;
/// Smaller earthquakes are felt only near by, and there are very many.
const MAGNITUDE_MIN: f64 = 4.5;
/// What the depth is taken for when it is not known, kilometres: that of most earthquakes of the crust.
const DEPTH_KM: f64 = 10.0;
/// The deepest that the model is used for, kilometres.
const DEPTH_MAX_KM: f64 = 70.0;

/// An earthquake and how it shook a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Felt {
    /// Its table.
    pub table: String,
    /// The earthquake.
    pub row: EventRow<'static>,
    /// Kilometres from the place.
    pub distance_km: f64,
    /// The direction to it, degrees from north over east.
    pub azimuth: f64,
    /// The estimate.
    pub shaking: Shaking,
}

impl Engine {
    /// The earthquakes that shook a place most, each once, the strongest first.
    pub(super) fn felt_at(
        &self,
        caller: Caller,
        at: [f64; 2],
        (count, ground): (usize, &Ground),
        cancel: &Cancel,
    ) -> Result<Vec<Felt>> {
        let question = EventQuestion {
            kinds: vec![Kind::Earthquake],
            place: Some(EventPlace::Ring { centre: at, min_m: 0.0, max_m: REACH_M }),
            magnitude: Range { min: Some(MAGNITUDE_MIN), max: None },
            ..EventQuestion::default()
        };
        let roles: Vec<Role> = Role::flat().collect();
        let here = Position::new(at[0], at[1]);
        // Several catalogues tell the same earthquake: more are kept than named, and those of one are one in the end.
        let kept = count * 4;
        let mut felt: Vec<Felt> = Vec::with_capacity(kept + 1);
        for (_, source) in self.asked_sources(caller, &question) {
            self.each_event((caller, cancel), &question, (&source, &roles), |event| {
                let Some((shaking, distance_km, azimuth)) = shaken(event, here, ground) else { return };
                if felt.len() >= kept && felt.last().is_some_and(|least| least.shaking.mmi >= shaking.mmi) {
                    return;
                }
                let (table, row) = (source.id().to_string(), event.row().into_owned());
                let place = felt.partition_point(|other| other.shaking.mmi >= shaking.mmi);
                felt.insert(place, Felt { table, row, distance_km, azimuth, shaking });
                felt.truncate(kept);
            })?;
        }
        Ok(each_once(felt, count))
    }
}

fn shaken(event: &Event<'_>, here: Position, ground: &Ground) -> Option<(Shaking, f64, f64)> {
    let [lon, lat] = event.position()?;
    let depth_km = event.number(Role::Depth).unwrap_or(DEPTH_KM);
    if depth_km > DEPTH_MAX_KM {
        return None;
    }
    let magnitude = event.number(Role::Magnitude)?;
    let kind = MagnitudeType::named(event.text(Role::MagnitudeType).unwrap_or_default());
    let mw = moment_magnitude(magnitude, kind).map_or(magnitude, |converted| converted.mw);
    let style = event.number(Role::Rake).map_or(Style::Unspecified, Style::of_rake);
    let (distance_m, azimuth) = distance_and_azimuth(here, Position::new(lon, lat));
    let distance_km = distance_m / 1000.0;
    Some((estimated_shaking(&Source { mw, depth_km, style }, distance_km, ground), distance_km, azimuth))
}

fn each_once(all: Vec<Felt>, count: usize) -> Vec<Felt> {
    let place = |felt: &Felt| felt.row.lon_deg.zip(felt.row.lat_deg).map(|(lon, lat)| [lon, lat]);
    let mut kept: Vec<Felt> = Vec::with_capacity(count);
    for felt in all {
        let known = kept.iter().any(|other| is_same((&felt.row.time, place(&felt)), (&other.row.time, place(other))));
        if !known && kept.len() < count {
            kept.push(felt);
        }
    }
    kept
}
