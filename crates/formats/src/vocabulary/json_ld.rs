//! SKOS as JSON-LD 1.1: the same statements as the Turtle, with plain names for programs that read it as JSON.

use super::PREFIXES;
use super::scheme::{Label, Scheme, Term, Value as Said};
use serde_json::{Map, Value, json};

/// The scheme and its terms.
pub fn json_ld(scheme: &Scheme) -> Value {
    let mut graph = vec![scheme_node(scheme)];
    graph.extend(scheme.terms.iter().map(|term| term_node(scheme, term)));
    json!({"@context": context(), "@graph": graph})
}

/// The plain names, and what they stand for.
fn context() -> Value {
    let mut context = Map::new();
    for (prefix, address) in PREFIXES {
        context.insert(prefix.to_owned(), json!(address));
    }
    let by_language = |name: &str| json!({"@id": format!("skos:{name}"), "@container": "@language"});
    let lists = |name: &str| json!({"@id": format!("skos:{name}"), "@type": "@id", "@container": "@set"});
    for name in ["prefLabel", "definition"] {
        context.insert(name.to_owned(), by_language(name));
    }
    for name in ["altLabel", "hiddenLabel"] {
        context.insert(name.to_owned(), json!({"@id": format!("skos:{name}"), "@container": ["@language", "@set"]}));
    }
    for name in ["broader", "narrower", "related", "exactMatch", "hasTopConcept"] {
        context.insert(name.to_owned(), lists(name));
    }
    let more = json!({
        "Concept": "skos:Concept",
        "ConceptScheme": "skos:ConceptScheme",
        "inScheme": {"@id": "skos:inScheme", "@type": "@id"},
        "notation": "skos:notation",
        "license": {"@id": "dcterms:license", "@type": "@id"},
        "source": {"@id": "dcterms:source", "@type": "@id"},
        "attribution": "dcterms:bibliographicCitation",
        "provenance": "dcterms:provenance",
        "version": "owl:versionInfo",
        "rank": {"@id": "gts:rank", "@type": "@id"},
        "ratifiedGSSP": "gts:ratifiedGSSP",
        "ratifiedGSSA": "gts:ratifiedGSSA",
        "hasBeginning": "time:hasBeginning",
        "hasEnd": "time:hasEnd",
        "age_ma": {"@id": "ischart:inMYA", "@type": "xsd:decimal"},
        "error_ma": {"@id": "schema:marginOfError", "@type": "xsd:decimal"},
        "order": "sh:order",
        "color": {"@id": "schema:color", "@type": "ischart:RGBHex"},
    });
    if let Value::Object(more) = more {
        context.extend(more);
    }
    Value::Object(context)
}

fn scheme_node(scheme: &Scheme) -> Value {
    let mut node = node(&scheme.uri, "ConceptScheme");
    add(&mut node, "prefLabel", single(&scheme.titles));
    add(&mut node, "definition", english(&scheme.definition));
    add(&mut node, "version", text(&scheme.version));
    add(&mut node, "license", scheme.licence.as_ref().map(|uri| json!(uri)));
    add(&mut node, "attribution", text(&scheme.attribution));
    add(&mut node, "source", text(&scheme.source).filter(|_| scheme.source.starts_with("http")));
    add(&mut node, "hasTopConcept", list(&scheme.tops));
    Value::Object(node)
}

fn term_node(scheme: &Scheme, term: &Term) -> Value {
    let mut node = node(&term.uri, "Concept");
    add(&mut node, "inScheme", Some(json!(scheme.uri)));
    add(&mut node, "definition", english(&term.definition));
    add(&mut node, "prefLabel", single(&term.labels));
    add(&mut node, "altLabel", several(&term.alternatives));
    add(&mut node, "hiddenLabel", several(&term.hidden));
    add(&mut node, "notation", term.notation.as_ref().map(|text| json!(text)));
    add(&mut node, "broader", list(&term.broader));
    add(&mut node, "narrower", list(&term.narrower));
    add(&mut node, "related", list(&term.related));
    add(&mut node, "exactMatch", list(&term.matches));
    for statement in &term.statements {
        let name = statement.property.split(':').nth(1).unwrap_or(statement.property);
        match node.get_mut(name) {
            Some(before) => *before = json!([before.clone(), value(&statement.value)]),
            None => drop(node.insert(name.to_owned(), value(&statement.value))),
        }
    }
    Value::Object(node)
}

fn value(value: &Said) -> Value {
    match value {
        Said::Address(text) | Said::Typed(text, _) | Said::Text(text) => json!(text),
        Said::Whole(number) => json!(number),
        Said::Flag(flag) => json!(flag),
        // Decimals are text in JSON-LD: a JSON number would be a double.
        Said::Moment { age_ma, error_ma: Some(error_ma) } => {
            json!({"age_ma": decimal(*age_ma), "error_ma": decimal(*error_ma)})
        }
        Said::Moment { age_ma, error_ma: None } => json!({"age_ma": decimal(*age_ma)}),
    }
}

fn decimal(number: f64) -> String {
    let text = number.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

fn node(uri: &str, kind: &str) -> Map<String, Value> {
    let mut node = Map::new();
    node.insert("@id".to_owned(), json!(uri));
    node.insert("@type".to_owned(), json!(kind));
    node
}

fn add(node: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        node.insert(name.to_owned(), value);
    }
}

fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| json!(text))
}

fn english(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| json!({"en": text}))
}

fn list(list: &[String]) -> Option<Value> {
    (!list.is_empty()).then(|| json!(list))
}

/// One text in each language; a second one in the same is kept beside it.
fn single(labels: &[Label]) -> Option<Value> {
    several(labels).map(|mut all| {
        if let Value::Object(all) = &mut all {
            for texts in all.values_mut() {
                if let [one] = texts.as_array().map(Vec::as_slice).unwrap_or_default() {
                    *texts = one.clone();
                }
            }
        }
        all
    })
}

fn several(labels: &[Label]) -> Option<Value> {
    let mut all: Map<String, Value> = Map::new();
    for (language, text) in labels {
        let language = if language.is_empty() { "@none" } else { language };
        let texts = all.entry(language.to_owned()).or_insert_with(|| json!([]));
        if let Value::Array(texts) = texts {
            texts.push(json!(text));
        }
    }
    (!all.is_empty()).then_some(Value::Object(all))
}
