//! What filters may ask, from the tables that they are read by.

use crate::common::xml::XmlWriter;
use crate::ows::wfs::ask::Version;
use terrane_formats::filter::fes::{COMPARISONS, SPATIAL, TEMPORAL};
use terrane_geology::ask;
use terrane_model::filter::FUNCTIONS;
use terrane_model::schema::ColumnKind;

/// Writes the filter capabilities of a version.
pub fn write(xml: &mut XmlWriter, version: Version) {
    if version.is_old() { old(xml) } else { new(xml) }
}

/// Conformance classes of FES 2.0 (table 2).
const CONFORMANCE: [(&str, bool); 14] = [
    ("ImplementsQuery", true),
    ("ImplementsAdHocQuery", true),
    ("ImplementsFunctions", true),
    ("ImplementsResourceId", true),
    ("ImplementsMinStandardFilter", true),
    ("ImplementsStandardFilter", true),
    ("ImplementsMinSpatialFilter", true),
    ("ImplementsSpatialFilter", true),
    ("ImplementsMinTemporalFilter", true),
    ("ImplementsTemporalFilter", true),
    ("ImplementsVersionNav", false),
    ("ImplementsSorting", true),
    ("ImplementsExtendedOperators", false),
    ("ImplementsMinimumXPath", true),
];

/// Geometry that filters may hold.
const GEOMETRY: [&str; 12] = [
    "gml:Envelope",
    "gml:Point",
    "gml:LineString",
    "gml:Polygon",
    "gml:Curve",
    "gml:Surface",
    "gml:MultiPoint",
    "gml:MultiCurve",
    "gml:MultiSurface",
    "gml:MultiLineString",
    "gml:MultiPolygon",
    "gml:MultiGeometry",
];

/// Distances are asked by these.
const DISTANCES: [&str; 2] = ["DWithin", "Beyond"];

fn new(xml: &mut XmlWriter) {
    xml.open("fes:Filter_Capabilities", &[]).open("fes:Conformance", &[]);
    for (name, truth) in CONFORMANCE {
        xml.open("fes:Constraint", &[("name", name)]).empty("ows:NoValues", &[]);
        xml.element("ows:DefaultValue", &[], if truth { "TRUE" } else { "FALSE" }).close();
    }
    xml.close().open("fes:Id_Capabilities", &[]).empty("fes:ResourceIdentifier", &[("name", "fes:ResourceId")]).close();
    xml.open("fes:Scalar_Capabilities", &[]).empty("fes:LogicalOperators", &[]).open("fes:ComparisonOperators", &[]);
    let single = ["PropertyIsLike", "PropertyIsBetween", "PropertyIsNull", "PropertyIsNil"];
    for name in COMPARISONS.iter().map(|(name, _)| *name).chain(single) {
        xml.empty("fes:ComparisonOperator", &[("name", name)]);
    }
    xml.close().close().open("fes:Spatial_Capabilities", &[]).open("fes:GeometryOperands", &[]);
    for name in GEOMETRY {
        xml.empty("fes:GeometryOperand", &[("name", name)]);
    }
    xml.close().open("fes:SpatialOperators", &[]);
    for name in SPATIAL.iter().map(|(name, _)| *name).chain(DISTANCES) {
        xml.empty("fes:SpatialOperator", &[("name", name)]);
    }
    xml.close().close().open("fes:Temporal_Capabilities", &[]).open("fes:TemporalOperands", &[]);
    for name in ["gml:TimeInstant", "gml:TimePeriod"] {
        xml.empty("fes:TemporalOperand", &[("name", name)]);
    }
    xml.close().open("fes:TemporalOperators", &[]);
    // The schema does not list AnyInteracts, though the standard does (7.14.2).
    for (name, _) in TEMPORAL.iter().filter(|(name, _)| *name != "AnyInteracts") {
        xml.empty("fes:TemporalOperator", &[("name", name)]);
    }
    xml.close().close();
    functions(xml);
    xml.close();
}

fn functions(xml: &mut XmlWriter) {
    let namespace = [("xmlns:xsd", "http://www.w3.org/2001/XMLSchema")];
    xml.open("fes:Functions", &namespace);
    for function in FUNCTIONS {
        xml.open("fes:Function", &[("name", function.name)]);
        // The description is for people; the schema has room for it in the metadata of each argument only.
        xml.element("fes:Returns", &[], kind(function.returns)).open("fes:Arguments", &[]);
        for (at, argument) in function.arguments.iter().enumerate() {
            xml.open("fes:Argument", &[("name", &format!("argument{}", at + 1))]);
            xml.element("fes:Type", &[], kind(*argument)).close();
        }
        xml.close().close();
    }
    for function in ask::FUNCTIONS {
        xml.open("fes:Function", &[("name", function.name)]);
        xml.element("fes:Returns", &[], kind(ColumnKind::Bool)).open("fes:Arguments", &[]);
        for (name, _) in function.arguments.iter().filter(|(_, must)| *must) {
            xml.open("fes:Argument", &[("name", name)]).element("fes:Type", &[], kind(ColumnKind::Text)).close();
        }
        xml.close().close();
    }
    xml.close();
}

fn kind(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Bool => "xsd:boolean",
        ColumnKind::Int => "xsd:long",
        ColumnKind::Float => "xsd:double",
        ColumnKind::Time => "xsd:dateTime",
        ColumnKind::Text | ColumnKind::Bytes | ColumnKind::Nested => "xsd:string",
    }
}

/// Filter 1.1 (04-095).
fn old(xml: &mut XmlWriter) {
    xml.open("ogc:Filter_Capabilities", &[]).open("ogc:Spatial_Capabilities", &[]).open("ogc:GeometryOperands", &[]);
    for name in ["gml:Envelope", "gml:Point", "gml:LineString", "gml:Polygon"] {
        xml.element("ogc:GeometryOperand", &[], name);
    }
    xml.close().open("ogc:SpatialOperators", &[]);
    for name in SPATIAL.iter().map(|(name, _)| *name).chain(DISTANCES) {
        xml.empty("ogc:SpatialOperator", &[("name", name)]);
    }
    xml.close().close().open("ogc:Scalar_Capabilities", &[]).empty("ogc:LogicalOperators", &[]);
    xml.open("ogc:ComparisonOperators", &[]);
    const OLD: [&str; 9] = [
        "LessThan",
        "GreaterThan",
        "LessThanEqualTo",
        "GreaterThanEqualTo",
        "EqualTo",
        "NotEqualTo",
        "Like",
        "Between",
        "NullCheck",
    ];
    for name in OLD {
        xml.element("ogc:ComparisonOperator", &[], name);
    }
    xml.close().open("ogc:ArithmeticOperators", &[]).empty("ogc:SimpleArithmetic", &[]);
    xml.open("ogc:Functions", &[]).open("ogc:FunctionNames", &[]);
    for function in FUNCTIONS {
        xml.element("ogc:FunctionName", &[("nArgs", &function.arguments.len().to_string())], function.name);
    }
    for function in ask::FUNCTIONS {
        let must = function.arguments.iter().filter(|(_, must)| *must).count();
        xml.element("ogc:FunctionName", &[("nArgs", &must.to_string())], function.name);
    }
    xml.close().close().close().close();
    xml.open("ogc:Id_Capabilities", &[]).empty("ogc:EID", &[]).empty("ogc:FID", &[]).close().close();
}
