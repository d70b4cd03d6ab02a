//! What tiles and maps are of, as their address says: a collection, one of its styles, a map, or several collections together.

use super::ask;
use super::links::below;
use crate::common::kvp::encode;
use crate::common::layers;
use crate::common::request::Request;
use std::sync::Arc;
use terrane_engine::catalogue::{Catalogue, Entry};
use terrane_engine::{Caller, PictureLayer};
use terrane_model::limits::Limits;
use terrane_model::schema::GeometryKind;
use terrane_model::time::Interval;
use terrane_model::{Bbox, DatasetId, Error, Result};

/// Kinds of addresses that tiles and maps are below of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// `/collections/{id}`
    Collection,
    /// `/collections/{id}/styles/{style}`
    Style,
    /// `/maps/{id}`
    Map,
    /// The node itself, with `collections=`.
    Node,
}

impl Of {
    /// All of them, with the pattern of their address and the names in it.
    pub const ALL: [(Self, &'static str, usize); 4] = [
        (Self::Collection, "/collections/{id}", 1),
        (Self::Style, "/collections/{id}/styles/{style}", 2),
        (Self::Map, "/maps/{id}", 1),
        (Self::Node, "", 0),
    ];

    /// Names in the address.
    pub fn names(self) -> usize {
        Self::ALL.iter().find(|(of, ..)| *of == self).map_or(0, |(_, _, names)| *names)
    }
}

/// What is drawn, and what is said of it.
pub struct Subject {
    /// What kind of thing it is.
    pub of: Of,
    /// Its path.
    pub path: String,
    /// What its addresses end with besides, `collections=a,b`.
    pub query: Option<String>,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub description: String,
    /// The layers, bottom first.
    pub layers: Vec<PictureLayer>,
    /// The datasets of the layers, each once.
    pub entries: Vec<Arc<Entry>>,
    /// Where all of it is, degrees; `None` when that is not known.
    pub extent: Option<Bbox>,
}

impl Subject {
    /// What an address is of.
    pub fn new(request: &Request, catalogue: &Catalogue, of: Of, limits: &Limits) -> Result<Self> {
        match of {
            Of::Collection | Of::Style => Self::of_collection(request, catalogue, of),
            Of::Map => Self::of_map(request, catalogue),
            Of::Node => Self::of_node(request, catalogue, limits),
        }
    }

    fn of_collection(request: &Request, catalogue: &Catalogue, of: Of) -> Result<Self> {
        let id = ask::id(request.name(0))?;
        let entry = placed(catalogue, &id)?;
        let about = entry.about();
        let style = (of == Of::Style).then(|| request.name(1).to_owned());
        let known = entry.style(style.as_deref())?;
        let path = match &style {
            Some(style) => below(id.as_str(), &["styles", style]),
            None => below(id.as_str(), &[]),
        };
        let title = request.say(&about.title).to_owned();
        let of_style = Some(request.say(&known.style.title)).filter(|text| style.is_some() && !text.is_empty());
        Ok(Self {
            of,
            path,
            query: None,
            title: of_style.map_or(title.clone(), |text| format!("{title} · {text}")),
            description: request.say(&about.description).to_owned(),
            layers: vec![PictureLayer::new(id, style)],
            extent: about.extent,
            entries: vec![entry],
        })
    }

    fn of_map(request: &Request, catalogue: &Catalogue) -> Result<Self> {
        let id = ask::id(request.name(0)).map_err(|_| no_map(request.name(0)))?;
        let map = catalogue.map(Caller::Public, &id)?;
        let layers = catalogue.map_layers(Caller::Public, &map);
        let entries = entries_of(&layers, catalogue)?;
        Ok(Self {
            of: Of::Map,
            path: format!("/maps/{id}"),
            query: None,
            title: request.say(&map.title).to_owned(),
            description: request.say(&map.description).to_owned(),
            layers,
            extent: extent_of(&entries),
            entries,
        })
    }

    /// The collections asked for, bottom first; without `collections=` all that have places, areas under lines under points.
    fn of_node(request: &Request, catalogue: &Catalogue, limits: &Limits) -> Result<Self> {
        let asked = request.query.once("collections")?.filter(|text| !text.is_empty());
        let ids = match asked {
            Some(text) => text.split(',').map(|name| ask::id(name.trim())).collect::<Result<Vec<_>>>(),
            None => Ok(all_placed(catalogue)),
        };
        let ids = ids.map_err(|error| error.at("collections"))?;
        let most = limits.picture_layers_max;
        if ids.len() > most {
            let say =
                format!("{} collections are too many for one picture; name up to {most} in “collections”.", ids.len());
            return Err(Error::invalid(say).at("collections"));
        }
        let entries: Result<Vec<_>> = ids.iter().map(|id| placed(catalogue, id)).collect();
        let entries = entries.map_err(|error| error.at("collections"))?;
        let titles: Vec<&str> = entries.iter().map(|entry| request.say(&entry.about().title)).collect();
        Ok(Self {
            of: Of::Node,
            path: String::new(),
            query: asked.map(|text| format!("collections={}", encode(text))),
            title: titles.join(" · "),
            description: String::new(),
            layers: ids.into_iter().map(|id| PictureLayer::new(id, None)).collect(),
            extent: extent_of(&entries),
            entries,
        })
    }

