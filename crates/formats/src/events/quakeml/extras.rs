//! What QuakeML has no elements for, as one element of a namespace of its own that holds JSON.

use super::namespaces;
use crate::events::EventRow;
use crate::xml::write_escaped;
use serde_json::{Map, Value, json};
use terrane_hazard::event::OURS;
use terrane_hazard::kind::Kind;

/// Writes the keys of a tree that QuakeML does not have.
pub fn write(tree: &Map<String, Value>, out: &mut Vec<u8>) {
    let ours: Map<String, Value> =
        OURS.iter().filter_map(|key| Some(((*key).to_owned(), tree.get(*key)?.clone()))).collect();
    if !ours.is_empty() {
        write_json(&Value::Object(ours), out);
    }
}

fn write_json(ours: &Value, out: &mut Vec<u8>) {
    let open = format!("<{0}:event xmlns:{0}=\"{1}\">", namespaces::OUR_PREFIX, namespaces::OURS);
    out.extend_from_slice(open.as_bytes());
    write_escaped(&ours.to_string(), out);
    out.extend_from_slice(format!("</{}:event>", namespaces::OUR_PREFIX).as_bytes());
}

/// Writes what a row tells beside an earthquake's origin and magnitude.
pub fn write_of_row(row: &EventRow<'_>, out: &mut Vec<u8>) {
    let ours = of_row(row);
    if !ours.is_empty() {
        write_json(&Value::Object(ours), out);
    }
}

/// Keys of ours that a row has values for.
pub fn of_row(row: &EventRow<'_>) -> Map<String, Value> {
    let mut ours = Map::new();
    if row.kind == Kind::Eruption {
        let told = [("volcano", told(&row.volcano)), ("vei", number(row.vei))];
        put(&mut ours, "eruption", told);
    }
    if row.kind == Kind::Tsunami {
        let all = [
            ("source", told(&row.cause)),
            ("maxWaterHeight", number(row.water_height_m)),
            ("runUpCount", number(row.run_ups)),
        ];
        put(&mut ours, "tsunami", all);
    }
    let mut impact = Map::new();
    let deaths = row.all_deaths().map_or(Value::Null, |best| json!({ "best": best }));
    let all = [
        ("deaths", deaths),
        ("missing", number(row.missing)),
        ("injured", number(row.injuries)),
        ("damageMillionUsd", number(row.damage_million_usd)),
        ("houses", number(row.houses)),
    ];
    impact.extend(all.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.to_owned(), value)));
    if !impact.is_empty() {
        ours.insert("impact".to_owned(), Value::Array(vec![Value::Object(impact)]));
    }
    ours
}

fn put<const N: usize>(ours: &mut Map<String, Value>, key: &str, all: [(&str, Value); N]) {
    let kept = all.into_iter().filter(|(_, value)| !value.is_null());
    let tree: Map<String, Value> = kept.map(|(key, value)| (key.to_owned(), value)).collect();
    if !tree.is_empty() {
        ours.insert(key.to_owned(), Value::Object(tree));
    }
}

fn told(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::from(text) }
}

fn number(number: Option<f64>) -> Value {
    match number {
        Some(whole) if whole.fract() == 0.0 && whole.abs() < 1e15 => Value::from(whole as i64),
        Some(number) => Value::from(number),
        None => Value::Null,
    }
}
