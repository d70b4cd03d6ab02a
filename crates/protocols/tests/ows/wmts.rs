//! WMTS by key-value pairs and by addresses, and what WMS asks of rows beside where they are.

use crate::kit::{Got, get, get_with};
use crate::picture::Shown;
use roxmltree::Document;

const UNITS: &str = "Layer=units&Style=default&TileMatrixSet=UTM54WGS84Quad";

/// The tile of zone 54 in a matrix that a place is in.
fn tile_at(matrix: u32, [x, y]: [f64; 2]) -> (u64, u64) {
    let side = 20_003_931.458_625_5 / f64::from(1 << (matrix - 1));
    (((20_003_931.458_625_5 - y) / side) as u64, ((x + 9_501_965.729_312_75) / side) as u64)
}

fn by_pairs(rest: &str) -> Got {
    get(&format!("/wmts?SERVICE=WMTS&VERSION=1.0.0&{rest}"))
}

fn painted(got: &Got) -> usize {
    let shown = Shown::of(got);
    (0..256).map(|y| (0..256).filter(|&x| shown.at(x, y)[3] > 0).count()).sum()
}

/// The code, the locator and the sentence of an exception.
fn exception(got: &Got) -> (String, String, String) {
    let text = got.text();
    let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(document.root_element().tag_name().name(), "ExceptionReport");
    let exception =
        document.descendants().find(|node| node.has_tag_name(("http://www.opengis.net/ows/1.1", "Exception")));
    let exception = exception.expect("an exception");
    let of = |name: &str| exception.attribute(name).unwrap_or("").to_owned();
    let say = exception.descendants().filter_map(|node| node.text()).collect::<String>().trim().to_owned();
    (of("exceptionCode"), of("locator"), say)
}

#[test]
fn capabilities_are_as_in_the_golden_file_and_lead_to_tiles() {
    let got = get("/wmts?SERVICE=WMTS&REQUEST=GetCapabilities");
    assert_eq!((got.status, got.header("content-type")), (200, "text/xml; charset=utf-8"));
    let text = got.text();
    assert_eq!(text, get("/wmts/1.0.0/WMTSCapabilities.xml").text());
    assert_eq!(text, get("/ows?service=wmts&request=GetCapabilities").text());
    // The matrices of the sets are in the goldens of OGC API.
    let mut inside = false;
    let is_told = |line: &&str| {
        inside |= line.contains("<TileMatrix>");
        let told = !inside;
        inside &= !line.contains("</TileMatrix>");
        told
    };
    let plain: Vec<&str> = text.lines().filter(is_told).collect();
    insta::with_settings!({snapshot_path => "../golden/ows", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("wmts-capabilities", plain.join("\n"));
    });
    let document = Document::parse(&text).expect("it is XML");
    let named = |name: &'static str| document.descendants().filter(move |node| node.tag_name().name() == name);
    let offered: Vec<&str> = named("Layer")
        .filter_map(|layer| layer.children().find(|node| node.tag_name().name() == "Identifier")?.text())
        .collect();
    assert_eq!(offered, ["all", "quakes", "relief", "units"], "a table without places is no layer");
    assert!(named("TileMatrixSet").any(|set| set.text() == Some("UTM54WGS84Quad")));
    assert!(named("Value").any(|value| value.text() == Some("2019-07-01T00:00:00Z/2019-07-05T12:00:00Z")));
}

#[test]
fn tiles_come_by_pairs_and_by_address_alike() {
    let (row, column) = tile_at(12, [505_000.0, 3_995_000.0]);
    let one =
        by_pairs(&format!("REQUEST=GetTile&{UNITS}&TileMatrix=12&TileRow={row}&TileCol={column}&Format=image/png"));
    assert!(painted(&one) > 1_000);
    let other = get(&format!("/wmts/1.0.0/units/default/UTM54WGS84Quad/12/{row}/{column}.png"));
    assert_eq!(one.body, other.body);
    let api = get(&format!("/collections/units/map/tiles/UTM54WGS84Quad/12/{row}/{column}"));
    assert_eq!(one.body, api.body, "as OGC API has it");
    let tag = one.header("etag").to_owned();
    let again = get_with(
        &format!("/wmts/1.0.0/units/default/UTM54WGS84Quad/12/{row}/{column}.png"),
        &[("if-none-match", &tag)],
    );
    assert_eq!((again.status, again.body.len()), (304, 0));
    let map = get("/wmts/1.0.0/all/default/WebMercatorQuad/0/0/0.png");
    assert_eq!(map.status, 200);
}

