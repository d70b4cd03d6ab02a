//! Tilesets of Web Mercator as TileJSON 3.0.0, which most web maps read.

use super::ask::{MVT, PNG};
use super::describe::Tileset;
use super::limits::first_matrix;
use serde_json::{Value, json};
use terrane_engine::{Caller, Ground, PictureLayer};
use terrane_formats::tile::tilejson::{self, TileLayer};
use terrane_model::tiling::TileMatrixSet;
use terrane_model::{Bbox, Error, Result};

/// Vector tiles are made to this zoom; clients draw closer views from these.
const VECTOR_ZOOM_MAX: u8 = 16;
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
    let most = if pictures { set.matrices.len() - 1 } else { usize::from(VECTOR_ZOOM_MAX) };
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
        let layers = tileset.layers().iter().map(|layer| vector_layer(tileset, layer)).collect::<Result<_>>()?;
        let described = tilejson::Tileset { zooms: [0, VECTOR_ZOOM_MAX], layers, ..tilejson::Tileset::default() };
        document["vector_layers"] = described.vector_layers();
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

fn vector_layer(tileset: &Tileset<'_>, layer: &PictureLayer) -> Result<TileLayer> {
    let dataset = tileset.catalogue.open(Caller::Public, &layer.dataset)?;
    let title = tileset.request.say(&dataset.about.title);
    Ok(match &dataset.features {
        Some(source) => TileLayer::new(&layer.name, title, source.schema(), &tileset.columns(layer, source.schema())),
        None => TileLayer { name: layer.name.clone(), description: title.to_owned(), fields: Vec::new() },
    })
}
