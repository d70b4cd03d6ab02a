//! Documents against golden files, and what must hold between them.

use crate::kit::{URL, get, get_with};
use serde_json::Value;

/// Compares an answer with its golden file; the time of the answer is masked.
fn golden(name: &str, path: &str) {
    let got = get(path);
    assert_eq!(got.status, 200, "{path}: {}", got.text());
    let mut document = got.json();
    if document["timeStamp"].is_string() {
        document["timeStamp"] = "masked".into();
    }
    insta::with_settings!({snapshot_path => "../golden/ogcapi", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_json_snapshot!(name, document);
    });
}

#[test]
fn documents_are_as_in_the_golden_files() {
    for (name, path) in [
        ("landing", "/"),
        ("conformance", "/conformance"),
        ("collections", "/collections"),
        ("collection", "/collections/quakes"),
        ("collection-ja", "/collections/quakes?lang=ja"),
        ("collection-grid", "/collections/relief"),
        ("items", "/collections/quakes/items?limit=2"),
        ("item", "/collections/quakes/items/3"),
        ("queryables", "/collections/quakes/queryables?f=json"),
        ("schema", "/collections/quakes/schema?f=json"),
        ("styles", "/collections/quakes/styles"),
        ("maps", "/maps"),
        ("map", "/maps/all?lang=ja"),
        ("map-of-one", "/maps/units"),
        ("api", "/api?f=json"),
    ] {
        golden(name, path);
    }
}

fn ids(document: &Value) -> Vec<String> {
    let features = document["features"].as_array().expect("a collection has features");
    features.iter().map(|feature| feature["id"].to_string().trim_matches('"').to_owned()).collect()
}

fn asked(query: &str) -> Vec<String> {
    let got = get(&format!("/collections/quakes/items?{query}"));
    assert_eq!(got.status, 200, "{query}: {}", got.text());
    let document = got.json();
    assert_eq!(document["numberReturned"], document["features"].as_array().expect("features").len(), "{query}");
    ids(&document)
}

fn link(document: &Value, rel: &str) -> Option<String> {
    let links = document["links"].as_array().expect("documents have links");
    links.iter().find(|link| link["rel"] == rel).map(|link| link["href"].as_str().expect("an address").to_owned())
}

#[test]
fn following_next_gives_every_row_once_in_order() {
    for start in ["limit=2", "limit=2&sortby=-magnitude", "limit=1&sortby=place,-number", "limit=50"] {
        let mut path = format!("/collections/quakes/items?{start}");
        let mut all = Vec::new();
        for _ in 0..10 {
            let document = get(&path).json();
            all.extend(ids(&document));
            let Some(href) = link(&document, "next") else { break };
            path = href.strip_prefix(URL).expect("links have the site's own address").to_owned();
        }
        let mut sorted = all.clone();
        sorted.sort();
        assert_eq!(sorted, ["1", "2", "3", "4", "5"], "{start}");
        if start.contains("magnitude") {
            assert_eq!(all, ["5", "2", "4", "1", "3"]);
        }
    }
}

#[test]
fn a_box_across_180_degrees_finds_both_sides_and_rows_without_a_place() {
    assert_eq!(asked("bbox=178,-25,-178,0"), ["1", "2", "4"]);
    assert_eq!(asked("bbox=178,-25,182,1"), ["1", "2", "4", "5"], "longitudes may run past 180");
    assert_eq!(asked("bbox=179.9,36,179.9,36"), ["3", "4"], "edges count");
    assert_eq!(asked("bbox=178,-25,0,179,40,100"), ["1", "4"], "heights are passed over");
}

#[test]
fn times_are_moments_days_and_periods_open_at_either_end() {
    assert_eq!(asked("datetime=2019-07-02"), ["2"]);
    assert_eq!(asked("datetime=2019-07-01T05:00:00Z"), ["1"], "a day is all of the day");
    assert_eq!(asked("datetime=../2019-07-02"), ["1", "2"]);
    assert_eq!(asked("datetime=2019-07-04/.."), ["4", "5"]);
    assert_eq!(asked("datetime=2019-07-02/2019-07-03"), ["2", "3"]);
}