#[test]
fn times_choose_rows() {
    let tile = |time: &str| {
        let time = if time.is_empty() { String::new() } else { format!("/{time}") };
        painted(&get(&format!("/wmts/1.0.0/quakes/default{time}/WebMercatorQuad/0/0/0.png")))
    };
    let all = tile("");
    assert!(all > 0);
    assert_eq!(tile("default"), all);
    assert_eq!(tile("2018"), 0);
    let third = tile("2019-07-03");
    assert!(third > 0 && third < all, "{third} of {all}");
    assert_eq!(tile("2019-07-03T00:00:00Z%2F2019-07-03T23:59:59Z"), third);
    let wrong = get("/wmts/1.0.0/quakes/default/yesterday/WebMercatorQuad/0/0/0.png");
    assert_eq!((wrong.status, exception(&wrong).1.as_str()), (400, "Time"));
}

#[test]
fn what_is_at_a_pixel_is_told() {
    let (row, column) = tile_at(12, [505_000.0, 3_995_000.0]);
    let side = 20_003_931.458_625_5 / f64::from(1 << 11);
    let pixel = |ground: f64| (ground.rem_euclid(side) / side * 256.0) as u32;
    let (i, j) = (pixel(505_000.0 + 9_501_965.729_312_75), pixel(20_003_931.458_625_5 - 3_995_000.0));
    let one = by_pairs(&format!(
        "REQUEST=GetFeatureInfo&{UNITS}&TileMatrix=12&TileRow={row}&TileCol={column}&Format=image/png&I={i}&J={j}&InfoFormat=application/json"
    ));
    assert_eq!(one.json()["features"][0]["properties"]["symbol"], "Js");
    let other = get(&format!("/wmts/1.0.0/units/default/UTM54WGS84Quad/12/{row}/{column}/{j}/{i}.json"));
    assert_eq!(one.body, other.body);
}

#[test]
fn exceptions_have_the_codes_of_the_standard() {
    let tile = format!("REQUEST=GetTile&{UNITS}&TileMatrix=3&Format=image/png");
    for (query, status, code, locator) in [
        ("REQUEST=GetNonsense".to_owned(), 501, "OperationNotSupported", "request"),
        ("REQUEST=GetTile".to_owned(), 400, "MissingParameterValue", "layer"),
        (format!("{tile}&TileRow=1"), 400, "MissingParameterValue", "tilecol"),
        (format!("{tile}&TileRow=99&TileCol=1"), 400, "TileOutOfRange", "TileRow"),
        (format!("{tile}&TileRow=x&TileCol=1"), 400, "InvalidParameterValue", "TileRow"),
        (format!("{tile}&TileRow=1&TileCol=1").replace("=units", "=shoe"), 400, "InvalidParameterValue", "Layer"),
        (format!("{tile}&TileRow=1&TileCol=1").replace("=units", "=hostile"), 400, "InvalidParameterValue", "Layer"),
        (format!("{tile}&TileRow=1&TileCol=1").replace("=default", "=shoe"), 400, "InvalidParameterValue", "Style"),
        (
            format!("{tile}&TileRow=1&TileCol=1").replace("=UTM54", "=UTM99"),
            400,
            "InvalidParameterValue",
            "TileMatrixSet",
        ),
        (
            format!("{tile}&TileRow=1&TileCol=1").replace("Matrix=3", "Matrix=99"),
            400,
            "InvalidParameterValue",
            "TileMatrix",
        ),
        (
            format!("{tile}&TileRow=1&TileCol=1").replace("image/png", "image/gif"),
            400,
            "InvalidParameterValue",
            "Format",
        ),
        (
            format!("{tile}&TileRow=1&TileCol=1&I=256&J=0&InfoFormat=text/plain").replace("GetTile", "GetFeatureInfo"),
            400,
            "PointIJOutOfRange",
            "I",
        ),
        (
            format!("{tile}&TileRow=1&TileCol=1&I=1&J=0&InfoFormat=a/b").replace("GetTile", "GetFeatureInfo"),
            400,
            "InvalidParameterValue",
            "InfoFormat",
        ),
        ("REQUEST=GetCapabilities&AcceptVersions=2.0.0".to_owned(), 400, "VersionNegotiationFailed", "AcceptVersions"),
        ("REQUEST=GetCapabilities&UpdateSequence=1".to_owned(), 400, "CurrentUpdateSequence", "updatesequence"),
    ] {
        let got = by_pairs(&query);
        let (found, place, say) = exception(&got);
        assert_eq!((got.status, &*found, &*place), (status, code, locator), "{query}: {say}");
        assert!(say.ends_with('.'), "{say}");
    }
    assert_eq!(exception(&get("/wmts?SERVICE=WFS&REQUEST=GetTile")).1, "service");
    for path in [
        "/wmts/1.0.0/units",
        "/wmts/2.0.0/WMTSCapabilities.xml",
        "/wmts/1.0.0/shoe/default/WebMercatorQuad/0/0/0.png",
        "/wmts/1.0.0/units/default/WebMercatorQuad/0/0/1.png",
    ] {
        let got = get(path);
        assert_eq!(got.status, 404, "{path}");
        exception(&got);
    }
}

