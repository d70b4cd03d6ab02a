//! Legends as trees: the classes of mapped geology under the terms above them, with how many rows each has in view.

use crate::Engine;
use crate::caller::Caller;
use crate::catalogue::Entry;
use crate::features::{feature_source, in_source_crs};
use crate::finish::Filtered;
use crate::pool::{Cancel, wait};
use std::collections::HashMap;
use terrane_geology::legend::{self, Branch};
use terrane_geology::view::TermKind;
use terrane_model::batch::Value;
use terrane_model::query::Columns;
use terrane_model::{Bbox, Crs, DatasetId, Error, FeatureQuery, FeatureSource, Filter, Result};

/// Which legend.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeQuestion {
    /// A mapped dataset, or a view over all.
    pub dataset: DatasetId,
    /// The kind of terms: `age`, `lithology`, `faultType`, …
    pub by: String,
    /// Only what is in this box, degrees.
    pub bbox: Option<Bbox>,
    /// Only these rows; geometry in degrees.
    pub filter: Option<Filter>,
}

/// A legend as a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// The derived column that tells classes.
    pub column: &'static str,
    /// The terms, in order.
    pub branches: Vec<Node>,
    /// Rows without a term.
    pub unknown: u64,
}

/// A term of a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The term; what is below it is in `below`.
    pub term: Branch,
    /// Rows whose class it is.
    pub rows: u64,
    /// Rows whose class it is or is below it.
    pub rows_below: u64,
    /// What is below, without terms that no row has.
    pub below: Vec<Node>,
}

impl Engine {
    /// The legend of a mapped dataset as a tree.
    pub async fn geology_tree(&self, caller: Caller, question: TreeQuestion) -> Result<Tree> {
        let catalogue = self.catalogue();
        let entry = catalogue.entry(caller, &question.dataset)?;
        let kind = kind_of(entry, &question.by)?;
        let layers = layers(&catalogue, caller, entry);
        let classes = legend::classes(kind, layers.iter());
        let column = kind.column();
        let source = feature_source(&catalogue.open(caller, &question.dataset)?)?;
        let counted = move |cancel: &Cancel| counts(&*source, column, &question, cancel);
        let counts = self.pool().run(counted).await?;
        let known: u64 = classes.iter().filter_map(|class| counts.get(&class.uri)).sum();
        let branches = legend::tree(kind, &classes).into_iter().filter_map(|branch| node(branch, &counts)).collect();
        Ok(Tree { column, branches, unknown: counts.values().sum::<u64>() - known })
    }
}

/// The kind of terms, when the entry has such.
pub(super) fn kind_of(entry: &Entry, name: &str) -> Result<&'static TermKind> {
    let views: Vec<_> = entry.view().into_iter().chain(entry.mapping().iter().flat_map(|it| it.views())).collect();
    let kinds: Vec<&TermKind> = views.iter().flat_map(|view| view.terms()).collect();
    if kinds.is_empty() {
        let say = format!("“{}” has no mapping, so its legend has no tree.", entry.about().id);
        return Err(Error::unsupported(say).at("collection"));
    }
    TermKind::named(name).filter(|kind| kinds.contains(kind)).ok_or_else(|| {
        let mut known: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
        known.dedup();
        Error::invalid(format!("“{name}” is none of its terms; they are {}.", known.join(", "))).at("by")
    })
}

/// The layers of mappings that tell an entry: its own, or those of the datasets of a view.
pub(super) fn layers(
    catalogue: &crate::Catalogue,
    caller: Caller,
    entry: &Entry,
) -> Vec<terrane_geology::mapping::Layer> {
    match entry.view() {
        Some(view) => {
            let mapped = catalogue.entries(caller).filter_map(|entry| entry.mapping());
            mapped.flat_map(|mapping| mapping.layers.clone()).filter(|layer| layer.view == view.name).collect()
        }
        None => entry.mapping().map(|mapping| mapping.layers.clone()).unwrap_or_default(),
    }
}

fn counts(
    source: &dyn FeatureSource,
    column: &str,
    question: &TreeQuestion,
    cancel: &Cancel,
) -> Result<HashMap<String, u64>> {
    let degrees = Crs::crs84();
    let query = FeatureQuery {
        bbox: question.bbox,
        filter: question.filter.clone(),
        columns: Columns::These { names: vec![column.to_owned()], geometry: false },
        ..FeatureQuery::default()
    };
    let query = in_source_crs(query, source.schema(), &degrees, &degrees)?;
    let mut counts: HashMap<String, u64> = HashMap::new();
    for batch in Filtered::new(wait(source.scan(&query))?, source.schema(), cancel)? {
        let batch = batch?;
        let Some((at, _)) = batch.schema.column(column) else { continue };
        for feature in batch.features() {
            let key = match feature.value(at) {
                Value::Text(text) => text,
                _ => "",
            };
            match counts.get_mut(key) {
                Some(count) => *count += 1,
                None => drop(counts.insert(key.to_owned(), 1)),
            }
        }
    }
    Ok(counts)
}

/// The term with what is below it that rows have; nothing when no row has it or anything below.
fn node(mut branch: Branch, counts: &HashMap<String, u64>) -> Option<Node> {
    let below: Vec<Node> =
        std::mem::take(&mut branch.below).into_iter().filter_map(|below| node(below, counts)).collect();
    let rows = counts.get(&branch.uri).copied().filter(|_| branch.is_class).unwrap_or(0);
    let rows_below = rows + below.iter().map(|node| node.rows_below).sum::<u64>();
    (rows_below > 0).then_some(Node { term: branch, rows, rows_below, below })
}
