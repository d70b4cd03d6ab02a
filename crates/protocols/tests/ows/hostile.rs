//! Strangers' queries: never an error of ours, never a panic, never a file, whatever is asked.

use crate::ground::get;
use crate::kit;
use proptest::prelude::*;
use terrane_protocols::common::kvp::encode;

fn key() -> impl Strategy<Value = String> {
    let known = vec![
        "SERVICE",
        "VERSION",
        "REQUEST",
        "LAYERS",
        "STYLES",
        "CRS",
        "SRS",
        "BBOX",
        "WIDTH",
        "HEIGHT",
        "FORMAT",
        "TRANSPARENT",
        "BGCOLOR",
        "EXCEPTIONS",
        "QUERY_LAYERS",
        "INFO_FORMAT",
        "FEATURE_COUNT",
        "I",
        "J",
        "X",
        "Y",
        "LAYER",
        "STYLE",
        "DPI",
        "FORMAT_OPTIONS",
        "TILED",
        "LANGUAGE",
        "UPDATESEQUENCE",
        "TIME",
        "ELEVATION",
        "SLD_BODY",
        "CQL_FILTER",
        "BUFFER",
    ];
    prop_oneof![9 => proptest::sample::select(known).prop_map(str::to_owned), 1 => "\\PC{0,12}"]
}

fn value() -> impl Strategy<Value = String> {
    let known = vec![
        "WMS",
        "1.3.0",
        "1.1.1",
        "GetMap",
        "GetFeatureInfo",
        "GetCapabilities",
        "GetLegendGraphic",
        "red",
        "red,blue",
        "both",
        "both/red",
        "line",
        "dateline",
        "relief",
        "table",
        "hostile",
        "default",
        "green",
        "pixels",
        "EPSG:4326",
        "EPSG:3857",
        "CRS:84",
        "EPSG:32654",
        "EPSG:3031",
        "EPSG:8857",
        "178,-2,182,2",
        "30,130,40,140",
        "1e-300,1e-300,2e-300,2e-300",
        "-1e11,-1e11,1e11,1e11",
        "89,179,91,181",
        "5e-324,5e-324,1e-323,1e-323",
        "-0,-0,1,1",
        "1",
        "0",
        "64",
        "2147483648",
        "18446744073709551616",
        "image/png",
        "text/html",
        "application/json",
        "application/vnd.ogc.gml",
        "TRUE",
        "0xFF0000",
        "INIMAGE",
        "BLANK",
        "ja",
        "181",
        "dpi:300",
        "2000-01-01/2100-01-01/PT0S",
        "' OR 1=1; --",
        "../../etc/passwd",
    ];
    prop_oneof![
        8 => proptest::sample::select(known).prop_map(str::to_owned),
        2 => "\\PC{0,40}",
        2 => "[-+0-9.,eEinfa ]{0,40}",
    ]
}

/// A request that is mostly right: every parameter there, some of them replaced.
fn mostly_right() -> impl Strategy<Value = Vec<(String, String)>> {
    let right = [
        ("SERVICE", "WMS"),
        ("VERSION", "1.3.0"),
        ("REQUEST", "GetMap"),
        ("LAYERS", "both"),
        ("STYLES", ""),
        ("CRS", "EPSG:4326"),
        ("BBOX", "35,140,37,142"),
        ("WIDTH", "32"),
        ("HEIGHT", "24"),
        ("FORMAT", "image/png"),
        ("QUERY_LAYERS", "both"),
        ("I", "3"),
        ("J", "4"),
        ("LAYER", "red"),
    ];
    let right: Vec<(String, String)> =
        right.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    proptest::collection::vec((key(), value()), 0..4).prop_map(move |changes| {
        let kept = right.iter().filter(|(key, _)| !changes.iter().any(|(changed, _)| changed == key)).cloned();
        kept.chain(changes.iter().cloned()).collect()
    })
}

fn written(pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_mostly_right_request_makes_the_server_fail(
        pairs in mostly_right(), operation in proptest::sample::select(vec!["GetMap", "GetFeatureInfo", "GetLegendGraphic"])
    ) {
        let query = written(&pairs).replace("REQUEST=GetMap", &format!("REQUEST={operation}"));
        let got = get(&query);
        let said = String::from_utf8_lossy(&got.body);
        prop_assert!(got.status < 500 && !said.contains("root:"), "{query}: {said}");
    }

    #[test]
    fn no_pairs_make_the_server_fail(pairs in proptest::collection::vec((key(), value()), 0..8)) {
        let query = written(&pairs);
        let got = get(&query);
        prop_assert!(got.status < 500, "{query}: {}", String::from_utf8_lossy(&got.body));
    }

    #[test]
    fn no_raw_query_makes_the_server_fail(query in "[!-~&&[^#\"<>\\\\^`{|}]]{0,80}") {
        prop_assert!(get(&query).status < 500, "{query}");
    }
}

#[test]
fn names_of_hosts_in_headers_do_not_reach_links() {
    let headers = [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")];
    let got = kit::get_with("/wms?SERVICE=WMS&REQUEST=GetCapabilities", &headers);
    assert!(got.status == 200 && !got.text().contains("evil.example"));
}

#[test]
fn bad_bytes_and_line_ends_in_the_query_are_refused_or_text() {
    for query in
        ["LAYERS=%ff", "LAYERS=%c0%af", "LAYERS=%00", "LAYERS=%zz", "%", "LAYERS=a%0d%0aSet-Cookie:x=1&REQUEST=GetMap"]
    {
        let got = get(query);
        assert!((400..500).contains(&got.status), "{query}");
        assert!(!got.headers.contains_key("set-cookie"));
    }
}

#[test]
fn what_is_posted_and_says_nothing_is_an_exception() {
    for path in ["/wms", "/ows", "/wfs"] {
        let got = kit::ask("POST", path, &[("content-type", "text/xml")]);
        assert_eq!(got.status, 400, "{path}");
        assert!(got.text().contains("Exception"), "{path}: {}", got.text());
    }
}
