//! What is at a pixel: the same in all versions, CRSs and forms; text of strangers stays text.

use crate::ground::{MARKUP, UTM, get};
use serde_json::Value;

fn json(rest: &str) -> Value {
    let got =
        get(&format!("SERVICE=WMS&VERSION=1.3.0&REQUEST=GetFeatureInfo&STYLES=&INFO_FORMAT=application/json&{rest}"));
    assert_eq!(got.status, 200, "{rest}: {}", got.text());
    got.json()
}

fn layers(document: &Value) -> Vec<&str> {
    let features = document["features"].as_array().expect("a collection has features");
    features.iter().map(|feature| feature["layer"].as_str().expect("each says its layer")).collect()
}

#[test]
fn layers_answer_from_the_top_and_only_where_they_are() {
    for (pixel, found) in [
        ("I=125&J=150", vec!["red"]),
        ("I=175&J=150", vec!["blue", "red"]),
        ("I=225&J=150", vec!["blue"]),
        ("I=50&J=150", vec![]),
        ("I=99&J=150", vec![]),
        ("I=100&J=150", vec!["red"]),
    ] {
        let document = json(&format!("LAYERS=red,blue&QUERY_LAYERS=red,blue&FEATURE_COUNT=10&{UTM}&{pixel}"));
        assert_eq!(layers(&document), found, "{pixel}");
    }
}

#[test]
fn the_pixel_of_1_1_1_is_x_and_y_with_longitude_first() {
    let got = get("VERSION=1.1.1&REQUEST=GetFeatureInfo&LAYERS=red&QUERY_LAYERS=red&STYLES=&SRS=EPSG:4326\
        &BBOX=140.9,36,141.3,36.4&WIDTH=400&HEIGHT=400&X=150&Y=300&INFO_FORMAT=application/json");
    assert_eq!(layers(&got.json()), ["red"], "141.05° east, 36.1° north");
}

#[test]
fn layers_of_maps_answer_under_the_names_they_were_asked_by_with_their_filters() {
    let pixel = format!("{UTM}&I=175&J=150&FEATURE_COUNT=10");
    let document = json(&format!("LAYERS=both&QUERY_LAYERS=both&{pixel}"));
    assert_eq!(
        layers(&document),
        ["both/blue", "both/red"],
        "hidden layers, and one that lets nothing through, are silent"
    );
    let document = json(&format!("LAYERS=both/red-3,both/red-2&QUERY_LAYERS=both/red-3,both/red-2&{pixel}"));
    assert_eq!(layers(&document), ["both/red-2"]);
}

#[test]
fn points_are_found_a_few_pixels_away_on_both_sides_of_180_degrees() {
    let mercator = |degrees: f64| degrees * 20_037_508.342_789_244 / 180.0;
    let web = format!("CRS=EPSG:3857&BBOX={},-222684,{},222684", mercator(178.0), mercator(182.0));
    for view in ["CRS=CRS:84&BBOX=178,-2,182,2", "CRS=CRS:84&BBOX=-182,-2,-178,2", web.as_str()] {
        for (i, number) in [(150, 1), (154, 1), (250, 2), (246, 2)] {
            let document =
                json(&format!("LAYERS=dateline&QUERY_LAYERS=dateline&{view}&WIDTH=400&HEIGHT=400&I={i}&J=200"));
            assert_eq!(document["features"][0]["properties"]["number"], number, "{view} {i}");
        }
        let between = json(&format!("LAYERS=dateline&QUERY_LAYERS=dateline&{view}&WIDTH=400&HEIGHT=400&I=200&J=200"));
        assert_eq!(between["features"], serde_json::json!([]), "{view}");
    }
}

#[test]
fn samples_of_a_grid_are_told_with_their_place() {
    for view in ["CRS=CRS:84&BBOX=140,30,150,40", "CRS=EPSG:4326&BBOX=30,140,40,150"] {
        let document = json(&format!("LAYERS=relief&QUERY_LAYERS=relief&{view}&WIDTH=100&HEIGHT=100&I=35&J=25"));
        let feature = &document["features"][0];
        assert_eq!(feature["properties"]["height"], 23.0, "{view}");
        let [x, y] = [0, 1].map(|axis| feature["geometry"]["coordinates"][axis].as_f64().expect("a number"));
        assert!((x - 143.55).abs() < 1e-9 && (y - 37.45).abs() < 1e-9, "{view}: {x} {y}");
    }
    let outside = json("LAYERS=relief&QUERY_LAYERS=relief&CRS=CRS:84&BBOX=0,0,10,10&WIDTH=10&HEIGHT=10&I=5&J=5");
    assert_eq!(outside["features"], serde_json::json!([]));
}

