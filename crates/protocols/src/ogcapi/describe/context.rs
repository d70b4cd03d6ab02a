//! A map as other viewers take it over: its layers by their names in our WMS.

use super::map_view;
use crate::common::request::Request;
use crate::common::site::Site;
use terrane_engine::Caller;
use terrane_engine::catalogue::Catalogue;
use terrane_formats::context::{Context, ContextLayer};
use terrane_model::map::{Layer, Map};

/// The map with its layers, the base map's below; a layer whose dataset has no place is left out.
pub fn context(site: &Site, request: &Request, catalogue: &Catalogue, map: &Map) -> Context {
    let base = map.base.as_ref().and_then(|id| catalogue.map(Caller::Public, id).ok());
    let maps = std::iter::once(map).chain(base.as_deref());
    // A dataset's own map is no map of our WMS; its one layer is the dataset.
    let is_own = |map: &Map| catalogue.maps(Caller::Public).any(|known| known.id == map.id);
    let named = |map: &Map, name: String| if is_own(map) { format!("{}/{name}", map.id) } else { name };
    let layers =
        maps.flat_map(|map| map.named().into_iter().map(|(name, layer)| (named(map, name), layer)).collect::<Vec<_>>());
    Context {
        title: request.say(&map.title).to_owned(),
        description: request.say(&map.description).to_owned(),
        id: site.url(&format!("/maps/{}", map.id)),
        bbox_deg: Some(map_view(catalogue, map).to_array()),
        layers: layers.filter_map(|(name, layer)| one(site, request, catalogue, (name, layer))).collect(),
    }
}

fn one(site: &Site, request: &Request, catalogue: &Catalogue, (name, layer): (String, &Layer)) -> Option<ContextLayer> {
    let entry = catalogue.entry(Caller::Public, &layer.dataset).ok()?;
    entry.crs()?;
    let about = entry.about();
    Some(ContextLayer {
        url: site.url("/wms"),
        name,
        title: request.say(layer.title.as_ref().unwrap_or(&about.title)).to_owned(),
        opacity: layer.opacity,
        is_hidden: !layer.visible,
        attribution: [about.attribution.as_str(), &about.licence.title]
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
        ..ContextLayer::default()
    })
}
