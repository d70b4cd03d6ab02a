//! What tiles are made of: a dataset or a map, opened for reading.

use std::sync::Arc;
use terrane_engine::{Caller, Engine, PictureLayer, Style, TileForm};
use terrane_model::{About, Bbox, DatasetId, Error, Result, Schema};

/// A dataset or a map.
pub struct Subject {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub description: String,
    /// Its ground, degrees.
    pub bbox: Bbox,
    /// Its layers, bottom first.
    pub parts: Vec<Part>,
}

/// A layer with what is known of it.
pub struct Part {
    /// How it is asked for.
    pub layer: PictureLayer,
    /// Its style.
    pub style: Arc<Style>,
    /// What its dataset is about.
    pub about: Arc<About>,
    /// Its columns; none for a grid.
    pub schema: Option<Arc<Schema>>,
}

/// Languages in which words are looked for first.
const LANGUAGES: [&str; 1] = ["en"];

impl Subject {
    /// The dataset or map with an id.
    pub fn of(engine: &Engine, id: &str, style: Option<&str>) -> Result<Self> {
        let id = DatasetId::new(id)?;
        let catalogue = engine.catalogue();
        // A dataset is also shown as a map, upon the base map; here it is meant alone.
        let is_dataset = catalogue.entry(Caller::Operator, &id).is_ok();
        if let Some(map) = (!is_dataset).then(|| catalogue.map(Caller::Operator, &id)).transpose()? {
            if style.is_some() {
                return Err(Error::invalid("A map has its own styles; leave out --style.").at("--style"));
            }
            let mut layers = of_map(&map.named());
            if let Some(base) = &map.base {
                let mut all = of_map(&catalogue.map(Caller::Operator, base)?.named());
                all.append(&mut layers);
                layers = all;
            }
            let parts = layers.into_iter().map(|layer| part(engine, layer)).collect::<Result<_>>()?;
            let (title, description) =
                (map.title.get(&LANGUAGES).to_owned(), map.description.get(&LANGUAGES).to_owned());
            return Ok(Self::with(&id, title, description, parts));
        }
        let only = part(engine, PictureLayer::new(id.clone(), style.map(str::to_owned)))?;
        let about = Arc::clone(&only.about);
        let (title, description) =
            (about.title.get(&LANGUAGES).to_owned(), about.description.get(&LANGUAGES).to_owned());
        Ok(Self::with(&id, title, description, vec![only]))
    }

    fn with(id: &DatasetId, title: String, description: String, parts: Vec<Part>) -> Self {
        let extents: Vec<&Bbox> = parts.iter().filter_map(|part| part.about.extent.as_ref()).collect();
        let bbox = Bbox::union_around(extents);
        Self { id: id.to_string(), title, description, bbox, parts }
    }

    /// Whether tiles of a form can be made of it.
    pub fn check(&self, form: TileForm) -> Result<()> {
        let has_rows = self.parts.iter().any(|part| part.schema.as_ref().is_some_and(|schema| schema.crs().is_some()));
        if form == TileForm::Vector && !has_rows {
            let say = format!("“{}” has no features with a place; use --format png.", self.id);
            return Err(Error::invalid(say).at("--format"));
        }
        if self.bbox.is_empty() {
            return Err(Error::invalid(format!("“{}” has no extent, so there are no tiles of it.", self.id)));
        }
        Ok(())
    }

    /// Its layers as a question has them.
    pub fn layers(&self) -> Vec<PictureLayer> {
        self.parts.iter().map(|part| part.layer.clone()).collect()
    }

    /// Words of its datasets, each once.
    pub fn words(&self, of: impl Fn(&About) -> String) -> String {
        let mut words: Vec<String> = Vec::new();
        for word in self.parts.iter().map(|part| of(&part.about)).filter(|word| !word.is_empty()) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join("; ")
    }
}

/// Layers of a map, bottom first, each with its name in the map.
fn of_map(named: &[(String, &terrane_model::map::Layer)]) -> Vec<PictureLayer> {
    let layer = |(name, layer): &(String, &terrane_model::map::Layer)| PictureLayer {
        name: name.clone(),
        ..PictureLayer::of_map(layer)
    };
    named.iter().rev().filter(|(_, layer)| layer.visible).map(layer).collect()
}

fn part(engine: &Engine, layer: PictureLayer) -> Result<Part> {
    let catalogue = engine.catalogue();
    let entry = catalogue.entry(Caller::Operator, &layer.dataset)?;
    let style = Arc::clone(&entry.style(layer.style.as_deref())?.style);
    let dataset = catalogue.open(Caller::Operator, &layer.dataset)?;
    let schema = dataset.features.as_ref().map(|source| Arc::clone(source.schema()));
    Ok(Part { layer, style, about: dataset.about, schema })
}
