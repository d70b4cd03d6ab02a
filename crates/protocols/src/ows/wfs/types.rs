//! Feature types: what a name in a request stands for. A type is a name in a namespace, a dataset, a filter, and properties that are
//! columns. Every dataset with rows has one in the namespace of the node; further ones are in the tables of `standard`.

use super::standard;
use crate::common::site::Site;
use std::collections::HashSet;
use std::sync::Arc;
use terrane_engine::Caller;
use terrane_engine::catalogue::{Catalogue, Entry};
use terrane_formats::features::gml::{
    Builder, Content, FeaturePlan, Property as Written, Version as Gml, element_name,
};
use terrane_model::schema::{ColumnKind, GeometryKind};
use terrane_model::{Crs, Error, FeatureSource, Filter, Result, Schema};

/// The prefix of the node's own namespace.
pub const OWN_PREFIX: &str = "data";

/// The namespace of the node's own feature types: its public address and `/ns/data`.
pub fn own_namespace(site: &Site) -> String {
    site.url("/ns/data")
}

/// A namespace with the prefix that it has in documents of this node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Namespace {
    /// The prefix.
    pub prefix: String,
    /// The name.
    pub uri: String,
}

/// What a property holds, as XML Schema sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyKind {
    /// Values of a column.
    Values(ColumnKind),
    /// The geometry.
    Geometry(GeometryKind),
    /// Elements made of several columns.
    Built(Builder),
}

/// A property of a feature type.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// Its local name, in the namespace of the type.
    pub name: String,
    /// The column, or the geometry, as the dataset calls it; `None` for one that always has the same text.
    pub column: Option<String>,
    /// What it holds.
    pub kind: PropertyKind,
    /// The text that it always has.
    pub text: Option<String>,
}

/// A feature type.
#[derive(Clone)]
pub struct FeatureType {
    /// Its local name.
    pub name: String,
    /// Its namespace.
    pub namespace: Namespace,
    /// The dataset that its rows come from.
    pub entry: Arc<Entry>,
    /// The dataset's rows.
    pub source: Arc<dyn FeatureSource>,
    /// Which rows of the dataset are its features; `None` when all are.
    pub filter: Option<Filter>,
    /// Its properties, in the order of its schema.
    pub properties: Vec<Property>,
    /// Where its schema is, when that is not this node's to write.
    pub schema_location: Option<&'static str>,
    /// The only version of GML that its schema knows, whatever the rest of an answer is written in.
    pub gml: Option<Gml>,
}

impl FeatureType {
    /// The name with its prefix.
    pub fn qualified(&self) -> String {
        format!("{}:{}", self.namespace.prefix, self.name)
    }

    /// Whether properties of it are made of several columns.
    pub fn is_built(&self) -> bool {
        self.properties.iter().any(|property| matches!(property.kind, PropertyKind::Built(_)))
    }

    /// The schema of the dataset.
    pub fn schema(&self) -> &Schema {
        self.source.schema()
    }

    /// What its `gml:id`s begin with.
    pub fn id_start(&self) -> String {
        format!("{}.", self.name)
    }

    /// The CRS that its features come in when none is asked: the dataset's, in degrees by latitude and longitude as EPSG has them
    /// when the dataset's has no name of an authority.
    pub fn default_crs(&self) -> Option<Crs> {
        let own = self.schema().crs()?;
        let named = own.authority_code().is_some_and(|(authority, _)| authority != "OGC");
        Some(if named { own.clone() } else { Crs::epsg(4326) })
    }

    /// All CRSs that it is advertised in, the default one first.
    pub fn crs_list(&self) -> Vec<Crs> {
        let Some(default) = self.default_crs() else { return Vec::new() };
        let mut list = vec![default];
        for crs in [Crs::epsg(4326), Crs::web_mercator(), Crs::crs84()] {
            if !list.contains(&crs) {
                list.push(crs);
            }
        }
        list
    }

    /// The property of a local name; as clients write it in another case, too.
    pub fn property(&self, name: &str) -> Option<(usize, &Property)> {
        let all = || self.properties.iter().enumerate();
        all()
            .find(|(_, known)| known.name == name)
            .or_else(|| all().find(|(_, known)| known.name.eq_ignore_ascii_case(name)))
    }

