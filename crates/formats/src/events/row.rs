//! One event as the columns of its table tell it: what the writers of this folder are given.

use std::borrow::Cow;
use terrane_hazard::kind::Kind;
use terrane_hazard::table::Role;
use terrane_model::batch::Value;
use terrane_model::schema::ColumnKind;
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

    /// The value for the column with a role; null when it is not known.
    pub fn value(&self, role: Role) -> Value<'_> {
        match role {
            Role::Time => self.time.clone().map_or(Value::Null, Value::Time),
            Role::End => self.end.clone().map_or(Value::Null, Value::Time),
            Role::Updated => self.updated.clone().map_or(Value::Null, Value::Time),
            Role::Event => Some(self.solutions).filter(|it| !it.is_empty()).map_or(Value::Null, Value::Nested),
            _ => match self.text(role) {
                Some("") => Value::Null,
                Some(text) => Value::Text(text),
                None => {
                    let number = self.numbers().into_iter().find(|(known, _)| *known == role);
                    number_value(role, number.and_then(|(_, number)| number))
                }
            },
        }
    }

    /// What kind of column a role has when this program makes the table.
    pub fn column_kind(role: Role) -> ColumnKind {
        match role {
            Role::Time | Role::End | Role::Updated => ColumnKind::Time,
            Role::Event => ColumnKind::Nested,
            _ if EventRow::default().text(role).is_some() => ColumnKind::Text,
            _ if COUNTS.contains(&role) => ColumnKind::Int,
            _ => ColumnKind::Float,
        }
    }

    /// The same row, that borrows nothing; without its tree of solutions.
    pub fn into_owned(self) -> EventRow<'static> {
        let owned = |text: Cow<'a, str>| -> Cow<'static, str> { Cow::Owned(text.into_owned()) };
        EventRow {
            id: owned(self.id),
            magnitude_type: owned(self.magnitude_type),
            magnitude_author: owned(self.magnitude_author),
            event_type: owned(self.event_type),
            place: owned(self.place),
            country: owned(self.country),
            status: owned(self.status),
            author: owned(self.author),
            catalog: owned(self.catalog),
            contributor: owned(self.contributor),
            contributor_id: owned(self.contributor_id),
            volcano: owned(self.volcano),
            cause: owned(self.cause),
            validity: owned(self.validity),
            tsunami_id: owned(self.tsunami_id),
            eruption_id: owned(self.eruption_id),
            earthquake_id: owned(self.earthquake_id),
            solutions: "",
            kind: self.kind,
            time: self.time,
            end: self.end,
            updated: self.updated,
            lon_deg: self.lon_deg,
            lat_deg: self.lat_deg,
            depth_km: self.depth_km,
            magnitude: self.magnitude,
            vei: self.vei,
            water_height_m: self.water_height_m,
            run_ups: self.run_ups,
            intensity: self.intensity,
            deaths: self.deaths,
            total_deaths: self.total_deaths,
            missing: self.missing,
            injuries: self.injuries,
            damage_million_usd: self.damage_million_usd,
            houses: self.houses,
            planes_deg: self.planes_deg,
            horizontal_error_km: self.horizontal_error_km,
            depth_error_km: self.depth_error_km,
            magnitude_error: self.magnitude_error,
            stations: self.stations,
            gap_deg: self.gap_deg,
            rms_s: self.rms_s,
        }
    }

    /// Deaths by all that came of it, or at least by the event itself.
    pub fn all_deaths(&self) -> Option<f64> {
        self.total_deaths.or(self.deaths)
    }

    fn text(&self, role: Role) -> Option<&str> {
        Some(match role {
            Role::Id => &self.id,
            Role::MagnitudeType => &self.magnitude_type,
            Role::MagnitudeAuthor => &self.magnitude_author,
            Role::EventType => &self.event_type,
            Role::Place => &self.place,
            Role::Country => &self.country,
            Role::Status => &self.status,
            Role::Author => &self.author,
            Role::Catalog => &self.catalog,
            Role::Contributor => &self.contributor,
            Role::ContributorId => &self.contributor_id,
            Role::Volcano => &self.volcano,
            Role::Cause => &self.cause,
            Role::Validity => &self.validity,
            Role::TsunamiId => &self.tsunami_id,
            Role::EruptionId => &self.eruption_id,
            Role::EarthquakeId => &self.earthquake_id,
            _ => return None,
        })
    }

    fn numbers(&self) -> [(Role, Option<f64>); 24] {
        let [strike, dip, rake, strike2, dip2, rake2] = self.planes_deg;
        [
            (Role::Depth, self.depth_km),
            (Role::Magnitude, self.magnitude),
            (Role::Vei, self.vei),
            (Role::WaterHeight, self.water_height_m),
            (Role::RunUps, self.run_ups),
            (Role::Intensity, self.intensity),
            (Role::Deaths, self.deaths),
            (Role::TotalDeaths, self.total_deaths),
            (Role::Missing, self.missing),
            (Role::Injuries, self.injuries),
            (Role::Damage, self.damage_million_usd),
            (Role::Houses, self.houses),
            (Role::Strike, strike),
            (Role::Dip, dip),
            (Role::Rake, rake),
            (Role::Strike2, strike2),
            (Role::Dip2, dip2),
            (Role::Rake2, rake2),
            (Role::HorizontalError, self.horizontal_error_km),
            (Role::DepthError, self.depth_error_km),
            (Role::MagnitudeError, self.magnitude_error),
            (Role::Stations, self.stations),
            (Role::Gap, self.gap_deg),
            (Role::Rms, self.rms_s),
        ]
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

/// Roles whose columns hold whole numbers.
const COUNTS: [Role; 8] = [
    Role::Vei,
    Role::RunUps,
    Role::Deaths,
    Role::TotalDeaths,
    Role::Missing,
    Role::Injuries,
    Role::Houses,
    Role::Stations,
];

fn number_value(role: Role, number: Option<f64>) -> Value<'static> {
    match number.filter(|number| number.is_finite()) {
        None => Value::Null,
        Some(number) if COUNTS.contains(&role) => Value::Int(number.round() as i64),
        Some(number) => Value::Float(number),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::file::ROLES;

    #[test]
    fn what_is_set_by_a_role_is_told_by_it() {
        for role in ROLES {
            let mut row = EventRow::default();
            assert!(row.value(role).is_null(), "{role:?}");
            let given = match EventRow::column_kind(role) {
                ColumnKind::Time => Value::Time(When::year(-2150).expect("a year")),
                ColumnKind::Nested => Value::Nested("{}"),
                ColumnKind::Text => Value::Text("x"),
                ColumnKind::Int => Value::Int(7),
                _ => Value::Float(1.5),
            };
            row.set(role, given.clone());
            assert_eq!(row.value(role), given, "{role:?}");
        }
    }
}
