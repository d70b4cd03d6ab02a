//! The landing page, and lists of datasets and maps.

use super::preview::Preview;
use super::render::{Page, render};
use super::words::Words;
use super::{dataset, format};
use crate::common::reply::Reply;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::describe;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use terrane_engine::Caller;
use terrane_engine::catalogue::{Catalogue, Entry};
use terrane_model::map::Map;
use terrane_model::{DatasetId, Result};

const THUMBNAIL_PX: [u32; 2] = [400, 250];
const PICTURE_PX: [u32; 2] = [720, 450];
/// Characters of a description shown in a list.
const DESCRIPTION_CHARACTERS: usize = 220;

/// The landing page: maps, datasets, addresses.
pub fn landing(site: &Site, request: &Request) -> Result<Reply> {
    let catalogue = site.engine.catalogue();
    let words = request.query.once("q")?.unwrap_or("");
    let title = request.say(&site.about.title);
    let shows = json!({
        "description": request.say(&site.about.description),
        "q": words,
        "maps": if words.is_empty() { shown_maps(request, &catalogue) } else { Vec::new() },
        "groups": groups(request, &catalogue, words),
        "nothing": catalogue.entries(Caller::Public).next().is_none(),
        "wms_path": "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities",
        "wmts_path": dataset::WMTS_PATH,
        "wfs_path": dataset::WFS_PATH,
        "wms_older_path": "/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetCapabilities",
    });
    render(site, request, Page { template: "landing.html", title, above: Vec::new(), shows })
}

/// All datasets, or those that hold all words asked for.
pub fn collections(site: &Site, request: &Request, catalogue: &Catalogue) -> Result<Reply> {
    let words = request.query.once("q")?.unwrap_or("");
    let nothing = catalogue.entries(Caller::Public).next().is_none();
    let shows = json!({"q": words, "groups": groups(request, catalogue, words), "nothing": nothing});
    let title = Words::of(&request.languages).say("datasets");
    render(site, request, Page { template: "collections.html", title, above: Vec::new(), shows })
}

/// All maps.
pub fn maps(site: &Site, request: &Request, catalogue: &Catalogue) -> Result<Reply> {
    let title = Words::of(&request.languages).say("maps");
    let shows = json!({"maps": shown_maps(request, catalogue)});
    render(site, request, Page { template: "maps.html", title, above: Vec::new(), shows })
}

/// One map: picture and layers.
pub fn map(site: &Site, request: &Request, catalogue: &Catalogue, map: &Map) -> Result<Reply> {
    let words = Words::of(&request.languages);
    let shows = json!({
        "id": map.id.as_str(),
        "description": request.say(&map.description),
        "picture": picture(catalogue, map, PICTURE_PX),
        "picture_size": PICTURE_PX,
        "layers": describe::nodes(site, request, catalogue, map),
        "attribution": describe::attribution(catalogue, map),
        "wmts_path": dataset::WMTS_PATH,
        "wms_path": "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities",
    });
    let above = vec![(words.say("maps").to_owned(), "/maps".to_owned())];
    render(site, request, Page { template: "map.html", title: request.say(&map.title), above, shows })
}

/// Maps to look at; those that others are drawn upon come last.
fn shown_maps(request: &Request, catalogue: &Catalogue) -> Vec<Value> {
    let bases = bases(catalogue);
    let mut all: Vec<&Map> = catalogue.maps(Caller::Public).map(|map| &**map).collect();
    all.sort_by_key(|map| bases.contains(&map.id));
    let one = |map: &Map| {
        json!({
            "id": map.id.as_str(),
            "title": request.say(&map.title),
            "description": format::shortened(request.say(&map.description), DESCRIPTION_CHARACTERS),
            "picture": picture(catalogue, map, THUMBNAIL_PX),
        })
    };
    all.into_iter().map(one).collect()
}

fn picture(catalogue: &Catalogue, map: &Map, size: [u32; 2]) -> Option<String> {
    let layers = map.base.iter().chain([&map.id]).map(DatasetId::as_str).collect();
    Preview { layers, ground: describe::map_view(catalogue, map), size }.path()
}

/// Maps that others are drawn upon.
fn bases(catalogue: &Catalogue) -> BTreeSet<DatasetId> {
    catalogue.maps(Caller::Public).filter_map(|map| map.base.clone()).collect()
}

/// Datasets by owner; those of base maps last.
fn groups(request: &Request, catalogue: &Catalogue, words: &str) -> Vec<Value> {
    let own_words = Words::of(&request.languages);
    let bases = bases(catalogue);
    let in_base: BTreeSet<DatasetId> = catalogue
        .maps(Caller::Public)
        .filter(|map| bases.contains(&map.id))
        .flat_map(|map| map.flat().into_iter().map(|layer| layer.dataset.clone()).collect::<Vec<_>>())
        .collect();
    let mut groups: Vec<(bool, String, Vec<Value>)> = Vec::new();
    for entry in catalogue.entries(Caller::Public) {
        let about = entry.about();
        if !describe::matching(about, words) {
            continue;
        }
        let last = in_base.contains(&about.id);
        let owner = about.owner.as_ref().map_or("", |owner| request.say(&owner.name));
        let title = if last { own_words.say("base_map") } else { owner };
        let item = item(&own_words, request, catalogue, entry);
        match groups.iter_mut().find(|(_, known, _)| known == title) {
            Some((_, _, items)) => items.push(item),
            None => groups.push((last, title.to_owned(), vec![item])),
        }
    }
    groups.sort_by(|a, b| (a.0, a.1.is_empty(), &a.1).cmp(&(b.0, b.1.is_empty(), &b.1)));
    groups.into_iter().map(|(_, title, items)| json!({"title": title, "datasets": items})).collect()
}

fn item(words: &Words, request: &Request, catalogue: &Catalogue, entry: &Entry) -> Value {
    let about = entry.about();
    let kind = catalogue.open(Caller::Public, &about.id).map(|open| dataset::kind_of(words, about, &open));
    json!({
        "id": about.id.as_str(),
        "title": request.say(&about.title),
        "description": format::shortened(request.say(&about.description), DESCRIPTION_CHARACTERS),
        "kind": kind.unwrap_or_default(),
        "licence": about.licence.id,
    })
}
