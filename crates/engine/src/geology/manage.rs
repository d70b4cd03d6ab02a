//! Mappings: proposed from what a dataset says, looked at, laid over it, taken away.

use crate::Engine;
use crate::caller::Caller;
use crate::features::feature_source;
use crate::finish::Filtered;
use crate::pool::{Cancel, wait};
use std::collections::HashMap;
use terrane_geology::mapping::{Coverage, Mapping, Proposal, Tuple, coverage, propose};
use terrane_model::batch::Value;
use terrane_model::ledger::{Change, Expect, Shelf};
use terrane_model::query::Columns;
use terrane_model::{DatasetId, Error, FeatureQuery, FeatureSource, Kind, Result};

/// What a dataset's rows say, told or proposed.
#[derive(Debug, Clone)]
pub struct MappingReport {
    /// The mapping.
    pub mapping: Mapping,
    /// What each kind of term accounts for.
    pub coverage: Vec<Coverage>,
    /// What a person should know before confirming.
    pub remarks: Vec<String>,
}

impl Engine {
    /// Proposes a mapping for datasets together; nothing is changed. Datasets that seem to say nothing of geology add a remark.
    pub async fn propose_mapping(&self, caller: Caller, ids: &[DatasetId]) -> Result<MappingReport> {
        let mut mapping = Mapping::new(String::new());
        let (mut all, mut remarks) = (Vec::new(), Vec::new());
        for id in ids {
            let dataset = self.catalogue().open(caller, id)?;
            if mapping.title.is_empty() {
                mapping.title = dataset.about.title.get(&["en"]).to_owned();
            }
            let source = self.own_rows(caller, id)?;
            let most = self.limits().mapping_values_max;
            let (proposal, covered) = self.pool().run(move |cancel| proposed(&*source, most, cancel)).await?;
            remarks.extend(proposal.remarks.into_iter().map(|remark| format!("{id}: {remark}")));
            mapping.layers.extend(proposal.layers);
            all.extend(covered);
        }
        Ok(MappingReport { mapping, coverage: all, remarks })
    }

    /// What the mapping of a dataset accounts for.
    pub async fn mapping_report(&self, caller: Caller, id: &DatasetId) -> Result<MappingReport> {
        let catalogue = self.catalogue();
        let Some(entry) = catalogue.entry(caller, id)?.mapping().cloned() else {
            return Err(Error::not_found(format!(
                "“{id}” has no mapping; propose one with “terrane geology DIR {id} --propose FILE”."
            )));
        };
        let source = self.own_rows(caller, id)?;
        let most = self.limits().mapping_values_max;
        let layers = entry.layers.clone();
        let covered = move |cancel: &Cancel| {
            let mut all = Vec::new();
            for layer in &layers {
                all.extend(coverage(layer, |columns| tuples(&*source, columns, most, cancel))?);
            }
            Ok(all)
        };
        let coverage = self.pool().run(covered).await?;
        Ok(MappingReport { mapping: (*entry.mapping).clone(), coverage, remarks: Vec::new() })
    }

    /// Lays a mapping over those of some datasets that a layer of it fits, and returns them. None is an error.
    pub fn put_mapping(&self, ids: &[DatasetId], mapping: &Mapping, who: &str) -> Result<Vec<DatasetId>> {
        let _one_at_a_time = self.publishing();
        let mut fitting = Vec::new();
        for id in ids {
            let source = self.own_rows(Caller::Operator, id)?;
            if mapping.layers_for(source.schema()).next().is_some() {
                fitting.push(id.clone());
            }
        }
        if fitting.is_empty() {
            return Err(no_layer_fits(ids, mapping));
        }
        let change = |id: &DatasetId| Change {
            shelf: Shelf::Mapping,
            id: id.to_string(),
            expect: Expect::Anything,
            body: Some(mapping.to_json()),
        };
        self.publish(fitting.iter().map(change).collect(), who, "mapping of geology")?;
        Ok(fitting)
    }

    /// Takes the mappings of datasets away; the datasets stay as they are.
    pub fn remove_mapping(&self, ids: &[DatasetId], who: &str) -> Result<()> {
        let _one_at_a_time = self.publishing();
        let ledger = self.store.ledger();
        for id in ids {
            if ledger.read(Shelf::Mapping, id.as_str())?.is_none() {
                return Err(Error::new(Kind::NotFound, format!("“{id}” has no mapping.")));
            }
        }
        let change =
            |id: &DatasetId| Change { shelf: Shelf::Mapping, id: id.to_string(), expect: Expect::Anything, body: None };
        self.publish(ids.iter().map(change).collect(), who, "mapping of geology removed").map(drop)
    }

    /// The rows of a dataset that is kept, which views over others are not.
    fn own_rows(&self, caller: Caller, id: &DatasetId) -> Result<std::sync::Arc<dyn FeatureSource>> {
        let catalogue = self.catalogue();
        if let Some(view) = catalogue.entry(caller, id)?.view() {
            let say = format!("“{id}” is {} of all mapped datasets; map those.", view.name);
            return Err(Error::invalid(say));
        }
        feature_source(&catalogue.open(caller, id)?)
    }
}

fn no_layer_fits(ids: &[DatasetId], mapping: &Mapping) -> Error {
    let wanted: Vec<String> =
        mapping.layers.iter().map(|layer| format!("{} reads {}", layer.view, layer.columns().join(", "))).collect();
    let ids: Vec<&str> = ids.iter().map(DatasetId::as_str).collect();
    Error::invalid(format!("No layer of the mapping fits {}: {}.", ids.join(", "), wanted.join("; "))).at("mapping")
}

fn proposed(source: &dyn FeatureSource, most: usize, cancel: &Cancel) -> Result<(Proposal, Vec<Coverage>)> {
    let proposal = propose(source.schema(), &mut |columns| tuples(source, columns, most, cancel))?;
    let mut all = Vec::new();
    for layer in &proposal.layers {
        all.extend(coverage(layer, |columns| tuples(source, columns, most, cancel))?);
    }
    Ok((proposal, all))
}

/// The combinations of values that some columns have, and their rows. More than `most` are not a legend, and are cut.
fn tuples(source: &dyn FeatureSource, columns: &[String], most: usize, cancel: &Cancel) -> Result<Vec<Tuple>> {
    let query = FeatureQuery {
        columns: Columns::These { names: columns.to_vec(), geometry: false },
        ..FeatureQuery::default()
    };
    let mut counts: HashMap<Vec<Option<String>>, u64> = HashMap::new();
    for batch in Filtered::new(wait(source.scan(&query))?, source.schema(), cancel)? {
        let batch = batch?;
        for feature in batch.features() {
            let value = |name: &String| match feature.get(name) {
                Value::Null => None,
                value => Some(value.to_string()).filter(|text| !text.is_empty()),
            };
            let key: Vec<Option<String>> = columns.iter().map(value).collect();
            if counts.len() < most || counts.contains_key(&key) {
                *counts.entry(key).or_default() += 1;
            }
        }
    }
    let mut tuples: Vec<Tuple> = counts.into_iter().map(|(values, rows)| Tuple { values, rows }).collect();
    tuples.sort_by(|a, b| a.values.cmp(&b.values));
    Ok(tuples)
}
