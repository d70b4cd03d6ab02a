//! Documents that describe what is here: the landing page, collections, styles, maps. Derived from the catalogue.

mod collection;
mod context;
pub mod maplibre;
mod maps;
pub mod sld;
mod styles;

pub use collection::{collection, collections, extent, is_web, matching};
pub use context::context;
pub use maps::{MapNode, attribution, languages, map, map_view, maps, nodes};
pub use styles::{legend, style_title, styles};

use crate::common::negotiate::{Form, HTML, JSON};
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::links::{self, link};
use serde_json::{Value, json};

/// Forms of most documents.
pub const WITH_PAGE: [Form; 2] = [JSON, HTML];

/// The landing page.
pub fn landing(site: &Site, request: &Request) -> Value {
    let mut all = links::own(site, request, &WITH_PAGE);
    let mut add = |rel: &str, media_type: &str, title: &str, path: &str| {
        all.push(link(rel, media_type, title, &site.url(path)));
    };
    add("service-desc", links::OPENAPI, "The API as OpenAPI 3.0", "/api?f=json");
    add("service-doc", links::HTML, "The API for people", "/api?f=html");
    add("conformance", links::JSON, "Conformance classes", "/conformance");
    add("http://www.opengis.net/def/rel/ogc/1.0/conformance", links::JSON, "Conformance classes", "/conformance");
    add("data", links::JSON, "Collections", "/collections");
    add("http://www.opengis.net/def/rel/ogc/1.0/data", links::JSON, "Collections", "/collections");
    add(links::MAP, "image/png", "Map of collections together", "/map?f=png");
    add(links::TILING_SCHEMES, links::JSON, "Tile matrix sets", "/tileMatrixSets");
    add(links::TILESETS_VECTOR, links::JSON, "Vector tiles of collections together", "/tiles");
    add(links::TILESETS_MAP, links::JSON, "Tiles of pictures of collections together", "/map/tiles");
    add("related", links::JSON, "Maps", "/maps");
    add("related", links::JSON, "Vocabularies", "/vocabularies?f=json");
    add("related", "text/xml", "Web Map Service 1.3.0", "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities");
    add("related", "text/xml", "Web Map Tile Service 1.0.0", "/wmts/1.0.0/WMTSCapabilities.xml");
    json!({
        "title": request.say(&site.about.title),
        "description": request.say(&site.about.description),
        "attribution": request.say(&site.about.operator.name),
        "links": all,
    })
}
