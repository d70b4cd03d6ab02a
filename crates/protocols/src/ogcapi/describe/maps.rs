//! Maps as trees of layers, for viewers.

use super::WITH_PAGE;
use super::styles::style_title;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::links::{self, below, link};
use serde_json::{Value, json};
use std::collections::VecDeque;
use terrane_engine::Caller;
use terrane_engine::catalogue::{Catalogue, Entry};
use terrane_engine::geology::{Colouring, colourings};
use terrane_formats::filter::cql2_text;
use terrane_model::map::{Layer, Map, Node};
use terrane_model::{Bbox, DatasetId, LocalText, Result};

/// A map's entry: a group, or a layer with a name that is its own within the map.
pub type MapNode = Value;

/// All maps.
pub fn maps(site: &Site, request: &Request, catalogue: &Catalogue) -> Value {
    let one = |map: &Map| {
        let mut document = head(site, request, map);
        document["bbox"] = json!(map_view(catalogue, map).to_array());
        document
    };
    let all: Vec<Value> = catalogue.maps(Caller::Public).map(|map| one(map)).collect();
    json!({"maps": all, "links": links::own(site, request, &WITH_PAGE)})
}

/// One map with its layers.
pub fn map(site: &Site, request: &Request, catalogue: &Catalogue, map: &Map) -> Result<Value> {
    let languages = languages(catalogue, map);
    let mut document = head(site, request, map);
    let links = std::mem::replace(&mut document["links"], Value::Null);
    document["language"] = chosen_language(request, &languages).into();
    document["languages"] = json!(languages);
    document["base"] = map.base.as_ref().map(DatasetId::as_str).into();
    document["view"] = json!({"bbox": map_view(catalogue, map).to_array()});
    document["layers"] = nodes(site, request, catalogue, map).into();
    document["attribution"] = attribution(catalogue, map).join(" · ").into();
    document["links"] = links;
    if let Some(all) = document["links"].as_array_mut() {
        all.splice(0..1, links::own(site, request, &WITH_PAGE));
    }
    Ok(document)
}

fn head(site: &Site, request: &Request, map: &Map) -> Value {
    let id = &map.id;
    json!({
        "id": id.as_str(),
        "title": request.say(&map.title),
        "description": request.say(&map.description),
        "links": [
            link("self", links::JSON, "This map", &site.url(&format!("/maps/{id}?f=json"))),
            link("related", links::HTML, "In the viewer", &site.url(&format!("/p/{id}"))),
            link(links::MAP, "image/png", "As one picture", &site.url(&format!("/maps/{id}/map?f=png"))),
            link(links::TILESETS_MAP, links::JSON, "Tiles of pictures", &site.url(&format!("/maps/{id}/map/tiles"))),
            link(links::TILESETS_VECTOR, links::JSON, "Vector tiles", &site.url(&format!("/maps/{id}/tiles"))),
        ],
    })
}

/// What to look at first: what the map says, else all that its layers show.
pub fn map_view(catalogue: &Catalogue, map: &Map) -> Bbox {
    let extents: Vec<Bbox> = entries(catalogue, map).filter_map(|entry| entry.about().extent).collect();
    let all = Bbox::union_around(&extents);
    map.view.unwrap_or(if all.is_empty() { Bbox::WORLD } else { all })
}

/// How the sources of a map are to be named, each once.
pub fn attribution(catalogue: &Catalogue, map: &Map) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for entry in entries(catalogue, map) {
        let text = &entry.about().attribution;
        if !text.is_empty() && !all.contains(text) {
            all.push(text.clone());
        }
    }
    all
}

