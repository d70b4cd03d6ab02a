//! The catalogue → documents about the service: capabilities, schemas of feature types, stored queries.

mod capabilities;
mod filters;
mod schema;
mod stored;

pub use capabilities::{Described, capabilities};
pub use schema::{TimeForm, TimeForms, schema, schema_url};
pub use stored::{described as stored_queries_described, listed as stored_queries_listed};

use terrane_model::About;

/// The licence and the source of a dataset in one sentence; empty when it says nothing of them.
pub fn terms(about: &About) -> String {
    let licence = match (about.licence.title.is_empty(), about.licence.id.is_empty()) {
        (false, _) => about.licence.title.as_str(),
        (true, false) => about.licence.id.as_str(),
        (true, true) => "",
    };
    let url = about.licence.url.as_deref().map_or(String::new(), |url| format!(" ({url})"));
    let licence = if licence.is_empty() { String::new() } else { format!("Licence: {licence}{url}.") };
    let source = if about.attribution.is_empty() {
        String::new()
    } else {
        format!("Source: {}.", about.attribution.trim_end_matches('.'))
    };
    [licence, source].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
