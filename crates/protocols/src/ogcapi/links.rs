//! Links of OGC API documents.

use crate::common::kvp::encode;
use crate::common::negotiate::Form;
use crate::common::request::Request;
use crate::common::site::Site;
use serde_json::{Value, json};

/// Relation of a collection's or the service's styles.
pub const STYLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/styles";
/// Relation of what can be asked of a collection.
pub const QUERYABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
/// Relation of what a collection's items are made of.
pub const SCHEMA: &str = "http://www.opengis.net/def/rel/ogc/1.0/schema";
/// Relation of a legend.
pub const LEGEND: &str = "http://www.opengis.net/def/rel/ogc/1.0/legend";
/// Relation of a tile matrix set.
pub const TILING_SCHEME: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";
/// Relation of all tile matrix sets.
pub const TILING_SCHEMES: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes";
/// Relation of tilesets of vectors.
pub const TILESETS_VECTOR: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
/// Relation of tilesets of pictures.
pub const TILESETS_MAP: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-map";
/// Relation of a map: a picture of any part of the ground.
pub const MAP: &str = "http://www.opengis.net/def/rel/ogc/1.0/map";
/// Media type of GeoJSON.
pub const GEOJSON: &str = "application/geo+json";
/// Media type of JSON.
pub const JSON: &str = "application/json";
/// Media type of JSON Schema.
pub const SCHEMA_JSON: &str = "application/schema+json";
/// Media type of HTML.
pub const HTML: &str = "text/html";
/// Media type of TileJSON.
pub const TILEJSON: &str = "application/vnd.mapbox.tile+json";
/// Media type of OpenAPI 3.0 as JSON.
pub const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

/// A link.
pub fn link(rel: &str, media_type: &str, title: &str, href: &str) -> Value {
    json!({"rel": rel, "type": media_type, "title": title, "href": href})
}

/// Links to this document as it was asked, and to its other forms; the first form is the one it has.
pub fn own(site: &Site, request: &Request, forms: &[Form]) -> Vec<Value> {
    let Some((shown, others)) = forms.split_first() else { return Vec::new() };
    let href = |form: &Form| site.url(&format!("{}{}", request.path, request.query_with("f", Some(form.name))));
    let mut links = vec![link("self", shown.media_type, "This document", &href(shown))];
    for form in others {
        let title = format!("This document as {}", form.name.to_uppercase());
        links.push(link("alternate", form.media_type, &title, &href(form)));
    }
    links
}

/// The path of something below a collection; names are encoded.
pub fn below(id: &str, parts: &[&str]) -> String {
    let rest: String = parts.iter().map(|part| format!("/{}", encode(part))).collect();
    format!("/collections/{}{rest}", encode(id))
}
