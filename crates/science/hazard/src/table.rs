//! A table of events: which of its columns says what.
//!
//! A table is not changed to become a catalogue of events. Its columns are recognised by their names, in the spellings of the
//! catalogues that people exchange (ComCat, GeoNet, ISC-GEM, NOAA, the Smithsonian, FDSN text), and every question about events is
//! put to the columns that the table has.

use crate::kind::Kind;
use crate::source::{plain, tells_run_ups};
use std::collections::BTreeMap;
use terrane_model::Schema;
use terrane_model::schema::{ColumnKind, GeometryKind};

/// What a column of a table of events says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// What identifies the event in its catalogue.
    Id,
    /// When it began: the origin time of an earthquake.
    Time,
    /// When it ended.
    End,
    /// How deep it was; kilometres, unless the column's unit is `m`.
    Depth,
    /// How large it was.
    Magnitude,
    /// Of which type that magnitude is: `mww`, `mb`, …
    MagnitudeType,
    /// Who determined the magnitude.
    MagnitudeAuthor,
    /// QuakeML's type of event: `earthquake`, `quarry blast`, …
    EventType,
    /// Where it was, in words.
    Place,
    /// In which country.
    Country,
    /// Whether somebody has looked at it: `automatic`, `reviewed`, …
    Status,
    /// Who determined the place.
    Author,
    /// The catalogue it is from.
    Catalog,
    /// Who contributed it.
    Contributor,
    /// What the contributor calls it.
    ContributorId,
    /// When it was changed last.
    Updated,
    /// The volcanic explosivity index.
    Vei,
    /// The volcano that erupted.
    Volcano,
    /// The highest water, metres.
    WaterHeight,
    /// How many run-ups are known of it.
    RunUps,
    /// What caused it.
    Cause,
    /// How sure it is that it happened.
    Validity,
    /// The largest intensity (MMI).
    Intensity,
    /// Deaths by the event itself.
    Deaths,
    /// Deaths by all that came of it, tsunamis and landslides included.
    TotalDeaths,
    /// People missing.
    Missing,
    /// People injured.
    Injuries,
    /// Damage in millions of US dollars.
    Damage,
    /// Houses destroyed.
    Houses,
    /// The tsunami that belongs to it.
    TsunamiId,
    /// The eruption that belongs to it.
    EruptionId,
    /// The earthquake that belongs to it.
    EarthquakeId,
    /// Strike of the first nodal plane, degrees.
    Strike,
    /// Dip of the first nodal plane, degrees.
    Dip,
    /// Rake of the first nodal plane, degrees.
    Rake,
    /// Strike of the second nodal plane, degrees.
    Strike2,
    /// Dip of the second nodal plane, degrees.
    Dip2,
    /// Rake of the second nodal plane, degrees.
    Rake2,
    /// Uncertainty of the place, kilometres.
    HorizontalError,
    /// Uncertainty of the depth, kilometres.
    DepthError,
    /// Uncertainty of the magnitude.
    MagnitudeError,
    /// How many stations were used.
    Stations,
    /// The largest gap between stations, degrees.
    Gap,
    /// The root mean square of the residuals, seconds.
    Rms,
    /// All names that the event has and had, between bars.
    Aliases,
    /// When its row last changed, in the order of all changes of all live tables.
    Sequence,
    /// The event with all its solutions, as a tree.
    Event,
}

