//! Feature types whose names, properties and schemas are those of a standard: the Lite views of geology, and GeoSciML Basic.

use super::types::{FeatureType, Namespace, Property, PropertyKind};
use std::sync::Arc;
use terrane_engine::catalogue::Entry;
use terrane_formats::features::geosciml;
use terrane_formats::features::gml::{Builder, Version as Gml};
use terrane_geology::view::{FieldKind, LiteSchema, View};
use terrane_model::FeatureSource;
use terrane_model::schema::{ColumnKind, GeometryKind};

/// The feature types of standards that a dataset is served in: of a view over mapped datasets, that of its schema; and of the views that
/// GeoSciML Basic has more to say of, that.
pub fn types_of(entry: &Arc<Entry>, source: &Arc<dyn FeatureSource>) -> Vec<FeatureType> {
    let Some(view) = entry.view() else { return Vec::new() };
    let of = |(name, namespace): (&str, Namespace), (schema_location, gml), properties: Vec<Property>| FeatureType {
        name: name.to_owned(),
        namespace,
        entry: Arc::clone(entry),
        source: Arc::clone(source),
        filter: None,
        properties,
        schema_location: Some(schema_location),
        gml: Some(gml),
    };
    let namespace = |prefix: &str, uri: &str| Namespace { prefix: prefix.to_owned(), uri: uri.to_owned() };
    let own = namespace(view.schema.prefix(), view.schema.namespace());
    let gml = match view.schema {
        LiteSchema::GeoSciMl => Gml::V311,
        LiteSchema::EarthResourceMl => Gml::V321,
    };
    let lite = of((view.name, own), (view.schema.location(), gml), lite(view, source));
    let basic = basic(view).map(|(name, properties)| {
        of((name, namespace(BASIC_PREFIX, geosciml::NAMESPACE)), (geosciml::SCHEMA, Gml::V321), properties)
    });
    std::iter::once(lite).chain(basic).collect()
}

const BASIC_PREFIX: &str = "gsmlb";

fn property(name: &str, column: Option<&str>, kind: PropertyKind) -> Property {
    Property { name: name.to_owned(), column: column.map(str::to_owned), kind, text: None }
}

fn kind_of(source: &Arc<dyn FeatureSource>) -> GeometryKind {
    source.schema().geometry.as_ref().map_or(GeometryKind::Any, |geometry| geometry.kind)
}

/// The fields of a view, then its shape, as the schemas have them.
fn lite(view: &View, source: &Arc<dyn FeatureSource>) -> Vec<Property> {
    let fields = view.fields().map(|field| {
        let kind = if field.kind == FieldKind::Number { ColumnKind::Float } else { ColumnKind::Text };
        property(field.name, Some(field.name), PropertyKind::Values(kind))
    });
    fields.chain([property("shape", Some("shape"), PropertyKind::Geometry(kind_of(source)))]).collect()
}

/// The feature type of GeoSciML Basic that tells a view in full: its name, and its properties in the order of the schema.
fn basic(view: &View) -> Option<(&'static str, Vec<Property>)> {
    let shape = property("shape", Some("shape"), PropertyKind::Geometry(GeometryKind::Any));
    let built = |builder: Builder| property(builder.name, None, PropertyKind::Built(builder));
    let all = |builders: &[Builder]| builders.iter().map(|builder| built(*builder)).collect::<Vec<_>>();
    use geosciml::{CONTACT_TYPE, FAULT_TYPE, GEOLOGIC_UNIT, HISTORY, IDENTITY, OBSERVATION_METHOD, OCCURRENCE};
    match view.name {
        "GeologicUnitView" => {
            let mut properties = all(&[OBSERVATION_METHOD, GEOLOGIC_UNIT]);
            properties.push(shape);
            Some(("MappedFeature", properties))
        }
        "ShearDisplacementStructureView" => {
            let properties = all(&[IDENTITY, OBSERVATION_METHOD, OCCURRENCE, HISTORY, FAULT_TYPE]);
            Some(("ShearDisplacementStructure", properties))
        }
        "ContactView" => Some(("Contact", all(&[IDENTITY, OBSERVATION_METHOD, OCCURRENCE, HISTORY, CONTACT_TYPE]))),
        _ => None,
    }
}
