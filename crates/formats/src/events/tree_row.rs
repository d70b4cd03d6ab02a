//! The row of an event from its tree: what is preferred of it.

use super::EventRow;
use serde_json::Value;
use std::borrow::Cow;
use terrane_hazard::event::{Event, Origin, Quantity};
use terrane_hazard::kind::Kind;
use terrane_model::time::When;

/// What identifies an event to people: the id that its data centre gives it, else its name in QuakeML.
pub fn event_id(tree: &Value) -> String {
    let text = |name: &str| tree[name].as_str().unwrap_or_default();
    let (source, id) = (text("catalog:eventsource"), text("catalog:eventid"));
    if !source.is_empty() && !id.is_empty() {
        return format!("{source}{id}");
    }
    let name = text("publicID");
    let lower = name.to_ascii_lowercase();
    let value = lower.find("eventid=").map(|at| name[at + 8..].split(['&', '#']).next().unwrap_or_default());
    value.filter(|value| !value.is_empty()).unwrap_or(name).to_owned()
}

/// The row of a tree.
pub fn row_of(tree: &Value) -> EventRow<'static> {
    let event = Event(tree);
    let mut row = EventRow {
        id: event_id(tree).into(),
        event_type: owned(event.event_type()),
        place: owned(event.place()),
        status: owned(event.status()),
        catalog: owned(first_text(tree, &["catalog:datasource", "iris:catalog"])),
        contributor: owned(event.made().agency),
        updated: event.made().time.map(When::exactly),
        ..EventRow::default()
    };
    if let Some(origin) = event.origin() {
        of_origin(&mut row, origin);
    }
    if let Some(magnitude) = event.magnitude() {
        let value = magnitude.value();
        row.magnitude = value.map(|it| it.value);
        row.magnitude_error = value.and_then(|it| it.uncertainty);
        row.magnitude_type = owned(magnitude.kind());
        row.magnitude_author = owned(maker(&magnitude.made()));
    }
    if let Some(mechanism) = event.mechanism() {
        let planes = mechanism.planes();
        for (place, plane) in planes.iter().enumerate() {
            let Some(plane) = plane else { continue };
            let all = [plane.strike, plane.dip, plane.rake].map(Some);
            row.planes_deg[place * 3..place * 3 + 3].copy_from_slice(&all);
        }
    }
    of_ours(&mut row, tree);
    row
}

fn of_origin(row: &mut EventRow<'static>, origin: Origin<'_>) {
    let value = |quantity: Option<Quantity>| quantity.map(|it| it.value);
    let km = |metres: f64| (metres * 1_000.0).round() / 1e6;
    let depth = origin.depth_m();
    row.time = origin.time();
    row.lon_deg = value(origin.longitude());
    row.lat_deg = value(origin.latitude());
    row.depth_km = value(depth).map(km);
    row.depth_error_km = depth.and_then(|it| it.uncertainty).map(km);
    row.horizontal_error_km = origin.horizontal_uncertainty_m().map(km);
    row.author = owned(maker(&origin.made()));
    row.stations = origin.quality("usedStationCount");
    row.gap_deg = origin.quality("azimuthalGap");
    row.rms_s = origin.quality("standardError");
    if row.catalog.is_empty() {
        row.catalog = owned(first_text(origin.0, &["catalog:datasource", "iris:catalog"]));
    }
    if row.contributor.is_empty() {
        row.contributor = owned(first_text(origin.0, &["iris:contributor"]));
        row.contributor_id = owned(first_text(origin.0, &["iris:contributorEventId"]));
    }
}

/// What QuakeML has no elements for.
fn of_ours(row: &mut EventRow<'static>, tree: &Value) {
    let (eruption, tsunami) = (&tree["eruption"], &tree["tsunami"]);
    if eruption.is_object() {
        row.kind = Kind::Eruption;
        row.volcano = owned(first_text(eruption, &["volcano"]));
        row.vei = eruption["vei"].as_f64();
    }
    if tsunami.is_object() {
        row.kind = if row.kind == Kind::Eruption { row.kind } else { Kind::Tsunami };
        row.water_height_m = tsunami["maxWaterHeight"].as_f64();
        row.run_ups = tsunami["runUpCount"].as_f64().or(tsunami["runUps"].as_array().map(|all| all.len() as f64));
        row.cause = owned(first_text(tsunami, &["source"]));
    }
    for impact in Event(tree).impacts() {
        let add = |sum: &mut Option<f64>, more: Option<f64>| {
            *sum = match (*sum, more) {
                (Some(sum), Some(more)) => Some(sum + more),
                (sum, more) => sum.or(more),
            };
        };
        add(&mut row.deaths, impact.deaths[1].or(impact.deaths[0]));
        add(&mut row.missing, impact.missing);
        add(&mut row.injuries, impact.injured);
        add(&mut row.damage_million_usd, impact.damage_million_usd);
        add(&mut row.houses, impact.houses);
    }
}

/// The agency, else the person or program.
fn maker<'a>(made: &terrane_hazard::event::Made<'a>) -> &'a str {
    if made.agency.is_empty() { made.author } else { made.agency }
}

fn first_text<'a>(tree: &'a Value, names: &[&str]) -> &'a str {
    names.iter().filter_map(|name| tree[*name].as_str()).find(|text| !text.is_empty()).unwrap_or_default()
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}
