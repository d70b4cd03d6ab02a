//! The list of vocabularies as a document.

use super::ask::{self, CHART};
use crate::common::negotiate::HTML;
use crate::common::request::Request;
use crate::common::site::Site;
use crate::ogcapi::links::link;
use serde_json::{Value, json};
use terrane_geology::time::{Chart, chart};
use terrane_geology::vocabulary::{Vocabulary, all};

/// All vocabularies with the facts one chooses by.
pub fn list(site: &Site, request: &Request) -> Value {
    let language = ask::language(request);
    let mut entries = vec![chart_entry(site, chart())];
    entries.extend(all().iter().map(|vocabulary| entry(site, vocabulary, language)));
    json!({
        "title": "Vocabularies",
        "vocabularies": entries,
        "links": [
            link("self", ask::PLAIN.media_type, "This list", &site.url("/vocabularies?f=json")),
            link("alternate", HTML.media_type, "This list as a page", &site.url("/vocabularies?f=html")),
        ],
    })
}

fn chart_entry(site: &Site, chart: &Chart) -> Value {
    json!({
        "id": CHART,
        "uri": chart.uri(),
        "title": "International Chronostratigraphic Chart",
        "version": chart.version(),
        "terms": chart.units().len(),
        "licence": chart.licence(),
        "attribution": chart.attribution(),
        "links": links(site, CHART),
    })
}

fn entry(site: &Site, vocabulary: &Vocabulary, language: &str) -> Value {
    json!({
        "id": vocabulary.id,
        "uri": vocabulary.uri,
        "title": vocabulary.title(language),
        "version": vocabulary.version,
        "terms": vocabulary.concepts().len(),
        "licence": vocabulary.licence,
        "attribution": vocabulary.attribution,
        "links": links(site, &vocabulary.id),
    })
}

fn links(site: &Site, id: &str) -> Vec<Value> {
    let path = |form: &str| site.url(&format!("/vocabularies/{id}?f={form}"));
    vec![
        link("item", ask::LINKED.media_type, "SKOS as JSON-LD", &path("jsonld")),
        link("item", ask::TURTLE_FORM.media_type, "SKOS as Turtle", &path("ttl")),
        link("item", HTML.media_type, "As a page", &path("html")),
    ]
}
