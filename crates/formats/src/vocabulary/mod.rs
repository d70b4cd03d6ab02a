//! Vocabularies as documents: SKOS as Turtle and JSON-LD, and the colours of the geologic time scale for other programs.

pub mod colours;
mod json_ld;
mod scheme;
mod turtle;

pub use json_ld::json_ld;
pub use scheme::{Scheme, Statement, Term, Value};
pub use turtle::turtle;

/// The media type of Turtle.
pub const TURTLE: &str = "text/turtle";
/// The media type of JSON-LD.
pub const JSON_LD: &str = "application/ld+json";

/// Prefixes of the documents, and what they stand for.
const PREFIXES: [(&str, &str); 11] = [
    ("dcterms", "http://purl.org/dc/terms/"),
    ("gts", "http://resource.geosciml.org/ontology/timescale/gts#"),
    ("ischart", "http://resource.geosciml.org/classifier/ics/ischart/"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("rank", "http://resource.geosciml.org/ontology/timescale/rank/"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("schema", "https://schema.org/"),
    ("sh", "http://www.w3.org/ns/shacl#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("time", "http://www.w3.org/2006/time#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

#[cfg(test)]
mod tests {
    use super::{Scheme, json_ld, turtle};
    use terrane_geology::{time, vocabulary};

    fn lithology() -> Scheme {
        Scheme::of_vocabulary(vocabulary::named("simplelithology").expect("it is built in"))
    }

    #[test]
    fn a_term_as_turtle() {
        let mut scheme = lithology();
        scheme.terms.retain(|term| term.uri.ends_with("/granite"));
        let text = turtle(&scheme);
        assert!(text.contains("<http://resource.geosciml.org/classifier/cgi/lithology/granite> a skos:Concept"));
        assert!(text.contains("skos:prefLabel") && text.contains("\"花崗岩\"@ja"));
        assert!(text.contains("skos:exactMatch <http://inspire.ec.europa.eu/codelist/LithologyValue/granite>"));
        assert!(text.contains("dcterms:license <https://creativecommons.org/licenses/by/4.0/>"));
    }

    #[test]
    fn the_chart_as_both() {
        let scheme = Scheme::of_chart(time::chart());
        assert_eq!(scheme.terms.len(), 178);
        let text = turtle(&scheme);
        assert!(
            text.contains("time:hasBeginning [ ischart:inMYA 201.4 ; schema:marginOfError 0.2 ]"),
            "{}",
            &text[..2000]
        );
        assert!(text.contains("schema:color \"#34B2C9\"^^ischart:RGBHex"));
        let document = json_ld(&scheme);
        let graph = document["@graph"].as_array().expect("a graph");
        assert_eq!(graph.len(), 179);
        let jurassic =
            graph.iter().find(|node| node["@id"] == "http://resource.geosciml.org/classifier/ics/ischart/Jurassic");
        assert_eq!(jurassic.expect("the Jurassic")["color"], "#34B2C9");
    }

    #[test]
    fn strange_text_is_escaped() {
        let mut scheme = lithology();
        scheme.terms.truncate(1);
        scheme.terms[0].definition = "a \"quoted\" \\ line\nand \u{1} more".to_owned();
        scheme.terms[0].uri = "http://example.org/<script>\" ".to_owned();
        let text = turtle(&scheme);
        assert!(text.contains(r#""a \"quoted\" \\ line\nand \u0001 more""#));
        assert!(text.contains("<http://example.org/%3Cscript%3E%22%20>"));
    }
}
