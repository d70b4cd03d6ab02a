//! SKOS as Turtle 1.1, with stable order, so that two editions can be compared line by line.

use super::PREFIXES;
use super::scheme::{Label, Scheme, Term, Value};
use std::fmt::Write;

/// The scheme and its terms.
pub fn turtle(scheme: &Scheme) -> String {
    let mut text = String::new();
    for (prefix, address) in PREFIXES {
        let _ = writeln!(text, "@prefix {prefix}: <{address}> .");
    }
    text.push('\n');
    block(&mut text, &scheme.uri, "skos:ConceptScheme", scheme_lines(scheme));
    for term in &scheme.terms {
        block(&mut text, &term.uri, "skos:Concept", term_lines(scheme, term));
    }
    text
}

/// One thing: its kind and what is said of it.
fn block(text: &mut String, uri: &str, kind: &str, lines: Vec<(&str, Vec<String>)>) {
    let _ = write!(text, "{} a {kind}", address(uri));
    for (property, values) in lines.into_iter().filter(|(_, values)| !values.is_empty()) {
        let _ = write!(text, " ;\n    {property} {}", values.join(",\n        "));
    }
    text.push_str(" .\n\n");
}

fn scheme_lines(scheme: &Scheme) -> Vec<(&'static str, Vec<String>)> {
    let text = |text: &String| if text.is_empty() { Vec::new() } else { vec![literal(text)] };
    let source = if scheme.source.starts_with("http") { vec![address(&scheme.source)] } else { text(&scheme.source) };
    vec![
        ("skos:prefLabel", labels(&scheme.titles)),
        ("skos:definition", english(&scheme.definition)),
        ("owl:versionInfo", text(&scheme.version)),
        ("dcterms:license", scheme.licence.iter().map(|uri| address(uri)).collect()),
        ("dcterms:bibliographicCitation", text(&scheme.attribution)),
        ("dcterms:source", source),
        ("skos:hasTopConcept", scheme.tops.iter().map(|uri| address(uri)).collect()),
    ]
}

fn term_lines(scheme: &Scheme, term: &Term) -> Vec<(&'static str, Vec<String>)> {
    let all = |list: &[String]| list.iter().map(|uri| address(uri)).collect();
    let mut lines = vec![
        ("skos:inScheme", vec![address(&scheme.uri)]),
        ("skos:definition", english(&term.definition)),
        ("skos:prefLabel", labels(&term.labels)),
        ("skos:altLabel", labels(&term.alternatives)),
        ("skos:hiddenLabel", labels(&term.hidden)),
        ("skos:notation", term.notation.iter().map(|text| literal(text)).collect()),
        ("skos:broader", all(&term.broader)),
        ("skos:narrower", all(&term.narrower)),
        ("skos:related", all(&term.related)),
        ("skos:exactMatch", all(&term.matches)),
    ];
    lines.extend(term.statements.iter().map(|statement| (statement.property, vec![value(&statement.value)])));
    lines
}

fn value(value: &Value) -> String {
    match value {
        Value::Address(uri) => address(uri),
        Value::Typed(text, kind) => format!("{}^^{kind}", literal(text)),
        Value::Text(text) => literal(text),
        Value::Whole(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Moment { age_ma, error_ma } => {
            let error = error_ma.map(|error| format!(" ; schema:marginOfError {}", decimal(error))).unwrap_or_default();
            format!("[ ischart:inMYA {}{error} ]", decimal(*age_ma))
        }
    }
}

/// A number as `xsd:decimal`.
fn decimal(number: f64) -> String {
    let text = number.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

fn labels(labels: &[Label]) -> Vec<String> {
    labels.iter().map(|(language, text)| format!("{}{}", literal(text), tag(language))).collect()
}

fn english(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { vec![format!("{}@en", literal(text))] }
}

/// A language tag as Turtle allows; none where there is no such tag.
fn tag(language: &str) -> String {
    let fits = language.starts_with(|c: char| c.is_ascii_alphabetic())
        && language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if fits { format!("@{language}") } else { String::new() }
}

/// An address; what may not stand in one is percent-encoded.
fn address(uri: &str) -> String {
    let mut text = String::from("<");
    for character in uri.chars() {
        match character {
            '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`' | '\\' | '\u{0}'..='\u{20}' => {
                let _ = write!(text, "%{:02X}", u32::from(character));
            }
            c => text.push(c),
        }
    }
    text.push('>');
    text
}

fn literal(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
