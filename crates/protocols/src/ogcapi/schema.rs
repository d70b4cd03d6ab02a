//! Columns as JSON Schema: what items are made of, and what can be asked for.

use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::ask::is_queryable;
use crate::ogcapi::links::below;
use serde_json::{Map, Value, json};
use terrane_model::About;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, Schema};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What the items of a collection are made of (Features part 5).
pub fn schema(site: &Site, request: &Request, about: &About, schema: &Schema) -> Value {
    document(site, request, about, &schema.as_kept(), "schema")
}

/// What can be asked for in filters and as parameters (Features part 3).
pub fn queryables(site: &Site, request: &Request, about: &About, schema: &Schema) -> Value {
    let mut document = document(site, request, about, schema, "queryables");
    if let Some(properties) = document["properties"].as_object_mut() {
        for column in schema.columns.iter().filter(|column| !is_queryable(column)) {
            properties.remove(&column.name);
        }
    }
    document["additionalProperties"] = false.into();
    document
}

fn document(site: &Site, request: &Request, about: &About, schema: &Schema, name: &str) -> Value {
    let mut properties = Map::new();
    for (place, column) in schema.columns.iter().enumerate() {
        properties.insert(column.name.clone(), property(request, schema, column, place));
    }
    if let Some(geometry) = &schema.geometry {
        let name = if properties.contains_key(&geometry.name) { "geometry" } else { geometry.name.as_str() };
        properties.entry(name).or_insert_with(|| geometry_property(geometry));
    }
    json!({
        "$schema": DIALECT,
        "$id": site.url(&below(about.id.as_str(), &[name])),
        "title": request.say(&about.title),
        "description": request.say(&about.description),
        "type": "object",
        "properties": properties,
    })
}

fn property(request: &Request, schema: &Schema, column: &Column, place: usize) -> Value {
    let mut property = kind(column.kind);
    let title = request.say(&column.title);
    property["title"] = if title.is_empty() { column.name.as_str() } else { title }.into();
    let description = request.say(&column.description);
    if !description.is_empty() {
        property["description"] = description.into();
    }
    if let Some(unit) = &column.unit {
        property["x-ogc-unit"] = unit.as_str().into();
        property["x-ogc-unitLang"] = "UCUM".into();
    }
    property["x-ogc-propertySeq"] = (place + 1).into();
    if let Some(role) = role(schema, column) {
        property["x-ogc-role"] = role.into();
    }
    property
}

/// The JSON Schema of a kind of value.
pub fn kind(kind: ColumnKind) -> Value {
    match kind {
        ColumnKind::Bool => json!({"type": "boolean"}),
        ColumnKind::Int => json!({"type": "integer"}),
        ColumnKind::Float => json!({"type": "number"}),
        ColumnKind::Text => json!({"type": "string"}),
        ColumnKind::Time => json!({"type": "string", "format": "date-time"}),
        ColumnKind::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
        ColumnKind::Nested => json!({}),
    }
}

fn role(schema: &Schema, column: &Column) -> Option<&'static str> {
    if schema.key.as_deref() == Some(column.name.as_str()) {
        return Some("id");
    }
    let time = schema.time.as_ref()?;
    match (time.start == column.name, &time.end) {
        (true, None) => Some("primary-instant"),
        (true, Some(_)) => Some("primary-interval-start"),
        (false, Some(end)) if *end == column.name => Some("primary-interval-end"),
        _ => None,
    }
}

fn geometry_property(geometry: &GeometryColumn) -> Value {
    json!({"title": "Geometry", "x-ogc-role": "primary-geometry", "format": geometry_format(geometry.kind)})
}

/// The format of a geometry (Features part 3, table 6).
fn geometry_format(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::Any => "geometry-any",
        GeometryKind::Point => "geometry-point",
        GeometryKind::LineString => "geometry-linestring",
        GeometryKind::Polygon => "geometry-polygon",
        GeometryKind::MultiPoint => "geometry-multipoint",
        GeometryKind::MultiLineString => "geometry-multilinestring",
        GeometryKind::MultiPolygon => "geometry-multipolygon",
        GeometryKind::Collection => "geometry-geometrycollection",
    }
}

/// A description of the columns of a dataset.
pub type Describe = fn(&Site, &Request, &About, &Schema) -> Value;
