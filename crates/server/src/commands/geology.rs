//! How a dataset's values are told in the terms of shared views: proposed, laid over it, looked at, taken away.

use super::OPERATOR;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use terrane_engine::geology::MappingReport;
use terrane_engine::pool::wait;
use terrane_engine::{Caller, Engine};
use terrane_geology::mapping::Mapping;
use terrane_model::{DatasetId, Result};

/// What is to be done with mappings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum GeologyTask {
    /// Say what they account for.
    Show,
    /// Propose one; nothing is changed.
    Propose,
    /// Lay this one over the datasets, as JSON.
    Map(String),
    /// Take them away.
    Remove,
}

/// Does it.
pub fn geology(engine: &Engine, ids: &[String], task: &GeologyTask) -> Result<Json> {
    let ids = ids.iter().map(|id| DatasetId::new(id.as_str())).collect::<Result<Vec<_>>>()?;
    match task {
        GeologyTask::Show => reports(engine, &ids),
        GeologyTask::Propose => wait(engine.propose_mapping(Caller::Operator, &ids)).map(|report| told(&report)),
        GeologyTask::Map(text) => {
            let fitting = engine.put_mapping(&ids, &Mapping::from_json(text)?, OPERATOR)?;
            reports(engine, &fitting)
        }
        GeologyTask::Remove => {
            engine.remove_mapping(&ids, OPERATOR)?;
            Ok(json!({"removed": ids.iter().map(DatasetId::as_str).collect::<Vec<_>>()}))
        }
    }
}

fn reports(engine: &Engine, ids: &[DatasetId]) -> Result<Json> {
    let report = |id: &DatasetId| {
        let mut value = told(&wait(engine.mapping_report(Caller::Operator, id))?);
        value["dataset"] = id.as_str().into();
        let catalogue = engine.catalogue();
        let entry = catalogue.entry(Caller::Operator, id)?;
        let views: Vec<&str> = entry.mapping().iter().flat_map(|it| it.views()).map(|view| view.name).collect();
        value["views"] = json!(views);
        Ok(value)
    };
    Ok(json!({"datasets": ids.iter().map(report).collect::<Result<Vec<Json>>>()?}))
}

fn told(report: &MappingReport) -> Json {
    json!({
        // A mapping is JSON that was just written.
        "mapping": serde_json::from_str::<Json>(&report.mapping.to_json()).unwrap_or_default(),
        "coverage": report.coverage,
        "remarks": report.remarks,
    })
}
