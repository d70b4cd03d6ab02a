//! Events: lists, charts, sections, pages and the FDSN service over the survey's one table of earthquakes.

use crate::kit::{URL, get, get_with};
use proptest::prelude::*;
use terrane_protocols::common::kvp::encode;

#[test]
fn the_tables_of_events_are_listed_with_what_their_columns_say() {
    let tables = get("/hazards").json()["tables"].clone();
    let quakes = tables.as_array().expect("a list").iter().find(|it| it["collection"] == "quakes").expect("quakes");
    assert_eq!(quakes["kind"], "earthquake");
    assert_eq!(quakes["roles"]["magnitude"], "magnitude");
    assert_eq!(quakes["roles"]["time"], "time");
}

#[test]
fn a_list_is_in_order_and_says_how_many_there_are() {
    let all = get("/hazards/events?sort=-magnitude&limit=5").json();
    let sizes: Vec<f64> = all["features"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["properties"]["magnitude"].as_f64())
        .collect();
    assert!(sizes.is_sorted_by(|left, right| left >= right) && !sizes.is_empty(), "{sizes:?}");
    assert!(all["numberMatched"].as_u64() >= all["numberReturned"].as_u64());
    let least = get(&format!("/hazards/events?minmag={}", sizes[0])).json();
    assert_eq!(least["features"][0]["properties"]["magnitude"].as_f64(), Some(sizes[0]));
}

#[test]
fn what_is_wrong_is_told_with_its_parameter() {
    for (query, name) in [
        ("kind=flood", "kind"),
        ("minmag=large", "minmag"),
        ("minmag=7&maxmag=6", "minmag"),
        ("lon=5", "lat"),
        ("lat=95&lon=0", "lat"),
        ("start=2020&end=2019", "end"),
        ("sort=colour", "sort"),
        ("catalog=nowhere", ""),
        ("limit=999999", "limit"),
        ("magnitude=5", "magnitude"),
        ("fault=Haiyuan", "fault"),
        ("fault_km=20", "fault_km"),
        ("fault=Haiyuan&fault_km=-1", "fault_km"),
    ] {
        let got = get(&format!("/hazards/events?{query}"));
        assert!((400..500).contains(&got.status), "{query}: {}", got.status);
        if !name.is_empty() {
            assert_eq!(got.json()["parameter"], name, "{query}");
        }
    }
    assert_eq!(get("/hazards/section").json()["parameter"], "line");
    assert_eq!(get("/hazards/section?line=1,2,3").json()["parameter"], "line");
    assert_eq!(get("/hazards/place").json()["parameter"], "lon");
    assert_eq!(get("/hazards/events/quakes/nobody").status, 404);
    assert_eq!(get("/hazards/events/units/1").status, 400);
}

#[test]
fn every_event_of_a_list_has_a_page_for_people_and_for_programs() {
    let all = get("/hazards/events?limit=3").json();
    for feature in all["features"].as_array().expect("a list") {
        let page = feature["properties"]["page"].as_str().expect("an address");
        let path = page.strip_prefix(URL).expect("an address of this site");
        let document = get(&format!("{path}?f=json")).json();
        assert_eq!(document["event"]["id"], feature["id"]);
        assert!(document["sources"][0]["licence"].is_string());
        for lang in ["en", "ja", "zh", "ko", "vi", "th", "id", "km", "lo", "my"] {
            let shown = get_with(&format!("{path}?lang={lang}"), &[("accept", "text/html")]);
            assert_eq!(shown.status, 200, "{}", shown.text());
            assert!(shown.header("content-type").starts_with("text/html"));
            assert!(!shown.text().contains("hazard_"), "every word is there");
        }
    }
}

#[test]
fn a_place_has_a_report_for_people_and_for_programs() {
    let report = get("/hazards/place?lon=140&lat=36&f=json").json();
    assert_eq!(report["place"]["lon"], 140.0);
    assert!(report["earthquakes"]["largest"].is_array() && report["assumptions"].is_array());
    let shown = get_with("/hazards/place?lon=140&lat=36", &[("accept", "text/html")]);
    assert!(shown.text().contains("36° N, 140° E"));
}

