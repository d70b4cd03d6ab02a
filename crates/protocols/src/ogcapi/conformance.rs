//! What is promised: one entry per conformance class that this program implements.

use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::describe::WITH_PAGE;
use crate::ogcapi::links;
use serde_json::{Value, json};

/// Conformance classes, without their common beginning.
pub const CLASSES: [&str; 64] = [
    "ogcapi-common-1/1.0/conf/core",
    "ogcapi-common-1/1.0/conf/landing-page",
    "ogcapi-common-1/1.0/conf/json",
    "ogcapi-common-1/1.0/conf/html",
    "ogcapi-common-1/1.0/conf/oas30",
    "ogcapi-common-2/1.0/conf/collections",
    "ogcapi-common-2/1.0/conf/json",
    "ogcapi-common-2/1.0/conf/html",
    "ogcapi-features-1/1.0/conf/core",
    "ogcapi-features-1/1.0/conf/oas30",
    "ogcapi-features-1/1.0/conf/html",
    "ogcapi-features-1/1.0/conf/geojson",
    "ogcapi-features-2/1.0/conf/crs",
    "ogcapi-features-3/1.0/conf/queryables",
    "ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "ogcapi-features-3/1.0/conf/filter",
    "ogcapi-features-3/1.0/conf/features-filter",
    "ogcapi-features-5/1.0/conf/schemas",
    "ogcapi-features-5/1.0/conf/core-roles-features",
    "ogcapi-features-5/1.0/conf/returnables-and-receivables",
    "cql2/1.0/conf/cql2-text",
    "cql2/1.0/conf/cql2-json",
    "cql2/1.0/conf/basic-cql2",
    "cql2/1.0/conf/advanced-comparison-operators",
    "cql2/1.0/conf/case-insensitive-comparison",
    "cql2/1.0/conf/accent-insensitive-comparison",
    "cql2/1.0/conf/basic-spatial-functions",
    "cql2/1.0/conf/basic-spatial-functions-plus",
    "cql2/1.0/conf/spatial-functions",
    "cql2/1.0/conf/temporal-functions",
    "cql2/1.0/conf/array-functions",
    "cql2/1.0/conf/property-property",
    "cql2/1.0/conf/arithmetic",
    "tms/2.0/conf/tilematrixset",
    "tms/2.0/conf/tilematrixsetlimits",
    "tms/2.0/conf/tilesetmetadata",
    "tms/2.0/conf/json-tilematrixset",
    "tms/2.0/conf/json-tilematrixsetlimits",
    "tms/2.0/conf/json-tilesetmetadata",
    "ogcapi-tiles-1/1.0/conf/core",
    "ogcapi-tiles-1/1.0/conf/tileset",
    "ogcapi-tiles-1/1.0/conf/tilesets-list",
    "ogcapi-tiles-1/1.0/conf/dataset-tilesets",
    "ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "ogcapi-tiles-1/1.0/conf/collections-selection",
    "ogcapi-tiles-1/1.0/conf/datetime",
    "ogcapi-tiles-1/1.0/conf/oas30",
    "ogcapi-tiles-1/1.0/conf/png",
    "ogcapi-tiles-1/1.0/conf/jpeg",
    "ogcapi-tiles-1/1.0/conf/mvt",
    "ogcapi-maps-1/1.0/conf/core",
    "ogcapi-maps-1/1.0/conf/background",
    "ogcapi-maps-1/1.0/conf/collection-map",
    "ogcapi-maps-1/1.0/conf/dataset-map",
    "ogcapi-maps-1/1.0/conf/styled-map",
    "ogcapi-maps-1/1.0/conf/collections-selection",
    "ogcapi-maps-1/1.0/conf/scaling",
    "ogcapi-maps-1/1.0/conf/display-resolution",
    "ogcapi-maps-1/1.0/conf/spatial-subsetting",
    "ogcapi-maps-1/1.0/conf/datetime",
    "ogcapi-maps-1/1.0/conf/crs",
    "ogcapi-maps-1/1.0/conf/tilesets",
    "ogcapi-maps-1/1.0/conf/png",
    "ogcapi-maps-1/1.0/conf/jpeg",
];

/// The address of a conformance class.
pub fn uri(class: &str) -> String {
    format!("http://www.opengis.net/spec/{class}")
}

/// The document.
pub fn document(site: &Site, request: &Request) -> Value {
    let classes: Vec<String> = CLASSES.iter().map(|class| uri(class)).collect();
    json!({"links": links::own(site, request, &WITH_PAGE), "conformsTo": classes})
}