/// Spellings of a role's column, all lower case without spaces, lines and units; the first is how this program writes it.
const SPELLINGS: &[(Role, &[&str])] = &[
    (Role::Id, &["event_id", "eventid", "id", "publicid", "evid", "event"]),
    (Role::Time, &["time", "origin_time", "origintime", "datetime", "ot", "date", "start_date", "onset", "datestr"]),
    (Role::End, &["end_time", "endtime", "end_date"]),
    (Role::Depth, &["depth_km", "depth", "depth/km", "dep", "focal_depth", "focal_depth_km", "focal_depth_(km)", "cd"]),
    (
        Role::Magnitude,
        &[
            "magnitude",
            "mag",
            "mw",
            "prefmw_2",
            "prefmw",
            "mlnz20",
            "mlv",
            "earthquake_magnitude",
            "eq_magnitude",
            "eqmag",
        ],
    ),
    (Role::MagnitudeType, &["magnitude_type", "magtype", "magnitudetype"]),
    (Role::MagnitudeAuthor, &["magnitude_author", "magauthor", "magsource", "prefmwsrc_2", "prefmwsrc"]),
    (Role::EventType, &["event_type", "eventtype", "type"]),
    (Role::Place, &["place", "event_location_name", "eventlocationname", "location", "location_name", "region"]),
    (Role::Country, &["country"]),
    (Role::Status, &["status", "evaluation_status"]),
    (Role::Author, &["author", "locationsource", "agency", "locsrc"]),
    (Role::Catalog, &["catalog", "catalogue"]),
    (Role::Contributor, &["contributor", "net"]),
    (Role::ContributorId, &["contributor_id", "contributorid"]),
    (Role::Updated, &["updated", "update_time", "last_modified"]),
    (Role::Vei, &["vei"]),
    (Role::Volcano, &["volcano", "volcano_name", "name"]),
    (
        Role::WaterHeight,
        &["max_water_height_m", "max_water_height", "maximum_water_height", "maximum_water_height_(m)"],
    ),
    (Role::RunUps, &["runups", "number_of_runups", "run_ups"]),
    (Role::Cause, &["cause_text", "cause", "agents", "agent", "cause_code", "tsunami_cause_code"]),
    (Role::Validity, &["validity_text", "validity", "event_validity", "tsunami_event_validity"]),
    (Role::Intensity, &["mmi_intensity", "mmi", "mmi_int", "intensity"]),
    (Role::Deaths, &["deaths"]),
    (Role::TotalDeaths, &["total_deaths"]),
    (Role::Missing, &["missing"]),
    (Role::Injuries, &["injuries"]),
    (Role::Damage, &["damage_million_usd", "damage_mil", "damage_$mil", "damage_($mil)"]),
    (Role::Houses, &["houses_destroyed"]),
    (Role::TsunamiId, &["tsunami_id", "tsu"]),
    (Role::EruptionId, &["eruption_id", "volcano_event_id", "vol"]),
    (Role::EarthquakeId, &["earthquake_id", "eq"]),
    (Role::Strike, &["strike1", "strike"]),
    (Role::Dip, &["dip1", "dip"]),
    (Role::Rake, &["rake1", "rake"]),
    (Role::Strike2, &["strike2"]),
    (Role::Dip2, &["dip2"]),
    (Role::Rake2, &["rake2"]),
    (Role::HorizontalError, &["horizontal_error_km", "horizontalerror"]),
    (Role::DepthError, &["depth_error_km", "deptherror"]),
    (Role::MagnitudeError, &["magnitude_error", "magerror"]),
    (Role::Stations, &["stations", "nst"]),
    (Role::Gap, &["gap"]),
    (Role::Rms, &["rms"]),
    (Role::Aliases, &["aliases"]),
    (Role::Sequence, &["sequence"]),
    (Role::Event, &["solutions"]),
];

/// Which columns of a table say what of its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTable {
    /// What the events are.
    pub kind: Kind,
    columns: BTreeMap<Role, String>,
}

impl EventTable {
    /// The table of events that a schema describes; `None` when it is not one: it needs points, a time, and a size (a magnitude, a
    /// volcanic explosivity index or a height of water). Run-ups are no events: they are what one tsunami did on many shores.
    pub fn of(schema: &Schema) -> Option<Self> {
        schema.geometry.as_ref().filter(|geometry| geometry.kind == GeometryKind::Point)?;
        if tells_run_ups(schema) {
            return None;
        }
        let mut columns: BTreeMap<Role, String> =
            SPELLINGS.iter().filter_map(|(role, names)| Some((*role, found(schema, *role, names)?))).collect();
        if let Some(time) = &schema.time {
            columns.insert(Role::Time, time.start.clone());
        }
        columns.get(&Role::Time)?;
        let kind = if columns.contains_key(&Role::Vei) {
            Kind::Eruption
        } else if columns.contains_key(&Role::WaterHeight) {
            Kind::Tsunami
        } else {
            columns.get(&Role::Magnitude)?;
            Kind::Earthquake
        };
        Some(Self { kind, columns: suited(kind, columns) })
    }

    /// The column that says something, when there is one.
    pub fn column(&self, role: Role) -> Option<&str> {
        self.columns.get(&role).map(String::as_str)
    }

    /// All roles that have a column, with its name.
    pub fn columns(&self) -> impl Iterator<Item = (Role, &str)> {
        self.columns.iter().map(|(role, name)| (*role, name.as_str()))
    }
}

/// Roles that a kind of events has other words for.
fn suited(kind: Kind, mut columns: BTreeMap<Role, String>) -> BTreeMap<Role, String> {
    if kind != Kind::Eruption {
        columns.remove(&Role::Volcano);
    }
    if kind != Kind::Earthquake {
        // "Caldera" is a type of volcano, "Tsunami" none of QuakeML's.
        columns.remove(&Role::EventType);
    }
    columns
}