fn wms(layer: &str, rest: &str) -> Got {
    get(&format!(
        "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS={layer}&STYLES=&CRS=CRS:84&FORMAT=image/png&TRANSPARENT=TRUE&WIDTH=256&HEIGHT=256&{rest}"
    ))
}

#[test]
fn wms_chooses_rows_by_time_and_by_cql_filter() {
    let quakes = "BBOX=175,-25,185,40";
    let all = painted(&wms("quakes", quakes));
    let of = |rest: &str| painted(&wms("quakes", &format!("{quakes}&{rest}")));
    assert_eq!(of("TIME=2019-07-01/2019-07-05"), all);
    assert_eq!(of("TIME=2019-07-01T00:00:00Z/2019-07-05T12:00:00Z/PT1S"), all);
    assert_eq!(of("TIME=2018"), 0);
    let (third, newest) = (of("TIME=2019-07-03"), of("TIME=current"));
    assert!(third > 0 && third < all && newest > 0 && newest < all);
    assert_eq!(of("TIME=2019-07-03,2019-07-05"), third + newest);
    assert_eq!(of("CQL_FILTER=number%3D3"), third);
    assert_eq!(of("CQL_FILTER=INCLUDE"), all);
    assert_eq!(of("CQL_FILTER=S_INTERSECTS(geometry,BBOX(179,35,180,37))"), third, "longitude comes first");
    let both = format!(
        "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=units,quakes&STYLES=,&CRS=CRS:84&FORMAT=image/png\
         &TRANSPARENT=TRUE&WIDTH=256&HEIGHT=256&{quakes}"
    );
    assert_eq!(painted(&get(&format!("{both}&CQL_FILTER=INCLUDE;place%3D'a;b'"))), 0);
    assert_eq!(painted(&get(&format!("{both}&CQL_FILTER=;number%3D3"))), third);
    for (rest, code) in [
        ("TIME=yesterday", "InvalidDimensionValue"),
        ("ELEVATION=10", "InvalidDimensionValue"),
        ("CQL_FILTER=shoe%3D1", "InvalidParameterValue"),
        ("CQL_FILTER=number%3D1;number%3D2", "InvalidParameterValue"),
        ("CQL_FILTER=((", "InvalidParameterValue"),
    ] {
        let got = wms("quakes", &format!("{quakes}&{rest}"));
        assert_eq!(got.status, 400, "{rest}");
        assert!(got.text().contains(&format!("code=\"{code}\"")), "{rest}: {}", got.text());
    }
}

#[test]
fn identifying_keeps_to_the_conditions_of_the_layers() {
    let info = |rest: &str| {
        let got = get(&format!(
            "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetFeatureInfo&LAYERS=units&QUERY_LAYERS=units&STYLES=&CRS=EPSG:32654&BBOX=500000,3990000,520000,4000000&WIDTH=200&HEIGHT=100&I=50&J=50&INFO_FORMAT=application/json&{rest}"
        ));
        assert_eq!(got.status, 200, "{}", got.text());
        got.json()["features"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(info(""), 1);
    assert_eq!(info("CQL_FILTER=symbol%3D'Js'"), 1);
    assert_eq!(info("CQL_FILTER=symbol%3D'Kg'"), 0);
}
