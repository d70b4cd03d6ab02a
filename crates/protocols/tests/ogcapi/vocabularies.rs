//! Vocabularies: forms by name and by Accept, terms by every name, colours, and errors that say why.

use crate::kit::{get, get_with};

#[test]
fn a_vocabulary_has_its_forms_by_name_and_by_accept() {
    for (path, accept, media_type) in [
        ("/vocabularies", "application/json", "application/json"),
        ("/vocabularies/faulttype", "*/*", "application/ld+json"),
        ("/vocabularies/faulttype", "application/json", "application/json"),
        ("/vocabularies/faulttype", "text/turtle", "text/turtle; charset=utf-8"),
        ("/vocabularies/faulttype?f=ttl", "text/html", "text/turtle; charset=utf-8"),
        ("/vocabularies/FaultType/thrust_fault?f=jsonld", "text/html", "application/ld+json"),
        ("/vocabularies/chart", "application/json", "application/json"),
        ("/vocabularies/ischart", "text/turtle", "text/turtle; charset=utf-8"),
        ("/vocabularies/ischart?f=cpt", "*/*", "text/plain; charset=utf-8"),
        ("/vocabularies/ischart?f=sld", "*/*", "application/vnd.ogc.sld+xml; charset=utf-8"),
        ("/vocabularies/ischart?f=ase", "*/*", "application/octet-stream"),
    ] {
        let got = get_with(path, &[("accept", accept)]);
        assert_eq!((got.status, got.header("content-type")), (200, media_type), "{path} {accept}");
        assert!(!got.header("etag").is_empty(), "{path}");
    }
}

#[test]
fn a_term_carries_its_addresses_and_its_vocabulary() {
    let document = get("/vocabularies/simplelithology/granite?f=json").json();
    let graph = document["@graph"].as_array().expect("a graph");
    assert_eq!(graph.len(), 2);
    assert_eq!(graph[0]["license"], "https://creativecommons.org/licenses/by/4.0/");
    assert_eq!(graph[1]["prefLabel"]["ja"], "花崗岩");
    assert_eq!(graph[1]["exactMatch"][0], "http://inspire.ec.europa.eu/codelist/LithologyValue/granite");
    assert_eq!(graph[1]["broader"][0], "http://resource.geosciml.org/classifier/cgi/lithology/granitoid");
}

#[test]
fn the_list_names_licence_and_source_of_each() {
    let list = get("/vocabularies?f=json").json();
    let all = list["vocabularies"].as_array().expect("a list");
    assert_eq!(all.len(), 72);
    assert!(all.iter().all(|one| one["licence"] == "CC-BY-4.0" && one["attribution"].as_str().is_some_and(|text| text.len() > 20)));
    assert_eq!(all[0]["id"], "ischart");
}

#[test]
fn a_page_shows_labels_in_the_language_asked_and_the_colours_of_the_chart() {
    let page = get_with("/vocabularies/ischart?lang=th", &[("accept", "text/html")]).text();
    assert!(page.contains("u-Jurassic") && page.contains("Ma"));
    let page = get_with("/vocabularies/simplelithology/granite?lang=th", &[("accept", "text/html")]).text();
    assert!(page.contains("หินแกรนิต"));
    let colours = get("/vocabularies/ischart?f=css").text();
    assert!(colours.contains(".u-Jurassic { background: #34B2C9;"));
}

#[test]
fn what_is_wrong_is_said() {
    for (path, status, words) in [
        ("/vocabularies/shoes", 404, "/vocabularies lists"),
        ("/vocabularies/faulttype/shoe", 404, "/vocabularies/faulttype lists"),
        ("/vocabularies/faulttype?f=cpt", 400, "not a form"),
        ("/vocabularies/ischart?f=cpt&rank=shoe", 400, "Sub-Period"),
        ("/vocabularies/ischart?f=qml&column=%0A", 400, "column"),
        ("/vocabularies?shoe=1", 400, "not a parameter"),
    ] {
        let got = get_with(path, &[("accept", "application/json")]);
        assert_eq!((got.status, got.header("content-type")), (status, "application/problem+json"), "{path}");
        assert!(got.text().contains(words), "{path}: {}", got.text());
    }
    let long = format!("/vocabularies?f=html&q={}", "x".repeat(300));
    assert_eq!(get(&long).status, 400);
}