#[test]
fn columns_filters_and_orders_narrow_together() {
    assert_eq!(asked("place=Fiji"), ["1"]);
    assert_eq!(asked("magnitude=7"), ["5"]);
    assert_eq!(asked("time=2019-07"), ["1", "2", "3", "4", "5"]);
    assert_eq!(asked("filter=magnitude%3E5&sortby=-magnitude"), ["5", "2", "4", "1"]);
    assert_eq!(asked("filter=magnitude%3E5&place=Tonga"), ["2"]);
    assert_eq!(asked("filter=depth%20IS%20NULL"), ["4"]);
    assert_eq!(asked("filter=place%20LIKE%20%27F%25%27"), ["1"]);
    let json = r#"{"op":"<","args":[{"property":"magnitude"},5]}"#;
    assert_eq!(asked(&format!("filter-lang=cql2-json&filter={}", percent(json))), ["3"]);
    let spatial = "S_INTERSECTS(geometry,POLYGON((178 -19,179 -19,179 -17,178 -17,178 -19)))";
    assert_eq!(asked(&format!("filter={}", percent(spatial))), ["1"]);
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn numbers_matched_are_given_when_they_are_known_or_asked_for() {
    let matched = |query: &str| get(&format!("/collections/quakes/items?{query}")).json()["numberMatched"].clone();
    assert_eq!(matched("limit=1"), 5);
    assert_eq!(matched("limit=1&filter=magnitude%3E5"), Value::Null);
    assert_eq!(matched("limit=1&filter=magnitude%3E5&count=true"), 4);
    assert_eq!(matched("filter=magnitude%3E5"), 4, "the page is all there is");
}

#[test]
fn only_the_columns_asked_for_are_returned_and_the_place_always() {
    let document = get("/collections/quakes/items?properties=place,number&limit=1").json();
    let feature = &document["features"][0];
    let names: Vec<&String> = feature["properties"].as_object().expect("properties").keys().collect();
    assert_eq!(names, ["place", "number"]);
    assert_eq!(feature["geometry"]["coordinates"][0], 178.5);
}

#[test]
fn limits_are_capped_not_refused() {
    let document = get("/collections/quakes/items?limit=99999999999999999999999").json();
    assert_eq!(document["numberReturned"], 5);
}

#[test]
fn a_state_that_the_client_has_is_not_sent_again() {
    let first = get("/collections/quakes/items?limit=1");
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""));
    let again = get_with("/collections/quakes/items?limit=1", &[("if-none-match", &tag)]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    let other = get_with("/collections/quakes/items?limit=2", &[("if-none-match", &tag)]);
    assert_eq!(other.status, 200, "another question has another state");
    let page = get_with("/collections/quakes/items?limit=1", &[("if-none-match", &tag), ("accept", "text/html")]);
    assert_eq!(page.status, 200, "another form has another state");
}

#[test]
fn head_is_get_without_a_body() {
    let head = crate::kit::ask("HEAD", "/collections/quakes/items", &[]);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-type"), "application/geo+json");
}

#[test]
fn forms_follow_accept_and_f() {
    let kind = |path: &str, accept: &str| get_with(path, &[("accept", accept)]).header("content-type").to_owned();
    assert_eq!(kind("/", "application/json"), "application/json");
    assert!(kind("/", "text/html,*/*;q=0.8").starts_with("text/html"));
    assert_eq!(kind("/?f=json", "text/html"), "application/json");
    assert_eq!(kind("/collections/quakes/items", "application/json"), "application/geo+json");
    assert_eq!(kind("/collections/quakes/schema", "application/json"), "application/json");
    assert_eq!(kind("/collections/quakes/schema", "application/schema+json"), "application/schema+json");
    assert_eq!(kind("/api", "application/vnd.oai.openapi+json;version=3.0"), crate_openapi());
    assert_eq!(kind("/collections/quakes/items?f=csv", "*/*"), "text/csv; charset=utf-8; header=present");
}

fn crate_openapi() -> &'static str {
    terrane_protocols::ogcapi::links::OPENAPI
}

#[test]
fn every_link_of_this_site_leads_somewhere() {
    let mut seen = std::collections::BTreeSet::new();
    let mut waiting: Vec<String> = vec!["/".to_owned()];
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) || seen.len() > 400 {
            continue;
        }
        let got = get(&path);
        // The viewer is not part of this router.
        assert!(got.status == 200 || path.starts_with("/p/"), "{path}: {}", got.text());
        if got.header("content-type").contains("json") {
            collect_links(&got.json(), &mut waiting);
        }
    }
    assert!(seen.len() > 30, "{seen:?}");
}

fn collect_links(document: &Value, waiting: &mut Vec<String>) {
    match document {
        Value::Object(members) => {
            let templated = members.get("templated") == Some(&Value::Bool(true));
            if let Some(href) = members.get("href").and_then(Value::as_str).filter(|_| !templated) {
                waiting.extend(href.strip_prefix(URL).map(str::to_owned));
            }
            members.values().for_each(|member| collect_links(member, waiting));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_links(item, waiting)),
        _ => {}
    }
}

#[test]
fn legends_are_as_viewers_expect_them() {
    let legend = get("/collections/quakes/styles/default/legend?f=json").json();
    assert_eq!(legend["style"], "default");
    assert!(legend["items"][0]["image"].as_str().is_some_and(|image| image.starts_with("data:image/png;base64,")));
    let ramp = get("/collections/relief/styles/default/legend?f=json").json();
    assert!(ramp["ramp"]["stops"][0]["color"].as_str().is_some_and(|colour| colour.len() == 7), "{ramp}");
    let picture = get("/collections/quakes/styles/default/legend?f=png");
    assert_eq!(picture.header("content-type"), "image/png");
    assert_eq!(&picture.body[1..4], b"PNG");
}

#[test]
fn csv_has_a_head_and_quotes_what_spreadsheets_would_run() {
    let text = get("/collections/hostile/items?f=csv").text();
    assert!(text.lines().count() >= 4, "{text}");
    let quakes = get("/collections/quakes/items?f=csv&sortby=number").text();
    assert!(quakes.contains("Île d'été") && quakes.contains("小笠原"), "{quakes}");
}
