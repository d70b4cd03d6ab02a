//! Several tables of earthquakes as one: what each tells of the same event, matched by named rules.

use super::events::Event;
use super::question::EventQuestion;
use super::tables::EventSource;
use crate::Engine;
use crate::caller::Caller;
use crate::pool::Cancel;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use terrane_formats::events::EventRow;
use terrane_hazard::association::{AssociationRules, Hypocentre, Mode, Solution, associate_all, compare};
use terrane_hazard::event::ids;
use terrane_hazard::geodesy::Position;
use terrane_hazard::kind::Kind;
use terrane_hazard::magnitude::MagnitudeType;
use terrane_hazard::table::Role;
use terrane_model::{DatasetId, Error, Result};

/// Which tables are merged, the most preferred first, and by which rules.
#[derive(Debug, Clone, PartialEq)]
pub struct MergeQuestion {
    /// The tables.
    pub catalogs: Vec<DatasetId>,
    /// The rules; their agencies are the tables.
    pub rules: AssociationRules,
}

/// Several tables as one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Merged {
    /// One GeoJSON feature for each event, by time: columns by role, and all solutions as a tree.
    pub features: Vec<Value>,
    /// How many events are told by just these tables.
    pub told_by: BTreeMap<Vec<String>, u64>,
    /// Rows read of each table.
    pub read: BTreeMap<String, u64>,
    /// Rows of each table that lack a time or a place, which cannot be matched and are left out.
    pub left_out: BTreeMap<String, u64>,
    /// Pairs of solutions of one event, as they differ.
    pub pairs: Vec<MergePair>,
}

/// Two solutions of one event.
#[derive(Debug, Clone, PartialEq)]
pub struct MergePair {
    /// The table and the identifier of each.
    pub ids: [(String, String); 2],
    /// The magnitude of each.
    pub magnitudes: [Option<f64>; 2],
    /// When the first was, RFC 3339.
    pub time: String,
    /// Seconds between them.
    pub time_s: f64,
    /// Kilometres between them.
    pub distance_km: f64,
    /// Between their magnitudes, after conversion.
    pub magnitude: Option<f64>,
}

/// One row of a table that can be matched.
struct Told {
    table: usize,
    solution: Solution,
    row: EventRow<'static>,
}

impl Engine {
    /// Matches the earthquakes of several tables.
    pub async fn event_merge(self: &Arc<Self>, caller: Caller, question: MergeQuestion) -> Result<Merged> {
        let engine = Arc::clone(self);
        self.pool().run(move |cancel: &Cancel| engine.event_merge_here(caller, &question, cancel)).await
    }

    /// As [`Engine::event_merge`], for a task that runs in the pool already, or for a program without one.
    pub fn event_merge_here(&self, caller: Caller, question: &MergeQuestion, cancel: &Cancel) -> Result<Merged> {
        if question.catalogs.len() < 2 {
            return Err(Error::invalid("Merging needs two tables of events or more.").at("catalog"));
        }
        let names: Vec<String> = question.catalogs.iter().map(ToString::to_string).collect();
        let (mut merged, mut all) = (Merged::default(), Vec::new());
        for (table, id) in question.catalogs.iter().enumerate() {
            let source = self.event_source(caller, id)?;
            if source.table.kind != Kind::Earthquake {
                let say = format!("“{id}” is a table of other events; only earthquakes are merged.");
                return Err(Error::unsupported(say).at("catalog"));
            }
            self.read_told(caller, &source, (table, &mut all, &mut merged), cancel)?;
        }
        let rules = AssociationRules { agencies: names.clone(), ..question.rules.clone() };
        let solutions: Vec<Solution> = all.iter().map(|told| told.solution.clone()).collect();
        for group in associate_all(&solutions, &rules)? {
            cancel.check()?;
            let members: Vec<&Told> = group.iter().map(|at| &all[*at]).collect();
            let mut tables: Vec<String> = members.iter().map(|told| names[told.table].clone()).collect();
            tables.sort_unstable();
            *merged.told_by.entry(tables).or_default() += 1;
            merged.pairs.extend(members.iter().skip(1).map(|other| pair(&names, members[0], other, &rules)));
            merged.features.push(feature(&names, &members));
        }
        Ok(merged)
    }

    fn read_told(
        &self,
        caller: Caller,
        source: &EventSource,
        (table, all, merged): (usize, &mut Vec<Told>, &mut Merged),
        cancel: &Cancel,
    ) -> Result<()> {
        let roles: Vec<Role> = Role::flat().collect();
        let name = source.id().to_string();
        let (mut read, mut left_out) = (0, 0);
        self.each_event((caller, cancel), &EventQuestion::default(), (source, &roles), |event: &Event<'_>| {
            read += 1;
            match told(event, &name) {
                Some((solution, row)) => all.push(Told { table, solution, row }),
                None => left_out += 1,
            }
        })?;
        merged.read.insert(name.clone(), read);
        merged.left_out.insert(name, left_out);
        Ok(())
    }
}

fn told(event: &Event<'_>, table: &str) -> Option<(Solution, EventRow<'static>)> {
    let row = event.row();
    let hypocentre = Hypocentre {
        // A moment that is known to the minute stands in the middle of it.
        time_s: row.time.as_ref().map(|when| (when.earliest.0 as f64 + when.latest.0 as f64) / 2e6)?,
        position: Position::new(row.lon_deg?, row.lat_deg?),
        depth_km: row.depth_km,
        magnitude: row.magnitude.map(|magnitude| (magnitude, MagnitudeType::named(&row.magnitude_type))),
    };
    let automatic = matches!(row.status.to_lowercase().as_str(), "automatic" | "preliminary");
    let mode = if automatic { Mode::Automatic } else { Mode::Reviewed };
    let updated_s = row.updated.as_ref().map(|when| when.earliest.0 as f64 / 1e6);
    Some((Solution { hypocentre, agency: table.to_owned(), mode, updated_s }, row.into_owned()))
}