#[test]
fn charts_count_every_earthquake_once() {
    let matched = get("/hazards/events?kind=earthquake&minmag=-5&limit=1").json()["numberMatched"].clone();
    let charts = get("/hazards/charts?kind=earthquake&minmag=-5").json();
    assert_eq!(charts["matched"], matched);
    let bins = charts["earthquakes"]["frequency"]["bins"].as_array().expect("bins").clone();
    let counted: u64 = bins.iter().filter_map(|bin| bin[1].as_u64()).sum();
    let cells = charts["earthquakes"]["magnitudeTime"]["cells"].as_array().expect("cells").clone();
    let in_cells: u64 = cells.iter().filter_map(|cell| cell[2].as_u64()).sum();
    assert_eq!(charts["earthquakes"]["count"].as_u64(), Some(counted));
    assert_eq!(counted, in_cells);
    let cumulative = charts["earthquakes"]["cumulative"].as_array().expect("steps").last().cloned().expect("a step");
    assert_eq!(cumulative[1].as_u64(), Some(counted));
}

#[test]
fn points_are_whole_arrays() {
    let all = get("/hazards/events").json();
    let placed = all["features"].as_array().expect("a list").iter().filter(|it| !it["geometry"].is_null()).count();
    let points = get("/hazards/points").body;
    assert_eq!(&points[..4], b"TEV1");
    let count = u32::from_le_bytes(points[4..8].try_into().expect("four bytes")) as usize;
    assert_eq!((count, points.len()), (placed, 8 + count * 22));
}

#[test]
fn the_fdsn_service_speaks_as_the_specification_asks() {
    let base = "/fdsnws/event/1";
    assert_eq!(get(&format!("{base}/version")).text(), "1.2.0");
    let wadl = get(&format!("{base}/application.wadl")).text();
    assert!(wadl.contains(&format!("<resources base=\"{URL}{base}/\">")));
    assert!(wadl.contains("<param name=\"minmagnitude\" style=\"query\" type=\"xs:double\""));
    assert!(get(&format!("{base}/catalogs")).text().contains("<Catalog>quakes</Catalog>"));
    assert_eq!(get(&format!("{base}/query?minmag=12")).status, 204);
    let nothing = get(&format!("{base}/query?minmag=12&nodata=404"));
    assert!(nothing.text().starts_with("Error 404: Not Found\n"));
    let wrong = get(&format!("{base}/query?minmag=x"));
    assert_eq!(wrong.status, 400);
    assert!(wrong.header("content-type").starts_with("text/plain") && wrong.text().contains("Service version:"));
    let text = get(&format!("{base}/query?format=text&limit=2")).text();
    assert_eq!(text.lines().count(), 3, "{text}");
    let usage = get_with(&format!("{base}/"), &[("accept", "text/html")]);
    assert!(usage.text().contains("minmagnitude") && usage.status == 200);
}

fn key() -> impl Strategy<Value = String> {
    let known = [
        "kind",
        "catalog",
        "bbox",
        "lon",
        "lat",
        "radius_km",
        "start",
        "end",
        "minmag",
        "maxdepth",
        "q",
        "line",
        "sort",
        "limit",
        "offset",
        "starttime",
        "minlatitude",
        "maxradius",
        "eventid",
        "format",
        "orderby",
        "cause",
        "width_km",
    ];
    prop_oneof![9 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,8}"]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[-+0-9.,eE/:TZ ]{0,24}",
        2 => "\\PC{0,16}",
        2 => proptest::sample::select(vec!["quakes", "earthquake", "170,-20,-170,20", "0,90,180,-90", "1e308", "-0", "nan", "' OR 1=1--",
            "-290000", "9999999", "time", "-magnitude", "xml", "csv", "geojson"]).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_question_about_events_makes_the_server_fail(pairs in proptest::collection::vec((key(), value()), 0..5)) {
        let query: Vec<String> = pairs.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
        for path in ["/hazards/events", "/hazards/charts", "/hazards/section", "/hazards/points", "/hazards/place", "/fdsnws/event/1/query"] {
            let got = get(&format!("{path}?{}", query.join("&")));
            prop_assert!(got.status < 500, "{path} {query:?}: {}", got.status);
        }
    }
}
