//! Requests and answers against golden files.

use crate::kit::{Got, get};

fn golden(name: &str, text: &str) {
    insta::with_settings!({snapshot_path => "../golden/ows", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, text);
    });
}

fn shown(query: &str, got: &Got) -> String {
    format!("/wms?{query}\n{} {}\n\n{}", got.status, got.header("content-type"), got.text())
}

#[test]
fn capabilities_are_as_in_the_golden_files() {
    for (name, rest) in [
        ("capabilities-1.3.0", "VERSION=1.3.0"),
        ("capabilities-1.1.1", "VERSION=1.1.1"),
        ("capabilities-ja", "VERSION=1.3.0&LANGUAGE=ja"),
    ] {
        let query = format!("SERVICE=WMS&REQUEST=GetCapabilities&{rest}");
        let text = shown(&query, &get(&format!("/wms?{query}")));
        // The 120 zones of UTM are one line here.
        let is_zone = |line: &&str| ["EPSG:326", "EPSG:327"].iter().any(|zone| line.contains(&format!("RS>{zone}")));
        let (zones, lines): (Vec<&str>, Vec<&str>) = text.lines().partition(is_zone);
        assert!(zones.len() >= 120, "{name}");
        golden(name, &lines.join("\n"));
    }
}

#[test]
fn the_language_of_capabilities_can_be_asked_for_in_every_way() {
    let japanese = |path: &str, headers: &[(&str, &str)]| crate::kit::get_with(path, headers).text().contains("地形");
    let plain = "/wms?SERVICE=WMS&REQUEST=GetCapabilities";
    assert!(!japanese(plain, &[]));
    assert!(japanese(&format!("{plain}&LANGUAGE=ja"), &[]));
    assert!(japanese(&format!("{plain}&lang=ja"), &[("accept-language", "en")]));
    assert!(japanese(plain, &[("accept-language", "ja-JP,ja;q=0.9,en;q=0.5")]));
}

#[test]
fn every_exception_code_is_as_in_the_golden_files() {
    let map = "REQUEST=GetMap&LAYERS=units&STYLES=&BBOX=140,35,142,37&WIDTH=20&HEIGHT=20&FORMAT=image/png";
    let info = "REQUEST=GetFeatureInfo&LAYERS=units&STYLES=&BBOX=140,35,142,37&WIDTH=20&HEIGHT=20&QUERY_LAYERS=units";
    for (version, crs, [i, j]) in [("1.3.0", "CRS", ["I", "J"]), ("1.1.1", "SRS", ["X", "Y"])] {
        let degrees = format!("{crs}=EPSG:4326");
        let cases = [
            "REQUEST=GetNonsense".to_owned(),
            "REQUEST=GetCapabilities&UPDATESEQUENCE=1".to_owned(),
            "REQUEST=GetCapabilities&UPDATESEQUENCE=2".to_owned(),
            format!("{map}&{crs}=EPSG:1"),
            format!("{map}&{degrees}").replace("=units", "=nowhere"),
            format!("{map}&{degrees}").replace("STYLES=", "STYLES=nostyle"),
            format!("{map}&{degrees}").replace("image/png", "image/gif"),
            format!("{map}&{degrees}").replace("WIDTH=20", "WIDTH=0"),
            map.to_owned(),
            format!("{info}&{degrees}&{i}=20&{j}=1"),
            format!("{info}&{degrees}&{i}=1&{j}=1&INFO_FORMAT=text/csv"),
            format!("{info}&{degrees}&{i}=1&{j}=1").replace("QUERY_LAYERS=units", "QUERY_LAYERS=hostile"),
        ];
        let answers = cases.map(|case| {
            let query = format!("SERVICE=WMS&VERSION={version}&{case}");
            shown(&query, &get(&format!("/wms?{query}")))
        });
        golden(&format!("exceptions-{version}"), &answers.join("\n"));
    }
}

#[test]
fn feature_info_is_as_in_the_golden_files() {
    // One polygon, one point, one cell of a grid.
    let views = [
        ("units", "CRS=EPSG:32654&BBOX=490000,3980000,530000,4010000", "I=150&J=150"),
        ("quakes", "CRS=CRS:84&BBOX=178,-22,182,-18", "I=300&J=200"),
        ("relief", "CRS=CRS:84&BBOX=130,30,140,40", "I=150&J=150"),
    ];
    for (name, form) in [
        ("text", "text/plain"),
        ("html", "text/html"),
        ("json", "application/json"),
        ("gml", "application/vnd.ogc.gml"),
    ] {
        let answers = views.map(|(layer, view, pixel)| {
            let query = format!(
                "SERVICE=WMS&VERSION=1.3.0&REQUEST=GetFeatureInfo&LAYERS={layer}&QUERY_LAYERS={layer}&STYLES=&{view}\
                 &WIDTH=400&HEIGHT=400&{pixel}&INFO_FORMAT={form}"
            );
            shown(&query, &get(&format!("/wms?{query}")))
        });
        golden(&format!("feature-info-{name}"), &answers.join("\n"));
    }
}