/// Half a degree per pixel: both points are within reach of the pixel on 180°, and of none on the other side of the world.
#[test]
fn points_on_both_sides_of_180_degrees_are_found_by_one_pixel_between_them() {
    let mercator = |degrees: f64| degrees * 20_037_508.342_789_244 / 180.0;
    let web = format!("CRS=EPSG:3857&BBOX={},-1113195,{},1113195", mercator(170.0), mercator(190.0));
    for view in ["CRS=CRS:84&BBOX=170,-10,190,10", "CRS=EPSG:4326&BBOX=-10,-190,10,-170", web.as_str()] {
        let asked = |pixel: &str, count: &str| {
            let size = "WIDTH=40&HEIGHT=40";
            json(&format!("LAYERS=dateline&QUERY_LAYERS=dateline&{view}&{size}&{pixel}&FEATURE_COUNT={count}"))
        };
        assert_eq!(layers(&asked("I=20&J=20", "1")).len(), 1, "{view}");
        assert_eq!(layers(&asked("I=20&J=20", "2147483647")).len(), 2, "the number of rows is bounded, {view}");
        assert_eq!(layers(&asked("I=5&J=20", "10")).len(), 0, "{view}");
    }
    let far = "CRS=CRS:84&BBOX=-10,-10,10,10&WIDTH=40&HEIGHT=40&I=20&J=20&FEATURE_COUNT=10";
    assert_eq!(layers(&json(&format!("LAYERS=dateline&QUERY_LAYERS=dateline&{far}"))).len(), 0);
}

#[test]
fn markup_in_data_is_text_in_every_form() {
    let asked = |form: &str| {
        let view = "CRS=CRS:84&BBOX=178,-2,182,2&WIDTH=400&HEIGHT=400&I=150&J=200";
        let more = "callback=alert(1)&FORMAT_OPTIONS=callback:alert(1);layout:%3Cscript%3E";
        get(&format!(
            "VERSION=1.3.0&REQUEST=GetFeatureInfo&LAYERS=hostile&QUERY_LAYERS=hostile&{view}&INFO_FORMAT={form}&{more}"
        ))
    };
    let html = asked("text/html");
    assert_eq!(html.header("content-type"), "text/html; charset=utf-8");
    assert!(!html.text().contains("<script") && html.text().contains("&lt;script&gt;alert(1)"), "{}", html.text());
    assert!(!html.text().contains("callback"), "{}", html.text());
    let gml = asked("application/vnd.ogc.gml").text();
    let document = roxmltree::Document::parse(&gml).unwrap_or_else(|error| panic!("{error}: {gml}"));
    assert!(document.descendants().any(|node| node.text() == Some(MARKUP)), "{gml}");
    assert!(!document.descendants().any(|node| node.tag_name().name() == "script"));
    let properties = asked("application/json").json()["features"][0]["properties"].clone();
    assert!(properties.as_object().expect("properties").values().any(|value| value == MARKUP));
    assert!(asked("text/plain").header("content-type").starts_with("text/plain"));
    assert!(asked("application/javascript").status == 400 && asked("text/javascript").status == 400);
}

#[test]
fn other_names_of_the_forms_are_understood() {
    for (asked, given) in [
        ("", "text/plain; charset=utf-8"),
        ("&INFO_FORMAT=application/geo%2Bjson", "application/json"),
        ("&INFO_FORMAT=geojson", "application/json"),
        ("&INFO_FORMAT=text/xml", "application/vnd.ogc.gml; charset=utf-8"),
        ("&INFO_FORMAT=application/vnd.ogc.gml/3.1.1", "application/vnd.ogc.gml; charset=utf-8"),
        ("&INFO_FORMAT=TEXT/HTML;charset=utf-8", "text/html; charset=utf-8"),
    ] {
        let got = get(&format!("REQUEST=GetFeatureInfo&LAYERS=red&QUERY_LAYERS=red&{UTM}&I=150&J=150{asked}"));
        assert_eq!((got.status, got.header("content-type")), (200, given), "{asked}");
    }
}

#[test]
fn forms_for_people_speak_their_language() {
    let asked = |language: &str| {
        let form = "INFO_FORMAT=text/html";
        get(&format!("REQUEST=GetFeatureInfo&LAYERS=red&QUERY_LAYERS=red&{UTM}&I=150&J=150&{form}{language}")).text()
    };
    assert!(asked("").contains("The red"));
    assert!(asked("&LANGUAGE=ja").contains("redの地図") && asked("&lang=ja").contains("redの地図"));
}
