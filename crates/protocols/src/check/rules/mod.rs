//! The rules: what was seen → findings. Nothing here asks anybody anything.

mod data;
mod layers;
mod maps;
mod service;

use super::evidence::Evidence;
use super::report::{Finding, Verdict};
use terrane_formats::services::{Layer, Service};

/// All findings.
pub fn judge(evidence: &Evidence) -> Vec<Finding> {
    let mut found = service::reach(evidence);
    let Some(service) = evidence.service("WMS").or_else(|| evidence.service("WFS")) else {
        found.push(service::unreadable(evidence));
        return found;
    };
    found.extend(service::words(evidence, service));
    found.extend(layers::words(service));
    found.extend(maps::judge(evidence, service));
    found.extend(data::judge(evidence, service));
    found
}

/// The layers whose words count: of those that hold no others the ones that are OneGeology's, else all.
pub fn judged(service: &Service) -> Vec<&Layer> {
    let of_onegeology: Vec<&Layer> =
        service.layers.iter().filter(|layer| !layer.is_group && has_keyword(&layer.keywords, "OneGeology")).collect();
    match of_onegeology.is_empty() {
        false => of_onegeology,
        true => service.layers.iter().filter(|layer| !layer.is_group).collect(),
    }
}

fn has_keyword(keywords: &[String], wanted: &str) -> bool {
    keywords.iter().any(|keyword| keyword.trim().eq_ignore_ascii_case(wanted))
}

/// What stands after `prefix@`.
fn keyword_value<'k>(keywords: &'k [String], prefix: &str) -> Option<&'k str> {
    keywords.iter().find_map(|keyword| {
        let (name, value) = keyword.split_once('@')?;
        (name.trim().eq_ignore_ascii_case(prefix) && !value.trim().is_empty()).then(|| value.trim())
    })
}

/// A finding about each layer: good when none has anything wrong, else the first wrongs and all layers that have one.
fn each(
    id: &'static str,
    layers: &[&Layer],
    good: &str,
    remedy: &str,
    wrong: impl Fn(&Layer) -> Option<String>,
) -> Finding {
    if layers.is_empty() {
        return Finding::unknown(id, "There is no layer to look at.");
    }
    let wrongs: Vec<(&Layer, String)> = layers.iter().filter_map(|layer| Some((*layer, wrong(layer)?))).collect();
    let Some((first, why)) = wrongs.first() else {
        return Finding::good(id, format!("{good} ({} of {})", layers.len(), layers.len()));
    };
    let seen = format!("{} of {} layers: “{}” {why}", wrongs.len(), layers.len(), first.name);
    let verdict = if wrongs.len() < layers.len() { Verdict::Partly } else { Verdict::Bad };
    let names = wrongs.iter().take(LAYERS_NAMED_MAX).map(|(layer, _)| layer.name.clone()).collect();
    Finding::of(id, verdict, seen, remedy).about(names)
}

/// Layers that a finding names.
const LAYERS_NAMED_MAX: usize = 20;