fn found(schema: &Schema, role: Role, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let column = schema.columns.iter().find(|column| plain(&column.name) == *name)?;
        holds(role, column.kind).then(|| column.name.clone())
    })
}

/// Whether a role can be told in columns of a kind.
fn holds(role: Role, kind: ColumnKind) -> bool {
    let number = matches!(kind, ColumnKind::Int | ColumnKind::Float);
    match role {
        Role::Time | Role::End | Role::Updated => kind == ColumnKind::Time,
        Role::Event => matches!(kind, ColumnKind::Nested | ColumnKind::Text),
        role if role.is_text() => matches!(kind, ColumnKind::Text | ColumnKind::Int),
        _ => number,
    }
}

impl Role {
    /// Whether it is told in words rather than in numbers.
    fn is_text(self) -> bool {
        matches!(
            self,
            Self::Id
                | Self::MagnitudeType
                | Self::MagnitudeAuthor
                | Self::EventType
                | Self::Place
                | Self::Country
                | Self::Status
                | Self::Author
                | Self::Catalog
                | Self::Contributor
                | Self::ContributorId
                | Self::Volcano
                | Self::Cause
                | Self::Validity
                | Self::TsunamiId
                | Self::EruptionId
                | Self::EarthquakeId
                | Self::Aliases
        )
    }

    /// All roles.
    pub fn all() -> impl Iterator<Item = Self> {
        SPELLINGS.iter().map(|(role, _)| *role)
    }

    /// All roles that are told in one value; the tree of solutions is read only where it is wanted.
    pub fn flat() -> impl Iterator<Item = Self> {
        Self::all().filter(|role| *role != Self::Event)
    }

    /// How this program names the column when it writes one.
    pub fn column_name(self) -> &'static str {
        SPELLINGS.iter().find(|(role, _)| *role == self).map_or("", |(_, names)| names[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terrane_model::crs::Crs;
    use terrane_model::schema::{Column, GeometryColumn};

    fn schema(columns: &[(&str, ColumnKind)]) -> Schema {
        Schema {
            columns: columns.iter().map(|(name, kind)| Column::new(*name, *kind)).collect(),
            geometry: Some(GeometryColumn {
                name: "geometry".into(),
                kind: GeometryKind::Point,
                crs: Crs::crs84(),
                has_z: false,
            }),
            time: None,
            key: None,
        }
    }

    #[test]
    fn comcat_is_a_table_of_earthquakes() {
        use ColumnKind::{Float, Text, Time};
        let table = EventTable::of(&schema(&[
            ("time", Time),
            ("depth", Float),
            ("mag", Float),
            ("magType", Text),
            ("net", Text),
            ("id", Text),
            ("type", Text),
            ("locationSource", Text),
        ]))
        .expect("a table of events");
        assert_eq!(table.kind, Kind::Earthquake);
        assert_eq!(table.column(Role::Id), Some("id"));
        assert_eq!(table.column(Role::MagnitudeType), Some("magType"));
        assert_eq!(table.column(Role::Author), Some("locationSource"));
        assert_eq!(table.column(Role::EventType), Some("type"));
        assert_eq!(table.column(Role::Vei), None);
    }

    #[test]
    fn eruptions_have_a_volcano_and_no_type_of_earthquake() {
        use ColumnKind::{Int, Text, Time};
        let table =
            EventTable::of(&schema(&[("date", Time), ("name", Text), ("type", Text), ("vei", Int), ("deaths", Int)]))
                .expect("a table of events");
        assert_eq!(table.kind, Kind::Eruption);
        assert_eq!(table.column(Role::Volcano), Some("name"));
        assert_eq!(table.column(Role::EventType), None);
        assert_eq!(table.column(Role::Deaths), Some("deaths"));
    }

    #[test]
    fn run_ups_are_no_events() {
        use ColumnKind::{Float, Int, Text, Time};
        let tsunamis = [("date", Time), ("location", Text), ("max_water_height_m", Float)];
        assert_eq!(EventTable::of(&schema(&tsunamis)).map(|table| table.kind), Some(Kind::Tsunami));
        for sign in [("travel_hours", Float), ("measurement_type", Int)] {
            let run_ups: Vec<_> = tsunamis.iter().copied().chain([sign]).collect();
            assert_eq!(EventTable::of(&schema(&run_ups)), None, "{sign:?}");
        }
    }

    #[test]
    fn places_and_faults_are_no_events() {
        use ColumnKind::{Float, Text};
        assert_eq!(EventTable::of(&schema(&[("name", Text), ("mag", Float)])), None);
        assert_eq!(EventTable::of(&schema(&[("time", ColumnKind::Time), ("name", Text)])), None);
    }
}
