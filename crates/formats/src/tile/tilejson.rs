//! TileJSON 3.0.0 (<https://github.com/mapbox/tilejson-spec/tree/master/3.0.0>): what clients want to know of a set of tiles.

use serde_json::{Map, Value, json};
use terrane_model::schema::{Column, ColumnKind};
use terrane_model::{Bbox, Schema};

/// A set of tiles.
#[derive(Debug, Clone, Default)]
pub struct Tileset {
    /// Its title.
    pub title: String,
    /// What it shows.
    pub description: String,
    /// Whom to name beside the map.
    pub attribution: String,
    /// The licence, an SPDX name or a title.
    pub licence: String,
    /// First and last zoom.
    pub zooms: [u8; 2],
    /// The ground, degrees.
    pub bbox: Option<Bbox>,
    /// The layers of vector tiles; none for pictures.
    pub layers: Vec<TileLayer>,
}

/// A layer of vector tiles.
#[derive(Debug, Clone, Default)]
pub struct TileLayer {
    /// Its name.
    pub name: String,
    /// What it shows.
    pub description: String,
    /// Columns and what their values are: `Number`, `String` or `Boolean`.
    pub fields: Vec<(String, &'static str)>,
}

impl TileLayer {
    /// A layer with some columns of a table.
    pub fn new(name: &str, description: &str, schema: &Schema, columns: &[String]) -> Self {
        let chosen = schema.columns.iter().filter(|column| columns.contains(&column.name));
        let fields = chosen.filter_map(|column| Some((column.name.clone(), field(column)?))).collect();
        Self { name: name.to_owned(), description: description.to_owned(), fields }
    }
}

/// How the values of a column are told; bytes are not.
fn field(column: &Column) -> Option<&'static str> {
    Some(match column.kind {
        ColumnKind::Bool => "Boolean",
        ColumnKind::Int | ColumnKind::Float => "Number",
        ColumnKind::Text | ColumnKind::Time | ColumnKind::Nested => "String",
        ColumnKind::Bytes => return None,
    })
}

impl Tileset {
    /// The layers as `vector_layers` has them.
    pub fn vector_layers(&self) -> Value {
        let layer = |layer: &TileLayer| {
            let fields: Map<String, Value> =
                layer.fields.iter().map(|(name, kind)| (name.clone(), json!(kind))).collect();
            json!({
                "id": layer.name,
                "description": layer.description,
                "fields": fields,
                "minzoom": self.zooms[0],
                "maxzoom": self.zooms[1],
            })
        };
        self.layers.iter().map(layer).collect()
    }

    /// What an archive says of its tiles: the keys that readers of PMTiles know, and the licence.
    pub fn metadata(&self) -> Value {
        let mut object = json!({
            "name": self.title,
            "description": self.description,
            "attribution": self.attribution,
            "licence": self.licence,
            "type": "overlay",
            "version": "1.0.0",
            "generator": "terrane",
        });
        if !self.layers.is_empty() {
            object["vector_layers"] = self.vector_layers();
        }
        object
    }

    /// The TileJSON of tiles at an address with `{z}`, `{x}` and `{y}`.
    pub fn tilejson(&self, address: &str) -> Value {
        let mut object = json!({
            "tilejson": "3.0.0",
            "name": self.title,
            "description": self.description,
            "attribution": self.attribution,
            "licence": self.licence,
            "scheme": "xyz",
            "tiles": [address],
            "minzoom": self.zooms[0],
            "maxzoom": self.zooms[1],
        });
        if let Some(bbox) = self.bbox.filter(|bbox| !bbox.is_empty()) {
            object["bounds"] = json!([bbox.min[0], bbox.min[1], bbox.max[0], bbox.max[1]]);
            let [x, y] = bbox.centre();
            object["center"] = json!([x, y, self.zooms[0]]);
        }
        if !self.layers.is_empty() {
            object["vector_layers"] = self.vector_layers();
        }
        object
    }
}
