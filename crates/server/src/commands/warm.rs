//! Tiles made ahead of time and kept on the disk.

use super::Here;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use terrane_engine::warm::WarmQuestion;
use terrane_engine::{Caller, TileForm};
use terrane_model::picture::PictureFormat;
use terrane_model::store::Progress;
use terrane_model::tiling::{TileMatrixSet, TileSets};
use terrane_model::{DatasetId, Error, Result};

/// Which tiles.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WarmOptions {
    /// Datasets and maps; all of them when empty.
    pub ids: Vec<String>,
    /// The set that they are of, by its name in addresses.
    pub set: String,
    /// The first and the last matrix, by their places in the set.
    pub zoom: [usize; 2],
    /// Forms, by their names in addresses.
    pub forms: Vec<String>,
}

/// Makes them.
pub fn warm(here: &Here<'_>, options: &WarmOptions, progress: &dyn Progress) -> Result<Json> {
    // A server goes by its settings already; a program of its own begins to here.
    here.engine.cache().settle(here.config.cache);
    let report = here.engine.warm(&questions(here, options)?, progress)?;
    let cache = here.engine.cache();
    Ok(json!({
        "tiles": report.tiles, "made": report.made, "failed": report.failed, "why": report.why,
        "disk_bytes": cache.disk_bytes(), "disk_bytes_max": cache.policy().disk_bytes,
    }))
}

fn questions(here: &Here<'_>, options: &WarmOptions) -> Result<Vec<WarmQuestion>> {
    let set = set(here, &options.set)?;
    let forms = options.forms.iter().map(|name| form(name)).collect::<Result<Vec<_>>>()?;
    let [first, last] = options.zoom;
    if first > last || last >= set.matrices.len() {
        let say = format!("“{first}-{last}” are no zooms of {}; it has 0 to {}.", set.id, set.matrices.len() - 1);
        return Err(Error::invalid(say).at("--zoom"));
    }
    let question = |of| WarmQuestion { of, set: Arc::clone(&set), matrices: first..=last, forms: forms.clone() };
    Ok(wanted(here, &options.ids)?.into_iter().map(question).collect())
}

/// The datasets and maps that are named, or all.
fn wanted(here: &Here<'_>, ids: &[String]) -> Result<Vec<DatasetId>> {
    let catalogue = here.engine.catalogue();
    if ids.is_empty() {
        let datasets = catalogue.entries(Caller::Public).map(|entry| entry.about().id.clone());
        return Ok(datasets.chain(catalogue.maps(Caller::Public).map(|map| map.id.clone())).collect());
    }
    let there = |id: &String| {
        let id = DatasetId::new(id.as_str())?;
        match catalogue.map(Caller::Public, &id) {
            Ok(_) => Ok(id),
            Err(_) => {
                let say = format!("There is no dataset or map “{id}”; “terrane list” shows what there is.");
                Err(Error::not_found(say))
            }
        }
    };
    ids.iter().map(there).collect()
}

fn set(here: &Here<'_>, name: &str) -> Result<Arc<TileMatrixSet>> {
    let sets = TileSets::new(here.config.tile_sets.clone())?;
    let names: Vec<&str> = sets.iter().map(|set| set.id.as_str()).collect();
    let say = || format!("“{name}” is no tile matrix set; there are {}.", names.join(", "));
    sets.get(name).cloned().ok_or_else(|| Error::invalid(say()).at("--set"))
}

fn form(name: &str) -> Result<TileForm> {
    let picture = PictureFormat::ALL.into_iter().find(|format| format.extension() == name).map(TileForm::Picture);
    let form = picture.or((name == "mvt").then_some(TileForm::Vector));
    form.ok_or_else(|| {
        let names: Vec<&str> = PictureFormat::ALL.iter().map(|format| format.extension()).collect();
        Error::invalid(format!("“{name}” is no form of tiles; there are mvt, {}.", names.join(", "))).at("--format")
    })
}
