//! What is written beside tiles: TileJSON, a MapLibre style, a few words for people.

use super::plan::Plan;
use super::subject::{Part, Subject};
use serde_json::{Value, json};
use terrane_engine::TileForm;
use terrane_formats::tile::tilejson::{TileLayer, Tileset};
use terrane_model::{Result, Schema};

/// Tiles and how they are drawn.
pub struct Description {
    /// The set.
    pub tileset: Tileset,
    /// Layers of a MapLibre style, for vector tiles.
    layers: Vec<Value>,
    /// What the style could not say.
    pub remarks: Vec<String>,
}

/// The source of a style.
const SOURCE: &str = "tiles";

impl Description {
    /// Describes the tiles of a subject.
    pub fn of(subject: &Subject, plan: &Plan, form: TileForm, columns: Option<&[String]>) -> Result<Self> {
        let tileset = Tileset {
            title: subject.title.clone(),
            description: subject.description.clone(),
            attribution: subject.words(|about| about.attribution.clone()),
            licence: subject.words(|about| match about.licence.title.is_empty() {
                true => about.licence.id.clone(),
                false => about.licence.title.clone(),
            }),
            zooms: plan.zooms,
            bbox: Some(subject.bbox).filter(|bbox| !bbox.crosses()),
            layers: Vec::new(),
        };
        let mut done = Self { tileset, layers: Vec::new(), remarks: Vec::new() };
        if form == TileForm::Vector {
            subject.parts.iter().for_each(|part| done.add(part, plan, columns));
        }
        Ok(done)
    }

    fn add(&mut self, part: &Part, plan: &Plan, columns: Option<&[String]>) {
        let Some(schema) = part.schema.as_ref().filter(|schema| schema.crs().is_some()) else {
            self.remarks.push(format!("{}: a grid is left out of vector tiles.", part.layer.name));
            return;
        };
        let names = columns.map_or_else(|| columns_of(part, schema, plan), <[String]>::to_vec);
        let description = part.about.title.get(&["en"]);
        self.tileset.layers.push(TileLayer::new(&part.layer.name, description, schema, &names));
        let source = terrane_engine::TileSource {
            source: SOURCE,
            layer: &part.layer.name,
            opacity: part.layer.opacity,
            scale_min: part.layer.scale_min,
            scale_max: part.layer.scale_max,
        };
        let written = part.style.to_maplibre(source);
        self.layers.extend(written.layers);
        self.remarks.extend(written.remarks);
    }

    /// The style of tiles in a PMTiles file, for MapLibre with the protocol of PMTiles.
    pub fn style_of_archive(&self, name: &str) -> Value {
        self.style(|kind| json!({"type": kind, "url": format!("pmtiles://{name}")}))
    }

    /// The style of tiles in a folder.
    pub fn style_of_folder(&self, address: &str) -> Value {
        let [first, last] = self.tileset.zooms;
        self.style(|kind| json!({"type": kind, "tiles": [address], "minzoom": first, "maxzoom": last}))
    }

    fn style(&self, source: impl Fn(&str) -> Value) -> Value {
        let is_vector = !self.tileset.layers.is_empty();
        let mut source = source(if is_vector { "vector" } else { "raster" });
        if !self.tileset.attribution.is_empty() {
            source["attribution"] = json!(self.tileset.attribution);
        }
        if !is_vector {
            source["tileSize"] = json!(256);
        }
        let pictures = || vec![json!({"id": SOURCE, "type": "raster", "source": SOURCE})];
        json!({
            "version": 8,
            "name": self.tileset.title,
            "metadata": {"terrane:remarks": self.remarks, "licence": self.tileset.licence},
            "sources": {SOURCE: source},
            "layers": if is_vector { self.layers.clone() } else { pictures() },
        })
    }

    /// A few words for whoever finds the folder.
    pub fn readme(&self, address: &str) -> String {
        let Tileset { title, attribution, licence, zooms: [first, last], .. } = &self.tileset;
        let or_none = |text: &str| if text.is_empty() { "not stated".to_owned() } else { text.to_owned() };
        format!(
            "{title}\n\nTiles of zooms {first} to {last}: {address}\n\n\
             Attribution: {}\nLicence: {}\n\n\
             tilejson.json   describes the tiles (TileJSON 3)\n\
             style.json      draws them with MapLibre\n\n\
             Serve this folder with any web server. Addresses in the two files are relative unless --url was given; put the\n\
             address of the folder before them where a client wants whole ones.\n",
            or_none(attribution),
            or_none(licence),
        )
    }
}

/// The columns that tiles of a layer have when none are asked for, over all zooms.
fn columns_of(part: &Part, schema: &Schema, plan: &Plan) -> Vec<String> {
    let matrix = |zoom: u8| plan.set.matrices.get(usize::from(zoom));
    let scales = (plan.zooms[0]..=plan.zooms[1]).filter_map(matrix).map(|matrix| matrix.scale_denominator);
    terrane_engine::tile_columns(&part.style, schema, scales)
}