    /// How its rows are written: all properties, or those listed by place.
    pub fn plan(&self, chosen: Option<&[usize]>) -> FeaturePlan {
        let written = |property: &Property| Written {
            // Properties that GML gives every object are of its namespace.
            element: match property.name.split_once(':') {
                Some(_) => property.name.clone(),
                None => format!("{}:{}", self.namespace.prefix, property.name),
            },
            content: match (&property.text, property.kind, &property.column) {
                (Some(text), ..) => Content::Text(text.clone()),
                (None, PropertyKind::Geometry(_), _) => Content::Geometry,
                (None, PropertyKind::Built(builder), _) => Content::Built(builder),
                (None, _, column) => Content::Column(column.clone().unwrap_or_default()),
            },
        };
        let kept = self.properties.iter().enumerate().filter(|(at, _)| chosen.is_none_or(|chosen| chosen.contains(at)));
        FeaturePlan {
            element: self.qualified(),
            attributes: self.gml.map_or_else(String::new, |gml| format!(" xmlns:gml=\"{}\"", gml.namespace())),
            id_start: self.id_start(),
            properties: kept.map(|(_, property)| written(property)).collect(),
        }
    }
}

/// All feature types of the catalogue, the node's own by id, then the standard ones.
pub fn all(site: &Site, catalogue: &Catalogue) -> Vec<FeatureType> {
    let rows = |entry: &Arc<Entry>| {
        let dataset = catalogue.open(Caller::Public, &entry.about().id).ok()?;
        Some((Arc::clone(entry), dataset.features?))
    };
    let datasets: Vec<(Arc<Entry>, Arc<dyn FeatureSource>)> =
        catalogue.entries(Caller::Public).filter_map(rows).collect();
    let namespace = Namespace { prefix: OWN_PREFIX.to_owned(), uri: own_namespace(site) };
    // What has a type of a standard needs no other.
    let kept = datasets.iter().filter(|(entry, _)| entry.view().is_none());
    let own = kept.map(|(entry, source)| own_type(&namespace, entry, source));
    let standard = datasets.iter().flat_map(|(entry, source)| standard::types_of(entry, source));
    own.chain(standard).collect()
}

fn own_type(namespace: &Namespace, entry: &Arc<Entry>, source: &Arc<dyn FeatureSource>) -> FeatureType {
    FeatureType {
        name: element_name(entry.about().id.as_str()),
        namespace: namespace.clone(),
        entry: Arc::clone(entry),
        source: Arc::clone(source),
        filter: None,
        properties: own_properties(source.schema()),
        schema_location: None,
        gml: None,
    }
}

/// The geometry first, then each column under a name that XML allows; names that would be the same are told apart by numbers.
fn own_properties(schema: &Schema) -> Vec<Property> {
    let mut taken: HashSet<String> = HashSet::new();
    let mut unlike = |name: &str| {
        let plain = element_name(name);
        let mut name = plain.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{plain}_{number}");
            number += 1;
        }
        name
    };
    let geometry = schema.geometry.as_ref().map(|geometry| (&geometry.name, PropertyKind::Geometry(geometry.kind)));
    let columns = schema.kept().map(|column| (&column.name, PropertyKind::Values(column.kind)));
    let named = |(column, kind): (&String, PropertyKind)| Property {
        name: unlike(column),
        column: Some(column.clone()),
        kind,
        text: None,
    };
    geometry.into_iter().chain(columns).map(named).collect()
}

/// Finds a type by the name in a request: `{namespace}local`, our prefix, or the local name alone.
pub fn find<'t>(types: &'t [FeatureType], name: &str) -> Result<&'t FeatureType> {
    let plain = name.trim();
    let expanded = plain.strip_prefix('{').and_then(|rest| rest.split_once('}'));
    let fits = |known: &&FeatureType| match (expanded, plain.split_once(':')) {
        (Some((uri, local)), _) => known.namespace.uri == uri && known.name == local,
        (None, Some((prefix, local))) => known.namespace.prefix == prefix && known.name == local,
        (None, None) => known.name == plain,
    };
    types.iter().find(fits).ok_or_else(|| {
        let shown: String = plain.chars().take(120).collect();
        Error::not_found(format!("There is no feature type “{shown}” here.")).at("typeName")
    })
}