    /// The dataset of a layer.
    pub fn entry(&self, layer: &PictureLayer) -> Option<&Arc<Entry>> {
        self.entries.iter().find(|entry| entry.about().id == layer.dataset)
    }

    /// The layers that have rows.
    pub fn layers_of_rows(&self, catalogue: &Catalogue) -> Vec<PictureLayer> {
        self.layers.iter().filter(|layer| catalogue.has_rows(layer)).cloned().collect()
    }

    /// An address below this one: `parts` as they are, then the query.
    pub fn address(&self, parts: &str, query: &str) -> String {
        let all: Vec<&str> =
            [self.query.as_deref().unwrap_or(""), query].into_iter().filter(|part| !part.is_empty()).collect();
        let joint = if all.is_empty() { "" } else { "?" };
        format!("{}{parts}{joint}{}", self.path, all.join("&"))
    }

    /// How the sources are to be named, each once.
    pub fn attribution(&self) -> String {
        let mut all: Vec<&str> = Vec::new();
        for entry in &self.entries {
            let text = entry.about().attribution.as_str();
            if !text.is_empty() && !all.contains(&text) {
                all.push(text);
            }
        }
        all.join(" · ")
    }

    /// From the first to the last moment of all that has times.
    pub fn period(&self) -> Option<Interval> {
        let periods = self.entries.iter().filter_map(|entry| entry.about().period);
        periods.reduce(|a, b| Interval {
            start: a.start.zip(b.start).map(|(a, b)| a.min(b)),
            end: a.end.zip(b.end).map(|(a, b)| a.max(b)),
        })
    }

    /// Names the state of everything that is drawn.
    pub fn state(&self, layers: &[PictureLayer], catalogue: &Catalogue) -> Result<String> {
        layers::state(layers, catalogue)
    }
}

fn no_map(id: &str) -> Error {
    let shown: String = id.chars().take(80).collect();
    Error::not_found(format!("There is no map “{shown}” here."))
}

/// A dataset that can be drawn.
fn placed(catalogue: &Catalogue, id: &DatasetId) -> Result<Arc<Entry>> {
    let entry = catalogue.entry(Caller::Public, id).map_err(|_| ask::no_collection(id.as_str()))?;
    match entry.crs() {
        Some(_) => Ok(Arc::clone(entry)),
        None => Err(Error::not_found(format!("“{id}” is a table without places: it cannot be drawn."))),
    }
}

/// All datasets that can be drawn, bottom first: grids, areas, lines, points.
fn all_placed(catalogue: &Catalogue) -> Vec<DatasetId> {
    let mut all: Vec<(u8, DatasetId)> = Vec::new();
    for entry in catalogue.entries(Caller::Public).filter(|entry| entry.crs().is_some()) {
        let id = entry.about().id.clone();
        let Ok(dataset) = catalogue.open(Caller::Public, &id) else { continue };
        let kind = dataset.features.as_ref().and_then(|source| source.schema().geometry.as_ref().map(|it| it.kind));
        let height = match kind.map(GeometryKind::part) {
            _ if dataset.grid.is_some() => 0,
            Some(GeometryKind::Polygon) => 1,
            Some(GeometryKind::LineString) => 2,
            Some(GeometryKind::Point) => 4,
            _ => 3,
        };
        all.push((height, id));
    }
    all.sort();
    all.into_iter().map(|(_, id)| id).collect()
}

fn entries_of(layers: &[PictureLayer], catalogue: &Catalogue) -> Result<Vec<Arc<Entry>>> {
    let mut all: Vec<Arc<Entry>> = Vec::new();
    for layer in layers {
        if all.iter().all(|known| known.about().id != layer.dataset) {
            all.push(Arc::clone(catalogue.entry(Caller::Public, &layer.dataset)?));
        }
    }
    Ok(all)
}

/// Where some datasets are together; not known when it is not known of one.
fn extent_of(entries: &[Arc<Entry>]) -> Option<Bbox> {
    let extents: Option<Vec<Bbox>> = entries.iter().map(|entry| entry.about().extent).collect();
    extents.map(|all| Bbox::union_around(&all)).filter(|bbox| !bbox.is_empty())
}
