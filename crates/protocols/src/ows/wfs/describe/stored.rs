//! The stored query that every service has, listed and described.

use crate::common::xml::XmlWriter;
use crate::ows::wfs::ask::{GET_FEATURE_BY_ID, GET_FEATURE_BY_ID_URL, Version};
use crate::ows::wfs::types::{FeatureType, Namespace};
use std::collections::BTreeSet;

const TITLE: &str = "One feature by its id";

/// The root of a document, with the namespaces of all types.
fn root(name: &'static str, types: &[FeatureType]) -> XmlWriter {
    let of_types = types.iter().map(|known| &known.namespace);
    let namespaces: BTreeSet<(String, String)> =
        of_types.map(|Namespace { prefix, uri }| (format!("xmlns:{prefix}"), uri.clone())).collect();
    let mut attributes = vec![
        ("xmlns:wfs", "http://www.opengis.net/wfs/2.0"),
        ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("xsi:schemaLocation", "http://www.opengis.net/wfs/2.0 http://schemas.opengis.net/wfs/2.0/wfs.xsd"),
    ];
    attributes.extend(namespaces.iter().map(|(name, uri)| (name.as_str(), uri.as_str())));
    let mut xml = XmlWriter::new();
    xml.open(name, &attributes);
    xml
}

/// The name of the stored query in a version: 2.0.2 has made an address of the URN.
fn name_in(version: Version) -> &'static str {
    if version == Version::V202 { GET_FEATURE_BY_ID_URL } else { GET_FEATURE_BY_ID }
}

/// The answer to ListStoredQueries.
pub fn listed(types: &[FeatureType], version: Version) -> String {
    let mut xml = root("wfs:ListStoredQueriesResponse", types);
    xml.open("wfs:StoredQuery", &[("id", name_in(version))]).element("wfs:Title", &[], TITLE);
    for known in types {
        xml.element("wfs:ReturnFeatureType", &[], &known.qualified());
    }
    xml.finish()
}

/// The answer to DescribeStoredQueries, by the names that are asked for.
pub fn described(types: &[FeatureType], version: Version, ids: &[&'static str]) -> String {
    let mut xml = root("wfs:DescribeStoredQueriesResponse", types);
    let own = [name_in(version)];
    for id in if ids.is_empty() { &own } else { ids } {
        one(&mut xml, types, id);
    }
    xml.finish()
}

fn one(xml: &mut XmlWriter, types: &[FeatureType], id: &str) {
    let names: Vec<String> = types.iter().map(FeatureType::qualified).collect();
    xml.open("wfs:StoredQueryDescription", &[("id", id)]).element("wfs:Title", &[], TITLE);
    xml.open("wfs:Parameter", &[("name", "id"), ("type", "xsd:string")]);
    xml.element("wfs:Title", &[], "The gml:id of the feature").close();
    let text = [
        ("returnFeatureTypes", names.join(" ")),
        ("language", "urn:ogc:def:queryLanguage:OGC-WFS::WFSQueryExpression".to_owned()),
        ("isPrivate", "true".to_owned()),
    ];
    let attributes: Vec<(&str, &str)> = text.iter().map(|(key, value)| (*key, value.as_str())).collect();
    xml.empty("wfs:QueryExpressionText", &attributes).close();
}