/// Languages that titles exist in.
pub fn languages(catalogue: &Catalogue, map: &Map) -> Vec<String> {
    let titles = entries(catalogue, map).map(|entry| &entry.about().title);
    let mut all: Vec<String> = std::iter::once(&map.title)
        .chain(titles)
        .flat_map(LocalText::iter)
        .map(|(language, _)| language.to_owned())
        .filter(|language| language != "und")
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn chosen_language(request: &Request, there: &[String]) -> String {
    let primary = |tag: &str| tag.split('-').next().unwrap_or("").to_ascii_lowercase();
    let known = |wanted: &&String| there.iter().any(|language| primary(language) == primary(wanted));
    request.languages.iter().find(known).cloned().unwrap_or_else(|| "en".to_owned())
}

fn entries<'c>(catalogue: &'c Catalogue, map: &Map) -> impl Iterator<Item = &'c Entry> {
    let ids: Vec<_> = map.flat().into_iter().map(|layer| layer.dataset.clone()).collect();
    ids.into_iter().filter_map(|id| catalogue.entry(Caller::Public, &id).ok()).map(|entry| &**entry)
}

/// The tree; layers whose dataset is not here are left out.
pub fn nodes(site: &Site, request: &Request, catalogue: &Catalogue, map: &Map) -> Vec<MapNode> {
    let names = map.named().into_iter().map(|(name, _)| name).collect();
    let own = catalogue.maps(Caller::Public).any(|known| known.id == map.id);
    let mut tree = Tree { site, request, catalogue, map: own.then_some(&map.id), names };
    tree.nodes(&map.layers)
}

struct Tree<'a> {
    site: &'a Site,
    request: &'a Request,
    catalogue: &'a Catalogue,
    /// The map, when it is one of its own and not a dataset's.
    map: Option<&'a DatasetId>,
    /// The names of the layers that are still to come, in order.
    names: VecDeque<String>,
}

impl Tree<'_> {
    fn nodes(&mut self, nodes: &[Node]) -> Vec<Value> {
        nodes.iter().filter_map(|node| self.node(node)).collect()
    }

    fn node(&mut self, node: &Node) -> Option<Value> {
        match node {
            Node::Layer(layer) => self.layer(layer),
            Node::Group { title, open, layers } => {
                let layers = self.nodes(layers);
                Some(json!({"kind": "group", "title": self.request.say(title), "open": open, "layers": layers}))
            }
            Node::Wanted { title, text } => {
                Some(json!({"kind": "wanted", "title": self.request.say(title), "text": self.request.say(text)}))
            }
        }
    }

    fn layer(&mut self, layer: &Layer) -> Option<Value> {
        let name = self.names.pop_front()?;
        let entry = self.catalogue.entry(Caller::Public, &layer.dataset).ok()?;
        let about = entry.about();
        let id = about.id.as_str();
        let style = layer.style.as_deref().or(entry.default_style()).unwrap_or("");
        let legend = self.site.url(&below(id, &["styles", style, "legend"]));
        let title = self.request.say(layer.title.as_ref().unwrap_or(&about.title));
        Some(json!({
            "kind": "layer",
            "id": name,
            "dataset": id,
            "title": title,
            "style": style,
            "visible": layer.visible,
            "opacity": layer.opacity,
            "minScaleDenominator": layer.scale_min,
            "maxScaleDenominator": layer.scale_max,
            "queryable": true,
            "wmsLayers": self.map.map_or_else(|| name.clone(), |map| format!("{map}/{name}")),
            "wmsStyles": style,
            "filter": layer.filter.as_ref().and_then(|filter| cql2_text::write(filter).ok()),
            "bbox": about.extent.unwrap_or(Bbox::WORLD).to_array(),
            "attribution": about.attribution,
            "licence": {"id": about.licence.id, "title": about.licence.title, "url": about.licence.url},
            "rows": about.rows,
            "legend": (!style.is_empty()).then(|| format!("{legend}?f=json")),
            "page": self.site.page_url(&about.id),
            "collection": self.site.collection_url(&about.id),
            "geology": self.geology(entry),
        }))
    }

    /// What a mapped dataset can be coloured by, with the style that does; absent where no mapping is laid over it.
    fn geology(&self, entry: &Entry) -> Option<Value> {
        let one = |it: Colouring<'_>| {
            let title = style_title(self.request, it.style);
            json!({"by": it.by, "style": it.style.name, "title": title, "column": it.column})
        };
        let kinds: Vec<Value> = colourings(entry).into_iter().map(one).collect();
        (!kinds.is_empty()).then(|| json!({"kinds": kinds, "view": entry.view().map(|view| view.id)}))
    }
}
