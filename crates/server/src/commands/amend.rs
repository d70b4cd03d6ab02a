//! Rows of a published dataset changed one by one: put from a file, or taken away by their identities.

use super::{Here, ReadingOptions};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::path::PathBuf;
use terrane_engine::Caller;
use terrane_engine::amend::AmendOptions as Options;
use terrane_formats::about::write_finding;
use terrane_model::store::Progress;
use terrane_model::{DatasetId, Expected, FeatureId, Result};

/// What is to be changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AmendOptions {
    /// Rows to put.
    pub path: Option<PathBuf>,
    /// Identities of rows that go.
    pub deletes: Vec<String>,
    /// Identities and the amendments that must have changed them last; none when the row must not be there.
    pub expect: Vec<(String, Option<u64>)>,
    /// How they are read.
    pub reading: ReadingOptions,
}

/// Changes them.
pub fn amend(here: &Here<'_>, id: &DatasetId, given: &AmendOptions, progress: &dyn Progress) -> Result<Json> {
    let expected = |(id, sequence): &(String, Option<u64>)| {
        (FeatureId::parse(id), sequence.map_or(Expected::Absent, Expected::Sequence))
    };
    let options = Options {
        open: given.reading.open()?,
        deletes: given.deletes.iter().map(|id| FeatureId::parse(id)).collect(),
        expect: given.expect.iter().map(expected).collect(),
    };
    let done = here.engine.amend_from_file(id, given.path.as_deref(), &options, progress)?;
    let findings = done.report.iter().flat_map(|report| &report.findings).map(write_finding).collect::<Vec<_>>();
    Ok(json!({
        "id": id.as_str(), "put": done.put, "deleted": done.deleted, "state": done.state, "findings": findings,
    }))
}

/// Writes an amended dataset anew.
pub fn compact(here: &Here<'_>, id: &DatasetId, progress: &dyn Progress) -> Result<Json> {
    let done = here.engine.compact(id, progress)?;
    Ok(json!({"id": id.as_str(), "compacted": done}))
}

/// Makes the display copies of all datasets anew.
pub fn rebuild(here: &Here<'_>, progress: &dyn Progress) -> Result<Json> {
    let catalogue = here.engine.catalogue();
    let mut rebuilt = Vec::new();
    for entry in catalogue.entries(Caller::Operator) {
        let id = &entry.record().about.id;
        if here.engine.rebuild(id, true, progress)? {
            rebuilt.push(id.to_string());
        }
    }
    Ok(json!({"rebuilt": rebuilt}))
}
