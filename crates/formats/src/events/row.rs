//! One event as the columns of its table tell it: what the writers of this folder are given.

use std::borrow::Cow;
use terrane_hazard::kind::Kind;
use terrane_hazard::table::Role;
use terrane_model::batch::Value;
use terrane_model::time::When;

/// One event, flat: what is preferred of it. Empty texts and `None` are not known. Degrees are WGS 84.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventRow<'a> {
    /// What kind of event it is.
    pub kind: Kind,
    /// What identifies it in its catalogue.
    pub id: Cow<'a, str>,
    /// When it began.
    pub time: Option<When>,
    /// When it ended.
    pub end: Option<When>,
    /// When it was changed last.
    pub updated: Option<When>,
    /// Longitude, degrees.
    pub lon_deg: Option<f64>,
    /// Latitude, degrees.
    pub lat_deg: Option<f64>,
    /// Depth, kilometres below the surface or sea level.
    pub depth_km: Option<f64>,
    /// Magnitude.
    pub magnitude: Option<f64>,
    /// Type of that magnitude.
    pub magnitude_type: Cow<'a, str>,
    /// Who determined the magnitude.
    pub magnitude_author: Cow<'a, str>,
    /// QuakeML's type of event.
    pub event_type: Cow<'a, str>,
    /// Where it was, in words.
    pub place: Cow<'a, str>,
    /// The country.
    pub country: Cow<'a, str>,
    /// Whether somebody has looked at it.
    pub status: Cow<'a, str>,
    /// Who determined the place.
    pub author: Cow<'a, str>,
    /// The catalogue it is from.
    pub catalog: Cow<'a, str>,
    /// Who contributed it.
    pub contributor: Cow<'a, str>,
    /// What the contributor calls it.
    pub contributor_id: Cow<'a, str>,
    /// The volcanic explosivity index.
    pub vei: Option<f64>,
    /// The volcano.
    pub volcano: Cow<'a, str>,
    /// The highest water, metres.
    pub water_height_m: Option<f64>,
    /// How many run-ups are known.
    pub run_ups: Option<f64>,
    /// What caused it.
    pub cause: Cow<'a, str>,
    /// How sure it is.
    pub validity: Cow<'a, str>,
    /// The largest intensity (MMI).
    pub intensity: Option<f64>,
    /// Deaths by the event itself.
    pub deaths: Option<f64>,
    /// Deaths by all that came of it.
    pub total_deaths: Option<f64>,
    /// People missing.
    pub missing: Option<f64>,
    /// People injured.
    pub injuries: Option<f64>,
    /// Damage, millions of US dollars.
    pub damage_million_usd: Option<f64>,
    /// Houses destroyed.
    pub houses: Option<f64>,
    /// The tsunami that belongs to it.
    pub tsunami_id: Cow<'a, str>,
    /// The eruption that belongs to it.
    pub eruption_id: Cow<'a, str>,
    /// The earthquake that belongs to it.
    pub earthquake_id: Cow<'a, str>,
    /// Strike, dip and rake of both nodal planes, degrees: three of the first, three of the second.
    pub planes_deg: [Option<f64>; 6],
    /// Uncertainty of the place, kilometres.
    pub horizontal_error_km: Option<f64>,
    /// Uncertainty of the depth, kilometres.
    pub depth_error_km: Option<f64>,
    /// Uncertainty of the magnitude.
    pub magnitude_error: Option<f64>,
    /// How many stations were used.
    pub stations: Option<f64>,
    /// The largest gap between stations, degrees.
    pub gap_deg: Option<f64>,
    /// The root mean square of the residuals, seconds.
    pub rms_s: Option<f64>,
    /// The event with all its solutions, as JSON text; empty when the table has none.
    pub solutions: &'a str,
}

impl<'a> EventRow<'a> {
    /// Takes the value of the column with a role; depths and their errors are to be in kilometres.
    pub fn set(&mut self, role: Role, value: Value<'a>) {
        match (role, value) {
            (_, Value::Null) => {}
            (Role::Time, Value::Time(when)) => self.time = Some(when),
            (Role::End, Value::Time(when)) => self.end = Some(when),
            (Role::Updated, Value::Time(when)) => self.updated = Some(when),
            (Role::Event, Value::Nested(tree) | Value::Text(tree)) => self.solutions = tree,
            (role, value) => {
                if let Some(text) = self.text_mut(role) {
                    *text = text_of(value);
                } else if let Some(number) = self.number_mut(role) {
                    *number = value.as_f64();
                }
            }
        }
    }

    /// Deaths by all that came of it, or at least by the event itself.
    pub fn all_deaths(&self) -> Option<f64> {
        self.total_deaths.or(self.deaths)
    }

    fn text_mut(&mut self, role: Role) -> Option<&mut Cow<'a, str>> {
        Some(match role {
            Role::Id => &mut self.id,
            Role::MagnitudeType => &mut self.magnitude_type,
            Role::MagnitudeAuthor => &mut self.magnitude_author,
            Role::EventType => &mut self.event_type,
            Role::Place => &mut self.place,
            Role::Country => &mut self.country,
            Role::Status => &mut self.status,
            Role::Author => &mut self.author,
            Role::Catalog => &mut self.catalog,
            Role::Contributor => &mut self.contributor,
            Role::ContributorId => &mut self.contributor_id,
            Role::Volcano => &mut self.volcano,
            Role::Cause => &mut self.cause,
            Role::Validity => &mut self.validity,
            Role::TsunamiId => &mut self.tsunami_id,
            Role::EruptionId => &mut self.eruption_id,
            Role::EarthquakeId => &mut self.earthquake_id,
            _ => return None,
        })
    }

    fn number_mut(&mut self, role: Role) -> Option<&mut Option<f64>> {
        Some(match role {
            Role::Depth => &mut self.depth_km,
            Role::Magnitude => &mut self.magnitude,
            Role::Vei => &mut self.vei,
            Role::WaterHeight => &mut self.water_height_m,
            Role::RunUps => &mut self.run_ups,
            Role::Intensity => &mut self.intensity,
            Role::Deaths => &mut self.deaths,
            Role::TotalDeaths => &mut self.total_deaths,
            Role::Missing => &mut self.missing,
            Role::Injuries => &mut self.injuries,
            Role::Damage => &mut self.damage_million_usd,
            Role::Houses => &mut self.houses,
            Role::Strike => &mut self.planes_deg[0],
            Role::Dip => &mut self.planes_deg[1],
            Role::Rake => &mut self.planes_deg[2],
            Role::Strike2 => &mut self.planes_deg[3],
            Role::Dip2 => &mut self.planes_deg[4],
            Role::Rake2 => &mut self.planes_deg[5],
            Role::HorizontalError => &mut self.horizontal_error_km,
            Role::DepthError => &mut self.depth_error_km,
            Role::MagnitudeError => &mut self.magnitude_error,
            Role::Stations => &mut self.stations,
            Role::Gap => &mut self.gap_deg,
            Role::Rms => &mut self.rms_s,
            _ => return None,
        })
    }
}

/// A value in words: numbers of catalogues may be texts elsewhere.
fn text_of(value: Value<'_>) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    }
}
