//! The layers of the service: each dataset with places, and each map.

use std::sync::Arc;
use terrane_engine::Caller;
use terrane_engine::catalogue::{Catalogue, Entry};
use terrane_model::map::Map;
use terrane_model::{Bbox, Instant};

/// One layer.
pub enum WmtsLayer {
    /// A dataset.
    Dataset(Arc<Entry>),
    /// A map, with the datasets of its visible layers.
    Map(Arc<Map>, Vec<Arc<Entry>>),
}

impl WmtsLayer {
    /// All layers, maps first.
    pub fn all(catalogue: &Catalogue) -> Vec<Self> {
        let placed = |entry: &&Arc<Entry>| entry.crs().is_some();
        let entries_of = |map: &Map| {
            let visible = map.flat().into_iter().filter(|layer| layer.visible);
            let found = visible.filter_map(|layer| catalogue.entry(Caller::Public, &layer.dataset).ok());
            found.filter(placed).map(Arc::clone).collect::<Vec<_>>()
        };
        let maps = catalogue.maps(Caller::Public).map(|map| Self::Map(Arc::clone(map), entries_of(map)));
        let maps = maps.filter(|layer| !layer.entries().is_empty());
        let datasets = catalogue.entries(Caller::Public).filter(placed).map(|entry| Self::Dataset(Arc::clone(entry)));
        maps.chain(datasets).collect()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Dataset(entry) => entry.about().id.as_str(),
            Self::Map(map, _) => map.id.as_str(),
        }
    }

    /// Its datasets.
    pub fn entries(&self) -> &[Arc<Entry>] {
        match self {
            Self::Dataset(entry) => std::slice::from_ref(entry),
            Self::Map(_, entries) => entries,
        }
    }

    /// Where it is, degrees; `None` when that is not known.
    pub fn extent(&self) -> Option<Bbox> {
        let extents: Option<Vec<Bbox>> = self.entries().iter().map(|entry| entry.about().extent).collect();
        extents.map(|all| Bbox::union_around(&all)).filter(|bbox| !bbox.is_empty())
    }

    /// From when to when, when it can be asked by time.
    pub fn times(&self, catalogue: &Catalogue) -> Option<[Instant; 2]> {
        let times = self.entries().iter().filter_map(|entry| crate::common::period::dimension(entry, catalogue));
        times.reduce(|[start, end], [other, last]| [start.min(other), end.max(last)])
    }
}
