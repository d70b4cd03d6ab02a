//! Feature types whose names, properties and schemas are those of a standard. A type is a line of a table; it is offered when there is
//! a dataset of that id that has columns of those names.

use super::types::{FeatureType, Namespace, Property, PropertyKind};
use std::sync::Arc;
use terrane_engine::catalogue::Entry;
use terrane_model::schema::ColumnKind;
use terrane_model::{FeatureSource, Filter, Schema};

/// A namespace of a standard.
pub struct StandardNamespace {
    /// Its usual prefix.
    pub prefix: &'static str,
    /// Its name.
    pub uri: &'static str,
    /// Where its schema is.
    pub schema_location: &'static str,
}

/// A feature type of a standard.
pub struct StandardType {
    /// Its local name.
    pub name: &'static str,
    /// Its namespace.
    pub namespace: &'static StandardNamespace,
    /// The dataset that its rows come from; ids are compared without hyphens and case.
    pub dataset: &'static str,
    /// Which of its rows; `None` for all.
    pub filter: Option<fn() -> Filter>,
    /// The properties in the order of the schema: name, column, what it holds. Columns that the dataset does not have are left out.
    pub properties: &'static [(&'static str, &'static str, ColumnKind)],
    /// The name of the property that holds the geometry.
    pub geometry: &'static str,
}

/// All of them.
pub const STANDARD: &[StandardType] = &[];

impl StandardType {
    /// Whether a dataset is the one that the rows come from.
    pub fn is_of(&self, id: &str) -> bool {
        let plain = |text: &str| -> String {
            text.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        plain(id) == plain(self.dataset)
    }

    /// The type over a dataset; `None` when the dataset has none of its columns.
    pub fn feature_type(&self, entry: &Arc<Entry>, source: &Arc<dyn FeatureSource>) -> Option<FeatureType> {
        let properties = self.properties_of(source.schema());
        let any = properties.iter().any(|property| matches!(property.kind, PropertyKind::Values(_)));
        any.then(|| FeatureType {
            name: self.name.to_owned(),
            namespace: Namespace { prefix: self.namespace.prefix.to_owned(), uri: self.namespace.uri.to_owned() },
            entry: Arc::clone(entry),
            source: Arc::clone(source),
            filter: self.filter.map(|filter| filter()),
            properties,
            schema_location: Some(self.namespace.schema_location),
        })
    }

    fn properties_of(&self, schema: &Schema) -> Vec<Property> {
        let of = |&(name, column, kind): &(&'static str, &'static str, ColumnKind)| {
            let (column, kind) = match (name == self.geometry, &schema.geometry) {
                (true, Some(geometry)) => (geometry.name.clone(), PropertyKind::Geometry(geometry.kind)),
                (true, None) => return None,
                (false, _) => (schema.column(column)?.1.name.clone(), PropertyKind::Values(kind)),
            };
            Some(Property { name: name.to_owned(), column: Some(column), kind, text: None })
        };
        self.properties.iter().filter_map(of).collect()
    }
}
