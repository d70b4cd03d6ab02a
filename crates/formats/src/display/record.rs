//! The schema of a display copy as JSON, so that the file explains itself.

use super::bytes::Decoded;
use serde::{Deserialize, Serialize};
use terrane_model::about::LocalText;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, TimeColumns};
use terrane_model::{Crs, Schema};

#[derive(Serialize, Deserialize)]
struct SchemaRecord {
    columns: Vec<ColumnRecord>,
    geometry: Option<GeometryRecord>,
    time: Option<TimeRecord>,
    key: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct ColumnRecord {
    name: String,
    kind: String,
    title: Vec<(String, String)>,
    description: Vec<(String, String)>,
    unit: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct GeometryRecord {
    name: String,
    kind: String,
    crs: String,
    has_z: bool,
}

#[derive(Serialize, Deserialize)]
struct TimeRecord {
    start: String,
    end: Option<String>,
}

/// The schema as JSON.
pub fn write(schema: &Schema) -> Vec<u8> {
    let geometry = schema.geometry.as_ref().map(|geometry| GeometryRecord {
        name: geometry.name.clone(),
        kind: geometry.kind.name().to_owned(),
        crs: geometry.crs.name().to_owned(),
        has_z: geometry.has_z,
    });
    let time = schema.time.as_ref().map(|time| TimeRecord { start: time.start.clone(), end: time.end.clone() });
    let columns = schema.columns.iter().map(column_record).collect();
    let record = SchemaRecord { columns, geometry, time, key: schema.key.clone() };
    serde_json::to_vec(&record).unwrap_or_default()
}

fn column_record(column: &Column) -> ColumnRecord {
    let languages = |text: &LocalText| text.iter().map(|(code, text)| (code.to_owned(), text.to_owned())).collect();
    let kind = ColumnKind::NAMES.iter().find(|(kind, _)| *kind == column.kind).map_or("", |(_, name)| name);
    ColumnRecord {
        name: column.name.clone(),
        kind: kind.to_owned(),
        title: languages(&column.title),
        description: languages(&column.description),
        unit: column.unit.clone(),
    }
}

/// The schema that JSON describes.
pub fn read(json: &[u8]) -> Decoded<Schema> {
    let record: SchemaRecord = serde_json::from_slice(json).map_err(|_| "its schema cannot be read")?;
    let columns = record.columns.into_iter().map(column_of).collect::<Decoded<Vec<_>>>()?;
    let geometry = record.geometry.map(geometry_of).transpose()?;
    let time = record.time.map(|time| TimeColumns { start: time.start, end: time.end });
    Ok(Schema { columns, geometry, time, key: record.key })
}

fn column_of(record: ColumnRecord) -> Decoded<Column> {
    let (kind, _) = *ColumnKind::NAMES
        .iter()
        .find(|(_, name)| *name == record.kind)
        .ok_or("its schema has a kind that is not known")?;
    Ok(Column {
        title: record.title.into_iter().collect(),
        description: record.description.into_iter().collect(),
        unit: record.unit,
        ..Column::new(record.name, kind)
    })
}

fn geometry_of(record: GeometryRecord) -> Decoded<GeometryColumn> {
    let kind = (0..=7).map(GeometryKind::from_u8).find(|kind| kind.name() == record.kind);
    let kind = kind.ok_or("its schema has a kind that is not known")?;
    Ok(GeometryColumn { name: record.name, kind, crs: Crs::new(record.crs), has_z: record.has_z })
}
