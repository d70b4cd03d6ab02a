//! Styles as MapLibre reads them (and QGIS, for vector tiles): sources that are this node's own tiles, layers that draw them.

use crate::common::kvp::encode;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::describe::{map_view, style_title};
use crate::ogcapi::links::below;
use serde_json::{Map, Value, json};
use terrane_engine::catalogue::{Catalogue, Entry, StyleEntry};
use terrane_engine::{Caller, PictureLayer, TileSource};
use terrane_model::map::Map as MapOf;
use terrane_model::{Bbox, Result};

/// The media type of such a style.
pub const MEDIA_TYPE: &str = "application/vnd.mapbox.style+json";
/// Pixels of a side of the tiles of pictures.
const PICTURE_PX: u32 = 256;

/// One style of a dataset.
pub fn style(site: &Site, request: &Request, entry: &Entry, style: &StyleEntry) -> Value {
    let about = entry.about();
    let mut document = Document::new(site);
    let layer = PictureLayer::new(about.id.clone(), Some(style.name.clone()));
    document.add(&layer, (entry, style), &below(about.id.as_str(), &["tiles"]));
    let name = format!("{}: {}", request.say(&about.title), style_title(request, style));
    document.finish(&name, None)
}

/// All visible layers of a map.
pub fn map(site: &Site, request: &Request, catalogue: &Catalogue, map: &MapOf) -> Result<Value> {
    let mut document = Document::new(site);
    let tiles = format!("/maps/{}/tiles", encode(map.id.as_str()));
    for layer in catalogue.map_layers(Caller::Public, map) {
        let entry = catalogue.entry(Caller::Public, &layer.dataset)?;
        document.add(&layer, (entry, entry.style(layer.style.as_deref())?), &tiles);
    }
    Ok(document.finish(request.say(&map.title), Some(map_view(catalogue, map))))
}

struct Document<'a> {
    site: &'a Site,
    sources: Map<String, Value>,
    layers: Vec<Value>,
    remarks: Vec<String>,
}

impl<'a> Document<'a> {
    fn new(site: &'a Site) -> Self {
        Self { site, sources: Map::new(), layers: Vec::new(), remarks: Vec::new() }
    }

    fn add(&mut self, layer: &PictureLayer, (entry, style): (&Entry, &StyleEntry), vector_tiles: &str) {
        if entry.is_grid() {
            return self.add_pictures(layer, (entry, style));
        }
        self.source("tiles", json!({"type": "vector", "url": self.tilejson(vector_tiles)}), entry);
        let source = TileSource {
            source: "tiles",
            layer: &layer.name,
            opacity: layer.opacity,
            scale_min: layer.scale_min,
            scale_max: layer.scale_max,
        };
        let written = style.style.to_maplibre(source);
        self.layers.extend(written.layers);
        self.remarks.extend(written.remarks);
    }

    fn add_pictures(&mut self, layer: &PictureLayer, (entry, style): (&Entry, &StyleEntry)) {
        let id = entry.about().id.as_str();
        let url = self.tilejson(&below(id, &["styles", &style.name, "map", "tiles"]));
        self.source(&layer.name, json!({"type": "raster", "url": url, "tileSize": PICTURE_PX}), entry);
        let paint = json!({"raster-opacity": layer.opacity});
        self.layers.push(json!({"id": layer.name, "type": "raster", "source": layer.name, "paint": paint}));
    }

    fn tilejson(&self, tiles: &str) -> String {
        self.site.url(&format!("{tiles}/WebMercatorQuad?f=tilejson"))
    }

    /// A source, with the attributions of all that is in it.
    fn source(&mut self, name: &str, source: Value, entry: &Entry) {
        let said = &entry.about().attribution;
        let known = self.sources.entry(name).or_insert(source);
        let all = known["attribution"].as_str().unwrap_or_default();
        if !said.is_empty() && !all.contains(said) {
            known["attribution"] = if all.is_empty() { said.clone() } else { format!("{all}; {said}") }.into();
        }
    }

    fn finish(self, name: &str, view: Option<Bbox>) -> Value {
        let mut document = json!({
            "version": 8,
            "name": name,
            "metadata": {"terrane:remarks": self.remarks},
            "sources": self.sources,
            "layers": self.layers,
        });
        if let Some(view) = view {
            document["center"] = json!(view.centre());
        }
        document
    }
}
