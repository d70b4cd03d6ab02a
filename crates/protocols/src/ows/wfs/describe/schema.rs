//! Schemas of feature types: GML application schemas of 3.2.1 and 3.1.1.

use super::terms;
use crate::common::kvp::encode;
use crate::common::site::Site;
use crate::common::xml::XmlWriter;
use crate::ows::wfs::types::{FeatureType, Property, PropertyKind};
use std::collections::{BTreeMap, BTreeSet};
use terrane_formats::features::gml::Version as Gml;
use terrane_model::schema::{ColumnKind, GeometryKind};
use terrane_model::time::Precision;

/// How finely the times of a column are known, all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeForm {
    precisions: [bool; 6],
}

/// Of the time columns of each type: by the type's qualified name and the column.
pub type TimeForms = BTreeMap<(String, String), TimeForm>;

impl TimeForm {
    /// Notes one moment.
    pub fn see(&mut self, precision: Precision) {
        if let Some(seen) = self.precisions.get_mut(precision as usize) {
            *seen = true;
        }
    }

    /// The types of XML Schema that all its values are of.
    fn types(self) -> BTreeSet<&'static str> {
        let names = ["xsd:dateTime", "xsd:gYear", "xsd:gYearMonth", "xsd:date", "xsd:dateTime", "xsd:dateTime"];
        let seen = names.into_iter().zip(self.precisions).filter(|(_, seen)| *seen).map(|(name, _)| name);
        seen.collect()
    }
}

/// The address of the schema of some types of this node.
pub fn schema_url(site: &Site, types: &[&FeatureType], gml: Gml) -> String {
    let names: Vec<String> = types.iter().map(|known| known.qualified()).collect();
    let (version, key) = match gml {
        Gml::V321 => ("2.0.0", "typenames"),
        Gml::V311 => ("1.1.0", "typename"),
    };
    let names = encode(&names.join(","));
    site.url(&format!("/wfs?service=WFS&version={version}&request=DescribeFeatureType&{key}={names}"))
}

/// The schema of some types. Types of one namespace come in one schema; of several, in one that imports that of each.
pub fn schema(site: &Site, types: &[&FeatureType], gml: Gml, times: &TimeForms, languages: &[&str]) -> String {
    let mut namespaces: Vec<(&str, Vec<&FeatureType>)> = Vec::new();
    for known in types {
        match namespaces.iter_mut().find(|(uri, _)| *uri == known.namespace.uri) {
            Some((_, all)) => all.push(known),
            None => namespaces.push((&known.namespace.uri, vec![known])),
        }
    }
    match namespaces.as_slice() {
        [(uri, all)] => match published(all) {
            Some(location) => including(uri, location),
            None => {
                let gml = all.first().and_then(|known| known.gml).unwrap_or(gml);
                Writer { xml: XmlWriter::new(), gml, times, languages }.own(uri, all)
            }
        },
        several => {
            let locations = several.iter().map(|(uri, all)| {
                let standard = published(all).map(str::to_owned);
                ((*uri).to_owned(), standard.unwrap_or_else(|| schema_url(site, all, gml)))
            });
            importing(&locations.collect::<Vec<_>>())
        }
    }
}

/// Where the schema of types is that are not simple features: this node cannot say better what they are made of. Simple features are
/// described here even when their schema is published, for clients that reach no other host.
fn published(types: &[&FeatureType]) -> Option<&'static str> {
    types.iter().find(|known| known.is_built()).and_then(|known| known.schema_location)
}

const XSD: (&str, &str) = ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema");

fn including(uri: &str, location: &str) -> String {
    let mut xml = XmlWriter::new();
    xml.open("xsd:schema", &[XSD, ("targetNamespace", uri), ("elementFormDefault", "qualified")]);
    xml.empty("xsd:include", &[("schemaLocation", location)]);
    xml.finish()
}

fn importing(locations: &[(String, String)]) -> String {
    let mut xml = XmlWriter::new();
    xml.open("xsd:schema", &[XSD, ("elementFormDefault", "qualified")]);
    for (uri, location) in locations {
        xml.empty("xsd:import", &[("namespace", uri), ("schemaLocation", location)]);
    }
    xml.finish()
}

struct Writer<'a> {
    xml: XmlWriter,
    gml: Gml,
    times: &'a TimeForms,
    languages: &'a [&'a str],
}