fn pair(names: &[String], one: &Told, other: &Told, rules: &AssociationRules) -> MergePair {
    let comparison = compare(&one.solution.hypocentre, &other.solution.hypocentre, rules);
    let id = |told: &Told| (names[told.table].clone(), told.row.id.to_string());
    MergePair {
        ids: [id(one), id(other)],
        magnitudes: [one.row.magnitude, other.row.magnitude],
        time: one.row.time.as_ref().map(ToString::to_string).unwrap_or_default(),
        time_s: comparison.time_s,
        distance_km: comparison.distance_km,
        magnitude: comparison.magnitude,
    }
}

/// The event as a feature: flat columns of the preferred solution, and all solutions as a tree of QuakeML's elements.
fn feature(names: &[String], members: &[&Told]) -> Value {
    let row = &members[0].row;
    let aliases: Vec<&str> = members.iter().map(|told| told.row.id.as_ref()).collect();
    let mut properties = Map::new();
    let mut say = |role: Role, value: Value| {
        if !value.is_null() && value != "" {
            properties.insert(role.column_name().to_owned(), value);
        }
    };
    say(Role::Id, row.id.as_ref().into());
    say(Role::Time, row.time.as_ref().map(ToString::to_string).into());
    say(Role::Updated, row.updated.as_ref().map(ToString::to_string).into());
    let numbers = [
        (Role::Depth, row.depth_km),
        (Role::Magnitude, row.magnitude),
        (Role::HorizontalError, row.horizontal_error_km),
        (Role::DepthError, row.depth_error_km),
        (Role::MagnitudeError, row.magnitude_error),
        (Role::Stations, row.stations),
        (Role::Gap, row.gap_deg),
        (Role::Rms, row.rms_s),
        (Role::Deaths, largest(members, |row| row.deaths)),
        (Role::TotalDeaths, largest(members, |row| row.total_deaths)),
    ];
    numbers.into_iter().for_each(|(role, number)| say(role, number.into()));
    let texts = [
        (Role::MagnitudeType, &row.magnitude_type),
        (Role::MagnitudeAuthor, &row.magnitude_author),
        (Role::EventType, &row.event_type),
        (Role::Status, &row.status),
        (Role::Author, &row.author),
        (Role::Contributor, &row.contributor),
    ];
    texts.into_iter().for_each(|(role, text)| say(role, text.as_ref().into()));
    let place = members.iter().map(|told| told.row.place.as_ref()).find(|place| !place.is_empty());
    say(Role::Place, place.into());
    say(Role::Catalog, names[members[0].table].as_str().into());
    say(Role::Event, tree(names, members));
    properties.insert("told_by".to_owned(), members.len().into());
    properties.insert("aliases".to_owned(), format!("|{}|", aliases.join("|")).into());
    let coordinates = json!([row.lon_deg, row.lat_deg]);
    json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": coordinates}, "properties": properties})
}

fn largest(members: &[&Told], of: impl Fn(&EventRow<'_>) -> Option<f64>) -> Option<f64> {
    members.iter().filter_map(|told| of(&told.row)).max_by(f64::total_cmp)
}

/// All solutions, as [`terrane_hazard::event`] has them.
fn tree(names: &[String], members: &[&Told]) -> Value {
    let id = |told: &Told| ids::encoded(&format!("smi:local/{}/{}", names[told.table], told.row.id)).into_owned();
    let creation = |told: &Told| {
        let row = &told.row;
        let agency = if row.author.is_empty() { &row.contributor } else { &row.author };
        let agency = if agency.is_empty() { names[told.table].as_str() } else { agency.as_ref() };
        json!({"agencyID": agency, "author": names[told.table]})
    };
    let origins: Vec<Value> = members
        .iter()
        .map(|told| {
            let row = &told.row;
            let mut origin = json!({
                "publicID": format!("{}#origin", id(told)),
                "time": {"value": row.time.as_ref().map(|when| when.earliest.to_string())},
                "latitude": {"value": row.lat_deg},
                "longitude": {"value": row.lon_deg},
                "creationInfo": creation(told),
            });
            if let Some(depth_km) = row.depth_km {
                origin["depth"] = json!({"value": depth_km * 1000.0});
            }
            origin
        })
        .collect();
    let with_size = members.iter().filter(|told| told.row.magnitude.is_some());
    let magnitudes: Vec<Value> = with_size
        .clone()
        .map(|told| {
            let mut magnitude = json!({
                "publicID": format!("{}#magnitude", id(told)),
                "mag": {"value": told.row.magnitude},
                "originID": format!("{}#origin", id(told)),
                "creationInfo": creation(told),
            });
            if !told.row.magnitude_type.is_empty() {
                magnitude["type"] = told.row.magnitude_type.as_ref().into();
            }
            magnitude
        })
        .collect();
    let identifiers = members.iter().map(|told| json!({"catalogue": names[told.table], "id": told.row.id}));
    let mut tree = json!({
        "publicID": id(members[0]),
        "preferredOriginID": format!("{}#origin", id(members[0])),
        "origin": origins,
        "magnitude": magnitudes,
        "identifier": identifiers.collect::<Vec<_>>(),
    });
    if let Some(first) = with_size.clone().next() {
        tree["preferredMagnitudeID"] = format!("{}#magnitude", id(first)).into();
    }
    if let Some(place) = members.iter().map(|told| told.row.place.as_ref()).find(|place| !place.is_empty()) {
        tree["description"] = json!([{"text": place, "type": "region name"}]);
    }
    tree
}
