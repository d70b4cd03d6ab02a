//! Feature types whose names, properties and schemas are those of a standard. A type is a value of a list; it is offered when there is
//! a dataset of that id that has columns of those names.

use super::types::{FeatureType, Namespace, Property, PropertyKind};
use std::sync::Arc;
use terrane_engine::catalogue::Entry;
use terrane_geology::view::{FieldKind, VIEWS, View};
use terrane_model::schema::ColumnKind;
use terrane_model::{FeatureSource, Filter, Schema};

/// A feature type of a standard.
pub struct StandardType {
    /// Its local name.
    pub name: &'static str,
    /// Its namespace, with its usual prefix.
    pub namespace: Namespace,
    /// Where its schema is.
    pub schema_location: &'static str,
    /// The id of the dataset that its rows come from.
    pub dataset: &'static str,
    /// Which of its rows; `None` for all.
    pub filter: Option<Filter>,
    /// The properties in the order of the schema: name, column, what it holds. Columns that the dataset does not have are left out.
    pub properties: Vec<(&'static str, &'static str, ColumnKind)>,
    /// The name of the property that holds the geometry, which comes last.
    pub geometry: &'static str,
}

/// All of them: the views of GeoSciML-Lite and EarthResourceML-Lite.
pub fn all() -> Vec<StandardType> {
    VIEWS.iter().map(of_view).collect()
}

fn of_view(view: &'static View) -> StandardType {
    let kind = |kind: FieldKind| match kind {
        FieldKind::Text | FieldKind::Uri => ColumnKind::Text,
        FieldKind::Number => ColumnKind::Float,
    };
    StandardType {
        name: view.name,
        namespace: Namespace { prefix: view.schema.prefix().to_owned(), uri: view.schema.namespace().to_owned() },
        schema_location: view.schema.location(),
        dataset: view.id,
        filter: None,
        properties: view.fields().map(|field| (field.name, field.name, kind(field.kind))).collect(),
        geometry: "shape",
    }
}

impl StandardType {
    /// The type over a dataset; `None` when the dataset has none of its columns.
    pub fn feature_type(&self, entry: &Arc<Entry>, source: &Arc<dyn FeatureSource>) -> Option<FeatureType> {
        let properties = self.properties_of(source.schema());
        let any = properties.iter().any(|property| matches!(property.kind, PropertyKind::Values(_)));
        any.then(|| FeatureType {
            name: self.name.to_owned(),
            namespace: self.namespace.clone(),
            entry: Arc::clone(entry),
            source: Arc::clone(source),
            filter: self.filter.clone(),
            properties,
            schema_location: Some(self.schema_location),
        })
    }

    fn properties_of(&self, schema: &Schema) -> Vec<Property> {
        let values = self.properties.iter().filter_map(|&(name, column, kind)| {
            let (_, column) = schema.column(column)?;
            Some((name, column.name.clone(), PropertyKind::Values(kind)))
        });
        let geometry = schema.geometry.as_ref().map(|geometry| {
            (self.geometry, geometry.name.clone(), PropertyKind::Geometry(geometry.kind))
        });
        let property = |(name, column, kind): (&str, String, PropertyKind)| Property {
            name: name.to_owned(),
            column: Some(column),
            kind,
            text: None,
        };
        values.chain(geometry).map(property).collect()
    }
}
