//! Strangers' queries: never an error of ours, never a panic, whatever is asked.

use crate::kit::{get, get_with};
use proptest::prelude::*;

fn key() -> impl Strategy<Value = String> {
    let known = terrane_protocols::ogcapi::ask::OF_ITEMS.to_vec();
    prop_oneof![
        8 => proptest::sample::select(known).prop_map(str::to_owned),
        2 => proptest::sample::select(vec!["number", "time", "magnitude", "depth", "place"]).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "\\PC{0,40}",
        3 => "[-+0-9.,eE/:TZ ]{0,40}",
        2 => "[a-z_ ()<>='%*/0-9-]{0,60}",
        1 => proptest::sample::select(vec![
            "magnitude > 5 AND (depth < 100 OR NOT place = 'Fiji')",
            "S_INTERSECTS(geometry, POLYGON((0 0, 1e308 0, 0 1e308, 0 0)))",
            "S_WITHIN(geometry, BBOX(170,-90,-170,90))",
            "T_AFTER(time, DATE('2019-07-02'))",
            "{\"op\":\"and\",\"args\":[]}",
            "1;DROP TABLE quakes--",
            "../../etc/passwd",
            "http://127.0.0.1:9/",
        ]).prop_map(str::to_owned),
    ]
}

fn encoded(text: &str) -> String {
    terrane_protocols::common::kvp::encode(text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_query_makes_the_server_fail(pairs in proptest::collection::vec((key(), value()), 0..5)) {
        let query: Vec<String> = pairs.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect();
        let got = get(&format!("/collections/quakes/items?{}", query.join("&")));
        prop_assert!(got.status < 500, "{query:?}: {}", got.text());
    }

    #[test]
    fn no_raw_query_makes_the_server_fail(query in "[!-~&&[^#\"<>\\\\^`{|}]]{0,80}") {
        for path in ["/", "/collections", "/collections/units/items", "/maps/all", "/d/quakes"] {
            let got = get(&format!("{path}?{query}"));
            prop_assert!(got.status < 500, "{path}?{query}: {}", got.text());
        }
    }

    #[test]
    fn no_name_makes_the_server_fail(name in "\\PC{0,40}", other in "\\PC{1,40}") {
        for path in [
            format!("/collections/{}", encoded(&name)),
            format!("/collections/quakes/items/{}", encoded(&other)),
            format!("/collections/quakes/styles/{}/legend", encoded(&other)),
            format!("/d/quakes/files/{}", encoded(&other)),
            format!("/maps/{}", encoded(&name)),
        ] {
            prop_assert!(get(&path).status < 500, "{path}");
        }
    }

    #[test]
    fn no_header_makes_the_server_fail(accept in "[ -~]{0,200}", language in "[ -~]{0,200}", range in "[ -~]{0,60}") {
        let headers = [
            ("accept", accept.as_str()),
            ("accept-language", language.as_str()),
            ("if-none-match", range.as_str()),
            ("range", range.as_str()),
        ];
        for path in ["/", "/collections/quakes/items", "/d/quakes/files/quakes%20%22a%22%3Cb%3E.csv"] {
            prop_assert!(get_with(path, &headers).status < 500, "{path}");
        }
    }
}

fn map_key() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "bbox",
        "bbox-crs",
        "crs",
        "subset",
        "subset-crs",
        "center",
        "center-crs",
        "scale-denominator",
        "mm-per-pixel",
        "bgcolor",
        "transparent",
        "void-color",
        "void-transparent",
        "datetime",
        "filter",
        "filter-crs",
        "f",
        "TIME",
        "CQL_FILTER",
        "DPI",
    ])
}

fn map_value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => value(),
        2 => proptest::sample::select(vec![
            "170,-90,-170,90", "-1e9,-1e9,1e9,1e9", "0,0,1e-300,1e-300", "EPSG:3857", "EPSG:5041", "EPSG:32760", "OGC:CRS84", "[EPSG:6677]",
            "Lat(-90:90),Lon(170:-170)", "Lat(*:*)", "x(1:2)", "180,90", "1e12", "0.001", "red", "0x80ff0000", "2019-07-01/..", "webp",
        ]).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn no_map_makes_the_server_fail(pairs in proptest::collection::vec((map_key(), map_value()), 0..5)) {
        let query: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={}", encoded(value))).collect();
        let query = query.join("&");
        for path in [
            "/collections/quakes/map?width=16&height=9".to_owned(),
            "/map?collections=relief,units&width=16".to_owned(),
            "/collections/units/map/tiles/WebMercatorQuad/0/0/0?lang=en".to_owned(),
            "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=quakes&STYLES=&WIDTH=9&HEIGHT=9&FORMAT=image/png".to_owned(),
        ] {
            let got = get(&format!("{path}&{query}"));
            prop_assert!(got.status < 500, "{path}&{query}: {}", String::from_utf8_lossy(&got.body));
        }
    }

    #[test]
    fn no_tile_makes_the_server_fail(parts in proptest::collection::vec("[0-9a-zA-Z@.%+-]{1,12}|\\PC{1,9}", 4)) {
        let path: Vec<String> = parts.iter().map(|part| encoded(part)).collect();
        for begin in ["/collections/quakes/tiles", "/collections/units/map/tiles", "/maps/all/map/tiles", "/map/tiles", "/wmts/1.0.0/units"] {
            let path = format!("{begin}/{}", path.join("/"));
            prop_assert!(get(&path).status < 500, "{path}");
            let path = format!("{begin}/WebMercatorQuad/{}", path.trim_start_matches(begin).split('/').skip(2).collect::<Vec<_>>().join("/"));
            prop_assert!(get(&path).status < 500, "{path}");
        }
    }
}

#[test]
fn long_lists_and_patterns_end_in_time() {
    let list: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
    let stars = "%25".repeat(500);
    for filter in [format!("number%20IN%20({})", list.join(",")), format!("place%20LIKE%20%27{stars}x%27")] {
        let got = get(&format!("/collections/quakes/items?filter={filter}"));
        assert!(got.status < 500, "{}", got.text());
    }
    let corners: Vec<String> = (0..5_000).map(|at| format!("{} {}", at % 17, at % 13)).collect();
    let crossing = format!("S_INTERSECTS(geometry,POLYGON(({},0 0)))", corners.join(","));
    let got = get(&format!("/collections/quakes/items?filter={}", encoded(&crossing)));
    assert!(got.status < 500, "{}", got.text());
}

#[test]
fn headers_of_clients_do_not_reach_links() {
    let headers = [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")];
    for path in ["/", "/collections/quakes/items?f=json", "/d/quakes"] {
        assert!(!get_with(path, &headers).text().contains("evil.example"), "{path}");
    }
}