impl Writer<'_> {
    fn own(mut self, uri: &str, types: &[&FeatureType]) -> String {
        let prefix = types.first().map_or(String::new(), |known| format!("xmlns:{}", known.namespace.prefix));
        let attributes = [
            XSD,
            ("xmlns:gml", self.gml.namespace()),
            (prefix.as_str(), uri),
            ("targetNamespace", uri),
            ("elementFormDefault", "qualified"),
            ("version", "1.0"),
        ];
        self.xml.open("xsd:schema", &attributes);
        self.xml.empty("xsd:import", &[("namespace", self.gml.namespace()), ("schemaLocation", self.gml.schema())]);
        for known in types {
            self.feature_type(known);
        }
        self.xml.finish()
    }

    fn feature_type(&mut self, known: &FeatureType) {
        let type_name = format!("{}:{}Type", known.namespace.prefix, known.name);
        let group = if self.gml == Gml::V321 { "gml:AbstractFeature" } else { "gml:_Feature" };
        let attributes = [("name", known.name.as_str()), ("type", &type_name), ("substitutionGroup", group)];
        let about = known.entry.about();
        let said = [about.title.get(self.languages), about.description.get(self.languages), &terms(about)];
        let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
        self.xml.open("xsd:element", &attributes).open("xsd:annotation", &[]);
        self.xml.element("xsd:documentation", &[], &said.join(" – ")).close().close();
        self.xml.open("xsd:complexType", &[("name", &format!("{}Type", known.name))]).open("xsd:complexContent", &[]);
        self.xml.open("xsd:extension", &[("base", "gml:AbstractFeatureType")]).open("xsd:sequence", &[]);
        for property in &known.properties {
            self.property(known, property);
        }
        self.xml.close().close().close().close();
    }

    fn property(&mut self, known: &FeatureType, property: &Property) {
        let types = self.types(known, property);
        let [only] = types.as_slice() else {
            self.xml.open("xsd:element", &[("name", &property.name), ("minOccurs", "0")]);
            self.documentation(known, property);
            self.xml
                .open("xsd:simpleType", &[])
                .empty("xsd:union", &[("memberTypes", &types.join(" "))])
                .close()
                .close();
            return;
        };
        self.xml.open("xsd:element", &[("name", &property.name), ("type", only), ("minOccurs", "0")]);
        self.documentation(known, property);
        self.xml.close();
    }

    /// The title, the meaning and the unit of a column.
    fn documentation(&mut self, known: &FeatureType, property: &Property) {
        let column = property.column.as_ref().and_then(|name| known.schema().column(name));
        let Some((_, column)) = column else { return };
        let unit = column.unit.as_ref().map(|unit| format!("Unit: {unit}"));
        let texts = [column.title.get(self.languages), column.description.get(self.languages)];
        let all: Vec<&str> = texts.into_iter().chain(unit.as_deref()).filter(|text| !text.is_empty()).collect();
        if !all.is_empty() {
            self.xml.open("xsd:annotation", &[]).element("xsd:documentation", &[], &all.join(". ")).close();
        }
    }

    /// The type of a property; several when its times are known to different degrees.
    fn types(&self, known: &FeatureType, property: &Property) -> Vec<&'static str> {
        let kind = match property.kind {
            PropertyKind::Geometry(kind) => return vec![geometry_type(kind)],
            PropertyKind::Values(kind) => kind,
            // Only types of standards have such, and their schemas are published.
            PropertyKind::Built(_) => return vec!["xsd:anyType"],
        };
        if kind == ColumnKind::Time {
            let key = (known.qualified(), property.column.clone().unwrap_or_default());
            let found = self.times.get(&key).copied().unwrap_or_default().types();
            return if found.is_empty() { vec!["xsd:dateTime"] } else { found.into_iter().collect() };
        }
        vec![match kind {
            ColumnKind::Bool => "xsd:boolean",
            ColumnKind::Int => "xsd:long",
            ColumnKind::Float => "xsd:double",
            ColumnKind::Bytes => "xsd:base64Binary",
            ColumnKind::Text | ColumnKind::Nested | ColumnKind::Time => "xsd:string",
        }]
    }
}

/// The property type of a geometry (GML 3.2.1, D.2.3.3; the same names in 3.1.1).
fn geometry_type(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::Any => "gml:GeometryPropertyType",
        GeometryKind::Point => "gml:PointPropertyType",
        GeometryKind::LineString => "gml:CurvePropertyType",
        GeometryKind::Polygon => "gml:SurfacePropertyType",
        GeometryKind::MultiPoint => "gml:MultiPointPropertyType",
        GeometryKind::MultiLineString => "gml:MultiCurvePropertyType",
        GeometryKind::MultiPolygon => "gml:MultiSurfacePropertyType",
        GeometryKind::Collection => "gml:MultiGeometryPropertyType",
    }
}
