//! Editions of a dataset: listed, compared, restored, named, pruned.

use super::OPERATOR;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use terrane_engine::Engine;
use terrane_engine::editions::Comparison;
use terrane_formats::about::EditionRecord;
use terrane_model::store::Progress;
use terrane_model::{DatasetId, FeatureId, Result};

/// What is to be done with the editions of a dataset.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum EditionTask {
    /// Which are kept.
    List,
    /// What differs between two.
    Compare(u64, u64),
    /// Publish an older one again.
    Restore(u64),
    /// Keep only the newest.
    Keep(usize),
    /// What people call one.
    Label(u64, String),
}

/// Does it.
pub fn editions(engine: &Engine, id: &DatasetId, task: &EditionTask, progress: &dyn Progress) -> Result<Json> {
    match task {
        EditionTask::List => {
            let all: Vec<Json> = engine.editions(id)?.iter().map(edition).collect();
            Ok(json!({"id": id.as_str(), "editions": all}))
        }
        EditionTask::Compare(earlier, later) => {
            let compared = engine.compare_editions(id, (*earlier, *later), progress)?;
            Ok(comparison(id, (*earlier, *later), &compared))
        }
        EditionTask::Restore(number) => {
            let restored = engine.restore_edition(id, *number, OPERATOR)?;
            Ok(json!({"id": id.as_str(), "restored": number, "published": edition(&restored)}))
        }
        EditionTask::Keep(kept) => Ok(json!({"id": id.as_str(), "removed": engine.prune(id, *kept, OPERATOR)?})),
        EditionTask::Label(number, label) => {
            engine.label_edition(id, *number, label, OPERATOR)?;
            Ok(json!({"id": id.as_str(), "edition": number, "label": label}))
        }
    }
}

fn edition(edition: &EditionRecord) -> Json {
    json!({
        "edition": edition.number, "label": edition.label, "published": edition.published.to_string(),
        "superseded": edition.superseded().map(|at| at.to_string()), "who": edition.who, "why": edition.why,
        "rows": edition.record.about.rows, "bytes": edition.bytes, "revision": edition.revision(),
    })
}

fn comparison(id: &DatasetId, (earlier, later): (u64, u64), compared: &Comparison) -> Json {
    let named = |(count, ids): &(u64, Vec<FeatureId>)| json!({"count": count, "ids": ids.iter().map(ToString::to_string).collect::<Vec<_>>()});
    let rows = compared.rows.as_ref().map(|rows| {
        json!({
            "before": rows.before, "after": rows.after, "added": named(&rows.added),
            "removed": named(&rows.removed), "changed": named(&rows.changed),
        })
    });
    json!({
        "id": id.as_str(), "earlier": earlier, "later": later,
        "columns": {
            "added": compared.columns_added, "removed": compared.columns_removed, "changed": compared.columns_changed,
        },
        "rows": rows,
    })
}
