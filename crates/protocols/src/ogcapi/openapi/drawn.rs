//! The paths of tiles and maps, for OpenAPI.

use super::{answers, content, references};
use crate::ogcapi::subject::Of;
use crate::ogcapi::tiles::ask::Place;
use serde_json::{Map, Value, json};

/// What tilesets and maps can be asked with, beside what their paths name.
const OF_TILE: [&str; 7] = ["properties", "datetime", "filter", "filter-lang", "filter-crs", "bgcolor", "transparent"];
const OF_MAP: [&str; 18] = [
    "map-bbox",
    "bbox-crs",
    "map-crs",
    "subset",
    "subset-crs",
    "center",
    "center-crs",
    "width",
    "height",
    "scale-denominator",
    "mm-per-pixel",
    "bgcolor",
    "transparent",
    "void-color",
    "void-transparent",
    "datetime",
    "filter",
    "filter-lang",
];
const PICTURES: [&str; 3] = ["image/png", "image/webp", "image/jpeg"];
const TILES_OF_VECTORS: [&str; 4] = ["application/vnd.mapbox-vector-tile", "image/png", "image/webp", "image/jpeg"];
const DOCUMENTS: [&str; 2] = ["application/json", "text/html"];
const TILESET: [&str; 3] = ["application/json", "application/vnd.mapbox.tile+json", "text/html"];

/// All of them.
pub fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    let mut add = |path: String, operation: Value| paths.insert(path, json!({"get": operation}));
    let all = Operation { id: "getTileMatrixSetsList", summary: "All tile matrix sets", types: &DOCUMENTS };
    add("/tileMatrixSets".to_owned(), all.document(&["f", "lang"]));
    let one = Operation { id: "getTileMatrixSet", summary: "One tile matrix set", types: &DOCUMENTS };
    add("/tileMatrixSets/{tileMatrixSetId}".to_owned(), one.document(&["tileMatrixSetId", "f", "lang"]));
    for (of, pattern, _) in Of::ALL {
        let (path, own, word) = named(of, pattern);
        let map = Operation {
            id: &format!("{word}.getMap"),
            summary: "A picture of any part of the ground",
            types: &PICTURES,
        };
        add(format!("{path}/map"), map.document(&[&own[..], &OF_MAP, &["f"]].concat()));
        for pictures in [false, true] {
            let place = Place { of, pictures };
            let kind = if pictures { "map" } else { "vector" };
            let base = format!("{path}{}", place.part());
            let id = |what: &str| format!("{word}.{kind}.{what}");
            let list = Operation { id: &id("getTileSetsList"), summary: "Tilesets", types: &DOCUMENTS };
            add(base.clone(), list.document(&[&own[..], &["f", "lang"]].concat()));
            let set = Operation { id: &id("getTileSet"), summary: "One tileset", types: &TILESET };
            add(
                format!("{base}/{{tileMatrixSetId}}"),
                set.document(&[&own[..], &["tileMatrixSetId", "f", "lang"]].concat()),
            );
            let types: &[&str] = if pictures { &PICTURES } else { &TILES_OF_VECTORS };
            let tile = Operation {
                id: &id("getTile"),
                summary: "One tile; @2x after the column makes it twice as sharp",
                types,
            };
            let names = ["tileMatrixSetId", "tileMatrix", "tileRow", "tileCol"];
            let path = format!("{base}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}");
            add(path, tile.document(&[&own[..], &names, &OF_TILE, &["f"]].concat()));
        }
    }
    paths
}

/// The path with the names that OpenAPI has for what is in it, those names, and what the operations are called after.
fn named(of: Of, pattern: &str) -> (String, Vec<&'static str>, &'static str) {
    let path = match of {
        Of::Map => pattern.replace("{id}", "{mapId}"),
        _ => pattern.replace("{id}", "{collectionId}").replace("{style}", "{styleId}"),
    };
    match of {
        Of::Collection => (path, vec!["collectionId"], "collection"),
        Of::Style => (path, vec!["collectionId", "styleId"], "collection.style"),
        Of::Map => (path, vec!["mapId"], "storedMap"),
        Of::Node => (path, vec!["collections"], "dataset"),
    }
}

struct Operation<'a> {
    id: &'a str,
    summary: &'a str,
    types: &'a [&'a str],
}

impl Operation<'_> {
    fn document(&self, parameters: &[&str]) -> Value {
        let mut responses = answers(&content(self.types, "anything"));
        if self.id.ends_with("getTile") || self.id.ends_with("getMap") {
            responses["204"] = json!({"description": "There is nothing there"});
        }
        json!({
            "tags": ["Tiles and maps"],
            "operationId": self.id,
            "summary": self.summary,
            "parameters": references(parameters),
            "responses": responses,
        })
    }
}

/// The parameters that only they have: name in the components, name in the query or path, description, type.
const PARAMETERS: [(&str, &str, &str, &str); 19] = [
    ("collections", "collections", "The collections to draw, the first at the bottom; all when absent", "names"),
    ("map-bbox", "bbox", "The ground, in the axis order of bbox-crs; west > east crosses 180°", "numbers"),
    ("map-crs", "crs", "The CRS of the map; that of the data when absent", "uri"),
    ("subset", "subset", "Axes by name: Lat(40:50),Lon(10:20), x(…), y(…), time(\"2019\":\"2020\")", "text"),
    ("subset-crs", "subset-crs", "The CRS of subset", "uri"),
    ("center", "center", "The middle of the map, in the axis order of center-crs", "numbers"),
    ("center-crs", "center-crs", "The CRS of center", "uri"),
    ("width", "width", "Pixels from left to right", "whole"),
    ("height", "height", "Pixels from top to bottom", "whole"),
    ("scale-denominator", "scale-denominator", "The scale, in place of a size or around a middle", "number"),
    ("mm-per-pixel", "mm-per-pixel", "The size of a pixel, 0.28 when absent", "number"),
    ("bgcolor", "bgcolor", "The colour behind everything: 0xRRGGBB or a name of CSS", "text"),
    ("transparent", "transparent", "Whether nothing is behind; true without bgcolor", "truth"),
    ("void-color", "void-color", "The colour of what has no place in the CRS; as the background when absent", "text"),
    ("void-transparent", "void-transparent", "Whether what has no place in the CRS is transparent", "truth"),
    ("tileMatrixSetId", "tileMatrixSetId", "The id of a tile matrix set", "path"),
    ("tileMatrix", "tileMatrix", "The id of a tile matrix: the scale", "path"),
    ("tileRow", "tileRow", "The row, from the top", "path"),
    ("tileCol", "tileCol", "The column, from the left", "path"),
];

/// Their components.
pub fn parameters() -> Map<String, Value> {
    let one = |(key, name, description, kind): (&str, &str, &str, &str)| {
        let schema = match kind {
            "names" => json!({"type": "array", "items": {"type": "string"}}),
            "numbers" => json!({"type": "array", "items": {"type": "number"}}),
            "whole" => json!({"type": "integer", "minimum": 1}),
            "number" => json!({"type": "number"}),
            "truth" => json!({"type": "boolean"}),
            "uri" => json!({"type": "string", "format": "uri"}),
            _ => json!({"type": "string"}),
        };
        let mut parameter = json!({"name": name, "description": description, "schema": schema});
        if kind == "path" {
            parameter["in"] = "path".into();
            parameter["required"] = true.into();
        } else {
            parameter["in"] = "query".into();
            parameter["required"] = false.into();
            parameter["style"] = "form".into();
            parameter["explode"] = false.into();
        }
        (key.to_owned(), parameter)
    };
    PARAMETERS.into_iter().map(one).collect()
}
