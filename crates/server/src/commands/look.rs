//! What is published, in a line each or in full.

use super::add::crs_name;
use serde_json::{Value as Json, json};
use terrane_engine::catalogue::Entry;
use terrane_engine::{Caller, Engine};
use terrane_model::{DatasetId, Error, Result};

/// All datasets and maps, and what cannot be opened.
pub fn list(engine: &Engine) -> Json {
    let catalogue = engine.catalogue();
    let datasets: Vec<Json> = catalogue.entries(Caller::Operator).map(|entry| summary(engine, entry)).collect();
    let maps: Vec<Json> = catalogue
        .maps(Caller::Operator)
        .map(|map| json!({"id": map.id.as_str(), "title": map.title.get(&[]), "layers": map.flat().len()}))
        .collect();
    let problems: Vec<Json> =
        catalogue.problems().iter().map(|(id, error)| json!({"id": id, "say": error.say()})).collect();
    json!({"datasets": datasets, "maps": maps, "problems": problems})
}

fn summary(engine: &Engine, entry: &Entry) -> Json {
    let about = entry.about();
    let dataset = engine.catalogue().open(Caller::Operator, &about.id).ok();
    let has = |view: &'static str, there: bool| there.then_some(view);
    let views = dataset.map(|dataset| {
        [
            has("features", dataset.features.is_some()),
            has("grid", dataset.grid.is_some()),
            has("files", dataset.files.is_some()),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
    });
    json!({
        "id": about.id.as_str(), "title": about.title.get(&[]), "views": views, "rows": about.rows,
        "crs": entry.crs().map(crs_name), "licence": about.licence.id,
    })
}

/// Everything about one dataset or map.
pub fn show(engine: &Engine, id: &DatasetId) -> Result<Json> {
    let catalogue = engine.catalogue();
    let Ok(entry) = catalogue.entry(Caller::Operator, id) else {
        let map = catalogue.map(Caller::Operator, id).map_err(|_| {
            Error::not_found(format!("There is no dataset or map “{id}”; “terrane list” shows what there is."))
        })?;
        let text = terrane_formats::about::map_to_json(&map)?;
        return serde_json::from_str(&text).map_err(Error::internal);
    };
    let text = terrane_formats::about::dataset_to_json(entry.record());
    let mut value: Json = serde_json::from_str(&text).map_err(Error::internal)?;
    let styles: Vec<&str> = entry.styles().iter().map(|style| style.name.as_str()).collect();
    value["styles"] = json!(styles);
    value["crs"] = json!(entry.crs().map(crs_name));
    Ok(value)
}
