//! Tilesets of Web Mercator as TileJSON 3.0.0, which most web maps read.

use super::ask::{MVT, PNG};
use super::describe::Tileset;
use super::limits::{Ground, first_matrix};
use serde_json::{Map, Value, json};
use terrane_engine::{Caller, PictureLayer};
use terrane_model::schema::{ColumnKind, Schema};
use terrane_model::tiling::TileMatrixSet;
use terrane_model::{Bbox, Error, Result};

/// Vector tiles are made to this zoom; clients draw closer views from these.
const VECTOR_ZOOM_MAX: usize = 16;
/// Web Mercator ends at this latitude, degrees.
const LATITUDE_DEG_MAX: f64 = 85.051_128;

/// Whether the tiles of a set have such a document.
pub fn is_for(set: &TileMatrixSet) -> bool {
    set.id == "WebMercatorQuad"
}

/// The document; only tiles of Web Mercator have one.
pub fn document(tileset: &Tileset<'_>) -> Result<Value> {
    let set = tileset.set;
    if !is_for(set) {
        let say = format!("TileJSON is for WebMercatorQuad; {} is described as JSON.", set.id);
        return Err(Error::unsupported(say).at("f"));
    }
    let pictures = tileset.place.pictures;
    let form = if pictures { PNG } else { MVT };
    let tiles = tileset.template(form).replace("{tileMatrix}/{tileRow}/{tileCol}", "{z}/{y}/{x}");
    let extent = tileset.subject.extent.unwrap_or(Bbox::WORLD);
    let most = if pictures { set.matrices.len() - 1 } else { VECTOR_ZOOM_MAX };
    let mut document = json!({
        "tilejson": "3.0.0",
        "name": tileset.subject.title,
        "description": tileset.subject.description,
        "attribution": tileset.subject.attribution(),
        "scheme": "xyz",
        "tiles": [tiles],
        "minzoom": 0,
        "maxzoom": most,
        "bounds": bounds(&extent),
        "center": centre(tileset, &extent),
    });
    if !pictures {
        let layers: Result<Vec<Value>> = tileset.layers().iter().map(|layer| vector_layer(tileset, layer)).collect();
        document["vector_layers"] = layers?.into();
    }
    Ok(document)
}

/// West, south, east, north; around the world when it crosses 180°, since bounds may not.
fn bounds(extent: &Bbox) -> [f64; 4] {
    let [west, south, east, north] = extent.to_array();
    let [south, north] = [south, north].map(|y| y.clamp(-LATITUDE_DEG_MAX, LATITUDE_DEG_MAX));
    if extent.crosses() { [-180.0, south, 180.0, north] } else { [west, south, east, north] }
}

fn centre(tileset: &Tileset<'_>, extent: &Bbox) -> Value {
    let [x, y] = extent.centre();
    let ground = Ground::new(&tileset.set.crs, extent).bbox();
    let zoom = ground.map_or(0, |ground| first_matrix(tileset.set, &ground));
    json!([x, y.clamp(-LATITUDE_DEG_MAX, LATITUDE_DEG_MAX), zoom])
}

fn vector_layer(tileset: &Tileset<'_>, layer: &PictureLayer) -> Result<Value> {
    let dataset = tileset.catalogue.open(Caller::Public, &layer.dataset)?;
    let schema = dataset.features.as_ref().map(|source| source.schema());
    let fields = schema.map(|schema| fields(schema, &tileset.columns(layer, schema))).unwrap_or_default();
    Ok(json!({
        "id": layer.name,
        "description": tileset.request.say(&dataset.about.title),
        "fields": fields,
        "minzoom": 0,
        "maxzoom": VECTOR_ZOOM_MAX,
    }))
}

/// What each of some columns holds, in a word.
fn fields(schema: &Schema, names: &[String]) -> Map<String, Value> {
    let columns = schema.columns.iter().filter(|column| names.contains(&column.name));
    let word = |kind| match kind {
        ColumnKind::Bool => "Boolean",
        ColumnKind::Int | ColumnKind::Float => "Number",
        _ => "String",
    };
    columns.map(|column| (column.name.clone(), word(column.kind).into())).collect()
}
