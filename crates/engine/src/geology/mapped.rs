//! Datasets with a mapping.

use crate::lens::Mapped;
use std::collections::BTreeMap;
use std::sync::Arc;
use terrane_geology::mapping::{Layer, Mapping};
use terrane_geology::reading::{Naming, Reading, Side};
use terrane_geology::view::View;
use terrane_model::ledger::{Ledger, Record, Shelf};
use terrane_model::{About, Dataset, DatasetId, Error, Result};

/// The mapping of a dataset, and the views that it shows the dataset in.
#[derive(Clone)]
pub struct MappingEntry {
    /// Changes whenever the mapping does.
    pub version: u64,
    /// The mapping.
    pub mapping: Arc<Mapping>,
    /// The layers of it that fit the dataset.
    pub layers: Vec<Layer>,
    /// The dataset as each of its views shows it.
    pub(crate) views: Vec<(&'static View, Mapped)>,
}

impl MappingEntry {
    /// The views that the dataset is shown in.
    pub fn views(&self) -> impl Iterator<Item = &'static View> {
        self.views.iter().map(|(view, _)| *view)
    }
}

/// The mappings of the ledger by dataset.
pub(crate) fn of_ledger(ledger: &dyn Ledger) -> Result<BTreeMap<String, Record>> {
    Ok(ledger.list(Shelf::Mapping)?.into_iter().map(|record| (record.id.clone(), record)).collect())
}

/// Lays a mapping over a dataset: its rows get derived columns, and it is shown in views.
pub(crate) fn laid_over(dataset: &mut Dataset, record: &Record) -> Result<MappingEntry> {
    let mapping = Mapping::from_json(&record.body)?;
    let Some(source) = dataset.features.clone() else {
        return Err(Error::invalid(format!("“{}” has no rows that a mapping could tell.", dataset.about.id)));
    };
    let schema = source.schema();
    let layers: Vec<Layer> = mapping.layers_for(schema).cloned().collect();
    if layers.is_empty() {
        return Err(Error::invalid(format!("No layer of the mapping fits the columns of “{}”.", dataset.about.id)));
    }
    let naming = naming(&mapping, &dataset.about.id);
    let read = |layer: &Layer, side: Side| {
        Reading::new((&mapping, &with_source(layer, &dataset.about)), schema, &naming, side)
    };
    let readings = layers.iter().map(|layer| read(layer, Side::Beside)).collect::<Result<Vec<_>>>()?;
    let view = |layer: &Layer| {
        let reading = read(layer, Side::View)?;
        Ok((reading.view(), Mapped::view(Arc::clone(&source), reading)))
    };
    let views = layers.iter().map(view).collect::<Result<Vec<_>>>()?;
    dataset.features = Some(Arc::new(Mapped::beside(Arc::clone(&source), readings.into())));
    Ok(MappingEntry { version: record.version, mapping: Arc::new(mapping), layers, views })
}

fn naming(mapping: &Mapping, id: &DatasetId) -> Naming {
    let prefix = mapping.identifier_prefix.clone().unwrap_or_else(|| format!("urn:x-terrane:{id}:"));
    Naming { dataset: id.as_str().into(), prefix: prefix.into() }
}

/// A layer that says where its rows are from, as the catalogue does where the mapping does not.
fn with_source(layer: &Layer, about: &About) -> Layer {
    use terrane_geology::mapping::Source;
    let mut layer = layer.clone();
    let has = View::named(&layer.view).is_some_and(|view| view.field("source").is_some());
    if has && !about.attribution.is_empty() {
        layer.fields.entry("source".to_owned()).or_insert_with(|| Source::Text(about.attribution.clone()));
    }
    layer
}
