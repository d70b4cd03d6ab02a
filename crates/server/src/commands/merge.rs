//! Several tables of earthquakes as one: matched by the engine, written as a file, published as any file.

use super::add::{self, AddOptions};
use super::{Here, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::io::Write as _;
use std::path::Path;
use terrane_engine::hazard::{MergePair, MergeQuestion, Merged};
use terrane_engine::{Caller, Cancel};
use terrane_hazard::association::AssociationRules;
use terrane_model::store::Progress;
use terrane_model::{DatasetId, Error, Result};

/// How tables are merged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MergeOptions {
    /// The rules.
    pub rules: AssociationRules,
    /// How the table is published; it needs an id.
    pub add: AddOptions,
    /// Only report.
    pub dry_run: bool,
    /// How many pairs are reported.
    pub pairs: usize,
}

/// Matches, publishes, and says what was matched.
pub fn merge(here: &Here<'_>, catalogs: &[String], options: &MergeOptions, progress: &dyn Progress) -> Result<Outcome> {
    let catalogs: Vec<DatasetId> = catalogs.iter().map(|id| DatasetId::new(id.as_str())).collect::<Result<_>>()?;
    let question = MergeQuestion { catalogs, rules: options.rules.clone() };
    let merged = here.engine.event_merge_here(Caller::Operator, &question, &Cancel::default())?;
    let mut value = told(&merged, options.pairs);
    if options.dry_run {
        return Ok(Outcome { value, code: 0 });
    }
    let folder = tempfile::tempdir().map_err(Error::internal)?;
    let path = folder.path().join("merged.geojson");
    write(&path, &merged.features)?;
    let published = add::add(here, &[path], &options.add, progress)?;
    value["published"] = published.value;
    Ok(Outcome { value, code: published.code })
}

fn write(path: &Path, features: &[Json]) -> Result<()> {
    let file = std::fs::File::create(path).map_err(Error::internal)?;
    let mut out = std::io::BufWriter::new(file);
    let mut put = |text: &str| out.write_all(text.as_bytes()).map_err(Error::internal);
    put("{\"type\":\"FeatureCollection\",\"features\":[\n")?;
    for (at, feature) in features.iter().enumerate() {
        put(if at > 0 { ",\n" } else { "" })?;
        put(&feature.to_string())?;
    }
    put("\n]}\n")?;
    out.flush().map_err(Error::internal)
}

fn told(merged: &Merged, pairs: usize) -> Json {
    let told_by = merged.told_by.iter().map(|(tables, events)| json!({"tables": tables, "events": events}));
    // Spread over all of them, so that a look at some is a look at all.
    let step = (merged.pairs.len() / pairs.max(1)).max(1);
    let shown: Vec<Json> = merged.pairs.iter().step_by(step).take(pairs).map(pair).collect();
    json!({
        "events": merged.features.len(),
        "read": merged.read,
        "left_out": merged.left_out,
        "told_by": told_by.collect::<Vec<_>>(),
        "pairs": merged.pairs.len(),
        "shown": shown,
    })
}

fn pair(pair: &MergePair) -> Json {
    let round = |number: f64| (number * 1000.0).round() / 1000.0;
    json!({
        "one": {"catalog": pair.ids[0].0, "id": pair.ids[0].1, "magnitude": pair.magnitudes[0]},
        "other": {"catalog": pair.ids[1].0, "id": pair.ids[1].1, "magnitude": pair.magnitudes[1]},
        "time": pair.time,
        "seconds": round(pair.time_s),
        "kilometres": round(pair.distance_km),
        "magnitude": pair.magnitude.map(round),
    })
}
