//! A vocabulary as SKOS sees it: a scheme and its terms, whatever they were made from.

use terrane_geology::time::{Chart, Ratified, Unit};
use terrane_geology::vocabulary::{Concept, Vocabulary};

/// Language and text.
pub type Label = (String, String);

/// A concept scheme.
#[derive(Debug, Clone, Default)]
pub struct Scheme {
    /// Its address.
    pub uri: String,
    /// Titles by language.
    pub titles: Vec<Label>,
    /// What it is about, in English.
    pub definition: String,
    /// Its edition.
    pub version: String,
    /// The address of its licence, where there is one.
    pub licence: Option<String>,
    /// Whom to name.
    pub attribution: String,
    /// Where it is from.
    pub source: String,
    /// Addresses of the terms at the top.
    pub tops: Vec<String>,
    /// Its terms.
    pub terms: Vec<Term>,
}

/// A term.
#[derive(Debug, Clone, Default)]
pub struct Term {
    /// Its address.
    pub uri: String,
    /// What it means.
    pub definition: String,
    /// `skos:prefLabel`.
    pub labels: Vec<Label>,
    /// `skos:altLabel`.
    pub alternatives: Vec<Label>,
    /// `skos:hiddenLabel`: words to find it by.
    pub hidden: Vec<Label>,
    /// Addresses of the terms above.
    pub broader: Vec<String>,
    /// Addresses of the terms below.
    pub narrower: Vec<String>,
    /// Addresses of terms that have to do with it.
    pub related: Vec<String>,
    /// Addresses of the same term elsewhere.
    pub matches: Vec<String>,
    /// `skos:notation`.
    pub notation: Option<String>,
    /// What else is known of it.
    pub statements: Vec<Statement>,
}

/// Something else that is known of a term.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The property, with its prefix: `gts:rank`.
    pub property: &'static str,
    /// Its value.
    pub value: Value,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Another thing.
    Address(String),
    /// Text of a type of its own.
    Typed(String, &'static str),
    /// Text without a language.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Yes or no.
    Flag(bool),
    /// A time in millions of years before present, and its uncertainty.
    Moment {
        /// Ma.
        age_ma: f64,
        /// Ma.
        error_ma: Option<f64>,
    },
}

impl Scheme {
    /// A vocabulary of terms.
    pub fn of_vocabulary(vocabulary: &Vocabulary) -> Self {
        let address = |id: &String| vocabulary.concept(id).map(|concept| concept.uri.clone());
        Self {
            uri: vocabulary.uri.clone(),
            titles: vocabulary.titles().to_vec(),
            definition: vocabulary.definition.clone(),
            version: vocabulary.version.clone(),
            licence: licence_address(&vocabulary.licence),
            attribution: vocabulary.attribution.clone(),
            source: vocabulary.source.clone(),
            tops: vocabulary.tops().into_iter().map(|concept| concept.uri.clone()).collect(),
            terms: vocabulary.concepts().iter().map(|concept| term(concept, &address)).collect(),
        }
    }
    /// The chart of geologic time.
    pub fn of_chart(chart: &Chart) -> Self {
        let tops = chart.units().iter().filter(|unit| unit.parent.is_none()).map(Unit::uri);
        Self {
            uri: chart.uri().to_owned(),
            titles: vec![("en".to_owned(), "International Chronostratigraphic Chart".to_owned())],
            definition: "The units of geologic time of the International Commission on Stratigraphy, with ages in millions of years before \
                         present, their uncertainties, and the colours of the Commission for the Geological Map of the World."
                .to_owned(),
            version: chart.version().to_owned(),
            licence: licence_address(chart.licence()),
            attribution: chart.attribution().to_owned(),
            source: "https://github.com/i-c-stratigraphy/chart".to_owned(),
            tops: tops.collect(),
            terms: chart.units().iter().map(unit_term).collect(),
        }
    }
    /// The scheme with one of its terms only.
    #[must_use]
    pub fn only(mut self, uri: &str) -> Self {
        self.terms.retain(|term| term.uri == uri);
        self
    }
}

/// The address of a licence by its SPDX name.
fn licence_address(licence: &str) -> Option<String> {
    match licence {
        "CC-BY-4.0" => Some("https://creativecommons.org/licenses/by/4.0/".to_owned()),
        "CC0-1.0" => Some("https://creativecommons.org/publicdomain/zero/1.0/".to_owned()),
        other => other.starts_with("http").then(|| other.to_owned()),
    }
}

fn term(concept: &Concept, address: &dyn Fn(&String) -> Option<String>) -> Term {
    let source = concept
        .reference
        .iter()
        .map(|text| Statement { property: "dcterms:provenance", value: Value::Text(text.clone()) });
    Term {
        uri: concept.uri.clone(),
        definition: concept.definition.clone(),
        labels: concept.labels.clone(),
        alternatives: concept.alternatives.clone(),
        hidden: concept.found_by().into_iter().cloned().collect(),
        broader: concept.broader.iter().filter_map(address).collect(),
        narrower: concept.narrower.iter().filter_map(address).collect(),
        related: concept.related.iter().filter_map(address).collect(),
        matches: concept.inspire.iter().cloned().collect(),
        notation: concept.notation.clone(),
        statements: source.collect(),
    }
}

fn unit_term(unit: &Unit) -> Term {
    Term {
        uri: unit.uri(),
        definition: format!("A time period from {} to {} million years ago", unit.older_ma, unit.younger_ma),
        labels: if unit.stated.is_empty() { unit.labels().to_vec() } else { unit.stated.clone() },
        hidden: unit
            .labels()
            .iter()
            .filter(|label| !unit.stated.is_empty() && !unit.stated.contains(label))
            .cloned()
            .collect(),
        broader: unit.parent_unit().map(Unit::uri).into_iter().collect(),
        narrower: unit.children().map(Unit::uri).collect(),
        notation: Some(unit.symbol.clone()),
        statements: unit_statements(unit),
        ..Term::default()
    }
}

fn unit_statements(unit: &Unit) -> Vec<Statement> {
    let mut statements: Vec<Statement> = [Some(unit.rank), unit.longer_rank]
        .into_iter()
        .flatten()
        .map(|rank| Statement { property: "gts:rank", value: Value::Address(rank.uri()) })
        .collect();
    let mut add = |property, value| statements.push(Statement { property, value });
    match unit.gssp {
        Some(Ratified::Gssp) => add("gts:ratifiedGSSP", Value::Flag(true)),
        Some(Ratified::Gssa) => add("gts:ratifiedGSSA", Value::Flag(true)),
        None => {}
    }
    add("time:hasBeginning", Value::Moment { age_ma: unit.older_ma, error_ma: unit.older_error_ma });
    add("time:hasEnd", Value::Moment { age_ma: unit.younger_ma, error_ma: unit.younger_error_ma });
    add("sh:order", Value::Whole(i64::from(unit.order)));
    add("schema:color", Value::Typed(unit.colour_hex(), "ischart:RGBHex"));
    statements
}
