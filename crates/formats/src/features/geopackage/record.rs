//! Our own record of a layer: what GeoPackage has no place for, as JSON in `gpkg_metadata`.

use super::layer::{Companions, Identity, Layer, Stored, TimeForm, TimeStore};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use terrane_model::about::LocalText;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, TimeColumns};
use terrane_model::{Bbox, Crs, Schema};

const FORMS: [(TimeForm, &str); 3] =
    [(TimeForm::DateTime, "datetime"), (TimeForm::Date, "date"), (TimeForm::Text, "text")];

/// The record of a layer.
pub fn write(layer: &Layer) -> String {
    let schema = &layer.schema;
    let columns: Vec<Value> =
        schema.columns.iter().zip(&layer.columns).map(|(column, stored)| column_json(column, stored)).collect();
    let geometry = schema.geometry.as_ref().map(|geometry| {
        json!({"name": geometry.name, "kind": geometry.kind.name(), "crs": geometry.crs.name(), "has_z": geometry.has_z,
               "stored": layer.geometry})
    });
    let time = schema.time.as_ref().map(|time| json!({"start": time.start, "end": time.end}));
    let identity = match &layer.identity {
        Identity::Fid => json!({}),
        Identity::Numbers(name) => json!({"numbers": name}),
        Identity::Texts(name) => json!({"texts": name}),
    };
    json!({
        "fid": layer.fid, "identity": identity, "columns": columns, "geometry": geometry, "time": time, "key": schema.key,
        "rows": layer.rows, "without_place": layer.without_place,
        "bbox": layer.bbox.map(|bbox| bbox.to_array().to_vec()),
    })
    .to_string()
}

fn column_json(column: &Column, stored: &Stored) -> Value {
    let time = stored.time.as_ref().map(|time| {
        let companions = time.companions.as_ref().map(|names| {
            json!({"earliest": names.earliest, "latest": names.latest, "precision": names.precision, "stated": names.stated})
        });
        json!({"form": name_of(&FORMS, time.form), "companions": companions})
    });
    json!({
        "name": column.name, "kind": name_of(&ColumnKind::NAMES, column.kind), "stored": stored.name, "unit": column.unit, "time": time,
        "title": languages(&column.title), "description": languages(&column.description),
    })
}

fn languages(text: &LocalText) -> Value {
    Value::Object(text.iter().map(|(language, text)| (language.to_owned(), Value::from(text))).collect::<Map<_, _>>())
}

fn name_of<T: PartialEq + Copy>(table: &[(T, &'static str)], wanted: T) -> &'static str {
    table.iter().find(|(value, _)| *value == wanted).map_or("", |(_, name)| name)
}

fn value_of<T: Copy>(table: &[(T, &'static str)], wanted: &Value) -> Option<T> {
    table.iter().find(|(_, name)| wanted == name).map(|(value, _)| *value)
}

/// The layer that a record describes; `None` when the record is not one, or names a column that `has_column` does not know.
pub fn read(table: &str, text: &str, has_column: impl Fn(&str) -> bool) -> Option<Layer> {
    let record: Value = serde_json::from_str(text).ok()?;
    let mut columns = Vec::new();
    let mut stored = Vec::new();
    for entry in record["columns"].as_array()? {
        columns.push(read_column(entry)?);
        stored.push(read_stored(entry)?);
    }
    let geometry = read_geometry(&record["geometry"]);
    let layer = Layer {
        table: table.to_owned(),
        fid: text_of(&record["fid"])?,
        geometry: geometry.as_ref().and_then(|_| text_of(&record["geometry"]["stored"])),
        identity: read_identity(&record["identity"]),
        columns: stored,
        schema: Arc::new(Schema { columns, geometry, time: read_time(&record["time"]), key: text_of(&record["key"]) }),
        rows: record["rows"].as_u64(),
        without_place: record["without_place"].as_u64(),
        bbox: read_bbox(&record["bbox"]),
    };
    let named = layer.columns.iter().flat_map(Stored::reads).chain(layer.geometry.as_deref());
    let all_there = named.chain([layer.fid.as_str(), layer.identity.column(&layer.fid)]).all(has_column);
    all_there.then_some(layer)
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn read_column(entry: &Value) -> Option<Column> {
    Some(Column {
        title: read_languages(&entry["title"]),
        description: read_languages(&entry["description"]),
        unit: text_of(&entry["unit"]),
        ..Column::new(text_of(&entry["name"])?, value_of(&ColumnKind::NAMES, &entry["kind"])?)
    })
}

fn read_languages(value: &Value) -> LocalText {
    let entries = value.as_object().into_iter().flatten();
    entries.filter_map(|(language, text)| Some((language.clone(), text_of(text)?))).collect()
}

fn read_stored(entry: &Value) -> Option<Stored> {
    let time = match &entry["time"] {
        Value::Null => None,
        time => {
            Some(TimeStore { form: value_of(&FORMS, &time["form"])?, companions: read_companions(&time["companions"]) })
        }
    };
    Some(Stored { name: text_of(&entry["stored"])?, time })
}

fn read_companions(value: &Value) -> Option<Companions> {
    Some(Companions {
        earliest: text_of(&value["earliest"])?,
        latest: text_of(&value["latest"])?,
        precision: text_of(&value["precision"])?,
        stated: text_of(&value["stated"]),
    })
}

fn read_geometry(value: &Value) -> Option<GeometryColumn> {
    let kind = (0..=7).map(GeometryKind::from_u8).find(|kind| value["kind"] == kind.name())?;
    Some(GeometryColumn {
        name: text_of(&value["name"])?,
        kind,
        crs: Crs::new(value["crs"].as_str()?),
        has_z: value["has_z"].as_bool()?,
    })
}

fn read_time(value: &Value) -> Option<TimeColumns> {
    Some(TimeColumns { start: text_of(&value["start"])?, end: text_of(&value["end"]) })
}

fn read_identity(value: &Value) -> Identity {
    match (text_of(&value["numbers"]), text_of(&value["texts"])) {
        (Some(name), _) => Identity::Numbers(name),
        (None, Some(name)) => Identity::Texts(name),
        (None, None) => Identity::Fid,
    }
}

fn read_bbox(value: &Value) -> Option<Bbox> {
    let numbers: Vec<f64> = value.as_array()?.iter().filter_map(Value::as_f64).collect();
    Some(Bbox::from_array(numbers.try_into().ok()?))
}
