//! Documents of WFS: filters read by themselves, and requests posted to the router over a small survey in memory.

use super::http::kit;
use super::{inputs, text};
use crate::Target;
use terrane_formats::features::gml::CrsName;
use terrane_formats::filter::fes::{Context, Name, read_text};
use terrane_model::filter::Predicate;
use terrane_model::limits::Limits;
use terrane_model::schema::{Column, ColumnKind, GeometryColumn, GeometryKind, Schema};
use terrane_model::{Crs, FeatureId};

const WORDS: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "=",
    "\"",
    "&#0;",
    "<!DOCTYPE",
    "<![CDATA[",
    "And",
    "Or",
    "Not",
    "gml:Point",
    "gml:pos",
    "gml:posList",
    "Literal",
    "ValueReference",
    "PropertyIsLike",
    "PropertyIsBetween",
    "srsName=\"EPSG:4326\"",
    "srsDimension=\"3\"",
    "1e999",
    "NaN",
];

const FILTERS: [&str; 6] = [
    "<Filter><And><PropertyIsEqualTo matchCase=\"false\"><ValueReference>name</ValueReference><Literal>a</Literal></PropertyIsEqualTo><Not><PropertyIsNull><ValueReference>depth</ValueReference></PropertyIsNull></Not></And></Filter>",
    "<Filter><PropertyIsLike wildCard=\"*\" singleChar=\"?\" escapeChar=\"!\"><PropertyName>name</PropertyName><Literal>a*b!?c?</Literal></PropertyIsLike></Filter>",
    "<Filter xmlns:gml=\"g\"><Intersects><ValueReference>geom</ValueReference><gml:Polygon srsName=\"urn:ogc:def:crs:EPSG::3857\"><gml:exterior><gml:LinearRing><gml:posList>0 0 1e6 0 1e6 1e6 0 0</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></Intersects></Filter>",
    "<Filter xmlns:gml=\"g\"><BBOX><PropertyName>geom</PropertyName><gml:Envelope srsName=\"EPSG:4326\"><gml:lowerCorner>170 -10</gml:lowerCorner><gml:upperCorner>-170 10</gml:upperCorner></gml:Envelope></BBOX></Filter>",
    "<Filter xmlns:gml=\"g\"><During><ValueReference>time</ValueReference><gml:TimePeriod><gml:beginPosition>2019</gml:beginPosition><gml:endPosition>2020-01-01T00:00:00Z</gml:endPosition></gml:TimePeriod></During></Filter>",
    "<Filter xmlns:gml=\"g\"><Or><DWithin><PropertyName>geom</PropertyName><gml:Point><gml:coordinates>1,2</gml:coordinates></gml:Point><Distance units=\"km\">5</Distance></DWithin><PropertyIsGreaterThan><Function name=\"length\"><PropertyName>name</PropertyName></Function><Add><Literal>1</Literal><Literal>2</Literal></Add></PropertyIsGreaterThan></Or></Filter>",
];

/// A filter.
pub const FES: Target = Target {
    name: "fes",
    seeds: || inputs(&FILTERS),
    words: WORDS,
    run: |bytes| {
        let (schema, limits) = (schema(), Limits::default());
        let Ok(crs) = CrsName::urn(&Crs::epsg(4326)) else { return };
        let name = |text: &str, _: Option<&str>| schema.name_like(text).map(|name| Name::Column(name.to_owned()));
        let identity = |id: &str| Ok(Some(vec![FeatureId::parse(id)]));
        let context = Context { schema: &schema, name: &name, identity: &identity, crs: &crs, limits: &limits };
        if let Ok(filter) = read_text(&text(bytes), &context) {
            // It fits or is refused; both are told in words.
            let fits = Predicate::new(&filter, &schema);
            assert!(fits.is_ok() || fits.is_err_and(|error| !error.say().is_empty()));
        }
    },
};

fn schema() -> Schema {
    let column = |(name, kind): (&str, ColumnKind)| Column::new(name, kind);
    let columns = [("name", ColumnKind::Text), ("depth", ColumnKind::Float), ("time", ColumnKind::Time)];
    let geometry = GeometryColumn { name: "geom".into(), kind: GeometryKind::Point, crs: Crs::crs84(), has_z: false };
    Schema { columns: columns.map(column).to_vec(), geometry: Some(geometry), time: None, key: None }
}

/// A request that is posted.
pub const POSTED: Target = Target {
    name: "wfs-posted",
    seeds: || {
        inputs(&[
            "<wfs:GetFeature xmlns:wfs=\"http://www.opengis.net/wfs/2.0\" xmlns:fes=\"f\" service=\"WFS\" version=\"2.0.0\" count=\"3\" startIndex=\"1\"><wfs:Query typeNames=\"quakes\" srsName=\"EPSG:3857\"><wfs:PropertyName>place</wfs:PropertyName><fes:Filter><fes:PropertyIsGreaterThan><fes:ValueReference>magnitude</fes:ValueReference><fes:Literal>5</fes:Literal></fes:PropertyIsGreaterThan></fes:Filter><fes:SortBy><fes:SortProperty><fes:ValueReference>magnitude</fes:ValueReference><fes:SortOrder>DESC</fes:SortOrder></fes:SortProperty></fes:SortBy></wfs:Query></wfs:GetFeature>",
            "<GetFeature xmlns=\"http://www.opengis.net/wfs\" service=\"WFS\" version=\"1.1.0\" maxFeatures=\"2\" outputFormat=\"text/xml; subtype=gml/3.1.1\"><Query typeName=\"units\"/><Query typeName=\"quakes\"/></GetFeature>",
            "<GetCapabilities service=\"WFS\"><AcceptVersions><Version>1.1.0</Version></AcceptVersions><Sections><Section>All</Section></Sections></GetCapabilities>",
            "<DescribeFeatureType service=\"WFS\" version=\"2.0.0\"><TypeName>quakes</TypeName></DescribeFeatureType>",
            "<GetPropertyValue service=\"WFS\" version=\"2.0.0\" valueReference=\"place\"><StoredQuery id=\"urn:ogc:def:query:OGC-WFS::GetFeatureById\"><Parameter name=\"id\">quakes.2</Parameter></StoredQuery></GetPropertyValue>",
            "service=WFS&version=2.0.0&request=GetFeature&typenames=quakes",
        ])
    },
    words: WORDS,
    run: |bytes| {
        let got = kit::post("/wfs", bytes);
        assert!(got.status != 500, "500: {:.300}", String::from_utf8_lossy(&got.body));
    },
};
